"""Types of plans, simulations and outcomes of ``sfn_alias.deploy``."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from sfn_alias.type_defs import RoutingConfigurationListItemTypeDef as Route

if sys.version_info >= (3, 11):
    from typing import NotRequired, TypedDict
else:
    from typing_extensions import NotRequired, TypedDict

RenderFormat = Literal["table", "timeline", "ascii", "svg"]
Source = Literal["CloudFormation", "sfn-alias"]


class CustomStep(TypedDict):
    """A step of a preference of type ``CUSTOM``."""

    Percentage: int
    """Percentage of the traffic that the step shifts, 1 to 99."""
    Interval: int
    """Minutes until the next step, 1 to 2100."""


class DeploymentPreference(TypedDict):
    """CloudFormation's ``DeploymentPreference``, as in a template. The type ``CUSTOM`` is an extension."""

    Type: Literal["ALL_AT_ONCE", "CANARY", "LINEAR", "CUSTOM"]
    StateMachineVersionArn: NotRequired[str]
    Percentage: NotRequired[int]
    """Percentage of the traffic that each step shifts, 1 to 99."""
    Interval: NotRequired[int]
    """Minutes between two steps, 1 to 2100."""
    Alarms: NotRequired[list[str]]
    """Names of CloudWatch alarms that roll the deployment back."""
    Steps: NotRequired[list[CustomStep]]


class Wait(TypedDict):
    """What follows a step: a wait, or nothing."""

    kind: Literal["wait", "done"]
    seconds: NotRequired[int]
    pollSeconds: NotRequired[int]
    alarms: NotRequired[list[str]]


class Step(TypedDict):
    """One update of the alias."""

    offsetSeconds: int
    """Seconds after the first update."""
    routing: list[Route]
    targetWeight: int
    """Percentage of the traffic that the new version receives."""
    then: Wait


class Note(TypedDict):
    """A remark on a plan."""

    code: str
    message: str


class Plan(TypedDict):
    """The planned steps of a deployment."""

    type: Literal["ALL_AT_ONCE", "CANARY", "LINEAR", "CUSTOM"]
    source: Source
    """``CloudFormation`` for its deployment types, ``sfn-alias`` for ``CUSTOM``."""
    origin: str
    target: str
    before: list[Route]
    steps: list[Step]
    durationSeconds: int
    notes: list[Note]


class Succeeded(TypedDict):
    """The alias routes all traffic to the new version."""

    result: Literal["succeeded"]


class RolledBack(TypedDict):
    """An alarm or an error set the original routing again."""

    result: Literal["rolledBack"]
    message: str
    alarms: list[str]


class Drifted(TypedDict):
    """Something else changed the routing of the alias."""

    result: Literal["drifted"]
    message: str
    routing: list[Route]


class Failed(TypedDict):
    """A call failed."""

    result: Literal["failed"]
    code: str
    message: str


Outcome = Succeeded | RolledBack | Drifted | Failed
"""How a deployment ended."""


class Call(TypedDict):
    """A call that a deployment makes. ``input`` has the arguments of boto3's method."""

    action: Literal["describeAlias", "describeAlarms", "updateAlias"]
    input: dict[str, Any]


class Progress(TypedDict):
    """The progress of a deployment."""

    stepsDone: int
    steps: int
    targetWeight: int
    dueMillis: NotRequired[int]
    """The time of the next step, in milliseconds since 1970."""
    text: str
    """The progress as one line of text."""


class Entry(TypedDict):
    """An entry in the log of a simulation."""

    entry: Literal["call", "wait", "event", "restart"]
    atSeconds: int
    action: NotRequired[Call]
    observation: NotRequired[dict[str, Any]]
    extraRead: NotRequired[bool]
    untilSeconds: NotRequired[int]
    event: NotRequired[dict[str, Any]]


class Traffic(TypedDict):
    """Executions that are started through the alias while a deployment is simulated."""

    startsPerMinute: int
    outcomes: Mapping[str, Any] | Sequence[Mapping[str, Any]]
    """The rules that decide how they end."""
    seed: NotRequired[int]
    """The seed of all random numbers (0)."""
    alarmThreshold: NotRequired[int]
    """The alarms are in state ``ALARM`` after a minute in which this many executions of the new version failed (1)."""


class VersionStarts(TypedDict):
    """The executions of one version in a simulation."""

    stateMachineVersionArn: str
    starts: int
    statuses: dict[str, int]
    """How many of them have each status when the simulation ends."""


class Simulation(TypedDict):
    """The result of a simulation."""

    entries: list[Entry]
    outcome: Outcome
    endedAtSeconds: int
    routing: list[Route]
    updates: int
    starts: NotRequired[list[VersionStarts]]
    """The executions of each version, if the simulation has traffic."""
    stackRollback: NotRequired[list[Route]]
    """The routing that CloudFormation sets next, when it rolls back the stack."""
    unusedEvents: NotRequired[list[dict[str, Any]]]
    """Events that had not occurred when the deployment ended."""


class CountEstimate(TypedDict):
    """The expected number of starts: mean, standard deviation and 95 % interval."""

    expected: float
    standardDeviation: float
    low: int
    high: int


class StepStarts(TypedDict):
    """The expected starts during one step or during the whole deployment."""

    offsetSeconds: int
    seconds: int
    starts: int
    target: CountEstimate
    origin: CountEstimate


class ExpectedStarts(TypedDict):
    """The expected starts during a deployment."""

    startsPerSecond: float
    steps: list[StepStarts]
    total: StepStarts


class DeploymentProblem(TypedDict):
    """A problem of a preference."""

    path: str
    code: str
    source: Literal["provider code", "provider schema", "own"]
    message: str


class OperationEvent(TypedDict):
    """Progress of ``prune``: a version was deleted, or a call is repeated."""

    event: Literal["deleted", "retry"]
    stateMachineVersionArn: NotRequired[str]
    done: NotRequired[int]
    total: NotRequired[int]
    operation: NotRequired[str]
    code: NotRequired[str]
    message: NotRequired[str]


class RollbackReport(TypedDict):
    """What ``rollback`` or ``abort`` did, or would do in a dry run."""

    stateMachineAliasArn: str
    previousRouting: list[Route]
    routing: list[Route]
    changed: bool
    dryRun: bool


class KeepReason(TypedDict):
    """Why a version is kept."""

    kind: Literal["newest", "routed", "deployment", "refused"]
    aliases: NotRequired[list[str]]
    alias: NotRequired[str]
    message: NotRequired[str]


class KeptVersion(TypedDict):
    """A version that is kept."""

    stateMachineVersionArn: str
    reason: KeepReason


class PruneReport(TypedDict):
    """What ``prune`` did, or would do in a dry run."""

    delete: list[str]
    """The versions to delete, the oldest first."""
    deleted: list[str]
    """The versions that were deleted. Empty in a dry run."""
    kept: list[KeptVersion]
