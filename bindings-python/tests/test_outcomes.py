"""Rules that decide how executions end, faults of operations, and alarms."""

from __future__ import annotations

import datetime
import json
import socket
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import botocore.exceptions
import freezegun
import pytest
from botocore.config import Config
from support import ALIAS, FIRST, MACHINE, ROLE, create_alias, create_service, create_versions, routes
from test_executions import START, Time, describe, start
from test_serve import create_client
from test_threads import needs_fork, run_in_child

import sfn_alias
import sfn_alias.boto3
from sfn_alias import errors
from sfn_alias._connections import Response

SUCCEED_LATER = {"stateMachine": "orders", "output": {"ok": True}, "after": "5m"}


def poll(client: Any, arn: str, wait: Callable[[], object]) -> list[str]:
    """Polls until an execution has ended. Returns the statuses."""
    statuses = [describe(client, arn)["status"]]
    while statuses[-1] == "RUNNING" and len(statuses) < 1000:
        wait()
        statuses.append(describe(client, arn)["status"])
    return statuses


def create(rules: Any, **options: Any) -> sfn_alias.StepFunctions:
    """Creates a service whose alias routes equally to versions 1 and 2."""
    sfn = create_service(outcomes=rules, **options)
    create_alias(sfn, routingConfiguration=routes(50, 50))
    return sfn


@pytest.mark.parametrize("kind", ["service", "boto3"])
def test_poll_with_a_clock(kind: str) -> None:
    clock = Time()
    sfn = create([SUCCEED_LATER], clock=clock)
    client: Any = sfn if kind == "service" else sfn_alias.boto3.client(sfn)
    arn = start(client)
    assert poll(client, arn, lambda: clock.advance(60)) == ["RUNNING"] * 5 + ["SUCCEEDED"]
    described = describe(client, arn)
    assert (described["output"], described["stopDate"]) == ('{"ok":true}', START + datetime.timedelta(minutes=5))


@sfn_alias.boto3.mock(outcomes=[SUCCEED_LATER])
def test_poll_in_frozen_time() -> None:
    client: Any = boto3.client("stepfunctions", region_name="us-east-1")
    with freezegun.freeze_time(START) as frozen:
        create_versions(client)
        create_alias(client)
        assert poll(client, start(client), lambda: frozen.tick(60)) == ["RUNNING"] * 5 + ["SUCCEEDED"]


@pytest.mark.parametrize("on_file", [False, True], ids=["memory", "file"])
def test_poll_an_endpoint(on_file: bool, tmp_path: Path) -> None:
    path = tmp_path / "aliases.db" if on_file else None
    with sfn_alias.serve(path, outcomes=[{"output": 1, "after": "2s"}]) as url:
        client = create_client(url)
        create_versions(client)
        create_alias(client)
        statuses = poll(client, start(client), lambda: time.sleep(0.05))
    assert (statuses[0], statuses[-1]) == ("RUNNING", "SUCCEEDED")


def test_served_service_keeps_its_outcomes() -> None:
    with create([{"error": "Broken"}]) as sfn, sfn_alias.serve(service=sfn) as url:
        assert describe(create_client(url), start(create_client(url)))["error"] == "Broken"


@pytest.mark.parametrize(
    "rules",
    [
        [{"error": "Broken"}],
        ({"error": "Broken"},),
        {"outcomes": [{"error": "Broken"}]},
        '{"outcomes": [{"error": "Broken"}]}',
    ],
    ids=["list", "tuple", "dict", "text"],
)
def test_forms_of_rules(rules: Any) -> None:
    sfn = create(rules)
    assert describe(sfn, start(sfn, "a"))["error"] == "Broken"
    sfn.set_outcomes(None)
    assert describe(sfn, start(sfn, "b"))["status"] == "RUNNING"
    sfn.set_outcomes(rules)
    assert describe(sfn, start(sfn, "c"))["error"] == "Broken"
    # The rules at the start decide.
    assert describe(sfn, start(sfn, "b"))["status"] == "RUNNING"


