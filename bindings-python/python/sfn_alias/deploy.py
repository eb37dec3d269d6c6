"""Gradual deployments with the semantics of CloudFormation's ``DeploymentPreference``: plan them, simulate them on a
virtual clock, and run them over a boto3 client or ``sfn_alias.StepFunctions``.

A preference is a ``dict`` as in a template, or a short form: ``"10/5m"`` (canary), ``"linear 10/1m"``,
``"all-at-once"``, or ``"5/1m,25/10m,50/10m"`` (custom steps, which CloudFormation does not support).
"""

from __future__ import annotations

import errno
import json
import os
import re
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from sfn_alias._reports import create_reporter
from sfn_alias._sfn_alias import DeploymentDriver, __version__, deployment_json
from sfn_alias.deployment_types import (
    Call,
    DeploymentPreference,
    DeploymentProblem,
    ExpectedStarts,
    OperationEvent,
    Outcome,
    Plan,
    Progress,
    PruneReport,
    RenderFormat,
    RollbackReport,
    Simulation,
    Traffic,
)

__all__ = [
    "Deployment",
    "DeploymentError",
    "abort",
    "expected_starts",
    "plan",
    "prune",
    "render",
    "rollback",
    "simulate",
]

_MAX_LOCK_WAIT_SECONDS = 75
"""A running deployment notices another routing at its next check, within a minute."""

_DRIVER = f"sfn_alias.deploy {__version__}"
"""The driver in reports."""

Preference = str | DeploymentPreference | Mapping[str, Any]
Routing = Sequence[Mapping[str, Any]]
AlarmStates = Callable[[list[str]], Mapping[str, str]]


class DeploymentError(ValueError):
    """Raised for an invalid deployment or state file. If CloudFormation rejects the preference too, the message is
    CloudFormation's. If the state file is invalid, the message starts with its path."""

    def __init__(self, error: Mapping[str, Any]) -> None:
        super().__init__(error["message"])
        self.code: str = error["code"]
        """``ValidationException`` if CloudFormation rejects it too, an AWS error code, or ``DeploymentError``."""
        self._operation: str | None = error.get("operation")
        self.problems: list[DeploymentProblem] = error["problems"]
        """All problems of the preference, each with ``path``, ``code``, ``source`` and ``message``."""


def plan(
    preference: Preference, current_routing: Routing, new_version: str | None = None, *, alarms: Sequence[str] = ()
) -> Plan:
    """Returns the plan of a deployment: its steps with times and routings, and notes."""
    result: Plan = _call("plan", _request(preference, current_routing, new_version, alarms))
    return result


def simulate(
    preference: Preference,
    current_routing: Routing,
    new_version: str | None = None,
    *,
    alarms: Sequence[str] = (),
    events: Iterable[Mapping[str, Any]] = (),
    traffic: Traffic | None = None,
) -> Simulation:
    """Simulates a deployment on a virtual clock, with these events, and returns its calls and its outcome.

    An example of an event is ``{"event": "alarm", "atSeconds": 90, "name": "errors", "state": "ALARM"}``. The other
    events are ``drift``, ``crash``, ``crashAtCall`` and ``failure``. With ``traffic``, executions are started through the
    alias, rules decide how they end, and their failures change the states of the alarms.
    """
    plan = _request(preference, current_routing, new_version, alarms)
    request = {"plan": plan, "events": list(events), "traffic": traffic}
    simulation: Simulation = _call("simulate", request)
    return simulation


def expected_starts(
    preference: Preference, current_routing: Routing, new_version: str | None = None, *, starts_per_second: float
) -> ExpectedStarts:
    """Returns the expected number of starts per version during the deployment, with a confidence interval."""
    request = {"plan": _request(preference, current_routing, new_version, ()), "startsPerSecond": starts_per_second}
    starts: ExpectedStarts = _call("expectedStarts", request)
    return starts


def render(
    preference: Preference,
    current_routing: Routing,
    new_version: str | None = None,
    *,
    alarms: Sequence[str] = (),
    format: RenderFormat = "table",
) -> str:
    """Renders a plan as a ``table``, a ``timeline`` of bars, the same in ``ascii``, or an ``svg``."""
    request = {"plan": _request(preference, current_routing, new_version, alarms), "format": format}
    rendered: str = _call("render", request)
    return rendered


