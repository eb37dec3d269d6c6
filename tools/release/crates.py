"""The crates: packed, and installed from a registry that is made of them.

    python3 tools/release/crates.py --order    the names of the crates, each after its dependencies
"""

from __future__ import annotations

import re
import sys
import tarfile
from pathlib import Path, PurePosixPath
from typing import Any

import crate_registry
from cargo import list_published, run_cargo
from common import ROOT, VERSION, WORK, require, run_main
from platforms import Platform

MAX_FILE = 256 * 1024
"""The limit of a file, in bytes. The largest files are vectors. `sizes.py` limits the crates."""
GENERATED = {".cargo_vcs_info.json", "Cargo.lock", "Cargo.toml", "Cargo.toml.orig"}
"""The files that cargo adds."""
REQUIRED = {"Cargo.toml", "LICENSE-APACHE", "LICENSE-MIT", "README.md"}
FIELDS = ["description", "license", "repository", "readme", "rust_version", "keywords", "categories"]
"""What the page of a crate needs, with the names of `cargo metadata`."""
MAX_KEYWORDS = 5
"""The limit of crates.io, for keywords and for categories."""
KEYWORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9_+-]{0,19}")


def build(platform: Platform, dist: Path) -> list[Path]:
    """Packs the crates. They are the same for all platforms."""
    names = [package["name"] for package in list_published()]
    selection = [option for name in names for option in ("--package", name)]
    target = WORK / "crates" / "package"
    # Crates of earlier runs are in the registry that cargo makes of the packed crates.
    crate_registry.remove(target)
    # Without the build of each crate: the check installs and builds them. Changes that are not committed are allowed here;
    # `cargo publish` does not accept them.
    run_cargo(["package", *selection, "--no-verify", "--allow-dirty", "--locked", "--target-dir", target])
    return [(target / "package" / f"{name}-{VERSION}.crate").rename(dist / f"{name}-{VERSION}.crate") for name in names]


def check(platform: Platform, artifacts: list[Path]) -> dict[Path, list[str]]:
    """Checks the files of the crates, installs the program, and builds a new project with each library."""
    packages = {f"{package['name']}-{VERSION}.crate": package for package in list_published()}
    checks = {path: [*check_fields(packages[path.name]), check_files(path)] for path in artifacts}
    with crate_registry.create(artifacts) as registry:
        for path in artifacts:
            checks[path] += registry.try_crate(packages[path.name])
    return checks


def check_fields(package: dict[str, Any]) -> list[str]:
    """Checks the fields of a manifest that crates.io requires, or that its page shows."""
    name = package["name"]
    missing = [field for field in FIELDS if not package.get(field)]
    require(not missing, f"{name}: expected {', '.join(missing)} in Cargo.toml")
    for field in ["keywords", "categories"]:
        require(len(package[field]) <= MAX_KEYWORDS, f"{name}: expected up to {MAX_KEYWORDS} {field}, found {len(package[field])}")
    wrong = [keyword for keyword in package["keywords"] if not KEYWORD.fullmatch(keyword)]
    require(not wrong, f"{name}: not a valid keyword: {', '.join(wrong)}")
    for dependency in package["dependencies"]:
        versioned = dependency["req"] != "*" or dependency["kind"] == "dev"
        require(versioned, f"{name}: expected a version of the dependency {dependency['name']}")
    return ["the fields of Cargo.toml are complete"]


def check_files(path: Path) -> str:
    """Checks the names and sizes of the files in a crate, and the licenses."""
    name = path.name.removesuffix(".crate")
    with tarfile.open(path, "r:gz") as archive:
        members = archive.getmembers()
        for member in members:
            problem = find_problem(member, name)
            require(problem is None, f"{path.name}: {member.name}: {problem}")
        files = {member.name.removeprefix(f"{name}/"): member for member in members}
        missing = sorted(REQUIRED - files.keys())
        require(not missing, f"{path.name}: {', '.join(missing)} is missing")
        for file in ["LICENSE-APACHE", "LICENSE-MIT"]:
            content = archive.extractfile(files[file])
            require(content is not None and content.read() == (ROOT / file).read_bytes(), f"{path.name}: {file} is not the license of the repository")
    return f"{len(members)} files, up to {max(member.size for member in members):,} bytes: only sources, README and licenses"


def find_problem(member: tarfile.TarInfo, name: str) -> str | None:
    """Returns what is wrong with a file of a crate."""
    path = PurePosixPath(member.name)
    if path.is_absolute() or ".." in path.parts or path.parts[0] != name:
        return f"expected a path in {name}"
    if not member.isfile():
        return "expected a file"
    if member.size > MAX_FILE:
        return f"expected up to {MAX_FILE} bytes, found {member.size}"
    allowed = {"src", "web", "operations", "schemas"} if len(path.parts) > 2 else GENERATED | REQUIRED
    return None if path.parts[1] in allowed else "expected only sources, README and licenses"


def main() -> int:
    """Prints the names of the crates in the order of their publication."""
    if sys.argv[1:] != ["--order"]:
        print("usage: crates.py --order", file=sys.stderr)
        return 2
    print("\n".join(package["name"] for package in list_published()))
    return 0


if __name__ == "__main__":
    run_main(main)
