"""A canary whose new version fails is rolled back: boto3 starts executions through the alias while `sfn-alias deploy` runs.

Rules decide that version 2 fails, and the alarm counts its failures. A deployment checks its alarms once per minute. To
save this minute, the test interrupts it, changes the times in its state file as if the minute had passed, and resumes it.
"""

import json
import os
import subprocess
import tempfile
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import boto3

PROGRAM = os.environ["SFN_ALIAS"]
MACHINE = "arn:aws:states:us-east-1:000000000000:stateMachine:orders"
ALIAS, FIRST, SECOND = f"{MACHINE}:PROD", f"{MACHINE}:1", f"{MACHINE}:2"
ROLE = "arn:aws:iam::000000000000:role/orders"
DEFINITION = '{"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}'
OUTCOMES = {
    "outcomes": [
        {"stateMachine": "orders", "version": 2, "error": "Orders.Broken", "after": "50ms"},
        {"stateMachine": "orders", "output": {"ok": True}, "after": "50ms"},
    ]
}
ALARM = {"name": "orders-errors", "metric": "ExecutionsFailed", "stateMachine": "orders", "version": 2, "threshold": 3}
MESSAGE = "Aborting deployment. The following CloudWatch alarms are in an 'ALARM' state: [orders-errors]."
STATE = Path("state.json")
TIMEOUT = 30


@contextmanager
def serve():
    """Runs an endpoint with the rules, in the current directory. Returns its URL."""
    Path("outcomes.json").write_text(json.dumps(OUTCOMES))
    arguments = [PROGRAM, "serve", "--port", "0", "--outcomes", "outcomes.json", "--seed", "7", "--log", "warn"]
    server = subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True)
    try:
        yield server.stdout.readline().strip().partition("=")[2]
    finally:
        server.kill()
        server.wait()


def create_versions(sfn):
    sfn.create_state_machine(name="orders", definition=DEFINITION, roleArn=ROLE, publish=True)
    sfn.update_state_machine(stateMachineArn=MACHINE, roleArn=f"{ROLE}-2", publish=True)
    routing = [{"stateMachineVersionArn": FIRST, "weight": 100}]
    sfn.create_state_machine_alias(name="PROD", routingConfiguration=routing)


@contextmanager
def start_executions(sfn, per_second):
    """Starts executions through the alias at a steady rate. Returns their ARNs, which grow meanwhile."""
    arns, errors, stopped = [], [], threading.Event()

    def start():
        try:
            while not stopped.wait(1 / per_second):
                arns.append(sfn.start_execution(stateMachineArn=ALIAS)["executionArn"])
        except Exception as error:
            errors.append(error)

    thread = threading.Thread(target=start)
    thread.start()
    try:
        yield arns
    finally:
        stopped.set()
        thread.join()
    assert not errors, errors


def wait_until(condition, what):
    deadline = time.monotonic() + TIMEOUT
    while not condition():
        assert time.monotonic() < deadline, f"timeout: {what}"
        time.sleep(0.05)


def list_executions(sfn, arn, **options):
    pages = sfn.get_paginator("list_executions").paginate(stateMachineArn=arn, **options)
    return [execution for page in pages for execution in page["executions"]]


def deploy_command():
    alarms = f"'{PROGRAM}' alarms alarms.json"
    arguments = ["--canary", "20/1m", "--state", str(STATE), "--alarm", "orders-errors", "--alarm-command", alarms, "--json"]
    return [PROGRAM, "deploy", ALIAS, SECOND, *arguments]


def interrupt_deployment(sfn):
    """Deploys until version 2 has failed a few times, then interrupts the deployment."""
    deployment = subprocess.Popen(deploy_command(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def has_failed():
        return len(list_executions(sfn, SECOND, statusFilter="FAILED")) >= ALARM["threshold"]

    try:
        wait_until(lambda: deployment.poll() is not None or (is_waiting() and has_failed()), "failures of version 2")
    finally:
        deployment.terminate()
        output = deployment.communicate(timeout=TIMEOUT)
    assert deployment.returncode == 3, output
    weights = {route["stateMachineVersionArn"]: route["weight"] for route in describe_routing(sfn)}
    assert weights == {FIRST: 80, SECOND: 20}, weights


def is_waiting():
    """Returns whether the deployment has saved that it waits for the next step."""
    return STATE.exists() and "untilMillis" in json.loads(STATE.read_text())["phase"]


def advance_a_minute():
    state = json.loads(STATE.read_text())
    state["lastShiftAtMillis"] -= 60_000
    state["phase"]["untilMillis"] -= 60_000
    STATE.write_text(json.dumps(state))


def resume_deployment():
    """Returns the exit code and the summary of the deployment."""
    done = subprocess.run(deploy_command(), capture_output=True, text=True, timeout=TIMEOUT)
    return done.returncode, json.loads(done.stdout.splitlines()[-1])


def describe_routing(sfn):
    return sfn.describe_state_machine_alias(stateMachineAliasArn=ALIAS)["routingConfiguration"]


def assert_endings(sfn, started):
    """Polls the executions until they have ended. Those of version 2 have failed, and the others have succeeded."""
    wait_until(lambda: not list_executions(sfn, ALIAS, statusFilter="RUNNING"), "executions that run")
    executions = list_executions(sfn, ALIAS)
    assert {execution["executionArn"] for execution in executions} == set(started)
    endings = {(execution["stateMachineVersionArn"], execution["status"]) for execution in executions}
    assert endings == {(FIRST, "SUCCEEDED"), (SECOND, "FAILED")}, endings
    failed = sfn.describe_execution(executionArn=list_executions(sfn, SECOND)[0]["executionArn"])
    assert failed["error"] == "Orders.Broken", failed


def main():
    with serve() as url:
        os.environ["AWS_ENDPOINT_URL_SFN"] = url
        sfn = boto3.client("stepfunctions")
        create_versions(sfn)
        Path("alarms.json").write_text(json.dumps({"alarms": [ALARM]}))
        with start_executions(sfn, per_second=50) as started:
            interrupt_deployment(sfn)
            advance_a_minute()
            code, summary = resume_deployment()
        cause = {"message": MESSAGE, "alarms": ["orders-errors"]}
        assert (code, summary["result"], summary["cause"]) == (1, "rolledBack", cause), (code, summary)
        assert describe_routing(sfn) == [{"stateMachineVersionArn": FIRST, "weight": 100}]
        assert_endings(sfn, started)


with tempfile.TemporaryDirectory() as directory:
    os.chdir(directory)
    main()
