"""Reads the metrics of `sfn-alias serve --metrics-to` back from moto's CloudWatch with boto3."""

import datetime
import json
import os
import re
import signal
import subprocess
import sys

import boto3

program, moto = sys.argv[1:]

DEFINITION = json.dumps({"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}})
ACCOUNT = "123456789012"
ORDERS = f"arn:aws:states:eu-central-1:{ACCOUNT}:stateMachine:orders"


def start_moto():
    server = subprocess.Popen([moto, "-p", "0"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    for line in server.stderr:
        if match := re.search(r"Running on (http://\S+)", line):
            # Drains the log, because a full pipe would block moto.
            subprocess.Popen(["cat"], stdin=server.stderr, stdout=subprocess.DEVNULL)
            return server, match[1]
    sys.exit("moto did not start")


def client(service, url):
    keys = {"aws_access_key_id": ACCOUNT, "aws_secret_access_key": "test"}
    return boto3.client(service, endpoint_url=url, region_name="eu-central-1", **keys)


def run_executions(sfn):
    role = "arn:aws:iam::123456789012:role/orders"
    sfn.create_state_machine(name="orders", definition=DEFINITION, roleArn=role, publish=True)
    route = {"stateMachineVersionArn": f"{ORDERS}:1", "weight": 100}
    sfn.create_state_machine_alias(name="PROD", routingConfiguration=[route])
    for qualifier in ["", ":1", ":PROD", ":PROD"]:
        arn = sfn.start_execution(stateMachineArn=ORDERS + qualifier)["executionArn"]
        sfn.stop_execution(executionArn=arn)
    sfn.start_execution(stateMachineArn=ORDERS)


def read_sum(cloudwatch, metric, dimensions, statistic="Sum"):
    now = datetime.datetime.now(datetime.timezone.utc)
    minutes = datetime.timedelta(minutes=5)
    dimensions = {"StateMachineArn": ORDERS, **dimensions}
    found = cloudwatch.get_metric_statistics(
        Namespace="AWS/States",
        MetricName=metric,
        Dimensions=[{"Name": name, "Value": value} for name, value in dimensions.items()],
        StartTime=now - minutes,
        EndTime=now + minutes,
        Period=60,
        Statistics=[statistic],
    )
    return sum(point[statistic] for point in found["Datapoints"])


environment = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "SFN_ALIAS_"))}
environment["AWS_SHARED_CREDENTIALS_FILE"] = "/nonexistent"
server, moto_url = start_moto()
try:
    # moto loads the service at the first request, which may take longer than `serve` waits.
    client("cloudwatch", moto_url).list_metrics()
    arguments = [program, "serve", "--port", "0", "--log", "error", "--metrics-to", moto_url]
    serve = subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True, env=environment)
    run_executions(client("stepfunctions", serve.stdout.readline().strip().split("=")[1]))
    serve.send_signal(signal.SIGTERM)
    assert serve.wait() == 0, serve.returncode
    cloudwatch = client("cloudwatch", moto_url)
    # Unlike AWS, moto adds metrics with more dimensions: 5 executions, 3 of the version, 2 of the alias.
    expected = {
        "ExecutionsStarted": [5 + 3 + 2, 3, 2],
        "ExecutionsAborted": [4 + 3 + 2, 3, 2],
        "ExecutionsFailed": [0, 0, 0],
    }
    for metric, sums in expected.items():
        found = [read_sum(cloudwatch, metric, it) for it in ({}, {"Version": "1"}, {"Alias": "PROD"})]
        assert found == sums, (metric, found, sums)
    assert read_sum(cloudwatch, "ExecutionTime", {"Alias": "PROD"}, "SampleCount") == 2
    assert read_sum(cloudwatch, "ExecutionsAborted", {"Version": "1", "Alias": "PROD"}) == 0
    print("moto: the metrics of 5 executions")
finally:
    server.terminate()
    server.wait()
