"""Fails unless all jobs that this job needs succeeded: `NEEDS` is `toJSON(needs)`.

>>> list(find_failures({"test": {"result": "success"}, "node": {"result": "skipped"}}))
['node: skipped']
>>> list(find_failures({}))
['no jobs']
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping


def find_failures(needs: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    """Returns a line per job that did not succeed: failed, canceled and skipped jobs."""
    if not needs:
        yield "no jobs"
    for name, job in needs.items():
        if job["result"] != "success":
            yield f"{name}: {job['result']}"


def main() -> int:
    """Prints the jobs that did not succeed."""
    failures = list(find_failures(json.loads(os.environ["NEEDS"])))
    print("\n".join(failures) or "all jobs succeeded")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
