"""Checks that no panic reaches Python: every function of the module uses `catch_panic`, and a panic raises
`InternalFailure`.

    python tools/check_panics.py LIBRARY       a library built with the feature panic-probe
"""

from __future__ import annotations

import importlib.util
import re
import sys
from importlib.machinery import ExtensionFileLoader
from pathlib import Path

ROOT = Path(__file__).parent.parent
CANNOT_PANIC = {"url", "service", "__enter__", "__repr__", "before_fork", "after_fork_in_parent", "after_fork_in_child"}
CANNOT_PANIC |= {"__traverse__", "__clear__"}
"""Functions that only return or clear a field, or release a lock."""
CATCHES = ("catch_panic(", "self.invoke(", "self.close(")


def functions(text: str) -> list[tuple[str, str]]:
    """Returns names and bodies of the functions that Python can call, from formatted sources."""
    methods = re.findall(r"^( *)#\[pymethods\]\n(.*?)^\1\}$", text, re.DOTALL | re.MULTILINE)
    free = re.findall(r"^( *)#\[pyfunction\]\n(.*?^\1\}\n)", text, re.DOTALL | re.MULTILINE)
    function = re.compile(r"^( *)(?:pub )?fn ([\w$]+)(.*?)^\1\}", re.DOTALL | re.MULTILINE)
    return [(name, body) for _, block in methods + free for _, name, body in function.findall(block)]


def check_sources() -> int:
    count = 0
    for file in sorted((ROOT / "src").glob("*.rs")):
        for name, body in functions(file.read_text()):
            count += 1
            if name not in CANNOT_PANIC and not any(call in body for call in CATCHES):
                sys.exit(f"{file.name}: `{name}` does not use `catch_panic`")
    if count < 30:
        sys.exit(f"expected at least 30 functions, found {count}")
    return count


def check_probe(library: str) -> None:
    sys.path.insert(0, str(ROOT / "python"))
    loader = ExtensionFileLoader("sfn_alias._sfn_alias", library)
    spec = importlib.util.spec_from_file_location(loader.name, library, loader=loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[loader.name] = module
    loader.exec_module(module)
    import sfn_alias

    sfn = sfn_alias.StepFunctions()
    for _ in range(2):
        try:
            module.panic_probe()
        except sfn_alias.errors.InternalFailure as error:
            assert error.message == "internal error in sfn-alias (please report): the call panicked", error.message
        else:
            sys.exit("the probe did not panic")
    assert sfn.list_state_machines()["stateMachines"] == []


if __name__ == "__main__":
    print(f"{check_sources()} functions catch panics")
    check_probe(sys.argv[1])