def test_first_match_decides() -> None:
    sfn = create(
        [
            {"stateMachine": "other", "error": "Other"},
            {"stateMachine": "orders", "version": 2, "alias": "PROD", "error": "SecondByAlias"},
            {"name": "fail-", "error": "ByName"},
            {"version": 2, "status": "TIMED_OUT"},
            {"alias": "PROD", "outputFromInput": True},
        ]
    )
    create_alias(sfn, name="NEW", routingConfiguration=routes(0, 100))
    sfn.update_state_machine_alias(stateMachineAliasArn=ALIAS, routingConfiguration=routes(0, 100))
    assert describe(sfn, start(sfn, "a"))["error"] == "SecondByAlias"
    assert describe(sfn, start(sfn, "fail-1", MACHINE))["error"] == "ByName"
    assert describe(sfn, start(sfn, "b", f"{MACHINE}:NEW"))["status"] == "TIMED_OUT"
    assert describe(sfn, start(sfn, "c", MACHINE))["status"] == "RUNNING"
    sfn.update_state_machine_alias(stateMachineAliasArn=ALIAS, routingConfiguration=routes(100))
    assert describe(sfn, start(sfn, "d"))["output"] == '{"order": 1}'


WEIGHTED = {
    "version": 2,
    "any": [{"weight": 20, "error": "Broken"}, {"weight": 80, "output": {"ok": True}, "after": "1s"}],
}


def count_errors(sfn: sfn_alias.StepFunctions) -> Counter[tuple[str, str]]:
    """Starts 1000 executions. Returns how many had each version and error."""
    counts: Counter[tuple[str, str]] = Counter()
    for n in range(1000):
        described = describe(sfn, start(sfn, f"e{n}"))
        version = described["stateMachineVersionArn"].rpartition(":")[2]
        counts[version, described.get("error", "none")] += 1
    return counts


def test_weights_and_seed() -> None:
    sfn = create([WEIGHTED], seed=7)
    counts = count_errors(sfn)
    assert counts == count_errors(create([WEIGHTED], seed=7))
    assert counts["1", "none"] + counts["2", "none"] + counts["2", "Broken"] == 1000
    assert 70 <= counts["2", "Broken"] <= 130
    # Outcomes take no numbers of routing.
    assert sfn.start_counts(MACHINE) == {1: counts["1", "none"], 2: counts["2", "none"] + counts["2", "Broken"]}
    without_rules = create(None, seed=7)
    count_errors(without_rules)
    assert sfn.start_counts(MACHINE) == without_rules.start_counts(MACHINE)
    # A reset starts all numbers again.
    sfn.reset()
    create_versions(sfn)
    create_alias(sfn, routingConfiguration=routes(50, 50))
    assert count_errors(sfn) == counts


def test_replay_keeps_the_outcome() -> None:
    clock = Time()
    sfn = create([{"any": [{"weight": 50, "error": "A"}, {"weight": 50, "error": "B"}], "name": "e"}], clock=clock)
    sfn.set_outcomes([{"output": 1, "after": 10}])
    arn = start(sfn)
    assert start(sfn) == arn
    sfn.set_outcomes([{"output": 2}])
    clock.advance(10)
    assert describe(sfn, arn)["output"] == "1"
    with pytest.raises(errors.ExecutionAlreadyExists):
        start(sfn)


def test_redrive_decides_again() -> None:
    sfn = create([{"error": "Broken"}])
    arn = start(sfn)
    sfn.set_outcomes([{"output": "repaired"}])
    sfn.redrive_execution(executionArn=arn)
    assert describe(sfn, arn)["output"] == '"repaired"'
    kinds = [event["type"] for event in sfn.get_execution_history(executionArn=arn)["events"]]
    assert kinds == ["ExecutionStarted", "ExecutionFailed", "ExecutionRedriven", "ExecutionSucceeded"]


EXAMPLE = 'use an object such as {"outcomes": [{"stateMachine": "orders", "output": {}, "after": "2s"}]}'
EXPECTED = "`outcomes`: expected a `dict`, a `list` or JSON text, found"


