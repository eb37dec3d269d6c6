"""Merges the builds of all platforms into the files of a release.

    python3 tools/release/merge.py BUILDS FILES

BUILDS has a directory per platform, each with release.json and the directory dist. FILES gets all artifacts, SHA256SUMS, and
release.md: the table, which is also added to the summary of the job. What several platforms build, for example the main npm
package, is that of the first platform in platforms.py.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any

from common import ReleaseError, require
from platforms import PLATFORMS

Row = dict[str, Any]


def merge(builds: Path, files: Path) -> list[Row]:
    """Copies the artifacts, and returns the rows of the table.

    Errors: `ReleaseError` if a platform has no build, or an artifact is not the one that was checked.
    """
    files.mkdir(parents=True, exist_ok=True)
    rows: dict[str, Row] = {}
    for build in find_builds(builds):
        for row in json.loads((build / "release.json").read_text()):
            if row["name"] not in rows:
                copy_artifact(build / "dist" / row["name"], files, row)
                rows[row["name"]] = row
    merged = [rows[name] for name in sorted(rows)]
    (files / "SHA256SUMS").write_text("".join(f"{row['sha256']}  {row['name']}\n" for row in merged))
    (files / "release.md").write_text(format_table(merged))
    return merged


def find_builds(builds: Path) -> list[Path]:
    """Returns the directories of the builds. On Linux, one build has the artifacts for glibc and for musl."""
    directories = [builds / f"build-{platform.target}" for platform in PLATFORMS if not platform.is_musl]
    missing = [directory.name for directory in directories if not (directory / "release.json").is_file()]
    require(not missing, f"{builds}: {', '.join(missing)} is missing")
    return directories


def copy_artifact(source: Path, files: Path, row: Row) -> None:
    """Copies an artifact if it is the one that was checked."""
    require(source.is_file(), f"{source.name} is missing in {source.parent}")
    digest = hashlib.sha256(source.read_bytes()).hexdigest()
    require(digest == row["sha256"], f"{source.name}: expected the SHA-256 {row['sha256']}, found {digest}")
    shutil.copyfile(source, files / source.name)


def format_table(rows: list[Row]) -> str:
    """Returns the table in Markdown."""
    lines = [f"| `{row['name']}` | {row['size']:,} | {len(row['checks'])} | `{row['sha256']}` |" for row in rows]
    return "\n".join(["| artifact | bytes | checks | SHA-256 |", "|---|---|---|---|", *lines]) + "\n"


def main() -> int:
    """Merges, and prints the table."""
    builds, files = map(Path, sys.argv[1:])
    try:
        table = format_table(merge(builds, files))
    except ReleaseError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    with open(os.environ.get("GITHUB_STEP_SUMMARY", os.devnull), "a") as summary:
        summary.write(table)
    print(table, end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
