"""A canary in process, on a virtual clock: rules decide which executions fail, and alarms roll the deployment back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import botocore.exceptions
import pytest
import sfn_alias
import sfn_alias.boto3
from sfn_alias import deploy
from support import ALIAS, MACHINE, create_alias, create_service, routes
from test_deploy import FakeTime, weights

ALARMS = [
    {"name": "failed", "metric": "ExecutionsFailed", "stateMachine": "orders", "version": 2, "threshold": 3},
    {"name": "timed-out", "metric": "ExecutionsTimedOut", "stateMachine": "orders", "alias": "PROD", "threshold": 1},
]


def failing(percent: int, **result: Any) -> list[dict[str, Any]]:
    """Returns rules in which a share of the executions of version 2 does not succeed."""
    results = [{"weight": percent, **(result or {"error": "Orders.Broken"})}, {"weight": 100 - percent, "output": {}}]
    second = {"version": 2, "any": results} if percent else {"version": 2, "output": {}}
    return [second, {"output": {}, "after": "2s"}]


class Canary:
    """A deployment of version 2 while two executions per second are started."""

    def __init__(self, kind: str, rules: Any, folder: Path) -> None:
        self.time = FakeTime()
        self.sfn = create_service(seed=7, clock=lambda: self.time.now, outcomes=rules)
        create_alias(self.sfn, routingConfiguration=routes(100))
        self.client: Any = self.sfn if kind == "service" else sfn_alias.boto3.client(self.sfn)
        self.deployment = deploy.Deployment(
            self.client,
            ALIAS,
            "10/5m",
            f"{MACHINE}:2",
            state=folder / "state",
            alarms=[str(alarm["name"]) for alarm in ALARMS],
            alarm_states=lambda names: self.sfn.evaluate_alarms(ALARMS),
            clock=lambda: self.time.now,
            sleep=self.start_executions,
        )

    def start_executions(self, seconds: float) -> None:
        end = self.time.now + seconds
        while self.time.now < end:
            self.client.start_execution(stateMachineArn=ALIAS)
            self.time.sleep(min(0.5, end - self.time.now))

    def run(self) -> tuple[dict[str, Any], float]:
        """Returns the outcome, and when the deployment ended."""
        started = self.time.now
        outcome: Any = self.deployment.run()
        return outcome, self.time.now - started


@pytest.mark.parametrize("kind", ["service", "boto3"])
def test_rollback(kind: str, tmp_path: Path) -> None:
    canary = Canary(kind, failing(20), tmp_path)
    outcome, seconds = canary.run()
    assert (outcome["result"], outcome["alarms"], seconds) == ("rolledBack", ["failed"], 120.0)
    assert weights(canary.client) == {"1": 100}
    pages = sfn_alias.paginator(canary.client, "list_executions").paginate(stateMachineArn=ALIAS, statusFilter="FAILED")
    failed = [execution for page in pages for execution in page["executions"]]
    assert len(failed) >= 3
    assert {execution["stateMachineVersionArn"] for execution in failed} == {f"{MACHINE}:2"}
    described = canary.client.describe_execution(executionArn=failed[0]["executionArn"])
    assert (described["error"], described["stateMachineAliasArn"]) == ("Orders.Broken", ALIAS)


def test_a_version_without_failures_gets_all_traffic(tmp_path: Path) -> None:
    canary = Canary("service", failing(0), tmp_path)
    assert canary.run() == ({"result": "succeeded"}, 300.0)
    assert weights(canary.sfn) == {"2": 100}
    assert canary.sfn.evaluate_alarms(ALARMS) == {"failed": "OK", "timed-out": "OK"}


def test_rollback_because_of_timeouts(tmp_path: Path) -> None:
    """The end lies in the future: the alarm fires when the executions have timed out."""
    canary = Canary("service", failing(20, status="TIMED_OUT", after="90s"), tmp_path)
    outcome, seconds = canary.run()
    assert (outcome["result"], outcome["alarms"], seconds) == ("rolledBack", ["timed-out"], 120.0)


def test_rollback_after_a_restart(tmp_path: Path) -> None:
    """The deployment is interrupted before the alarm, and rolls back when it resumes."""
    canary = Canary("service", failing(20), tmp_path)

    def interrupt(progress: Any) -> None:
        if canary.time.now >= 1_060:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        canary.deployment.run(interrupt)
    assert weights(canary.sfn) == {"1": 90, "2": 10}
    outcome, seconds = canary.run()
    assert (outcome["result"], outcome["alarms"], seconds) == ("rolledBack", ["failed"], 60.0)


def test_faults_are_retried_by_the_deployment(tmp_path: Path) -> None:
    """The first shift is throttled twice. The delays of the retries pass on the virtual clock."""
    faults = [{"operation": "UpdateStateMachineAlias", "error": "ThrottlingException", "first": 2}]
    canary = Canary("service", {"outcomes": failing(20), "faults": faults}, tmp_path)
    outcome, seconds = canary.run()
    assert outcome["result"] == "rolledBack"
    # Two retries, with delays of 2 and 4 seconds.
    assert seconds == 126.0
    assert weights(canary.sfn) == {"1": 100}


def test_denied_update_fails_the_deployment(tmp_path: Path) -> None:
    faults = [{"operation": "UpdateStateMachineAlias", "error": "AccessDeniedException", "percent": 100}]
    canary = Canary("boto3", {"faults": faults}, tmp_path)
    outcome, _ = canary.run()
    assert outcome["result"] == "failed"
    assert weights(canary.sfn) == {"1": 100}
    with pytest.raises(botocore.exceptions.ClientError, match="AccessDeniedException"):
        canary.client.update_state_machine_alias(stateMachineAliasArn=ALIAS, description="x")
