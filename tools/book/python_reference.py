"""Writes the reference of the Python package with pdoc, from its modules and stubs.

The stub of the extension has all its signatures and docstrings, so that the reference needs no build of the extension.

Usage: python_reference.py SCRATCH OUTPUT
"""

from __future__ import annotations

import importlib
import pkgutil
import re
import shutil
import sys
from pathlib import Path
from types import ModuleType

import pdoc

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "bindings-python" / "python" / "sfn_alias"
# The version of the workspace is the first one in this file.
VERSION = re.findall(r'^version = "(.+)"$', (ROOT / "Cargo.toml").read_text(), re.M)[0]
CONSTANTS = {"OPERATIONS": {}, "ERROR_KINDS": [], "__version__": VERSION}
CONSTRUCTOR = re.compile(r"def __new__\((\s*)cls\b(.*?)\) -> Self:", re.S)


def convert_stub(stub: str) -> str:
    r"""Returns a module that can be imported, from a stub. pdoc documents `__init__`, but not `__new__`.

    >>> print(convert_stub("OPERATIONS: Final[dict[str, str]]\nclass A:\n    def __new__(cls, b: int) -> Self: ...\n"))
    from __future__ import annotations
    OPERATIONS: Final[dict[str, str]] = {}
    class A:
        def __init__(self, b: int) -> None: ...
    <BLANKLINE>
    """
    module = CONSTRUCTOR.sub(r"def __init__(\1self\2) -> None:", stub)
    for name, value in CONSTANTS.items():
        module = re.sub(rf"^({name}: .*)$", lambda line: f"{line[1]} = {value!r}", module, flags=re.M)
    return f"from __future__ import annotations\n{module}"


def write_package(scratch: Path) -> None:
    """Writes the package with a module instead of the stub and the extension."""
    target = scratch / PACKAGE.name
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(PACKAGE, target, ignore=shutil.ignore_patterns("__pycache__", "*.so", "_sfn_alias.pyi"))
    (target / "_sfn_alias.py").write_text(convert_stub((PACKAGE / "_sfn_alias.pyi").read_text()))


def import_package(scratch: Path) -> ModuleType:
    """Imports the package with all its public modules, and with the names that it imports at their first use."""
    sys.path.insert(0, str(scratch))
    package = importlib.import_module(PACKAGE.name)
    modules = [module.name for module in pkgutil.iter_modules(package.__path__) if not module.name.startswith("_")]
    for module in modules:
        importlib.import_module(f"{PACKAGE.name}.{module}")
    for name in package.__all__:
        setattr(package, name, getattr(package, name))
    package.__all__ = list(dict.fromkeys([*package.__all__, *modules]))
    return package


def main(scratch: Path, output: Path) -> None:
    write_package(scratch)
    package = import_package(scratch)
    pdoc.render.configure(docformat="markdown", show_source=False)
    # cfn-lint runs the modules of its rules; they have no names for other programs.
    pdoc.pdoc(package.__name__, f"!{package.__name__}.cfnlint.rules", output_directory=output)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
