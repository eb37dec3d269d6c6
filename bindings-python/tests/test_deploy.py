"""Gradual deployments, over our store and over boto3. Drivers that are killed: `test_deploy_kills.py`."""

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
from botocore.exceptions import ConnectTimeoutError, NoCredentialsError
from botocore.stub import Stubber
from sfn_alias import deploy
from support import ALIAS, MACHINE, published, routes

SECOND = f"{MACHINE}:2"


class Time:
    """Passes at once."""

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
def aliases() -> sfn_alias.StepFunctions:
    aliases = published()
    aliases.create_state_machine_alias(name="PROD", routingConfiguration=routes(100))
    return aliases


@pytest.fixture(params=["aliases", "boto3"])
def client(request: pytest.FixtureRequest, aliases: sfn_alias.StepFunctions) -> Any:
    return aliases if request.param == "aliases" else sfn_alias.boto3.client(aliases)


def test_a_plan() -> None:
    planned = deploy.plan("10/5m", routes(100), SECOND, alarms=["errors"])
    assert [(step["offsetSeconds"], step["targetWeight"]) for step in planned["steps"]] == [(0, 10), (300, 100)]
    assert planned["steps"][0]["then"] == {
        "kind": "wait", "seconds": 300, "pollSeconds": 60, "alarms": ["errors"],
    }  # fmt: skip
    assert planned["source"] == "CloudFormation"


def test_a_refusal() -> None:
    preference = {"Type": "CANARY", "Percentage": 10, "StateMachineVersionArn": SECOND}
    text = (
        "Deployments of type 'CANARY' require an interval for traffic shifting. Configure the deployment preference "
        "with the 'interval' property and try again."
    )
    with pytest.raises(deploy.DeploymentError) as refused:
        deploy.plan(preference, routes(100))
    assert str(refused.value) == text
    assert refused.value.code == "ValidationException"
    assert refused.value.problems == [
        {"path": "", "code": "interval-required", "source": "provider code", "message": text}
    ]


def test_renderings() -> None:
    assert deploy.render("10/5m", routes(100), SECOND).splitlines()[1].split() == "1 0s 90 % 10 % wait 5m".split()
    assert "█" in deploy.render("10/5m", routes(100), SECOND, format="timeline")
    assert "#" in deploy.render("10/5m", routes(100), SECOND, format="ascii")
    assert deploy.render("10/5m", routes(100), SECOND, format="svg").startswith("<svg ")
    assert deploy.expected_starts("10/5m", routes(100), SECOND, starts_per_second=1)["total"]["target"]["high"] == 41


def test_a_course() -> None:
    alarm = {"event": "alarm", "atSeconds": 90, "name": "errors", "state": "ALARM"}
    course = deploy.simulate("10/5m", routes(100), SECOND, alarms=["errors"], events=[alarm])
    assert course["outcome"]["result"] == "rolledBack"
    assert course["endedAtSeconds"] == 120


def test_to_the_end(client: Any, tmp_path: Path) -> None:
    time, told = Time(), []
    deployment = deploy.Deployment(client, ALIAS, "linear 40/2m", SECOND, state=tmp_path / "state", **time.options)
    assert [call["action"] for call in deployment.dry_run()].count("updateAlias") == 3
    assert weights(client) == {"1": 100}
    assert deployment.run(on_progress=lambda progress: told.append(progress["text"])) == {"result": "succeeded"}
    assert weights(client) == {"2": 100}
    assert time.now == 1_240.0
    assert told[:4] == [
        "0 % on orders:2, step 0 of 3, looking at the alias",
        "0 % on orders:2, step 0 of 3, shifting",
        "40 % on orders:2, step 1 of 3, next in 2m",
        "40 % on orders:2, step 1 of 3, looking at the alias",
    ]
    assert told[-1] == "100 % on orders:2, step 3 of 3, succeeded"
    # Ended is ended.
    assert deployment.run() == {"result": "succeeded"}


