"""Shared values and functions of the tests."""

from __future__ import annotations

from typing import Any

import sfn_alias

MACHINE = "arn:aws:states:us-east-1:000000000000:stateMachine:orders"
ALIAS = f"{MACHINE}:PROD"
ROLE = "arn:aws:iam::000000000000:role/orders"
FIRST = '{"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}'
SECOND = '{"StartAt": "Done", "States": {"Done": {"Type": "Pass", "End": true}}}'


def routes(*weights: int) -> list[dict[str, Any]]:
    """Returns routes to versions 1, 2, ..."""
    return [{"stateMachineVersionArn": f"{MACHINE}:{n}", "weight": weight} for n, weight in enumerate(weights, 1)]


def create_versions(client: Any) -> None:
    """Creates a state machine with two versions."""
    client.create_state_machine(name="orders", definition=FIRST, roleArn=ROLE, publish=True)
    client.update_state_machine(stateMachineArn=MACHINE, definition=SECOND, publish=True)


def create_service(path: Any = None, **options: Any) -> sfn_alias.StepFunctions:
    """Creates a service that has a state machine with two versions."""
    sfn = sfn_alias.StepFunctions(path, **options)
    create_versions(sfn)
    return sfn


def create_alias(client: Any, **members: Any) -> Any:
    """Creates the alias `PROD` with 90 % and 10 % of the traffic, or with other members."""
    return client.create_state_machine_alias(**{"name": "PROD", "routingConfiguration": routes(90, 10), **members})
