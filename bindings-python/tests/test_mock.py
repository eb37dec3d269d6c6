"""`mock` and `attach`, with and without moto's `mock_aws`."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
import threading
import unittest
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import boto3
import botocore.exceptions
import botocore.session
import botocore.stub
import pytest
from botocore.client import BaseClient
from botocore.config import Config
from moto import mock_aws
from moto.stepfunctions.models import stepfunctions_backends
from support import ALIAS, FIRST, MACHINE, ROLE, SECOND, create_alias, create_service, create_versions, routes

import sfn_alias
import sfn_alias.boto3
from sfn_alias import _connections, _mock


@pytest.fixture(autouse=True)
def no_sockets(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No test opens a socket or leaves a patch in place."""

    def fail(*_: Any, **__: Any) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket.socket, "connect", fail)
    monkeypatch.setattr(socket, "create_connection", fail)
    monkeypatch.setattr(socket, "getaddrinfo", fail)
    methods = BaseClient.__init__, BaseClient._make_api_call
    yield
    assert (BaseClient.__init__, BaseClient._make_api_call) == methods
    assert _connections.mocked_services == [] == _mock._patches


def create_client() -> Any:
    return boto3.client("stepfunctions", region_name="us-east-1")


def create_client_with_keys() -> Any:
    keys = {"aws_access_key_id": "a", "aws_secret_access_key": "b"}
    return boto3.client("stepfunctions", region_name="us-east-1", **keys)  # type: ignore[call-overload]


def list_names(client: Any) -> list[str]:
    return [machine["name"] for machine in client.list_state_machines()["stateMachines"]]


def count_in_moto() -> int:
    """Returns the number of state machines in the store of moto."""
    return sum(len(backend.state_machines) for account in stepfunctions_backends.values() for backend in account.values())


def check_all_operations(client: Any) -> None:
    """Calls all operations of a client whose store is empty."""
    create_versions(client)
    create_alias(client)
    client.update_state_machine_alias(stateMachineAliasArn=ALIAS, routingConfiguration=routes(0, 100))
    assert client.describe_state_machine_alias(stateMachineAliasArn=ALIAS)["routingConfiguration"] == routes(0, 100)
    assert len(client.list_state_machine_aliases(stateMachineArn=MACHINE)["stateMachineAliases"]) == 1
    published = client.publish_state_machine_version(stateMachineArn=MACHINE)
    assert published["stateMachineVersionArn"] == f"{MACHINE}:2"
    assert len(client.list_state_machine_versions(stateMachineArn=MACHINE)["stateMachineVersions"]) == 2
    assert client.validate_state_machine_definition(definition=FIRST)["result"] == "OK"
    execution = client.start_execution(stateMachineArn=ALIAS)["executionArn"]
    assert client.describe_execution(executionArn=execution)["stateMachineVersionArn"] == f"{MACHINE}:2"
    assert client.describe_state_machine_for_execution(executionArn=execution)["definition"] == SECOND
    assert len(client.list_executions(stateMachineArn=ALIAS)["executions"]) == 1
    client.stop_execution(executionArn=execution)
    types = [event["type"] for event in client.get_execution_history(executionArn=execution)["events"]]
    assert types == ["ExecutionStarted", "ExecutionAborted"]
    client.redrive_execution(executionArn=execution)
    with pytest.raises(client.exceptions.ExecutionNotRedrivable):
        client.redrive_execution(executionArn=execution)
    # The only operation with another host: `sync-states`.
    with pytest.raises(client.exceptions.StateMachineTypeNotSupported):
        client.start_sync_execution(stateMachineArn=ALIAS)
    client.tag_resource(resourceArn=MACHINE, tags=[{"key": "k", "value": "v"}])
    assert client.list_tags_for_resource(resourceArn=MACHINE)["tags"] == [{"key": "k", "value": "v"}]
    client.untag_resource(resourceArn=MACHINE, tagKeys=["k"])
    client.delete_state_machine_alias(stateMachineAliasArn=ALIAS)
    client.delete_state_machine_version(stateMachineVersionArn=f"{MACHINE}:1")
    assert client.describe_state_machine(stateMachineArn=MACHINE)["name"] == "orders"
    client.delete_state_machine(stateMachineArn=MACHINE)
    assert list_names(client) == []


def check_other_service() -> None:
    queue = boto3.client("sqs", region_name="us-east-1").create_queue(QueueName="orders")
    assert queue["QueueUrl"] == "https://sqs.us-east-1.amazonaws.com/123456789012/orders"


