"""Deployment processes that are killed at every call, with real boto3 clients and a real endpoint."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
from deploy_proxy import Proxy, serve_proxy
from support import ALIAS, MACHINE, create_versions, routes

import sfn_alias
from sfn_alias import deploy

READ, CHECK, SHIFT = "DescribeStateMachineAlias", "DescribeAlarms", "UpdateStateMachineAlias"
VERSION = "DescribeStateMachine"


@dataclass(frozen=True)
class Scenario:
    preference: str
    alarms: tuple[str, ...]
    alarm_after: int | None
    result: str
    calls: tuple[str, ...]
    """The calls of a process that is not killed. The first two are before the deployment."""

    @property
    def updates(self) -> list[Any]:
        """Returns the routings of the plan, followed by the original routing after a rollback."""
        steps = deploy.plan(self.preference, routes(100), f"{MACHINE}:2", alarms=self.alarms)["steps"]
        shifts = [step["routing"] for step in steps[: self.alarm_after]]
        return shifts if self.alarm_after is None else [*shifts, routes(100)]


SCENARIOS = {
    "canary": Scenario("10/1m", ("errors",), None, "succeeded", (READ, VERSION, *(READ, CHECK, SHIFT) * 2)),
    "linear": Scenario("linear 40/1m", (), None, "succeeded", (READ, VERSION, *(READ, SHIFT) * 3)),
    "rolled back": Scenario("linear 40/1m", ("errors",), 2, "rolledBack", (READ, VERSION, *(READ, CHECK, SHIFT) * 3)),
}
KILL_POINTS = [(name, at) for name, scenario in SCENARIOS.items() for at in range(1, len(scenario.calls) + 1)]


@dataclass
class Environment:
    """An endpoint with an alias on the first of two versions, and a directory for the deployment process."""

    directory: Path
    sfn: Any
    proxy: Proxy

    @property
    def routing(self) -> Any:
        return self.sfn.describe_state_machine_alias(stateMachineAliasArn=ALIAS)["routingConfiguration"]

    def run_process(self, scenario: Scenario) -> tuple[int, str]:
        driver = Path(__file__).with_name("deploy_driver.py")
        with serve_proxy(self.proxy) as url:
            files = [str(self.directory / "state"), str(self.directory / "now")]
            command = [sys.executable, str(driver), url, *files, scenario.preference, *scenario.alarms]
            return self.proxy.run_process(command, cwd=driver.parent)


@pytest.fixture
def environment(tmp_path: Path) -> Iterator[Environment]:
    clock_file = tmp_path / "now"
    clock_file.write_text("1000")
    with sfn_alias.serve() as url:
        keys: dict[str, Any] = {"aws_access_key_id": "none", "aws_secret_access_key": "none"}
        sfn = boto3.client("stepfunctions", endpoint_url=url, region_name="us-east-1", **keys)
        create_versions(sfn)
        sfn.create_state_machine_alias(name="PROD", routingConfiguration=routes(100))
        yield Environment(tmp_path, sfn, Proxy(url, lambda: float(clock_file.read_text())))


def assert_ended_as_planned(environment: Environment, scenario: Scenario) -> None:
    """Asserts that each shift was made once, in order and not early, and that there were no other calls."""
    times, routings = zip(*environment.proxy.updates, strict=True)
    assert list(routings) == scenario.updates
    assert environment.routing == scenario.updates[-1]
    assert all(later - earlier >= 60 for earlier, later in zip(times, times[1:], strict=False))
    assert environment.proxy.error_statuses == []
    outcome = json.loads((environment.directory / "state").read_text())["phase"]["outcome"]
    assert outcome["result"] == scenario.result


@pytest.mark.parametrize("name", SCENARIOS)
def test_driver_is_not_killed(name: str, environment: Environment) -> None:
    scenario = SCENARIOS[name]
    environment.proxy.alarm_after = scenario.alarm_after
    assert environment.run_process(scenario) == (0, f"{scenario.result}\n")
    assert tuple(environment.proxy.calls) == scenario.calls
    assert_ended_as_planned(environment, scenario)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(("name", "at"), KILL_POINTS)
def test_driver_is_killed_once(name: str, at: int, after: bool, environment: Environment) -> None:
    scenario = SCENARIOS[name]
    environment.proxy.alarm_after = scenario.alarm_after
    environment.proxy.kill_at, environment.proxy.kill_after = at, after
    assert environment.run_process(scenario) == (-signal.SIGKILL, "")
    # A killed process leaves the routing of the last update that reached the endpoint.
    assert environment.routing == [routes(100), *scenario.updates][len(environment.proxy.updates)]
    assert environment.run_process(scenario) == (0, f"{scenario.result}\n")
    assert_ended_as_planned(environment, scenario)


def test_driver_is_killed_repeatedly(environment: Environment) -> None:
    """Each process is killed at its third call, before or after the response, until one succeeds."""
    scenario = SCENARIOS["rolled back"]
    environment.proxy.alarm_after = scenario.alarm_after
    kills = 0
    while True:
        environment.proxy.kill_at, environment.proxy.kill_after = len(environment.proxy.calls) + 3, kills % 2 == 1
        code, output = environment.run_process(scenario)
        if code == 0:
            break
        kills += 1
        assert (code, output, kills < 20) == (-signal.SIGKILL, "", True)
    assert (output, kills >= 3) == (f"{scenario.result}\n", True)
    assert_ended_as_planned(environment, scenario)
