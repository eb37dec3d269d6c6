"""The licenses of everything in the artifacts that is not of this project, and the software bill of materials (SBOM).

    python3 tools/release/licenses.py FILE    writes the licenses
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from pathlib import Path

import deny
import sbom
from common import ROOT, VERSION, require, run_main
from components import ARTIFACTS, CONSOLE_LICENSES, Component, read_contents
from platforms import Platform

NAME = "THIRD-PARTY-LICENSES.txt"
TEXT_FILE = re.compile(r"(un)?licen[cs]e|copying|copyright|notice", re.IGNORECASE)
MIT_FILE = re.compile(r"licen[cs]e-mit(\.|$)", re.IGNORECASE)
COPYRIGHT_LINE = re.compile(r"^Copyright .*$", re.MULTILINE)
MIT_COPYRIGHTS = {
    "base64-simd": ["Copyright (c) 2021 Nugine"],
    "vsimd": ["Copyright (c) 2021 Nugine"],
    "napi": ["Copyright (c) 2020 LongYinan", "Copyright (c) 2018 GitHub"],
    "napi-sys": ["Copyright (c) 2020 LongYinan", "Copyright (c) 2018 GitHub"],
    "musl": ["Copyright (c) 2005-2020 Rich Felker, et al."],
    "rust-std": ["Copyright (c) The Rust Project Contributors"],
    "tonic-prost": ["Copyright 2019 gRPC authors."],
}
"""The copyright lines of components under the MIT license that do not contain its text, from their repositories."""
BLESSING = re.compile(r"^\*\* (The author disclaims copyright.*?)^\*{9}", re.MULTILINE | re.DOTALL)
"""What SQLite has instead of a license, at the start of its header."""
INTRODUCTION = """\
Licenses of other projects in sfn-alias {version}

sfn-alias itself is licensed under MIT or Apache-2.0: see LICENSE-MIT and LICENSE-APACHE. The program, the C library, the
npm packages, the Python wheels and the container image contain parts of the projects in this file. Not every artifact
contains all of them: the SBOM of the release, sfn-alias-{version}.cdx.json, lists what each contains. A project with a
choice of licenses that includes MIT is used under MIT. rust-std is the standard library of Rust, musl the C library in
static programs, and certifi has the trusted certificates in the container image.
"""
LINE = "-" * 80


def build(platform: Platform, dist: Path) -> list[Path]:
    """Writes the licenses and the SBOM. They are the same for all platforms."""
    return [write_licenses(dist / NAME), sbom.write_sbom(dist / f"sfn-alias-{VERSION}.cdx.json", read_contents())]


def check(platform: Platform, artifacts: list[Path]) -> dict[Path, list[str]]:
    """Runs cargo-deny, validates the SBOM, and compares the names in both files with Cargo.lock's."""
    licenses, bill = artifacts
    contents = read_contents()
    text = licenses.read_text()
    others = [component for component in contents.components.values() if not component.is_ours]
    missing = [component.reference for component in others if describe(component) not in text]
    require(not missing, f"{licenses.name}: no license of {', '.join(missing)}")
    artifacts_text = ", ".join(description for description, _ in ARTIFACTS.values())
    counts = f"has the licenses of {len(others)} components of {artifacts_text}"
    return {licenses: [counts, deny.check_dependencies(deny.CHECKS)], bill: sbom.check_sbom(bill, contents)}


def write_licenses(path: Path) -> Path:
    """Writes the licenses of everything in the artifacts, each text once.

    Errors: `ReleaseError` with the names of all components without a license text.
    """
    components = [component for component in read_contents().components.values() if not component.is_ours and component.kind != "npm"]
    names: dict[str, list[str]] = {}
    missing = []
    for component in components:
        texts = read_texts(component)
        if not texts:
            missing.append(f"{component.name} {component.version} ({component.license})")
        for text in texts:
            names.setdefault(text, []).append(describe(component))
    require(not missing, f"no license text of {', '.join(missing)}: add the copyright to MIT_COPYRIGHTS in {Path(__file__).name}")
    sections = ["\n".join(found) + f"\n\n{text}\n" for text, found in names.items()]
    path.write_text(f"\n{LINE}\n\n".join([INTRODUCTION.format(version=VERSION), *sections, CONSOLE_LICENSES.read_text()]))
    return path


def describe(component: Component) -> str:
    """Returns the line of a component, as in the licenses of the console."""
    return f"{component.name}{' ' if component.version else ''}{component.version} ({component.license})"


def read_texts(component: Component) -> list[str]:
    """Returns the license texts of a component, without duplicates."""
    if component.kind == "generic" or component.kind == "github":
        return [text for text in [read_other_text(component)] if text]
    files = find_texts(component.folder) if component.folder else []
    texts = [clean(path.read_text(errors="replace")) for path in select_texts(component, files)]
    if not texts and component.name in MIT_COPYRIGHTS:
        texts = [format_mit(MIT_COPYRIGHTS[component.name])]
    return list(dict.fromkeys(texts))


def find_texts(folder: Path) -> list[Path]:
    """Returns the files with license texts and notices in the top directory of a crate."""
    return sorted(path for path in folder.iterdir() if path.is_file() and TEXT_FILE.match(path.name))


def select_texts(component: Component, files: list[Path]) -> Iterable[Path]:
    """Returns the text of the MIT license and the notices if a component can be used under MIT, else all texts."""
    choices = component.license.split(" OR ")
    mit = [path for path in files if MIT_FILE.match(path.name)]
    if "MIT" not in choices or not mit:
        return files
    return mit + [path for path in files if not path.name.lower().startswith(("licen", "unlicen"))]


def read_other_text(component: Component) -> str:
    """Returns the license text of a component that is not a crate."""
    if component.license == "blessing" and component.folder:
        found = BLESSING.findall((component.folder / "sqlite3.h").read_text())
        return clean(re.sub(r"^\*\* ?", "", found[0], flags=re.MULTILINE)) if found else ""
    if component.license == "Apache-2.0":
        return clean((ROOT / "LICENSE-APACHE").read_text())
    return format_mit(MIT_COPYRIGHTS[component.name])


def format_mit(copyrights: list[str]) -> str:
    """Returns the text of the MIT license with these copyright lines."""
    return COPYRIGHT_LINE.sub("\n".join(copyrights), clean((ROOT / "LICENSE-MIT").read_text()), count=1)


def clean(text: str) -> str:
    """Returns a text without spaces and carriage returns at the ends of lines, and without a byte order mark."""
    return re.sub(r"[ \t\r]+$", "", text.lstrip("\ufeff"), flags=re.MULTILINE).strip("\n")


def main() -> int:
    """Writes the licenses to a file."""
    if len(sys.argv) != 2:
        print("usage: licenses.py FILE", file=sys.stderr)
        return 2
    write_licenses(Path(sys.argv[1]))
    return 0


if __name__ == "__main__":
    run_main(main)
