"""Sets the version in all files that contain it, and the heading in CHANGELOG.md.

    python3 tools/release/set_version.py 0.2.0                       writes
    python3 tools/release/set_version.py 0.2.0 --date 2027-01-31     with the date of the release (default: today)
    python3 tools/release/set_version.py --check                     compares all files with Cargo.toml
    python3 tools/release/set_version.py --check --tag v0.2.0        and with the tag, and requires the heading

The files that `make generate` writes are among them, so that a new version needs no build. `make generated` compares them as usual.
"""

from __future__ import annotations

import argparse
import datetime
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from changelog import find_section, set_heading
from common import ROOT, ReleaseError, run_main

VERSION = r"(\d+\.\d+\.\d+(?:-[0-9a-z.]+)?)"
NEW_VERSION = re.compile(r"\d+\.\d+\.\d+(-(alpha|beta|rc)\.\d+)?")
"""What Cargo, npm and PyPI accept. PyPI writes 0.2.0-rc.1 as 0.2.0rc1."""
ESCAPED = r"\-"
NOT_PUBLISHED = "not published yet"
"""What pages state before the first release. They are edited by hand."""
C_HEADER = "bindings-c/include/sfn_alias.h"
MAN_TEXT = r"^v(\d+\.\d+\.\d+(?:\\-[0-9a-z.]+)?)$"
WORKSPACE = rf'^version = "{VERSION}"'


class VersionError(ReleaseError):
    """Versions that differ. The message has one line per place."""


@dataclass(frozen=True)
class Place:
    """A version in a file, from `start` to `end` in its text."""

    file: Path
    line: int
    start: int
    end: int
    version: str
    escaped: bool
    """In the text of a man page, a hyphen is `\\-`."""


def list_patterns(root: Path) -> Iterator[tuple[Path, str]]:
    """Returns files with a regular expression for the versions in each; group 1 is the version."""
    yield root / "Cargo.toml", WORKSPACE
    members = list_members(root)
    for member in members:
        yield root / member / "Cargo.toml", rf'\bpath = "[^"]*", version = "{VERSION}"'
    names = "|".join(sorted(read_name(root / member / "Cargo.toml") for member in members))
    for lock in ["Cargo.lock", "core/fuzz/Cargo.lock"]:
        yield root / lock, rf'^name = "(?:{names})"\nversion = "{VERSION}"\n(?!source)'
    node = root / "bindings-node"
    yield node / "package.json", rf'^ +"(?:version|sfn-alias-[a-z0-9-]+)": "{VERSION}"'
    for package in sorted(node.glob("npm/*/package.json")):
        yield package, rf'^ +"version": "{VERSION}"'
    yield root / C_HEADER, rf'^#define SFN_ALIAS_VERSION "{VERSION}"'
    for manifest in sorted(root.glob("docs/cluster/*.yaml")):
        yield manifest, rf'image: ghcr\.io/sfn-alias/sfn-alias:{VERSION}$'
    for page in sorted(root.glob("cli/man/*.1")):
        yield page, rf'"sfn-alias {VERSION}"'
        yield page, MAN_TEXT


def list_members(root: Path) -> list[str]:
    """Returns the directories of the workspace. Python 3.10 has no reader for TOML."""
    members = re.search(r"^members = \[(.*?)\]", (root / "Cargo.toml").read_text(), re.MULTILINE | re.DOTALL)
    return re.findall(r'"([^"]+)"', members[1]) if members else []


def read_name(manifest: Path) -> str:
    """Returns the name of a package."""
    name = re.search(r'^name = "([^"]+)"', manifest.read_text(), re.MULTILINE)
    if name is None:
        raise VersionError(f"{manifest}: expected a name")
    return name[1]


def find_places(root: Path) -> list[Place]:
    """Returns all places with the version."""
    places = []
    for file, pattern in list_patterns(root):
        text = file.read_text()
        for found in re.finditer(pattern, text, re.MULTILINE):
            line = text.count("\n", 0, found.start(1)) + 1
            version = found[1].replace(ESCAPED, "-") if pattern == MAN_TEXT else found[1]
            places.append(Place(file, line, found.start(1), found.end(1), version, pattern == MAN_TEXT))
    return sorted(places, key=lambda place: (place.file != root / "Cargo.toml", place.file, place.start))


