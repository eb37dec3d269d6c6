"""Tests an application that starts orders through an alias: moto runs the workflow of the version that the alias selects, in
this process. Needs `pip install boto3 'moto[stepfunctions]'`. Prints `examples/run_on_moto.txt`."""

import json
import time
from collections import Counter

import boto3
import sfn_alias.boto3
import sfn_alias.moto
from moto import mock_aws

MACHINE = "arn:aws:states:us-east-1:000000000000:stateMachine:orders"


def define(price: str, queue: str) -> str:
    """Version 1 adds the shipping costs; version 2 does not. Both send the order to the warehouse."""
    send = {"QueueUrl": queue, "MessageBody.$": "States.JsonToString($)"}
    states = {
        "Price": {"Type": "Pass", "Parameters": {"id.$": "$.id", "total.$": price}, "Next": "Check"},
        "Check": {
            "Type": "Choice",
            "Choices": [{"Variable": "$.total", "NumericGreaterThan": 100, "Next": "Refuse"}],
            "Default": "Send",
        },
        "Send": {
            "Type": "Task",
            "Resource": "arn:aws:states:::sqs:sendMessage",
            "Parameters": send,
            "ResultPath": None,
            "End": True,
        },
        "Refuse": {"Type": "Fail", "Error": "Orders.TooExpensive", "Cause": "more than 100"},
    }
    return json.dumps({"StartAt": "Price", "States": states})


def place_order(sfn, order: dict) -> dict:
    """The application: starts the workflow, and waits for its end."""
    execution = sfn.start_execution(stateMachineArn=f"{MACHINE}:PROD", input=json.dumps(order))["executionArn"]
    while (described := sfn.describe_execution(executionArn=execution))["status"] == "RUNNING":
        time.sleep(0.01)
    return described


def publish_versions(sfn, queue: str) -> None:
    role = "arn:aws:iam::000000000000:role/orders"
    first, second = define("States.MathAdd($.price, 5)", queue), define("$.price", queue)
    sfn.create_state_machine(name="orders", definition=first, roleArn=role, publish=True)
    sfn.update_state_machine(stateMachineArn=MACHINE, definition=second, publish=True)
    routing = [{"stateMachineVersionArn": f"{MACHINE}:{n}", "weight": weight} for n, weight in ((1, 90), (2, 10))]
    sfn.create_state_machine_alias(name="PROD", routingConfiguration=routing)


with mock_aws(), sfn_alias.boto3.mock(sfn_alias.moto.create_service(seed=7)):
    sfn = boto3.client("stepfunctions", region_name="us-east-1")
    sqs = boto3.client("sqs", region_name="us-east-1")
    queue = sqs.create_queue(QueueName="warehouse")["QueueUrl"]
    publish_versions(sfn, queue)

    totals = Counter()
    for number in range(40):
        ended = place_order(sfn, {"id": number, "price": 20})
        version = ended["stateMachineVersionArn"].rpartition(":")[2]
        total = json.loads(ended["output"])["total"]
        assert total == {"1": 25, "2": 20}[version]
        totals[version, total] += 1
    for (version, total), count in sorted(totals.items()):
        print(f"version {version}: {count} orders with a total of {total}")
    messages = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["ApproximateNumberOfMessages"])
    print(f"warehouse: {messages['Attributes']['ApproximateNumberOfMessages']} orders")

    refused = place_order(sfn, {"id": 40, "price": 200})
    print(f"{refused['status']}: {refused['error']}: {refused['cause']}")
