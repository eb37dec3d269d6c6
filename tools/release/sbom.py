"""The software bill of materials (SBOM): what each artifact contains, in the format CycloneDX 1.6."""

from __future__ import annotations

import json
import uuid
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from common import VERSION, create_venv, read_date, require, run
from components import ARTIFACTS, Component, Contents

REPOSITORY = "https://github.com/sfn-alias/sfn-alias"
HERE = Path(__file__).parent


def write_sbom(path: Path, contents: Contents) -> Path:
    """Writes the SBOM, with the same bytes for the same components and date."""
    listed = [describe_component(component) for component in contents.components.values()]
    root = {"type": "application", "bom-ref": "sfn-alias", "name": "sfn-alias", "version": VERSION, "licenses": format_license("MIT OR Apache-2.0")}
    root["components"] = [describe_artifact(name, description) for name, (description, _) in ARTIFACTS.items()]
    date = datetime.fromtimestamp(read_date(), timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    serial = uuid.uuid5(uuid.NAMESPACE_URL, f"{REPOSITORY} {VERSION} {date} {json.dumps(listed)}")
    bill = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{serial}",
        "version": 1,
        "metadata": {"timestamp": date, "component": root},
        "components": listed,
        "dependencies": list_dependencies(contents),
    }
    path.write_text(json.dumps(bill, indent=1) + "\n")
    return path


def describe_artifact(name: str, description: str) -> dict[str, Any]:
    """Returns an artifact in the SBOM."""
    kind = {"program": "application", "image": "container"}.get(name, "library")
    return {"type": kind, "bom-ref": f"artifact:{name}", "name": name, "version": VERSION, "description": description}


def describe_component(component: Component) -> dict[str, Any]:
    """Returns a component in the SBOM."""
    described: dict[str, Any] = {"type": "library", "bom-ref": component.reference, "name": component.name}
    if component.version:
        described["version"] = component.version
    described |= {"licenses": format_license(component.license), "purl": component.reference}
    if component.checksum:
        described["hashes"] = [{"alg": "SHA-256", "content": component.checksum}]
    if component.url:
        described["externalReferences"] = [{"type": "vcs" if component.kind in ("cargo", "pypi") else "website", "url": component.url}]
    return described


def format_license(expression: str) -> list[dict[str, str]]:
    """Returns the licenses of a component: an SPDX expression."""
    return [{"expression": expression}]


def list_dependencies(contents: Contents) -> list[dict[str, Any]]:
    """Returns everything that each artifact contains, and what each component uses directly."""
    artifacts = {f"artifact:{name}": references for name, references in contents.artifacts.items()}
    uses = {"sfn-alias": set(artifacts), **artifacts}
    uses |= {reference: component.dependencies for reference, component in contents.components.items()}
    return [{"ref": reference, "dependsOn": sorted(used)} if used else {"ref": reference} for reference, used in uses.items()]


def check_sbom(path: Path, contents: Contents) -> list[str]:
    """Validates the SBOM, and checks that each component belongs to an artifact."""
    python = create_venv("sbom", HERE / "requirements-sbom.txt") / "python"
    run([python, HERE / "validate_sbom.py", path])
    bill = json.loads(path.read_text())
    uses = {entry["ref"]: set(entry.get("dependsOn", [])) for entry in bill["dependencies"]}
    listed = {component["bom-ref"] for component in bill["components"]}
    unused = listed - set().union(*(uses[f"artifact:{name}"] for name in ARTIFACTS))
    require(not unused, f"{path.name}: no artifact contains {', '.join(sorted(unused))}")
    require(listed == contents.components.keys(), f"{path.name}: expected the components that the artifacts contain")
    counts = ", ".join(f"{description} {len(uses[f'artifact:{name}'])}" for name, (description, _) in ARTIFACTS.items())
    return ["valid CycloneDX 1.6 (cyclonedx-python-lib)", f"components: {counts}"]
