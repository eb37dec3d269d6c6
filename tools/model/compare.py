"""Compares the constraints of this project with botocore's copy of the AWS service model.

    cargo run --example constraints > constraints.json
    python tools/model/compare.py --constraints constraints.json \\
        --matcher target/debug/examples/constraints --vectors vectors

For every operation, it compares the members in order, their constraints, and the errors. With --matcher, it compares
the patterns over some thousand generated texts. With --vectors, it compares the responses that the vectors expect.
Exits with 1 on any difference.

Every run first checks that it detects drift: it changes copies of the model, one change at a time, and expects a
difference for each.
"""

from __future__ import annotations

import argparse
import copy
import gzip
import importlib.util
import json
import random
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import omissions

MODEL = "data/stepfunctions/2016-11-23/service-2.json.gz"
PROTOCOL = {"targetPrefix": "AWSStepFunctions", "jsonVersion": "1.0", "protocol": "json"}

Json = dict[str, Any]


def main() -> int:
    arguments = read_arguments()
    model, ours = load_model(), json.loads(arguments.constraints.read_text())
    undetected = list(undetected_drifts(model, ours))
    report(f"{len(DRIFTS)} changes of the model", undetected, "detected", "NOT DETECTED")

    differences = list(compare(model, ours))
    report(summary(ours), differences)
    if arguments.matcher:
        texts = generated_texts()
        wrong = list(compare_patterns(model, arguments.matcher, texts))
        report(f"patterns over {len(texts)} texts each", wrong)
        differences += wrong
    if arguments.vectors:
        steps = list(expected_responses(arguments.vectors))
        wrong = [difference for name, step, expect in steps for difference in compare_response(model, name, step, expect)]
        wrong += compare_unsupported(arguments.vectors)
        report(f"{len(steps)} responses that vectors expect", wrong)
        differences += wrong
    return 1 if differences or undetected else 0


def read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Compares the constraints of sfn-alias with botocore's service model.")
    parser.add_argument(
        "--constraints", type=Path, required=True, help="the output of `cargo run --example constraints`"
    )
    parser.add_argument("--matcher", type=Path, help="the built example, which matches patterns")
    parser.add_argument("--vectors", type=Path, help="the directory of vectors")
    return parser.parse_args()


def load_model() -> Json:
    """Reads the model from the data files of botocore. Does not import botocore, so its dependencies are not needed."""
    spec = importlib.util.find_spec("botocore")
    if spec is None or not spec.submodule_search_locations:
        sys.exit("botocore is not installed: pip install --no-deps -r tools/model/requirements.txt")
    with gzip.open(Path(spec.submodule_search_locations[0]) / MODEL) as file:
        model: Json = json.load(file)
    return model


def report(what: str, differences: list[str], good: str = "no difference", bad: str = "DIFFER") -> None:
    print(f"{what}: {f'{len(differences)} {bad}' if differences else good}")
    for difference in differences:
        print(f"  {difference}")


def summary(ours: Json) -> str:
    operations = ours["operations"]
    members = sum(1 for operation in operations for _ in flatten(operation["members"]))
    errors = sum(len(operation["errors"]) for operation in operations)
    return f"{len(operations)} operations with {members} members and {errors} errors"


def flatten(members: list[Json]) -> Iterator[Json]:
    for member in members:
        yield member
        rule = member["rule"].get("item", member["rule"])
        yield from flatten(rule.get("members", []))


# -- constraints ---------------------------------------------------------------------------------


def compare(model: Json, ours: Json) -> Iterator[str]:
    for name, value in PROTOCOL.items():
        if model["metadata"].get(name) != value:
            yield f"the model's {name} is {model['metadata'].get(name)}, not {value}"
    known = {operation["name"] for operation in ours["operations"]}
    yield from compare_omissions("operation", set(model["operations"]) - known, set(omissions.OPERATIONS))
    for operation in ours["operations"]:
        theirs = model["operations"].get(operation["name"])
        if theirs is None:
            yield f"{operation['name']} is not in the model"
            continue
        shape = theirs["input"]["shape"]
        yield from compare_members(operation["name"], operation["members"], model_members(model, shape))
    yield from compare_errors(model, ours)


def compare_errors(model: Json, ours: Json) -> Iterator[str]:
    missing: set[str] = set()
    for operation in ours["operations"]:
        theirs = [error["shape"] for error in model["operations"].get(operation["name"], {}).get("errors", [])]
        for error in operation["errors"]:
            if error not in theirs:
                yield f"{operation['name']}: {error} is not declared by the model"
        missing.update(set(theirs) - set(operation["errors"]))
        if [error for error in theirs if error in operation["errors"]] != operation["errors"]:
            yield f"{operation['name']}: the order of the errors differs from the model"
    yield from compare_omissions("error", missing, set(omissions.ERRORS))


