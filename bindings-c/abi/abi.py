"""The ABI of the C library: writes `abi.txt`, and compares the header and libraries with it.

    python3 abi/abi.py write            writes abi.txt from include/sfn_alias.h
    python3 abi/abi.py check            compares include/sfn_alias.h with abi.txt
    python3 abi/abi.py library LIBRARY  compares the symbols and the SONAME of a shared library with abi.txt
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from declarations import AbiError, parse_header, read_text
from layout import measure_layout
from library import read_exports, read_library_soname

FOLDER = Path(__file__).resolve().parent.parent
HEADER = FOLDER / "include" / "sfn_alias.h"
BUILD_SCRIPT = FOLDER / "build.rs"
LIST = FOLDER / "abi.txt"
COMMENT = """\
# The ABI of libsfn_alias on 64-bit platforms: functions, types, layouts and values. `make generate` writes this file.
# It adds what is new. A removal or another change needs a new number in the SONAME first (build.rs).
"""


@dataclass(frozen=True)
class Comparison:
    """What differs from abi.txt."""

    soname: str
    new_soname: str
    breaks: list[str]
    additions: list[str]

    @property
    def needs_new_soname(self) -> bool:
        return bool(self.breaks) and self.soname == self.new_soname

    def describe(self) -> str:
        """Returns the changes and what to do, in several lines."""
        advice = "an addition, programs keep working: run `make generate`, which adds it to abi.txt"
        if self.needs_new_soname:
            advice = f"programs must be recompiled: change the SONAME in build.rs from {self.soname} to {int(self.soname) + 1}, then run `make generate`"
        elif self.breaks:
            advice = f"the SONAME has the new number {self.new_soname}: run `make generate`, which updates abi.txt"
        return "\n  ".join(["the ABI differs from abi.txt", *self.breaks, *self.additions]) + f"\n{advice}"


def read_soname(build_script: str) -> str:
    """Returns the number in the SONAMEs, which is the version of the ABI.

    >>> read_soname("libsfn_alias.so.0 libsfn_alias.0.dylib")
    '0'
    """
    numbers: list[str] = sorted(set(re.findall(r"libsfn_alias\.(?:so\.)?(\d+)", build_script)))
    if len(numbers) != 1:
        raise AbiError(f"build.rs: expected the same number in all SONAMEs, found {', '.join(numbers) or 'none'}")
    return numbers[0]


def describe_abi(header: str, build_script: str) -> dict[str, str]:
    """Returns the ABI as keys and values: the lines of abi.txt."""
    found = parse_header(header)
    return {
        "soname": read_soname(build_script),
        **{f"opaque {name}": "pointer" for name in found.opaque},
        **measure_layout(header, found),
        **{f"callback {name}": kind for name, kind in found.callbacks.items()},
        **{f"function {name}": kind for name, kind in found.functions.items()},
    }


def format_list(abi: dict[str, str]) -> str:
    """Formats abi.txt."""
    return COMMENT + "".join(f"{key} = {value}\n" for key, value in abi.items())


def parse_list(text: str) -> dict[str, str]:
    r"""Parses abi.txt.

    >>> parse_list("# comment\nsoname = 0\n")
    {'soname': '0'}
    """
    return dict(line.split(" = ", 1) for line in text.splitlines() if line and not line.startswith("#"))


def find_breaks(old: dict[str, str], new: dict[str, str]) -> Iterator[str]:
    """Returns a line for each change that needs a new SONAME: removals, other values, and new fields of existing structs.

    >>> list(find_breaks({"constant A": "1", "function f": "void (void)"}, {"constant A": "2", "constant B": "3"}))
    ['constant A: expected 1, found 2', 'function f: removed']
    """
    for key, value in old.items():
        if key not in new:
            yield f"{key}: removed"
        elif new[key] != value and key != "soname":
            yield f"{key}: expected {value}, found {new[key]}"
    for key in find_additions(old, new):
        if is_field(key, old):
            yield f"{key}: added to an existing struct"


def find_additions(old: dict[str, str], new: dict[str, str]) -> list[str]:
    """Returns the keys that are new."""
    return [key for key in new if key not in old]


def is_field(key: str, old: dict[str, str]) -> bool:
    """Returns whether a key is a field of a known struct."""
    kind, _, name = key.partition(" ")
    return kind == "field" and f"struct {name.split('.')[0]}" in old


def compare(old: dict[str, str], new: dict[str, str]) -> Comparison | None:
    """Compares abi.txt with the header. Returns None if they describe the same ABI."""
    breaks = list(find_breaks(old, new))
    additions = [f"{key}: added" for key in find_additions(old, new) if not is_field(key, old)]
    soname = old.get("soname", new["soname"])
    if soname != new["soname"]:
        additions.append(f"soname: {new['soname']} instead of {soname}")
    return Comparison(soname, new["soname"], breaks, additions) if breaks or additions else None


def compare_header() -> tuple[dict[str, str], Comparison | None]:
    """Returns the ABI of the header, and how it differs from abi.txt."""
    abi = describe_abi(read_text(HEADER), read_text(BUILD_SCRIPT))
    return abi, compare(parse_list(LIST.read_text() if LIST.exists() else ""), abi)


def write_list() -> str:
    """Writes abi.txt, unless a change needs a new SONAME."""
    abi, comparison = compare_header()
    if comparison is not None and comparison.needs_new_soname:
        raise AbiError(comparison.describe())
    LIST.write_text(format_list(abi))
    return f"{LIST.name} has {len(abi)} entries"


def check_header() -> str:
    """Compares the header with abi.txt."""
    abi, comparison = compare_header()
    if comparison is not None:
        raise AbiError(comparison.describe())
    return f"abi.txt: {len(abi)} entries, as in the header"


def check_library(path: Path, abi: dict[str, str]) -> str:
    """Compares the symbols and the SONAME of a shared library with abi.txt."""
    expected = {key.removeprefix("function ") for key in abi if key.startswith("function ")}
    exports = read_exports(path)
    for message, names in [("lacks functions of", expected - exports), ("exports more than", exports - expected)]:
        if names:
            raise AbiError(f"{path} {message} abi.txt: {', '.join(sorted(names))}")
    soname = read_library_soname(path)
    if read_soname(soname) != abi["soname"]:
        raise AbiError(f"{path}: expected the number {abi['soname']} in the SONAME as in abi.txt, found {soname}")
    return f"{path.name}: SONAME {soname}, exports the {len(expected)} functions of abi.txt and nothing else"


def main(arguments: list[str]) -> int:
    """Runs a command of the documentation above."""
    try:
        match arguments:
            case ["write"]:
                print(write_list())
            case ["check"]:
                print(check_header())
            case ["library", path]:
                print(check_library(Path(path), parse_list(read_text(LIST))))
            case _:
                raise AbiError("expected one of the arguments `write`, `check`, `library LIBRARY`")
    except AbiError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
