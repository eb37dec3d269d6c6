"""Checks the deployment files of `docs/cluster/` and the Compose file in `docs/containers.md` with the schemas in `schemas/`, without a network.

The schemas are strict: an unknown field is a problem. What no schema contains is checked here: names that refer to other
parts of the file.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator, FormatChecker

HERE = Path(__file__).resolve().parent
COMPOSE = HERE.parents[1] / "docs" / "cluster" / "compose.yaml"
CONTAINERS = HERE.parents[1] / "docs" / "containers.md"
KUBERNETES = HERE.parents[1] / "docs" / "cluster" / "kubernetes.yaml"
Object = dict[str, Any]


def load_schema(name: str) -> Object:
    return json.loads((HERE / "schemas" / name).read_text())


def find_violations(document: Any, schema: Object, place: str) -> Iterator[str]:
    """Returns what a document violates: the most specific reason of each alternative."""
    validator = Draft202012Validator(schema, format_checker=FormatChecker())
    for error in validator.iter_errors(document):
        while error.context:
            error = max(error.context, key=lambda inner: len(inner.absolute_path))
        path = "".join(f"/{part}" for part in error.absolute_path)
        yield f"{place}{path}: {error.message}"


# -- Compose -----------------------------------------------------------------------------------------


def check_compose(text: str) -> list[str]:
    """Returns the problems of a Compose file."""
    document = yaml.safe_load(text)
    return [
        *find_violations(document, load_schema("compose.json"), "compose"),
        *find_compose_references(document),
    ]


def read_compose_block(page: str) -> str:
    """Returns the first YAML block of a page."""
    return page.split("```yaml\n")[1].split("```\n")[0]


def find_compose_references(document: Object) -> Iterator[str]:
    services, volumes = document.get("services", {}), document.get("volumes", {})
    for name, service in services.items():
        for used in service.get("depends_on", {}):
            if used not in services:
                yield f"compose/services/{name}: `{used}` is not a service"
        for volume in service.get("volumes", []):
            if volume.split(":")[0] not in volumes:
                yield f"compose/services/{name}: `{volume}` is not a volume"


# -- Kubernetes --------------------------------------------------------------------------------------


def load_objects(text: str) -> list[Object]:
    """Returns the objects of a Kubernetes file."""
    return [document for document in yaml.safe_load_all(text) if document is not None]


def check_kubernetes(text: str) -> list[str]:
    """Returns the problems of a Kubernetes file."""
    schema, objects = load_schema("kubernetes.json"), load_objects(text)
    problems = [problem for item in objects for problem in check_object(item, schema)]
    return problems + list(find_kubernetes_references(objects))


def check_object(item: Object, schema: Object) -> Iterator[str]:
    place = f"{item.get('kind')}/{item.get('metadata', {}).get('name')}"
    name = find_definition(item, schema["$defs"])
    if name is None:
        yield f"{place}: unknown kind in {item.get('apiVersion')}; help: add it to KINDS of schemas.py"
    else:
        yield from find_violations(item, {"$ref": f"#/$defs/{name}", "$defs": schema["$defs"]}, place)


def find_definition(item: Object, definitions: Object) -> str | None:
    """Returns the name of the definition with the `apiVersion` and `kind` of an object."""
    for name, definition in definitions.items():
        properties = definition.get("properties", {})
        constant = lambda key: properties.get(key, {}).get("enum", [])
        if item.get("apiVersion") in constant("apiVersion") and item.get("kind") in constant("kind"):
            return name
    return None


def find_kubernetes_references(objects: list[Object]) -> Iterator[str]:
    templates = [item["spec"]["template"] for item in objects if "template" in item.get("spec", {})]
    for item in objects:
        place = f"{item['kind']}/{item['metadata']['name']}"
        spec = item.get("spec", {})
        selector = spec.get("selector") or spec.get("podSelector") or {}
        selected = [template for template in templates if matches(selector.get("matchLabels", selector), template)]
        if not selected:
            yield f"{place}: the selector matches no pods"
        ports = {port["name"] for template in selected for port in template["spec"]["containers"][0].get("ports", [])}
        for port in find_values(spec, ("targetPort", "port")):
            if isinstance(port, str) and port not in ports:
                yield f"{place}: `{port}` is not the name of a port"
        if "template" in spec:
            yield from check_pod(place, spec)


def matches(labels: Object, template: Object) -> bool:
    return bool(labels) and labels.items() <= template["metadata"]["labels"].items()


def check_pod(place: str, spec: Object) -> Iterator[str]:
    pod = spec["template"]["spec"]
    volumes = {volume["name"] for volume in pod.get("volumes", [])}
    volumes |= {claim["metadata"]["name"] for claim in spec.get("volumeClaimTemplates", [])}
    for mount in (mount for container in pod["containers"] for mount in container.get("volumeMounts", [])):
        if mount["name"] not in volumes:
            yield f"{place}: `{mount['name']}` is not a volume"
    # The Service `sfn-alias` sets SFN_ALIAS_PORT, which is an option of the program.
    if pod.get("enableServiceLinks") is not False:
        yield f"{place}: enableServiceLinks must be false"


def find_values(value: Any, keys: tuple[str, ...]) -> Iterator[Any]:
    """Returns the values of these keys at any depth."""
    if isinstance(value, dict):
        yield from (found for key, found in value.items() if key in keys)
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else []:
        yield from find_values(inner, keys)


def main() -> int:
    problems = check_compose(COMPOSE.read_text()) + check_compose(read_compose_block(CONTAINERS.read_text()))
    problems += check_kubernetes(KUBERNETES.read_text())
    for problem in problems:
        print(problem, file=sys.stderr)
    print(f"{COMPOSE.name}, {CONTAINERS.name}, {KUBERNETES.name}: {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