def compare_omissions(what: str, missing: set[str], listed: set[str]) -> Iterator[str]:
    for name in sorted(missing - listed):
        yield f"{what} {name} of the model is missing and not listed in omissions.py"
    for name in sorted(listed - missing):
        yield f"{what} {name} is listed in omissions.py, but is not missing"


def compare_members(path: str, ours: list[Json], theirs: list[Json]) -> Iterator[str]:
    names, their_names = [member["name"] for member in ours], [member["name"] for member in theirs]
    if names != their_names:
        yield f"{path}: members are {names}, in the model {their_names}"
    by_name = {member["name"]: member for member in theirs}
    for member in ours:
        their = by_name.get(member["name"])
        if their is None:
            continue
        member_path = f"{path}.{member['name']}"
        if member["required"] != their["required"]:
            yield f"{member_path}: required is {member['required']}, in the model {their['required']}"
        yield from compare_rules(member_path, member["rule"], their["rule"])


def compare_rules(path: str, ours: Json, theirs: Json) -> Iterator[str]:
    if ours["type"] != theirs["type"]:
        yield f"{path}: is a {ours['type']}, in the model a {theirs['type']}"
        return
    if ours["type"] == "structure":
        yield from compare_members(path, ours["members"], theirs["members"])
        return
    for name in theirs.keys() - {"item"}:
        mine, their = ours[name], theirs[name]
        # The order of enum values in AWS's messages is recorded from AWS and differs from the model.
        if (sorted(mine) != sorted(their)) if name == "enum" else (mine != their):
            yield f"{path}: {name} is {mine!r}, in the model {their!r}"
    if "item" in theirs:
        yield from compare_rules(f"{path}[]", ours["item"], theirs["item"])


def model_members(model: Json, shape: str) -> list[Json]:
    structure = model["shapes"][shape]
    required = structure.get("required", [])
    return [
        {"name": name, "required": name in required, "rule": model_rule(model, member["shape"])}
        for name, member in structure["members"].items()
    ]


def model_rule(model: Json, name: str) -> Json:
    """Converts a shape of the model to the format of the example `constraints`."""
    shape = model["shapes"][name]
    kind = shape["type"]
    if kind == "string":
        return {
            "type": kind,
            "min": shape.get("min", 0),
            "max": shape.get("max"),
            "pattern": shape.get("pattern"),
            "enum": shape.get("enum", []),
            "sensitive": shape.get("sensitive", False),
        }
    if kind == "integer":
        return {"type": kind, "min": shape.get("min"), "max": shape.get("max")}
    if kind == "list":
        item = model_rule(model, shape["member"]["shape"])
        return {"type": kind, "min": shape.get("min"), "max": shape.get("max"), "item": item}
    if kind == "structure":
        return {"type": kind, "members": model_members(model, name)}
    return {"type": kind}


# -- patterns ------------------------------------------------------------------------------------


def generated_texts() -> list[str]:
    """Returns the same texts on every run: edge cases of the patterns, and random combinations of relevant characters."""
    generator = random.Random(20231122)
    digits, allowed = ["0", "7", "42"], [*"aZ_-."]
    pieces = digits + allowed + [*" \n\r\u2028\0\x7f\x80é\u0663\uff41😀/:@[`{"]
    texts = ["", *pieces, *(left + right for left in pieces for right in pieces)]
    texts += [chr(code) for code in range(0x180)]
    texts += ["a" + chr(code) + "1" for code in range(0x180)]
    for _ in range(4000):
        selection = generator.choice([pieces, digits, allowed, digits + allowed])
        texts.append("".join(generator.choices(selection, k=generator.randint(1, 90))))
    return texts


def python_pattern(pattern: str) -> re.Pattern[str]:
    """Translates `\\p{ASCII}`, which Python does not support. The rest of the patterns means the same in both."""
    return re.compile(pattern.replace(r"\p{ASCII}", r"[\x00-\x7F]"))


