"""The Python versions of this machine, and environments to try a package in."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from common import ROOT, WORK, require, run, run_installer

VERSIONS = ["3.10", "3.11", "3.12", "3.13", "3.14"]
CONSTRAINTS = ROOT / "bindings-python/requirements-test.txt"
VENV = "import sys, venv, ensurepip; print('.'.join(map(str, sys.version_info[:3])))"
PIP = ["-m", "pip", "--disable-pip-version-check", "--quiet"]


def find_pythons() -> dict[str, Path]:
    """Returns the Python interpreters with venv in `PATH` and of pyenv, by their versions. The package supports all of them."""
    found = {}
    for version in VERSIONS:
        for path in list_candidates(version):
            done = subprocess.run([path, "-c", VENV], capture_output=True, text=True)
            if done.returncode == 0 and done.stdout.startswith(f"{version}."):
                found[done.stdout.strip()] = path
                break
    require(bool(found), f"no Python {VERSIONS[0]} or later with venv is installed: install one (for Debian and Ubuntu: python3-venv)")
    return found


def list_candidates(version: str) -> list[Path]:
    """Returns where Python of a version may be."""
    inside = shutil.which(f"python{version}")
    root = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    installed = sorted(root.glob(f"versions/{version}.*/bin/python{version}"))
    return [*([Path(inside)] if inside else []), *installed, *filter(None, [find_python3()])]


def find_python3() -> Path | None:
    """Returns the path of `python3`, whose version may be any."""
    path = shutil.which("python3")
    return Path(path) if path else None


def create_fresh_venv(name: str, python: Path) -> Path:
    """Creates an environment without packages. Returns its interpreter."""
    path = WORK / "try" / name
    shutil.rmtree(path, ignore_errors=True)
    run([python, "-m", "venv", path])
    return path / "bin" / "python"


def install(python: Path, packages: Sequence[str | Path], options: Sequence[str] = ()) -> None:
    """Installs packages with pip: files, and the pinned versions of other packages."""
    names = " ".join(Path(package).name for package in packages)
    run_installer([python, *PIP, "install", *options, "--constraint", CONSTRAINTS, *packages], f"pip cannot install {names}", cwd=WORK)
