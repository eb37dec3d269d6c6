"""The Python wheels: one for each platform and all versions of CPython, with the program in their scripts."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import native
from common import ROOT, create_venv, run
from licenses import NAME, write_licenses
from platforms import Platform, find_platform
from wheel_check import check_wheel

BINDING = ROOT / "bindings-python"
sys.path.append(str(BINDING))
build_backend = importlib.import_module("build_backend")


def build(platform: Platform, dist: Path) -> list[Path]:
    """Builds the wheel, on Linux also the one for musl."""
    return [build_wheel(variant, dist) for variant in list_variants(platform)]


def list_variants(platform: Platform) -> list[Platform]:
    """Returns the platform, and the one for musl after that for glibc."""
    return [platform, find_platform(platform.target.replace("gnu", "musl"))] if platform.glibc else [platform]


def build_wheel(platform: Platform, dist: Path) -> Path:
    """Builds the wheel of one platform."""
    [program] = native.build(platform, "cli", build_backend.PROGRAM_OPTIONS)
    build_backend.copy_program(program)
    tools = create_venv("maturin", BINDING / "requirements-build.txt")
    options: list[str | Path] = ["--zig", "--compatibility", read_tag(platform)] if platform.is_linux else []
    folder = dist / platform.target
    command: list[str | Path] = [tools / "maturin", "build", "--quiet", "--release", "--locked", "--compression-level", "9", "--out", folder]
    # Python for musl loads the library, so the library is dynamic. The program inside is static.
    third_party = write_licenses(BINDING / NAME)
    try:
        run([*command, "--target", platform.target, *options], cwd=BINDING, env=native.environment(platform, dynamic=True))
    finally:
        third_party.unlink()
    [wheel] = folder.glob("*.whl")
    return wheel


def read_tag(platform: Platform) -> str:
    """Returns the tag of pip for a platform with Linux. `manylinux_2_17` is also `manylinux2014`."""
    return "musllinux_1_2" if platform.glibc is None else f"manylinux_{platform.glibc.replace('.', '_')}"


def check(platform: Platform, artifacts: list[Path]) -> dict[Path, list[str]]:
    """Checks the wheels, and tries those that this machine can load."""
    return {path: check_wheel(path, variant) for path, variant in zip(artifacts, list_variants(platform), strict=True)}
