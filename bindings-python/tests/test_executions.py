"""Executions that end by a call: status, history, lists, redrives, synchronous starts and times."""

from __future__ import annotations

import datetime
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import freezegun
import pytest
from support import ALIAS, FIRST, MACHINE, ROLE, create_alias, create_service, routes
from test_serve import create_client

import sfn_alias
import sfn_alias.boto3

START = datetime.datetime(2030, 1, 2, 3, 4, 5, tzinfo=datetime.timezone.utc)


class Time:
    """A clock that tests move."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime.datetime:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += datetime.timedelta(seconds=seconds)


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def sfn(time: Time) -> Iterator[sfn_alias.StepFunctions]:
    with create_service(clock=time) as sfn:
        create_alias(sfn, routingConfiguration=routes(0, 100))
        yield sfn


@pytest.fixture(params=["service", "boto3"])
def client(request: pytest.FixtureRequest, sfn: sfn_alias.StepFunctions) -> Any:
    return sfn if request.param == "service" else sfn_alias.boto3.client(sfn)


def start(client: Any, name: str = "e1", target: str = ALIAS) -> str:
    arn: str = client.start_execution(stateMachineArn=target, name=name, input='{"order": 1}')["executionArn"]
    return arn


def describe(client: Any, arn: str) -> dict[str, Any]:
    described: dict[str, Any] = client.describe_execution(executionArn=arn)
    return described


def test_output(sfn: sfn_alias.StepFunctions, client: Any, time: Time) -> None:
    arn = start(client)
    time.advance(2)
    ended = sfn.end_execution(arn, output={"b": [1, None, "é"], "a": 2**70})
    assert ended == {"executionArn": arn, "status": "SUCCEEDED", "stopDate": time.now}
    described = describe(client, arn)
    # The order of members, large integers and characters do not change.
    assert described["output"] == '{"b":[1,null,"é"],"a":1180591620717411303424}'
    assert (described["status"], described["stopDate"]) == ("SUCCEEDED", time.now)
    assert described["stateMachineVersionArn"] == f"{MACHINE}:2"


@pytest.mark.parametrize(
    ("output", "text"),
    [(None, "null"), ("text", '"text"'), ({}, "{}"), ((1, 2), "[1,2]"), (0.5, "0.5"), (True, "true")],
    ids=repr,
)
def test_output_is_any_json_value(sfn: sfn_alias.StepFunctions, output: Any, text: str) -> None:
    arn = start(sfn)
    sfn.end_execution(arn, output=output)
    assert describe(sfn, arn)["output"] == text


def test_output_is_empty_by_default(sfn: sfn_alias.StepFunctions) -> None:
    arn = start(sfn)
    assert sfn.end_execution(arn)["status"] == "SUCCEEDED"
    assert describe(sfn, arn)["output"] == "{}"


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"error": "Orders.Broken", "cause": "on purpose"}, ("FAILED", "Orders.Broken", "on purpose")),
        ({"error": "Orders.Broken"}, ("FAILED", "Orders.Broken", None)),
        ({"cause": "on purpose"}, ("FAILED", None, "on purpose")),
        ({"timed_out": True}, ("TIMED_OUT", None, None)),
    ],
)
def test_failures(sfn: sfn_alias.StepFunctions, client: Any, arguments: Any, expected: Any) -> None:
    arn = start(client)
    assert sfn.end_execution(arn, **arguments)["status"] == expected[0]
    described = describe(client, arn)
    assert (described["status"], described.get("error"), described.get("cause")) == expected
    assert "output" not in described


@pytest.mark.parametrize("after", [2, 2.0, datetime.timedelta(seconds=2), "2s", "2000ms"], ids=repr)
def test_end_in_the_future(sfn: sfn_alias.StepFunctions, client: Any, time: Time, after: Any) -> None:
    arn = start(client)
    ended = sfn.end_execution(arn, after=after)
    assert ended["stopDate"] == START + datetime.timedelta(seconds=2)
    time.advance(1.999)
    assert describe(client, arn)["status"] == "RUNNING"
    time.advance(0.001)
    assert describe(client, arn)["status"] == "SUCCEEDED"


def test_stop_before_the_end(sfn: sfn_alias.StepFunctions, client: Any, time: Time) -> None:
    arn = start(client)
    sfn.end_execution(arn, after=60)
    time.advance(1)
    client.stop_execution(executionArn=arn, error="Stopped")
    time.advance(60)
    described = describe(client, arn)
    assert (described["status"], described["error"]) == ("ABORTED", "Stopped")


def test_end_twice(sfn: sfn_alias.StepFunctions, time: Time) -> None:
    arn = start(sfn)
    first = sfn.end_execution(arn, output=1)
    time.advance(1)
    assert sfn.end_execution(arn, output=1) == first
    with pytest.raises(sfn_alias.errors.ValidationException, match="has already ended with status SUCCEEDED"):
        sfn.end_execution(arn, error="Broken")
    assert describe(sfn, arn)["output"] == "1"


def test_missing_execution(sfn: sfn_alias.StepFunctions) -> None:
    with pytest.raises(sfn_alias.errors.ExecutionDoesNotExist):
        sfn.end_execution(f"{MACHINE.replace('stateMachine', 'execution')}:none")
    with pytest.raises(sfn_alias.errors.InvalidArn):
        sfn.end_execution("orders")


class Broken:
    pass


def cyclic() -> Any:
    value: list[Any] = []
    value.append(value)
    return value


SECONDS = 'a non-negative number of seconds, a `timedelta` or a text, for example "500ms"'


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"output": Broken()}, TypeError, "`output`: Object of type Broken is not JSON serializable"),
        ({"output": float("inf")}, ValueError, "`output`: Out of range float values are not JSON compliant"),
        ({"output": cyclic()}, ValueError, "`output`: Circular reference detected"),
        ({"output": "\ud800"}, ValueError, "`output`: a text has a lone surrogate, which JSON cannot contain"),
        ({"error": 5}, TypeError, "`error`: expected a string, found 5"),
        ({"cause": b"x"}, TypeError, "`cause`: expected a string, found an instance of `bytes`"),
        ({"timed_out": 1}, TypeError, "`timed_out`: expected `True` or `False`, found 1"),
        ({"after": -1}, ValueError, f"`after`: expected {SECONDS}, found -1"),
        ({"after": [1]}, TypeError, f"`after`: expected {SECONDS}, found an instance of `list`"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_invalid_arguments(sfn: sfn_alias.StepFunctions, arguments: Any, error: type[Exception], message: str) -> None:
    arn = start(sfn)
    with pytest.raises(error) as caught:
        sfn.end_execution(arn, **arguments)
    assert type(caught.value) is error
    assert str(caught.value).startswith(message)
    assert describe(sfn, arn)["status"] == "RUNNING"


def test_arn_of_the_wrong_type(sfn: sfn_alias.StepFunctions) -> None:
    with pytest.raises(TypeError) as caught:
        sfn.end_execution(5)  # type: ignore[arg-type]
    assert str(caught.value) == "`execution_arn`: expected an ARN, found 5"


@pytest.mark.parametrize(
    "arguments",
    [{"after": "2 fortnights"}, {"output": 1, "error": "Broken"}, {"error": "x" * 257}, {"output": "x" * 300_000}],
    ids=["unit", "output and error", "long error", "large output"],
)
def test_invalid_endings_change_nothing(sfn: sfn_alias.StepFunctions, arguments: Any) -> None:
    arn = start(sfn)
    with pytest.raises((sfn_alias.errors.ValidationException, sfn_alias.errors.SerializationException)):
        sfn.end_execution(arn, **arguments)
    assert describe(sfn, arn)["status"] == "RUNNING"


def history(client: Any, arn: str, **arguments: Any) -> list[dict[str, Any]]:
    events: list[dict[str, Any]] = client.get_execution_history(executionArn=arn, **arguments)["events"]
    return events


def test_history_in_both_directions(sfn: sfn_alias.StepFunctions, client: Any, time: Time) -> None:
    arn = start(client)
    time.advance(2)
    sfn.end_execution(arn, output={"ok": True})
    events = history(client, arn)
    assert events == [
        {
            "timestamp": START,
            "type": "ExecutionStarted",
            "id": 1,
            "previousEventId": 0,
            "executionStartedEventDetails": {
                "input": '{"order": 1}',
                "inputDetails": {"truncated": False},
                "roleArn": ROLE,
                "stateMachineAliasArn": ALIAS,
                "stateMachineVersionArn": f"{MACHINE}:2",
            },
        },
        {
            "timestamp": time.now,
            "type": "ExecutionSucceeded",
            "id": 2,
            "previousEventId": 0,
            "executionSucceededEventDetails": {"output": '{"ok":true}', "outputDetails": {"truncated": False}},
        },
    ]
    assert history(client, arn, reverseOrder=True) == events[::-1]
    [first, last] = history(client, arn, includeExecutionData=False)
    assert "input" not in first["executionStartedEventDetails"]
    assert "output" not in last["executionSucceededEventDetails"]


@pytest.mark.parametrize("reverse", [False, True])
def test_pages_of_a_history(client: Any, time: Time, reverse: bool) -> None:
    arn = start(client)
    for _ in range(3):
        time.advance(1)
        client.stop_execution(executionArn=arn)
        client.redrive_execution(executionArn=arn)
    paginator = sfn_alias.paginator(client, "get_execution_history")
    pages = paginator.paginate(executionArn=arn, reverseOrder=reverse, PaginationConfig={"PageSize": 3})
    ids = [[event["id"] for event in page["events"]] for page in pages]
    assert ids == ([[7, 6, 5], [4, 3, 2], [1]] if reverse else [[1, 2, 3], [4, 5, 6], [7]])
    first = paginator.paginate(executionArn=arn, PaginationConfig={"MaxItems": 5}).build_full_result()
    assert [event["id"] for event in first["events"]] == [1, 2, 3, 4, 5]


def names(client: Any, **arguments: Any) -> list[str]:
    return [item["name"] for item in client.list_executions(**arguments)["executions"]]


def test_lists_have_filters_and_pages(sfn: sfn_alias.StepFunctions, client: Any, time: Time) -> None:
    arns = {}
    for name, target in [("a", ALIAS), ("b", f"{MACHINE}:1"), ("c", ALIAS), ("d", MACHINE), ("e", f"{MACHINE}:2")]:
        time.advance(1)
        arns[name] = start(client, name, target)
    time.advance(1)
    sfn.end_execution(arns["a"], after=10)
    sfn.end_execution(arns["b"], error="Broken")
    time.advance(1)
    client.stop_execution(executionArn=arns["d"])
    assert names(client, stateMachineArn=MACHINE) == ["d", "b", "e", "c", "a"]
    assert names(client, stateMachineArn=ALIAS) == ["c", "a"]
    assert names(client, stateMachineArn=f"{MACHINE}:2") == ["e", "c", "a"]
    statuses = {"RUNNING": ["e", "c", "a"], "FAILED": ["b"], "ABORTED": ["d"], "SUCCEEDED": [], "TIMED_OUT": []}
    for status, expected in statuses.items():
        assert names(client, stateMachineArn=MACHINE, statusFilter=status) == expected
    time.advance(10)
    assert names(client, stateMachineArn=ALIAS, statusFilter="SUCCEEDED") == ["a"]
    pages = sfn_alias.paginator(client, "list_executions").paginate(
        stateMachineArn=MACHINE, PaginationConfig={"PageSize": 2}
    )
    assert [[item["name"] for item in page["executions"]] for page in pages] == [["a", "d"], ["b", "e"], ["c"]]


def test_redrive(sfn: sfn_alias.StepFunctions, client: Any, time: Time) -> None:
    arn = start(client)
    sfn.end_execution(arn, error="Broken")
    time.advance(5)
    assert client.redrive_execution(executionArn=arn, clientToken="t")["redriveDate"] == time.now
    described = describe(client, arn)
    assert (described["status"], described["redriveCount"], described["stateMachineAliasArn"]) == ("RUNNING", 1, ALIAS)
    # The token makes the request idempotent.
    assert client.redrive_execution(executionArn=arn, clientToken="t")["redriveDate"] == time.now
    sfn.end_execution(arn, output=1)
    with pytest.raises(client.exceptions.ExecutionNotRedrivable) as caught:
        client.redrive_execution(executionArn=arn)
    error = caught.value.response["Error"]
    assert (error["Code"], error["Message"]) == (
        "ExecutionNotRedrivable",
        "Execution is SUCCEEDED and cannot be redriven",
    )
    kinds = ["ExecutionStarted", "ExecutionFailed", "ExecutionRedriven", "ExecutionSucceeded"]
    assert [event["type"] for event in history(client, arn)] == kinds


def test_frozen_time(sfn: sfn_alias.StepFunctions) -> None:
    """A poll in frozen time sees the end when the time has passed."""
    service = create_service()
    with freezegun.freeze_time(START) as frozen:
        arn = start(service, target=MACHINE)
        service.end_execution(arn, after=datetime.timedelta(minutes=5))
        statuses = []
        while not statuses or statuses[-1] == "RUNNING":
            statuses.append(describe(service, arn)["status"])
            frozen.tick(60)
    assert statuses == ["RUNNING"] * 5 + ["SUCCEEDED"]


def test_service_of_a_client() -> None:
    """`get_service` has the region of the client."""
    client = sfn_alias.boto3.client(region_name="eu-west-3")
    machine = client.create_state_machine(name="o", definition=FIRST, roleArn=ROLE)["stateMachineArn"]
    arn = client.start_execution(stateMachineArn=machine)["executionArn"]
    sfn_alias.boto3.get_service(client).end_execution(arn, output="done")
    assert client.describe_execution(executionArn=arn)["output"] == '"done"'


def test_service_of_a_mocked_client() -> None:
    client: Any = boto3.client("stepfunctions", region_name="us-east-1")
    with pytest.raises(ValueError) as caught:
        sfn_alias.boto3.get_service(client)
    assert str(caught.value) == (
        "the client is not connected to a `StepFunctions`; use `attach`, or call this inside `mock`"
    )
    with sfn_alias.boto3.mock() as service:
        same = sfn_alias.boto3.get_service(client)
        machine = client.create_state_machine(name="orders", definition=FIRST, roleArn=ROLE)["stateMachineArn"]
        arn = client.start_execution(stateMachineArn=machine)["executionArn"]
        same.end_execution(arn)
        # The value of `mock` has the same region by default.
        assert service.describe_execution(executionArn=arn)["status"] == "SUCCEEDED"
    with pytest.raises(ValueError):
        sfn_alias.boto3.get_service(client)
    with pytest.raises(TypeError, match="^expected a client of Step Functions, found an instance of `str`$"):
        sfn_alias.boto3.get_service("x")  # type: ignore[arg-type]


def test_ends_are_stored(tmp_path: Path) -> None:
    path = tmp_path / "aliases.db"
    with create_service(path) as sfn:
        create_alias(sfn)
        arn = start(sfn)
        sfn.end_execution(arn, error="Broken", cause="é")
    with sfn_alias.StepFunctions(path) as sfn:
        described = describe(sfn, arn)
    assert (described["status"], described["error"], described["cause"]) == ("FAILED", "Broken", "é")


def test_endpoint_sees_the_end() -> None:
    server = sfn_alias.serve()
    with server as url:
        machine = server.service.create_state_machine(name="orders", definition=FIRST, roleArn=ROLE)
        client = create_client(url)
        arn = client.start_execution(stateMachineArn=machine["stateMachineArn"])["executionArn"]
        server.service.end_execution(arn, output={"ok": True})
        assert json.loads(client.describe_execution(executionArn=arn)["output"]) == {"ok": True}


def test_threads_end_executions() -> None:
    sfn = create_service()
    arns = [start(sfn, f"e{n}", MACHINE) for n in range(100)]
    barrier = threading.Barrier(4)

    def work(number: int) -> None:
        barrier.wait()
        for arn in arns:
            sfn.end_execution(arn, output="same")

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(names(sfn, stateMachineArn=MACHINE, statusFilter="SUCCEEDED")) == 100
