"""Builds, checks and tries everything that a release contains.

    python3 tools/release/release.py            everything for this machine, as `make release-check` does
    python3 tools/release/release.py wheel npm  some of it
    python3 tools/release/release.py --no-check --target aarch64-unknown-linux-musl npm
    python3 tools/release/release.py --list     the names

The artifacts are in target/release-check/dist, with release.json: each file with its size, checksum and what was checked.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib
import json
import shutil
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from common import DIST, ReleaseError, require
from platforms import Platform, find_host, find_platform

KINDS = {
    "program": "the program as a tarball, with man pages and completions",
    "clibrary": "the C library as a tarball",
    "debian": "the Debian package",
    "image": "the container image",
    "wheel": "the Python wheel",
    "sdist": "the Python source distribution",
    "npm": "the npm packages",
    "crates": "the crates",
    "licenses": "the licenses and the software bill of materials (SBOM)",
}
"""The modules of this directory that build artifacts. Each has two functions:

`build(platform, dist)` writes artifacts to the directory `dist` and returns their paths.
`check(platform, artifacts)` checks and tries them, and returns what it checked as short sentences, for each artifact.
"""


@dataclass
class Row:
    """A line of the table."""

    name: str
    size: int
    sha256: str
    checks: list[str]


def main() -> int:
    """Builds and checks, and prints the table."""
    arguments = parse_arguments()
    if arguments.list:
        print("\n".join(f"{name:<10} {description}" for name, description in KINDS.items()))
        return 0
    try:
        unknown = [name for name in arguments.names if name not in KINDS]
        require(not unknown, f"unknown name `{' '.join(unknown)}`: expected {', '.join(KINDS)}")
        platform = find_platform(arguments.target) if arguments.target else find_host()
        rows = release(platform, arguments.names or list(KINDS), check=not arguments.no_check)
    except ReleaseError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    write_report(rows)
    print(format_table(rows))
    return 0


def parse_arguments() -> argparse.Namespace:
    """Returns the arguments of the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help="what to build (default: everything)")
    parser.add_argument("--target", help="the Rust target (default: that of this machine)")
    parser.add_argument("--no-check", action="store_true", help="only build")
    parser.add_argument("--list", action="store_true", help="list the names")
    return parser.parse_args()


def release(platform: Platform, names: list[str], *, check: bool) -> list[Row]:
    """Builds and checks artifacts, and returns a line for each."""
    rows = []
    for name in names:
        module = importlib.import_module(name)
        artifacts = build_artifacts(name, module, platform)
        checks = check_artifacts(name, module, platform, artifacts) if check else {}
        rows += [describe_artifact(path, checks.get(path, [])) for path in artifacts]
    return rows


def build_artifacts(name: str, module: ModuleType, platform: Platform) -> list[Path]:
    """Builds the artifacts of a module in a directory of its own, and moves them to `DIST`."""
    start = time.monotonic()
    folder = DIST.parent / "build" / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    DIST.mkdir(exist_ok=True)
    artifacts = [path.rename(DIST / path.name) for path in module.build(platform, folder)]
    print(f"== built {name} in {time.monotonic() - start:.0f} s", file=sys.stderr)
    return artifacts


def check_artifacts(name: str, module: ModuleType, platform: Platform, artifacts: list[Path]) -> dict[Path, list[str]]:
    """Checks the artifacts of a module. Returns what was checked, for each."""
    start = time.monotonic()
    checks: dict[Path, list[str]] = module.check(platform, artifacts)
    print(f"== checked {name} in {time.monotonic() - start:.0f} s", file=sys.stderr)
    return checks


def describe_artifact(path: Path, checks: list[str]) -> Row:
    """Returns the line of an artifact."""
    content = path.read_bytes()
    return Row(path.name, len(content), hashlib.sha256(content).hexdigest(), checks)


def write_report(rows: list[Row]) -> None:
    """Writes release.json and SHA256SUMS. Files of earlier runs that still exist remain in both."""
    path = DIST.parent / "release.json"
    known = {row["name"]: row for row in json.loads(path.read_text())} if path.exists() else {}
    known.update({row.name: vars(row) for row in rows})
    kept = [row for name, row in sorted(known.items()) if (DIST / name).exists()]
    path.write_text(json.dumps(kept, indent=2) + "\n")
    (DIST / "SHA256SUMS").write_text("".join(f"{row['sha256']}  {row['name']}\n" for row in kept))


def format_table(rows: list[Row]) -> str:
    """Returns the table: name, size and checksum, then what was checked."""
    lines = [f"{row.name}\n  {row.size:,} bytes, sha256 {row.sha256}" + "".join(f"\n  ok: {check}" for check in row.checks) for row in rows]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
