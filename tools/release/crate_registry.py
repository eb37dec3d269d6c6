"""A registry of the packed crates and their dependencies, in a directory that replaces crates.io."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import tarfile
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cargo import run_cargo
from common import VERSION, WORK, require, run

FOLDER = WORK / "crates"
TARGET = FOLDER / "target"
"""The builds of the checks. The dependencies are built once."""
RUST_BLOCK = re.compile(r"^```rust\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ENVIRONMENT = {"CARGO_TARGET_DIR": str(TARGET), "CARGO_INCREMENTAL": "0", "CARGO_PROFILE_DEV_DEBUG": "0"}


@dataclass
class Registry:
    """A directory with an unpacked crate per subdirectory, and a directory for new projects."""

    sources: Path
    projects: Path

    @property
    def options(self) -> list[str]:
        """The options of cargo that replace crates.io."""
        return ["--config", 'source.crates-io.replace-with="packed"', "--config", f"source.packed.directory='{self.sources}'"]

    def try_crate(self, package: dict[str, Any]) -> list[str]:
        """Installs the programs of a crate, and builds and runs a new project with its library. Returns what was tried."""
        targets = [(kind, target["name"]) for target in package["targets"] for kind in target["kind"]]
        checks = [self.install(package["name"], program) for kind, program in targets if kind == "bin"]
        if any(kind == "lib" for kind, _ in targets):
            checks.append(self.use(package["name"]))
        return checks

    def install(self, name: str, program: str) -> str:
        """Installs a program as `cargo install` does for users, but without optimization, and runs it."""
        root = FOLDER / "installed"
        shutil.rmtree(root, ignore_errors=True)
        command = ["install", "--debug", "--locked", "--offline", "--root", str(root), *self.options, f"{name}@{VERSION}"]
        run_cargo(command, cwd=self.projects, env=ENVIRONMENT)
        version = run([root / "bin" / program, "--version"]).strip()
        require(version == f"{program} {VERSION}", f"{program} --version: expected `{program} {VERSION}`, found `{version}`")
        return f"`cargo install --locked {name}` works; `{program} --version` prints `{version}`"

    def use(self, name: str) -> str:
        """Builds a new project that depends on one library, with the program in the library's README, and runs it."""
        programs = RUST_BLOCK.findall((self.sources / f"{name}-{VERSION}" / "README.md").read_text())
        project = self.projects / f"use-{name}"
        (project / "src").mkdir(parents=True)
        (project / "src" / "main.rs").write_text(programs[0] if programs else "fn main() {}\n")
        dependency = f'[dependencies]\n{name} = "={VERSION}"\n'
        (project / "Cargo.toml").write_text(f'[package]\nname = "{project.name}"\nedition = "2024"\n\n{dependency}')
        run_cargo(["run", "--offline", *self.options], cwd=project, env=ENVIRONMENT)
        return "a new project with this crate builds" + (", and runs the program in its README" if programs else "")


@contextmanager
def create(crates: Sequence[Path]) -> Iterator[Registry]:
    """Creates a registry of the packed crates and of everything in Cargo.lock."""
    sources = FOLDER / "registry"
    remove(sources)
    run_cargo(["vendor", "--locked", "--versioned-dirs", sources])
    for crate in crates:
        add_crate(sources, crate)
    # cargo compares only the versions of these crates, which are always the same here.
    for stale in TARGET.glob("debug/.fingerprint/sfn-alias*"):
        shutil.rmtree(stale)
    # Outside of the repository, because its configuration of cargo is not that of users.
    with tempfile.TemporaryDirectory() as projects:
        yield Registry(sources, Path(projects))
    remove(sources)


def add_crate(sources: Path, crate: Path) -> None:
    """Unpacks a crate, and adds its checksum, which Cargo.lock in other crates has."""
    with tarfile.open(crate, "r:gz") as archive:
        for member in archive.getmembers():
            archive.extract(member, sources)
    checksum = hashlib.sha256(crate.read_bytes()).hexdigest()
    folder = sources / crate.name.removesuffix(".crate")
    (folder / ".cargo-checksum.json").write_text(json.dumps({"files": {}, "package": checksum}))


def remove(folder: Path) -> None:
    """Removes a directory if it exists."""
    shutil.rmtree(folder, ignore_errors=True)
