"""Versions and aliases: which definition runs, and what responses name."""

import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from endpoints import Api, check
from features import feature, flow, output, wait

VERSIONS = "Versions and aliases"
STARTS = 20


def output_version(number: int) -> dict[str, Any]:
    return output({"version": number})


def run_all(api: Api, arn: str, count: int = STARTS) -> list[dict[str, Any]]:
    """Starts executions, waits until all have ended, and describes them."""
    started = [api.start(arn, name=f"order-{number}") for number in range(count)]
    return [api.wait(execution) for execution in started]


def check_outputs(executions: list[dict[str, Any]]) -> Counter[str]:
    """Checks that each output is the one of the version that DescribeExecution names, and counts the versions."""
    ran = {json.loads(execution["output"])["version"] for execution in executions}
    check("version that ran", sorted(ran - {1, 2}), [])
    for execution in executions:
        check("status", execution["status"], "SUCCEEDED")
        check("stateMachineVersionArn in DescribeExecution", "stateMachineVersionArn" in execution, True)
        number = int(execution["stateMachineVersionArn"].rsplit(":")[-1])
        check("output", json.loads(execution["output"]), {"version": number})
    return Counter(execution["stateMachineVersionArn"] for execution in executions)


@feature(VERSIONS, "start by version")
def start_version(api: Api) -> None:
    arn, versions = api.create_versions(output_version)
    for version in versions:
        ended = api.run(version)
        check("output", json.loads(ended["output"]), {"version": versions.index(version) + 1})
        check("stateMachineVersionArn", ended.get("stateMachineVersionArn"), version)
        check("stateMachineArn", ended["stateMachineArn"], arn)


@feature(VERSIONS, "start by alias, 50/50")
def start_alias(api: Api) -> None:
    arn, versions = api.create_versions(output_version)
    alias = api.create_alias({versions[0]: 50, versions[1]: 50})
    executions = run_all(api, alias)
    check("both versions", sorted(check_outputs(executions)), versions)
    check("stateMachineAliasArn", {it.get("stateMachineAliasArn") for it in executions}, {alias})
    check("stateMachineArn", {it["stateMachineArn"] for it in executions}, {arn})


@feature(VERSIONS, "start by alias, 90/10, and an update of its weights")
def start_weighted(api: Api) -> None:
    _, versions = api.create_versions(output_version)
    alias = api.create_alias({versions[0]: 90, versions[1]: 10})
    counts = check_outputs(run_all(api, alias, 40))
    check("both versions", sorted(counts), versions)
    check("version 1 more frequently", counts[versions[0]] > 2 * counts[versions[1]], True)
    route = [{"stateMachineVersionArn": versions[1], "weight": 100}]
    api.sfn.update_state_machine_alias(stateMachineAliasArn=alias, routingConfiguration=route)
    ended = api.run(alias, name="after-update")
    check("version after the update", ended["stateMachineVersionArn"], versions[1])
    check_outputs([ended])


@feature(VERSIONS, "40 starts by alias from 8 threads")
def start_concurrently(api: Api) -> None:
    _, versions = api.create_versions(output_version)
    alias = api.create_alias({versions[0]: 50, versions[1]: 50})
    with ThreadPoolExecutor(8) as pool:
        executions = list(pool.map(lambda number: api.run(alias, name=f"order-{number}"), range(40)))
    check("executions", len({it["executionArn"] for it in executions}), 40)
    check("both versions", sorted(check_outputs(executions)), versions)


@feature(VERSIONS, "unqualified start of a state machine with an alias")
def start_unqualified(api: Api) -> None:
    arn, versions = api.create_versions(output_version)
    api.create_alias({versions[0]: 50, versions[1]: 50})
    ended = api.run(arn)
    # The revision after the two versions.
    check("output", json.loads(ended["output"]), {"version": 3})
    qualified = [name for name in ("stateMachineVersionArn", "stateMachineAliasArn") if name in ended]
    check("qualified ARNs", qualified, [])


@feature(VERSIONS, "an update does not change a running execution")
def running_during_update(api: Api) -> None:
    def definition(number: int) -> dict[str, Any]:
        done = {"Type": "Pass", "Result": {"version": number}, "End": True}
        return flow(Wait={"Type": "Wait", "Seconds": 2, "Next": "Done"}, Done=done)

    arn = api.create(definition(1))
    execution = api.start(arn)
    api.sfn.update_state_machine(stateMachineArn=arn, definition=json.dumps(definition(2)))
    check("output", json.loads(api.wait(execution)["output"]), {"version": 1})
    check("output of the next", json.loads(api.run(arn)["output"]), {"version": 2})


