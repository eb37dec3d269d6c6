"""The contestants of each benchmark."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Annotated, Any

import boto3
import botocore
import botocore.session
import jsonschema_rs
import moto
import pydantic
from botocore.validate import ParamValidator
from moto.stepfunctions.models import stepfunctions_backends

import sfn_alias
import sfn_alias.boto3
from sfn_alias._connections import Response

Work = Callable[[], object]

MACHINE = "arn:aws:states:us-east-1:123456789012:stateMachine:orders"
ROLE = "arn:aws:iam::123456789012:role/orders"
REQUEST: dict[str, Any] = {
    "name": "PROD",
    "description": "live traffic of the order service",
    "routingConfiguration": [
        {"stateMachineVersionArn": f"{MACHINE}:1", "weight": 90},
        {"stateMachineVersionArn": f"{MACHINE}:2", "weight": 10},
    ],
}
DEFINITIONS = [
    '{"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}',
    '{"StartAt": "Done", "States": {"Done": {"Type": "Pass", "End": true}}}',
]
NAME = r"^(?=.*[a-zA-Z_\-\.])[a-zA-Z0-9_\-\.]+$"
SCHEMA = {
    "type": "object",
    "required": ["name", "routingConfiguration"],
    "properties": {
        "name": {"type": "string", "minLength": 1, "maxLength": 80, "pattern": NAME},
        "description": {"type": "string", "maxLength": 256},
        "routingConfiguration": {
            "type": "array",
            "minItems": 1,
            "maxItems": 2,
            "items": {
                "type": "object",
                "required": ["stateMachineVersionArn", "weight"],
                "properties": {
                    "stateMachineVersionArn": {"type": "string", "minLength": 1, "maxLength": 256},
                    "weight": {"type": "integer", "minimum": 0, "maximum": 100},
                },
            },
        },
    },
}


class Route(pydantic.BaseModel):
    stateMachineVersionArn: Annotated[str, pydantic.Field(min_length=1, max_length=256)]
    weight: Annotated[int, pydantic.Field(ge=0, le=100, strict=True)]


class Create(pydantic.BaseModel):
    # pydantic's regex engine has no look-ahead, so this pattern checks less.
    name: Annotated[str, pydantic.Field(min_length=1, max_length=80, pattern=r"^[a-zA-Z0-9_\-\.]+$")]
    description: Annotated[str, pydantic.Field(max_length=256)] | None = None
    routingConfiguration: Annotated[list[Route], pydantic.Field(min_length=1, max_length=2)]


def validation_contestants() -> dict[str, Work]:
    model = botocore.session.get_session().get_service_model("stepfunctions")
    shape = model.operation_model("CreateStateMachineAlias").input_shape
    params, schema = ParamValidator(), jsonschema_rs.validator_for(SCHEMA)
    return {
        "sfn_alias.validate(operation, dict)": lambda: sfn_alias.validate("CreateStateMachineAlias", REQUEST),
        "botocore ParamValidator.validate": lambda: params.validate(REQUEST, shape),
        "jsonschema-rs .validate": lambda: schema.validate(REQUEST),
        "jsonschema-rs .is_valid": lambda: schema.is_valid(REQUEST),
        "pydantic v2 .model_validate": lambda: Create.model_validate(REQUEST),
    }


def fingerprint_contestants() -> dict[str, Work]:
    return {
        "sfn_alias.fingerprint(dict)": lambda: sfn_alias.fingerprint(REQUEST),
        "sha256(json.dumps(sort_keys))": lambda: hashlib.sha256(
            json.dumps(REQUEST, sort_keys=True).encode()
        ).hexdigest(),
    }


def create_our_service() -> sfn_alias.StepFunctions:
    sfn = sfn_alias.StepFunctions(account="123456789012")
    sfn.create_state_machine(name="orders", definition=DEFINITIONS[0], roleArn=ROLE, publish=True)
    sfn.update_state_machine(stateMachineArn=MACHINE, definition=DEFINITIONS[1], publish=True)
    return sfn


def create_moto_backend() -> Any:
    backend = stepfunctions_backends["123456789012"]["us-east-1"]
    backend.create_state_machine(name="orders", definition=DEFINITIONS[0], roleArn=ROLE, publish=True)
    backend.update_state_machine(arn=MACHINE, definition=DEFINITIONS[1], publish=True)
    return backend


def create_delete_contestants() -> dict[str, Work]:
    sfn, backend, arn = create_our_service(), create_moto_backend(), f"{MACHINE}:PROD"

    def run_ours() -> None:
        sfn.create_state_machine_alias(**REQUEST)
        sfn.delete_state_machine_alias(stateMachineAliasArn=arn)

    def run_moto() -> None:
        backend.create_state_machine_alias(
            name=REQUEST["name"],
            description=REQUEST["description"],
            routing_configuration=REQUEST["routingConfiguration"],
        )
        backend.delete_state_machine_alias(arn=arn)

    return {
        "sfn_alias.StepFunctions, create + delete": run_ours,
        "moto's backend called directly, create + delete": run_moto,
    }


def create_client(**arguments: Any) -> Any:
    keys = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
    return boto3.client("stepfunctions", region_name="us-east-1", **keys, **arguments)


def create_canned_client(reply: bytes) -> Any:
    """Creates a client that always gets the same response, to measure the client alone. It signs nothing, like ours."""
    client = create_client()

    def respond(request: Any, **_: Any) -> Response:
        return Response(request.url, 200, reply)

    client.meta.events.register_first("before-send.sfn", respond)
    client.meta.events.register_first("choose-signer.sfn", lambda **_: botocore.UNSIGNED)
    return client


def boto3_contestants(mocks: ExitStack) -> dict[str, Work]:
    arn, sfn = f"{MACHINE}:PROD", create_our_service()
    sfn.create_state_machine_alias(**REQUEST)
    _, reply = sfn.call_json("DescribeStateMachineAlias", json.dumps({"stateMachineAliasArn": arn}).encode())
    ours, canned = sfn_alias.boto3.client(sfn), create_canned_client(reply)
    mocks.enter_context(moto.mock_aws())
    create_moto_backend().create_state_machine_alias(
        name="PROD", description=REQUEST["description"], routing_configuration=REQUEST["routingConfiguration"]
    )
    mocked = create_client()
    return {
        "sfn_alias.boto3.client, describe": lambda: ours.describe_state_machine_alias(stateMachineAliasArn=arn),
        "boto3 with a canned response, describe": lambda: canned.describe_state_machine_alias(stateMachineAliasArn=arn),
        "boto3 under moto's mock_aws, describe": lambda: mocked.describe_state_machine_alias(stateMachineAliasArn=arn),
    }


def groups() -> Iterator[tuple[str, dict[str, Work], float]]:
    """Yields title, contestants (ours first) and seconds per slice of each benchmark."""
    yield "Is a create request with two routes valid?", validation_contestants(), 0.003
    yield "The identity of a create request", fingerprint_contestants(), 0.003
    yield "Create and delete an alias in memory", create_delete_contestants(), 0.003
    with ExitStack() as mocks:
        yield "Describe an alias through boto3", boto3_contestants(mocks), 0.05
