"""The symbols and the SONAME of a shared library, on Linux and macOS."""

from __future__ import annotations

import re
from pathlib import Path

from declarations import AbiError, read_bytes, run_tool


def is_mach_o(path: Path) -> bool:
    """Returns whether a library is one of macOS."""
    return read_bytes(path)[:4] in (b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe")


def read_exports(path: Path) -> set[str]:
    """Returns the names that a shared library exports."""
    if is_mach_o(path):
        return {line.split()[-1].removeprefix("_") for line in run_tool(["nm", "-gU", str(path)]).splitlines() if line.strip()}
    return {line.split()[-1] for line in run_tool(["nm", "-D", "--defined-only", str(path)]).splitlines()}


def read_library_soname(path: Path) -> str:
    """Returns the SONAME of a library, on macOS its install name."""
    if is_mach_o(path):
        return run_tool(["otool", "-D", str(path)]).splitlines()[-1].strip()
    found = re.search(r"\(SONAME\).*\[(.*)\]", run_tool(["readelf", "--dynamic", "--wide", str(path)]))
    if found is None:
        raise AbiError(f"{path} has no SONAME")
    return found.group(1)
