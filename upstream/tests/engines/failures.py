"""What happens when the engine or sfn-alias stops."""

import itertools
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

from botocore.exceptions import BotoCoreError
from endpoints import Api, check, start_engine, start_server
from executions import find_code_of_definition
from features import feature, output, wait
from versions import check_outputs, output_version

FAILURES = "Failures"


@feature(FAILURES, "the engine stops: executions are FAILED, and requests have an error", only_behind=True)
def engine_stops(api: Api) -> None:
    with ExitStack() as engine:
        url = engine.enter_context(start_engine(api.engine))
        # The first state machine and execution of moto take seconds.
        first = Api(url, url, api.engine, "first")
        first.run(first.create(output("done")))
        with start_server(["--upstream", url, "--upstream-timeout", "10s"]) as server:
            lost = Api(server.url, url, api.engine, "lost", server)
            alias = lost.create_alias({f"{lost.create(wait(60), publish=True)}:1": 100})
            running = lost.start(alias)
            check("status", lost.describe(running)["status"], "RUNNING")
            engine.close()
            check_failure(lost.wait(running), url)
            check_failure(lost.run(alias), url)
            check("code of CreateStateMachine", find_code_of_definition(lost, output("done")), "ServiceUnavailable")


@feature(FAILURES, "`serve` is killed three times while clients start executions: none is lost", only_behind=True)
def kill_during_starts(api: Api) -> None:
    with start_server(["--upstream", api.engine_url]) as server, ThreadPoolExecutor() as pool:
        killed = Api(server.url, api.engine_url, api.engine, "killed", server)
        _, versions = killed.create_versions(output_version)
        alias = killed.create_alias({versions[0]: 50, versions[1]: 50})
        stopped = threading.Event()
        clients = [pool.submit(start_until, killed, alias, f"client-{number}", stopped) for number in range(4)]
        for _ in range(3):
            time.sleep(1)
            server.kill()
            server.start()
        time.sleep(1)
        stopped.set()
        started = [execution for client in clients for execution in client.result()]
        check("at least 10 executions", len(started) >= 10, True)
        check_outputs([killed.wait(execution) for execution in started])


def start_until(api: Api, alias: str, prefix: str, stopped: threading.Event) -> list[str]:
    """Starts executions one after the other, and returns the ARNs of those that were acknowledged."""
    started = []
    for number in itertools.count():
        if stopped.is_set():
            return started
        try:
            started.append(api.start(alias, name=f"{prefix}-{number}"))
        except BotoCoreError:
            time.sleep(0.02)


def check_failure(execution: dict[str, Any], url: str) -> None:
    """Checks that an execution has failed because of the engine, and that the cause names its URL."""
    check("status and error", (execution["status"], execution["error"]), ("FAILED", "SfnAlias.Upstream"))
    check("the cause names the URL", url in execution["cause"], True)
