"""The vectors, which must agree behind an engine as without one."""

import json
import subprocess
import tempfile
import threading
from functools import cache

import endpoints
from endpoints import PROGRAM, Api, check
from features import feature

# Both engines need the result of `find_ended_early` at the same time.
LOCK = threading.Lock()


@feature("Vectors", "all that can run against an endpoint, except if an execution must stay RUNNING", only_behind=True)
def vectors(api: Api) -> None:
    with endpoints.start_server(["--upstream", api.engine_url]) as server:
        found = find_differences(server.url)
    with LOCK:
        ended_early = find_ended_early()
    check("vectors that differ", sorted(found - ended_early), [])


def find_differences(url: str) -> set[str]:
    """Runs the vectors, and returns the names of those that differ."""
    run = subprocess.run([str(PROGRAM), "verify", "--endpoint-url", url, "--json"], capture_output=True, text=True)
    report = json.loads(run.stdout)
    check("more than 800 vectors ran", report["agree"] + report["differ"] > 800, True)
    check("resources that were not deleted", report["notDeleted"], [])
    return {row["name"] for row in report["vectors"] if row["verdict"] == "differs"}


@cache
def find_ended_early() -> set[str]:
    """Returns the vectors that differ without an engine if each execution ends as soon as it starts."""
    rules = {"outcomes": [{"output": {"Arg1": "argument1"}}]}
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(rules, file)
        file.flush()
        with endpoints.start_server(["--outcomes", file.name]) as server:
            return find_differences(server.url)