def compare_patterns(model: Json, matcher: Path, texts: list[str]) -> Iterator[str]:
    operations = [name for name in model["operations"] if name not in omissions.OPERATIONS]
    rules = [model_rule(model, model["operations"][name]["input"]["shape"]) for name in operations]
    patterns = sorted({pattern for rule in rules for pattern in patterns_of(rule)})
    inputs = [(pattern, text) for pattern in patterns for text in texts]
    lines = "".join(json.dumps({"pattern": pattern, "text": text}) + "\n" for pattern, text in inputs)
    result = subprocess.run([matcher, "match"], input=lines, capture_output=True, text=True, check=False)
    results = result.stdout.split()
    if result.returncode != 0 or len(results) != len(inputs):
        yield f"{matcher} returned {len(results)} results for {len(inputs)} inputs: {result.stderr.strip()}"
        return
    for (pattern, text), matched in zip(inputs, results, strict=True):
        # AWS's framework uses Java's `matches()`, which matches the whole text.
        expected = python_pattern(pattern).fullmatch(text) is not None
        if (matched == "true") != expected:
            yield f"{pattern} on {text!r}: {matched}, in Python {expected}"


def patterns_of(rule: Json) -> Iterator[str]:
    if rule.get("pattern"):
        yield rule["pattern"]
    for inner in [rule["item"]] if "item" in rule else [member["rule"] for member in rule.get("members", [])]:
        yield from patterns_of(inner)


# -- responses -----------------------------------------------------------------------------------


def compare_unsupported(directory: Path) -> Iterator[str]:
    """Compares the unsupported operations of the server with the omitted operations of the model."""
    vectors = json.loads((directory / "protocol" / "unsupported.json").read_text())
    named = {vector["name"].removeprefix("unsupported/") for vector in vectors}
    for operation in sorted(named ^ set(omissions.OPERATIONS)):
        yield f"{operation} is in only one of protocol/unsupported.json and omissions.py"


def protocol_responses(directory: Path) -> Iterator[tuple[str, Json, Json]]:
    """Returns the responses of the HTTP vectors in the format of the other vectors."""
    for file in sorted((directory / "protocol").glob("*.json")):
        for vector in json.loads(file.read_text()):
            target = vector["request"]["headers"].get("X-Amz-Target", "").removeprefix("AWSStepFunctions.")
            body = vector["response"]["body"]
            body = json.loads(body) if isinstance(body, str) else body
            if target:
                yield vector["name"], {"operation": target}, {**vector["response"], "body": body}


def expected_responses(directory: Path) -> Iterator[tuple[str, Json, Json]]:
    yield from protocol_responses(directory)
    for vector in load_operations(directory / "operations"):
        for step, expect in [
            *((step, step.get("expect")) for step in vector.get("given", []) if isinstance(step, dict)),
            (vector["call"], vector["expect"]),
        ]:
            if "operation" in step and isinstance(expect, dict) and isinstance(expect.get("body"), dict):
                yield vector["name"], step, expect


def load_operations(directory: Path) -> Iterator[Json]:
    for file in sorted(directory.glob("*.json")):
        if file.stem not in ("fixtures", "sources"):
            yield from json.loads(file.read_text())


def compare_response(model: Json, name: str, step: Json, expect: Json) -> Iterator[str]:
    body, operation = expect["body"], model["operations"].get(step["operation"])
    if expect["status"] == 200 and operation:
        for difference in compare_output(model, operation["output"]["shape"], body, step["operation"]):
            yield f"{name}: {difference}"
    elif expect["status"] != 200:
        code = body["__type"].split("#")[1]
        shape = model["shapes"].get(code)
        if code not in omissions.FRAMEWORK_ERRORS and not (shape or {}).get("exception"):
            yield f"{name}: {code} is not an exception of the model"
        reasons = model["shapes"]["ValidationExceptionReason"]["enum"]
        if "reason" in body and (code != "ValidationException" or body["reason"] not in reasons):
            yield f"{name}: reason {body['reason']} of {code} is not in the model"


def compare_output(model: Json, name: str, value: Any, path: str) -> Iterator[str]:
    """Checks that an output has all required members of the model and no unknown ones."""
    shape = model["shapes"][name]
    if isinstance(value, str) and value.startswith("$"):
        return
    if shape["type"] == "list" and isinstance(value, list):
        for index, item in enumerate(value):
            yield from compare_output(model, shape["member"]["shape"], item, f"{path}[{index}]")
    elif shape["type"] == "structure" and isinstance(value, dict):
        for member in sorted(value.keys() - shape["members"].keys()):
            yield f"{path}: {member} is not in the model"
        for member in sorted(set(shape.get("required", [])) - value.keys()):
            yield f"{path}: {member} is required by the model"
        for member in sorted(value.keys() & shape["members"].keys()):
            yield from compare_output(model, shape["members"][member]["shape"], value[member], f"{path}.{member}")
    elif not has_type(shape, value):
        yield f"{path}: {value!r} is not a valid {shape['type']}{' of ' + str(shape['enum']) if 'enum' in shape else ''}"


