"""An unmodified boto3 client while the node of the store is stopped or killed: its own retries do the right thing."""

import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import boto3

MACHINE = "arn:aws:states:us-east-1:000000000000:stateMachine:orders"
DEFINITION = '{"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}'
# Time for which the node does not respond.
STOPPED = 3

# With the default retries, and the endpoint in AWS_ENDPOINT_URL_SFN.
sfn = boto3.client("stepfunctions")
retries: dict[str, int] = {}


def call(operation: str, **request: object) -> dict:
    """Calls an operation, and adds its retries."""
    response = getattr(sfn, operation)(**request)
    retries[operation] = retries.get(operation, 0) + response["ResponseMetadata"]["RetryAttempts"]
    return response


def route(version: int) -> list[dict]:
    return [{"stateMachineVersionArn": f"{MACHINE}:{version}", "weight": 100}]


def read_pid() -> int:
    return int(Path(os.environ["ETCD_PID"]).read_text())


def stop_node() -> None:
    pid = read_pid()
    os.kill(pid, signal.SIGSTOP)
    time.sleep(STOPPED)
    os.kill(pid, signal.SIGCONT)


def kill_node() -> None:
    os.kill(read_pid(), signal.SIGKILL)


def change_during(fault, round: int) -> None:
    """Sends all requests while the node does not respond. Each of them succeeds, and none of them has an effect twice."""
    update = DEFINITION.replace("}}}", f'}}}}, "Comment": "{round}"}}')
    sfn.update_state_machine(stateMachineArn=MACHINE, definition=update)
    revision = sfn.describe_state_machine(stateMachineArn=MACHINE)["revisionId"]
    sfn.create_state_machine_alias(name=f"UPDATED{round}", routingConfiguration=route(1))
    alias = f"{MACHINE}:UPDATED{round}"
    with ThreadPoolExecutor(6) as pool:
        failing = pool.submit(fault)
        time.sleep(0.1)
        requests = {
            "named": pool.submit(call, "start_execution", stateMachineArn=MACHINE, name=f"named{round}", input="[1]"),
            "unnamed": pool.submit(call, "start_execution", stateMachineArn=MACHINE, input=f'"unnamed{round}"'),
            "create": pool.submit(call, "create_state_machine_alias", name=f"NEW{round}", routingConfiguration=route(1)),
            "update": pool.submit(call, "update_state_machine_alias", stateMachineAliasArn=alias, description="changed"),
            "publish": pool.submit(call, "publish_state_machine_version", stateMachineArn=MACHINE, revisionId=revision),
        }
        results = {name: request.result() for name, request in requests.items()}
        failing.result()
    assert results["publish"]["stateMachineVersionArn"] == f"{MACHINE}:{round + 1}", results["publish"]
    assert sfn.describe_state_machine_alias(stateMachineAliasArn=alias)["description"] == "changed"
    assert results["create"]["stateMachineAliasArn"] == f"{MACHINE}:NEW{round}"
    again = sfn.start_execution(stateMachineArn=MACHINE, name=f"named{round}", input="[1]")
    assert again["startDate"] == results["named"]["startDate"], "the repeated start has the date of the first one"


def check_end(rounds: int) -> None:
    executions = [found for page in sfn.get_paginator("list_executions").paginate(stateMachineArn=MACHINE) for found in page["executions"]]
    arns = [execution["executionArn"] for execution in executions]
    inputs = [sfn.describe_execution(executionArn=arn)["input"] for arn in arns]
    assert inputs.count("[1]") == rounds, inputs
    for round in range(1, rounds + 1):
        # A start without a name may be there for each attempt of the client, as on AWS.
        assert 1 <= inputs.count(f'"unnamed{round}"') <= 5, inputs
    versions = sfn.list_state_machine_versions(stateMachineArn=MACHINE)["stateMachineVersions"]
    assert len(versions) == rounds + 1, versions
    aliases = sfn.list_state_machine_aliases(stateMachineArn=MACHINE)["stateMachineAliases"]
    assert len(aliases) == 2 * rounds, aliases


sfn.create_state_machine(name="orders", definition=DEFINITION, roleArn="arn:aws:iam::000000000000:role/orders", publish=True)
change_during(stop_node, 1)
change_during(kill_node, 2)
check_end(2)
assert sum(retries.values()) > 0, "the client did not repeat any request"
print(f"boto3: all requests succeeded, with {sum(retries.values())} retries")
