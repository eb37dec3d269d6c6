"""What runs inside an execution: states, errors, task tokens and activities."""

import json
import time

from botocore.exceptions import ClientError
from endpoints import END_LIMIT, Api, check, create_client
from features import feature, flow, output, wait

STATES = "States"


@feature(STATES, "Pass, with an intrinsic function")
def pass_state(api: Api) -> None:
    parameters = {"text.$": "States.Format('Hello, {}', $.name)", "count": 2}
    found = api.run_output(flow(Greet={"Type": "Pass", "Parameters": parameters, "End": True}), {"name": "Ana"})
    check("output", found, {"text": "Hello, Ana", "count": 2})


@feature(STATES, "Choice")
def choice_state(api: Api) -> None:
    large = {"Variable": "$.total", "NumericGreaterThan": 100, "Next": "Large"}
    definition = flow(
        Size={"Type": "Choice", "Choices": [large], "Default": "Small"},
        Large={"Type": "Pass", "Result": "large", "ResultPath": "$.size", "End": True},
        Small={"Type": "Pass", "Result": "small", "ResultPath": "$.size", "End": True},
    )
    arn = api.create(definition)
    for total, size in ((500, "large"), (5, "small")):
        found = json.loads(api.run(arn, {"total": total})["output"])
        check("output", found, {"total": total, "size": size})


@feature(STATES, "Wait: RUNNING, then SUCCEEDED")
def wait_state(api: Api) -> None:
    execution = api.start(api.create(wait(2)), {"a": 1})
    running = api.describe(execution)
    check("status", running["status"], "RUNNING")
    check("stopDate of a running execution", "stopDate" in running, False)
    ended = api.wait(execution)
    check("status", ended["status"], "SUCCEEDED")
    check("output", json.loads(ended["output"]), {"a": 1})
    check("waited", (ended["stopDate"] - ended["startDate"]).total_seconds() >= 2, True)


@feature(STATES, "Parallel")
def parallel_state(api: Api) -> None:
    branches = [output({"branch": 1}, "First"), output({"branch": 2}, "Second")]
    found = api.run_output(flow(Both={"Type": "Parallel", "Branches": branches, "End": True}))
    check("output", found, [{"branch": 1}, {"branch": 2}])


@feature(STATES, "Map, inline")
def map_state(api: Api) -> None:
    double = flow(Double={"Type": "Pass", "Parameters": {"n.$": "States.MathAdd($, $)"}, "End": True})
    definition = flow(Each={"Type": "Map", "ItemsPath": "$.items", "ItemProcessor": double, "End": True})
    check("output", api.run_output(definition, {"items": [1, 2, 3]}), [{"n": 2}, {"n": 4}, {"n": 6}])


@feature(STATES, "Fail: error and cause, no output")
def fail_state(api: Api) -> None:
    definition = flow(Stop={"Type": "Fail", "Error": "Orders.Broken", "Cause": "no stock"})
    failed = api.run(api.create(definition))
    check("status", failed["status"], "FAILED")
    check("error and cause", (failed.get("error"), failed.get("cause")), ("Orders.Broken", "no stock"))
    check("output of a failed execution", failed.get("output"), None)


@feature(STATES, "Catch of a failed Parallel")
def catch(api: Api) -> None:
    branch = flow(Stop={"Type": "Fail", "Error": "Orders.Broken", "Cause": "no stock"})
    catcher = {"ErrorEquals": ["Orders.Broken"], "ResultPath": "$.problem", "Next": "Repair"}
    definition = flow(
        Try={"Type": "Parallel", "Branches": [branch], "Catch": [catcher], "End": True},
        Repair={"Type": "Pass", "End": True},
    )
    found = api.run_output(definition, {"order": 1})
    check("output", found, {"order": 1, "problem": {"Error": "Orders.Broken", "Cause": "no stock"}})


@feature(STATES, "TimeoutSeconds of the state machine")
def timeout(api: Api) -> None:
    check("status", api.run(api.create({**wait(4), "TimeoutSeconds": 1}))["status"], "TIMED_OUT")


