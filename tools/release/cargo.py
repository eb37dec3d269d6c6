"""Commands of cargo that may need the network, and what `cargo metadata` reports."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from common import NO_NETWORK, ROOT, RUST, ReleaseError, find_tool, require


def run_cargo(arguments: Sequence[str | Path], *, cwd: Path = ROOT, env: Mapping[str, str] | None = None) -> str:
    """Runs cargo and returns what it prints. Its messages are only shown if it fails for another reason than the network.

    Errors: `ReleaseError` if cargo is not installed, cannot reach the registry, or fails.
    """
    command = [str(find_tool("cargo", RUST)), *map(str, arguments)]
    done = subprocess.run(command, cwd=cwd, env={**os.environ, "CARGO_TERM_COLOR": "never", **(env or {})}, capture_output=True, text=True)
    if done.returncode == 0:
        return done.stdout
    name = f"cargo {arguments[0]}"
    if any(text in done.stderr for text in [*NO_NETWORK, "offline"]):
        raise ReleaseError(f"`{name}` cannot reach the registry of crates: it needs the network, or crates that were downloaded before")
    sys.stderr.write(done.stderr)
    raise ReleaseError(f"`{name}` failed with exit code {done.returncode}")


def read_metadata(*options: str) -> dict[str, Any]:
    """Returns what `cargo metadata` reports about the workspace."""
    metadata: dict[str, Any] = json.loads(run_cargo(["metadata", "--locked", "--format-version", "1", *options]))
    return metadata


def list_published() -> list[dict[str, Any]]:
    """Returns the packages of the workspace that are published, each after its dependencies."""
    metadata = read_metadata("--no-deps")
    published = {package["name"]: package for package in metadata["packages"] if package["publish"] != []}
    ordered: dict[str, dict[str, Any]] = {}
    while len(ordered) < len(published):
        ready = [name for name, package in published.items() if name not in ordered and find_dependencies(package, published) <= ordered.keys()]
        require(bool(ready), "the published crates depend on each other in a circle")
        ordered.update({name: published[name] for name in sorted(ready)})
    return list(ordered.values())


def find_dependencies(package: Mapping[str, Any], published: Mapping[str, Any]) -> set[str]:
    """Returns the published packages that must be in the registry before a package.

    A development dependency without a version is not in the published package.
    """
    return {found["name"] for found in package["dependencies"] if found["name"] in published and not (found["kind"] == "dev" and found["req"] == "*")}
