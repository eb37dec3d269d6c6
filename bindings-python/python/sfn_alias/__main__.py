"""``python -m sfn_alias`` runs the program ``sfn-alias``, which is installed next to this package."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path


def candidate_directories() -> Iterator[str]:
    """Yields the directories where pip installs programs: of this environment, of ``--user`` and of ``--target``."""
    yield sysconfig.get_path("scripts")
    yield sysconfig.get_path("scripts", sysconfig.get_preferred_scheme("user"))
    yield str(Path(__file__).parent.parent / "bin")


def find_program() -> str:
    """Returns the path of the program."""
    name = "sfn-alias" + (sysconfig.get_config_var("EXE") or "")
    for directory in candidate_directories():
        path = os.path.join(directory, name)
        if os.path.isfile(path):
            return path
    sys.exit(f"sfn-alias: cannot find the program {name}\nhelp: reinstall the package sfn-alias")


def main() -> int:
    """Runs the program with the arguments of this process and returns its exit code."""
    command = [find_program(), *sys.argv[1:]]
    if sys.platform == "win32":
        return subprocess.run(command).returncode
    os.execv(command[0], command)


if __name__ == "__main__":
    sys.exit(main())
