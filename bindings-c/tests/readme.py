"""Runs the code blocks of the documents: C blocks as programs with the installed library, shell blocks unchanged.

readme.py PREFIX WORK_FOLDER
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent
REPOSITORY = FOLDER.parent
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```(?:\n\n```text\n(.*?)^```)?", re.MULTILINE | re.DOTALL)
# `make test` would not end here, and `make bench` takes too long.
NOT_RUN = {"make test", "make bench"}
LIBRARY_PATH = "DYLD_LIBRARY_PATH" if sys.platform == "darwin" else "LD_LIBRARY_PATH"
# The C block of a page with shell blocks has the name that the shell blocks expect.
PAGES = {"docs/embed-in-c.md": "orders.c"}


def environment(prefix: Path, work: Path) -> dict[str, str]:
    """Returns the environment of a user who installed the library. HOME is a directory of the test."""
    home = Path.home()
    return {
        **os.environ,
        "PKG_CONFIG_PATH": f"{prefix}/lib/pkgconfig",
        LIBRARY_PATH: f"{prefix}/lib",
        "CARGO_HOME": os.environ.get("CARGO_HOME", f"{home}/.cargo"),
        "RUSTUP_HOME": os.environ.get("RUSTUP_HOME", f"{home}/.rustup"),
        "HOME": str(work / "home"),
    }


def run_c(source: Path, env: dict[str, str]) -> str:
    program = source.with_suffix("")
    flags = subprocess.run(
        ["pkg-config", "--cflags", "--libs", "sfn_alias"], env=env, check=True, capture_output=True, text=True
    ).stdout
    warnings = ["-std=c99", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-pthread"]
    subprocess.run([os.environ.get("CC", "cc"), *warnings, source, *shlex.split(flags), "-o", program], check=True)
    return subprocess.run([program], env=env, check=True, capture_output=True, text=True, cwd=source.parent).stdout


def run_sh(code: str, env: dict[str, str], folder: Path) -> str:
    lines = [line for line in code.splitlines() if line.split("#")[0].strip() not in NOT_RUN]
    script = "set -eu\n" + "\n".join(lines)
    return subprocess.run(["sh", "-c", script], env=env, check=True, cwd=folder, stdout=subprocess.PIPE, text=True).stdout


def run_block(language: str, code: str, source: Path, env: dict[str, str], shell_folder: Path) -> str | None:
    """Runs a block and returns its output, or None if it is not a program."""
    if language == "c":
        source.write_text(code)
        return run_c(source, env)
    if language == "sh":
        return run_sh(code, env, shell_folder)
    if language == "cmake":
        (source.parent / "CMakeLists.txt").write_text(code)
    return None


def find_missing(language: str, code: str) -> str | None:
    """Returns what a block needs and this machine lacks. In CI on Linux, nothing may be missing."""
    if language == "sh" and sys.platform == "darwin":
        return "Linux"
    if "cmake " in code and os.environ.get("CI") != "true" and shutil.which("cmake") is None:
        return "the package cmake"
    return None


def run_document(document: str, languages: set[str], env: dict[str, str], work: Path, shell_folder: Path) -> int:
    """Runs the blocks of these languages. Returns how many ran."""
    ran = 0
    for number, block in enumerate(BLOCK.finditer((REPOSITORY / document).read_text())):
        language, code, expected = block.groups()
        if language not in languages:
            continue
        reason = find_missing(language, code)
        if reason:
            print(f"skipped: block {number} of {document} needs {reason}")
            continue
        source = work / PAGES.get(document, f"block-{number}.c")
        output = run_block(language, code, source, env, shell_folder)
        ran += output is not None
        if expected is not None and output != expected:
            sys.exit(f"{document}, block {number}: expected\n{expected}found\n{output}")
    print(f"-- {ran} blocks of {document} passed")
    return ran


def main() -> None:
    prefix, work = Path(sys.argv[1]), Path(sys.argv[2])
    env = environment(prefix, work)
    (work / "home").mkdir(parents=True, exist_ok=True)
    ran = [
        run_document("bindings-c/README.md", {"c", "sh"}, env, work, FOLDER),
        run_document("README.md", {"c"}, env, work, FOLDER),
        run_document("docs/on-start.md", {"c"}, env, work, FOLDER),
    ]
    for page in PAGES:
        folder = work / Path(page).stem
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        ran.append(run_document(page, {"c", "sh", "cmake"}, env, folder, folder))
    if 0 in ran:
        sys.exit("a document has no blocks, expected at least one")


main()
