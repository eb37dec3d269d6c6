"""Which versions of glibc a binary needs."""

from __future__ import annotations

import re
from pathlib import Path

from common import find_tool, require, run

SYMBOL = re.compile(r"\bGLIBC_(\d+(?:\.\d+)+)")


def find_newest_glibc(binary: Path) -> tuple[int, ...]:
    """Returns the newest version of glibc that a symbol of a binary needs: (2, 17), or () if it needs none."""
    objdump = find_tool("objdump", "binutils")
    versions = [tuple(map(int, version.split("."))) for version in SYMBOL.findall(run([objdump, "-T", binary]))]
    return max(versions, default=())


def check_glibc(binary: Path, newest: str) -> str:
    """Checks that a binary needs no newer glibc than `newest`, and returns what was checked."""
    found = find_newest_glibc(binary)
    text = ".".join(map(str, found)) or "none"
    require(found <= tuple(map(int, newest.split("."))), f"{binary.name}: expected symbols of glibc {newest} or older, found {text}")
    return f"{binary.name}: newest symbol of glibc is {text} (objdump)"


def check_static(binary: Path) -> str:
    """Checks that a program loads no library, and returns what was checked."""
    dynamic = run([find_tool("readelf", "binutils"), "--dynamic", "--wide", binary])
    require("(NEEDED)" not in dynamic, f"{binary.name}: expected a static program, found one that loads libraries")
    return f"{binary.name}: loads no library (readelf)"
