"""Gradual deployments, with the steps, times and texts of CloudFormation's ``DeploymentPreference``: planned,
tried on a virtual clock, and driven over a boto3 client or ``sfn_alias.StepFunctions``.

A preference is a ``dict`` as a template writes it, or a short form: ``"10/5m"`` (canary), ``"linear 10/1m"``,
``"all-at-once"``, or ``"5/1m,25/10m,50/10m"``, which CloudFormation does not take.
"""

from __future__ import annotations

import errno
import json
import os
import stat
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from sfn_alias._sfn_alias import deployment_json

__all__ = ["Deployment", "DeploymentError", "expected_starts", "plan", "render", "simulate"]

Preference = str | Mapping[str, Any]
Routing = Sequence[Mapping[str, Any]]
_LONGEST = 16 << 20
"""No state file is longer, in bytes."""

_KINDS = {stat.S_IFLNK: "a symbolic link", stat.S_IFIFO: "a FIFO", stat.S_IFSOCK: "a socket", stat.S_IFDIR: "a folder"}

AlarmStates = Callable[[list[str]], Mapping[str, str]]


class DeploymentError(ValueError):
    """There is no such deployment. Where CloudFormation's provider refuses it too, the text is the provider's; one
    that goes on from a state file names the file before it."""

    def __init__(self, error: Mapping[str, Any], at: str = "") -> None:
        super().__init__(at + error["message"])
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
    starts: dict[str, Any] = _call("expectedStarts", request)
    return starts


def render(
    preference: Preference,
    current_routing: Routing,
    new_version: str | None = None,
    *,
    alarms: Sequence[str] = (),
    format: str = "table",
) -> str:
    """A plan to look at: a ``table``, a ``timeline`` of bars, one in ``ascii``, or an ``svg``."""
    request = {"plan": _request(preference, current_routing, new_version, alarms), "format": format}
    rendered: str = _call("render", request)
    return rendered


