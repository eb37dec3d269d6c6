"""Checks the licenses, versions and sources of all dependencies with cargo-deny and `deny.toml`.

    python3 tools/release/deny.py [--advisories]

`--advisories` also checks for known vulnerabilities, whose database cargo-deny downloads from GitHub.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from cargo import run_cargo
from common import ROOT, WORK, ReleaseError, find_tool, run_main

VERSION = "0.20.2"
CHECKS = ["licenses", "bans", "sources"]
FAST_BUILD = {"CARGO_INCREMENTAL": "0", "CARGO_PROFILE_DEV_DEBUG": "0", "CARGO_TARGET_DIR": str(WORK / "tools" / "target")}
"""The tool runs for a second, so that optimization would take longer than it saves."""


def install() -> Path:
    """Installs cargo-deny if this version is not installed. Returns its path."""
    program = WORK / "tools" / "bin" / "cargo-deny"
    if not is_current(program):
        print(f"== cargo-deny {VERSION} is built once, for several minutes", file=sys.stderr)
        find_tool("cc", "a C compiler, for example gcc")
        run_cargo(["install", "--quiet", "--locked", "--debug", "--root", WORK / "tools", f"cargo-deny@{VERSION}"], env=FAST_BUILD)
    return program


def is_current(program: Path) -> bool:
    """Returns if this program exists and has the right version."""
    if not program.exists():
        return False
    done = subprocess.run([program, "--version"], capture_output=True, text=True)
    return done.stdout.strip() == f"cargo-deny {VERSION}"


def check_dependencies(checks: list[str]) -> str:
    """Runs checks of cargo-deny, and returns what was checked.

    Errors: `ReleaseError` if a check fails. cargo-deny prints the problems.
    """
    command = [str(install()), "--locked", "--all-features", "check", "--hide-inclusion-graph", *checks]
    if subprocess.run(command, cwd=ROOT).returncode != 0:
        raise ReleaseError(f"cargo-deny found problems in the dependencies ({', '.join(checks)}): correct them, or change deny.toml")
    return f"cargo-deny {VERSION}: {', '.join(checks)}"


def main() -> int:
    """Runs the checks, and prints an error in one line."""
    advisories = sys.argv[1:] == ["--advisories"]
    if sys.argv[1:] and not advisories:
        print("usage: deny.py [--advisories]", file=sys.stderr)
        return 2
    check_dependencies([*CHECKS, "advisories"] if advisories else CHECKS)
    return 0


if __name__ == "__main__":
    run_main(main)
