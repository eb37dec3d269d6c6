"""What is measured against what."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Annotated, Any

import boto3
import botocore.awsrequest
import botocore.session
import jsonschema_rs
import moto
import pydantic
from botocore.validate import ParamValidator
from moto.stepfunctions.models import stepfunctions_backends

import sfn_alias
import sfn_alias.boto3

Work = Callable[[], object]

MACHINE = "arn:aws:states:us-east-1:123456789012:stateMachine:orders"
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
    # pydantic's own regex engine has no look-ahead; the pattern without it checks less.
    name: Annotated[str, pydantic.Field(min_length=1, max_length=80, pattern=r"^[a-zA-Z0-9_\-\.]+$")]
    description: Annotated[str, pydantic.Field(max_length=256)] | None = None
    routingConfiguration: Annotated[list[Route], pydantic.Field(min_length=1, max_length=2)]


def validation() -> dict[str, Work]:
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


def fingerprints() -> dict[str, Work]:
    return {
        "sfn_alias.fingerprint(dict)": lambda: sfn_alias.fingerprint(REQUEST),
        "sha256(json.dumps(sort_keys))": lambda: hashlib.sha256(
            json.dumps(REQUEST, sort_keys=True).encode()
        ).hexdigest(),
    }


def ours() -> sfn_alias.StepFunctions:
    aliases = sfn_alias.StepFunctions(account="123456789012")
    aliases.create_state_machine(name="orders", definition=DEFINITIONS[0], roleArn=role(), publish=True)
    aliases.update_state_machine(stateMachineArn=MACHINE, definition=DEFINITIONS[1], publish=True)
    return aliases


def role() -> str:
    return "arn:aws:iam::123456789012:role/orders"


def motos() -> Any:
    backend = stepfunctions_backends["123456789012"]["us-east-1"]
    backend.create_state_machine(name="orders", definition=DEFINITIONS[0], roleArn=role(), publish=True)
    backend.update_state_machine(arn=MACHINE, definition=DEFINITIONS[1], publish=True)
    return backend


def direct() -> dict[str, Work]:
    aliases, backend, arn = ours(), motos(), f"{MACHINE}:PROD"

    def own() -> None:
        aliases.create_state_machine_alias(**REQUEST)
        aliases.delete_state_machine_alias(stateMachineAliasArn=arn)

    def peer() -> None:
        backend.create_state_machine_alias(
            name=REQUEST["name"],
            description=REQUEST["description"],
            routing_configuration=REQUEST["routingConfiguration"],
        )
        backend.delete_state_machine_alias(arn=arn)

    return {"sfn_alias.StepFunctions, create + delete": own, "moto's backend called directly, create + delete": peer}


def client(**arguments: Any) -> Any:
    keys = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
    return boto3.client("stepfunctions", region_name="us-east-1", **keys, **arguments)


def ready(reply: bytes) -> Any:
    """A client whose replies are ready: what the client alone costs. Nothing is signed, as in ours."""
    made = client()

    def answer(request: Any, **_: Any) -> botocore.awsrequest.AWSResponse:
        return botocore.awsrequest.AWSResponse(request.url, 200, {}, sfn_alias.boto3._Raw(reply))

    made.meta.events.register_first("before-send.sfn", answer)
    made.meta.events.register_first("choose-signer.sfn", lambda **_: botocore.UNSIGNED)
    return made


def through_boto3(mocks: ExitStack) -> dict[str, Work]:
    arn, aliases = f"{MACHINE}:PROD", ours()
    aliases.create_state_machine_alias(**REQUEST)
    _, reply = aliases.call_json("DescribeStateMachineAlias", json.dumps({"stateMachineAliasArn": arn}).encode())
    own, floor = sfn_alias.boto3.client(aliases), ready(reply)
    mocks.enter_context(moto.mock_aws())
    motos().create_state_machine_alias(
        name="PROD", description=REQUEST["description"], routing_configuration=REQUEST["routingConfiguration"]
    )
    mocked = client()
    return {
        "sfn_alias.boto3.client, describe": lambda: own.describe_state_machine_alias(stateMachineAliasArn=arn),
        "boto3 with the reply ready, describe": lambda: floor.describe_state_machine_alias(stateMachineAliasArn=arn),
        "boto3 under moto's mock_aws, describe": lambda: mocked.describe_state_machine_alias(stateMachineAliasArn=arn),
    }


def groups() -> Iterator[tuple[str, dict[str, Work], float]]:
    """Title, contestants with ours first, and seconds a slice."""
    yield "Is a create request with two routes valid?", validation(), 0.003
    yield "The identity of a create request", fingerprints(), 0.003
    yield "Create and delete an alias in memory", direct(), 0.003
    with ExitStack() as mocks:
        yield "Describe an alias through boto3", through_boto3(mocks), 0.05
