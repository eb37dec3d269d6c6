"""The build backend: maturin, with the program ``sfn-alias`` in the scripts of the wheel.

maturin puts either a module or a program into a wheel, but also all files of the directory ``data``. So this backend
builds the program into that directory first. ``python build_backend.py`` only builds the program, with further options
for cargo.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

SCRIPTS = Path(__file__).parent / "data" / "scripts"
# Without `--locked`: the lock file of a source distribution also has the packages of other crates.
BUILD = ["cargo", "build", "--release", "--package", "sfn-alias-cli", "--bin", "sfn-alias"]
# Without stores on etcd: the size of the wheel is limited.
BUILD += ["--no-default-features", "--features", "tls"]


def build_program(options: Sequence[str] = ()) -> None:
    """Builds the program and copies it to the scripts of the wheel."""
    if shutil.which("cargo") is None:
        sys.exit("cargo is missing: install Rust 1.89 or later from https://rustup.rs")
    command = [*BUILD, *options]
    build = subprocess.run([*command, "--message-format", "json-render-diagnostics"], cwd=Path(__file__).parent, stdout=subprocess.PIPE)
    if build.returncode != 0:
        sys.exit(f"cannot build the program sfn-alias: `{' '.join(command)}` failed with exit code {build.returncode}")
    executables = [json.loads(line).get("executable") for line in build.stdout.splitlines()]
    program = next((Path(executable) for executable in executables if executable), None)
    if program is None:
        sys.exit("cannot build the program sfn-alias: cargo reported no executable")
    shutil.rmtree(SCRIPTS, ignore_errors=True)
    SCRIPTS.mkdir(parents=True)
    shutil.copy2(program, SCRIPTS / program.name)


def __getattr__(name: str) -> Any:
    """Returns the hooks that need no program from maturin, which is only installed while a package is built."""
    import maturin

    return getattr(maturin, name)


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
