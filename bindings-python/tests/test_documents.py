"""Runs the README's code blocks and the examples."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

BINDING = Path(__file__).resolve().parents[1]
ROOT = BINDING.parent
READMES = "\n".join((folder / "README.md").read_text() for folder in (BINDING, ROOT))
BLOCKS = re.findall(r"^```python\n(.*?)^```", READMES, re.M | re.S)


def run(*arguments: str) -> str:
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run([sys.executable, *arguments], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_readme_has_blocks() -> None:
    assert len(BLOCKS) >= 5


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.splitlines()[0])
def test_readme_block(block: str, tmp_path: Path) -> None:
    path = tmp_path / "test_block.py"
    path.write_text(block)
    if "def test_" in block:
        assert " passed" in run("-m", "pytest", "-q", "-p", "no:cacheprovider", str(path))
    else:
        run(str(path))


def test_start_example() -> None:
    assert run(str(ROOT / "examples" / "python" / "start.py")) == (ROOT / "examples" / "expected.txt").read_text()


def test_serve_example() -> None:
    assert run(str(ROOT / "examples" / "python" / "serve.py")) == (ROOT / "examples" / "serve.txt").read_text()
