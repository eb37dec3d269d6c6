"""Writes the schemas in `schemas/`: schemas.py COMPOSE_SPEC KUBERNETES_DEFINITIONS

- COMPOSE_SPEC is `schema/compose-spec.json` of the Go module github.com/compose-spec/compose-go/v2.
- KUBERNETES_DEFINITIONS is `_definitions.json` of a `-local-strict` directory of the Python package kubernetes-validate,
  which is written from the OpenAPI definitions of Kubernetes. Only the kinds of our manifests remain.

Both are licensed under Apache-2.0. Descriptions are omitted.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

SCHEMAS = Path(__file__).resolve().parent / "schemas"
KINDS = [
    "io.k8s.api.apps.v1.Deployment",
    "io.k8s.api.apps.v1.StatefulSet",
    "io.k8s.api.core.v1.Service",
    "io.k8s.api.networking.v1.NetworkPolicy",
    "io.k8s.api.policy.v1.PodDisruptionBudget",
]


def omit_descriptions(schema: Any) -> Any:
    """Returns the schema without texts for readers. A property may have the name `description`; its value is an object."""
    if isinstance(schema, list):
        return [omit_descriptions(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    is_text = lambda key, value: isinstance(value, str) and key in ("description", "title")
    return {
        key: omit_descriptions(value)
        for key, value in schema.items()
        if not is_text(key, value) and not key.startswith("x-kubernetes-")
    }


def find_references(schema: Any) -> Iterator[str]:
    """Returns the names of the definitions that a schema uses."""
    items = schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else []
    if isinstance(schema, dict) and isinstance(schema.get("$ref"), str):
        yield schema["$ref"].rsplit("/", 1)[-1]
    for item in items:
        yield from find_references(item)


def select_definitions(definitions: dict[str, Any], kinds: list[str]) -> dict[str, Any]:
    """Returns the definitions of kinds, and those that they use."""
    selected: dict[str, Any] = {}
    names = list(kinds)
    while names:
        name = names.pop()
        if name not in selected:
            selected[name] = omit_descriptions(definitions[name])
            names.extend(find_references(definitions[name]))
    return dict(sorted(selected.items()))


def write(name: str, schema: dict[str, Any]) -> None:
    """Writes a schema with one line per definition."""
    definitions = [f"{json.dumps(key)}: {json.dumps(value)}" for key, value in schema.pop("$defs").items()]
    head = json.dumps(schema)[1:-1]
    separator = ", " if head else ""
    (SCHEMAS / name).write_text("{" + head + separator + '"$defs": {\n' + ",\n".join(definitions) + "\n}}\n")


def main(compose: str, kubernetes: str) -> None:
    SCHEMAS.mkdir(exist_ok=True)
    write("compose.json", omit_descriptions(json.loads(Path(compose).read_text())))
    definitions = json.loads(Path(kubernetes).read_text())["$defs"]
    write("kubernetes.json", {"$defs": select_definitions(definitions, KINDS)})


if __name__ == "__main__":
    main(*sys.argv[1:])
