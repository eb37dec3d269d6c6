"""mypy checks this file in the tests: our types and those of mypy_boto3_stepfunctions are interchangeable."""

from typing import Any

from mypy_boto3_stepfunctions import SFNClient
from mypy_boto3_stepfunctions import type_defs as theirs

import sfn_alias
import sfn_alias.boto3
from sfn_alias import type_defs as ours


def convert_requests(own: ours.CreateStateMachineAliasInputTypeDef) -> None:
    request: theirs.CreateStateMachineAliasInputTypeDef = own
    back: ours.CreateStateMachineAliasInputTypeDef = request
    sfn_alias.StepFunctions().create_state_machine_alias(**request)
    sfn_alias.fingerprint(request)
    sfn_alias.compare(None, back)


def convert_responses(service: sfn_alias.StepFunctions, client: SFNClient) -> None:
    alias: theirs.DescribeStateMachineAliasOutputTypeDef = service.describe_state_machine_alias(
        stateMachineAliasArn="arn"
    )
    other: ours.DescribeStateMachineAliasOutputTypeDef = client.describe_state_machine_alias(
        stateMachineAliasArn="arn"
    )
    sfn_alias.compare(alias, {"name": "PROD", "routingConfiguration": other["routingConfiguration"]})
    sfn_alias.pick(alias["routingConfiguration"], 50)
    machine: theirs.DescribeStateMachineOutputTypeDef = service.describe_state_machine(stateMachineArn="arn")
    again: ours.DescribeStateMachineOutputTypeDef = machine
    execution: theirs.DescribeExecutionOutputTypeDef = service.describe_execution(executionArn="arn")
    listed: theirs.ListExecutionsOutputTypeDef = service.list_executions(stateMachineArn="arn")
    print(again, execution, listed)


def use_wrong_types(service: sfn_alias.StepFunctions) -> None:
    service.create_state_machine_alias(name="PROD")  # type: ignore[call-arg]
    service.start_execution(stateMachineArn=5)  # type: ignore[arg-type]
    service.create_state_machine(name="o", definition="{}", roleArn="r", type="FAST")  # type: ignore[arg-type]
    limits: ours.Limits = {"aliases": 1}  # type: ignore[typeddict-unknown-key]
    sfn_alias.StepFunctions(limits=limits)


def create_clients(service: sfn_alias.StepFunctions) -> SFNClient:
    client: SFNClient = sfn_alias.boto3.client(service, region_name="us-east-1")
    return sfn_alias.boto3.guard(sfn_alias.boto3.attach(client, service))


def paginate(client: SFNClient | sfn_alias.StepFunctions) -> dict[str, Any]:
    pages = sfn_alias.paginator(client, "list_state_machine_aliases").paginate(stateMachineArn="arn")
    sfn_alias.paginator(client, "list_everything")  # type: ignore[arg-type]
    return pages.build_full_result()
