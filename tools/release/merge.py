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
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from common import SKIPPED, require, run_main
from platforms import PLATFORMS

Row = dict[str, Any]


def merge(builds: Path, files: Path) -> list[Row]:
    """Copies the artifacts, and returns the rows of the table.

    Errors: `ReleaseError` if a platform has no build, builds used other compilers, or an artifact is not the one that was checked.
    """
    files.mkdir(parents=True, exist_ok=True)
    rows: dict[str, Row] = {}
    reports = {build: json.loads((build / "release.json").read_text()) for build in find_builds(builds)}
    check_tools(reports)
    for build, report in reports.items():
        for row in report["artifacts"]:
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


def check_tools(reports: Mapping[Path, Any]) -> None:
    """Checks that all builds used the same version of Rust: otherwise no one can build the same bytes with one version."""
    versions = {build.name: report["tools"]["rustc"] for build, report in reports.items()}
    listed = ", ".join(f"{name} with {version}" for name, version in versions.items())
    require(len(set(versions.values())) == 1, f"expected builds with the same version of Rust, found {listed}")


def copy_artifact(source: Path, files: Path, row: Row) -> None:
    """Copies an artifact if it is the one that was checked."""
    require(source.is_file(), f"{source.name} is missing in {source.parent}")
    digest = hashlib.sha256(source.read_bytes()).hexdigest()
    require(digest == row["sha256"], f"{source.name}: expected the SHA-256 {row['sha256']}, found {digest}")
    shutil.copyfile(source, files / source.name)


def count_checks(row: Row) -> int:
    """Returns how many checks an artifact passed."""
    return sum(not check.startswith(SKIPPED) for check in row["checks"])


def format_table(rows: list[Row]) -> str:
    """Returns the table in Markdown."""
    lines = [f"| `{row['name']}` | {row['size']:,} | {count_checks(row)} | `{row['sha256']}` |" for row in rows]
    return "\n".join(["| artifact | bytes | checks | SHA-256 |", "|---|---|---|---|", *lines]) + "\n"


def main() -> int:
    """Merges, and prints the table."""
    builds, files = map(Path, sys.argv[1:])
    table = format_table(merge(builds, files))
    with open(os.environ.get("GITHUB_STEP_SUMMARY", os.devnull), "a") as summary:
        summary.write(table)
    print(table, end="")
    return 0


if __name__ == "__main__":
    run_main(main)
