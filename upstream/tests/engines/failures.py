"""What happens when the engine stops."""

from contextlib import ExitStack
from typing import Any

from endpoints import Api, check, start_engine, start_server
from executions import find_code_of_definition
from features import feature, output, wait

FAILURES = "Failures"


@feature(FAILURES, "the engine stops: executions are FAILED, and requests have an error", only_behind=True)
def engine_stops(api: Api) -> None:
    with ExitStack() as engine:
        url = engine.enter_context(start_engine(api.engine))
        # The first state machine of moto takes seconds.
        Api(url, url, api.engine, "first").create(output("done"))
        with start_server(["--upstream", url, "--upstream-timeout", "2s"]) as server:
            lost = Api(server.url, url, api.engine, "lost", server)
            alias = lost.create_alias({f"{lost.create(wait(60), publish=True)}:1": 100})
            running = lost.start(alias)
            check("status", lost.describe(running)["status"], "RUNNING")
            engine.close()
            check_failure(lost.wait(running), url)
            check_failure(lost.run(alias), url)
            check("code of CreateStateMachine", find_code_of_definition(lost, output("done")), "ServiceUnavailable")


def check_failure(execution: dict[str, Any], url: str) -> None:
    """Checks that an execution has failed because of the engine, and that the cause names its URL."""
    check("status and error", (execution["status"], execution["error"]), ("FAILED", "SfnAlias.Upstream"))
    check("the cause names the URL", url in execution["cause"], True)
