"""The program ``sfn-alias``, as ``python -m sfn_alias``."""

from __future__ import annotations

import signal
import sys

from sfn_alias._sfn_alias import main as run


def main() -> int:
    """Runs the program with the arguments of this process and returns its exit code."""
    # The program handles SIGINT itself; Python's handler would prevent that.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    return run(["sfn-alias", *sys.argv[1:]])


if __name__ == "__main__":
    sys.exit(main())
