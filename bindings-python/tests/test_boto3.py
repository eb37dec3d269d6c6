"""An unmodified boto3 client, without a socket."""

from __future__ import annotations

import datetime
import json
import socket
from typing import Any

import boto3
import botocore.exceptions
import botocore.session
import botocore.stub
import pytest
from support import ALIAS, FIRST, MACHINE, ROLE, create_alias, create_versions, create_service, routes

import sfn_alias
import sfn_alias.boto3
from sfn_alias._connections import Response


@pytest.fixture(autouse=True)
def no_sockets(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket.socket, "connect", fail)
    monkeypatch.setattr(socket, "create_connection", fail)
    monkeypatch.setattr(socket, "getaddrinfo", fail)


def test_alias_life_cycle() -> None:
    client = sfn_alias.boto3.client()
    create_versions(client)
    assert create_alias(client)["stateMachineAliasArn"] == ALIAS
    client.update_state_machine_alias(stateMachineAliasArn=ALIAS, routingConfiguration=routes(0, 100))
    alias = client.describe_state_machine_alias(stateMachineAliasArn=ALIAS)
    assert alias["routingConfiguration"] == routes(0, 100)
    assert isinstance(alias["creationDate"], datetime.datetime)
    execution = client.start_execution(stateMachineArn=ALIAS)["executionArn"]
    assert client.describe_execution(executionArn=execution)["stateMachineVersionArn"] == f"{MACHINE}:2"
    client.delete_state_machine_alias(stateMachineAliasArn=ALIAS)
    with pytest.raises(client.exceptions.ResourceNotFound):
        client.describe_state_machine_alias(stateMachineAliasArn=ALIAS)


def test_client_and_service_share_a_store() -> None:
    sfn = create_service()
    create_alias(sfn_alias.boto3.client(sfn))
    assert sfn.describe_state_machine_alias(stateMachineAliasArn=ALIAS)["name"] == "PROD"


def test_responses_differ_only_in_ids() -> None:
    sfn = create_service()
    create_alias(sfn, description="live")
    client = sfn_alias.boto3.client(sfn)
    execution = sfn.start_execution(stateMachineArn=ALIAS)["executionArn"]
    for method, request in [
        ("describe_state_machine_alias", {"stateMachineAliasArn": ALIAS}),
        ("list_state_machine_aliases", {"stateMachineArn": MACHINE}),
        ("list_state_machine_versions", {"stateMachineArn": MACHINE}),
        ("describe_state_machine", {"stateMachineArn": MACHINE}),
        ("describe_execution", {"executionArn": execution}),
        ("get_execution_history", {"executionArn": execution}),
        ("list_executions", {"stateMachineArn": ALIAS}),
        ("list_state_machines", {}),
        ("list_tags_for_resource", {"resourceArn": MACHINE}),
    ]:
        ours, theirs = getattr(sfn, method)(**request), getattr(client, method)(**request)
        assert ours.pop("ResponseMetadata").keys() == theirs.pop("ResponseMetadata").keys()
        assert ours == theirs


def test_exceptions_are_those_of_botocore() -> None:
    client = sfn_alias.boto3.client(create_service())
    create_alias(client)
    with pytest.raises(client.exceptions.ConflictException) as caught:
        create_alias(client, description="other")
    assert isinstance(caught.value, botocore.exceptions.ClientError)
    assert not isinstance(caught.value, sfn_alias.StepFunctionsError)
    # botocore still checks parameters before it sends.
    with pytest.raises(botocore.exceptions.ParamValidationError):
        create_alias(client, name="")


def test_unsupported_operation() -> None:
    client = sfn_alias.boto3.client()
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        client.list_activities()
    assert caught.value.response["Error"]["Code"] == "UnknownOperationException"


def test_client_region_selects_the_scope() -> None:
    sfn = sfn_alias.StepFunctions(account="123456789012", region="eu-west-3")
    assert sfn_alias.boto3.client(sfn).meta.region_name == "eu-west-3"
    client = sfn_alias.boto3.client(sfn, region_name="cn-north-1")
    machine = client.create_state_machine(name="o", definition=FIRST, roleArn=ROLE)
    assert machine["stateMachineArn"] == "arn:aws-cn:states:cn-north-1:123456789012:stateMachine:o"
    assert sfn.list_state_machines()["stateMachines"] == []


def test_paginators_of_boto3() -> None:
    client = sfn_alias.boto3.client(create_service())
    for n in range(5):
        client.start_execution(stateMachineArn=MACHINE, name=f"e{n}")
    pages = client.get_paginator("list_executions").paginate(
        stateMachineArn=MACHINE, PaginationConfig={"PageSize": 2}
    )
    assert [len(page["executions"]) for page in pages] == [2, 2, 1]
    execution = f"{MACHINE.replace('stateMachine', 'execution')}:e0"
    client.stop_execution(executionArn=execution)
    for reverse in (False, True):
        events = client.get_paginator("get_execution_history").paginate(
            executionArn=execution, reverseOrder=reverse, PaginationConfig={"PageSize": 1}
        )
        ids = [[event["id"] for event in page["events"]] for page in events]
        assert ids == ([[2], [1]] if reverse else [[1], [2]])


