"""Adds the docstrings of a module to its stub, so that an editor shows them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Any

MAX_WIDTH = 116


def add_docstrings(stub: str, module: Any) -> str:
    """Returns the stub with the docstring of each class, function, method and property of the module."""
    lines = stub.splitlines()
    # From the end, so that the line numbers of earlier definitions stay valid.
    for node, documented in sorted(definitions(ast.parse(stub), module), key=lambda item: -item[0].lineno):
        docstring = format_docstring(documented.__doc__, " " * (node.col_offset + 4))
        if isinstance(node, ast.ClassDef):
            lines[node.lineno : node.lineno] = docstring
        elif docstring:
            assert node.end_lineno is not None
            last = node.end_lineno - 1
            lines[last : last + 1] = [lines[last].removesuffix(" ..."), *docstring]
    return "\n".join(lines) + "\n"


def definitions(tree: ast.Module | ast.ClassDef, owner: Any) -> Iterator[tuple[ast.ClassDef | ast.FunctionDef, Any]]:
    """Yields the classes and functions of a stub with the objects that they describe, without special methods."""
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            yield node, getattr(owner, node.name)
            yield from definitions(node, getattr(owner, node.name))
        elif isinstance(node, ast.FunctionDef) and not node.name.startswith("__"):
            yield node, getattr(owner, node.name)


def format_docstring(text: str | None, indent: str) -> list[str]:
    """Returns the lines of a docstring, which has the line breaks of the source."""
    if not text:
        return []
    text = re.sub(r"(?<!`)`([^`]+)`(?!`)", r"``\1``", text).replace("\\", "\\\\")
    first, *others = text.strip().splitlines()
    lines = [f'{indent}"""{first}', *(f"{indent}{line}".rstrip() for line in others)]
    if len(lines) == 1 and len(lines[0]) <= MAX_WIDTH:
        return [f'{lines[0]}"""']
    return [*lines, f'{indent}"""'] if len(lines) > 1 else [f'{lines[0]}"""']
