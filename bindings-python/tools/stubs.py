"""Generates `type_defs.py` and `_sfn_alias.pyi` from botocore's service model, with the type names of
mypy_boto3_stepfunctions, and the classes in `errors.py` from the error kinds of the core. With `--check`, only checks
that the files are current."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import botocore.session
import mypy_boto3_stepfunctions

from docstrings import MAX_WIDTH, add_docstrings

from sfn_alias import _sfn_alias
from sfn_alias._sfn_alias import OPERATIONS

TOOLS = Path(__file__).parent
PACKAGE = TOOLS.parent / "python" / "sfn_alias"
ERROR_KINDS = TOOLS.parent.parent / "core" / "src" / "error" / "kind.rs"
SCALARS = {"string": "str", "integer": "int", "long": "int", "boolean": "bool", "timestamp": "datetime"}


class Types:
    """The types of all shapes of operations, dependencies first."""

    def __init__(self) -> None:
        self.optional = optional_members()
        self.literals: dict[str, str] = {}
        self.classes: dict[str, str] = {}

    def annotation(self, shape: Any, output: bool) -> str:
        """Returns the annotation of a shape. Declares the structures and enums in it."""
        if shape.type_name == "structure":
            return self.declare(shape, output, top=False)
        if shape.type_name == "list":
            return f"{'list' if output else 'Sequence'}[{self.annotation(shape.member, output)}]"
        if shape.type_name == "map":
            types = f"{self.annotation(shape.key, output)}, {self.annotation(shape.value, output)}"
            return f"{'dict' if output else 'Mapping'}[{types}]"
        if getattr(shape, "enum", None):
            values = ", ".join(f'"{value}"' for value in sorted(shape.enum))
            self.literals[f"{shape.name}Type"] = f"Literal[{values}]"
            return f"{shape.name}Type"
        return SCALARS[shape.type_name]

    def declare(self, shape: Any, output: bool, top: bool) -> str:
        """Declares a structure. A structure in requests and responses has two types, because its lists differ."""
        name = f"{shape.name}{'Output' if output and not top and contains_list(shape) else ''}TypeDef"
        required = shape.members.keys() - self.optional.get(name, set()) if output and top else shape.required_members
        lines = [f"class {name}(TypedDict):"]
        for member, member_shape in sorted(shape.members.items(), key=lambda item: item[0] not in required):
            annotation = self.annotation(member_shape, output)
            lines.append(f"    {member}: {annotation if member in required else f'NotRequired[{annotation}]'}")
        if output and top:
            lines.append("    ResponseMetadata: ResponseMetadataTypeDef")
        self.classes[name] = "\n".join(lines)
        return name


def optional_members() -> dict[str, set[str]]:
    """Returns the optional members in mypy_boto3_stepfunctions: the model does not state them for responses."""
    optional = {}
    text = Path(mypy_boto3_stepfunctions.__file__).with_name("type_defs.pyi").read_text()
    for node in ast.parse(text).body:
        if isinstance(node, ast.ClassDef):
            members = {ast.unparse(n.target): n.annotation for n in node.body if isinstance(n, ast.AnnAssign)}
            optional[node.name] = {name for name, annotation in members.items() if is_optional(annotation)}
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
            keys, values = node.value.args[1].keys, node.value.args[1].values  # type: ignore[attr-defined]
            optional[ast.unparse(node.targets[0])] = {k.value for k, v in zip(keys, values) if is_optional(v)}
    return optional


def is_optional(annotation: ast.expr) -> bool:
    return ast.unparse(annotation).startswith("NotRequired[")


def contains_list(shape: Any) -> bool:
    members = shape.members.values()
    return any(m.type_name == "list" or m.type_name == "structure" and contains_list(m) for m in members)


def method_signatures(types: Types) -> Iterator[str]:
    model = botocore.session.get_session().get_service_model("stepfunctions")
    for name, method in OPERATIONS.items():
        operation = model.operation_model(name)
        request_type = types.declare(operation.input_shape, output=False, top=True)
        output = operation.output_shape
        has_members = output and output.members
        response_type = types.declare(output, output=True, top=True) if has_members else "EmptyTypeDef"
        yield f"    def {method}(self, **input: Unpack[{request_type}]) -> {response_type}: ..."


def error_kinds() -> list[tuple[str, str, str]]:
    """Returns description, name and number of each error kind in the core's table."""
    return re.findall(r"^    /// (.+)\n    (\w+) = (\d+),", ERROR_KINDS.read_text(), re.MULTILINE)


