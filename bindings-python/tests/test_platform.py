"""The error of a machine without a binary: two lines that name the platforms and what to do."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

import sfn_alias
from sfn_alias import _platform

AVAILABLE = "available: Linux x64 and arm64 (glibc 2.17 or later, or musl), macOS x64 and arm64"
AGAIN = "install the package again: pip install --force-reinstall --no-cache-dir sfn-alias (in a checkout: pip install ./bindings-python)"
BUILD = "use one of these platforms, or install Rust 1.89 or later and a C compiler and run: pip install --no-binary sfn-alias sfn-alias"
LINUX = "use Python for Linux in WSL or in a container"
SIMULATE = """
import platform, sys, sysconfig
platform.system, platform.machine, platform.libc_ver = lambda: {system!r}, lambda: {machine!r}, lambda: ("glibc", {glibc!r}) if {glibc!r} else ("", "")
sysconfig.get_config_var = {{"SOABI": {soabi!r}}}.get
if {system!r} == "Windows":
    sys.platform = "win32"
try:
    import sfn_alias
except ImportError as error:
    print(error.name)
    print(error)
"""
# A shared library without content for an architecture that is neither x64 nor arm64 (64-bit, big-endian, s390x).
OTHER_ELF = b"\x7fELF\x02\x02\x01" + bytes(9) + b"\x00\x03\x00\x16\x00\x00\x00\x01" + bytes(40)


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A copy of the installed package."""
    return Path(shutil.copytree(Path(sfn_alias.__file__).parent, tmp_path / "copy" / "sfn_alias"))


def find_extension(package: Path) -> Path:
    [extension] = package.glob("_sfn_alias*.so")
    return extension


def fail_import(package: Path, system: str = "Linux", machine: str = "x86_64", glibc: str = "2.36", soabi: str = "cpython-312") -> tuple[str, str]:
    """Imports the copy on a simulated platform. Returns the two lines of the error."""
    code = SIMULATE.format(system=system, machine=machine, glibc=glibc, soabi=soabi)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(package.parent)})
    assert done.stderr == ""
    name, problem, help = done.stdout.splitlines()
    assert name == "sfn_alias._sfn_alias"
    return problem, help


@pytest.mark.parametrize(
    ("system", "machine", "glibc", "soabi", "described", "help"),
    [
        ("Linux", "x86_64", "2.36", "cpython-312-x86_64-linux-gnu", "Linux x64 with glibc 2.36", AGAIN),
        ("Linux", "x86_64", "2.17", "cpython-312-x86_64-linux-gnu", "Linux x64 with glibc 2.17", AGAIN),
        ("Linux", "aarch64", "", "cpython-312-aarch64-linux-musl", "Linux arm64 with musl", AGAIN),
        ("Darwin", "arm64", "", "cpython-312-darwin", "macOS arm64", AGAIN),
        ("Linux", "aarch64", "2.12", "cpython-312-aarch64-linux-gnu", "Linux arm64 with glibc 2.12", BUILD),
        ("Linux", "ppc64le", "2.36", "cpython-312-powerpc64le-linux-gnu", "Linux ppc64le with glibc 2.36", BUILD),
        ("Linux", "x86_64", "", "cpython-312-x86_64-linux-uclibc", "Linux x64", BUILD),
        ("FreeBSD", "amd64", "", "cpython-312", "FreeBSD amd64", BUILD),
        ("Windows", "AMD64", "", "cp312-win_amd64", "Windows AMD64", LINUX),
    ],
)
def test_missing_binary(package: Path, system: str, machine: str, glibc: str, soabi: str, described: str, help: str) -> None:
    find_extension(package).unlink()
    problem = f"sfn-alias: cannot load the binary for {described}: it is not installed; {AVAILABLE}"
    assert fail_import(package, system, machine, glibc, soabi) == (problem, f"help: {help}")


@pytest.mark.parametrize("content", [b"", b"not a library", OTHER_ELF], ids=["empty", "text", "other architecture"])
def test_binary_that_cannot_be_loaded(package: Path, content: bytes) -> None:
    extension = find_extension(package)
    extension.write_bytes(content)
    problem, help = fail_import(package)
    loader = re.escape("sfn-alias: cannot load the binary for Linux x64 with glibc 2.36: ") + f"(.*{re.escape(str(extension))}.*); "
    assert re.fullmatch(loader + re.escape(AVAILABLE), problem), problem
    assert help == f"help: {AGAIN}"