@feature(STATES, "JSONata")
def jsonata(api: Api) -> None:
    add = {"Type": "Pass", "Output": {"total": "{% $states.input.a + 1 %}"}, "End": True}
    check("output", api.run_output({"QueryLanguage": "JSONata", **flow(Add=add)}, {"a": 1}), {"total": 2})


@feature(STATES, "an output that is a string")
def string_output(api: Api) -> None:
    check("output", api.run(api.create(output("large")))["output"], '"large"')


@feature(STATES, "an output that is a string of digits")
def digits_output(api: Api) -> None:
    check("output", api.run(api.create(output("4711")))["output"], '"4711"')


@feature(STATES, "an output of 100 KB that is not ASCII")
def large_output(api: Api) -> None:
    document = {"text": "é" * 50_000}
    arn = api.create(flow(Done={"Type": "Pass", "End": True}))
    text = json.dumps(document, ensure_ascii=False)
    ended = api.wait(api.sfn.start_execution(stateMachineArn=arn, name="order-1", input=text)["executionArn"])
    check("status and error", (ended["status"], ended.get("error")), ("SUCCEEDED", None))
    check("output is the input", json.loads(ended["output"]) == document, True)


@feature(STATES, "`$$.Execution` and `$$.StateMachine`")
def context_object(api: Api) -> None:
    parameters = {"execution.$": "$$.Execution.Id", "name.$": "$$.Execution.Name", "machine.$": "$$.StateMachine.Id"}
    arn = api.create(flow(Read={"Type": "Pass", "Parameters": parameters, "End": True}))
    execution = api.start(arn, name="order-1")
    found = json.loads(api.wait(execution)["output"])
    check("output", found, {"execution": execution, "name": "order-1", "machine": arn})


@feature(STATES, "the whole `$$.Execution`")
def whole_context_object(api: Api) -> None:
    arn = api.create(flow(Read={"Type": "Pass", "Parameters": {"it.$": "$$.Execution"}, "End": True}))
    ended = api.run(arn, {"a": 1})
    check("status and error", (ended["status"], ended.get("error")), ("SUCCEEDED", None))
    found = json.loads(ended["output"])["it"]
    check("Id and Input", (found["Id"], found["Input"]), (ended["executionArn"], {"a": 1}))


@feature(STATES, "Map, distributed, and its map run")
def distributed_map(api: Api) -> None:
    processor = {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, **output({"done": True})}
    definition = flow(Each={"Type": "Map", "ItemsPath": "$.items", "ItemProcessor": processor, "End": True})
    ended = api.run(api.create(definition), {"items": [1, 2]})
    check("output", json.loads(ended["output"]), [{"done": True}, {"done": True}])
    runs = api.sfn.list_map_runs(executionArn=ended["executionArn"])["mapRuns"]
    check("executions of map runs", [it["executionArn"] for it in runs], [ended["executionArn"]])
    # A label of the Map state follows the ARN of the state machine.
    check("stateMachineArn", runs[0]["stateMachineArn"].split("/")[0], ended["stateMachineArn"])
    run = api.sfn.describe_map_run(mapRunArn=runs[0]["mapRunArn"])
    found = (run["status"], run["executionArn"], run["itemCounts"]["succeeded"])
    check("status, execution and items", found, ("SUCCEEDED", ended["executionArn"], 2))


@feature(STATES, "a Task that calls another service: DynamoDB")
def dynamodb(api: Api) -> None:
    client, table = create_client("dynamodb", api.engine_url), f"{api.prefix}-orders"
    key = {"AttributeName": "id", "KeyType": "HASH"}
    types = [{"AttributeName": "id", "AttributeType": "S"}]
    client.create_table(TableName=table, KeySchema=[key], AttributeDefinitions=types, BillingMode="PAY_PER_REQUEST")
    item = {"id": {"S.$": "$.id"}}
    task = {"Type": "Task", "Resource": "arn:aws:states:::dynamodb:putItem", "End": True}
    ended = api.run(api.create(flow(Put={**task, "Parameters": {"TableName": table, "Item": item}})), {"id": "order-1"})
    check("status", ended["status"], "SUCCEEDED")
    check("items", client.scan(TableName=table)["Items"], [{"id": {"S": "order-1"}}])


