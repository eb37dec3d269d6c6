"""What several tests need."""

from __future__ import annotations

from typing import Any

import sfn_alias

MACHINE = "arn:aws:states:us-east-1:000000000000:stateMachine:orders"
ALIAS = f"{MACHINE}:PROD"
ROLE = "arn:aws:iam::000000000000:role/orders"
FIRST = '{"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}'
SECOND = '{"StartAt": "Done", "States": {"Done": {"Type": "Pass", "End": true}}}'


def routes(*weights: int) -> list[dict[str, Any]]:
    """Routes to versions 1, 2, ..."""
    return [{"stateMachineVersionArn": f"{MACHINE}:{n}", "weight": weight} for n, weight in enumerate(weights, 1)]


def publish(client: Any) -> None:
    """Makes a state machine with two versions."""
    client.create_state_machine(name="orders", definition=FIRST, roleArn=ROLE, publish=True)
    client.update_state_machine(stateMachineArn=MACHINE, definition=SECOND, publish=True)


def published(path: Any = None, **options: Any) -> sfn_alias.StepFunctions:
    aliases = sfn_alias.StepFunctions(path, **options)
    publish(aliases)
    return aliases


def create(client: Any, **more: Any) -> Any:
    return client.create_state_machine_alias(**{"name": "PROD", "routingConfiguration": routes(90, 10), **more})
