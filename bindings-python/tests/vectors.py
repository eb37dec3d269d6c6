"""Loads and runs the vectors in ``vectors/``. CONTRIBUTING.md describes their format."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import sfn_alias

FOLDER = Path(__file__).resolve().parents[2] / "vectors" / "operations"
START_MILLIS = 1_744_230_237_000
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def load() -> Iterator[dict[str, Any]]:
    """Loads all vectors, with names in `source` and `given` replaced by what they refer to."""
    fixtures = json.loads((FOLDER / "fixtures.json").read_text())
    sources = json.loads((FOLDER / "sources.json").read_text())
    for path in sorted(FOLDER.glob("*.json")):
        if path.stem not in ("fixtures", "sources"):
            for vector in json.loads(path.read_text()):
                yield resolve_references(vector, fixtures, sources)


def resolve_references(vector: dict[str, Any], fixtures: dict[str, Any], sources: dict[str, Any]) -> dict[str, Any]:
    source = sources[vector["source"]] if isinstance(vector["source"], str) else vector["source"]
    given = [fixtures["steps"][step] if isinstance(step, str) else step for step in vector.get("given", [])]
    return substitute({**vector, "source": source, "given": given}, fixtures["values"])


def to_snake_case(name: str) -> str:
    return re.sub("([A-Z])", r"_\1", name).lower()


class Runner:
    """A service with a manual clock, and the values that steps saved."""

    def __init__(self, options: dict[str, Any], entry_point: str, path: str | None = None) -> None:
        self.now = START_MILLIS
        self.saved: dict[str, Any] = {}
        self.entry_point = entry_point
        self.service = sfn_alias.StepFunctions(
            path,
            account="123456789012",
            seed=options.get("seed"),
            update_delay=options.get("updateDelaySeconds"),
            deletion_delay=options.get("deletionDelaySeconds"),
            limits={to_snake_case(name): limit for name, limit in options.get("limits", {}).items()},
            outcomes=options.get("outcomes"),
            clock=lambda: self.now / 1000,
        )

    def run_step(self, step: dict[str, Any]) -> Any:
        self.now += 1000 * (1 + step.get("after", 0))
        if step.get("function") == "end_execution":
            answer = self.end_execution(step)
        elif "function" in step:
            answer = run_function(step["function"], self.fill(step))
        else:
            answer = self.run_operation(step)
        for name, pointer in step.get("save", {}).items():
            self.saved[name] = resolve(answer.get("body", answer), pointer)
        return answer

    def end_execution(self, step: dict[str, Any]) -> Any:
        request = self.fill(step["input"])
        arn, status = request.pop("executionArn"), request.pop("status", None)
        assert status in (None, "TIMED_OUT")
        service = self.service.in_scope(**step.get("scope", {}))
        return respond("EndExecution", lambda: service.end_execution(arn, timed_out=status is not None, **request))

    def fill(self, value: Any) -> Any:
        return expand(substitute(value, self.saved))

    def run_operation(self, step: dict[str, Any]) -> Any:
        service = self.service.in_scope(**step.get("scope", {}))
        name, body = step["operation"], self.fill(step.get("body"))
        request = self.fill(step.get("input", {}))
        if body is not None:
            return call_json(service, name, body)
        if self.entry_point == "call_json":
            return call_json(service, name, json.dumps(request))
        return call(service, name, request)


def call_json(service: sfn_alias.StepFunctions, operation: str, body: str) -> Any:
    status, answer = service.call_json(operation, body.encode())
    return {"status": status, "body": json.loads(answer)}


def call(service: sfn_alias.StepFunctions, operation: str, request: Any) -> Any:
    answer = respond(operation, lambda: service.call(operation, request))  # type: ignore[arg-type]
    if answer["status"] == 200:
        metadata = answer["body"].pop("ResponseMetadata")
        assert (metadata["HTTPStatusCode"], metadata["RetryAttempts"]) == (200, 0)
    return answer


def respond(operation: str, run: Callable[[], Any]) -> Any:
    try:
        return {"status": 200, "body": replace_dates(run())}
    except sfn_alias.StepFunctionsError as error:
        assert error.operation_name == operation
        return {"status": error.status, "error": error}


def replace_dates(value: Any) -> Any:
    if isinstance(value, datetime):
        assert value.utcoffset() is not None
        return value.timestamp()
    if isinstance(value, dict):
        return {name: replace_dates(member) for name, member in value.items()}
    return [replace_dates(item) for item in value] if isinstance(value, list) else value


def run_function(function: str, step: dict[str, Any]) -> Any:
    try:
        return FUNCTIONS[function](step)
    except sfn_alias.StepFunctionsError as error:
        content = {"code": error.code, "message": error.message}
        return {"error": content if error.reason is None else {**content, "reason": error.reason}}


def fingerprint(step: dict[str, Any]) -> Any:
    encoding = sfn_alias.fingerprint_encoding(step["input"])
    return {"encoding": encoding.hex(), "sha256": sfn_alias.fingerprint(step["input"])}


def next_percent(step: dict[str, Any]) -> Any:
    picker = sfn_alias.WeightedPicker(step["seed"])
    return {"percents": [picker.next_percent() for _ in range(step["count"])]}


def parse_arn(step: dict[str, Any]) -> Any:
    arn = sfn_alias.parse_arn(step["arn"])
    if "stateMachine" in arn:
        assert sfn_alias.format_arn(arn) == step["arn"]
    return arn


FUNCTIONS: dict[str, Any] = {
    "validate": lambda step: {"error": sfn_alias.validate(step["operation"], step["input"])},
    "check": lambda step: {"problems": sfn_alias.check(step["operation"], step["input"])},
    "fingerprint": fingerprint,
    "compare": lambda step: sfn_alias.compare(step["existing"], step["input"]),
    "pick": lambda step: {"stateMachineVersionArn": sfn_alias.pick(step["routing"], step["percent"])},
    "next_percent": next_percent,
    "parse_arn": parse_arn,
}


def substitute(value: Any, saved: dict[str, Any]) -> Any:
    if isinstance(value, dict):
        return {name: substitute(member, saved) for name, member in value.items()}
    if isinstance(value, list):
        return [substitute(item, saved) for item in value]
    if not isinstance(value, str):
        return value
    for name, replacement in saved.items():
        if value == f"${{{name}}}":
            return replacement
        value = value.replace(f"${{{name}}}", replacement if isinstance(replacement, str) else json.dumps(replacement))
    return value


def expand(value: Any) -> Any:
    if isinstance(value, list):
        return [expand(item) for item in value]
    if not isinstance(value, dict):
        return value
    if "$repeat" in value:
        return value["$repeat"][0] * value["$repeat"][1]
    if "$concat" in value:
        return "".join(expand(part) for part in value["$concat"])
    return {name: expand(member) for name, member in value.items()}


def resolve(value: Any, pointer: str) -> Any:
    for step in pointer.split("/")[1:]:
        value = value[int(step)] if isinstance(value, list) else value[step]
    return value


def matches(expected: Any, answer: Any) -> bool:
    """Returns whether an answer matches. An exception is compared by status, code, reason and message."""
    if isinstance(expected, dict) and isinstance(answer, dict) and "error" in answer and "body" in expected:
        return matches_error(expected, answer)
    if isinstance(expected, str) and expected.startswith("$"):
        return matches_placeholder(expected, answer)
    if isinstance(expected, dict) and isinstance(answer, dict):
        return expected.keys() == answer.keys() and all(matches(expected[name], answer[name]) for name in expected)
    if isinstance(expected, list) and isinstance(answer, list):
        return len(expected) == len(answer) and all(map(matches, expected, answer))
    if isinstance(expected, bool) or isinstance(answer, bool):
        return expected is answer
    return bool(expected == answer)


def matches_error(expected: dict[str, Any], answer: dict[str, Any]) -> bool:
    error, body = answer["error"], expected["body"]
    attributes = (expected["status"], body["__type"].split("#")[-1], body.get("reason"))
    text_matches = "message" not in body or matches(body["message"], error.message)
    return text_matches and attributes == (answer["status"], error.code, error.reason)


def matches_placeholder(placeholder: str, answer: Any) -> bool:
    if placeholder == "$date":
        return isinstance(answer, (int, float)) and not isinstance(answer, bool)
    if placeholder == "$token":
        return isinstance(answer, str) and answer != ""
    if placeholder == "$uuid":
        return isinstance(answer, str) and UUID.fullmatch(answer) is not None
    return placeholder == "$any" or answer == placeholder


def run(vector: dict[str, Any], entry_point: str, path: str | None = None) -> None:
    """Runs all steps of a vector and asserts the expected answers."""
    runner = Runner(vector.get("options", {}), entry_point, path)
    for step in vector.get("given", []):
        for _ in range(step.get("times", 1)):
            answer = runner.run_step(step)
            expected = runner.fill(step.get("expect", {"status": 200, "body": "$any"}))
            assert matches(expected, answer), (step, expected, answer)
    answer = runner.run_step(vector["call"])
    expected = runner.fill(vector["expect"])
    assert matches(expected, answer), (expected, answer)