CALLBACKS = "Task tokens and activities"


def start_token(api: Api) -> tuple[str, str]:
    """Starts an execution that sends a task token to SQS, and returns its ARN and the token."""
    sqs = create_client("sqs", api.engine_url)
    queue = sqs.create_queue(QueueName=f"{api.prefix}-{api.feature}".replace("_", "-"))["QueueUrl"]
    parameters = {"QueueUrl": queue, "MessageBody": {"token.$": "$$.Task.Token"}}
    resource = "arn:aws:states:::sqs:sendMessage.waitForTaskToken"
    definition = flow(Ask={"Type": "Task", "Resource": resource, "Parameters": parameters, "End": True})
    definition["States"]["Ask"]["HeartbeatSeconds"] = 30
    execution = api.start(api.create(definition))
    deadline = time.monotonic() + END_LIMIT
    while time.monotonic() < deadline:
        for message in sqs.receive_message(QueueUrl=queue).get("Messages", []):
            return execution, json.loads(message["Body"])["token"]
        time.sleep(0.1)
    raise AssertionError(f"no task token: {api.describe(execution)}")


@feature(CALLBACKS, "waitForTaskToken, SendTaskHeartbeat and SendTaskSuccess")
def token_success(api: Api) -> None:
    execution, token = start_token(api)
    check("status", api.describe(execution)["status"], "RUNNING")
    api.send_task("send_task_heartbeat", taskToken=token)
    api.send_task("send_task_success", taskToken=token, output='{"approved": true}')
    ended = api.wait(execution)
    check("status", ended["status"], "SUCCEEDED")
    check("output", json.loads(ended["output"]), {"approved": True})


@feature(CALLBACKS, "waitForTaskToken and SendTaskFailure")
def token_failure(api: Api) -> None:
    execution, token = start_token(api)
    api.send_task("send_task_failure", taskToken=token, error="Orders.Declined", cause="no funds")
    ended = api.wait(execution)
    found = (ended["status"], ended.get("error"), ended.get("cause"))
    check("status, error and cause", found, ("FAILED", "Orders.Declined", "no funds"))


@feature(CALLBACKS, "SendTaskSuccess with an unknown token")
def unknown_token(api: Api) -> None:
    try:
        api.send_task("send_task_success", taskToken="unknown", output="{}")
    except ClientError as error:
        code = error.response["Error"]["Code"]
        check("error", code if code not in ("InvalidToken", "TaskDoesNotExist", "TaskTimedOut") else "", "")
    else:
        check("error", None, "InvalidToken")


@feature(CALLBACKS, "activities: create, describe, list, delete")
def activity(api: Api) -> None:
    name = f"{api.prefix}-activity"
    arn = api.sfn.create_activity(name=name)["activityArn"]
    check("name", api.sfn.describe_activity(activityArn=arn)["name"], name)
    listed = [it["activityArn"] for it in api.sfn.list_activities()["activities"]]
    check("listed", arn in listed, True)
    api.sfn.delete_activity(activityArn=arn)
    listed = [it["activityArn"] for it in api.sfn.list_activities()["activities"]]
    check("listed after its deletion", arn in listed, False)


@feature(CALLBACKS, "a Task of an activity, with GetActivityTask")
def activity_task(api: Api) -> None:
    arn = api.sfn.create_activity(name=f"{api.prefix}-work")["activityArn"]
    execution = api.start(api.create(flow(Work={"Type": "Task", "Resource": arn, "End": True})), {"order": 1})
    task = api.sfn.get_activity_task(activityArn=arn)
    check("input", json.loads(task["input"]), {"order": 1})
    api.send_task("send_task_success", taskToken=task["taskToken"], output='{"packed": true}')
    check("output", json.loads(api.wait(execution)["output"]), {"packed": True})
