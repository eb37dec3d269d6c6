"""All vectors, through both doors of the public surface, and on a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import vectors

VECTORS = list(vectors.load())

EXPECTED_FAILURES: dict[str, str] = {}
"""By name, with the reason."""


def name(vector: dict[str, Any]) -> str:
    return str(vector["name"])


def test_there_are_vectors() -> None:
    assert len(VECTORS) > 1000
    assert EXPECTED_FAILURES.keys() <= {vector["name"] for vector in VECTORS}


@pytest.mark.parametrize("door", ["value", "json"])
@pytest.mark.parametrize("vector", VECTORS, ids=name)
def test_in_memory(vector: dict[str, Any], door: str) -> None:
    vectors.run(vector, door)


# The core runs all of them on a file; here every tenth, for what the binding adds.
@pytest.mark.parametrize("vector", VECTORS[::10], ids=name)
def test_in_a_file(vector: dict[str, Any], tmp_path: Path) -> None:
    vectors.run(vector, "value", str(tmp_path / "vectors.db"))