class Deployment:
    """A deployment over a client. It may be killed at any point: with the same state file it goes on without a
    wrong or repeated shift, and what it leaves behind is always a valid routing. One driver at a time: nothing here
    keeps a second one from the state file.

    ``client`` is a boto3 Step Functions client or ``sfn_alias.StepFunctions``. The states of alarms come from
    ``cloudwatch``, a boto3 CloudWatch client, or from ``alarm_states``, a function from names to a mapping of names
    to ``OK``, ``ALARM`` or ``INSUFFICIENT_DATA``; an alarm that it leaves away is not in alarm. What it raises is a
    failure to read the alarms, with the code of an AWS error, ``NetworkError`` for an ``OSError`` or what one has
    caused, or the name of its type. As for CloudWatch's own, codes that may pass are retried; with another, a
    deployment that has shifted is rolled back, and one that has not has failed.

    ``description`` is sent with every update, that of a rollback included.

    ``state`` is only its owner's to read. It remembers how the deployment ended: delete it to deploy the same anew.
    Another deployment takes the file of one that has ended.
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
        self._cloudwatch = cloudwatch
        self._alarm_states = alarm_states
        self._clock = clock
        self._sleep = sleep

    def plan(self) -> dict[str, Any]:
        """What it will do, or is doing."""
        planned: dict[str, Any] = _call("plan", self._checkpoint()["plan"])
        return planned

    def simulate(self, events: Iterable[Mapping[str, Any]] = ()) -> dict[str, Any]:
        """Its whole course when these events happen, without touching the alias."""
        request = {"plan": self._checkpoint()["plan"], "stateMachineAliasArn": self._alias_arn, "events": list(events)}
        course: dict[str, Any] = _call("simulate", request)
        return course

    def dry_run(self) -> list[dict[str, Any]]:
        """The calls that it would make if nothing happened to it. It reads the alias, and changes nothing."""
        request = {"plan": self._checkpoint()["plan"], "stateMachineAliasArn": self._alias_arn}
        calls: list[dict[str, Any]] = _call("dryRun", request)
        return calls

    def run(self, on_progress: Callable[[dict[str, Any]], object] | None = None) -> dict[str, Any]:
        """Goes to the end and answers the outcome; ``result`` is ``succeeded``, ``rolledBack``, ``drifted`` or
        ``failed``. ``on_progress`` is told at each call and at least once a minute; ``text`` is a line to show.

        One that has failed goes on. One that has ended is not made again, whatever the alias leads to now: a
        rollback or a drift is answered as it was until ``state`` is deleted, and one that has succeeded is
        ``drifted`` where the alias leads elsewhere.

        Where ``state`` cannot be written, no shift is made any more; what was shifted is watched, and rolled back
        where alarms say so, before the ``OSError`` is raised.
        """
        checkpoint, observation = self._checkpoint(), {"observed": "start"}
        self._alarms_can_be_read(checkpoint)
        unkept: OSError | None = None
        while True:
            request = {"checkpoint": checkpoint, "observation": observation, "nowMillis": self._now()}
            stepped = _call("step", request)
            checkpoint, action = stepped["checkpoint"], stepped["action"]
            unkept = self._unkept(checkpoint, unkept)
            if unkept is not None and (stepped["saveFirst"] or action["action"] == "done"):
                raise unkept
            if on_progress is not None:
                on_progress(stepped["progress"])
            if action["action"] == "done":
                outcome: dict[str, Any] = action["outcome"]
                return outcome
            observation = self._do(action)

    def _do(self, action: dict[str, Any]) -> dict[str, Any]:
        if action["action"] == "wait":
            # Once, and as long as was asked for: where a clock was set back, the core says what to do then.
            self._sleep(max(0, action["untilMillis"] - self._now()) / 1000)
            return {"observed": "waited"}
        try:
            return self._call(action["action"], action["input"])
        except Exception as error:
            failed = _failure(error)
            if failed is None and action["action"] == "describeAlarms":
                return _failed(type(error).__name__, error)
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
        states = self._states(input)
        return {"observed": "alarms", "alarms": [{"name": name, "state": state} for name, state in states.items()]}

    def _states(self, input: dict[str, Any]) -> Mapping[str, str]:
        if self._alarm_states is not None:
            return self._alarm_states(input["AlarmNames"])
        found = self._cloudwatch.describe_alarms(**input)
        alarms = [*found.get("CompositeAlarms", []), *found.get("MetricAlarms", [])]
        return {alarm["AlarmName"]: alarm["StateValue"] for alarm in alarms}

    def _now(self) -> int:
        return int(self._clock() * 1000)

    def _checkpoint(self) -> dict[str, Any]:
        """What was kept, or the beginning."""
        try:
            kept = json.loads(_read(self._state))
        except FileNotFoundError:
            return self._begin()
        except (ValueError, RecursionError) as error:
            raise ValueError(f"the state file {self._state} is no checkpoint of a deployment: {error}") from error
        preference, new_version, alarms = self._asked
        asked = _request(preference, (), new_version, alarms)
        request = {"checkpoint": kept, "stateMachineAliasArn": self._alias_arn, "plan": asked}
        at = f"the state file {self._state}: "
        resumed: dict[str, Any] | None = _call("resume", {**request, "description": self._description}, at)
        return self._begin() if resumed is None else resumed

    def _begin(self) -> dict[str, Any]:
        preference, new_version, alarms = self._asked
        alias = self._client.describe_state_machine_alias(stateMachineAliasArn=self._alias_arn)
        request = _request(preference, alias["routingConfiguration"], new_version, alarms)
        checkpoint = {"stateMachineAliasArn": self._alias_arn, "plan": request}
        return checkpoint if self._description is None else {**checkpoint, "description": self._description}

    def _alarms_can_be_read(self, checkpoint: dict[str, Any]) -> None:
        steps = _call("plan", checkpoint["plan"])["steps"]
        unread = self._alarm_states is None and self._cloudwatch is None
        if unread and any(step["then"].get("alarms") for step in steps):
            raise ValueError("the deployment watches alarms: give `cloudwatch` or `alarm_states`")

    def _unkept(self, checkpoint: dict[str, Any], before: OSError | None) -> OSError | None:
        """Keeps the checkpoint; the first failure to, until one is kept again."""
        try:
            self._keep(checkpoint)
        except OSError as error:
            return before or error
        return None

    def _keep(self, checkpoint: dict[str, Any]) -> None:
        """As a whole or not at all, whenever the process or the machine dies."""
        beside = self._state.with_name(self._state.name + ".new")
        _remove_leftover(beside)
        with open(beside, "x", opener=_open_regular) as file:
            json.dump(checkpoint, file)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self._state)
        _sync_folder(self._state.parent)


def _open_regular(path: str | os.PathLike[str], flags: int) -> int:
    """Opens without following a link, or waiting for the other end of a FIFO."""
    for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_NOCTTY"):
        flags |= getattr(os, name, 0)  # Windows has none of them
    try:
        opened = os.open(path, flags, 0o600)
    except FileNotFoundError:
        raise
    except OSError:
        _must_be_regular(path, os.lstat(path).st_mode)
        raise
    try:
        _must_be_regular(path, os.fstat(opened).st_mode)
    except OSError:
        os.close(opened)
        raise
    return opened


def _must_be_regular(path: str | os.PathLike[str], mode: int) -> None:
    if stat.S_ISREG(mode):
        return
    name = _KINDS.get(stat.S_IFMT(mode), "a device")
    text = f"it is {name}, and only a regular file is used here: remove it, or give another `state`"
    raise OSError(errno.EINVAL, text, os.fspath(path))


def _read(path: Path) -> bytes:
    with open(path, "rb", opener=_open_regular) as file:
        kept = file.read(_LONGEST + 1)
    if len(kept) > _LONGEST:
        raise ValueError(f"it is longer than {_LONGEST} bytes")
    return kept


def _remove_leftover(path: Path) -> None:
    """Removes what a killed driver left behind; what is not a regular file stays, and is refused."""
    try:
        _must_be_regular(path, os.lstat(path).st_mode)
        path.unlink()
    except FileNotFoundError:
        return


def _sync_folder(folder: Path) -> None:
    """So that the rename lasts too."""
    if os.name == "nt":  # which opens no folders
        return
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _call(method: str, request: Mapping[str, Any], at: str = "") -> Any:
    answer = json.loads(deployment_json(method, json.dumps(request)))
    if isinstance(answer, dict) and "error" in answer:
        raise DeploymentError(answer["error"], at)
    return answer


def _request(
    preference: Preference, current_routing: Routing, new_version: str | None, alarms: Sequence[str]
) -> dict[str, Any]:
    request: dict[str, Any] = {"currentRouting": list(current_routing)}
    request["shorthand" if isinstance(preference, str) else "preference"] = preference
    if new_version is not None:
        request["newVersion"] = new_version
    if alarms:
        request["alarms"] = list(alarms)
    return request


def _failure(error: BaseException) -> dict[str, Any] | None:
    """What a call's failure is told as; ``None`` for an error that is not of a call."""
    response = getattr(error, "response", None)
    if isinstance(response, dict) and "Error" in response:
        told = response["Error"]
        return {"observed": "failed", "code": told.get("Code", "Unknown"), "message": told.get("Message", "")}
    names = [kind.__name__ for kind in type(error).__mro__ if kind.__module__ == "botocore.exceptions"]
    if "HTTPClientError" in names or _of_the_network(error):
        return _failed("NetworkError", error)
    if any("Credential" in name or "Token" in name for name in names):
        # A session that is being renewed.
        return _failed("CredentialsError", error)
    return _failed(names[0], error) if names else None


def _of_the_network(error: BaseException | None) -> bool:
    """Whether it is an ``OSError``, or was raised from one: clients of HTTP have errors of their own."""
    chain = []
    while error is not None and error not in chain:
        chain.append(error)
        error = error.__cause__
    return any(isinstance(error, OSError) for error in chain)


def _failed(code: str, error: BaseException) -> dict[str, Any]:
    return {"observed": "failed", "code": code, "message": str(error)}
