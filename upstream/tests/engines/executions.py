"""What the API reports about executions: names, lists, histories, stops and redrives."""

import json
from typing import Any

from botocore.exceptions import ClientError
from endpoints import ROLE, Api, check
from features import feature, flow, output, wait

REQUESTS = "Requests"


def find_code(call: Any, **members: Any) -> str | None:
    """Returns the error code of a request, without its namespace."""
    try:
        call(**members)
    except ClientError as error:
        return error.response["Error"]["Code"].split("#")[-1]
    return None


def find_code_of_definition(api: Api, definition: dict[str, Any]) -> str | None:
    """Returns the error code of CreateStateMachine with a definition."""
    members = {"name": f"{api.prefix}-{api.feature}-2", "definition": json.dumps(definition), "roleArn": ROLE}
    return find_code(api.sfn.create_state_machine, **members)


@feature(REQUESTS, "InvalidDefinition: `Next` names a missing state")
def invalid_next(api: Api) -> None:
    code = find_code_of_definition(api, flow(Go={"Type": "Pass", "Next": "Missing"}))
    check("error", code, "InvalidDefinition")


@feature(REQUESTS, "InvalidDefinition: a Task of an unknown service")
def invalid_resource(api: Api) -> None:
    task = {"Type": "Task", "Resource": "arn:aws:states:::unknown:call", "End": True}
    check("error", find_code_of_definition(api, flow(Call=task)), "InvalidDefinition")


@feature(REQUESTS, "InvalidDefinition: JSONata that does not parse")
def invalid_jsonata(api: Api) -> None:
    state = {"Type": "Pass", "Output": "{% $sum( %}", "End": True}
    code = find_code_of_definition(api, {"QueryLanguage": "JSONata", **flow(Sum=state)})
    check("error", code, "InvalidDefinition")


@feature(REQUESTS, "two executions without a name")
def without_name(api: Api) -> None:
    arn = api.create(output("done"))
    started = [api.sfn.start_execution(stateMachineArn=arn, input=text) for text in ('{"a": 1}', '{"a": 2}')]
    first, second = (api.wait(it["executionArn"]) for it in started)
    check("statuses", (first["status"], second["status"]), ("SUCCEEDED", "SUCCEEDED"))
    check("the same name", first["name"] == second["name"], False)


@feature(REQUESTS, "names with punctuation")
def punctuation(api: Api) -> None:
    arn = api.create(output("done"), suffix="-a.b+c!d@e(f)=g'h")
    for name in ("order.1", "a+b=c", "it's@(home)!", "--dashes__", "é", "x" * 80):
        ended = api.run(arn, name=name)
        check("status and name", (ended["status"], ended["name"]), ("SUCCEEDED", name))
        check("stateMachineArn", ended["stateMachineArn"], arn)


@feature(REQUESTS, "the same name again")
def same_name(api: Api) -> None:
    arn = api.create(wait(60))
    first = api.sfn.start_execution(stateMachineArn=arn, name="order-1", input="{}")
    again = api.sfn.start_execution(stateMachineArn=arn, name="order-1", input="{}")
    check("response", {**again, "ResponseMetadata": 0}, {**first, "ResponseMetadata": 0})
    other = find_code(api.sfn.start_execution, stateMachineArn=arn, name="order-1", input='{"a": 1}')
    check("error for another input", other, "ExecutionAlreadyExists")
    api.sfn.stop_execution(executionArn=first["executionArn"])


@feature(REQUESTS, "the same name after the state machine was deleted and created again")
def created_again(api: Api) -> None:
    for number in range(2):
        arn = api.create(flow(Done={"Type": "Pass", "End": True}))
        ended = api.run(arn, {"number": number}, name="order-1")
        check("status and output", (ended["status"], json.loads(ended["output"])), ("SUCCEEDED", {"number": number}))
        api.sfn.delete_state_machine(stateMachineArn=arn)


@feature(REQUESTS, "StopExecution in a Wait, with error and cause")
def stop(api: Api) -> None:
    execution = api.start(api.create(wait(60)))
    api.sfn.stop_execution(executionArn=execution, error="Orders.Cancelled", cause="by Ana")
    ended = api.wait(execution)
    found = (ended["status"], ended.get("error"), ended.get("cause"))
    check("status, error and cause", found, ("ABORTED", "Orders.Cancelled", "by Ana"))
    last = api.read_history(execution)[-1]
    check("last event", last["type"], "ExecutionAborted")
    check("details", last.get("executionAbortedEventDetails"), {"error": "Orders.Cancelled", "cause": "by Ana"})


