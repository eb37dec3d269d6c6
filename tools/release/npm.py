"""The npm packages: the main package, and those of the platforms with the binary and the program."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import native
from common import ROOT, VERSION, WORK, find_tool, require, run, skip
from glibc import check_glibc, check_static
from licenses import NAME, write_licenses
from nodes import MUSL, VERSIONS, find_musl_loader, install_musl_node, install_node, start_registry, try_packages
from platforms import Platform, find_host, find_platform
from program import build_program
from sizes import check_size

MAIN = f"sfn-alias-{VERSION}.tgz"
LICENSES = ["LICENSE-APACHE", "LICENSE-MIT"]
SCRIPTS = {"preinstall", "install", "postinstall", "prepare"}


def build(platform: Platform, dist: Path) -> list[Path]:
    """Builds the main package and that of the platform, on Linux also that for musl."""
    for tool in ["make", "node", "npm"]:
        find_tool(tool, "Node 20 or later from https://nodejs.org" if tool != "make" else "make")
    pack("main", dist)
    variants = find_variants(platform)
    third_party = write_licenses(WORK / NAME)
    for variant in variants:
        [binary] = [path for path in native.build(variant, "bindings-node", ["--lib"], dynamic=True) if path.suffix in {".so", ".dylib"}]
        pack("platform", dist, f"PLATFORM={variant.npm}", f"BINARY={binary}", f"PROGRAM={build_program(variant)}", f"LICENSES={third_party}")
    return [dist / MAIN, *(dist / name_package(variant) for variant in variants)]


def find_variants(platform: Platform) -> list[Platform]:
    """Returns the platform, and that with musl for one with glibc."""
    return [platform, *([find_platform(platform.target.replace("gnu", "musl"))] if platform.glibc else [])]


def name_package(platform: Platform) -> str:
    """Returns the file name of the package of a platform."""
    return f"sfn-alias-{platform.npm}-{VERSION}.tgz"


def pack(kind: str, dist: Path, *variables: str) -> None:
    """Packs a package with the Makefile of the Node package, which contains the list of files."""
    run(["make", "--silent", "-C", ROOT / "bindings-node", f"pack-{kind}", f"STAGE={WORK / 'npm'}", f"PACKAGES={dist}", *variables])


def check(platform: Platform, artifacts: list[Path]) -> dict[Path, list[str]]:
    """Checks the contents of the packages, and uses them with each version of Node."""
    variants = {name_package(variant): variant for variant in find_variants(platform)}
    checks = {path: check_package(path, variants.get(path.name)) for path in artifacts}
    for path in artifacts:
        if path.name in variants and platform == find_host():
            tried = try_variant(path, variants[path.name])
            checks[path] += tried
            checks[artifacts[0]] += tried
    return checks


def check_package(path: Path, platform: Platform | None) -> list[str]:
    """Checks the contents of a package: the main package, or that of a platform."""
    folder = unpack(path)
    manifest = json.loads((folder / "package.json").read_text())
    files = sorted(str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file())
    require(not SCRIPTS & set(manifest.get("scripts", {})), f"{path.name}: npm would run a script when it installs the package")
    require(set(LICENSES) <= set(files), f"{path.name}: expected {' and '.join(LICENSES)}, found {' '.join(files)}")
    checks = [f"{len(files)} files, with both licenses, and no script that npm runs"]
    return [*checks, *(check_platform(folder, files, platform) if platform else [check_entries(folder, manifest)])]


def unpack(path: Path) -> Path:
    """Unpacks a package, and returns its directory."""
    folder = WORK / "npm-unpacked" / path.stem
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    run(["tar", "--extract", "--file", path, "--directory", folder])
    return folder / "package"


def check_entries(folder: Path, manifest: dict[str, Any]) -> str:
    """Checks that every file that the main package names exists."""
    names = set(re.findall(r': "\./([^"]+)"', json.dumps(manifest["exports"]))) | {manifest["main"], manifest["types"], *manifest["bin"].values()}
    missing = sorted(name for name in names if not (folder / name).is_file())
    require(not missing, f"{MAIN}: package.json names files that the package does not contain: {' '.join(missing)}")
    return f"the {len(names)} entry points exist"


def check_platform(folder: Path, files: list[str], platform: Platform) -> list[str]:
    """Checks the package of a platform: its files, and what its binary and program need."""
    binary = f"sfn-alias.{platform.npm}.node"
    expected = sorted([*LICENSES, NAME, "README.md", "package.json", binary, "sfn-alias"])
    require(files == expected, f"{folder.parent.name}: expected the files {' '.join(expected)}, found {' '.join(files)}")
    require((folder / "sfn-alias").stat().st_mode & 0o777 == 0o755, f"{folder.parent.name}: the program is not executable")
    checks = [f"binary: {check_size(folder / binary, 'node')}", f"program: {check_size(folder / 'sfn-alias', 'program')}"]
    if platform.glibc:
        checks += [check_glibc(folder / name, platform.glibc) for name in [binary, "sfn-alias"]]
    if platform.is_musl:
        checks += [check_musl(folder / binary), check_static(folder / "sfn-alias")]
    return checks


def check_musl(binary: Path) -> str:
    """Checks that a library loads no other library than that of musl, and returns what was checked."""
    dynamic = run([find_tool("readelf", "binutils"), "--dynamic", "--wide", binary])
    libraries = re.findall(r"\(NEEDED\).*\[(.*)\]", dynamic)
    require(libraries == ["libc.so"], f"{binary.name}: expected to load libc.so of musl only, found {' '.join(libraries)}")
    return f"{binary.name}: loads libc.so of musl only (readelf)"


def try_variant(path: Path, platform: Platform) -> list[str]:
    """Installs the packages with each version of Node and uses them. Returns what was tried, or what is skipped if this machine has no musl."""
    if platform.is_musl:
        loader = find_musl_loader()
        if loader is None:
            return [skip(f"{path.name} needs {MUSL}")]
        nodes = [install_musl_node(loader)]
    else:
        nodes = [install_node(version) for version in VERSIONS]
    with start_registry(install_node(VERSIONS[-1]), path.parent) as registry:
        versions = [try_packages(node, registry, f"sfn-alias-{platform.npm}") for node in nodes]
    libc = " for musl" if platform.is_musl else ""
    return [f"npm install, import with the AWS SDK, require, and npx sfn-alias, with Node{libc} {', '.join(versions)}"]