def error_classes() -> Iterator[str]:
    """Returns one class per error kind."""
    for description, name, number in error_kinds():
        bases = "StepFunctionsError, ValueError" if name == "ServiceClosed" else "StepFunctionsError"
        text = description.replace("`", "``") + OWN_DESCRIPTIONS.get(name, "")
        yield f'class {name}({bases}, number={number}):\n    """{text}"""\n'


OWN_DESCRIPTIONS = {"ServiceClosed": " Also a ``ValueError``, as for Python's closed files."}
"""What Python adds to the description of an error kind."""


def format_literal(name: str, annotation: str) -> str:
    """Returns the declaration of a literal type, in lines that fit."""
    line = f"{name} = {annotation}"
    if len(line) <= MAX_WIDTH:
        return line
    values = annotation.removeprefix("Literal[").removesuffix("]").split(", ")
    return "\n".join([f"{name} = Literal[", *(f"    {value}," for value in values), "]"])


def generate() -> dict[Path, str]:
    types = Types()
    signatures = list(method_signatures(types))
    literals = [format_literal(name, value) for name, value in sorted(types.literals.items())]
    definitions = (TOOLS / "type_defs.in").read_text()
    definitions = definitions.replace("# OPERATIONS", "\n".join(f'    "{name}",' for name in OPERATIONS))
    definitions = definitions.replace("# LITERALS", "\n".join(literals))
    exceptions = (f"    {name}: type[errors.{name}]" for _, name, _ in error_kinds())
    definitions = definitions.replace("# EXCEPTIONS", "\n".join(exceptions))
    definitions = definitions.replace("# CLASSES", "\n\n\n".join(types.classes.values()))
    stub = (TOOLS / "_sfn_alias.pyi.in").read_text()
    stub = stub.replace("    # METHODS", "\n".join(signatures))
    names = sorted({*types.classes, *OWN_TYPES} & set(re.findall(r"\w+", stub)))
    stub = stub.replace("# IMPORTS", "\n".join(f"    {name}," for name in names))
    stub = add_docstrings(stub, _sfn_alias)
    errors = PACKAGE / "errors.py"
    base_classes, marker, _ = errors.read_text().partition(ERRORS_MARKER)
    classes = base_classes + marker + "\n\n" + "\n\n".join(error_classes())
    return {PACKAGE / "type_defs.py": definitions, PACKAGE / "_sfn_alias.pyi": stub, errors: classes}


ERRORS_MARKER = "# `make generate` writes the following classes from the error kinds of the core.\n"


OWN_TYPES = [
    "Acknowledgement",
    "AlarmRules",
    "AlarmStateType",
    "ArnParts",
    "Comparison",
    "EmptyTypeDef",
    "EndExecutionOutputTypeDef",
    "Exceptions",
    "Limits",
    "OnStart",
    "OperationName",
    "OutcomeRules",
    "Problem",
    "RoutingConfigurationListItemTypeDef",
    "TemplateReport",
    "TemplateRule",
]


def main() -> None:
    for path, text in generate().items():
        if "--check" not in sys.argv:
            path.write_text(text)
        elif path.read_text() != text:
            sys.exit(f"{path} is not current; run `make generate`")


if __name__ == "__main__":
    main()
