"""Checked by mypy in the tests: our types are those of mypy_boto3_stepfunctions, both ways."""

from typing import Any

from mypy_boto3_stepfunctions import SFNClient
from mypy_boto3_stepfunctions import type_defs as theirs

import sfn_alias
import sfn_alias.boto3
from sfn_alias import type_defs as ours


def requests_both_ways(own: ours.CreateStateMachineAliasInputTypeDef) -> None:
    given: theirs.CreateStateMachineAliasInputTypeDef = own
    back: ours.CreateStateMachineAliasInputTypeDef = given
    sfn_alias.StepFunctions().create_state_machine_alias(**given)
    sfn_alias.fingerprint(given)
    sfn_alias.compare(None, back)


def answers_both_ways(aliases: sfn_alias.StepFunctions, client: SFNClient) -> None:
    alias: theirs.DescribeStateMachineAliasOutputTypeDef = aliases.describe_state_machine_alias(
        stateMachineAliasArn="arn"
    )
    other: ours.DescribeStateMachineAliasOutputTypeDef = client.describe_state_machine_alias(
        stateMachineAliasArn="arn"
    )
    sfn_alias.compare(alias, {"name": "PROD", "routingConfiguration": other["routingConfiguration"]})
    sfn_alias.pick(alias["routingConfiguration"], 50)
    machine: theirs.DescribeStateMachineOutputTypeDef = aliases.describe_state_machine(stateMachineArn="arn")
    again: ours.DescribeStateMachineOutputTypeDef = machine
    execution: theirs.DescribeExecutionOutputTypeDef = aliases.describe_execution(executionArn="arn")
    listed: theirs.ListExecutionsOutputTypeDef = aliases.list_executions(stateMachineArn="arn")
    print(again, execution, listed)


def wrong(aliases: sfn_alias.StepFunctions) -> None:
    aliases.create_state_machine_alias(name="PROD")  # type: ignore[call-arg]
    aliases.start_execution(stateMachineArn=5)  # type: ignore[arg-type]
    aliases.create_state_machine(name="o", definition="{}", roleArn="r", type="FAST")  # type: ignore[arg-type]
    limits: ours.Limits = {"aliases": 1}  # type: ignore[typeddict-unknown-key]
    sfn_alias.StepFunctions(limits=limits)


def clients(aliases: sfn_alias.StepFunctions) -> SFNClient:
    client: SFNClient = sfn_alias.boto3.client(aliases, region_name="us-east-1")
    return sfn_alias.boto3.guard(sfn_alias.boto3.attach(client, aliases))


def paging(client: SFNClient | sfn_alias.StepFunctions) -> dict[str, Any]:
    pages = sfn_alias.paginator(client, "list_state_machine_aliases").paginate(stateMachineArn="arn")
    sfn_alias.paginator(client, "list_everything")  # type: ignore[arg-type]
    return pages.build_full_result()
