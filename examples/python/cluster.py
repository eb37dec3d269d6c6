"""Kills a node and a server of a cluster while boto3 starts executions, and checks that nothing is lost.

The cluster is three etcd nodes and two servers on this machine. The programs `sfn-alias` and `etcd` must be on PATH.
`make -C examples cluster` builds both, installs boto3 and runs this file.
"""

import json
import math
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Event, Lock, Thread

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

ORDERS = "arn:aws:states:us-east-1:000000000000:stateMachine:orders"
PROD = f"{ORDERS}:PROD"
ROLE = "arn:aws:iam::000000000000:role/orders"
WEIGHTS = {1: 90, 2: 10}
THREADS = 4
# Executions to acknowledge in each part, and the seconds until that counts as a failure.
PART = 250
LIMIT = 60


# -- the application ------------------------------------------------------------------------------


def create_client(endpoint):
    keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": "us-east-1"}
    config = Config(retries={"total_max_attempts": 1}, connect_timeout=2, read_timeout=10)
    return boto3.client("stepfunctions", endpoint_url=endpoint, config=config, **keys)


def call(clients, operation, **parameters):
    """Calls an operation at the first endpoint that responds. A client has one endpoint, so there is a client for each."""
    for client in clients * 3:
        try:
            return getattr(client, operation)(**parameters)
        except (BotoCoreError, ClientError) as error:
            failure = error
            if isinstance(error, ClientError) and error.response["ResponseMetadata"]["HTTPStatusCode"] < 500:
                raise
    raise failure


def create_alias(clients):
    def definition(version):
        return json.dumps({"StartAt": "Done", "States": {"Done": {"Type": "Succeed", "Comment": f"version {version}"}}})

    call(clients, "create_state_machine", name="orders", roleArn=ROLE, definition=definition(1), publish=True)
    call(clients, "update_state_machine", stateMachineArn=ORDERS, definition=definition(2), publish=True)
    routing = [{"stateMachineVersionArn": f"{ORDERS}:{version}", "weight": weight} for version, weight in WEIGHTS.items()]
    call(clients, "create_state_machine_alias", name="PROD", routingConfiguration=routing)


