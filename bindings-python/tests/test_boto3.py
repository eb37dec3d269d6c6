"""An unmodified boto3 client, without a socket."""

from __future__ import annotations

import datetime
import socket
from typing import Any

import boto3
import botocore.exceptions
import botocore.session
import botocore.stub
import pytest
from support import ALIAS, FIRST, MACHINE, ROLE, create, publish, published, routes

import sfn_alias
import sfn_alias.boto3


@pytest.fixture(autouse=True)
def no_sockets(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("a socket was asked for")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


def test_a_whole_life() -> None:
    client = sfn_alias.boto3.client()
    publish(client)
    assert create(client)["stateMachineAliasArn"] == ALIAS
    client.update_state_machine_alias(stateMachineAliasArn=ALIAS, routingConfiguration=routes(0, 100))
    shown = client.describe_state_machine_alias(stateMachineAliasArn=ALIAS)
    assert shown["routingConfiguration"] == routes(0, 100)
    assert isinstance(shown["creationDate"], datetime.datetime)
    execution = client.start_execution(stateMachineArn=ALIAS)["executionArn"]
    assert client.describe_execution(executionArn=execution)["stateMachineVersionArn"] == f"{MACHINE}:2"
    client.delete_state_machine_alias(stateMachineAliasArn=ALIAS)
    with pytest.raises(client.exceptions.ResourceNotFound):
        client.describe_state_machine_alias(stateMachineAliasArn=ALIAS)


def test_client_and_aliases_share_a_store() -> None:
    aliases = published()
    create(sfn_alias.boto3.client(aliases))
    assert aliases.describe_state_machine_alias(stateMachineAliasArn=ALIAS)["name"] == "PROD"


def test_answers_are_equal_but_for_ids() -> None:
    aliases = published()
    create(aliases, description="live")
    client = sfn_alias.boto3.client(aliases)
    execution = aliases.start_execution(stateMachineArn=ALIAS)["executionArn"]
    for method, given in [
        ("describe_state_machine_alias", {"stateMachineAliasArn": ALIAS}),
        ("list_state_machine_aliases", {"stateMachineArn": MACHINE}),
        ("list_state_machine_versions", {"stateMachineArn": MACHINE}),
        ("describe_state_machine", {"stateMachineArn": MACHINE}),
        ("describe_execution", {"executionArn": execution}),
        ("list_executions", {"stateMachineArn": ALIAS}),
        ("list_state_machines", {}),
        ("list_tags_for_resource", {"resourceArn": MACHINE}),
    ]:
        own, theirs = getattr(aliases, method)(**given), getattr(client, method)(**given)
        assert own.pop("ResponseMetadata").keys() == theirs.pop("ResponseMetadata").keys()
        assert own == theirs


def test_exceptions_are_botocores_own() -> None:
    client = sfn_alias.boto3.client(published())
    create(client)
    with pytest.raises(client.exceptions.ConflictException) as caught:
        create(client, description="other")
    assert isinstance(caught.value, botocore.exceptions.ClientError)
    assert not isinstance(caught.value, sfn_alias.AliasError)
    # What botocore checks before it sends, it goes on checking.
    with pytest.raises(botocore.exceptions.ParamValidationError):
        create(client, name="")


def test_operations_that_are_not_answered() -> None:
    client = sfn_alias.boto3.client()
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        client.list_activities()
    assert caught.value.response["Error"]["Code"] == "UnknownOperationException"


def test_the_clients_region_is_its_scope() -> None:
    aliases = sfn_alias.StepFunctions(account="123456789012", region="eu-west-3")
    assert sfn_alias.boto3.client(aliases).meta.region_name == "eu-west-3"
    client = sfn_alias.boto3.client(aliases, region_name="cn-north-1")
    made = client.create_state_machine(name="o", definition=FIRST, roleArn=ROLE)
    assert made["stateMachineArn"] == "arn:aws-cn:states:cn-north-1:123456789012:stateMachine:o"
    assert aliases.list_state_machines()["stateMachines"] == []


def test_boto3s_own_paginators_work() -> None:
    client = sfn_alias.boto3.client(published())
    for n in range(5):
        client.start_execution(stateMachineArn=MACHINE, name=f"e{n}")
    pages = client.get_paginator("list_executions").paginate(
        stateMachineArn=MACHINE, PaginationConfig={"PageSize": 2}
    )
    assert [len(page["executions"]) for page in pages] == [2, 2, 1]


def test_stubs_go_before() -> None:
    client = sfn_alias.boto3.client()
    with botocore.stub.Stubber(client) as stubber:
        stubber.add_response("list_state_machines", {"stateMachines": []})
        stubber.add_client_error("list_state_machines", "ThrottlingException")
        assert "RequestId" not in client.list_state_machines().get("ResponseMetadata", {})
        with pytest.raises(botocore.exceptions.ClientError, match="ThrottlingException"):
            client.list_state_machines()
    assert client.list_state_machines()["stateMachines"] == []


def test_failures_of_the_store_are_retried(monkeypatch: pytest.MonkeyPatch) -> None:
    """As AWS's 500 are, by botocore."""
    monkeypatch.setattr("time.sleep", lambda _: None)
    replies = [(500, b'{"__type": "InternalFailure"}')]

    class Failing:
        def in_scope(self, **_: Any) -> Any:
            return self

        def call_json(self, operation: str, body: bytes) -> Any:
            return replies.pop() if replies else sfn_alias.StepFunctions().call_json(operation, body)

    client = boto3.client("stepfunctions", region_name="us-east-1")
    answer = sfn_alias.boto3.attach(client, Failing()).list_state_machines()  # type: ignore[arg-type]
    assert answer["ResponseMetadata"]["RetryAttempts"] == 1


def test_attach_takes_any_client() -> None:
    made = boto3.client("stepfunctions", region_name="us-east-1")
    assert sfn_alias.boto3.attach(made, published()) is made
    assert create(made)["stateMachineAliasArn"] == ALIAS
    session = botocore.session.get_session()
    plain = session.create_client("stepfunctions", region_name="us-east-1")
    sfn_alias.boto3.attach(plain, published())
    assert create(plain)["stateMachineAliasArn"] == ALIAS


def test_attach_again_changes_the_store() -> None:
    client = sfn_alias.boto3.client(published())
    sfn_alias.boto3.attach(client, sfn_alias.StepFunctions())
    assert client.list_state_machines()["stateMachines"] == []


def guarded() -> tuple[Any, list[str]]:
    """A guarded client, and the operations that were sent."""
    client = boto3.client(
        "stepfunctions", region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b"
    )
    sent: list[str] = []

    def reply(request: Any, **_: Any) -> Any:
        sent.append(request.headers["X-Amz-Target"].decode().split(".")[1])
        raw = sfn_alias.boto3._Raw(b"{}")
        return botocore.awsrequest.AWSResponse(request.url, 200, {}, raw)  # type: ignore[arg-type]

    client.meta.events.register_last("before-send.sfn", reply)
    return sfn_alias.boto3.guard(client), sent


def test_a_guard_refuses_before_anything_is_sent() -> None:
    client, sent = guarded()
    with pytest.raises(client.exceptions.ValidationException) as caught:
        create(client, routingConfiguration=routes(90, 9))
    assert "Sum of routing configuration weights must equal 100" in str(caught.value)
    assert sent == []


def test_a_guard_lets_all_else_go() -> None:
    client, sent = guarded()
    create(client)
    client.send_task_success(taskToken="t", output="{}")
    client.list_activities()
    assert sent == ["CreateStateMachineAlias", "SendTaskSuccess", "ListActivities"]
