"""What `import sfn_alias` imports: little, so that it is fast, and no client library."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib.metadata import requires

import pytest

import sfn_alias


def run(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stderr == ""
    return done.stdout.rstrip()


def imported(statement: str, *modules: str) -> list[str]:
    """Returns which of the modules a statement imports."""
    code = f"import sys; before = set(sys.modules); {statement}; print(*(sys.modules.keys() & {set(modules)}) - before)"
    return sorted(run(code).split())


def test_import_is_small() -> None:
    modules = ("aiobotocore", "asyncio", "boto3", "botocore", "datetime", "json", "pytest", "typing", "unittest")
    assert imported("import sfn_alias", *modules) == []
    assert imported("import sfn_alias; sfn_alias.StepFunctions().list_state_machines()", *modules) == []
    assert imported("import sfn_alias; sfn_alias.errors", *modules[:4]) == ["botocore"]
    assert imported("import sfn_alias.boto3", *modules[:4]) == ["botocore"]


def test_package_has_no_dependencies() -> None:
    """Except for the types that Python 3.10 lacks."""
    required = [re.split("[ ;>=]", line, maxsplit=1)[0] for line in requires("sfn-alias") or [] if "extra ==" not in line]
    assert required == ["typing-extensions"]
    assert all("< '3.11'" in line for line in requires("sfn-alias") or [] if line.startswith("typing-extensions"))


def test_all_names_exist() -> None:
    for name in sfn_alias.__all__:
        assert getattr(sfn_alias, name) is not None
    assert set(sfn_alias.__all__) <= set(dir(sfn_alias))
    names = run("from sfn_alias import *; print(StepFunctionsError.__name__, paginator.__name__, errors.__name__)")
    assert names == "StepFunctionsError paginator sfn_alias.errors"
    with pytest.raises(AttributeError) as caught:
        sfn_alias.surprise  # type: ignore[attr-defined]
    assert str(caught.value) == "module `sfn_alias` has no attribute `surprise`"


def test_classes_are_the_same_everywhere() -> None:
    from sfn_alias import StepFunctionsError, errors

    assert errors is sfn_alias.errors
    assert StepFunctionsError is sfn_alias.StepFunctionsError is errors.StepFunctionsError