class Orders:
    """Starts executions in threads. Each thread prefers another endpoint."""

    def __init__(self, endpoints):
        self.clients = [create_client(endpoint) for endpoint in endpoints]
        self.lock = Lock()
        self.acknowledged = []
        self.errors = []
        self.slowest = 0.0
        self.stopped = Event()

    def start(self, thread):
        clients = self.clients[thread % 2 :] + self.clients[: thread % 2]
        number = 0
        while not self.stopped.wait(0.01):
            number += 1
            began = time.monotonic()
            try:
                # A name makes a retry safe: StartExecution with the same name and input returns the execution that exists.
                execution = call(clients, "start_execution", stateMachineArn=PROD, name=f"order-{thread}-{number}", input="{}")
            except (BotoCoreError, ClientError) as error:
                with self.lock:
                    self.errors.append(error)
                continue
            with self.lock:
                self.acknowledged.append(execution["executionArn"])
                self.slowest = max(self.slowest, time.monotonic() - began)

    @contextmanager
    def run(self):
        threads = [Thread(target=self.start, args=(number,)) for number in range(THREADS)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self.stopped.set()
            for thread in threads:
                thread.join()

    def wait_for_more(self):
        """Waits until more executions are acknowledged."""
        before = len(self.acknowledged)
        self.slowest = 0.0
        wait_until(lambda: len(self.acknowledged) >= before + PART, f"{PART} acknowledged executions")
        more = len(self.acknowledged) - before
        report(f"boto3 started {more} more executions, each within {self.slowest:.1f} s")


# -- the cluster ----------------------------------------------------------------------------------

BEGAN = time.monotonic()


def report(text):
    print(f"{time.monotonic() - BEGAN:5.1f} s  {text}", flush=True)


def wait_until(condition, what):
    """Waits until the condition is true, and returns its value."""
    deadline = time.monotonic() + LIMIT
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise SystemExit(f"no {what} within {LIMIT} s")
        time.sleep(0.02)
    return value


def find_free_ports(count):
    with ExitStack() as listeners:
        sockets = [listeners.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [listener.getsockname()[1] for listener in sockets]


def request(url, body=None):
    """Returns the body of a response with status 200, otherwise None."""
    try:
        with urllib.request.urlopen(url, body, timeout=2) as response:
            return response.read()
    except OSError:
        return None


class Program:
    """A program that is ready when its URL `/health` responds."""

    def __init__(self, name, url, command, log):
        self.name, self.url, self.command, self.log = name, url, command, log
        self.process = None

    def start(self):
        # Ctrl-C ends this program, which then ends the others.
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(self.command, stdout=log, stderr=log, start_new_session=True)

    def is_ready(self):
        if self.process.poll() is not None:
            raise SystemExit(f"{self.name} has exited:\n{self.log.read_text()[-2000:]}")
        return request(f"{self.url}/health") is not None

    def kill(self):
        self.process.kill()
        self.process.wait()

    def end(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.kill()


def create_nodes(directory):
    ports = find_free_ports(6)
    peers = {f"node-{number}": f"http://127.0.0.1:{ports[number + 2]}" for number in (1, 2, 3)}
    members = ",".join(f"{name}={url}" for name, url in peers.items())
    for port, (name, peer) in zip(ports, peers.items()):
        url = f"http://127.0.0.1:{port}"
        command = ["etcd", "--name", name, "--data-dir", f"{directory}/{name}", "--log-level", "error"]
        command += ["--listen-client-urls", url, "--advertise-client-urls", url]
        command += ["--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer]
        command += ["--initial-cluster", members, "--initial-cluster-token", "demo"]
        yield Program(name, url, command, directory / f"{name}.log")


def create_servers(directory, nodes):
    store = "etcd://" + ",".join(node.url.removeprefix("http://") for node in nodes) + "/demo"
    for number, port in enumerate(find_free_ports(2), 1):
        command = ["sfn-alias", "serve", "--port", str(port), "--store", store, "--log", "error"]
        yield Program(f"server-{number}", f"http://127.0.0.1:{port}", command, directory / f"server-{number}.log")


def start_all(programs, stack):
    for program in programs:
        stack.callback(program.end)
        program.start()
    for program in programs:
        wait_until(program.is_ready, f"response of {program.name}")


def is_leader(node):
    status = json.loads(request(f"{node.url}/v3/maintenance/status", b"{}") or "{}")
    return bool(status) and status.get("leader") == status["header"]["member_id"]


def find_leader(nodes):
    return wait_until(lambda: next(filter(is_leader, nodes), None), "leader of etcd")


# -- the test -------------------------------------------------------------------------------------


def run_faults(orders, nodes, servers):
    orders.wait_for_more()
    leader = find_leader(nodes)
    for victim, text in ((leader, f"etcd {leader.name}, the leader"), (servers[0], servers[0].name)):
        victim.kill()
        report(f"kill -9 of {text}")
        orders.wait_for_more()
        victim.start()
        wait_until(victim.is_ready, f"response of {victim.name}")
        report(f"{victim.name} is back")
        orders.wait_for_more()


def describe(orders, execution):
    """Returns the version of an execution, or None if it does not exist."""
    try:
        found = call(orders.clients, "describe_execution", executionArn=execution)
    except orders.clients[0].exceptions.ExecutionDoesNotExist:
        return None
    return int(found["stateMachineVersionArn"].rsplit(":", 1)[1])


def count_stored(orders):
    pages = orders.clients[0].get_paginator("list_executions").paginate(stateMachineArn=PROD)
    return sum(len(page["executions"]) for page in pages)


def check(orders):
    """Describes every acknowledged execution. Returns whether all exist, and the versions have their shares."""
    with ThreadPoolExecutor(THREADS) as pool:
        versions = Counter(pool.map(lambda execution: describe(orders, execution), orders.acknowledged))
    total = len(orders.acknowledged)
    for version, weight in WEIGHTS.items():
        report(f"version {version}: {versions[version]} executions, {100 * versions[version] / total:.1f} % (weight {weight})")
    found = total - versions[None]
    listed = count_stored(orders)
    report(f"{listed} executions are listed; {len(orders.errors)} starts failed at both servers")
    for error in orders.errors[:3]:
        print(error, file=sys.stderr)
    print(f"{'nothing lost' if found == total else 'LOST'}: {found} of {total} acknowledged executions found")
    # A start that failed may have been stored. The shares may differ by five standard deviations.
    once = total <= listed <= total + len(orders.errors)
    return found == total and once and abs(versions[1] - 0.9 * total) < 5 * math.sqrt(total * 0.9 * 0.1)


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended by SIGTERM"))
    for program in ("etcd", "sfn-alias"):
        if not shutil.which(program):
            raise SystemExit(f"{program} is not on PATH: run make -C examples cluster")
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        nodes = list(create_nodes(directory))
        start_all(nodes, stack)
        servers = list(create_servers(directory, nodes))
        start_all(servers, stack)
        report(f"three etcd nodes and two servers are ready: {', '.join(server.url for server in servers)}")
        orders = Orders([server.url for server in servers])
        create_alias(orders.clients)
        report("alias PROD routes 90 % to version 1 and 10 % to version 2")
        with orders.run():
            run_faults(orders, nodes, servers)
        return 0 if check(orders) else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
