"""Drivers that are killed at every call: real boto3 clients, over a socket, at a real endpoint."""

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
from deploy_gate import Gate, opened
from support import ALIAS, MACHINE, publish, routes

import sfn_alias
from sfn_alias import deploy

READ, LOOK, SHIFT = "DescribeStateMachineAlias", "DescribeAlarms", "UpdateStateMachineAlias"


@dataclass(frozen=True)
class Course:
    preference: str
    alarms: tuple[str, ...]
    alarm_after: int | None
    result: str
    calls: tuple[str, ...]
    """Of a driver that nothing happens to. The first reading is for the plan."""

    @property
    def updates(self) -> list[Any]:
        """The plan's routings, and the one before them where it is rolled back."""
        steps = deploy.plan(self.preference, routes(100), f"{MACHINE}:2", alarms=self.alarms)["steps"]
        made = [step["routing"] for step in steps[: self.alarm_after]]
        return made if self.alarm_after is None else [*made, routes(100)]


COURSES = {
    "canary": Course("10/1m", ("errors",), None, "succeeded", (READ, *(READ, LOOK, SHIFT) * 2)),
    "linear": Course("linear 40/1m", (), None, "succeeded", (READ, *(READ, SHIFT) * 3)),
    "rolled back": Course("linear 40/1m", ("errors",), 2, "rolledBack", (READ, *(READ, LOOK, SHIFT) * 3)),
}
DEATHS = [(name, at) for name, course in COURSES.items() for at in range(1, len(course.calls) + 1)]


@dataclass
class World:
    """An endpoint with an alias on the first of two versions, and a folder for a driver."""

    folder: Path
    sfn: Any
    gate: Gate

    @property
    def routing(self) -> Any:
        return self.sfn.describe_state_machine_alias(stateMachineAliasArn=ALIAS)["routingConfiguration"]

    def drive(self, course: Course) -> tuple[int, str]:
        driver = Path(__file__).with_name("deploy_driver.py")
        with opened(self.gate) as url:
            files = [str(self.folder / "state"), str(self.folder / "now")]
            command = [sys.executable, str(driver), url, *files, course.preference, *course.alarms]
            return self.gate.drive(command, cwd=driver.parent)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    now = tmp_path / "now"
    now.write_text("1000")
    with sfn_alias.serve() as url:
        keys: dict[str, Any] = {"aws_access_key_id": "none", "aws_secret_access_key": "none"}
        sfn = boto3.client("stepfunctions", endpoint_url=url, region_name="us-east-1", **keys)
        publish(sfn)
        sfn.create_state_machine_alias(name="PROD", routingConfiguration=routes(100))
        yield World(tmp_path, sfn, Gate(url, lambda: float(now.read_text())))


def ended_as_planned(world: World, course: Course) -> None:
    """Each shift was made once, in order and not early, and nothing else was."""
    times, made = zip(*world.gate.updates, strict=True)
    assert list(made) == course.updates
    assert world.routing == course.updates[-1]
    assert all(later - earlier >= 60 for earlier, later in zip(times, times[1:], strict=False))
    assert world.gate.refused == []
    outcome = json.loads((world.folder / "state").read_text())["phase"]["outcome"]
    assert outcome["result"] == course.result


@pytest.mark.parametrize("name", COURSES)
def test_a_driver_that_lives(name: str, world: World) -> None:
    course = COURSES[name]
    world.gate.alarm_after = course.alarm_after
    assert world.drive(course) == (0, f"{course.result}\n")
    assert tuple(world.gate.calls) == course.calls
    ended_as_planned(world, course)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(("name", "at"), DEATHS)
def test_a_driver_that_is_killed(name: str, at: int, after: bool, world: World) -> None:
    course = COURSES[name]
    world.gate.alarm_after, world.gate.dies_at, world.gate.dies_after = course.alarm_after, at, after
    assert world.drive(course) == (-signal.SIGKILL, "")
    # What it leaves behind is where one of the steps leads: the last that the endpoint was asked for.
    assert world.routing == [routes(100), *course.updates][len(world.gate.updates)]
    assert world.drive(course) == (0, f"{course.result}\n")
    ended_as_planned(world, course)


def test_a_driver_that_is_killed_again_and_again(world: World) -> None:
    """Each driver dies at its third call, before it or after it, until one gets to the end."""
    course = COURSES["rolled back"]
    world.gate.alarm_after = course.alarm_after
    lives = 0
    while True:
        world.gate.dies_at, world.gate.dies_after = len(world.gate.calls) + 3, lives % 2 == 1
        code, printed = world.drive(course)
        if code == 0:
            break
        lives += 1
        assert (code, printed, lives < 20) == (-signal.SIGKILL, "", True)
    assert (printed, lives >= 3) == (f"{course.result}\n", True)
    ended_as_planned(world, course)
