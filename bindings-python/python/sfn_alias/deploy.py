"""Gradual deployments with the semantics of CloudFormation's ``DeploymentPreference``: plan them, simulate them on a
virtual clock, and run them over a boto3 client or ``sfn_alias.StepFunctions``.

A preference is a ``dict`` as in a template, or a short form: ``"10/5m"`` (canary), ``"linear 10/1m"``,
``"all-at-once"``, or ``"5/1m,25/10m,50/10m"`` (custom steps, which CloudFormation does not support).
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
AlarmStates = Callable[[list[str]], Mapping[str, str]]

_MAX_STATE_BYTES = 16 << 20
_FILE_TYPES = {
    stat.S_IFLNK: "a symbolic link",
    stat.S_IFIFO: "a FIFO",
    stat.S_IFSOCK: "a socket",
    stat.S_IFDIR: "a directory",
}


class DeploymentError(ValueError):
    """Raised for an invalid deployment or state file. If CloudFormation rejects the preference too, the message is
    CloudFormation's. If the deployment resumes from a state file, the message starts with its path."""

    def __init__(self, error: Mapping[str, Any], prefix: str = "") -> None:
        super().__init__(prefix + error["message"])
        self.code: str = error["code"]
        """``ValidationException`` if CloudFormation rejects it too, an AWS error code, or ``DeploymentError``."""
        self.problems: list[dict[str, str]] = error["problems"]
        """All problems of the preference, each with ``path``, ``code``, ``source`` and ``message``."""


def plan(
    preference: Preference, current_routing: Routing, new_version: str | None = None, *, alarms: Sequence[str] = ()
) -> dict[str, Any]:
    """Returns the plan of a deployment: its steps with times and routings, and notes."""
    result: dict[str, Any] = _call("plan", _request(preference, current_routing, new_version, alarms))
    return result


def simulate(
    preference: Preference,
    current_routing: Routing,
    new_version: str | None = None,
    *,
    alarms: Sequence[str] = (),
    events: Iterable[Mapping[str, Any]] = (),
) -> dict[str, Any]:
    """Simulates a deployment on a virtual clock, with these events, and returns its calls and its outcome.

    An example of an event is ``{"event": "alarm", "atSeconds": 90, "name": "errors", "state": "ALARM"}``. The other
    events are ``drift``, ``crash``, ``crashAtCall`` and ``failure``.
    """
    request = {"plan": _request(preference, current_routing, new_version, alarms), "events": list(events)}
    simulation: dict[str, Any] = _call("simulate", request)
    return simulation


def expected_starts(
    preference: Preference, current_routing: Routing, new_version: str | None = None, *, starts_per_second: float
) -> dict[str, Any]:
    """Returns the expected number of starts per version during the deployment, with a confidence interval."""
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
    """Renders a plan as a ``table``, a ``timeline`` of bars, the same in ``ascii``, or an ``svg``."""
    request = {"plan": _request(preference, current_routing, new_version, alarms), "format": format}
    rendered: str = _call("render", request)
    return rendered


