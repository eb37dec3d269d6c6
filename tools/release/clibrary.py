"""The C library as a tarball: header, shared and static library, pkg-config file, CMake package and licenses.

The unpacked directory can be moved. There is none for musl: a static library needs the same version of musl, so that users
of Alpine build it with `make -C bindings-c install`.
"""

from __future__ import annotations

import platform as machine
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import native
from common import ROOT, VERSION, WORK, create_venv, find_tool, require, run, write_tar
from glibc import check_glibc
from licenses import write_licenses
from platforms import Platform, find_host
from sizes import check_size

FOLDER = ROOT / "bindings-c"
EXAMPLE = ROOT / "examples" / "c" / "start.c"
EXPECTED = ROOT / "examples" / "expected.txt"


def build(platform: Platform, dist: Path) -> list[Path]:
    """Builds the tarball; nothing for musl."""
    if platform.is_musl:
        return []
    libraries = native.build(platform, "bindings-c", ["--lib"])
    name = f"libsfn_alias-{VERSION}-{platform.target}"
    prefix = WORK / "clibrary" / name
    shutil.rmtree(prefix, ignore_errors=True)
    arguments: list[str | Path] = [libraries[0].parent, prefix, prefix / "lib", prefix / "include", VERSION]
    run([FOLDER / "install/install.sh", *arguments], env={"RELOCATABLE": "1"})
    documents = prefix / "share/doc/sfn_alias"
    shutil.copy(ROOT / "CHANGELOG.md", documents)
    write_licenses(documents / "THIRD-PARTY-LICENSES.txt")
    files = [(f"{name}/{path.relative_to(prefix)}", path, path.lstat().st_mode & 0o777) for path in list_files(prefix)]
    tarball = write_tar(dist / f"{name}.tar.gz", files)
    # The check must not find files here.
    shutil.rmtree(prefix)
    return [tarball]


def list_files(folder: Path) -> Iterator[Path]:
    """Returns files and symbolic links, but not directories."""
    return (path for path in folder.rglob("*") if path.is_symlink() or not path.is_dir())


def check(platform: Platform, artifacts: list[Path]) -> dict[Path, list[str]]:
    """Unpacks the tarball in another directory, checks the libraries, and builds and runs programs with them."""
    return {path: check_tarball(platform, path) for path in artifacts}


def check_tarball(platform: Platform, tarball: Path) -> list[str]:
    """Checks a tarball. Programs are only built on its platform."""
    folder = WORK / "clibrary" / "unpacked"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    run(["tar", "--extract", "--file", tarball, "--directory", folder])
    prefix = folder / tarball.name.removesuffix(".tar.gz")
    lines = [*check_shared_library(platform, prefix), *check_static_library(platform, prefix)]
    return [*lines, *check_programs(prefix)] if platform == find_host() else lines


def check_shared_library(platform: Platform, prefix: Path) -> list[str]:
    """Checks the symbols and the size of the shared library."""
    [library] = [path for path in (prefix / "lib").glob("libsfn_alias*") if not path.is_symlink() and path.suffix != ".a"]
    lines = [f"{library.name}: {check_size(library, 'c-shared')}"]
    lines.append(run([sys.executable, FOLDER / "abi/abi.py", "library", library]).strip())
    if platform.glibc:
        lines.append(check_glibc(library, platform.glibc))
    return lines


def check_static_library(platform: Platform, prefix: Path) -> list[str]:
    """Checks the size of the static library, and links a program with it and the old version of glibc.

    zig has the symbols of that version: a newer symbol would be undefined.
    """
    library = prefix / "lib" / "libsfn_alias.a"
    lines = [f"{library.name}: {check_size(library, 'c-static')}"]
    if platform.glibc is None:
        return lines
    program = WORK / "clibrary" / "start"
    python = create_venv("zig", ROOT / "tools/release/requirements.txt") / "python"
    target = f"{platform.target.replace('-unknown', '')}.{platform.glibc}"
    command: list[str | Path] = [python, "-m", "ziglang", "cc", "-target", target, "-std=c99", f"-I{prefix / 'include'}", EXAMPLE, library]
    run([*command, "-lpthread", "-ldl", "-lm", "-lunwind", "-o", program])
    lines.append(f"{library.name}: a program links with glibc {platform.glibc} (zig); {check_glibc(program, platform.glibc)}")
    if platform.target.startswith(machine.machine()):
        require(run([program]) == EXPECTED.read_text(), f"{program}: expected the output of {EXPECTED.relative_to(ROOT)}")
        lines[-1] += "; it runs"
    return lines


def check_programs(prefix: Path) -> list[str]:
    """Builds programs with the unpacked library, and runs them."""
    packages = {"cc": "a C compiler, for example gcc", "c++": "a C++ compiler, for example g++", "cmake": "cmake", "pkg-config": "pkg-config"}
    for name, package in packages.items():
        find_tool(name, package)
    output = run([FOLDER / "tests/install.sh", prefix, WORK / "clibrary" / "programs"])
    ran = [line for line in output.splitlines() if line.endswith(": as expected")]
    return [f"{len(ran)} programs in C and C++ with pkg-config and CMake, shared and static, also with the directory moved, print what they should"]