def attach_client(client: Any) -> Any:
    return sfn_alias.boto3.attach(client, sfn_alias.StepFunctions())


def test_mock_answers_clients_from_before_and_inside() -> None:
    before, session = create_client(), boto3.Session(region_name="us-east-1")
    with sfn_alias.boto3.mock() as service:
        check_all_operations(before)
        create_versions(session.client("stepfunctions"))
        clients = [before, create_client(), botocore.session.get_session().create_client("stepfunctions", "us-east-1")]
        assert [list_names(client) for client in clients] == [["orders"]] * 3
        assert list_names(service) == ["orders"]
    for client in clients:
        with pytest.raises(botocore.exceptions.NoCredentialsError):
            client.list_state_machines()
    with pytest.raises(ValueError, match=": the service is closed$"):
        service.list_state_machines()


@pytest.mark.parametrize("order", ["mock, mock_aws", "mock_aws, mock"])
@pytest.mark.parametrize("created", ["before", "between", "inside"])
def test_mock_with_moto(order: str, created: str) -> None:
    before = create_client_with_keys() if created == "before" else None
    contexts = {"mock": sfn_alias.boto3.mock, "mock_aws": mock_aws}
    first, second = (contexts[name] for name in order.split(", "))
    with first():
        client = create_client() if created == "between" else before
        with second():
            check_all_operations(client or create_client())
            check_other_service()
            assert count_in_moto() == 0
        if order == "mock, mock_aws":
            check_all_operations(client or create_client())
        else:
            # moto answers again, from its own store.
            machine = (client or create_client()).create_state_machine(name="orders", definition=FIRST, roleArn=ROLE)
            assert machine["stateMachineArn"] == MACHINE.replace("000000000000", "123456789012")
            assert count_in_moto() == 1


@pytest.mark.parametrize("created", ["before", "inside"])
@pytest.mark.parametrize("attached", ["before", "inside"])
def test_attach_with_moto(created: str, attached: str) -> None:
    with ExitStack() as stack:
        if created == "inside":
            stack.enter_context(mock_aws())
        client = create_client_with_keys()
        if attached == "before":
            attach_client(client)
        if created == "before":
            stack.enter_context(mock_aws())
        if attached == "inside":
            attach_client(client)
        check_all_operations(client)
        check_other_service()
        assert count_in_moto() == 0
        sfn_alias.boto3.detach(client)
        assert list_names(client) == []
        client.create_state_machine(name="orders", definition=FIRST, roleArn=ROLE)
        assert count_in_moto() == 1


@mock_aws
def test_attach_in_a_decorated_test() -> None:
    check_all_operations(attach_client(create_client()))
    check_all_operations(sfn_alias.boto3.client())
    assert count_in_moto() == 0


@mock_aws
@sfn_alias.boto3.mock()
def test_both_decorators() -> None:
    check_all_operations(create_client())
    check_other_service()
    assert count_in_moto() == 0


@sfn_alias.boto3.mock(account="123456789012", seed=7)
@mock_aws
def test_both_decorators_in_the_other_order() -> None:
    machine = create_client().create_state_machine(name="orders", definition=FIRST, roleArn=ROLE)
    assert machine["stateMachineArn"] == MACHINE.replace("000000000000", "123456789012")
    check_other_service()
    assert count_in_moto() == 0