@feature(REQUESTS, "DescribeStateMachineForExecution after an update")
def definition_of_execution(api: Api) -> None:
    arn = api.create(output("old"))
    execution = api.start(arn)
    api.sfn.update_state_machine(stateMachineArn=arn, definition=json.dumps(output("new")))
    found = api.sfn.describe_state_machine_for_execution(executionArn=execution)
    check("definition", json.loads(found["definition"]), output("old"))
    check("stateMachineArn", found["stateMachineArn"], arn)


@feature(REQUESTS, "RedriveExecution")
def redrive(api: Api) -> None:
    definition = flow(Stop={"Type": "Fail", "Error": "Orders.Broken", "Cause": "no stock"})
    execution = api.run(api.create(definition))["executionArn"]
    api.sfn.redrive_execution(executionArn=execution)
    ended = api.wait(execution)
    check("status and redrives", (ended["status"], ended["redriveCount"]), ("FAILED", 1))


@feature(REQUESTS, "StartSyncExecution")
def sync(api: Api) -> None:
    arn = api.create(output({"a": 1}), type="EXPRESS")
    response = api.sfn.start_sync_execution(stateMachineArn=arn, input="{}")
    check("status and error", (response["status"], response.get("error")), ("SUCCEEDED", None))
    check("output", json.loads(response["output"]), {"a": 1})
    check("stateMachineArn", response["stateMachineArn"], arn)
    check("executionArn has `:express:`", ":express:" in response["executionArn"], True)
    check("billingDetails", "billingDetails" in response, True)


@feature(REQUESTS, "TestState")
def test_state(api: Api) -> None:
    state = json.dumps({"Type": "Pass", "Result": {"a": 1}, "End": True})
    response = api.sfn.test_state(definition=state, roleArn=ROLE)
    check("status and output", (response["status"], json.loads(response["output"])), ("SUCCEEDED", {"a": 1}))


LISTS = "Lists"


@feature(LISTS, "ListExecutions with a status filter")
def status_filter(api: Api) -> None:
    choices = [{"Variable": "$.fail", "BooleanEquals": True, "Next": "Stop"}]
    definition = flow(
        Which={"Type": "Choice", "Choices": choices, "Default": "Wait"},
        Stop={"Type": "Fail", "Error": "Orders.Broken", "Cause": "on purpose"},
        Wait={"Type": "Wait", "SecondsPath": "$.seconds", "End": True},
    )
    arn = api.create(definition)
    failed = api.start(arn, {"fail": True}, name="failed")
    succeeded = api.start(arn, {"fail": False, "seconds": 0}, name="succeeded")
    running = api.start(arn, {"fail": False, "seconds": 60}, name="running")
    aborted = api.start(arn, {"fail": False, "seconds": 60}, name="aborted")
    api.wait(failed), api.wait(succeeded)
    api.sfn.stop_execution(executionArn=aborted)
    api.wait(aborted)
    for status, expected in (("FAILED", failed), ("SUCCEEDED", succeeded), ("RUNNING", running), ("ABORTED", aborted)):
        listed = api.sfn.list_executions(stateMachineArn=arn, statusFilter=status)["executions"]
        check(status, [(it["executionArn"], it["status"]) for it in listed], [(expected, status)])
    api.sfn.stop_execution(executionArn=running)


@feature(LISTS, "ListExecutions in pages")
def pages(api: Api) -> None:
    arn = api.create(output("done"))
    names = [f"order-{number}" for number in range(7)]
    for name in names:
        api.run(arn, name=name)
    pages = api.sfn.get_paginator("list_executions").paginate(
        stateMachineArn=arn, PaginationConfig={"PageSize": 3}
    )
    found = [[it["name"] for it in page["executions"]] for page in pages]
    check("sizes of pages", [len(page) for page in found], [3, 3, 1])
    check("names", [name for page in found for name in page], names[::-1])


HISTORY = "History"


