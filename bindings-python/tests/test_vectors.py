"""Runs all vectors through `call` and `call_json`, in memory and on a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import vectors

VECTORS = list(vectors.load())

EXPECTED_FAILURES: dict[str, str] = {}
"""Maps names to reasons."""


def vector_name(vector: dict[str, Any]) -> str:
    return str(vector["name"])


def test_vectors_exist() -> None:
    assert len(VECTORS) > 1000
    assert EXPECTED_FAILURES.keys() <= {vector["name"] for vector in VECTORS}


@pytest.mark.parametrize("entry_point", ["call", "call_json"])
@pytest.mark.parametrize("vector", VECTORS, ids=vector_name)
def test_in_memory(vector: dict[str, Any], entry_point: str) -> None:
    vectors.run(vector, entry_point)


# The core's tests run all vectors on a file; every tenth is enough for the binding.
@pytest.mark.parametrize("vector", VECTORS[::10], ids=vector_name)
def test_in_a_file(vector: dict[str, Any], tmp_path: Path) -> None:
    vectors.run(vector, "call", str(tmp_path / "vectors.db"))
