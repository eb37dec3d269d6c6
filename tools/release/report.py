"""The table of artifacts: size, checksum, and what was checked."""

from __future__ import annotations

import hashlib
import json
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from common import DIST, ReleaseError


@dataclass
class Row:
    """A line of the table."""

    name: str
    size: int
    sha256: str
    checks: list[str]


class Report:
    """What was checked for each artifact, and the errors."""

    def __init__(self) -> None:
        self.checks: defaultdict[Path, list[str]] = defaultdict(list)
        self.errors: list[str] = []

    def add(self, name: str, check: Callable[[], Mapping[Path, list[str]]]) -> None:
        """Runs a check and adds its results, or its error: one error does not hide others."""
        start = time.monotonic()
        try:
            for path, lines in check().items():
                self.checks[path] += lines
        except ReleaseError as error:
            self.errors.append(f"{name}: {error}")
        print(f"== checked {name} in {time.monotonic() - start:.0f} s", file=sys.stderr)


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
