"""A driver that kills itself: before or after its n-th call, or while it writes its record."""

from __future__ import annotations

import os
import signal
import sys
from typing import Any

import sfn_alias
import sfn_alias.boto3
from sfn_alias.deploy import Deployment
from support import ALIAS, MACHINE


class Dying:
    """A client whose process ends at a call."""

    def __init__(self, client: Any, at: int, after: bool, log: str) -> None:
        self.client, self.left, self.after, self.log = client, at, after, log

    def describe_state_machine_alias(self, **input: Any) -> Any:
        return self.call(self.client.describe_state_machine_alias, input)

    def update_state_machine_alias(self, **input: Any) -> Any:
        answer = self.call(self.client.update_state_machine_alias, input)
        return answer

    def call(self, method: Any, input: dict[str, Any]) -> Any:
        self.left -= 1
        if self.left == 0 and not self.after:
            os.kill(os.getpid(), signal.SIGKILL)
        answer = method(**input)
        if "routingConfiguration" in input:
            with open(self.log, "a") as log:
                log.write(" ".join(str(route["weight"]) for route in input["routingConfiguration"]) + "\n")
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return answer


def main(store: str, state: str, now_file: str, log: str, at: int, after: bool) -> None:
    aliases = sfn_alias.Aliases(store)
    client = Dying(sfn_alias.boto3.client(aliases), at, after, log)

    def clock() -> float:
        with open(now_file) as file:
            return float(file.read())

    def sleep(seconds: float) -> None:
        later = clock() + seconds
        with open(now_file, "w") as file:
            file.write(str(later))

    watched = {"alarms": ["errors"], "alarm_states": lambda names: {}}
    deployment = Deployment(
        client, ALIAS, "linear 40/1m", f"{MACHINE}:2", state=state, clock=clock, sleep=sleep, **watched  # type: ignore[arg-type]
    )
    print(deployment.run()["result"])


if __name__ == "__main__":
    main(*sys.argv[1:5], int(sys.argv[5]), sys.argv[6] == "after")
