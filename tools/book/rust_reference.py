"""Writes the reference of the published crates with rustdoc, without warnings.

Usage: rust_reference.py OUTPUT
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CARGO = os.environ.get("CARGO", "cargo")


def read_metadata() -> dict:
    command = [CARGO, "metadata", "--no-deps", "--locked", "--format-version=1"]
    return json.loads(subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout)


def main(output: Path) -> None:
    metadata = read_metadata()
    # `publish` is null for crates.io, and an empty list for crates that are not published.
    crates = [package["name"] for package in metadata["packages"] if package["publish"] is None]
    pages = Path(metadata["target_directory"]) / "doc"
    # rustdoc lists the crates of earlier runs as well.
    shutil.rmtree(pages, ignore_errors=True)
    command = [CARGO, "doc", "--quiet", "--no-deps", "--locked", *(f"--package={name}" for name in crates)]
    # The program has the name of the library `sfn-alias`.
    command.append("--lib")
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, "RUSTDOCFLAGS": "-D warnings"})
    if done.returncode != 0:
        sys.exit(f"rustdoc failed with exit code {done.returncode}")
    shutil.rmtree(output, ignore_errors=True)
    shutil.copytree(pages, output)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