def rollback(
    client: Any,
    alias_arn: str,
    *,
    to: str | None = None,
    state: str | os.PathLike[str] | None = None,
    description: str | None = None,
    dry_run: bool = False,
    sleep: Callable[[float], object] = time.sleep,
) -> RollbackReport:
    """Routes all traffic of an alias to the version before the deployment of the state file ``state``, or to the version
    ``to``. A routing that someone else has set since the deployment is changed only with ``to``. The state file records
    the rollback."""
    request = {"stateMachineAliasArn": alias_arn, "to": to, "description": description, "dryRun": dry_run}
    if state is None:
        report: RollbackReport = _run_operation("rollBack", request, client, sleep)
        return report
    return _roll_back(client, request, state, sleep, lock=not dry_run)


def abort(
    client: Any,
    alias_arn: str,
    *,
    state: str | os.PathLike[str],
    description: str | None = None,
    dry_run: bool = False,
    sleep: Callable[[float], object] = time.sleep,
) -> RollbackReport:
    """Ends the deployment of the state file ``state``: routes all traffic to the version before it now.

    If another process runs the deployment, waits until that process has read the new routing and ended. Raises
    ``TimeoutError`` if it has not ended after 75 seconds."""
    request = {"stateMachineAliasArn": alias_arn, "description": description, "dryRun": dry_run, "abort": True}
    try:
        return _roll_back(client, request, state, sleep, lock=not dry_run)
    except BlockingIOError:
        report = _roll_back(client, request, state, sleep, lock=False)
    for _ in range(_MAX_LOCK_WAIT_SECONDS):
        sleep(1)
        try:
            repeated = _roll_back(client, request, state, sleep, lock=True)
        except BlockingIOError:
            # An update of the other process may have been in flight.
            _roll_back(client, request, state, sleep, lock=False)
        else:
            report["changed"] |= repeated["changed"]
            return report
    raise TimeoutError(f"the process that runs the deployment of `{os.fspath(state)}` has not ended; stop it")


def prune(
    client: Any,
    state_machine_arn: str,
    *,
    keep: int,
    states: Iterable[str | os.PathLike[str]] = (),
    dry_run: bool = False,
    on_progress: Callable[[OperationEvent], object] | None = None,
    sleep: Callable[[float], object] = time.sleep,
) -> PruneReport:
    """Deletes old versions of a state machine. Keeps the newest ``keep`` versions, each version that an alias routes to,
    and each version that a deployment of the state files ``states`` has replaced or deploys."""
    checkpoints = [_load_record(state) for state in states]
    request = {"stateMachineArn": state_machine_arn, "keep": keep, "checkpoints": checkpoints}
    plan = _run_operation("planPrune", request, client, sleep, on_progress)
    report: dict[str, list[Any]] = {"deleted": [], "refused": []}
    if not dry_run:
        report = _run_operation("pruneVersions", plan, client, sleep, on_progress)
    return {"delete": plan["delete"], "deleted": report["deleted"], "kept": [*plan["keep"], *report["refused"]]}


