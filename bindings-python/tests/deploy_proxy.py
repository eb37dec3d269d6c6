"""A proxy between a deployment process and the endpoint. It forwards calls and kills the process at one of them."""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen


@dataclass
class Proxy:
    """The settings of the proxy and what it recorded. It is also CloudWatch: its only alarm fires after N updates."""

    endpoint: str
    now: Callable[[], float]
    """The clock for the times of updates."""
    alarm_after: int | None = None
    kill_at: int = 0
    """Kills the process at this call, counted from 1; 0 kills it at none."""
    kill_after: bool = False
    """Kills the process after the endpoint's response, which it does not receive; otherwise before the call."""
    calls: list[str] = field(default_factory=list)
    """The operations of all calls."""
    updates: list[tuple[float, Any]] = field(default_factory=list)
    """The times and routings of all updates."""
    error_statuses: list[int] = field(default_factory=list)
    """All statuses of the endpoint except 200."""
    lock: threading.Lock = field(default_factory=threading.Lock)
    process: subprocess.Popen[str] | None = None

    def run_process(self, command: list[str], **options: Any) -> tuple[int, str]:
        """Runs a deployment process. Returns its exit code (a negative signal number if killed) and its output."""
        with self.lock:  # Calls must wait until `process` is set.
            self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, **options)
        output, _ = self.process.communicate()
        return self.process.returncode, output

    def handle(self, operation: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes] | None:
        """Returns the response to a call, or ``None`` if the process was killed."""
        with self.lock:
            self.calls.append(operation)
            kill = len(self.calls) == self.kill_at
            if kill and not self.kill_after:
                self.kill_process()
                return None
            status, response = self.describe_alarms() if operation == "DescribeAlarms" else self.forward(headers, body)
            if status != 200:
                self.error_statuses.append(status)
            if operation == "UpdateStateMachineAlias":
                self.updates.append((self.now(), json.loads(body)["routingConfiguration"]))
            if kill:
                self.kill_process()
                return None
            return status, response

    def kill_process(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def describe_alarms(self) -> tuple[int, bytes]:
        fires = self.alarm_after is not None and len(self.updates) >= self.alarm_after
        alarm = {"AlarmName": "errors", "StateValue": "ALARM" if fires else "OK"}
        return 200, json.dumps({"CompositeAlarms": [], "MetricAlarms": [alarm]}).encode()

    def forward(self, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
        try:
            with urlopen(Request(self.endpoint, body, headers)) as response:
                return response.status, response.read()
        except HTTPError as error:
            return error.code, error.read()


@contextmanager
def serve_proxy(proxy: Proxy) -> Iterator[str]:
    """Serves the proxy while the block runs; yields the URL."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            operation = self.headers["X-Amz-Target"].rpartition(".")[2]
            response = proxy.handle(operation, dict(self.headers), body)
            if response is not None:
                self.send_response(response[0])
                self.send_header("Content-Type", "application/x-amz-json-1.0")
                self.send_header("Content-Length", str(len(response[1])))
                self.end_headers()
                self.wfile.write(response[1])

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