def test_stubber_takes_precedence() -> None:
    client = sfn_alias.boto3.client()
    with botocore.stub.Stubber(client) as stubber:
        stubber.add_response("list_state_machines", {"stateMachines": []})
        stubber.add_client_error("list_state_machines", "ThrottlingException")
        assert "RequestId" not in client.list_state_machines().get("ResponseMetadata", {})
        with pytest.raises(botocore.exceptions.ClientError, match="ThrottlingException"):
            client.list_state_machines()
    assert client.list_state_machines()["stateMachines"] == []


def test_storage_errors_are_retried(monkeypatch: pytest.MonkeyPatch) -> None:
    """botocore retries HTTP 500, as with AWS."""
    monkeypatch.setattr("time.sleep", lambda _: None)
    responses = [(500, b'{"__type": "InternalFailure"}')]

    class Failing:
        def in_scope(self, **_: Any) -> Any:
            return self

        def call_json(self, operation: str, body: bytes) -> Any:
            return responses.pop() if responses else sfn_alias.StepFunctions().call_json(operation, body)

    client = boto3.client("stepfunctions", region_name="us-east-1")
    response = sfn_alias.boto3.attach(client, Failing()).list_state_machines()  # type: ignore[arg-type]
    assert response["ResponseMetadata"]["RetryAttempts"] == 1


def test_request_size_is_limited_only_where_requests_are_bytes() -> None:
    service = create_service(limits={"request_bytes": 500})
    description = "x" * 250
    alias = {"name": "PROD", "description": description, "routingConfiguration": routes(90, 10)}
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        sfn_alias.boto3.client(service).create_state_machine_alias(**alias)  # type: ignore[arg-type]
    assert caught.value.response["Error"]["Code"] == "RequestEntityTooLargeException"
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 413
    assert service.call_json("CreateStateMachineAlias", json.dumps(alias).encode())[0] == 413
    create_alias(service, description=description)


def test_attach_accepts_any_client() -> None:
    client = boto3.client("stepfunctions", region_name="us-east-1")
    assert sfn_alias.boto3.attach(client, create_service()) is client
    assert create_alias(client)["stateMachineAliasArn"] == ALIAS
    session = botocore.session.get_session()
    other = session.create_client("stepfunctions", region_name="us-east-1")
    sfn_alias.boto3.attach(other, create_service())
    assert create_alias(other)["stateMachineAliasArn"] == ALIAS


def test_second_attach_replaces_the_service() -> None:
    client = sfn_alias.boto3.client(create_service())
    sfn_alias.boto3.attach(client, sfn_alias.StepFunctions())
    assert client.list_state_machines()["stateMachines"] == []


def create_guarded_client() -> tuple[Any, list[str]]:
    """Creates a guarded client. Also returns the list of operations that it sends."""
    client = boto3.client(
        "stepfunctions", region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b"
    )
    sent: list[str] = []

    def respond(request: Any, **_: Any) -> Any:
        sent.append(request.headers["X-Amz-Target"].decode().split(".")[1])
        return Response(request.url, 200, b"{}")

    client.meta.events.register_last("before-send.sfn", respond)
    return sfn_alias.boto3.guard(client), sent


def test_guard_rejects_before_sending() -> None:
    client, sent = create_guarded_client()
    with pytest.raises(client.exceptions.ValidationException) as caught:
        create_alias(client, routingConfiguration=routes(90, 9))
    assert "Sum of routing configuration weights must equal 100" in str(caught.value)
    assert sent == []


def test_guard_sends_other_requests() -> None:
    client, sent = create_guarded_client()
    create_alias(client)
    client.send_task_success(taskToken="t", output="{}")
    client.list_activities()
    assert sent == ["CreateStateMachineAlias", "SendTaskSuccess", "ListActivities"]


@pytest.mark.parametrize("guarded", ["before", "after", "inside"])
def test_guarded_stubs_reject_invalid_requests(guarded: str) -> None:
    client: Any = boto3.client("stepfunctions", region_name="us-east-1")
    if guarded == "before":
        sfn_alias.boto3.guard(client)
    stubber = botocore.stub.Stubber(client)
    stubber.add_response("create_state_machine_alias", {"stateMachineAliasArn": ALIAS, "creationDate": 0})
    stubber.add_client_error("create_state_machine_alias", "ThrottlingException")
    if guarded == "after":
        sfn_alias.boto3.guard(client)
    with stubber:
        if guarded == "inside":
            sfn_alias.boto3.guard(client)
        for _ in range(2):
            with pytest.raises(client.exceptions.ValidationException, match="weights must equal 100"):
                create_alias(client, routingConfiguration=routes(90, 9))
        # Valid requests get the responses of the stubs: a rejected request has used none.
        assert create_alias(client)["stateMachineAliasArn"] == ALIAS
        with pytest.raises(botocore.exceptions.ClientError, match="ThrottlingException"):
            create_alias(client)
        stubber.assert_no_pending_responses()
