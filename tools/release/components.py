"""What other projects contribute to the artifacts: crates, JavaScript libraries, SQLite, certificates, and what Rust links."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import certificates
from cargo import read_metadata, run_cargo
from common import ROOT, require
from platforms import PLATFORMS

ARTIFACTS = {
    "program": ("the program sfn-alias", "cli"),
    "c": ("the C library", "bindings-c"),
    "node": ("the library of the npm package", "bindings-node"),
    "python": ("the library of the Python wheel", "bindings-python"),
    "image": ("the container image", "cli"),
}
"""The binaries and the image of a release, each with the directory of its package. The npm package and the wheel also contain the program."""
TREE_LINE = re.compile(r"(\d+)(\S+) v(\S+)(.*)")
LOCKED = re.compile(r'^name = "(.+)"\nversion = "(.+)"\nsource = .+\nchecksum = "(.+)"$', re.MULTILINE)
CONSOLE_LICENSES = ROOT / "console/web/vendor/LICENSES.txt"
CONSOLE_PACKAGE = re.compile(r"^(\S+) (\d\S*) \((.+)\)$", re.MULTILINE)
SQLITE_VERSION = re.compile(r'^#define SQLITE_VERSION +"(.+)"$', re.MULTILINE)


@dataclass
class Component:
    """A library in an artifact. `folder` has its license texts, `license` is an SPDX expression."""

    name: str
    version: str
    license: str
    kind: str = "cargo"
    folder: Path | None = None
    checksum: str = ""
    url: str = ""
    dependencies: set[str] = field(default_factory=set)
    """The references of the components that this one uses."""

    @property
    def reference(self) -> str:
        """The package URL, for example `pkg:cargo/serde@1.0.229`."""
        return f"pkg:{self.kind}/{quote(self.name)}" + (f"@{self.version}" if self.version else "")

    @property
    def is_ours(self) -> bool:
        """If the component is a part of this project."""
        return self.kind == "cargo" and self.folder is not None and ROOT in self.folder.parents


@dataclass
class Contents:
    """All components of all artifacts for all platforms by their references, and the references of what each artifact contains."""

    components: dict[str, Component]
    artifacts: dict[str, set[str]]


def read_contents() -> Contents:
    """Returns what the artifacts contain. Our own crates are components as well."""
    known = {component.reference: component for component in read_crates()}
    contents = Contents({}, {})
    for artifact, (_, folder) in ARTIFACTS.items():
        edges = list(read_tree(folder))
        for parent, reference in edges:
            contents.components[reference] = known[reference]
            if parent:
                known[parent].dependencies.add(reference)
        contents.artifacts[artifact] = {reference for _, reference in edges}
    add_others(contents)
    add_runtimes(contents)
    add_certificates(contents)
    contents.components = dict(sorted(contents.components.items()))
    return contents


def read_crates() -> Iterator[Component]:
    """Returns the packages in Cargo.lock."""
    checksums = {(name, version): checksum for name, version, checksum in LOCKED.findall((ROOT / "Cargo.lock").read_text())}
    for package in read_metadata()["packages"]:
        license = re.sub(r" ?/ ?", " OR ", package["license"] or "")
        checksum = checksums.get((package["name"], package["version"]), "")
        folder = Path(package["manifest_path"]).parent
        yield Component(package["name"], package["version"], license, "cargo", folder, checksum, package["repository"] or "")


def read_tree(folder: str) -> Iterator[tuple[str | None, str]]:
    """Returns the references of the crates that are linked into the artifact of a package, each with the one that uses it."""
    targets = [option for platform in PLATFORMS for option in ("--target", platform.target)]
    manifest = ROOT / folder / "Cargo.toml"
    edges = ["--edges", "normal,no-proc-macro", "--prefix", "depth"]
    parents: list[str] = []
    for line in run_cargo(["tree", "--locked", "--manifest-path", manifest, *edges, *targets]).splitlines():
        match = TREE_LINE.fullmatch(line)
        if match is None:  # an empty line
            continue
        depth, reference = int(match[1]), f"pkg:cargo/{match[2]}@{match[3]}"
        yield (parents[depth - 1] if depth else None), reference
        parents[depth:] = [reference]


def add_others(contents: Contents) -> None:
    """Adds what is not a crate of its own, to the crate and the artifacts that contain it."""
    owners = {component.name: component for component in contents.components.values()}
    others = {
        "libsqlite3-sys": [read_sqlite(owners["libsqlite3-sys"])],
        "sfn-alias-console": read_console(),
        "sfn-alias-vectors": [Component("localstack/localstack", "", "Apache-2.0", "github", url="https://github.com/localstack/localstack")],
        "sfn-alias-cluster": [Component("etcd-io/etcd", "v3.6.16", "Apache-2.0", "github", url="https://github.com/etcd-io/etcd")],
    }
    for name, components in others.items():
        added = {component.reference: component for component in components}
        owners[name].dependencies.update(added)
        contents.components |= added
        for references in contents.artifacts.values():
            if owners[name].reference in references:
                references.update(added)


def add_runtimes(contents: Contents) -> None:
    """Adds what the compiler links. The versions are those of the compiler, so they are not listed."""
    rust = Component("rust-std", "", "MIT OR Apache-2.0", "generic", url="https://www.rust-lang.org")
    musl = Component("musl", "", "MIT", "generic", url="https://musl.libc.org")  # only in static programs
    contents.components |= {rust.reference: rust, musl.reference: musl}
    for artifact, references in contents.artifacts.items():
        references.update([rust.reference, musl.reference] if artifact in ("program", "image") else [rust.reference])


def add_certificates(contents: Contents) -> None:
    """Adds the trusted certificates to the image."""
    version, url = certificates.read_version(), "https://github.com/certifi/python-certifi"
    certifi = Component("certifi", version, "MPL-2.0", "pypi", certificates.find_license_folder(), url=url)
    contents.components[certifi.reference] = certifi
    contents.artifacts["image"].add(certifi.reference)


def read_sqlite(owner: Component) -> Component:
    """Returns SQLite, whose source is in the crate that calls it."""
    header = (owner.folder or ROOT) / "sqlite3/sqlite3.h"
    versions = SQLITE_VERSION.findall(header.read_text())
    require(bool(versions), f"{header.name} has no version of SQLite")
    return Component("sqlite", versions[0], "blessing", "generic", header.parent, url="https://sqlite.org")


def read_console() -> list[Component]:
    """Returns the JavaScript libraries in the page of the console."""
    found = CONSOLE_PACKAGE.findall(CONSOLE_LICENSES.read_text())
    return [Component(name, version, license, "npm") for name, version, license in found]
