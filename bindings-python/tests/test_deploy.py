"""Gradual deployments, over our store and over boto3. Drivers that are killed: `test_deploy_kills.py`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import boto3
import pytest
import sfn_alias
import sfn_alias.boto3
from botocore.exceptions import ConnectTimeoutError
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
def aliases() -> sfn_alias.Aliases:
    aliases = published()
    aliases.create_state_machine_alias(name="PROD", routingConfiguration=routes(100))
    return aliases


@pytest.fixture(params=["aliases", "boto3"])
def client(request: pytest.FixtureRequest, aliases: sfn_alias.Aliases) -> Any:
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
    with pytest.raises(deploy.DeploymentRefused) as refused:
        deploy.plan(preference, routes(100))
    assert str(refused.value) == text
    assert refused.value.code == "ValidationException"
    assert refused.value.problems == [
        {"path": "", "code": "interval-required", "source": "provider code", "message": text}
    ]


def test_renderings() -> None:
    assert deploy.render("10/5m", routes(100), SECOND).splitlines()[1].split() == "1 0s 90 % 10 % wait 5m".split()
    assert "█" in deploy.render("10/5m", routes(100), SECOND, form="timeline")
    assert "#" in deploy.render("10/5m", routes(100), SECOND, form="ascii")
    assert deploy.render("10/5m", routes(100), SECOND, form="svg").startswith("<svg ")
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


def test_an_answer_that_is_lost(aliases: sfn_alias.Aliases, tmp_path: Path) -> None:
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


def test_a_state_file_of_something_else(aliases: sfn_alias.Aliases, tmp_path: Path) -> None:
    state, time = tmp_path / "state", Time()
    deploy.Deployment(aliases, ALIAS, "10/1m", SECOND, state=state, **time.options).run()
    text = f"the record is of another deployment: CANARY of {SECOND} to {ALIAS}; keep this one in another file"
    others = [
        deploy.Deployment(aliases, ALIAS, "10/1m", f"{MACHINE}:1", state=state),
        deploy.Deployment(aliases, ALIAS, "20/1m", SECOND, state=state),
        deploy.Deployment(aliases, ALIAS, "10/1m", SECOND, state=state, alarms=["errors"]),
        deploy.Deployment(aliases, ALIAS, "10/1m", SECOND, state=state, description="new"),
        deploy.Deployment(aliases, f"{MACHINE}:TEST", "10/1m", SECOND, state=state),
    ]
    for other in others:
        with pytest.raises(deploy.DeploymentRefused) as refused:
            other.run()
        assert str(refused.value) == text
    state.write_text("{")
    with pytest.raises(ValueError) as unreadable:
        others[0].run()
    assert str(unreadable.value).startswith(f"the state file {state} is no record of a deployment: ")
    for json in ("[]", "{}", '{"plan": {}, "stateMachineAliasArn": 1}'):
        state.write_text(json)
        with pytest.raises(deploy.DeploymentRefused, match="^the record of the deployment cannot be read: "):
            others[0].run()


def test_a_description_comes_with_each_update(aliases: sfn_alias.Aliases, tmp_path: Path) -> None:
    deployment = deploy.Deployment(aliases, ALIAS, "all-at-once", SECOND, state=tmp_path / "s", description="second")
    assert deployment.run() == {"result": "succeeded"}
    assert aliases.describe_state_machine_alias(stateMachineAliasArn=ALIAS)["description"] == "second"


def test_alarms_need_a_source(aliases: sfn_alias.Aliases, tmp_path: Path) -> None:
    deployment = deploy.Deployment(aliases, ALIAS, "10/5m", SECOND, state=tmp_path / "s", alarms=["errors"])
    with pytest.raises(ValueError, match="the deployment watches alarms: give `cloudwatch` or `alarm_states`"):
        deployment.run()
    assert weights(aliases) == {"1": 100}