class Deployment:
    """A deployment over a client. You can kill it at any time: the routing stays valid, and the same call with the same
    state file resumes the deployment without a wrong or repeated shift. Do not run two processes with one state file.

    ``client`` is a boto3 Step Functions client or ``sfn_alias.StepFunctions``. ``description`` is sent with every
    update, including a rollback.

    Alarm states come from ``cloudwatch``, a boto3 CloudWatch client, or from ``alarm_states``, a function from a list
    of names to a mapping of names to ``OK``, ``ALARM`` or ``INSUFFICIENT_DATA``. An alarm that is not in the mapping
    counts as not in alarm. If the function raises an exception, the alarms cannot be read. The error code is that of an
    AWS error, ``NetworkError`` for an ``OSError`` or an exception caused by one, or the name of the exception type.
    Transient errors are retried. Other errors roll the deployment back, or fail it before the first shift.

    ``state`` is the path of the state file, readable only by its owner. The file also stores the outcome: delete it to
    repeat the same deployment. Another deployment can reuse the file of a finished one.
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
        self._requested = (preference, new_version, alarms)
        self._description = description
        self._state = Path(state)
        self._cloudwatch = cloudwatch
        self._alarm_states = alarm_states
        self._clock = clock
        self._sleep = sleep

    def plan(self) -> dict[str, Any]:
        """Returns the plan of the new or saved deployment."""
        result: dict[str, Any] = _call("plan", self._checkpoint()["plan"])
        return result

    def simulate(self, events: Iterable[Mapping[str, Any]] = ()) -> dict[str, Any]:
        """Simulates the deployment with these events, without a change of the alias."""
        request = {"plan": self._checkpoint()["plan"], "stateMachineAliasArn": self._alias_arn, "events": list(events)}
        simulation: dict[str, Any] = _call("simulate", request)
        return simulation

    def dry_run(self) -> list[dict[str, Any]]:
        """Returns the calls of a deployment without alarms or errors. Reads the alias and changes nothing."""
        request = {"plan": self._checkpoint()["plan"], "stateMachineAliasArn": self._alias_arn}
        calls: list[dict[str, Any]] = _call("dryRun", request)
        return calls

    def run(self, on_progress: Callable[[dict[str, Any]], object] | None = None) -> dict[str, Any]:
        """Runs the deployment to its end and returns the outcome. ``result`` is ``succeeded``, ``rolledBack``,
        ``drifted`` or ``failed``. ``on_progress`` is called at each call and at least once per minute; ``text`` is a
        line for display.

        A failed deployment resumes. A finished deployment is not repeated: after a rollback or a drift, the same
        outcome is returned until ``state`` is deleted. After a success, the outcome is ``drifted`` if the alias has
        another routing now.

        If ``state`` cannot be written, no further shift is made. Alarms are still checked, and a rollback is still
        made, before the ``OSError`` is raised.
        """
        checkpoint, observation = self._checkpoint(), {"observed": "start"}
        self._check_alarm_source(checkpoint)
        save_error: OSError | None = None
        while True:
            request = {"checkpoint": checkpoint, "observation": observation, "nowMillis": self._now()}
            step = _call("step", request)
            checkpoint, action = step["checkpoint"], step["action"]
            save_error = self._try_save(checkpoint, save_error)
            if save_error is not None and (step["saveFirst"] or action["action"] == "done"):
                raise save_error
            if on_progress is not None:
                on_progress(step["progress"])
            if action["action"] == "done":
                outcome: dict[str, Any] = action["outcome"]
                return outcome
            observation = self._perform(action)

    def _perform(self, action: dict[str, Any]) -> dict[str, Any]:
        if action["action"] == "wait":
            # Sleeps once. If the clock was set back meanwhile, the core decides what to do.
            self._sleep(max(0, action["untilMillis"] - self._now()) / 1000)
            return {"observed": "waited"}
        try:
            return self._call(action["action"], action["input"])
        except Exception as error:
            failure = _observe_failure(error)
            if failure is None and action["action"] == "describeAlarms":
                return _failure(type(error).__name__, error)
            if failure is None:
                raise
            return failure

    def _call(self, action: str, input: dict[str, Any]) -> dict[str, Any]:
        if action == "describeAlias":
            alias = self._client.describe_state_machine_alias(**input)
            return {"observed": "alias", "routingConfiguration": alias["routingConfiguration"]}
        if action == "updateAlias":
            self._client.update_state_machine_alias(**input)
            return {"observed": "updated"}
        states = self._read_alarms(input)
        return {"observed": "alarms", "alarms": [{"name": name, "state": state} for name, state in states.items()]}

    def _read_alarms(self, input: dict[str, Any]) -> Mapping[str, str]:
        if self._alarm_states is not None:
            return self._alarm_states(input["AlarmNames"])
        response = self._cloudwatch.describe_alarms(**input)
        alarms = [*response.get("CompositeAlarms", []), *response.get("MetricAlarms", [])]
        return {alarm["AlarmName"]: alarm["StateValue"] for alarm in alarms}

    def _now(self) -> int:
        return int(self._clock() * 1000)

    def _checkpoint(self) -> dict[str, Any]:
        """Returns the saved checkpoint, or a new one."""
        try:
            saved = json.loads(_read_state_file(self._state))
        except FileNotFoundError:
            return self._new_checkpoint()
        except (ValueError, RecursionError) as error:
            raise ValueError(f"`{self._state}` is not a valid state file: {error}; delete it to start over") from error
        preference, new_version, alarms = self._requested
        request = {
            "checkpoint": saved,
            "stateMachineAliasArn": self._alias_arn,
            "plan": _request(preference, (), new_version, alarms),
            "description": self._description,
        }
        resumed: dict[str, Any] | None = _call("resume", request, f"`{self._state}`: ")
        return self._new_checkpoint() if resumed is None else resumed

    def _new_checkpoint(self) -> dict[str, Any]:
        preference, new_version, alarms = self._requested
        alias = self._client.describe_state_machine_alias(stateMachineAliasArn=self._alias_arn)
        request = _request(preference, alias["routingConfiguration"], new_version, alarms)
        checkpoint = {"stateMachineAliasArn": self._alias_arn, "plan": request}
        return checkpoint if self._description is None else {**checkpoint, "description": self._description}

    def _check_alarm_source(self, checkpoint: dict[str, Any]) -> None:
        steps = _call("plan", checkpoint["plan"])["steps"]
        no_source = self._alarm_states is None and self._cloudwatch is None
        if no_source and any(step["then"].get("alarms") for step in steps):
            raise ValueError("alarms need a source: pass `cloudwatch` or `alarm_states`")

    def _try_save(self, checkpoint: dict[str, Any], earlier: OSError | None) -> OSError | None:
        """Saves the checkpoint. Returns the first error since the last success."""
        try:
            self._save(checkpoint)
        except OSError as error:
            return earlier or error
        return None

    def _save(self, checkpoint: dict[str, Any]) -> None:
        """Replaces the state file atomically and durably."""
        temporary = self._state.with_name(self._state.name + ".new")
        _remove_leftover(temporary)
        with open(temporary, "x", opener=_open_regular) as file:
            json.dump(checkpoint, file)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(self._state)
        _sync_directory(self._state.parent)


def _open_regular(path: str | os.PathLike[str], flags: int) -> int:
    """Opens a regular file. Does not follow a link and does not wait for the other end of a FIFO."""
    for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_NOCTTY"):
        flags |= getattr(os, name, 0)  # Windows has none of them
    try:
        descriptor = os.open(path, flags, 0o600)
    except FileNotFoundError:
        raise
    except OSError:
        _check_regular(path, os.lstat(path).st_mode)
        raise
    try:
        _check_regular(path, os.fstat(descriptor).st_mode)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def _check_regular(path: str | os.PathLike[str], mode: int) -> None:
    if stat.S_ISREG(mode):
        return
    found = _FILE_TYPES.get(stat.S_IFMT(mode), "a device")
    text = f"expected a regular file, found {found}; remove it or use another `state`"
    raise OSError(errno.EINVAL, text, os.fspath(path))


def _read_state_file(path: Path) -> bytes:
    with open(path, "rb", opener=_open_regular) as file:
        content = file.read(_MAX_STATE_BYTES + 1)
    if len(content) > _MAX_STATE_BYTES:
        raise ValueError(f"expected up to {_MAX_STATE_BYTES} bytes, found more")
    return content


def _remove_leftover(path: Path) -> None:
    """Removes the temporary file of a killed process. Raises an error if it is not a regular file."""
    try:
        _check_regular(path, os.lstat(path).st_mode)
        path.unlink()
    except FileNotFoundError:
        return


def _sync_directory(directory: Path) -> None:
    """Makes a rename in the directory durable."""
    if os.name == "nt":  # Windows cannot open directories.
        return
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _call(method: str, request: Mapping[str, Any], prefix: str = "") -> Any:
    response = json.loads(deployment_json(method, json.dumps(request)))
    if isinstance(response, dict) and "error" in response:
        raise DeploymentError(response["error"], prefix)
    return response


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


def _observe_failure(error: BaseException) -> dict[str, Any] | None:
    """Returns the observation of a failed call, or ``None`` if the error does not come from a call."""
    response = getattr(error, "response", None)
    if isinstance(response, dict) and "Error" in response:
        details = response["Error"]
        return {"observed": "failed", "code": details.get("Code", "Unknown"), "message": details.get("Message", "")}
    names = [base.__name__ for base in type(error).__mro__ if base.__module__ == "botocore.exceptions"]
    if "HTTPClientError" in names or _is_network_error(error):
        return _failure("NetworkError", error)
    if any("Credential" in name or "Token" in name for name in names):
        # The session may be refreshing its credentials, so this is a transient error.
        return _failure("CredentialsError", error)
    return _failure(names[0], error) if names else None


def _is_network_error(error: BaseException | None) -> bool:
    """Returns whether the error is an ``OSError`` or was caused by one: HTTP clients have their own errors."""
    chain = []
    while error is not None and error not in chain:
        chain.append(error)
        error = error.__cause__
    return any(isinstance(error, OSError) for error in chain)


def _failure(code: str, error: BaseException) -> dict[str, Any]:
    return {"observed": "failed", "code": code, "message": str(error)}
