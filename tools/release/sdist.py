"""The Python source distribution. pip builds it where no wheel fits, with Rust and a C compiler."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tarfile
from pathlib import Path

import pythons
from common import PYTHON_VERSION, ROOT, VERSION, WORK, create_venv, read_date, require, run, run_installer
from platforms import Platform
from wheel_check import ALIAS, TRY, check_metadata

BINDING = ROOT / "bindings-python"
CRATES = ["bindings-python", "cli", "cluster", "console", "core", "deployment", "server", "template", "upstream", "vectors"]
FILES = ["Cargo.lock", "Cargo.toml", "LICENSE-APACHE", "LICENSE-MIT", "PKG-INFO", "build_backend.py", "pypi.md", "pyproject.toml"]
DEBUG = {"CARGO_PROFILE_RELEASE_LTO": "off", "CARGO_PROFILE_RELEASE_OPT_LEVEL": "0", "CARGO_PROFILE_RELEASE_CODEGEN_UNITS": "16"}
"""The check builds without optimization, because a complete build takes several minutes."""


def build(platform: Platform, dist: Path) -> list[Path]:
    """Builds the source distribution, which is the same for all platforms."""
    maturin = create_venv("maturin", BINDING / "requirements-build.txt")
    variables = {"PATH": f"{maturin}{os.pathsep}{os.environ['PATH']}", "SOURCE_DATE_EPOCH": str(read_date())}
    code = f"import build_backend; build_backend.build_sdist({str(dist)!r})"
    run([maturin / "python", "-c", code], cwd=BINDING, env=variables)
    return list(dist.glob("*.tar.gz"))


def check(platform: Platform, artifacts: list[Path]) -> dict[Path, list[str]]:
    """Checks the contents, builds a wheel of them with pip, and tries to build one without the tools that it needs."""
    [path] = artifacts
    checks = [check_contents(path), check_metadata(path)]
    version, python = next(iter(pythons.find_pythons().items()))
    fresh = pythons.create_fresh_venv("sdist", python)
    checks += [check_failure(path, fresh, missing) for missing in ("cargo", "cc")]
    pythons.install(fresh, ["boto3"])
    run_installer([fresh, *pythons.PIP, "install", path], f"pip cannot install {path.name}", cwd=WORK, env=DEBUG)
    require(run([fresh, "-c", TRY], cwd=WORK).strip() == ALIAS, f"the package that {path.name} builds: the alias has another ARN than {ALIAS}")
    found = run([fresh.parent / "sfn-alias", "--version"], cwd=WORK).strip()
    require(found == f"sfn-alias {VERSION}", f"the program that {path.name} builds: `sfn-alias --version` printed `{found}`")
    return {path: [*checks, f"Python {version}: `pip install` builds it (without optimization); a boto3 client creates an alias, `sfn-alias --version`"]}


def check_contents(path: Path) -> str:
    """Checks that there are the sources of the crates and of the package, licenses, and nothing else."""
    root = f"sfn_alias-{PYTHON_VERSION}/"
    with tarfile.open(path) as archive:
        names = [member.name.removeprefix(root) for member in archive.getmembers()]
    unknown = [name for name in names if not is_expected(name)]
    require(not unknown, f"{path.name}: unexpected files: {', '.join(unknown[:5])}")
    missing = [name for name in [*FILES, *(f"{crate}/Cargo.toml" for crate in CRATES), "python/sfn_alias/py.typed"] if name not in names]
    require(not missing, f"{path.name}: missing files: {', '.join(missing)}")
    return f"contents: {len(names)} files: the package, {len(CRATES)} crates without tests, Cargo.lock, licenses"


def is_expected(name: str) -> bool:
    """Returns whether a file belongs in a source distribution."""
    crate = rf"({'|'.join(CRATES)})/(Cargo\.toml|README\.md|build\.rs|LICENSE-\w+|(src|web|operations|protocol|man|schemas)/.*)"
    return name in FILES or name.startswith("python/sfn_alias/") or re.fullmatch(crate, name) is not None


def check_failure(path: Path, python: Path, missing: str) -> str:
    """Installs without one of the tools that a build needs. pip prints what is missing and the platforms with wheels."""
    tools = WORK / "try" / f"without-{missing}"
    shutil.rmtree(tools, ignore_errors=True)
    tools.mkdir(parents=True)
    for name in {"cargo", "rustc", "cc"} - {missing}:
        found = shutil.which(name)
        require(found is not None, f"{name} is not installed: install Rust and a C compiler")
        (tools / name).symlink_to(str(found))
    variables = {name: value for name, value in os.environ.items() if name != "CC"} | {"PATH": str(tools)}
    done = subprocess.run([python, *pythons.PIP, "install", path], cwd=WORK, env=variables, capture_output=True, text=True)
    lines = [line.strip() for line in (done.stdout + done.stderr).splitlines() if "sfn-alias: cannot build" in line or line.strip().startswith("help: install ")]
    expected = f"sfn-alias: cannot build the package: {missing} is missing; wheels are available for Linux x64 "
    require(done.returncode != 0 and len(lines) == 2 and lines[0].startswith(expected), f"without {missing}, pip printed: {done.stderr.strip()}")
    return f"without {missing}, `pip install` prints in two lines what is missing and which platforms have wheels"


