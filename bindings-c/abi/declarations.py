"""The declarations of `sfn_alias.h`, after the preprocessor."""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path


class AbiError(Exception):
    """A missing tool, or a header or library that cannot be read."""


@dataclass
class Declarations:
    """What the header declares. Inline functions are part of the programs that use them, not of the library."""

    constants: dict[str, list[str]] = field(default_factory=dict)
    """The constants of each enum."""
    structs: dict[str, dict[str, str]] = field(default_factory=dict)
    """The fields of each struct, with their types."""
    opaque: list[str] = field(default_factory=list)
    callbacks: dict[str, str] = field(default_factory=dict)
    """The types of functions that a program passes to the library."""
    functions: dict[str, str] = field(default_factory=dict)
    """The types of the functions, without the names of parameters."""


ENUM = re.compile(r"\benum (\w+)\s*\{(.*?)\}", re.DOTALL)
STRUCT = re.compile(r"\btypedef struct (\w+)\s*\{(.*?)\}\s*\1\s*;", re.DOTALL)
OPAQUE = re.compile(r"\btypedef struct (\w+) \1;")
CALLBACK = re.compile(r"\btypedef ([\w\s*]+?)\(\*(\w+)\)\((.*?)\);", re.DOTALL)
FUNCTION = re.compile(r"^([\w\s*]+?)\b(\w+)\(([^()]*)\);", re.MULTILINE)
INLINE = re.compile(r"\bstatic inline\b.*?\{.*?\}", re.DOTALL)


def run_tool(command: list[str], stdin: str = "") -> str:
    """Runs a program and returns what it prints."""
    try:
        done = subprocess.run(command, input=stdin, capture_output=True, text=True)
    except FileNotFoundError:
        raise AbiError(f"{command[0]} is not installed: install a C compiler and binutils, for example the packages gcc and binutils") from None
    if done.returncode != 0:
        raise AbiError(f"`{' '.join(command)}` failed: {done.stderr.strip()}")
    return done.stdout


def find_compiler() -> list[str]:
    """Returns the command of the C compiler, which `CC` can change."""
    return os.environ.get("CC", "cc").split()


def preprocess(header: str) -> str:
    """Removes comments and the parts for C++ and C23. Without the standard headers: their types have no effect here."""
    own = re.sub(r"^#include .*$", "", header, flags=re.MULTILINE)
    return run_tool([*find_compiler(), "-std=c99", "-E", "-P", "-x", "c", "-"], own)


def normalize(text: str) -> str:
    """Formats a type: single spaces, and no `struct`, which C++ does not need.

    >>> normalize("const struct sfn_alias_route  * ")
    'const sfn_alias_route *'
    """
    return re.sub(r"\s*\*\s*", " *", re.sub(r"\bstruct ", "", " ".join(text.split()))).replace("* *", "**").strip()


def split_name(declaration: str) -> tuple[str, str]:
    """Splits a field or parameter into its name and type.

    >>> split_name("const char *data"), split_name("struct sfn_alias_error **error")
    (('data', 'const char *'), ('error', 'sfn_alias_error **'))
    """
    start, name = re.fullmatch(r"(.*?)(\w+)", declaration.strip(), re.DOTALL).groups()  # type: ignore[union-attr]
    return name, normalize(start)


def format_parameters(parameters: str) -> str:
    """Returns the types of parameters: a new name of a parameter does not change the ABI.

    >>> format_parameters("void"), format_parameters("void *context, size_t length")
    ('void', 'void *, size_t')
    """
    return "void" if parameters.strip() == "void" else ", ".join(split_name(part)[1] for part in parameters.split(","))


def parse_header(header: str) -> Declarations:
    """Parses the header that cbindgen generates."""
    text = INLINE.sub("", preprocess(header))
    found = Declarations(opaque=OPAQUE.findall(text))
    for name, body in ENUM.findall(text):
        found.constants[name] = re.findall(r"\b(\w+) =", body)
    for name, body in STRUCT.findall(text):
        found.structs[name] = dict(split_name(member) for member in body.split(";") if member.strip())
    for result, name, parameters in CALLBACK.findall(text):
        found.callbacks[name] = f"{normalize(result)} (*)({format_parameters(parameters)})"
    for result, name, parameters in FUNCTION.findall(CALLBACK.sub("", text)):
        found.functions[name] = f"{normalize(result)} ({format_parameters(parameters)})"
    return found


def read_text(path: Path) -> str:
    """Reads a text file."""
    return read_bytes(path).decode()


def read_bytes(path: Path) -> bytes:
    """Reads a file."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise AbiError(f"cannot read {path}: {error.strerror}") from None
