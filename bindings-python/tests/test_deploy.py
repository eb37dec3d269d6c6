"""Gradual deployments over `StepFunctions` and over boto3. `test_deploy_kills.py` tests killed processes."""

from __future__ import annotations

import errno
import json
import os
import stat
from pathlib import Path
from typing import Any

import boto3
import pytest
import sfn_alias
import sfn_alias.boto3
from botocore.exceptions import ClientError, ConnectTimeoutError, NoCredentialsError
from botocore.stub import Stubber
from sfn_alias import deploy
from support import ALIAS, MACHINE, create_service, routes

SECOND = f"{MACHINE}:2"


class FakeTime:
    """A clock that a sleep advances at once."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    @property
    def options(self) -> dict[str, Any]:
        return {"clock": lambda: self.now, "sleep": self.sleep}


def weights(client: Any) -> dict[str, int]:
    routing = client.describe_state_machine_alias(stateMachineAliasArn=ALIAS)["routingConfiguration"]
    return {route["stateMachineVersionArn"].rpartition(":")[2]: route["weight"] for route in routing}


@pytest.fixture
def sfn() -> sfn_alias.StepFunctions:
    sfn = create_service()
    sfn.create_state_machine_alias(name="PROD", routingConfiguration=routes(100))
    return sfn


@pytest.fixture(params=["service", "boto3"])
def client(request: pytest.FixtureRequest, sfn: sfn_alias.StepFunctions) -> Any:
    return sfn if request.param == "service" else sfn_alias.boto3.client(sfn)


def test_plan() -> None:
    plan = deploy.plan("10/5m", routes(100), SECOND, alarms=["errors"])
    assert [(step["offsetSeconds"], step["targetWeight"]) for step in plan["steps"]] == [(0, 10), (300, 100)]
    assert plan["steps"][0]["then"] == {
        "kind": "wait", "seconds": 300, "pollSeconds": 60, "alarms": ["errors"],
    }  # fmt: skip
    assert plan["source"] == "CloudFormation"


def test_invalid_preference() -> None:
    preference = {"Type": "CANARY", "Percentage": 10, "StateMachineVersionArn": SECOND}
    text = (
        "Deployments of type 'CANARY' require an interval for traffic shifting. Configure the deployment preference "
        "with the 'interval' property and try again."
    )
    with pytest.raises(deploy.DeploymentError) as caught:
        deploy.plan(preference, routes(100))
    assert str(caught.value) == text
    assert caught.value.code == "ValidationException"
    assert caught.value.problems == [
        {"path": "", "code": "interval-required", "source": "provider code", "message": text}
    ]


def test_render() -> None:
    assert deploy.render("10/5m", routes(100), SECOND).splitlines()[1].split() == "1 0s 90 % 10 % wait 5m".split()
    assert "█" in deploy.render("10/5m", routes(100), SECOND, format="timeline")
    assert "#" in deploy.render("10/5m", routes(100), SECOND, format="ascii")
    assert deploy.render("10/5m", routes(100), SECOND, format="svg").startswith("<svg ")
    assert deploy.expected_starts("10/5m", routes(100), SECOND, starts_per_second=1)["total"]["target"]["high"] == 41


def test_simulate() -> None:
    alarm = {"event": "alarm", "atSeconds": 90, "name": "errors", "state": "ALARM"}
    simulation = deploy.simulate("10/5m", routes(100), SECOND, alarms=["errors"], events=[alarm])
    assert simulation["outcome"]["result"] == "rolledBack"
    assert simulation["endedAtSeconds"] == 120


TRAFFIC: Any = {"startsPerMinute": 60, "outcomes": [{"version": 2, "error": "Orders.Broken"}, {"output": {}}]}


def test_simulate_traffic(client: Any, tmp_path: Path) -> None:
    simulation = deploy.simulate("10/5m", routes(100), SECOND, alarms=["errors"], traffic=TRAFFIC)
    assert (simulation["outcome"]["result"], simulation["endedAtSeconds"]) == ("rolledBack", 60)
    starts = {start["stateMachineVersionArn"]: start["statuses"] for start in simulation["starts"]}
    assert starts.keys() == {f"{MACHINE}:1", SECOND}
    assert set(starts[SECOND]) == {"FAILED"}
    assert sum(start["starts"] for start in simulation["starts"]) == 60
    deployment = deploy.Deployment(client, ALIAS, "10/5m", SECOND, state=tmp_path / "state", alarms=["errors"])
    assert deployment.simulate(traffic=TRAFFIC)["starts"] == simulation["starts"]
    assert "starts" not in deployment.simulate()
    with pytest.raises(deploy.DeploymentError, match="unknown member `stateMachin`; did you mean `stateMachine`"):
        deploy.simulate("10/5m", routes(100), SECOND, traffic={**TRAFFIC, "outcomes": [{"stateMachin": "orders"}]})
    with pytest.raises(deploy.DeploymentError, match="expected 1 to 1000000 starts per minute, found 0"):
        deploy.simulate("10/5m", routes(100), SECOND, traffic={**TRAFFIC, "startsPerMinute": 0})


def test_run_to_the_end(client: Any, tmp_path: Path) -> None:
    time, texts = FakeTime(), []
    deployment = deploy.Deployment(client, ALIAS, "linear 40/2m", SECOND, state=tmp_path / "state", **time.options)
    assert [call["action"] for call in deployment.dry_run()].count("updateAlias") == 3
    assert weights(client) == {"1": 100}
    assert deployment.run(on_progress=lambda progress: texts.append(progress["text"])) == {"result": "succeeded"}
    assert weights(client) == {"2": 100}
    assert time.now == 1_240.0
    assert texts[:4] == [
        "0 % on orders:2, step 0 of 3, reading the alias",
        "0 % on orders:2, step 0 of 3, updating the alias",
        "40 % on orders:2, step 1 of 3, next step in 2m",
        "40 % on orders:2, step 1 of 3, reading the alias",
    ]
    assert texts[-1] == "100 % on orders:2, step 3 of 3, succeeded"
    # A finished deployment is not repeated.
    assert deployment.run() == {"result": "succeeded"}


def test_alarms_from_cloudwatch(client: Any, tmp_path: Path) -> None:
    cloudwatch = boto3.client("cloudwatch", region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b")
    expected = {"AlarmNames": ["errors"], "AlarmTypes": ["CompositeAlarm", "MetricAlarm"], "MaxRecords": 100}
    state = lambda value: {"MetricAlarms": [{"AlarmName": "errors", "StateValue": value}], "CompositeAlarms": []}
    with Stubber(cloudwatch) as stub:
        stub.add_response("describe_alarms", state("OK"), expected)
        stub.add_response("describe_alarms", state("ALARM"), expected)
        time = FakeTime()
        outcome = deploy.Deployment(
            client, ALIAS, "10/5m", SECOND, state=tmp_path / "s", alarms=["errors"], cloudwatch=cloudwatch, **time.options
        ).run()
        stub.assert_no_pending_responses()
    message = "Aborting deployment. The following CloudWatch alarms are in an 'ALARM' state: [errors]."
    assert outcome == {"result": "rolledBack", "message": message, "alarms": ["errors"]}
    assert weights(client) == {"1": 100}


def test_drift_is_not_overwritten(client: Any, tmp_path: Path) -> None:
    time = FakeTime()

    def sleep(seconds: float) -> None:
        client.update_state_machine_alias(stateMachineAliasArn=ALIAS, routingConfiguration=routes(50, 50))
        time.sleep(seconds)

    deployment = deploy.Deployment(
        client, ALIAS, "10/5m", SECOND, state=tmp_path / "s", clock=lambda: time.now, sleep=sleep
    )
    assert deployment.run()["result"] == "drifted"
    assert weights(client) == {"1": 50, "2": 50}


def test_lost_response(sfn: sfn_alias.StepFunctions, tmp_path: Path) -> None:
    class LosingResponse:
        lost = False
        describe_state_machine = sfn.describe_state_machine
        describe_state_machine_alias = sfn.describe_state_machine_alias

        def update_state_machine_alias(self, **input: Any) -> None:
            sfn.update_state_machine_alias(**input)
            if not self.lost:
                self.lost = True
                raise ConnectTimeoutError(endpoint_url="https://states")

    time = FakeTime()
    deployment = deploy.Deployment(LosingResponse(), ALIAS, "10/1m", SECOND, state=tmp_path / "s", **time.options)
    assert deployment.run() == {"result": "succeeded"}
    # Two seconds for the retry, then the complete interval.
    assert time.now == 1_062.0


def test_temporarily_missing_credentials(sfn: sfn_alias.StepFunctions, tmp_path: Path) -> None:
    class LosingCredentials:
        calls = 0
        describe_state_machine = sfn.describe_state_machine
        update_state_machine_alias = sfn.update_state_machine_alias

        def describe_state_machine_alias(self, **input: Any) -> Any:
            self.calls += 1
            if self.calls == 3:
                raise NoCredentialsError
            return sfn.describe_state_machine_alias(**input)

    time = FakeTime()
    deployment = deploy.Deployment(LosingCredentials(), ALIAS, "10/1m", SECOND, state=tmp_path / "s", **time.options)
    assert deployment.run() == {"result": "succeeded"}
    assert time.now == 1_062.0


class FailingCalls:
    """A client and alarms whose next calls fail."""

    def __init__(self, sfn: sfn_alias.StepFunctions) -> None:
        self.sfn = sfn
        self.failures: dict[str, list[ClientError]] = {}
        self.describe_state_machine = sfn.describe_state_machine

    def fail(self, operation: str, times: int, code: str, status: int) -> None:
        response: Any = {"Error": {"Code": code, "Message": "failed"}, "ResponseMetadata": {"HTTPStatusCode": status}}
        self.failures[operation] = [ClientError(response, operation)] * times

    def describe_state_machine_alias(self, **input: Any) -> Any:
        return self.sfn.describe_state_machine_alias(**input)

    def update_state_machine_alias(self, **input: Any) -> Any:
        self.raise_failure("UpdateStateMachineAlias")
        return self.sfn.update_state_machine_alias(**input)

    def alarm_states(self, names: list[str]) -> dict[str, str]:
        self.raise_failure("DescribeAlarms")
        return {}

    def raise_failure(self, operation: str) -> None:
        if self.failures.get(operation):
            raise self.failures[operation].pop()


@pytest.mark.parametrize(("status", "code"), [(500, "InternalServerException"), (429, "LimitExceededException")])
def test_errors_are_retried_by_status(
    status: int, code: str, sfn: sfn_alias.StepFunctions, tmp_path: Path
) -> None:
    time, client = FakeTime(), FailingCalls(sfn)

    def sleep(seconds: float) -> None:
        if weights(sfn) == {"1": 90, "2": 10} and time.now < 1_060:
            client.fail("UpdateStateMachineAlias", 1, code, status)
        time.sleep(seconds)

    deployment = deploy.Deployment(
        client, ALIAS, "10/1m", SECOND, state=tmp_path / "s", clock=lambda: time.now, sleep=sleep
    )
    assert deployment.run() == {"result": "succeeded"}
    assert time.now == 1_062.0


def test_retries_are_per_call(sfn: sfn_alias.StepFunctions, tmp_path: Path) -> None:
    time, client = FakeTime(), FailingCalls(sfn)
    client.fail("DescribeAlarms", 10, "ThrottlingException", 400)
    client.fail("UpdateStateMachineAlias", 1, "ThrottlingException", 400)
    options: dict[str, Any] = {"state": tmp_path / "s", "alarms": ["a"], "alarm_states": client.alarm_states}
    deployment = deploy.Deployment(client, ALIAS, "10/1m", SECOND, **options, **time.options)
    assert deployment.run() == {"result": "succeeded"}
    # The delays of ten retries, of one retry, and the interval.
    assert time.now == 1_000.0 + 150 + 2 + 60


def test_state_file_of_another_deployment(sfn: sfn_alias.StepFunctions, tmp_path: Path) -> None:
    state, time = tmp_path / "state", FakeTime()
    deploy.Deployment(sfn, ALIAS, "10/1m", SECOND, state=state, **time.options).run()
    checkpoint = json.loads(state.read_text())
    state.write_text(json.dumps({**checkpoint, "stepsDone": 1, "phase": {"kind": "readingAlias"}}))  # still running
    others = {
        "version": deploy.Deployment(sfn, ALIAS, "10/1m", f"{MACHINE}:1", state=state),
        "Percentage": deploy.Deployment(sfn, ALIAS, "20/1m", SECOND, state=state),
        "Alarms": deploy.Deployment(sfn, ALIAS, "10/1m", SECOND, state=state, alarms=["errors"]),
        "description": deploy.Deployment(sfn, ALIAS, "10/1m", SECOND, state=state, description="new"),
        "alias": deploy.Deployment(sfn, f"{MACHINE}:TEST", "10/1m", SECOND, state=state),
    }
    for member, other in others.items():
        with pytest.raises(deploy.DeploymentError) as caught:
            other.run()
        assert str(caught.value) == (
            f"state file `{state}`: the checkpoint belongs to another running deployment (CANARY of {SECOND} to {ALIAS}): "
            f"`{member}` differs; use the same options to resume it, or another state file"
        )


INVALID_CHECKPOINTS = {
    "{": "EOF while parsing an object at line 1 column 1",
    "[" * 100_000: "recursion limit exceeded at line 1 column 128",
    "null": "invalid type: null, expected an object",
    "{}": "missing field `stateMachineAliasArn`",
    '{"plan": {}, "stateMachineAliasArn": 1}': "invalid type: integer `1`, expected a string",
}


@pytest.mark.parametrize("text", INVALID_CHECKPOINTS, ids=lambda text: text[:20])
def test_invalid_state_file(text: str, sfn: sfn_alias.StepFunctions, tmp_path: Path) -> None:
    state = tmp_path / "state"
    state.write_text(text)
    with pytest.raises(ValueError) as caught:
        deploy.Deployment(sfn, ALIAS, "10/1m", SECOND, state=state).run()
    detail = f"invalid checkpoint: {INVALID_CHECKPOINTS[text]}; delete it to start over"
    assert str(caught.value) == f"state file `{state}`: {detail}"


def test_state_file_of_a_finished_deployment(sfn: sfn_alias.StepFunctions, tmp_path: Path) -> None:
    state, time = tmp_path / "state", FakeTime()
    options: dict[str, Any] = {"state": state, "alarm_states": lambda names: dict.fromkeys(names, "ALARM")}
    alarmed = deploy.Deployment(sfn, ALIAS, "10/1m", SECOND, alarms=["errors"], **options, **time.options)
    another = deploy.Deployment(sfn, ALIAS, "20/1m", SECOND, **options, **time.options)
    outcome = alarmed.run()
    assert outcome["result"] == "rolledBack"
    # The same deployment is not repeated. Another one reuses the file.
    assert alarmed.run() == outcome
    assert another.run() == {"result": "succeeded"}
    assert json.loads(state.read_text())["plan"]["preference"]["Percentage"] == 20
    # Without the file, the same deployment starts again.
    state.unlink()
    sfn.update_state_machine_alias(stateMachineAliasArn=ALIAS, routingConfiguration=routes(100))
    assert another.run() == {"result": "succeeded"}


def test_succeeded_deployment_detects_drift(sfn: sfn_alias.StepFunctions, tmp_path: Path) -> None:
    deployment = deploy.Deployment(sfn, ALIAS, "all-at-once", SECOND, state=tmp_path / "state")
    assert [deployment.run(), deployment.run()] == [{"result": "succeeded"}] * 2
    sfn.update_state_machine_alias(stateMachineAliasArn=ALIAS, routingConfiguration=routes(100))
    assert deployment.run()["result"] == "drifted"
    assert weights(sfn) == {"1": 100}


class UnwritableState:
    """A client after whose first shift the state file cannot be written: its temporary path is a directory."""

    def __init__(self, client: Any, state: Path) -> None:
        self.client, self.temporary = client, state.with_name(state.name + ".new")
        self.describe_state_machine = client.describe_state_machine
        self.describe_state_machine_alias = client.describe_state_machine_alias

    def update_state_machine_alias(self, **input: Any) -> None:
        self.client.update_state_machine_alias(**input)
        self.temporary.mkdir(exist_ok=True)


def test_no_shift_without_a_saved_checkpoint(sfn: sfn_alias.StepFunctions, tmp_path: Path) -> None:
    state, time = tmp_path / "state", FakeTime()
    client = UnwritableState(sfn, state)
    deployment = deploy.Deployment(client, ALIAS, "linear 40/2m", SECOND, state=state, **time.options)
    with pytest.raises(OSError, match="expected a regular file, found a directory"):
        deployment.run()
    # The deployment waited until the second shift and did not make it.
    assert (weights(sfn), time.now) == ({"1": 60, "2": 40}, 1_120.0)
    client.temporary.rmdir()
    assert deploy.Deployment(sfn, ALIAS, "linear 40/2m", SECOND, state=state, **time.options).run() == {
        "result": "succeeded"
    }
    assert weights(sfn) == {"2": 100}


def test_alarms_are_checked_without_a_saved_checkpoint(sfn: sfn_alias.StepFunctions, tmp_path: Path) -> None:
    time = FakeTime()
    client = UnwritableState(sfn, tmp_path / "state")
    states = lambda names: dict.fromkeys(names, "ALARM" if time.now >= 1_120 else "OK")
    options: dict[str, Any] = {"state": tmp_path / "state", "alarms": ["errors"], "alarm_states": states}
    deployment = deploy.Deployment(client, ALIAS, "10/5m", SECOND, **options, **time.options)
    with pytest.raises(OSError, match="expected a regular file, found a directory"):
        deployment.run()
    assert (weights(sfn), time.now) == ({"1": 100}, 1_120.0)
    client.temporary.rmdir()
    deployment = deploy.Deployment(sfn, ALIAS, "10/5m", SECOND, **options, **time.options)
    assert deployment.run()["result"] == "rolledBack"


def test_state_file_is_private(sfn: sfn_alias.StepFunctions, tmp_path: Path) -> None:
    state, temporary = tmp_path / "state", tmp_path / "state.new"
    temporary.write_text("leftover")
    temporary.chmod(0o666)
    deployment = deploy.Deployment(sfn, ALIAS, "all-at-once", SECOND, state=state, description="secret")
    assert deployment.run() == {"result": "succeeded"}
    assert stat.S_IMODE(state.stat().st_mode) == 0o600
    assert not temporary.exists()


def test_state_file_is_locked(sfn: sfn_alias.StepFunctions, tmp_path: Path) -> None:
    state, time = tmp_path / "state", FakeTime()
    errors: list[BlockingIOError] = []
    other = deploy.Deployment(sfn, ALIAS, "10/1m", SECOND, state=state, **time.options)

    def sleep(seconds: float) -> None:
        time.sleep(seconds)
        with pytest.raises(BlockingIOError) as caught:
            other.run()
        errors.append(caught.value)
        assert other.plan()["type"] == "CANARY"

    deployment = deploy.Deployment(sfn, ALIAS, "10/1m", SECOND, state=state, clock=lambda: time.now, sleep=sleep)
    assert deployment.run() == {"result": "succeeded"}
    text = "another process uses it; wait until that process ends, or use another state file"
    assert [(error.strerror, error.filename) for error in errors] == [(text, str(state))]
    # The lock ends with the deployment, also with one that fails.
    assert other.run() == {"result": "succeeded"}
    with pytest.raises(deploy.DeploymentError):
        deploy.Deployment(sfn, ALIAS, "invalid", SECOND, state=state).run()
    assert other.run() == {"result": "succeeded"}


SPECIAL_FILES: dict[str, Any] = {
    "a symbolic link": lambda path, target: path.symlink_to(target),
    "a FIFO": lambda path, target: os.mkfifo(path),
    "a directory": lambda path, target: path.mkdir(),
}


@pytest.mark.parametrize("suffix", ["", ".new", ".lock"])
@pytest.mark.parametrize("kind", SPECIAL_FILES)
def test_state_file_must_be_regular(
    kind: str, suffix: str, sfn: sfn_alias.StepFunctions, tmp_path: Path
) -> None:
    state, target = tmp_path / "state", tmp_path / "target"
    target.write_text("precious")
    target.chmod(0o644)
    path = tmp_path / f"state{suffix}"
    SPECIAL_FILES[kind](path, target)
    text = f"expected a regular file, found {kind}; remove it or use another state file"
    with pytest.raises(OSError, match=text) as caught:
        deploy.Deployment(sfn, ALIAS, "all-at-once", SECOND, state=state).run()
    assert (caught.value.errno, caught.value.filename) == (errno.EINVAL, str(path))
    assert (target.read_text(), stat.S_IMODE(target.stat().st_mode)) == ("precious", 0o644)
    assert not stat.S_ISREG(path.lstat().st_mode)
    assert weights(sfn) == {"1": 100}


def test_state_file_size_is_limited(sfn: sfn_alias.StepFunctions, tmp_path: Path) -> None:
    state = tmp_path / "state"
    state.touch()
    os.truncate(state, 1 << 40)
    with pytest.raises(ValueError, match="expected up to 16777216 bytes, found more"):
        deploy.Deployment(sfn, ALIAS, "all-at-once", SECOND, state=state).run()


def test_wait_sleeps_once(sfn: sfn_alias.StepFunctions, tmp_path: Path) -> None:
    """Even if the clock is set back by an hour meanwhile."""
    time, sleeps, offset = FakeTime(), [], [0.0]

    def sleep(seconds: float) -> None:
        sleeps.append(seconds)
        time.sleep(seconds)
        offset[0] = 3600.0 if len(sleeps) == 1 else 0.0

    deployment = deploy.Deployment(
        sfn, ALIAS, "10/3m", SECOND, state=tmp_path / "s", clock=lambda: time.now - offset[0], sleep=sleep
    )
    assert deployment.run() == {"result": "succeeded"}
    assert max(sleeps) == 60.0
    assert time.now == 1_180.0


class HttpClientError(Exception):
    """An error of an HTTP client, caused by an `OSError`."""


def raise_error(error: Exception, cause: Exception | None = None) -> Any:
    def states(names: list[str]) -> dict[str, str]:
        raise error from cause

    return states


@pytest.mark.parametrize("error", [ConnectionResetError("reset"), HttpClientError("reset")], ids=["OSError", "caused by one"])
def test_network_errors_of_alarms_are_retried(
    error: Exception, sfn: sfn_alias.StepFunctions, tmp_path: Path
) -> None:
    time = FakeTime()
    fail = raise_error(error, ConnectionResetError() if isinstance(error, HttpClientError) else None)
    states = lambda names: fail(names) if time.now < 1_062 and weights(sfn) != {"1": 100} else {}
    options: dict[str, Any] = {"state": tmp_path / "s", "alarms": ["errors"], "alarm_states": states}
    deployment = deploy.Deployment(sfn, ALIAS, "10/1m", SECOND, **options, **time.options)
    assert deployment.run() == {"result": "succeeded"}
    assert time.now == 1_062.0


def test_unreadable_alarms(sfn: sfn_alias.StepFunctions, tmp_path: Path) -> None:
    time = FakeTime()
    states = lambda names: {} if weights(sfn) == {"1": 100} else raise_error(KeyError("StateValue"))(names)
    options: dict[str, Any] = {"state": tmp_path / "s", "alarms": ["errors"], "alarm_states": states}
    outcome = deploy.Deployment(sfn, ALIAS, "10/5m", SECOND, **options, **time.options).run()
    message = "Aborting deployment. The CloudWatch alarms cannot be read: KeyError: 'StateValue'"
    assert outcome == {"result": "rolledBack", "message": message, "alarms": []}
    assert weights(sfn) == {"1": 100}
    # Before the first shift, the deployment fails without a rollback.
    states = raise_error(ValueError("mistaken"))
    options = {**options, "state": tmp_path / "another", "alarm_states": states}
    outcome = deploy.Deployment(sfn, ALIAS, "10/5m", SECOND, **options, **time.options).run()
    assert outcome == {"result": "failed", "code": "ValueError", "message": "mistaken"}


def test_keyboard_interrupt_is_raised(sfn: sfn_alias.StepFunctions, tmp_path: Path) -> None:
    def states(names: list[str]) -> dict[str, str]:
        raise KeyboardInterrupt

    options: dict[str, Any] = {"state": tmp_path / "s", "alarms": ["errors"], "alarm_states": states}
    with pytest.raises(KeyboardInterrupt):
        deploy.Deployment(sfn, ALIAS, "10/5m", SECOND, **options, **FakeTime().options).run()


def test_description_is_sent_with_each_update(sfn: sfn_alias.StepFunctions, tmp_path: Path) -> None:
    """A rollback sends it too, and overwrites the description of someone else."""
    time, descriptions = FakeTime(), []

    def states(names: list[str]) -> dict[str, str]:
        descriptions.append(sfn.describe_state_machine_alias(stateMachineAliasArn=ALIAS).get("description"))
        sfn.update_state_machine_alias(stateMachineAliasArn=ALIAS, description="another's")
        return {} if len(descriptions) == 1 else {"errors": "ALARM"}

    options: dict[str, Any] = {"state": tmp_path / "s", "alarms": ["errors"], "alarm_states": states}
    deployment = deploy.Deployment(sfn, ALIAS, "10/5m", SECOND, description="second", **options, **time.options)
    assert deployment.run()["result"] == "rolledBack"
    descriptions.append(sfn.describe_state_machine_alias(stateMachineAliasArn=ALIAS)["description"])
    assert descriptions == [None, "second", "second"]


def test_alarms_need_a_source(sfn: sfn_alias.StepFunctions, tmp_path: Path) -> None:
    deployment = deploy.Deployment(sfn, ALIAS, "10/5m", SECOND, state=tmp_path / "s", alarms=["errors"])
    with pytest.raises(ValueError, match="alarms need a source: pass `cloudwatch` or `alarm_states`"):
        deployment.run()
    assert weights(sfn) == {"1": 100}


def deploy_second(client: Any, state: Path) -> None:
    time = FakeTime()
    deployment = deploy.Deployment(client, ALIAS, "all-at-once", SECOND, state=state, **time.options)
    assert deployment.run() == {"result": "succeeded"}


def test_create_alias(client: Any, tmp_path: Path) -> None:
    alias, state = f"{MACHINE}:TEST", tmp_path / "state"
    with pytest.raises(deploy.DeploymentError) as caught:
        deploy.Deployment(client, alias, "10/1m", SECOND, state=state).run()
    assert str(caught.value) == (
        f"the alias `{alias}` does not exist; --create-alias (create_alias in Python, createAlias in Node) creates it with "
        "all traffic on `orders:2`"
    )
    deployment = deploy.Deployment(client, alias, "10/1m", SECOND, state=state, create_alias=True)
    assert deployment.plan()["durationSeconds"] == 0
    assert deployment.run() == {"result": "succeeded"}
    routing = client.describe_state_machine_alias(stateMachineAliasArn=alias)["routingConfiguration"]
    assert (routing, state.exists()) == ([{"stateMachineVersionArn": SECOND, "weight": 100}], False)


def test_missing_version(client: Any, tmp_path: Path) -> None:
    state, version = tmp_path / "state", f"{MACHINE}:22"
    text = f"the version `{version}` does not exist; publish it first, or use the number of an existing version"
    for method in (deploy.Deployment.run, deploy.Deployment.dry_run):
        with pytest.raises(deploy.DeploymentError) as caught:
            method(deploy.Deployment(client, ALIAS, "10/1m", version, state=state))
        assert (str(caught.value), state.exists()) == (text, False)


def test_rollback(client: Any, tmp_path: Path) -> None:
    state = tmp_path / "state"
    deploy_second(client, state)
    assert deploy.rollback(client, ALIAS, state=state, dry_run=True)["changed"]
    assert weights(client) == {"2": 100}
    report = deploy.rollback(client, ALIAS, state=state)
    assert report == {
        "stateMachineAliasArn": ALIAS,
        "previousRouting": [{"stateMachineVersionArn": SECOND, "weight": 100}],
        "routing": [{"stateMachineVersionArn": f"{MACHINE}:1", "weight": 100}],
        "changed": True,
        "dryRun": False,
    }
    assert weights(client) == {"1": 100}
    assert json.loads(state.read_text())["phase"]["outcome"]["result"] == "rolledBack"
    deploy.rollback(client, ALIAS, to=SECOND)
    assert weights(client) == {"2": 100}
    with pytest.raises(deploy.DeploymentError, match="found no record of a deployment"):
        deploy.rollback(client, ALIAS)


def test_failed_call_of_rollback() -> None:
    client = boto3.client(
        "stepfunctions", region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b"
    )
    with Stubber(client) as stubber:
        stubber.add_client_error("describe_state_machine_alias", "AccessDeniedException", http_status_code=400)
        with pytest.raises(ClientError, match="AccessDeniedException"):
            deploy.rollback(client, ALIAS, to=SECOND)


def test_abort(client: Any, tmp_path: Path) -> None:
    """The deployment is running: its process is stopped by the routing, at its next check."""
    state, outcomes = tmp_path / "state", []

    def abort_while_running(_: float) -> None:
        if weights(client) == {"2": 10, "1": 90}:
            outcomes.append(deploy.abort(client, ALIAS, state=state, sleep=stop_waiting))

    def stop_waiting(_: float) -> None:
        raise InterruptedError

    time = FakeTime()

    def sleep(seconds: float) -> None:
        time.sleep(seconds)
        with pytest.raises(InterruptedError):
            abort_while_running(seconds)

    deployment = deploy.Deployment(client, ALIAS, "10/1m", SECOND, state=state, clock=lambda: time.now, sleep=sleep)
    assert deployment.run()["result"] == "drifted"
    assert weights(client) == {"1": 100}
    assert deploy.abort(client, ALIAS, state=state)["changed"] is False
    deploy_second(client, tmp_path / "other")
    with pytest.raises(deploy.DeploymentError, match="the deployment has ended"):
        deploy.abort(client, ALIAS, state=tmp_path / "other")


def test_prune(client: Any, tmp_path: Path) -> None:
    state, events = tmp_path / "state", []
    for number in range(3, 7):
        client.update_state_machine(
            stateMachineArn=MACHINE, roleArn=f"arn:aws:iam::000000000000:role/{number}", publish=True
        )
    deploy_second(client, state)
    planned = deploy.prune(client, MACHINE, keep=2, states=[state], dry_run=True)
    assert (planned["delete"], planned["deleted"]) == ([f"{MACHINE}:3", f"{MACHINE}:4"], [])
    report = deploy.prune(client, MACHINE, keep=2, states=[state], on_progress=events.append)
    assert report["deleted"] == planned["delete"]
    kinds = [(kept["stateMachineVersionArn"][-1], kept["reason"]["kind"]) for kept in report["kept"]]
    assert kinds == [("6", "newest"), ("5", "newest"), ("2", "routed"), ("1", "deployment")]
    assert [(event["event"], event["done"], event["total"]) for event in events] == [("deleted", 1, 2), ("deleted", 2, 2)]
    with pytest.raises(FileNotFoundError):
        deploy.prune(client, MACHINE, keep=2, states=[tmp_path / "missing"])