@feature(HISTORY, "forward")
def history(api: Api) -> None:
    execution = api.start(api.create(output({"a": 1})), {"b": 2})
    api.wait(execution)
    events = api.read_history(execution)
    types = [event["type"] for event in events]
    check("types", types, ["ExecutionStarted", "PassStateEntered", "PassStateExited", "ExecutionSucceeded"])
    check("ids", [event["id"] for event in events], [1, 2, 3, 4])
    check("input", json.loads(events[0]["executionStartedEventDetails"]["input"]), {"b": 2})
    check("output", json.loads(events[-1]["executionSucceededEventDetails"]["output"]), {"a": 1})


@feature(HISTORY, "in reverse")
def reverse_history(api: Api) -> None:
    execution = api.run(api.create(output("done")))["executionArn"]
    events, found = api.read_history(execution), api.read_history(execution, reverseOrder=True)
    check("ids", [event["id"] for event in found], [4, 3, 2, 1])
    check("the same events", found == events[::-1], True)


@feature(HISTORY, "`previousEventId`")
def previous_event(api: Api) -> None:
    execution = api.run(api.create(output("done")))["executionArn"]
    found = [event.get("previousEventId") for event in api.read_history(execution)]
    check("previousEventId", found, [0, 0, 2, 3])


@feature(HISTORY, "`inputDetails` and `outputDetails`")
def event_details(api: Api) -> None:
    execution = api.run(api.create(output("done")))["executionArn"]
    first, *_, last = api.read_history(execution)
    check("inputDetails", first["executionStartedEventDetails"].get("inputDetails"), {"truncated": False})
    check("outputDetails", last["executionSucceededEventDetails"].get("outputDetails"), {"truncated": False})


@feature(HISTORY, "includeExecutionData=false")
def without_data(api: Api) -> None:
    execution = api.run(api.create(output("done")))["executionArn"]
    first, *_, last = api.read_history(execution, includeExecutionData=False)
    check("input", first["executionStartedEventDetails"].get("input"), None)
    check("output", last["executionSucceededEventDetails"].get("output"), None)


@feature(HISTORY, "in pages")
def history_pages(api: Api) -> None:
    states = {f"Step{number}": {"Type": "Pass", "Next": f"Step{number + 1}"} for number in range(4)}
    execution = api.run(api.create(flow(**states, Step4={"Type": "Pass", "End": True})))["executionArn"]
    events = api.read_history(execution)
    paginator = api.sfn.get_paginator("get_execution_history")
    pages = paginator.paginate(executionArn=execution, PaginationConfig={"PageSize": 5})
    found = [page["events"] for page in pages]
    check("sizes of pages", [len(page) for page in found], [5, 5, 2])
    check("events", [event for page in found for event in page], events)


@feature(HISTORY, "of 20 MB")
def large_history(api: Api) -> None:
    states = {f"Step{number}": {"Type": "Pass", "Next": f"Step{number + 1}"} for number in range(40)}
    arn = api.create(flow(**states, Step40={"Type": "Pass", "End": True}))
    execution = api.run(arn, "x" * 240_000)["executionArn"]
    pages = api.sfn.get_paginator("get_execution_history").paginate(executionArn=execution)
    check("events", sum(len(page["events"]) for page in pages), 84)


@feature(HISTORY, "events of Parallel and Map")
def history_of_branches(api: Api) -> None:
    definition = flow(
        Both={"Type": "Parallel", "Branches": [output(1, "First"), output(2, "Second")], "Next": "Each"},
        Each={"Type": "Map", "ItemProcessor": output(3, "Third"), "End": True},
    )
    execution = api.run(api.create(definition))["executionArn"]
    types = {event["type"] for event in api.read_history(execution)}
    expected = {
        "ParallelStateStarted",
        "ParallelStateSucceeded",
        "MapStateStarted",
        "MapIterationStarted",
        "MapIterationSucceeded",
        "MapStateSucceeded",
    }
    check("missing events", sorted(expected - types), [])


@feature(HISTORY, "of a failed execution")
def history_of_failure(api: Api) -> None:
    definition = flow(Stop={"Type": "Fail", "Error": "Orders.Broken", "Cause": "no stock"})
    events = api.read_history(api.run(api.create(definition))["executionArn"])
    types = [event["type"] for event in events]
    check("types", types, ["ExecutionStarted", "FailStateEntered", "ExecutionFailed"])
    check("details", events[-1]["executionFailedEventDetails"], {"error": "Orders.Broken", "cause": "no stock"})
