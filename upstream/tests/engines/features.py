"""The list of features: functions that take an endpoint and raise an exception if it differs from Step Functions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from endpoints import Api


@dataclass(frozen=True)
class Feature:
    """One row of docs/engines.md. `only_behind` features do not exist without sfn-alias."""

    group: str
    title: str
    test: Callable[[Api], None]
    only_behind: bool

    @property
    def name(self) -> str:
        return self.test.__name__


DIRECTLY, BEHIND = "directly", "behind"
FEATURES: list[Feature] = []


def feature(group: str, title: str, only_behind: bool = False) -> Callable[[Callable[[Api], None]], Any]:
    """Adds a function to the list of features."""

    def add(test: Callable[[Api], None]) -> Callable[[Api], None]:
        FEATURES.append(Feature(group, title, test, only_behind))
        return test

    return add


def flow(**states: dict[str, Any]) -> dict[str, Any]:
    """Returns a definition that starts at its first state."""
    return {"StartAt": next(iter(states)), "States": states}


def output(value: Any, state: str = "Done") -> dict[str, Any]:
    """Returns a definition with one state, whose output is `value`. Names of states are unique in a definition."""
    return flow(**{state: {"Type": "Pass", "Result": value, "End": True}})


def wait(seconds: int) -> dict[str, Any]:
    """Returns a definition that waits, and then returns its input."""
    return flow(Wait={"Type": "Wait", "Seconds": seconds, "End": True})