def test_binary_of_a_newer_libc(package: Path) -> None:
    """Renames a version that the binary needs, as if another machine had built it."""
    extension = find_extension(package)
    content = extension.read_bytes()
    if b"GLIBC_2." not in content:
        pytest.skip("the binary needs no glibc")
    extension.write_bytes(content.replace(b"GLIBC_2.", b"GLIBC_9."))
    problem, help = fail_import(package)
    assert "GLIBC_9." in problem and problem.endswith(f"; {AVAILABLE}") and help == f"help: {AGAIN}"


def test_32_bit_python(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "maxsize", 2**31 - 1)
    monkeypatch.setattr("platform.machine", lambda: "x86_64")
    assert _platform.read_system()[1] == "x64 (32-bit Python)"
    assert not _platform.is_available()


def test_successful_import_does_not_explain() -> None:
    code = "import sys, sfn_alias; print([name for name in ('sfn_alias._platform', 'platform', 'sysconfig') if name in sys.modules])"
    assert subprocess.check_output([sys.executable, "-S", "-c", code], text=True, env={**os.environ, "PYTHONPATH": read_path()}) == "[]\n"


def read_path() -> str:
    """Returns the directory with the installed package. With `-S`, site adds no modules of other packages."""
    return str(Path(sfn_alias.__file__).parent.parent)


@pytest.fixture
def backend(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The build backend, on a machine that has what it needs."""
    spec = importlib.util.spec_from_file_location("build_backend", Path(__file__).parent.parent / "build_backend.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.delenv("CC", raising=False)
    return module


def write_tools(folder: Path, tools: dict[str, str]) -> str:
    """Writes programs that print a text, and returns their directory for `PATH`."""
    for name, text in tools.items():
        path = folder / name
        path.write_text(f"#!/bin/sh\necho '{text}'\n")
        path.chmod(0o755)
    return str(folder)


RUST = "install Rust 1.89 or later from https://rustup.rs"
COMPILER = "install a C compiler (SQLite is built from source), for example gcc"


@pytest.mark.parametrize(
    ("tools", "problem", "help"),
    [
        ({"cargo": "cargo 1.89.0"}, "cc is missing", COMPILER),
        ({"cc": ""}, "cargo is missing", RUST),
        ({"cc": "", "cargo": "cargo 1.88.0 (873a06493 2025-05-10)"}, "Rust 1.88 is too old", RUST),
        ({"cc": "", "cargo": "error: no toolchain"}, "`cargo --version` printed `error: no toolchain`", RUST),
    ],
)
def test_build_without_tools(
    backend: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, tools: dict[str, str], problem: str, help: str
) -> None:
    monkeypatch.setenv("PATH", write_tools(tmp_path, tools))
    available = "wheels are available for Linux x64 and arm64 (glibc 2.17 or later, or musl), macOS x64 and arm64"
    for hook in (backend.get_requires_for_build_wheel, backend.get_requires_for_build_editable, backend.build_program):
        with pytest.raises(SystemExit) as caught:
            hook()
        assert caught.value.code == f"sfn-alias: cannot build the package: {problem}; {available}\nhelp: {help}"


def test_build_with_tools(backend: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", write_tools(tmp_path, {"cc": "", "cargo": "cargo 1.89.0 (c24e10642 2025-06-23)"}))
    assert backend.get_requires_for_build_wheel() == ["maturin>=1.16,<2"]


def test_build_on_windows(backend: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backend, "os", SimpleNamespace(name="nt"))
    assert backend.find_problem() == ("it needs interfaces of Unix", LINUX)


def test_texts_are_equal(backend: ModuleType) -> None:
    """Of the build backend and the package, and the version of Rust is that of the workspace."""
    workspace = (Path(__file__).parents[2] / "Cargo.toml").read_text()
    assert backend.PLATFORMS == _platform.PLATFORMS
    assert f'rust-version = "{backend.RUST[0]}.{backend.RUST[1]}"' in workspace
