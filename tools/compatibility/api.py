#!/usr/bin/env python3
"""Compares the public API of the Rust crates with the committed listings (`api/CRATE.txt`), or writes them.

    api.py check      print the difference; exit code 1 if there is one
    api.py update     write the listings, and the release of Rust in toolchain.txt

The JSON of rustdoc has another format in most releases of Rust. With a release whose format the pinned crate `public-api`
does not read, the check is skipped with one line, unless it is the release in toolchain.txt.
"""

from __future__ import annotations

import difflib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
ROOT = FOLDER.parent.parent
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")).resolve()
CARGO = os.environ.get("CARGO", "cargo")
TOOLCHAIN = FOLDER / "toolchain.txt"
# The crates whose API is promised. CONTRIBUTING.md names them too.
CRATES = ("sfn-alias", "sfn-alias-deployment", "sfn-alias-server", "sfn-alias-template")
# public-api 0.52.1 reads this version of the format.
FORMAT = 57


class Skip(Exception):
    """Why the API cannot be compared with this release of Rust."""


def main(command: str) -> int:
    try:
        listings = list_apis()
    except Skip as reason:
        if rust_release() == TOOLCHAIN.read_text().strip():
            print(f"api.py: {reason}", file=sys.stderr)
            return 1
        print(f"skipped: {reason}; `rustup toolchain install {TOOLCHAIN.read_text().split()[1]}` has the right one")
        return 0
    return update(listings) if command == "update" else check(listings)


def list_apis() -> dict[Path, str]:
    """Returns the listing of each crate, by the path of its file."""
    document_crates()
    names = {crate: TARGET / "doc" / f"{crate.replace('-', '_')}.json" for crate in CRATES}
    for path in names.values():
        check_format(path)
    lister = build_lister()
    return {FOLDER / "api" / f"{crate}.txt": run([str(lister), str(path)]) for crate, path in names.items()}


def document_crates() -> None:
    """Writes the JSON of all crates with one command, which uses the metadata of the dependencies that exists."""
    packages = [option for package in CRATES for option in ("--package", package)]
    flags = {"RUSTDOC": str(FOLDER / "rustdoc"), "RUSTDOCFLAGS": "-Z unstable-options --output-format json --cap-lints allow"}
    run([CARGO, "doc", "--quiet", "--no-deps", "--locked", "--all-features", *packages], flags)


def check_format(path: Path) -> None:
    if not path.exists():
        sys.exit(f"api.py: cargo did not write {path}; run `cargo clean --doc` and try again")
    with path.open() as file:
        found = json.load(file)["format_version"]
    if found != FORMAT:
        raise Skip(f"the JSON of rustdoc has format {found} in {rust_release()}, and the public API is listed from format {FORMAT}")


def build_lister() -> Path:
    target = TARGET / "compatibility"
    run([CARGO, "build", "--quiet", "--locked", "--manifest-path", str(FOLDER / "Cargo.toml"), "--target-dir", str(target)])
    return target / "debug" / "compatibility"


def rust_release() -> str:
    """Returns for example `rustc 1.95.0`."""
    found = re.match(r"rustc \S+", run(["rustc", "--version"]))
    return found.group() if found else "an unknown release of Rust"


def check(listings: dict[Path, str]) -> int:
    differences = [line for path, text in listings.items() for line in compare(path, text)]
    if not differences:
        print(f"the public API of {', '.join(CRATES)} is as listed")
        return 0
    sys.stdout.writelines(differences)
    print(
        "the public API has changed; CONTRIBUTING.md states which changes are allowed. "
        "Run `make -C tools/compatibility update`, and commit the result with a line in CHANGELOG.md",
        file=sys.stderr,
    )
    return 1


def compare(path: Path, text: str) -> list[str]:
    name = str(path.relative_to(ROOT))
    before = path.read_text() if path.exists() else ""
    return list(difflib.unified_diff(before.splitlines(True), text.splitlines(True), name, f"{name} (now)", n=0))


def update(listings: dict[Path, str]) -> int:
    for path, text in listings.items():
        path.write_text(text)
    TOOLCHAIN.write_text(rust_release() + "\n")
    return 0


def run(command: list[str], variables: dict[str, str] | None = None) -> str:
    """Returns the standard output of a command. Its errors are printed."""
    try:
        done = subprocess.run(
            command, cwd=ROOT, env={**os.environ, **(variables or {})}, stdout=subprocess.PIPE, text=True, check=False
        )
    except FileNotFoundError:
        sys.exit(f"api.py: {command[0]} is missing: install Rust 1.89 or later from https://rustup.rs")
    if done.returncode:
        sys.exit(f"api.py: `{Path(command[0]).name} {command[1]}` failed with exit code {done.returncode}")
    return done.stdout


if __name__ == "__main__":
    if sys.argv[1:] not in (["check"], ["update"]):
        sys.exit("usage: api.py check|update")
    sys.exit(main(sys.argv[1]))