def test_alarms_through_cloudwatch(client: Any, tmp_path: Path) -> None:
    cloudwatch = boto3.client("cloudwatch", region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b")
    asked = {"AlarmNames": ["errors"], "AlarmTypes": ["CompositeAlarm", "MetricAlarm"], "MaxRecords": 100}
    state = lambda value: {"MetricAlarms": [{"AlarmName": "errors", "StateValue": value}], "CompositeAlarms": []}
    with Stubber(cloudwatch) as stub:
        stub.add_response("describe_alarms", state("OK"), asked)
        stub.add_response("describe_alarms", state("ALARM"), asked)
        time = Time()
        outcome = deploy.Deployment(
            client, ALIAS, "10/5m", SECOND, state=tmp_path / "s", alarms=["errors"], cloudwatch=cloudwatch, **time.options
        ).run()
        stub.assert_no_pending_responses()
    message = "Aborting deployment. The following CloudWatch alarms are in an 'ALARM' state: [errors]."
    assert outcome == {"result": "rolledBack", "message": message, "alarms": ["errors"]}
    assert weights(client) == {"1": 100}


def test_drift_is_left_as_it_is(client: Any, tmp_path: Path) -> None:
    time = Time()

    def sleep(seconds: float) -> None:
        client.update_state_machine_alias(stateMachineAliasArn=ALIAS, routingConfiguration=routes(50, 50))
        time.sleep(seconds)

    deployment = deploy.Deployment(
        client, ALIAS, "10/5m", SECOND, state=tmp_path / "s", clock=lambda: time.now, sleep=sleep
    )
    assert deployment.run()["result"] == "drifted"
    assert weights(client) == {"1": 50, "2": 50}


def test_an_answer_that_is_lost(aliases: sfn_alias.StepFunctions, tmp_path: Path) -> None:
    class Lossy:
        lost = False
        describe_state_machine_alias = aliases.describe_state_machine_alias

        def update_state_machine_alias(self, **input: Any) -> None:
            aliases.update_state_machine_alias(**input)
            if not self.lost:
                self.lost = True
                raise ConnectTimeoutError(endpoint_url="https://states")

    time = Time()
    deployment = deploy.Deployment(Lossy(), ALIAS, "10/1m", SECOND, state=tmp_path / "s", **time.options)
    assert deployment.run() == {"result": "succeeded"}
    # Two seconds for the retry, and then the whole interval.
    assert time.now == 1_062.0


def test_credentials_that_are_gone_for_a_moment(aliases: sfn_alias.StepFunctions, tmp_path: Path) -> None:
    class Renewed:
        asked = 0
        update_state_machine_alias = aliases.update_state_machine_alias

        def describe_state_machine_alias(self, **input: Any) -> Any:
            self.asked += 1
            if self.asked == 3:
                raise NoCredentialsError
            return aliases.describe_state_machine_alias(**input)

    time = Time()
    deployment = deploy.Deployment(Renewed(), ALIAS, "10/1m", SECOND, state=tmp_path / "s", **time.options)
    assert deployment.run() == {"result": "succeeded"}
    assert time.now == 1_062.0


def test_a_state_file_of_something_else(aliases: sfn_alias.StepFunctions, tmp_path: Path) -> None:
    state, time = tmp_path / "state", Time()
    deploy.Deployment(aliases, ALIAS, "10/1m", SECOND, state=state, **time.options).run()
    checkpoint = json.loads(state.read_text())
    state.write_text(json.dumps({**checkpoint, "stepsDone": 1, "phase": {"kind": "reading"}}))  # as one that goes on
    others = {
        "version": deploy.Deployment(aliases, ALIAS, "10/1m", f"{MACHINE}:1", state=state),
        "Percentage": deploy.Deployment(aliases, ALIAS, "20/1m", SECOND, state=state),
        "Alarms": deploy.Deployment(aliases, ALIAS, "10/1m", SECOND, state=state, alarms=["errors"]),
        "description": deploy.Deployment(aliases, ALIAS, "10/1m", SECOND, state=state, description="new"),
        "alias": deploy.Deployment(aliases, f"{MACHINE}:TEST", "10/1m", SECOND, state=state),
    }
    for member, other in others.items():
        with pytest.raises(deploy.DeploymentError) as refused:
            other.run()
        assert str(refused.value) == (
            f"the state file {state}: the checkpoint is of another deployment that is under way, CANARY of {SECOND} to "
            f"{ALIAS}: its {member} is not the same; give the same again to go on with it, or keep the checkpoint of this "
            "one in another file"
        )


NO_RECORDS = {
    "{": "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)",
    "[" * 100_000: "maximum recursion depth exceeded while decoding a JSON array from a unicode string",
}
OTHER_RECORDS = {
    "null": "invalid type: null, expected struct Checkpoint",
    "{}": "missing field `stateMachineAliasArn`",
    '{"plan": {}, "stateMachineAliasArn": 1}': "invalid type: integer `1`, expected a string",
}


@pytest.mark.parametrize("text", [*NO_RECORDS, *OTHER_RECORDS], ids=lambda text: text[:20])
def test_a_state_file_that_is_no_record_is_named(text: str, aliases: sfn_alias.StepFunctions, tmp_path: Path) -> None:
    state = tmp_path / "state"
    state.write_text(text)
    with pytest.raises(ValueError) as refused:
        deploy.Deployment(aliases, ALIAS, "10/1m", SECOND, state=state).run()
    if text in NO_RECORDS:
        assert str(refused.value) == f"the state file {state} is no checkpoint of a deployment: {NO_RECORDS[text]}"
    else:
        fault = f"the checkpoint of the deployment cannot be read: {OTHER_RECORDS[text]}"
        assert str(refused.value) == f"the state file {state}: {fault}"


def test_the_file_of_one_that_has_ended(aliases: sfn_alias.StepFunctions, tmp_path: Path) -> None:
    state, time = tmp_path / "state", Time()
    options: dict[str, Any] = {"state": state, "alarm_states": lambda names: dict.fromkeys(names, "ALARM")}
    ringing = deploy.Deployment(aliases, ALIAS, "10/1m", SECOND, alarms=["errors"], **options, **time.options)
    another = deploy.Deployment(aliases, ALIAS, "20/1m", SECOND, **options, **time.options)
    ended = ringing.run()
    assert ended["result"] == "rolledBack"
    # The same is not made again, and another takes the file.
    assert ringing.run() == ended
    assert another.run() == {"result": "succeeded"}
    assert json.loads(state.read_text())["plan"]["preference"]["Percentage"] == 20
    # Without it, the same is begun anew.
    state.unlink()
    aliases.update_state_machine_alias(stateMachineAliasArn=ALIAS, routingConfiguration=routes(100))
    assert another.run() == {"result": "succeeded"}


def test_one_that_has_succeeded_looks_where_the_alias_leads(aliases: sfn_alias.StepFunctions, tmp_path: Path) -> None:
    deployment = deploy.Deployment(aliases, ALIAS, "all-at-once", SECOND, state=tmp_path / "state")
    assert [deployment.run(), deployment.run()] == [{"result": "succeeded"}] * 2
    aliases.update_state_machine_alias(stateMachineAliasArn=ALIAS, routingConfiguration=routes(100))
    assert deployment.run()["result"] == "drifted"
    assert weights(aliases) == {"1": 100}


class FullDisk:
    """Syncs fail from the n-th shift on: what is written is not known to last."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, client: Any, shifts: int) -> None:
        self.client, self.shifts, self.full = client, shifts, False
        sync = os.fsync

        def fsync(file: int) -> None:
            if self.full:
                raise OSError(errno.ENOSPC, "No space left on device")
            sync(file)

        monkeypatch.setattr(os, "fsync", fsync)
        self.describe_state_machine_alias = client.describe_state_machine_alias

    def update_state_machine_alias(self, **input: Any) -> None:
        self.client.update_state_machine_alias(**input)
        self.shifts -= 1
        self.full = self.shifts <= 0


def test_no_shift_is_made_that_is_not_kept(
    aliases: sfn_alias.StepFunctions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    state, time = tmp_path / "state", Time()
    client = FullDisk(monkeypatch, aliases, 1)
    deployment = deploy.Deployment(client, ALIAS, "linear 40/2m", SECOND, state=state, **time.options)
    with pytest.raises(OSError, match="No space left on device"):
        deployment.run()
    # It has waited until the second shift, and left that.
    assert (weights(aliases), time.now) == ({"1": 60, "2": 40}, 1_120.0)
    client.full, client.shifts = False, 9
    assert deployment.run() == {"result": "succeeded"}
    assert weights(aliases) == {"2": 100}


def test_alarms_are_watched_where_nothing_can_be_kept(
    aliases: sfn_alias.StepFunctions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    time = Time()
    client = FullDisk(monkeypatch, aliases, 1)
    states = lambda names: dict.fromkeys(names, "ALARM" if time.now >= 1_120 else "OK")
    options: dict[str, Any] = {"state": tmp_path / "state", "alarms": ["errors"], "alarm_states": states}
    deployment = deploy.Deployment(client, ALIAS, "10/5m", SECOND, **options, **time.options)
    with pytest.raises(OSError, match="No space left on device"):
        deployment.run()
    assert (weights(aliases), time.now) == ({"1": 100}, 1_120.0)
    client.full, client.shifts = False, 9
    assert deployment.run()["result"] == "rolledBack"


def test_what_is_kept_is_the_owners_and_its_name_lasts(
    aliases: sfn_alias.StepFunctions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    state, beside, synced = tmp_path / "state", tmp_path / "state.new", []
    beside.write_text("left behind")
    beside.chmod(0o666)
    monkeypatch.setattr(os, "fsync", lambda file: synced.append(os.path.realpath(f"/proc/self/fd/{file}")))
    deployment = deploy.Deployment(aliases, ALIAS, "all-at-once", SECOND, state=state, description="secret")
    assert deployment.run() == {"result": "succeeded"}
    assert stat.S_IMODE(state.stat().st_mode) == 0o600
    assert not beside.exists()
    assert synced[:2] == [str(beside), str(tmp_path)]


PLANTED: dict[str, Any] = {
    "a symbolic link": lambda path, target: path.symlink_to(target),
    "a FIFO": lambda path, target: os.mkfifo(path),
    "a folder": lambda path, target: path.mkdir(),
}


@pytest.mark.parametrize("suffix", ["", ".new"])
@pytest.mark.parametrize("what", PLANTED)
def test_what_is_no_regular_file_is_refused(
    what: str, suffix: str, aliases: sfn_alias.StepFunctions, tmp_path: Path
) -> None:
    state, target = tmp_path / "state", tmp_path / "target"
    target.write_text("precious")
    target.chmod(0o644)
    path = tmp_path / f"state{suffix}"
    PLANTED[what](path, target)
    text = f"it is {what}, and only a regular file is used here: remove it, or give another `state`"
    with pytest.raises(OSError, match=text) as refused:
        deploy.Deployment(aliases, ALIAS, "all-at-once", SECOND, state=state).run()
    assert (refused.value.errno, refused.value.filename) == (errno.EINVAL, str(path))
    assert (target.read_text(), stat.S_IMODE(target.stat().st_mode)) == ("precious", 0o644)
    assert not stat.S_ISREG(path.lstat().st_mode)
    assert weights(aliases) == {"1": 100}


def test_a_state_file_is_read_up_to_a_limit(aliases: sfn_alias.StepFunctions, tmp_path: Path) -> None:
    state = tmp_path / "state"
    state.touch()
    os.truncate(state, 1 << 40)
    with pytest.raises(ValueError, match="it is longer than 16777216 bytes"):
        deploy.Deployment(aliases, ALIAS, "all-at-once", SECOND, state=state).run()


def test_a_wait_is_slept_once_and_no_longer(aliases: sfn_alias.StepFunctions, tmp_path: Path) -> None:
    """Also where the clock is set back by an hour meanwhile."""
    time, slept, back = Time(), [], [0.0]

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        time.sleep(seconds)
        back[0] = 3600.0 if len(slept) == 1 else 0.0

    deployment = deploy.Deployment(
        aliases, ALIAS, "10/3m", SECOND, state=tmp_path / "s", clock=lambda: time.now - back[0], sleep=sleep
    )
    assert deployment.run() == {"result": "succeeded"}
    assert max(slept) == 60.0
    assert time.now == 1_180.0


class NotOurs(Exception):
    """As clients of HTTP raise them, from an `OSError`."""


def raising(error: Exception, cause: Exception | None = None) -> Any:
    def states(names: list[str]) -> dict[str, str]:
        raise error from cause

    return states


@pytest.mark.parametrize("error", [ConnectionResetError("reset"), NotOurs("reset")], ids=["OSError", "caused by one"])
def test_alarms_that_are_not_reached_are_asked_for_again(
    error: Exception, aliases: sfn_alias.StepFunctions, tmp_path: Path
) -> None:
    time = Time()
    failing = raising(error, ConnectionResetError() if isinstance(error, NotOurs) else None)
    states = lambda names: failing(names) if time.now < 1_062 and weights(aliases) != {"1": 100} else {}
    options: dict[str, Any] = {"state": tmp_path / "s", "alarms": ["errors"], "alarm_states": states}
    deployment = deploy.Deployment(aliases, ALIAS, "10/1m", SECOND, **options, **time.options)
    assert deployment.run() == {"result": "succeeded"}
    assert time.now == 1_062.0


def test_alarms_that_cannot_be_read(aliases: sfn_alias.StepFunctions, tmp_path: Path) -> None:
    time = Time()
    states = lambda names: {} if weights(aliases) == {"1": 100} else raising(KeyError("StateValue"))(names)
    options: dict[str, Any] = {"state": tmp_path / "s", "alarms": ["errors"], "alarm_states": states}
    outcome = deploy.Deployment(aliases, ALIAS, "10/5m", SECOND, **options, **time.options).run()
    message = "Aborting deployment. The CloudWatch alarms cannot be read: KeyError: 'StateValue'"
    assert outcome == {"result": "rolledBack", "message": message, "alarms": []}
    assert weights(aliases) == {"1": 100}
    # Before the first shift there is nothing to roll back.
    states = raising(ValueError("mistaken"))
    options = {**options, "state": tmp_path / "another", "alarm_states": states}
    outcome = deploy.Deployment(aliases, ALIAS, "10/5m", SECOND, **options, **time.options).run()
    assert outcome == {"result": "failed", "code": "ValueError", "message": "mistaken"}


def test_who_interrupts_is_obeyed(aliases: sfn_alias.StepFunctions, tmp_path: Path) -> None:
    def states(names: list[str]) -> dict[str, str]:
        raise KeyboardInterrupt

    options: dict[str, Any] = {"state": tmp_path / "s", "alarms": ["errors"], "alarm_states": states}
    with pytest.raises(KeyboardInterrupt):
        deploy.Deployment(aliases, ALIAS, "10/5m", SECOND, **options, **Time().options).run()


def test_a_description_comes_with_each_update(aliases: sfn_alias.StepFunctions, tmp_path: Path) -> None:
    """The one of a rollback included: another's, set meanwhile, does not last."""
    time, described = Time(), []

    def states(names: list[str]) -> dict[str, str]:
        described.append(aliases.describe_state_machine_alias(stateMachineAliasArn=ALIAS).get("description"))
        aliases.update_state_machine_alias(stateMachineAliasArn=ALIAS, description="another's")
        return {} if len(described) == 1 else {"errors": "ALARM"}

    options: dict[str, Any] = {"state": tmp_path / "s", "alarms": ["errors"], "alarm_states": states}
    deployment = deploy.Deployment(aliases, ALIAS, "10/5m", SECOND, description="second", **options, **time.options)
    assert deployment.run()["result"] == "rolledBack"
    described.append(aliases.describe_state_machine_alias(stateMachineAliasArn=ALIAS)["description"])
    assert described == [None, "second", "second"]


def test_alarms_need_a_source(aliases: sfn_alias.StepFunctions, tmp_path: Path) -> None:
    deployment = deploy.Deployment(aliases, ALIAS, "10/5m", SECOND, state=tmp_path / "s", alarms=["errors"])
    with pytest.raises(ValueError, match="the deployment watches alarms: give `cloudwatch` or `alarm_states`"):
        deployment.run()
    assert weights(aliases) == {"1": 100}
