"""Formats the vectors of `vectors/`, and turns recordings into vectors of operations.

    vectors.py format [--check]              writes the files in the format of the project, or checks it
    vectors.py record RECORDING NAME BASIS   sets the result of the vector NAME to the recorded response

RECORDING is a file that `sfn-alias verify --record` wrote. BASIS states who recorded it and when.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
OPERATIONS = ROOT / "vectors" / "operations"
WIDTH = 120
# Items of up to this width share lines.
SHORT = 40
# A vector fits a screen.
MAX_LINES = 45
AWS_HOST = re.compile(r"^https://[^/]+\.amazonaws\.com(\.cn)?(/|$)")


# -- format ----------------------------------------------------------------------------------------


def format_file(path: Path, value: Any) -> str:
    """Breaks the outer levels into lines, and the inner ones only if they do not fit into a line."""
    if isinstance(value, list):
        return "[\n" + ",\n".join(f"  {format_members(vector, 2)}" for vector in value) + "\n]\n"
    if path.stem == "fixtures":
        steps = format_members(value["steps"], 2)
        return f'{{\n  "values": {format_value(value["values"], 2, 10)},\n  "steps": {steps}\n}}\n'
    return format_members(value, 0) + "\n"


def format_members(members: dict[str, Any], indent: int) -> str:
    pad = " " * (indent + 2)
    lines = [f"{pad}{to_json(name)}: {format_value(value, indent + 2, len(to_json(name)) + 3)}" for name, value in members.items()]
    return "{\n" + ",\n".join(lines) + "\n" + " " * indent + "}"


def format_value(value: Any, indent: int, used: int) -> str:
    """`used` is the width that other texts need on the first line."""
    line = to_json(value)
    if len(line) + indent + used <= WIDTH or not isinstance(value, dict | list) or not value:
        return line
    if isinstance(value, dict):
        return format_members(value, indent)
    return "[\n" + ",\n".join(format_items(value, indent + 2)) + "\n" + " " * indent + "]"


def format_items(items: list[Any], indent: int) -> list[str]:
    """Strings and other short items share lines."""
    parts = []
    for item in items:
        line = to_json(item)
        is_short = isinstance(item, str) or len(line) <= SHORT
        parts.append((line if is_short else format_item(item, indent), is_short))
    return fill_lines(parts, indent)


def format_item(item: Any, indent: int) -> str:
    """Members without inner levels share lines."""
    if len(to_json(item)) + indent < WIDTH or not is_flat(item):
        return format_value(item, indent, 1)
    members = [(f"{to_json(name)}: {to_json(value)}", True) for name, value in item.items()]
    return "{\n" + ",\n".join(fill_lines(members, indent + 2)) + "\n" + " " * indent + "}"


def is_flat(item: Any) -> bool:
    return isinstance(item, dict) and not any(isinstance(value, dict | list) for value in item.values())


def fill_lines(parts: list[tuple[str, bool]], indent: int) -> list[str]:
    """A part that is not short has lines of its own."""
    pad, lines, shared = " " * indent, [], ""
    for text, is_short in parts:
        if shared and (not is_short or len(pad) + len(shared) + len(text) + 3 > WIDTH):
            lines.append(pad + shared)
            shared = ""
        if is_short:
            shared = f"{shared}, {text}" if shared else text
        else:
            lines.append(pad + text)
    return [*lines, pad + shared] if shared else lines


def parse_json(path: Path) -> Any:
    try:
        return json.loads(path.read_text())
    except OSError as error:
        sys.exit(f"cannot read `{path}`: {error.strerror}")
    except ValueError as error:
        hint = "; the recording has no response" if path.stat().st_size == 0 else ""
        sys.exit(f"`{path}` is not valid JSON: {error}{hint}")


def to_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def format_all(check: bool) -> None:
    for path in sorted([ROOT / "vectors" / "assumptions.json", *ROOT.glob("vectors/*/*.json")]):
        text = path.read_text()
        value = parse_json(path)
        check_lengths(path, value)
        formatted = format_file(path, value)
        if formatted == text:
            continue
        if check:
            sys.exit(f"{path.relative_to(ROOT)} is not formatted; run `make vectors` and commit the result")
        path.write_text(formatted)


def check_lengths(path: Path, value: Any) -> None:
    for vector in value if path.parent == OPERATIONS and isinstance(value, list) else []:
        lines = format_members(vector, 2).count("\n") + 1
        if lines > MAX_LINES:
            sys.exit(
                f"{path.relative_to(ROOT)}: `{vector['name']}` has {lines} lines, the maximum is {MAX_LINES}; "
                "move steps to fixtures.json"
            )


# -- record ----------------------------------------------------------------------------------------


def record(recording: Path, name: str, basis: str) -> None:
    content = parse_json(recording)
    responses = content["responses"]
    warn_about_endpoint(content.get("endpoint", ""))
    recorded = {response["step"]: response for response in responses if response["vector"] == name}
    if "call" not in recorded:
        sys.exit(f"`{recording}` has no response to the call of `{name}`; record it with `sfn-alias verify --only {name}`")
    for path in sorted(OPERATIONS.glob("*.json")):
        vectors = parse_json(path)
        for vector in vectors if isinstance(vectors, list) else []:
            if vector["name"] == name:
                update_vector(vector, recorded, basis)
                path.write_text(format_file(path, vectors))
                print(f"updated `{name}` in {path.name}; run the tests")
                return
    sys.exit(f"unknown vector `{name}`; `sfn-alias verify --list` prints the names")


def warn_about_endpoint(endpoint: str) -> None:
    if not AWS_HOST.search(endpoint):
        print(f"warning: the endpoint of this recording is {endpoint}, not AWS; do not contribute the vector", file=sys.stderr)


def update_vector(vector: dict[str, Any], recorded: dict[str, Any], basis: str) -> None:
    vector["source"] = {"kind": "recorded", "basis": basis}
    vector["expect"] = merge_expectation(vector["expect"], recorded["call"])
    for index, step in enumerate(vector.get("given", [])):
        response = recorded.get(f"given {index}")
        if isinstance(step, dict) and "expect" in step and response:
            step["expect"] = merge_expectation(step["expect"], response)


def merge_expectation(expected: Any, response: dict[str, Any]) -> Any:
    return {"status": response["status"], "body": merge(expected.get("body"), response["body"])}


def merge(expected: Any, recorded: Any) -> Any:
    """Returns the recorded value, with the placeholders that the vector has at the same position."""
    if isinstance(expected, str) and ("$" in expected) and not isinstance(recorded, dict | list):
        return expected
    if isinstance(expected, dict) and ("$repeat" in expected or "$concat" in expected):
        return expected
    if isinstance(recorded, dict):
        members = expected if isinstance(expected, dict) else {}
        return {name: merge(members.get(name), value) for name, value in recorded.items()}
    if isinstance(recorded, list):
        items = expected if isinstance(expected, list) else []
        return [merge(items[index] if index < len(items) else None, value) for index, value in enumerate(recorded)]
    return recorded


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("format").add_argument("--check", action="store_true")
    record_parser = commands.add_parser("record")
    record_parser.add_argument("recording", type=Path)
    record_parser.add_argument("name")
    record_parser.add_argument("basis")
    arguments = parser.parse_args()
    if arguments.command == "format":
        format_all(arguments.check)
    else:
        record(arguments.recording, arguments.name, arguments.basis)


if __name__ == "__main__":
    main()