class Deployment:
    """A deployment over a client. You can kill it at any time: the routing stays valid, and the same call with the same
    state file resumes the deployment without a wrong or repeated shift.

    ``client`` is a boto3 Step Functions client or ``sfn_alias.StepFunctions``. ``description`` is sent with every
    update, including a rollback. If the alias does not exist, ``create_alias`` creates it with all traffic on the version.

    Alarm states come from ``cloudwatch``, a boto3 CloudWatch client, or from ``alarm_states``, a function from a list
    of names to a mapping of names to ``OK``, ``ALARM`` or ``INSUFFICIENT_DATA``. An alarm that is not in the mapping
    counts as not in alarm. If the function raises an exception, the alarms cannot be read. The error code is that of an
    AWS error, ``NetworkError`` for an ``OSError`` or an exception caused by one, or the name of the exception type.
    Transient errors are retried. Other errors roll the deployment back, or fail it before the first shift.

    ``state`` is the path of the state file, readable only by its owner. The file also stores the outcome: delete it to
    repeat the same deployment. Another deployment can reuse the file of a finished one. While ``run`` uses the file, it
    is locked: a second ``run`` raises ``BlockingIOError``. The lock file has the suffix ``.lock``.

    If the client's endpoint is ``sfn-alias serve``, the progress is reported to its console, unless ``report`` is false.
    AWS receives no reports, and other endpoints one request that finds out whether they have a console.
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
        create_alias: bool = False,
        cloudwatch: Any = None,
        alarm_states: AlarmStates | None = None,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], object] = time.sleep,
        report: bool = True,
    ) -> None:
        self._client = client
        self._report = report
        self._alias_arn = alias_arn
        self._requested = (preference, new_version, alarms)
        self._description = description
        self._create_alias = create_alias
        self._state = state
        self._cloudwatch = cloudwatch
        self._alarm_states = alarm_states
        self._clock = clock
        self._sleep = sleep

    def plan(self) -> Plan:
        """Returns the plan of the new or saved deployment."""
        result: Plan = _call("plan", self._read_plan())
        return result

    def simulate(self, events: Iterable[Mapping[str, Any]] = (), *, traffic: Traffic | None = None) -> Simulation:
        """Simulates the deployment with these events and this traffic, without a change of the alias."""
        plan = self._read_plan()
        request = {"plan": plan, "stateMachineAliasArn": self._alias_arn, "events": list(events), "traffic": traffic}
        simulation: Simulation = _call("simulate", request)
        return simulation

    def dry_run(self) -> list[Call]:
        """Returns the calls of a deployment without alarms or errors. Reads the alias and changes nothing."""
        request = {"plan": self._read_plan(), "stateMachineAliasArn": self._alias_arn}
        calls: list[Call] = _call("dryRun", request)
        return calls

    def run(self, on_progress: Callable[[Progress], object] | None = None) -> Outcome:
        """Runs the deployment to its end and returns the outcome. ``result`` is ``succeeded``, ``rolledBack``,
        ``drifted`` or ``failed``. ``on_progress`` is called at each call and at least once per minute; ``text`` is a
        line for display.

        A failed deployment resumes. A finished deployment is not repeated: after a rollback or a drift, the same
        outcome is returned until ``state`` is deleted. After a success, the outcome is ``drifted`` if the alias has
        another routing now.

        If ``state`` cannot be written, no further shift is made. Alarms are still checked, and a rollback is still
        made, before the ``OSError`` is raised.
        """
        driver = DeploymentDriver(self._state)
        reporter = None
        try:
            opened = self._open(driver, lock=True)
            if opened is None:
                return {"result": "succeeded"}
            has_alarms = opened["hasAlarms"]
            if has_alarms and self._alarm_states is None and self._cloudwatch is None:
                raise ValueError("alarms need a source: pass `cloudwatch` or `alarm_states`")
            reporter = create_reporter(self._client) if self._report else None
            observation: dict[str, Any] = {"observed": "start"}
            while True:
                request = {"observation": observation, "nowMillis": self._now(), "report": reporter and {"driver": _DRIVER}}
                step = _call("next", request, driver.call)
                if reporter is not None and (report := step.get("report")) is not None:
                    reporter.send(report)
                if on_progress is not None:
                    on_progress(step["progress"])
                action: dict[str, Any] = step["action"]
                if action["action"] == "done":
                    outcome: Outcome = action["outcome"]
                    return outcome
                observation = self._perform(action)
        finally:
            driver.call("close", "null")
            if reporter is not None:
                reporter.close()

    def _open(self, driver: DeploymentDriver, *, lock: bool) -> Any:
        """Resumes the deployment of the state file, or starts a new one. Returns ``None`` if the alias was created."""
        preference, new_version, alarms = self._requested
        plan = _request(preference, (), new_version, alarms)
        deployment = {"stateMachineAliasArn": self._alias_arn, "description": self._description, "plan": plan}
        resumed = _call("open", {"deployment": deployment, "lock": lock}, driver.call)
        if resumed is not None:
            return resumed
        # Before anything is stored: an alias or a version that does not exist is an error.
        request = {"deployment": deployment, "createAlias": self._create_alias, "dryRun": not lock}
        prepared = _run_operation("prepare", request, self._client, self._sleep)
        if prepared["created"] and lock:
            return None
        return _call("start", {"routingConfiguration": prepared["routingConfiguration"]}, driver.call)

    def _read_plan(self) -> Any:
        """Returns the plan request of the new or saved deployment."""
        return self._open(DeploymentDriver(self._state), lock=False)["plan"]

    def _perform(self, action: dict[str, Any]) -> dict[str, Any]:
        if action["action"] == "wait":
            # Sleeps once. If the clock was set back meanwhile, the core decides what to do.
            self._sleep(max(0, action["untilMillis"] - self._now()) / 1000)
            return {"observed": "waited"}
        try:
            return self._call(action["action"], action["input"])
        except Exception as error:
            failure = _classify_failure(error)
            if failure is None and action["action"] != "describeAlarms":
                raise
            return {"observed": "failed", **(failure or _failure("service", error, type(error).__name__))}

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


def _call(method: str, request: Mapping[str, Any], call: Callable[[str, str], str] = deployment_json) -> Any:
    response = json.loads(call(method, json.dumps(request)))
    if not isinstance(response, dict) or "error" not in response:
        return response
    error = response["error"]
    if error.get("errno") is None:
        raise DeploymentError(error)
    raise OSError(error["errno"], error["detail"], error["path"])


def _run_operation(
    method: str,
    request: Mapping[str, Any],
    client: Any,
    sleep: Callable[[float], object],
    on_progress: Callable[[OperationEvent], object] | None = None,
) -> Any:
    """Executes the calls of an operation and returns its result. The core decides on the replies so far."""
    replies: list[dict[str, Any]] = []
    raised: Exception | None = None
    while True:
        try:
            step = _call(method, {"request": request, "replies": replies})
        except DeploymentError as error:
            if raised is not None and error._operation is not None:
                raise raised from None
            raise error from raised
        if on_progress is not None:
            for event in step["progress"]:
                on_progress(event)
        if "result" in step:
            return step["result"]
        if "call" not in step:
            sleep(step["waitMillis"] / 1000)
            replies.append({})
            continue
        try:
            replies.append({"output": _send(client, step["call"])})
        except Exception as error:
            failure = _classify_failure(error)
            if failure is None:
                raise
            raised = error
            replies.append({"failed": failure})


def _send(client: Any, call: Mapping[str, Any]) -> Any:
    method = re.sub(r"(?<!^)(?=[A-Z])", "_", call["operation"]).lower()
    # The core reads no dates, so their form does not matter.
    return json.loads(json.dumps(getattr(client, method)(**call["input"]), default=str))


def _roll_back(
    client: Any,
    request: Mapping[str, Any],
    state: str | os.PathLike[str],
    sleep: Callable[[float], object],
    *,
    lock: bool,
) -> RollbackReport:
    driver = DeploymentDriver(state)
    try:
        checkpoint = _call("load", {"lock": lock}, driver.call)
        report = _run_operation("rollBack", {**request, "checkpoint": checkpoint}, client, sleep)
        ended = report.pop("checkpoint", None)
        if lock and ended is not None:
            _call("save", ended, driver.call)
        rolled_back: RollbackReport = report
        return rolled_back
    finally:
        driver.call("close", "null")


def _load_record(state: str | os.PathLike[str]) -> Any:
    checkpoint = _call("load", {"lock": False}, DeploymentDriver(state).call)
    if checkpoint is None:
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), os.fspath(state))
    return checkpoint


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


def _classify_failure(error: BaseException) -> dict[str, Any] | None:
    """Returns the failure of a call, or ``None`` if the error does not come from a call."""
    response = getattr(error, "response", None)
    if isinstance(response, dict) and "Error" in response:
        details, status = response["Error"], response.get("ResponseMetadata", {}).get("HTTPStatusCode")
        return _failure("service", details.get("Message", ""), details.get("Code", "Unknown"), status)
    names = [base.__name__ for base in type(error).__mro__ if base.__module__ == "botocore.exceptions"]
    if "HTTPClientError" in names or _is_network_error(error):
        return _failure("network", error)
    if any("Credential" in name or "Token" in name for name in names):
        return _failure("credentials", error)
    return _failure("service", error, names[0]) if names else None


def _is_network_error(error: BaseException | None) -> bool:
    """Returns whether the error is an ``OSError`` or was caused by one: HTTP clients have their own errors."""
    chain = []
    while error is not None and error not in chain:
        chain.append(error)
        error = error.__cause__
    return any(isinstance(error, OSError) for error in chain)


def _failure(kind: str, message: object, code: str | None = None, status: int | None = None) -> dict[str, Any]:
    return {"kind": kind, "code": code, "message": str(message), "status": status}