@pytest.mark.parametrize(
    ("rules", "error", "message"),
    [
        (5, TypeError, f"{EXPECTED} 5"),
        (b"[]", TypeError, f"{EXPECTED} an instance of `bytes`"),
        (
            Path("rules.json"),
            TypeError,
            f"{EXPECTED} an instance of `PosixPath`; pass the text, for example `path.read_text()`",
        ),
        ([{"output": {1, 2}}], TypeError, "`outcomes`: Object of type set is not JSON serializable"),
        ([{"output": float("nan")}], ValueError, "`outcomes`: Out of range float values are not JSON compliant"),
        (
            [{"stateMachin": "orders"}],
            ValueError,
            "`outcomes`: `/0/stateMachin`: unknown member `stateMachin`; did you mean `stateMachine`?",
        ),
        (
            {"outcomes": [{"stateMachin": "orders"}]},
            ValueError,
            "`outcomes`: `/outcomes/0/stateMachin`: unknown member `stateMachin`; did you mean `stateMachine`?",
        ),
        (
            '{"outcomes": [\n  {"stateMachin": "orders"}]}',
            ValueError,
            "`outcomes`: line 2 column 4: `/outcomes/0/stateMachin`: unknown member `stateMachin`; "
            "did you mean `stateMachine`?",
        ),
        ("rules.json", ValueError, f"`outcomes`: line 1 column 1: not valid JSON: expected value; {EXAMPLE}"),
    ],
    ids=["int", "bytes", "path", "set", "nan", "list", "dict", "text", "name"],
)
def test_invalid_rules(rules: Any, error: type[Exception], message: str) -> None:
    sfn = create([{"error": "Broken"}])
    for use in (sfn.set_outcomes, lambda rules: sfn_alias.StepFunctions(outcomes=rules)):
        with pytest.raises(error) as caught:
            use(rules)
        assert type(caught.value) is error
        # Python 3.13 adds the number.
        assert str(caught.value).removesuffix(": nan") == message
    # The old rules stay.
    assert describe(sfn, start(sfn))["error"] == "Broken"


@pytest.mark.parametrize(
    "rule",
    [
        {"any": [{"weight": 50, "output": 1}]},
        {"output": 1, "error": "x"},
        {"error": "x" * 257},
        {"output": "x" * 262_145},
        {"output": 1, "after": -1},
        {"output": 1, "after": "soon"},
        {"status": "ABORTED"},
    ],
    ids=["weights", "output and error", "long error", "large output", "negative", "no duration", "aborted"],
)
def test_rules_that_the_core_rejects(rule: Any) -> None:
    with pytest.raises(ValueError, match="^`outcomes`: `/0"):
        sfn_alias.StepFunctions(outcomes=[rule])


def test_options_of_a_mock_and_an_endpoint() -> None:
    with pytest.raises(ValueError, match="^`outcomes`: "), sfn_alias.boto3.mock(outcomes="x"):
        pass
    with pytest.raises(ValueError, match="^`outcomes`: "):
        sfn_alias.serve(outcomes="x")
    with pytest.raises(TypeError, match="^`service` cannot be combined with"):
        sfn_alias.serve(service=sfn_alias.StepFunctions(), outcomes=[])


def create_express(client: Any) -> str:
    machine = client.create_state_machine(
        name="quick", type="EXPRESS", definition=FIRST, roleArn=ROLE, publish=True
    )["stateMachineArn"]
    client.create_state_machine_alias(
        name="PROD", routingConfiguration=[{"stateMachineVersionArn": f"{machine}:1", "weight": 100}]
    )
    return f"{machine}:PROD"


QUICK = {"outcomes": [{"stateMachine": "quick", "name": "bad", "error": "Broken"}, {"outputFromInput": True}]}


