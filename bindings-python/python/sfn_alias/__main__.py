"""``python -m sfn_alias`` runs the program ``sfn-alias``, which is installed next to this package."""

from __future__ import annotations

import os
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn


def candidate_directories() -> Iterator[str]:
    """Yields the directories where pip installs programs: of this environment, of ``--user`` and of ``--target``."""
    yield sysconfig.get_path("scripts")
    yield sysconfig.get_path("scripts", sysconfig.get_preferred_scheme("user"))
    yield str(Path(__file__).parent.parent / "bin")


def find_program() -> str:
    """Returns the path of the program."""
    for directory in candidate_directories():
        path = os.path.join(directory, "sfn-alias")
        if os.path.isfile(path):
            return path
    sys.exit("sfn-alias: cannot find the program sfn-alias\nhelp: reinstall the package sfn-alias")


def main() -> NoReturn:
    """Replaces this process by the program, with the same arguments."""
    command = [find_program(), *sys.argv[1:]]
    os.execv(command[0], command)


if __name__ == "__main__":
    main()