@feature(VERSIONS, "ListExecutions by version and by alias")
def lists(api: Api) -> None:
    arn, versions = api.create_versions(output_version)
    alias = api.create_alias({versions[0]: 50, versions[1]: 50})
    executions = run_all(api, alias, 10)
    check_outputs(executions)
    direct = api.run(versions[0], name="by-version")
    unqualified = api.run(arn, name="unqualified")
    expected = {
        alias: {it["name"] for it in executions},
        versions[0]: {it["name"] for it in [*executions, direct] if it["stateMachineVersionArn"] == versions[0]},
        versions[1]: {it["name"] for it in executions if it["stateMachineVersionArn"] == versions[1]},
        arn: {it["name"] for it in [*executions, direct, unqualified]},
    }
    for listed, names in expected.items():
        found = api.sfn.list_executions(stateMachineArn=listed, statusFilter="SUCCEEDED")["executions"]
        check(f"names of {listed[len(arn) :] or 'the state machine'}", {it["name"] for it in found}, names)


@feature(VERSIONS, "alias and version in the event ExecutionStarted")
def history_of_alias(api: Api) -> None:
    _, versions = api.create_versions(output_version, 1)
    alias = api.create_alias({versions[0]: 100})
    execution = api.run(alias)["executionArn"]
    for reverse in (False, True):
        events = api.read_history(execution, reverseOrder=reverse)
        details = events[-1 if reverse else 0]["executionStartedEventDetails"]
        found = (details.get("stateMachineAliasArn"), details.get("stateMachineVersionArn"))
        check("ARNs of ExecutionStarted", found, (alias, versions[0]))


@feature(VERSIONS, "StopExecution of an execution of an alias")
def stop_alias(api: Api) -> None:
    _, versions = api.create_versions(lambda number: wait(59 + number), 1)
    alias = api.create_alias({versions[0]: 100})
    execution = api.start(alias)
    api.sfn.stop_execution(executionArn=execution, error="Orders.Cancelled")
    ended = api.wait(execution)
    found = (ended["status"], ended.get("stateMachineAliasArn"), ended.get("stateMachineVersionArn"))
    check("status, alias and version", found, ("ABORTED", alias, versions[0]))


@feature(VERSIONS, "DescribeStateMachineForExecution by version")
def definition_of_version(api: Api) -> None:
    arn, versions = api.create_versions(output_version)
    execution = api.run(versions[0])["executionArn"]
    found = api.sfn.describe_state_machine_for_execution(executionArn=execution)
    check("definition", json.loads(found["definition"]), output_version(1))
    check("stateMachineArn", found["stateMachineArn"], arn)


@feature(VERSIONS, "`$$.StateMachine.Id` and `$$.Execution.Id` by alias")
def context_of_alias(api: Api) -> None:
    def definition(number: int) -> dict[str, Any]:
        parameters = {"execution.$": "$$.Execution.Id", "machine.$": "$$.StateMachine.Id", "version": number}
        return flow(Read={"Type": "Pass", "Parameters": parameters, "End": True})

    arn, versions = api.create_versions(definition, 1)
    execution = api.start(api.create_alias({versions[0]: 100}), name="order-1")
    found = json.loads(api.wait(execution)["output"])
    check("output", found, {"execution": execution, "machine": arn, "version": 1})


@feature(VERSIONS, "a Task that starts an execution by alias")
def nested_start(api: Api) -> None:
    _, versions = api.create_versions(output_version, 1)
    parameters = {"StateMachineArn": api.create_alias({versions[0]: 100}), "Input": {}}
    task = {"Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync:2", "Parameters": parameters}
    ended = api.run(api.create(flow(Start={**task, "End": True}), suffix="-parent"))
    check("status and error", (ended["status"], ended.get("error")), ("SUCCEEDED", None))
    check("output", json.loads(ended["output"])["Output"], {"version": 1})


@feature(VERSIONS, "StartSyncExecution by alias, 50/50")
def sync_alias(api: Api) -> None:
    _, versions = api.create_versions(output_version, type="EXPRESS")
    alias = api.create_alias({versions[0]: 50, versions[1]: 50})
    responses = [api.sfn.start_sync_execution(stateMachineArn=alias, input="{}") for _ in range(STARTS)]
    check("status and error", {(it["status"], it.get("error")) for it in responses}, {("SUCCEEDED", None)})
    found = {json.loads(it["output"])["version"] for it in responses}
    check("both versions", found, {1, 2})


@feature(VERSIONS, "`serve` is killed and started again while executions run", only_behind=True)
def restart(api: Api) -> None:
    _, versions = api.create_versions(lambda number: wait(number), 2)
    alias = api.create_alias({versions[0]: 50, versions[1]: 50})
    started = [api.start(alias, {"order": number}, name=f"order-{number}") for number in range(6)]
    api.server.kill()
    api.server.start()
    for number, execution in enumerate(started):
        ended = api.wait(execution)
        check("status", ended["status"], "SUCCEEDED")
        check("output", json.loads(ended["output"]), {"order": number})
        check("stateMachineAliasArn", ended["stateMachineAliasArn"], alias)
    check("a new execution", api.run(alias)["status"], "SUCCEEDED")