@pytest.mark.parametrize("kind", ["service", "client", "attach", "mock"])
def test_synchronous_start(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Clients in this process need no setting for the host `sync-states`, which is not resolved."""

    def fail(*_: Any, **__: Any) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    with sfn_alias.boto3.mock(outcomes=QUICK) as service:
        client: Any = boto3.client("stepfunctions", region_name="us-east-1")
        if kind == "service":
            client = service
        elif kind == "client":
            client = sfn_alias.boto3.client(service)
        elif kind == "attach":
            sfn_alias.boto3.attach(client, service)
        alias = create_express(client)
        ended = client.start_sync_execution(stateMachineArn=alias, name="good", input='{"a": 1}')
        assert (ended["status"], ended["output"]) == ("SUCCEEDED", '{"a": 1}')
        assert ended["billingDetails"] == {"billedDurationInMilliseconds": 100, "billedMemoryUsedInMB": 64}
        ended = client.start_sync_execution(stateMachineArn=alias, name="bad")
        assert (ended["status"], ended["error"]) == ("FAILED", "Broken")
        assert ended["ResponseMetadata"]["HTTPStatusCode"] == 200
        service.set_outcomes(None)
        with pytest.raises(Exception, match="outcomes"):
            client.start_sync_execution(stateMachineArn=alias)


@pytest.mark.parametrize("setting", ["config", "environment"])
def test_synchronous_start_at_an_endpoint(setting: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if setting == "environment":
        monkeypatch.setenv("AWS_DISABLE_HOST_PREFIX_INJECTION", "true")
    config = Config(inject_host_prefix=False) if setting == "config" else None
    with sfn_alias.serve(outcomes=QUICK) as url:
        client: Any = boto3.client(
            "stepfunctions",
            endpoint_url=url,
            region_name="us-east-1",
            aws_access_key_id="a",
            aws_secret_access_key="b",
            config=config,
        )
        ended = client.start_sync_execution(stateMachineArn=create_express(client), input='"x"')
    assert (ended["status"], ended["output"]) == ("SUCCEEDED", '"x"')


def test_synchronous_start_at_an_endpoint_without_a_setting() -> None:
    """botocore adds `sync-` to the host, also of an endpoint."""
    urls = []

    def answer(request: Any, **_: Any) -> Any:
        urls.append(request.url)
        return Response(request.url, 200, b"{}")

    client = create_client("http://127.0.0.1:8083")
    client.meta.events.register("before-send.sfn", answer)
    client.start_sync_execution(stateMachineArn=ALIAS)
    assert urls == ["http://sync-127.0.0.1:8083/"]


def throttle(share: dict[str, int], **members: Any) -> dict[str, Any]:
    return {"faults": [{"operation": "StartExecution", "error": "ThrottlingException", **share, **members}]}


@pytest.mark.parametrize("mode", ["legacy", "standard"])
@pytest.mark.parametrize("error", ["ThrottlingException", "InternalServerError", "ServiceUnavailable"])
def test_faults_are_retried_by_boto3(error: str, mode: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    sfn = create(throttle({"first": 2}, error=error))
    client: Any = sfn_alias.boto3.client(sfn, config=Config(retries={"mode": mode}))
    response = client.start_execution(stateMachineArn=ALIAS, name="e1")
    assert response["ResponseMetadata"]["RetryAttempts"] == 2
    assert sum(sfn.start_counts(MACHINE).values()) == 1


def test_faults_after_the_last_retry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    sfn = create(throttle({"first": 4}))
    client: Any = sfn_alias.boto3.client(sfn, config=Config(retries={"mode": "standard", "total_max_attempts": 3}))
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        client.start_execution(stateMachineArn=ALIAS, name="e1")
    response = caught.value.response
    assert (response["Error"]["Code"], response["ResponseMetadata"]["RetryAttempts"]) == ("ThrottlingException", 2)
    # Nothing was written.
    assert sfn.start_counts(MACHINE) == {}
    assert client.start_execution(stateMachineArn=ALIAS)["ResponseMetadata"]["RetryAttempts"] == 1


@pytest.mark.parametrize(
    ("error", "status"),
    [
        ("AccessDeniedException", 400),
        ("ThrottlingException", 400),
        ("InternalServerError", 500),
        ("ServiceUnavailable", 503),
    ],
)
def test_fault_classes(error: str, status: int) -> None:
    sfn = create(throttle({"first": 1}, error=error, arn=f"{MACHINE}:PROD"))
    start(sfn, "a", MACHINE)
    with pytest.raises(getattr(errors, error)) as caught:
        start(sfn)
    assert (caught.value.code, caught.value.status, caught.value.operation_name) == (error, status, "StartExecution")
    start(sfn)


def test_faults_with_a_seed() -> None:
    def failures() -> list[int]:
        sfn = create(throttle({"percent": 10}), seed=7)
        return [n for n in range(1000) if sfn.call_json("StartExecution", body(n))[0] == 400]

    def body(n: int) -> bytes:
        return json.dumps({"stateMachineArn": ALIAS, "name": f"e{n}"}).encode()

    assert failures() == failures()
    assert 70 <= len(failures()) <= 130


def alarm(**members: Any) -> dict[str, Any]:
    return {"name": "failed", "metric": "ExecutionsFailed", "stateMachine": "orders", "threshold": 1, **members}


def test_alarms() -> None:
    clock = Time()
    sfn = create([{"version": 2, "error": "Broken"}, {"output": 1}], clock=clock)
    rules = [alarm(name="second", version=2), alarm(name="first", version=1), alarm(name="many", threshold=2)]
    assert sfn.evaluate_alarms(rules) == {"second": "OK", "first": "OK", "many": "OK"}
    start(sfn, "a", f"{MACHINE}:2")
    clock.advance(1)
    states = {"second": "ALARM", "first": "OK", "many": "OK"}
    assert sfn.evaluate_alarms(rules) == states
    assert sfn.evaluate_alarms({"alarms": rules}) == sfn.evaluate_alarms(json.dumps({"alarms": rules})) == states
    clock.advance(600)
    assert set(sfn.evaluate_alarms(rules).values()) == {"OK"}


@pytest.mark.parametrize(
    ("rules", "error", "message"),
    [
        (5, TypeError, "`rules`: expected a `dict`, a `list` or JSON text, found 5"),
        ([{"name": {1}}], TypeError, "`rules`: Object of type set is not JSON serializable"),
        (
            [alarm(metrik="x")],
            errors.ValidationException,
            "invalid alarm rules: `/0/metrik`: unknown member `metrik`; did you mean `metric`?",
        ),
    ],
)
def test_invalid_alarms(rules: Any, error: type[Exception], message: str) -> None:
    sfn = create_service()
    with pytest.raises(error) as caught:
        sfn.evaluate_alarms(rules)
    assert getattr(caught.value, "message", str(caught.value)) == message
    with pytest.raises(errors.StateMachineDoesNotExist):
        sfn.evaluate_alarms([alarm(stateMachine="none")])


def test_closed_service() -> None:
    sfn = create_service()
    sfn.close()
    for call in (
        lambda: sfn.set_outcomes([]),
        lambda: sfn.evaluate_alarms([alarm()]),
        lambda: sfn.end_execution(f"{MACHINE.replace('stateMachine', 'execution')}:e1"),
    ):
        with pytest.raises(errors.ServiceClosed):
            call()


@needs_fork
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("on_file", [False, True], ids=["memory", "file"])
def test_fork_keeps_the_rules(on_file: bool, tmp_path: Path) -> None:
    sfn = create_service(tmp_path / "aliases.db" if on_file else None)
    create_alias(sfn)
    sfn.set_outcomes([{"error": "Broken"}])

    def work() -> None:
        assert describe(sfn, start(sfn))["error"] == "Broken"

    assert run_in_child(work) == 0


def test_all_scopes_have_the_rules() -> None:
    sfn = sfn_alias.StepFunctions()
    other = sfn.in_scope(region="eu-west-1")
    other.set_outcomes([{"error": "Broken"}])
    for service in (sfn, other):
        machine = service.create_state_machine(name="orders", definition=FIRST, roleArn=ROLE)["stateMachineArn"]
        assert describe(service, start(service, "e1", machine))["error"] == "Broken"
