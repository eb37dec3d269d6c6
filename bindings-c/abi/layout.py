"""Sizes, offsets and values, which a C program prints."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from declarations import AbiError, Declarations, find_compiler, run_tool


def write_program(found: Declarations) -> Iterator[str]:
    """Returns the lines of a C program that prints `key = value` for each enum, constant, struct and field."""
    yield '#include "sfn_alias.h"'
    yield "#include <stdio.h>"
    yield "#define ALIGNMENT(type) offsetof(struct { char byte; type value; }, value)"
    yield "#define SIZE(type, member) sizeof(((type *)0)->member)"
    yield "int main(void) {"
    yield '    printf("pointer = %d bytes\\n", (int)sizeof(void *));'
    for enum, constants in found.constants.items():
        yield f'    printf("enum {enum} = %d bytes\\n", (int)sizeof({enum}));'
        for name in constants:
            yield f'    printf("constant {name} = %lld\\n", (long long){name});'
    for struct, fields in found.structs.items():
        yield f'    printf("struct {struct} = %d bytes, alignment %d\\n", (int)sizeof({struct}), (int)ALIGNMENT({struct}));'
        for name, kind in fields.items():
            place = f"(int)offsetof({struct}, {name}), (int)SIZE({struct}, {name})"
            yield f'    printf("field {struct}.{name} = offset %d, %d bytes, {kind}\\n", {place});'
    yield "    return 0;"
    yield "}"


def measure_layout(header: str, found: Declarations) -> dict[str, str]:
    """Compiles and runs the program, and returns what it prints."""
    with tempfile.TemporaryDirectory() as folder:
        source, program = Path(folder, "layout.c"), Path(folder, "layout")
        Path(folder, "sfn_alias.h").write_text(header)
        source.write_text("\n".join(write_program(found)) + "\n")
        run_tool([*find_compiler(), "-std=c99", str(source), "-o", str(program)])
        lines = run_tool([str(program)]).splitlines()
    values = dict(line.split(" = ", 1) for line in lines)
    # Sizes and offsets are the same on all supported platforms: Linux and macOS, x64 and arm64.
    pointer = values.pop("pointer")
    if pointer != "8 bytes":
        raise AbiError(f"abi.txt describes platforms with pointers of 8 bytes; on this one they have {pointer}")
    return values
