"""The build backend: maturin, with the program ``sfn-alias`` in the scripts of the wheel.

maturin puts either a module or a program into a wheel, but also all files of the directory ``data``. So this backend
builds the program into that directory first. ``python build_backend.py`` only builds the program, with further options
for cargo. A release calls ``copy_program`` with a program for old versions of glibc instead.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

RUST = (1, 89)
MATURIN = "maturin>=1.16,<2"
PLATFORMS = "Linux x64 and arm64 (glibc 2.17 or later, or musl), macOS x64 and arm64"
"""The platforms with wheels, as in ``sfn_alias/_platform.py``."""
SCRIPTS = Path(__file__).parent / "data" / "scripts"
# Without stores on etcd: the size of the wheel is limited.
PROGRAM_OPTIONS = ["--bin", "sfn-alias", "--no-default-features", "--features", "tls"]
# Without `--locked`: the lock file of a source distribution also has the packages of other crates.
BUILD = ["cargo", "build", "--release", "--package", "sfn-alias-cli", *PROGRAM_OPTIONS]


def find_problem() -> tuple[str, str] | None:
    """Returns what this machine lacks for a build and what to do, or None."""
    if os.name != "posix":
        return "it needs interfaces of Unix", "use Python for Linux in WSL or in a container"
    if "CC" not in os.environ and shutil.which("cc") is None:
        return "cc is missing", "install a C compiler (SQLite is built from source), for example gcc"
    help = f"install Rust {RUST[0]}.{RUST[1]} or later from https://rustup.rs"
    if shutil.which("cargo") is None:
        return "cargo is missing", help
    version = subprocess.run(["cargo", "--version"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True).stdout
    number = re.match(r"cargo (\d+)\.(\d+)", version)
    if number is None:
        return f"`cargo --version` printed `{' '.join(version.split())}`", help
    found = (int(number[1]), int(number[2]))
    return (f"Rust {found[0]}.{found[1]} is too old", help) if found < RUST else None


def check_tools() -> None:
    """Exits with two lines if this machine lacks something for a build: what and which platforms need no build, and what to do."""
    problem = find_problem()
    if problem is not None:
        sys.exit(f"sfn-alias: cannot build the package: {problem[0]}; wheels are available for {PLATFORMS}\nhelp: {problem[1]}")


def build_program(options: Sequence[str] = ()) -> None:
    """Builds the program and copies it to the scripts of the wheel."""
    check_tools()
    command = [*BUILD, *options]
    build = subprocess.run([*command, "--message-format", "json-render-diagnostics"], cwd=Path(__file__).parent, stdout=subprocess.PIPE)
    if build.returncode != 0:
        sys.exit(f"sfn-alias: cannot build the program: `{' '.join(command)}` failed with exit code {build.returncode}")
    executables = [json.loads(line).get("executable") for line in build.stdout.splitlines()]
    program = next((Path(executable) for executable in executables if executable), None)
    if program is None:
        sys.exit("sfn-alias: cannot build the program: cargo reported no executable")
    copy_program(program)


def copy_program(program: Path) -> None:
    """Copies the program to the scripts of the wheel."""
    clear_scripts()
    shutil.copy2(program, SCRIPTS / program.name)


def clear_scripts() -> None:
    """Creates the directory of the scripts, without a program. maturin requires that it exists."""
    shutil.rmtree(SCRIPTS, ignore_errors=True)
    SCRIPTS.mkdir(parents=True)


def get_requires_for_build_wheel(config_settings: Any = None) -> list[str]:
    """Returns what a build needs. Without Rust, this exits before pip builds maturin from source, which needs Rust as well."""
    check_tools()
    return [MATURIN]


get_requires_for_build_editable = get_requires_for_build_sdist = get_requires_for_build_wheel


def prepare_metadata_for_build_wheel(*arguments: Any, **keywords: Any) -> str:
    """Writes the metadata of a wheel."""
    import maturin

    clear_scripts()
    return str(maturin.prepare_metadata_for_build_wheel(*arguments, **keywords))


prepare_metadata_for_build_editable = prepare_metadata_for_build_wheel


def build_sdist(*arguments: Any, **keywords: Any) -> str:
    """Builds a source distribution."""
    import maturin

    clear_scripts()
    return str(maturin.build_sdist(*arguments, **keywords))


def build_wheel(*arguments: Any, **keywords: Any) -> str:
    """Builds a wheel."""
    import maturin

    build_program()
    return str(maturin.build_wheel(*arguments, **keywords))


def build_editable(*arguments: Any, **keywords: Any) -> str:
    """Builds an editable wheel."""
    import maturin

    build_program()
    return str(maturin.build_editable(*arguments, **keywords))


if __name__ == "__main__":
    build_program(sys.argv[1:])
