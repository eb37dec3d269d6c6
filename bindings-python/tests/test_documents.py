"""Runs the code blocks of the pages, and the examples.

The blocks of a page that start with `# NAME.py` are files of one folder. Blocks with tests run in pytest, in that folder.
A `console` block that starts with `$ pytest` has the exact output of that command in the folder. So has one that starts
with `$ cfn-lint`; the folder has the templates of the page, each after a line that ends with its name.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

BINDING = Path(__file__).resolve().parents[1]
ROOT = BINDING.parent
PAGES = [
    "README.md",
    "bindings-python/README.md",
    "bindings-python/pypi.md",
    "docs/test-python.md",
    "docs/check-before-a-deploy.md",
    "docs/deploy-gradually.md",
    "docs/on-start.md",
]
# server/sdk-tests/readme.py runs the blocks of these pages.
PAGES_OF_THE_SERVER = [
    "docs/executions.md",
    "docs/run-for-a-team.md",
    "docs/test-any-sdk.md",
    "docs/use-the-vectors.md",
    "docs/verify.md",
]
TEMPLATE = re.compile(r"`(\w+\.yaml)`:\n\n```yaml\n(.*?)^```$", re.M | re.S)
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.M | re.S)


def find_blocks(page: str, language: str) -> list[str]:
    return [text for name, text in BLOCK.findall((ROOT / page).read_text()) if name == language]


def file_name(block: str) -> str | None:
    match = re.match(r"# (\w+\.py)\n", block)
    return match and match[1]


def write_files(page: str, folder: Path) -> Path:
    """Writes the named files of a page into the folder."""
    for block in find_blocks(page, "python"):
        if name := file_name(block):
            (folder / name).write_text(block)
    return folder


def run(folder: Path, *arguments: str) -> str:
    environment = {**os.environ, "COLUMNS": "80", "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, *arguments]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def run_pytest(folder: Path, *arguments: str) -> str:
    return run(folder, "-m", "pytest", "-p", "no:cacheprovider", *arguments)


def without_times(output: str) -> str:
    return re.sub(r" in \d+\.\d+s$", "", output.rstrip())


ALL_BLOCKS = [(page, block) for page in PAGES for block in find_blocks(page, "python")]
COMMANDS = [(page, block) for page in PAGES for block in find_blocks(page, "console") if block.startswith("$ pytest")]


def test_pages_have_blocks() -> None:
    assert {page for page, _ in ALL_BLOCKS} == set(PAGES)
    assert COMMANDS


def test_all_pages_of_docs_are_run() -> None:
    pages = [str(path.relative_to(ROOT)) for path in (ROOT / "docs").glob("*.md")]
    with_blocks = {page for page in pages if find_blocks(page, "python")}
    assert with_blocks <= {*PAGES, *PAGES_OF_THE_SERVER}


@pytest.mark.parametrize(("page", "block"), ALL_BLOCKS, ids=lambda value: value.splitlines()[0])
def test_block(page: str, block: str, tmp_path: Path) -> None:
    path = write_files(page, tmp_path) / (file_name(block) or "test_block.py")
    path.write_text(block)
    if "def test_" in block:
        assert " passed" in run_pytest(tmp_path, "-q", path.name)
    else:
        run(tmp_path, path.name)


@pytest.mark.parametrize(("page", "block"), COMMANDS, ids=lambda value: value.splitlines()[0])
def test_pytest_output(page: str, block: str, tmp_path: Path) -> None:
    command, expected = block.removeprefix("$ pytest ").split("\n", 1)
    output = run_pytest(write_files(page, tmp_path), *command.split())
    assert without_times(output) == without_times(expected)


def test_cfn_lint_output(tmp_path: Path) -> None:
    text = (ROOT / "docs/check-before-a-deploy.md").read_text()
    for name, template in TEMPLATE.findall(text):
        (tmp_path / name).write_text(template)
    (block,) = [block for name, block in BLOCK.findall(text) if name == "console" and block.startswith("$ cfn-lint")]
    command, expected = block.removeprefix("$ ").split("\n", 1)
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    shell = ["bash", "-euc", command]
    done = subprocess.run(shell, cwd=tmp_path, env={**os.environ, "PATH": path}, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == (expected, "")


def test_start_example(tmp_path: Path) -> None:
    expected = (ROOT / "examples" / "expected.txt").read_text()
    assert run(tmp_path, str(ROOT / "examples" / "python" / "start.py")) == expected


def test_serve_example(tmp_path: Path) -> None:
    expected = (ROOT / "examples" / "serve.txt").read_text()
    assert run(tmp_path, str(ROOT / "examples" / "python" / "serve.py")) == expected


def test_canary_example(tmp_path: Path) -> None:
    expected = (ROOT / "examples" / "canary_rolls_back.txt").read_text()
    assert run(tmp_path, str(ROOT / "examples" / "python" / "canary_rolls_back.py")) == expected


def test_moto_example(tmp_path: Path) -> None:
    expected = (ROOT / "examples" / "run_on_moto.txt").read_text()
    assert run(tmp_path, str(ROOT / "examples" / "python" / "run_on_moto.py")) == expected
