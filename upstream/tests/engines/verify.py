"""The vectors of versions and aliases, which must agree behind an engine as without one."""

import json
import subprocess

from endpoints import PROGRAM, Api, check
from features import feature

VECTORS = "Vectors"


def run_vectors(api: Api, pattern: str) -> None:
    """Runs the vectors whose file or name contains a pattern, and checks that all agree or are skipped."""
    command = [str(PROGRAM), "verify", "--endpoint-url", api.url, "--only", pattern, "--json"]
    run = subprocess.run(command, capture_output=True, text=True)
    check("exit code", run.returncode in (0, 1), True)
    report = json.loads(run.stdout)
    check("at least 10 vectors agree", report["agree"] >= 10, True)
    check("vectors that differ", sorted(row["name"] for row in report["vectors"] if row["verdict"] == "differs"), [])
    check("not deleted", report["notDeleted"], [])


@feature(VECTORS, "vectors of aliases", only_behind=True)
def vectors_of_aliases(api: Api) -> None:
    run_vectors(api, "alias")


@feature(VECTORS, "vectors of versions", only_behind=True)
def vectors_of_versions(api: Api) -> None:
    run_vectors(api, "version")
