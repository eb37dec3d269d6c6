"""Gradual deployments, with the steps, times and texts of CloudFormation's ``DeploymentPreference``: planned,
tried on a virtual clock, and driven over a boto3 client or ``sfn_alias.Aliases``.

A preference is a ``dict`` as a template writes it, or a short form: ``"10/5m"`` (canary), ``"linear 10/1m"``,
``"all-at-once"``, or ``"5/1m,25/10m,50/10m"``, which CloudFormation does not take.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from sfn_alias._sfn_alias import deployment_json

__all__ = ["Deployment", "DeploymentRefused", "expected_starts", "plan", "render", "simulate"]

Preference = str | Mapping[str, Any]
Routing = Sequence[Mapping[str, Any]]
AlarmStates = Callable[[list[str]], Mapping[str, str]]


class DeploymentRefused(ValueError):
    """There is no such deployment. Where CloudFormation's provider refuses it too, the text is the provider's."""

    def __init__(self, error: Mapping[str, Any]) -> None:
        super().__init__(error["message"])
        self.code: str = error["code"]
        """``ValidationException`` for what the provider refuses, an AWS code, or ``DeploymentError``."""
        self.problems: list[dict[str, str]] = error["problems"]
        """Everything that is wrong with the preference: ``path``, ``code``, ``source`` and ``message``."""


def plan(
    preference: Preference, current_routing: Routing, new_version: str | None = None, *, alarms: Sequence[str] = ()
) -> dict[str, Any]:
    """What a deployment will do: its steps, with their times and routings, and notes."""
    planned: dict[str, Any] = _call("plan", _request(preference, current_routing, new_version, alarms))
    return planned


def simulate(
    preference: Preference,
    current_routing: Routing,
    new_version: str | None = None,
    *,
    alarms: Sequence[str] = (),
    events: Iterable[Mapping[str, Any]] = (),
) -> dict[str, Any]:
    """The whole course of a deployment when these events happen, without waiting.

    An event is for example ``{"event": "alarm", "atSeconds": 90, "name": "errors", "state": "ALARM"}``; the others
    are ``drift``, ``crash``, ``crashAtCall`` and ``failure``.
    """
    request = {"plan": _request(preference, current_routing, new_version, alarms), "events": list(events)}
    course: dict[str, Any] = _call("simulate", request)
    return course


def expected_starts(
    preference: Preference, current_routing: Routing, new_version: str | None = None, *, starts_per_second: float
) -> dict[str, Any]:
    """How many starts each version sees while the deployment runs, with the spread to expect."""
    request = {"plan": _request(preference, current_routing, new_version, ()), "startsPerSecond": starts_per_second}
    starts: dict[str, Any] = _call("starts", request)
    return starts


def render(
    preference: Preference,
    current_routing: Routing,
    new_version: str | None = None,
    *,
    alarms: Sequence[str] = (),
    form: str = "table",
) -> str:
    """A plan to look at: a ``table``, a ``timeline`` of bars, one in ``ascii``, or an ``svg``."""
    request = {"plan": _request(preference, current_routing, new_version, alarms), "form": form}
    rendered: str = _call("render", request)
    return rendered


class Deployment:
    """A deployment over a client. It may be killed at any point: with the same state file it goes on without a
    wrong or repeated shift, and what it leaves behind is always a valid routing. One driver at a time: nothing here
    keeps a second one from the state file.

    ``client`` is a boto3 Step Functions client or ``sfn_alias.Aliases``. The states of alarms come from
    ``cloudwatch``, a boto3 CloudWatch client, or from ``alarm_states``, a function from names to a mapping of names
    to states.
    """

    def __init__(
        self,
        client: Any,
        alias_arn: str,
        preference: Preference,
        new_version: str | None = None,
        *,
        state: str | os.PathLike[str],
        alarms: Sequence[str] = (),
        description: str | None = None,
        cloudwatch: Any = None,
        alarm_states: AlarmStates | None = None,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self._client = client
        self._alias_arn = alias_arn
        self._asked = (preference, new_version, alarms)
        self._description = description
        self._state = Path(state)
        self._alarm_states = alarm_states or (_states_of(cloudwatch) if cloudwatch is not None else None)
        self._clock = clock
        self._sleep = sleep

    def plan(self) -> dict[str, Any]:
        """What it will do, or is doing."""
        planned: dict[str, Any] = _call("plan", self._record()["plan"])
        return planned

    def simulate(self, events: Iterable[Mapping[str, Any]] = ()) -> dict[str, Any]:
        """Its whole course when these events happen, without touching the alias."""
        request = {"plan": self._record()["plan"], "stateMachineAliasArn": self._alias_arn, "events": list(events)}
        course: dict[str, Any] = _call("simulate", request)
        return course

    def dry_run(self) -> list[dict[str, Any]]:
        """The calls that it would make if nothing happened to it. It reads the alias, and changes nothing."""
        request = {"plan": self._record()["plan"], "stateMachineAliasArn": self._alias_arn}
        calls: list[dict[str, Any]] = _call("dryRun", request)
        return calls

    def run(self, on_progress: Callable[[dict[str, Any]], object] | None = None) -> dict[str, Any]:
        """Goes to the end and answers the outcome; ``result`` is ``succeeded``, ``rolledBack``, ``drifted`` or
        ``failed``. ``on_progress`` is told at each call and at least once a minute; ``text`` is a line to show.

        A deployment that has ended does nothing; one that has failed goes on.
        """
        record, observation = self._record(), {"observed": "start"}
        self._alarms_can_be_read(record)
        while True:
            request = {"record": record, "observation": observation, "nowMillis": self._now()}
            stepped = _call("step", request)
            record, action = stepped["record"], stepped["action"]
            self._keep(record)
            if on_progress is not None:
                on_progress(stepped["progress"])
            if action["action"] == "done":
                outcome: dict[str, Any] = action["outcome"]
                return outcome
            observation = self._do(action)

    def _do(self, action: dict[str, Any]) -> dict[str, Any]:
        if action["action"] == "wait":
            while (left := action["untilMillis"] - self._now()) > 0:
                self._sleep(left / 1000)
            return {"observed": "waited"}
        try:
            return self._call(action["action"], action["input"])
        except Exception as error:
            failed = _failure(error)
            if failed is None:
                raise
            return failed

    def _call(self, action: str, input: dict[str, Any]) -> dict[str, Any]:
        if action == "describeAlias":
            alias = self._client.describe_state_machine_alias(**input)
            return {"observed": "alias", "routingConfiguration": alias["routingConfiguration"]}
        if action == "updateAlias":
            self._client.update_state_machine_alias(**input)
            return {"observed": "updated"}
        assert self._alarm_states is not None
        states = self._alarm_states(input["AlarmNames"])
        return {"observed": "alarms", "alarms": [{"name": name, "state": state} for name, state in states.items()]}

    def _now(self) -> int:
        return int(self._clock() * 1000)

    def _record(self) -> dict[str, Any]:
        """What was kept, or the beginning."""
        try:
            kept = json.loads(self._state.read_bytes())
        except FileNotFoundError:
            return self._begin()
        except ValueError as error:
            raise ValueError(f"the state file {self._state} is no record of a deployment: {error}") from error
        preference, new_version, alarms = self._asked
        asked = _request(preference, (), new_version, alarms)
        request = {"record": kept, "stateMachineAliasArn": self._alias_arn, "plan": asked}
        resumed: dict[str, Any] = _call("resume", {**request, "description": self._description})
        return resumed

    def _begin(self) -> dict[str, Any]:
        preference, new_version, alarms = self._asked
        alias = self._client.describe_state_machine_alias(stateMachineAliasArn=self._alias_arn)
        request = _request(preference, alias["routingConfiguration"], new_version, alarms)
        record = {"stateMachineAliasArn": self._alias_arn, "plan": request}
        return record if self._description is None else {**record, "description": self._description}

    def _alarms_can_be_read(self, record: dict[str, Any]) -> None:
        steps = _call("plan", record["plan"])["steps"]
        if self._alarm_states is None and any(step["then"].get("alarms") for step in steps):
            raise ValueError("the deployment watches alarms: give `cloudwatch` or `alarm_states`")

    def _keep(self, record: dict[str, Any]) -> None:
        """As a whole or not at all, whenever the process or the machine dies."""
        beside = self._state.with_name(self._state.name + ".new")
        with beside.open("w") as file:
            json.dump(record, file)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self._state)


def _call(door: str, request: Mapping[str, Any]) -> Any:
    answer = json.loads(deployment_json(door, json.dumps(request)))
    if isinstance(answer, dict) and "error" in answer:
        raise DeploymentRefused(answer["error"])
    return answer


def _request(
    preference: Preference, current_routing: Routing, new_version: str | None, alarms: Sequence[str]
) -> dict[str, Any]:
    request: dict[str, Any] = {"currentRouting": list(current_routing)}
    request["short" if isinstance(preference, str) else "preference"] = preference
    if new_version is not None:
        request["newVersion"] = new_version
    if alarms:
        request["alarms"] = list(alarms)
    return request


def _states_of(cloudwatch: Any) -> AlarmStates:
    def states(names: list[str]) -> dict[str, str]:
        found = cloudwatch.describe_alarms(
            AlarmNames=names, AlarmTypes=["CompositeAlarm", "MetricAlarm"], MaxRecords=100
        )
        alarms = [*found.get("CompositeAlarms", []), *found.get("MetricAlarms", [])]
        return {alarm["AlarmName"]: alarm["StateValue"] for alarm in alarms}

    return states


def _failure(error: Exception) -> dict[str, Any] | None:
    """What a call's failure is told as; ``None`` for an error that is not of a call."""
    response = getattr(error, "response", None)
    if isinstance(response, dict) and "Error" in response:
        told = response["Error"]
        return {"observed": "failed", "code": told.get("Code", "Unknown"), "message": told.get("Message", "")}
    names = [kind.__name__ for kind in type(error).__mro__ if kind.__module__ == "botocore.exceptions"]
    if "HTTPClientError" in names or isinstance(error, OSError):
        return {"observed": "failed", "code": "NetworkError", "message": str(error)}
    return {"observed": "failed", "code": names[0], "message": str(error)} if names else None
