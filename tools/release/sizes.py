"""The sizes of artifacts and their limits, in one table.

    python3 tools/release/sizes.py              everything that `make test` builds
    python3 tools/release/sizes.py wheel node   some of it, which must exist

The release scripts check artifacts with the same limits (`check_artifact`).
"""

from __future__ import annotations

import fnmatch
import gzip
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from common import ROOT, ReleaseError, require, run_main

KIB = 1024
MIB = 1024 * KIB


@dataclass(frozen=True)
class Limit:
    """The largest size of an artifact.

    `built` is the pattern of the file that the tests build, or "" if they do not build it. A directory counts as its files,
    each with gzip. `released` is the pattern of file names in a release.
    """

    name: str
    description: str
    bytes: int
    built: str = ""
    released: str = ""


LIMITS = [
    # The wheel and the npm package of a platform contain the program, and all libraries are built for speed: that doubles their size.
    Limit("wheel", "Python wheel", 8 * MIB + 512 * KIB, "bindings-python/.venv/wheels/*.whl", "sfn_alias-*.whl"),
    Limit("sdist", "Python source distribution", 2 * MIB, released="sfn_alias-*.tar.gz"),
    Limit("npm", "npm package", 128 * KIB, "target/bindings-node/packages/sfn-alias-[0-9]*.tgz", "sfn-alias-[0-9]*.tgz"),
    Limit("npm-platform", "npm package of a platform", 9 * MIB, "target/bindings-node/packages/sfn-alias-[a-z]*.tgz", "sfn-alias-[a-z]*.tgz"),
    Limit("node", "library of the npm package", 6 * MIB, "target/bindings-node/npm/*/*.node"),
    Limit("program", "program", 18 * MIB, "target/bindings-node/npm/*/sfn-alias"),
    Limit("program-tarball", "program as a tarball", 9 * MIB, released="sfn-alias-[0-9]*-*-*.tar.gz"),
    Limit("image", "container image", 9 * MIB, released="sfn-alias-image-*.tar"),
    Limit("debian", "Debian package", 9 * MIB, released="sfn-alias_*.deb"),
    Limit("c-shared", "C library, shared", 5 * MIB, "target/bindings-c/prefix/lib/libsfn_alias*.[0-9].[0-9]*.*"),
    Limit("c-static", "C library, static", 13 * MIB, "target/bindings-c/prefix/lib/libsfn_alias.a"),
    Limit("c-tarball", "C library as a tarball", 6 * MIB, released="libsfn_alias-*.tar.gz"),
    Limit("console", "page of the console, with gzip", 150 * KIB, "console/web"),
    Limit("crate", "crate", 512 * KIB, released="*.crate"),
]
"""All limits of sizes. A larger limit needs a reason in CHANGELOG.md."""


@dataclass(frozen=True)
class Row:
    """A line of the table. `size` is None if the artifact was not built."""

    limit: Limit
    path: Path | None = None
    size: int | None = None


def find_limit(name: str) -> Limit:
    """Returns the limit with a name."""
    for limit in LIMITS:
        if limit.name == name:
            return limit
    raise ReleaseError(f"no limit has the name `{name}`: expected one of {', '.join(limit.name for limit in LIMITS)}")


def format_size(size: int) -> str:
    """Formats a size.

    >>> format_size(8912896), format_size(153600)
    ('8.50 MiB', '150.0 KiB')
    """
    return f"{size / MIB:.2f} MiB" if size >= MIB else f"{size / KIB:.1f} KiB"


def measure(path: Path) -> int:
    """Returns the size of a file, or that of all files of a directory, each with gzip."""
    if not path.is_dir():
        return path.stat().st_size
    return sum(len(gzip.compress(file.read_bytes(), mtime=0)) for file in path.rglob("*") if file.is_file())