def has_type(shape: Json, value: Any) -> bool:
    if shape["type"] == "string":
        is_text = isinstance(value, str) or (isinstance(value, dict) and set(value) <= {"$repeat", "$concat"})
        return is_text and ("enum" not in shape or value in shape["enum"])
    types = {"timestamp": (int, float), "integer": (int,), "long": (int,), "boolean": (bool,)}
    return isinstance(value, types.get(shape["type"], ()))


# -- detection of drift --------------------------------------------------------------------------


def undetected_drifts(model: Json, ours: Json) -> Iterator[str]:
    """Changes copies of the model in every relevant way. Returns the changes that are not detected."""
    for what, change in DRIFTS.items():
        changed = copy.deepcopy(model)
        change(changed)
        before, after = set(compare(model, ours)), set(compare(changed, ours))
        if before == after:
            yield what


def drift(*path: str, to: Any) -> Callable[[Json], None]:
    """Returns a function that sets the value at a path of the model."""

    def change(model: Json) -> None:
        for name in path[:-1]:
            model = model[name]
        if model.get(path[-1]) == to:
            sys.exit(f"the drift at {'.'.join(path)} changes nothing: choose another value")
        model[path[-1]] = to

    return change


def reorder_members(model: Json) -> None:
    shape = model["shapes"]["CreateStateMachineAliasInput"]
    shape["members"] = dict(reversed(shape["members"].items()))


def rename_member(model: Json) -> None:
    shape = model["shapes"]["RoutingConfigurationListItem"]
    shape["members"]["share"] = shape["members"].pop("weight")


def remove_operation(model: Json) -> None:
    del model["operations"]["PublishStateMachineVersion"]


def remove_error(model: Json) -> None:
    model["operations"]["CreateStateMachineAlias"]["errors"].pop()


def swap_errors(model: Json) -> None:
    model["operations"]["CreateStateMachineAlias"]["errors"].reverse()


def undeclare_kms(model: Json) -> None:
    for operation in model["operations"].values():
        operation["errors"] = [error for error in operation.get("errors", []) if not error["shape"].startswith("Kms")]


DRIFTS: dict[str, Callable[[Json], None]] = {
    "members in another order": reorder_members,
    "a renamed member": rename_member,
    "a new member": drift("shapes", "StartExecutionInput", "members", "priority", to={"shape": "PageSize"}),
    "a newly required member": drift(
        "shapes", "UpdateStateMachineAliasInput", "required", to=["stateMachineAliasArn", "description"]
    ),
    "another type": drift("shapes", "VersionWeight", "type", to="string"),
    "another minimum length": drift("shapes", "Arn", "min", to=2),
    "another maximum length": drift("shapes", "AliasDescription", "max", to=257),
    "another maximum length of definitions": drift("shapes", "Definition", "max", to=2_097_152),
    "another minimum": drift("shapes", "VersionWeight", "min", to=1),
    "another maximum": drift("shapes", "PageSize", "max", to=999),
    "another list length": drift("shapes", "RoutingConfigurationList", "max", to=3),
    "another item length": drift("shapes", "TagKey", "max", to=127),
    "another pattern": drift("shapes", "CharacterRestrictedName", "pattern", to="^.*$"),
    "a removed pattern": drift("shapes", "TraceHeader", "pattern", to=None),
    "another enum": drift("shapes", "StateMachineType", "enum", to=["STANDARD", "EXPRESS", "DURABLE"]),
    "a member that is no longer sensitive": drift("shapes", "VersionDescription", "sensitive", to=False),
    "a newly sensitive member": drift("shapes", "Name", "sensitive", to=True),
    "a removed operation": remove_operation,
    "a new operation": drift(
        "operations", "CloneStateMachineAlias", to={"input": {"shape": "CreateStateMachineAliasInput"}}
    ),
    "a removed error": remove_error,
    "errors in another order": swap_errors,
    "a new error": drift(
        "operations", "ListStateMachines", "errors", to=[{"shape": "InvalidToken"}, {"shape": "AccessDeniedException"}]
    ),
    "omitted errors that were removed": undeclare_kms,
    "another protocol": drift("metadata", "jsonVersion", to="1.1"),
}


if __name__ == "__main__":
    sys.exit(main())