def check(root: Path, tag: str | None = None) -> str:
    """Checks that all places have the version of Cargo.toml, and returns it.

    Errors: `VersionError` if a place has another version, or `tag` is not `v` with the version, or is a release but pages state
    that it is not published; `ChangelogError` if CHANGELOG.md has no section of the tag.
    """
    places = find_places(root)
    version = places[0].version
    lines = [f"{place.file.relative_to(root)}:{place.line}: {place.version}" for place in places if place.version != version]
    if lines:
        raise VersionError("\n".join([f"expected version {version} as in Cargo.toml, found", *lines, f"help: run tools/release/set_version.py {version}"]))
    if tag is not None:
        if tag != f"v{version}":
            raise VersionError(f"expected the tag v{version} as in Cargo.toml, found {tag}")
        find_section((root / "CHANGELOG.md").read_text(), version)
        if "-" not in version:  # pages are about releases, not about candidates
            check_pages(root)
    return version


def check_pages(root: Path) -> None:
    """Checks that no page states that the version is not published. RELEASING.md may, because it describes this check."""
    pages = [*root.glob("*.md"), *root.glob("*/*.md")]
    found = [str(page.relative_to(root)) for page in pages if page.name != "RELEASING.md" and NOT_PUBLISHED in page.read_text()]
    if found:
        raise VersionError(f"expected no page with \"{NOT_PUBLISHED}\", found {', '.join(found)}")


def set_version(root: Path, version: str, date: str) -> list[Path]:
    """Writes the version and the heading, and returns the changed files.

    Errors: `VersionError` if it is not a valid version; `ChangelogError` if CHANGELOG.md has no heading for what is unreleased.
    """
    if NEW_VERSION.fullmatch(version) is None:
        raise VersionError(f"`{version}` is not a valid version: expected for example 0.2.0 or 0.2.0-rc.1")
    changelog = root / "CHANGELOG.md"
    texts = {changelog: set_heading(changelog.read_text(), version, date)}
    for place in reversed(find_places(root)):
        text = texts.get(place.file) or place.file.read_text()
        new = version.replace("-", ESCAPED) if place.escaped else version
        texts[place.file] = text[: place.start] + new + text[place.end :]
    header = root / C_HEADER
    texts[header] = set_numbers(texts[header], version)
    changed = [file for file, text in texts.items() if text != file.read_text()]
    for file in changed:
        file.write_text(texts[file])
    return sorted(changed)


def set_numbers(header: str, version: str) -> str:
    """Sets the three numbers of the version in the header for C.

    >>> set_numbers("#define SFN_ALIAS_VERSION_MINOR 1", "0.2.0-rc.1")
    '#define SFN_ALIAS_VERSION_MINOR 2'
    """
    for name, number in zip(["MAJOR", "MINOR", "PATCH"], re.findall(r"\d+", version), strict=False):
        header = re.sub(rf"^(#define SFN_ALIAS_VERSION_{name}) \d+$", rf"\1 {number}", header, flags=re.MULTILINE)
    return header


def parse_arguments() -> argparse.Namespace:
    """Returns the arguments of the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("version", nargs="?", metavar="VERSION", help="the new version")
    parser.add_argument("--date", default=datetime.date.today().isoformat(), help="the date of the release (default: today)")
    parser.add_argument("--check", action="store_true", help="only compare")
    parser.add_argument("--tag", help="the tag of the release, for example v0.2.0")
    arguments = parser.parse_args()
    if arguments.check == bool(arguments.version) or (arguments.tag and not arguments.check):
        parser.error("expected VERSION, or --check [--tag TAG]")
    return arguments


def main() -> int:
    """Writes or compares."""
    arguments = parse_arguments()
    if arguments.check:
        print(f"version {check(ROOT, arguments.tag)} in {len(find_places(ROOT))} places")
    else:
        changed = set_version(ROOT, arguments.version, arguments.date)
        print("\n".join(f"wrote {file.relative_to(ROOT)}" for file in changed))
    return 0


if __name__ == "__main__":
    run_main(main)