def test_endpoint_in_moto(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment variable of the endpoint also works inside `mock_aws`."""
    monkeypatch.undo()
    with sfn_alias.serve() as url, mock_aws(), pytest.MonkeyPatch.context() as environment:
        environment.setenv("AWS_ENDPOINT_URL_SFN", url)
        environment.setenv("AWS_ACCESS_KEY_ID", "000000000000")
        # Of an endpoint, botocore would expect the host `sync-127.0.0.1` for StartSyncExecution.
        config = Config(inject_host_prefix=False)
        check_all_operations(boto3.client("stepfunctions", region_name="us-east-1", config=config))
        check_other_service()
        assert count_in_moto() == 0


def test_attached_client_keeps_its_service() -> None:
    own, client = create_service(), create_client()
    sfn_alias.boto3.attach(client, own)
    with sfn_alias.boto3.mock() as service:
        assert list_names(client) == ["orders"]
        inside = sfn_alias.boto3.attach(create_client(), own)
        assert list_names(inside) == ["orders"]
        sfn_alias.boto3.detach(inside)
        assert list_names(inside) == list_names(service) == []
        mocked = create_client()
        assert list_names(mocked) == []
        sfn_alias.boto3.attach(mocked, own)
        assert list_names(mocked) == ["orders"]
    assert list_names(client) == list_names(mocked) == ["orders"]


def test_detach() -> None:
    client = sfn_alias.boto3.attach(create_client(), create_service())
    assert sfn_alias.boto3.detach(client) is client
    with pytest.raises(botocore.exceptions.NoCredentialsError):
        client.list_state_machines()
    sfn_alias.boto3.detach(client)
    sfn_alias.boto3.attach(client, sfn_alias.StepFunctions())
    assert list_names(client) == []


@pytest.mark.parametrize("create_session", [lambda: boto3.Session(region_name="us-east-1"), botocore.session.get_session])
def test_attach_session(create_session: Callable[[], Any]) -> None:
    session, service = create_session(), create_service()
    assert sfn_alias.boto3.attach(session, service) is session
    create = session.client if isinstance(session, boto3.Session) else session.create_client
    client = create("stepfunctions", region_name="us-east-1")
    assert list_names(client) == ["orders"]
    assert list_names(create("stepfunctions", region_name="eu-west-1")) == []
    assert create("s3", region_name="us-east-1").meta.service_model.service_name == "s3"
    with pytest.raises(botocore.exceptions.NoCredentialsError):
        create_client().list_state_machines()
    # A second `attach` replaces the service of clients that are created from now on.
    sfn_alias.boto3.attach(session, sfn_alias.StepFunctions())
    assert list_names(create("stepfunctions", region_name="us-east-1")) == []
    assert sfn_alias.boto3.detach(session) is session
    assert list_names(client) == ["orders"]
    with pytest.raises(botocore.exceptions.NoCredentialsError):
        create("stepfunctions", region_name="us-east-1").list_state_machines()


def test_mocks_can_be_nested() -> None:
    client = create_client()
    outer_mock = sfn_alias.boto3.mock()
    with outer_mock as outer:
        create_versions(client)
        with sfn_alias.boto3.mock() as inner, outer_mock as same_mock:
            assert list_names(client) == []
            assert len({id(outer), id(inner), id(same_mock)}) == 3
        assert list_names(client) == ["orders"]


def test_mock_of_a_service_stays_open() -> None:
    service = create_service()
    for _ in range(2):
        with sfn_alias.boto3.mock(service) as mocked:
            assert mocked is service
            assert list_names(create_client()) == ["orders"]
    assert list_names(service) == ["orders"]


def test_region_and_account() -> None:
    with sfn_alias.boto3.mock(account="210987654321"):
        client = boto3.client("stepfunctions", region_name="cn-north-1")
        machine = client.create_state_machine(name="o", definition=FIRST, roleArn=ROLE)
    assert machine["stateMachineArn"] == "arn:aws-cn:states:cn-north-1:210987654321:stateMachine:o"


def test_exception_ends_the_mock() -> None:
    with pytest.raises(RuntimeError, match="^stop$"), sfn_alias.boto3.mock():
        raise RuntimeError("stop")
    assert _connections.mocked_services == []


@sfn_alias.boto3.mock()
def function_with_a_name(value: int) -> tuple[int, list[str]]:
    """Text."""
    client = create_client()
    create_versions(client)
    return value, list_names(client)


def test_decorated_function_has_an_empty_store_per_call() -> None:
    assert function_with_a_name(1) == function_with_a_name(value=1) == (1, ["orders"])
    assert (function_with_a_name.__name__, function_with_a_name.__doc__) == ("function_with_a_name", "Text.")


def test_decorated_coroutine() -> None:
    @sfn_alias.boto3.mock()
    async def work() -> list[str]:
        await asyncio.sleep(0)
        return list_names(create_client())

    assert asyncio.run(work()) == []


def test_generators_cannot_be_decorated() -> None:
    def generate() -> Iterator[None]:
        yield

    with pytest.raises(TypeError) as caught:
        sfn_alias.boto3.mock()(generate)
    assert str(caught.value) == "`mock` cannot decorate a generator function; use `with mock():` in it"


@sfn_alias.boto3.mock()
class TestDecoratedClass:
    def test_first(self) -> None:
        create_versions(create_client())

    def test_each_test_has_an_empty_store(self) -> None:
        assert list_names(create_client()) == []


@sfn_alias.boto3.mock()
class DecoratedTestCase(unittest.TestCase):
    def setUp(self) -> None:
        self.client = create_client()
        create_versions(self.client)

    def tearDown(self) -> None:
        assert list_names(self.client) == ["orders", "other"]

    def test_one(self) -> None:
        self.client.create_state_machine(name="other", definition=FIRST, roleArn=ROLE)

    test_two = test_one


def test_stubber_in_a_mock() -> None:
    client = create_client()
    with sfn_alias.boto3.mock(), botocore.stub.Stubber(client) as stubber:
        stubber.add_client_error("list_state_machines", "ThrottlingException")
        with pytest.raises(botocore.exceptions.ClientError, match="ThrottlingException"):
            client.list_state_machines()


def test_threads_share_a_client() -> None:
    """A client from before is connected before the first call of any thread."""
    for _ in range(20):
        client, errors = create_client(), []
        barrier = threading.Barrier(8)

        def call() -> None:
            barrier.wait()
            try:
                client.list_state_machines()
            except BaseException as error:
                errors.append(error)

        with sfn_alias.boto3.mock():
            threads = [threading.Thread(target=call) for _ in range(8)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        assert errors == []


def test_method_that_another_library_has_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    """A mock that ends does not undo what another library did meanwhile."""
    original = BaseClient._make_api_call
    with sfn_alias.boto3.mock():
        ours = BaseClient._make_api_call

        def theirs(*arguments: Any) -> Any:
            return ours(*arguments)

        BaseClient._make_api_call = theirs  # type: ignore[method-assign]
    try:
        assert BaseClient._make_api_call is theirs
        with pytest.raises(botocore.exceptions.NoCredentialsError):
            create_client().list_state_machines()
    finally:
        BaseClient._make_api_call = original  # type: ignore[method-assign]


def test_client_needs_no_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a file nor a metadata service is asked, and a config is kept."""
    monkeypatch.delenv("AWS_EC2_METADATA_DISABLED")
    assert list_names(sfn_alias.boto3.client()) == []
    config = botocore.config.Config(user_agent_extra="orders")
    client = sfn_alias.boto3.client(config=config)
    assert list_names(client) == []
    assert client.meta.config.user_agent_extra == "orders"  # type: ignore[attr-defined]


def test_closed_store_is_not_retried() -> None:
    service = sfn_alias.StepFunctions()
    client = sfn_alias.boto3.client(service)
    service.close()
    with pytest.raises(sfn_alias.errors.ServiceClosed):
        client.list_state_machines()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: sfn_alias.boto3.attach(boto3.client("s3", region_name="us-east-1"), sfn_alias.StepFunctions()),
            "expected a client of Step Functions, found a client of `s3`",
        ),
        (
            lambda: sfn_alias.boto3.detach(boto3.client("s3", region_name="us-east-1")),
            "expected a client of Step Functions, found a client of `s3`",
        ),
        (
            lambda: sfn_alias.boto3.guard(boto3.client("s3", region_name="us-east-1")),  # type: ignore[arg-type]
            "expected a client of Step Functions, found a client of `s3`",
        ),
        (
            lambda: sfn_alias.boto3.guard(boto3.Session()),  # type: ignore[arg-type]
            "expected a client of Step Functions, found an instance of `Session`",
        ),
        (
            lambda: sfn_alias.boto3.attach("stepfunctions", sfn_alias.StepFunctions()),
            "expected a client of Step Functions or a session, found an instance of `str`",
        ),
        (
            lambda: sfn_alias.boto3.attach(sfn_alias.StepFunctions(), create_client()),
            "`service`: expected a `StepFunctions`, found an instance of `SFN`",
        ),
        (
            lambda: sfn_alias.boto3.client("stepfunctions"),  # type: ignore[arg-type]
            "`service`: expected a `StepFunctions`, found the text `stepfunctions`; use `client()`",
        ),
        (
            lambda: sfn_alias.boto3.client(5),  # type: ignore[arg-type]
            "`service`: expected a `StepFunctions`, found an instance of `int`",
        ),
        (
            lambda: sfn_alias.boto3.mock(lambda: None),  # type: ignore[arg-type]
            "`service`: expected a `StepFunctions`, found an instance of `function`; use `@mock()` with parentheses",
        ),
        (
            lambda: sfn_alias.boto3.mock(sfn_alias.StepFunctions(), seed=7),
            "`service` cannot be combined with options; set the options when you create the service",
        ),
    ],
)
def test_wrong_arguments(call: Callable[[], Any], message: str) -> None:
    with pytest.raises(TypeError) as caught:
        call()
    assert str(caught.value) == message
