"""Starts etcd nodes and servers, and measures the CPU time of this machine."""

import json
import os
import resource
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "http"))
from report import describe_machine  # noqa: E402
from servers import DEFINITION, ROLE, Server, free_port  # noqa: E402

TICKS = os.sysconf("SC_CLK_TCK")


class Node:
    """An etcd node."""

    def __init__(self, name, client_port, peer_port, members, etcd, directory):
        self.name, self.address = name, f"127.0.0.1:{client_port}"
        self.url, peer = f"http://{self.address}", f"http://127.0.0.1:{peer_port}"
        self.command = [etcd, "--name", name, "--data-dir", str(directory / name), "--log-level", "error"]
        self.command += ["--listen-client-urls", self.url, "--advertise-client-urls", self.url]
        self.command += ["--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer]
        self.command += ["--initial-cluster", members, "--quota-backend-bytes", str(8 << 30)]

    def start(self):
        quiet = subprocess.DEVNULL
        self.process = subprocess.Popen(self.command, stdout=quiet, stderr=quiet)

    def send_signal(self, number):
        self.process.send_signal(number)

    def end(self, number=signal.SIGTERM):
        self.send_signal(signal.SIGCONT)
        self.send_signal(number)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def wait_until_ready(self):
        for _ in range(600):
            try:
                urllib.request.urlopen(f"{self.url}/health", timeout=2).close()
                return
            except OSError:
                time.sleep(0.05)
        raise SystemExit(f"etcd {self.name} is not ready: {' '.join(self.command)}")

    def read_status(self):
        request = urllib.request.Request(f"{self.url}/v3/maintenance/status", b"{}")
        with urllib.request.urlopen(request, timeout=5) as response:
            return json.load(response)

    def is_leader(self):
        status = self.read_status()
        return status["leader"] == status["header"]["member_id"]

    def read_sizes(self):
        """Returns the bytes of the database, and those written to the log since the node started."""
        with urllib.request.urlopen(f"{self.url}/metrics", timeout=5) as response:
            lines = response.read().decode().splitlines()
        log = next(float(line.split()[1]) for line in lines if line.startswith("etcd_disk_wal_write_bytes_total "))
        return int(self.read_status()["dbSizeInUse"]), log


class Nodes:
    """Three etcd nodes on this machine."""

    def __init__(self, etcd, directory):
        ports = [free_port() for _ in range(6)]
        members = ",".join(f"n{index}=http://127.0.0.1:{ports[index + 3]}" for index in range(3))
        self.nodes = [Node(f"n{index}", ports[index], ports[index + 3], members, etcd, directory) for index in range(3)]
        self.addresses = ",".join(node.address for node in self.nodes)

    def __enter__(self):
        self.started = []
        try:
            for node in self.nodes:
                node.start()
                self.started.append(node)
            for node in self.nodes:
                node.wait_until_ready()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for node in self.started:
            node.end()

    @property
    def leader(self):
        return next(node for node in self.nodes if node.is_leader())


def create_machine(server, name):
    """Creates a state machine with versions 1 and 2, and the alias PROD."""
    created = server.call("CreateStateMachine", {"name": name, "definition": DEFINITION, "roleArn": ROLE, "publish": True})
    arn = json.loads(created)["stateMachineArn"]
    second = DEFINITION.replace('"Succeed"', '"Succeed","Comment":"2"')
    server.call("UpdateStateMachine", {"stateMachineArn": arn, "definition": second, "publish": True})
    routing = [{"stateMachineVersionArn": f"{arn}:{version}", "weight": weight} for version, weight in ((1, 90), (2, 10))]
    server.call("CreateStateMachineAlias", {"name": "PROD", "routingConfiguration": routing})


def read_busy_seconds():
    """Returns the CPU time of all processes of the machine."""
    with open("/proc/stat") as stat:
        user, nice, system, _, _, irq, softirq, *_ = map(int, stat.readline().split()[1:])
    return (user + nice + system + irq + softirq) / TICKS


def read_process_seconds(pids):
    """Returns the CPU time of running processes."""
    total = 0
    for pid in pids:
        with open(f"/proc/{pid}/stat") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        total += (int(fields[11]) + int(fields[12])) / TICKS
    return total


def read_client_seconds():
    """Returns the CPU time of this process and of its children that have ended."""
    return sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


__all__ = [
    "Nodes",
    "Server",
    "create_machine",
    "describe_machine",
    "read_busy_seconds",
    "read_client_seconds",
    "read_process_seconds",
]
