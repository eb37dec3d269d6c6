"""mypy checks this file in the tests: our types and those of mypy_boto3_stepfunctions are interchangeable."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from mypy_boto3_stepfunctions import SFNClient
from mypy_boto3_stepfunctions import type_defs as theirs

import sfn_alias
import sfn_alias.boto3
import sfn_alias.deploy
import sfn_alias.moto
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
    history: theirs.GetExecutionHistoryOutputTypeDef = service.get_execution_history(executionArn="arn")
    kinds: list[ours.HistoryEventTypeType] = [event["type"] for event in history["events"]]
    redriven: theirs.RedriveExecutionOutputTypeDef = service.redrive_execution(executionArn="arn")
    sync: theirs.StartSyncExecutionOutputTypeDef = service.start_sync_execution(stateMachineArn="arn")
    status: ours.SyncExecutionStatusType = sync["status"]
    print(again, execution, listed, kinds, redriven, status)


def end_executions(service: sfn_alias.StepFunctions, rules: ours.OutcomeRules) -> bool:
    service.set_outcomes(rules)
    service.set_outcomes([{"status": "SUCCEEDED"}])
    service.set_outcomes(5)  # type: ignore[arg-type]
    service.end_execution("arn", error="Broken", cause=None, after="2s")
    service.end_execution("arn", error=5)  # type: ignore[arg-type]
    return service.end_execution("arn", output=None)["status"] == "SUCCEEDED"


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


def mock_clients(service: sfn_alias.StepFunctions) -> int:
    with sfn_alias.boto3.mock(account="123456789012", seed=7, limits={"tags_per_resource": 1}) as mocked:
        region: str = mocked.region
    sfn_alias.boto3.mock(service, seeds=7)  # type: ignore[call-arg]
    sfn_alias.boto3.mock("x")  # type: ignore[arg-type]
    return len(region) + decorated(5)


@sfn_alias.boto3.mock()
def decorated(value: int) -> int:
    return value


@sfn_alias.boto3.mock()
async def decorated_coroutine() -> int:
    return decorated("5")  # type: ignore[arg-type]


@pytest.fixture
def mocked_client() -> Iterator[SFNClient]:
    with sfn_alias.boto3.mock():
        yield boto3.client("stepfunctions")


def attach_session(session: boto3.Session, service: sfn_alias.StepFunctions) -> boto3.Session:
    return sfn_alias.boto3.detach(sfn_alias.boto3.attach(session, service))


def use_names(service: sfn_alias.StepFunctions, operation: ours.OperationName) -> None:
    service.call("ListStateMachines")
    service.call(operation, {})
    service.call("ListMachines")  # type: ignore[arg-type]
    sfn_alias.validate("CreateAlias", {})  # type: ignore[arg-type]
    sfn_alias.check("Create", {})  # type: ignore[arg-type]


def use_exceptions(service: sfn_alias.StepFunctions) -> str:
    try:
        service.reset()
    except service.exceptions.ConflictException as error:
        return error.message
    except service.exceptions.ServiceClosed as error:
        number: int = error.number
        return str(number)
    except service.exceptions.Conflict:  # type: ignore[attr-defined]
        return ""
    return ""


def use_deployments(routing: list[ours.RoutingConfigurationListItemTypeDef]) -> int:
    plan = sfn_alias.deploy.plan("10/5m", routing, "arn")
    weights: list[int] = [step["targetWeight"] for step in plan["steps"]]
    plan["stepz"]  # type: ignore[typeddict-item]
    simulation = sfn_alias.deploy.simulate({"Type": "ALL_AT_ONCE"}, routing, "arn")
    outcome = simulation["outcome"]
    if outcome["result"] == "rolledBack":
        return len(outcome["alarms"])
    starts = sfn_alias.deploy.expected_starts("10/5m", routing, starts_per_second=2.5)
    sfn_alias.deploy.render("10/5m", routing, format="png")  # type: ignore[arg-type]
    return sum(weights) + starts["total"]["starts"]


def decide(execution: ours.StartedExecution) -> ours.ExecutionResult | None:
    version: str | None = execution.get("stateMachineVersionArn")
    return {"output": execution["input"], "after": "2s"} if version else None


async def decide_later(execution: ours.StartedExecution) -> ours.ExecutionResult:
    return {"status": "FAILED", "error": execution["name"]}


def set_callbacks() -> None:
    sfn_alias.StepFunctions(on_start=decide)
    sfn_alias.StepFunctions(on_start=lambda execution: {"output": execution["name"]})
    sfn_alias.serve(on_start=decide_later, allow_hosts=["sfn"])
    sfn_alias.boto3.mock(on_start=decide_later)
    sfn_alias.StepFunctions(on_start=lambda: None)  # type: ignore[arg-type, misc]
    service: sfn_alias.StepFunctions = sfn_alias.moto.create_service("aliases.db", seed=7)
    service.end_execution("arn", status="FAILED")
    service.end_execution("arn", status="STOPPED")  # type: ignore[arg-type]
