"""Runs the code blocks of README.md: C blocks as programs with the installed library, shell blocks unchanged.

readme.py PREFIX WORK_FOLDER
"""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```(?:\n\n```text\n(.*?)^```)?", re.MULTILINE | re.DOTALL)
# `make test` would not end here, and `make bench` takes too long.
NOT_RUN = {"make test", "make bench"}


def environment(prefix: Path, work: Path) -> dict[str, str]:
    """Returns the environment of a user who installed the library. HOME is a directory of the test."""
    home = Path.home()
    return {
        **os.environ,
        "PKG_CONFIG_PATH": f"{prefix}/lib/pkgconfig",
        "LD_LIBRARY_PATH": f"{prefix}/lib",
        "CARGO_HOME": os.environ.get("CARGO_HOME", f"{home}/.cargo"),
        "RUSTUP_HOME": os.environ.get("RUSTUP_HOME", f"{home}/.rustup"),
        "HOME": str(work / "home"),
    }


def run_c(code: str, number: int, env: dict[str, str], work: Path) -> str:
    source, program = work / f"block-{number}.c", work / f"block-{number}"
    source.write_text(code)
    flags = subprocess.run(
        ["pkg-config", "--cflags", "--libs", "sfn_alias"], env=env, check=True, capture_output=True, text=True
    ).stdout
    warnings = ["-std=c99", "-Wall", "-Wextra", "-Wpedantic", "-Werror"]
    subprocess.run([os.environ.get("CC", "cc"), *warnings, source, *shlex.split(flags), "-o", program], check=True)
    return subprocess.run([program], env=env, check=True, capture_output=True, text=True, cwd=work).stdout


def run_sh(code: str, env: dict[str, str]) -> str:
    lines = [line for line in code.splitlines() if line.split("#")[0].strip() not in NOT_RUN]
    script = "set -eu\n" + "\n".join(lines)
    return subprocess.run(["sh", "-c", script], env=env, check=True, cwd=FOLDER, stdout=subprocess.PIPE, text=True).stdout


def main() -> None:
    prefix, work = Path(sys.argv[1]), Path(sys.argv[2])
    env = environment(prefix, work)
    (work / "home").mkdir(parents=True, exist_ok=True)
    blocks = list(BLOCK.finditer((FOLDER / "README.md").read_text()))
    main_blocks = BLOCK.finditer((FOLDER.parent / "README.md").read_text())
    blocks += [block for block in main_blocks if block[1] == "c"]
    ran = 0
    for number, (language, code, expected) in enumerate(block.groups() for block in blocks):
        if language == "c":
            output = run_c(code, number, env, work)
        elif language == "sh":
            output = run_sh(code, env)
        else:
            continue
        ran += 1
        if expected is not None and output != expected:
            sys.exit(f"README.md, block {number}: expected\n{expected}found\n{output}")
    if ran < 3:
        sys.exit(f"README.md has {ran} blocks, expected at least 3")
    print(f"-- {ran} blocks of README.md passed")


main()
