"""Tests an application over HTTP: starts executions through a 90/10 alias, and checks the output of the version that ran.

`sfn-alias serve --upstream` selects the version, and moto's server runs its definition. The programs `sfn-alias` and `moto_server`
must be on PATH. `make -C examples http` installs both and runs this file.
"""

import json
import socket
import subprocess
import time
import unittest
import urllib.request
from collections import Counter
from contextlib import ExitStack, contextmanager

import boto3

ORDERS = "arn:aws:states:us-east-1:000000000000:stateMachine:orders"
ROLE = "arn:aws:iam::000000000000:role/orders"


def definition(version):
    """Adds the version to the order. Version 2 also sends a parcel."""
    states = {"Version": {"Type": "Pass", "Result": version, "ResultPath": "$.version", "Next": "Ship"}}
    states["Ship"] = {"Type": "Pass", "Result": "parcel" if version == 2 else "letter", "ResultPath": "$.sent", "End": True}
    return json.dumps({"StartAt": "Version", "States": states})


# -- the application ------------------------------------------------------------------------------


def ship(sfn, order):
    """Ships an order. Returns the result of the workflow, and the version that ran."""
    started = sfn.start_execution(stateMachineArn=f"{ORDERS}:PROD", name=f"order-{order}", input=json.dumps({"order": order}))
    while (execution := sfn.describe_execution(executionArn=started["executionArn"]))["status"] == "RUNNING":
        time.sleep(0.02)
    if execution["status"] != "SUCCEEDED":
        raise RuntimeError(f"{execution['name']}: {execution['status']}: {execution.get('error')}: {execution.get('cause')}")
    return json.loads(execution["output"]), int(execution["stateMachineVersionArn"].rsplit(":", 1)[1])


# -- its test -------------------------------------------------------------------------------------


@contextmanager
def run_program(*command):
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            yield process
        finally:
            process.terminate()


def find_free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


@contextmanager
def run_moto():
    """Runs moto's server, and returns its URL."""
    url = f"http://127.0.0.1:{(port := find_free_port())}"
    config = json.dumps({"stepfunctions": {"execute_state_machine": True}}).encode()
    with run_program("moto_server", "-H", "127.0.0.1", "-p", str(port)):
        for _ in range(600):
            try:
                urllib.request.urlopen(f"{url}/moto-api/config", config, timeout=10).close()
                break
            except OSError:
                time.sleep(0.1)
        yield url


@contextmanager
def run_sfn_alias(engine):
    """Runs the endpoint in front of an engine, and returns its URL."""
    with run_program("sfn-alias", "serve", "--port", "0", "--seed", "7", "--log", "off", "--upstream", engine) as process:
        yield process.stdout.readline().rstrip().split("=", 1)[1]  # export AWS_ENDPOINT_URL_SFN=URL


class ShipTest(unittest.TestCase):
    def setUp(self):
        programs = ExitStack()
        self.addCleanup(programs.close)
        endpoint = programs.enter_context(run_sfn_alias(programs.enter_context(run_moto())))
        keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": "us-east-1"}
        self.sfn = boto3.client("stepfunctions", endpoint_url=endpoint, **keys)
        self.sfn.create_state_machine(name="orders", roleArn=ROLE, definition=definition(1), publish=True)
        self.sfn.update_state_machine(stateMachineArn=ORDERS, definition=definition(2), publish=True)
        routing = [
            {"stateMachineVersionArn": f"{ORDERS}:1", "weight": 90},
            {"stateMachineVersionArn": f"{ORDERS}:2", "weight": 10},
        ]
        self.sfn.create_state_machine_alias(name="PROD", routingConfiguration=routing)

    def test_output_is_that_of_the_version_that_ran(self):
        versions = Counter()
        for order in range(30):
            output, version = ship(self.sfn, order)
            self.assertEqual(output, {"order": order, "version": version, "sent": {1: "letter", 2: "parcel"}[version]})
            versions[version] += 1
        self.assertEqual(set(versions), {1, 2})


if __name__ == "__main__":
    unittest.main()