def check_limit(path: Path, size: int, limit: Limit) -> str:
    """Returns a sentence about a size that is within its limit.

    >>> check_limit(Path("a.whl"), 8_912_896, find_limit("wheel"))
    'size: 8.50 MiB of up to 8.50 MiB'
    >>> check_limit(Path("a.whl"), 8_912_897, find_limit("wheel"))
    Traceback (most recent call last):
    common.ReleaseError: a.whl has 8,912,897 bytes; the limit is 8,912,896 bytes (wheel in tools/release/sizes.py)
    """
    shown = path.relative_to(ROOT) if path.is_relative_to(ROOT) else path
    require(size <= limit.bytes, f"{shown} has {size:,} bytes; the limit is {limit.bytes:,} bytes ({limit.name} in tools/release/sizes.py)")
    return f"size: {format_size(size)} of up to {format_size(limit.bytes)}"


def check_size(path: Path, name: str) -> str:
    """Checks a file with the limit of this name, and returns what was checked."""
    return check_limit(path, measure(path), find_limit(name))


def check_artifact(path: Path) -> list[str]:
    """Checks an artifact of a release with the limit for its file name. Returns what was checked: nothing if it has no limit."""
    limits = [limit for limit in LIMITS if limit.released and fnmatch.fnmatchcase(path.name, limit.released)]
    return [check_limit(path, measure(path), limit) for limit in limits]


def find_built(limit: Limit) -> Iterator[Row]:
    """Finds what the tests built; a row without size if they did not."""
    folder, _, rest = limit.built.partition("/")
    target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    found = sorted((ROOT / target).glob(rest) if folder == "target" else ROOT.glob(limit.built))
    if not found:
        yield Row(limit)
    for path in found:
        yield Row(limit, path, measure(path))


def format_rows(rows: list[Row]) -> str:
    """Formats the table.

    >>> print(format_rows([Row(find_limit("wheel"), Path("a.whl"), 8_700_000), Row(find_limit("node"))]))
    artifact                                size       limit  share
    Python wheel                        8.30 MiB    8.50 MiB    98%
    library of the npm package         not built    6.00 MiB
    """
    lines = [f"{'artifact':<32}{'size':>12}{'limit':>12}{'share':>7}"]
    for row in rows:
        size, share = "not built", ""
        if row.size is not None:
            size, share = format_size(row.size), f"{row.size / row.limit.bytes:.0%}"
        lines.append(f"{row.limit.description:<32}{size:>12}{format_size(row.limit.bytes):>12}{share:>7}".rstrip())
    return "\n".join(lines)


def check_rows(rows: list[Row], *, complete: bool) -> Iterator[str]:
    """Returns a line for each size over its limit, and with `complete` for each artifact that was not built.

    >>> list(check_rows([Row(find_limit("node"))], complete=True))
    ['library of the npm package: not built; `make test` builds it (target/bindings-node/npm/*/*.node)']
    >>> list(check_rows([Row(find_limit("node"))], complete=False))
    []
    >>> list(check_rows([Row(find_limit("node"), Path("a.node"), 7 * MIB)], complete=False))
    ['a.node has 7,340,032 bytes; the limit is 6,291,456 bytes (node in tools/release/sizes.py)']
    """
    for row in rows:
        if row.path is not None and row.size is not None:
            try:
                check_limit(row.path, row.size, row.limit)
            except ReleaseError as error:
                yield str(error)
        elif complete:
            yield f"{row.limit.description}: not built; `make test` builds it ({row.limit.built})"


def main() -> int:
    """Prints the table and the problems. Returns the exit code."""
    names = sys.argv[1:]
    limits = [find_limit(name) for name in names] or [limit for limit in LIMITS if limit.built]
    rows = [row for limit in limits for row in find_built(limit)]
    print(format_rows(rows))
    # In CI nothing is skipped, so every artifact must exist.
    problems = list(check_rows(rows, complete=bool(names) or os.environ.get("CI") == "true"))
    for problem in problems:
        print(f"error: {problem}", file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    run_main(main)
