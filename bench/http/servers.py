"""Starts servers, sends requests, and measures their CPU time and memory."""

import http.client
import json
import os
import socket
import subprocess
import time
from dataclasses import dataclass, field

TICKS = os.sysconf("SC_CLK_TCK")
HEADERS = {
    "Content-Type": "application/x-amz-json-1.0",
    "Authorization": "AWS4-HMAC-SHA256 Credential=bench/20261122/us-east-1/states/aws4_request, "
    "SignedHeaders=host, Signature=0",
}
MACHINE = "arn:aws:states:us-east-1:000000000000:stateMachine:bench-0000"
DEFINITION = '{"StartAt":"Done","States":{"Done":{"Type":"Succeed"}}}'
ROLE = "arn:aws:iam::000000000000:role/bench"
DESCRIPTION = "which customers use which version"


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@dataclass
class Server:
    """A running server. `PORT` in `command` and `environment` is replaced by the port."""

    name: str
    command: list
    environment: dict = field(default_factory=dict)
    timeout: float = 60

    def __enter__(self):
        self.port = free_port()
        command = [part.replace("PORT", str(self.port)) for part in self.command]
        environment = {name: value.replace("PORT", str(self.port)) for name, value in self.environment.items()}
        devnull = subprocess.DEVNULL
        started = time.perf_counter()
        self.process = subprocess.Popen(command, stdout=devnull, stderr=devnull, env={**os.environ, **environment})
        self._wait_until_ready(started)
        self.ready_ms = (time.perf_counter() - started) * 1e3
        self.ready_cpu_ms = self.cpu_seconds() * 1e3
        self.rss_mib = {}
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def _wait_until_ready(self, started):
        """Waits for any response."""
        while time.perf_counter() - started < self.timeout:
            if self.process.poll() is not None:
                raise SystemExit(f"{self.name} exited at startup: {' '.join(self.command)}")
            try:
                return self.send("ListStateMachines", {})
            except OSError:
                time.sleep(0.0005)
        raise SystemExit(f"{self.name} did not respond within {self.timeout} s")

    def send(self, operation, body):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=self.timeout)
        target = {"X-Amz-Target": f"AWSStepFunctions.{operation}"}
        content = json.dumps(body).replace("#" * 8, "0" * 8)
        connection.request("POST", "/", content, {**HEADERS, **target})
        response = connection.getresponse()
        content = response.read()
        connection.close()
        return response.status, content

    def call(self, operation, body):
        status, content = self.send(operation, body)
        if status != 200:
            raise SystemExit(f"{self.name} returned status {status} for {operation}: {content[:300]!r}")
        return content

    def seed(self):
        """Creates a state machine, its version 1 and 100 aliases."""
        machine = {"name": "bench-0000", "definition": DEFINITION, "roleArn": ROLE, "publish": True}
        self.call("CreateStateMachine", machine)
        for number in range(100):
            self.call("CreateStateMachineAlias", alias(f"a{number:02}"))
        self.record_memory("seeded")
        return self

    def cpu_seconds(self):
        with open(f"/proc/{self.process.pid}/stat") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def record_memory(self, when):
        with open(f"/proc/{self.process.pid}/status") as status:
            kib = next(int(line.split()[1]) for line in status if line.startswith("VmRSS:"))
        self.rss_mib[when] = kib / 1024


def alias(name):
    routing = [{"stateMachineVersionArn": f"{MACHINE}:1", "weight": 100}]
    return {"name": name, "description": DESCRIPTION, "routingConfiguration": routing}
