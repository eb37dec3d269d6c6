"""The table of artifacts: size, checksum, and what was checked."""

from __future__ import annotations

import hashlib
import json
import os
import sys
import time
import traceback
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from common import DIST, SKIPPED, ReleaseError


@dataclass
class Row:
    """A line of the table."""

    name: str
    size: int
    sha256: str
    checks: list[str]


class Report:
    """What was checked or skipped for each artifact, and the errors. In CI, nothing may be skipped."""

    def __init__(self) -> None:
        self.checks: defaultdict[Path, list[str]] = defaultdict(list)
        self.errors: list[str] = []

    def add(self, name: str, check: Callable[[], Mapping[Path, list[str]]]) -> None:
        """Runs a check and adds its results, or its error: one error does not hide others."""
        start = time.monotonic()
        try:
            for path, lines in check().items():
                self.checks[path] += lines
                if os.environ.get("CI") == "true":
                    self.errors += [f"{name}: {path.name}: {line}; with CI=true nothing may be skipped" for line in lines if line.startswith(SKIPPED)]
        except ReleaseError as error:
            self.errors.append(f"{name}: {error}")
        except Exception as error:  # a mistake in a script must not hide the table either
            traceback.print_exc()
            self.errors.append(f"{name}: {type(error).__name__}: {error}")
        print(f"== checked {name} in {time.monotonic() - start:.0f} s", file=sys.stderr)


def describe_artifact(path: Path, checks: list[str]) -> Row:
    """Returns the line of an artifact."""
    content = path.read_bytes()
    return Row(path.name, len(content), hashlib.sha256(content).hexdigest(), checks)


def write_report(tools: Mapping[str, str], rows: list[Row]) -> None:
    """Writes release.json and SHA256SUMS. Files of earlier runs with the same tools that still exist remain in both."""
    path = DIST.parent / "release.json"
    earlier = json.loads(path.read_text()) if path.exists() else {}
    same = isinstance(earlier, dict) and earlier.get("tools") == tools
    known = {row["name"]: row for row in earlier["artifacts"]} if same else {}
    known.update({row.name: vars(row) for row in rows})
    stored = [row for name, row in sorted(known.items()) if (DIST / name).exists()]
    path.write_text(json.dumps({"tools": tools, "artifacts": stored}, indent=2) + "\n")
    (DIST / "SHA256SUMS").write_text("".join(f"{row['sha256']}  {row['name']}\n" for row in stored))


def format_table(tools: Mapping[str, str], rows: list[Row]) -> str:
    """Returns the table: the tools, then the name, size and checksum of each artifact, and what was checked or skipped."""
    lines = [f"built with {', '.join(tools.values())}"]
    for row in rows:
        lines += [row.name, f"  {row.size:,} bytes, sha256 {row.sha256}"]
        lines += [f"  {check}" if check.startswith(SKIPPED) else f"  ok: {check}" for check in row.checks]
    return "\n".join(lines)
