"""Writes `type_defs.py` and `_sfn_alias.pyi` from botocore's service model, named and shaped as the types
of mypy_boto3_stepfunctions. With `--check` only tells whether they are current."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import botocore.session
import mypy_boto3_stepfunctions

from sfn_alias._sfn_alias import OPERATIONS

TOOLS = Path(__file__).parent
PACKAGE = TOOLS.parent / "python" / "sfn_alias"
PLAIN = {"string": "str", "integer": "int", "long": "int", "boolean": "bool", "timestamp": "datetime"}


class Types:
    """The types of the shapes that operations reach, those that are needed first in front."""

    def __init__(self) -> None:
        self.absent = absent_members()
        self.literals: dict[str, str] = {}
        self.classes: dict[str, str] = {}

    def of(self, shape: Any, output: bool) -> str:
        """How an annotation names a shape."""
        if shape.type_name == "structure":
            return self.structure(shape, output, top=False)
        if shape.type_name == "list":
            return f"{'list' if output else 'Sequence'}[{self.of(shape.member, output)}]"
        if shape.type_name == "map":
            kinds = f"{self.of(shape.key, output)}, {self.of(shape.value, output)}"
            return f"{'dict' if output else 'Mapping'}[{kinds}]"
        if getattr(shape, "enum", None):
            values = ", ".join(f'"{value}"' for value in sorted(shape.enum))
            self.literals[f"{shape.name}Type"] = f"Literal[{values}]"
            return f"{shape.name}Type"
        return PLAIN[shape.type_name]

    def structure(self, shape: Any, output: bool, top: bool) -> str:
        """Declares a structure; one that is read and written has two types, since lists differ."""
        name = f"{shape.name}{'Output' if output and not top and holds_list(shape) else ''}TypeDef"
        required = shape.members.keys() - self.absent.get(name, set()) if output and top else shape.required_members
        lines = [f"class {name}(TypedDict):"]
        for member, of in sorted(shape.members.items(), key=lambda item: item[0] not in required):
            kind = self.of(of, output)
            lines.append(f"    {member}: {kind if member in required else f'NotRequired[{kind}]'}")
        if output and top:
            lines.append("    ResponseMetadata: ResponseMetadataTypeDef")
        self.classes[name] = "\n".join(lines)
        return name


def absent_members() -> dict[str, set[str]]:
    """The members that mypy_boto3_stepfunctions says may be absent: of answers the model does not tell."""
    found = {}
    text = Path(mypy_boto3_stepfunctions.__file__).with_name("type_defs.pyi").read_text()
    for node in ast.parse(text).body:
        if isinstance(node, ast.ClassDef):
            members = {ast.unparse(n.target): n.annotation for n in node.body if isinstance(n, ast.AnnAssign)}
            found[node.name] = {name for name, kind in members.items() if is_absent(kind)}
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
            keys, values = node.value.args[1].keys, node.value.args[1].values  # type: ignore[attr-defined]
            found[ast.unparse(node.targets[0])] = {k.value for k, kind in zip(keys, values) if is_absent(kind)}
    return found


def is_absent(kind: ast.expr) -> bool:
    return ast.unparse(kind).startswith("NotRequired[")


def holds_list(shape: Any) -> bool:
    members = shape.members.values()
    return any(m.type_name == "list" or m.type_name == "structure" and holds_list(m) for m in members)


def methods(types: Types) -> Iterator[str]:
    model = botocore.session.get_session().get_service_model("stepfunctions")
    for name, method in OPERATIONS.items():
        operation = model.operation_model(name)
        given = types.structure(operation.input_shape, output=False, top=True)
        answer = operation.output_shape
        found = types.structure(answer, output=True, top=True) if answer and answer.members else "EmptyTypeDef"
        yield f"    def {method}(self, **input: Unpack[{given}]) -> {found}: ..."


def files() -> dict[Path, str]:
    types = Types()
    signatures = list(methods(types))
    literals = [f"{name} = {value}" for name, value in sorted(types.literals.items())]
    definitions = (TOOLS / "type_defs.in").read_text()
    definitions = definitions.replace("# LITERALS", "\n".join(literals))
    definitions = definitions.replace("# CLASSES", "\n\n\n".join(types.classes.values()))
    stub = (TOOLS / "_sfn_alias.pyi.in").read_text()
    stub = stub.replace("    # METHODS", "\n".join(signatures))
    names = sorted({*types.classes, *OWN} & set(stub.replace("[", " ").replace("]", " ").replace(":", " ").split()))
    stub = stub.replace("# IMPORTS", "\n".join(f"    {name}," for name in names))
    return {PACKAGE / "type_defs.py": definitions, PACKAGE / "_sfn_alias.pyi": stub}


OWN = [
    "Acknowledgement",
    "ArnParts",
    "Comparison",
    "EmptyTypeDef",
    "Limits",
    "Problem",
    "RoutingConfigurationListItemTypeDef",
    "TemplateReport",
    "TemplateRule",
]


def main() -> None:
    for path, text in files().items():
        if "--check" not in sys.argv:
            path.write_text(text)
        elif path.read_text() != text:
            sys.exit(f"{path} is not current: run `make generate`")


if __name__ == "__main__":
    main()
