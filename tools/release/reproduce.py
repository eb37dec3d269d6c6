"""Builds everything a second time, in another directory, and compares the bytes."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from common import DIST, ROOT, WORK, ReleaseError, read_date, require, run
from platforms import Platform

SAME = "a second build in another directory has the same bytes"


def compare_builds(platform: Platform, names: list[str], artifacts: list[Path]) -> dict[Path, list[str]]:
    """Builds artifacts again from a clone of the commit. Returns what was checked, for each artifact.

    Errors: `ReleaseError` if the checkout has changes, or with the names of the artifacts that differ.
    """
    require(run(["git", "status", "--porcelain"]) == "", "the checkout has changes: commit them, because a second build uses the commit")
    clone = WORK / "second" / "a-directory-with-a-longer-name" / "checkout"
    shutil.rmtree(clone, ignore_errors=True)
    run(["git", "clone", "--quiet", "--no-hardlinks", ROOT, clone])
    work = WORK / "second" / "build"
    shutil.rmtree(work / DIST.name, ignore_errors=True)
    command = [sys.executable, clone / "tools/release/release.py", "--no-check", "--target", platform.target, *names]
    run(command, cwd=clone, env={"SFN_ALIAS_RELEASE_DIR": str(work), "SOURCE_DATE_EPOCH": str(read_date())})
    different = [path.name for path in artifacts if path.read_bytes() != read_bytes(work / DIST.name / path.name)]
    if different:
        raise ReleaseError(f"a second build has other bytes: {', '.join(different)} (compare {DIST} with {work / DIST.name})")
    return {path: [SAME] for path in artifacts}


def read_bytes(path: Path) -> bytes | None:
    """Returns the bytes of a file, or None if it does not exist."""
    return path.read_bytes() if path.exists() else None
