"""Stands between a driver and the endpoint: passes calls on, and ends the driver at one of them."""

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
class Gate:
    """What it does and what it has seen. It is CloudWatch too: its one alarm goes off with the n-th update."""

    endpoint: str
    now: Callable[[], float]
    """When each update was answered is told by this clock."""
    alarm_after: int | None = None
    dies_at: int = 0
    """The driver dies at this call; 0: at none."""
    dies_after: bool = False
    """After the endpoint has answered, without seeing the answer; or before the endpoint is asked."""
    calls: list[str] = field(default_factory=list)
    """The operations that were asked for."""
    updates: list[tuple[float, Any]] = field(default_factory=list)
    """The routings that the endpoint was given, and when."""
    refused: list[int] = field(default_factory=list)
    """Statuses of the endpoint other than 200."""
    lock: threading.Lock = field(default_factory=threading.Lock)
    driver: subprocess.Popen[str] | None = None

    def drive(self, command: list[str], **options: Any) -> tuple[int, str]:
        """Runs a driver: its exit code, or its signal below 0, and what it printed."""
        with self.lock:  # no call is answered before it is known whom to end
            self.driver = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, **options)
        printed, _ = self.driver.communicate()
        return self.driver.returncode, printed

    def answer(self, operation: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes] | None:
        """The answer to a call; ``None`` where nobody is left to hear it."""
        with self.lock:
            self.calls.append(operation)
            dies = len(self.calls) == self.dies_at
            if dies and not self.dies_after:
                self.end()
                return None
            status, answer = self.alarms() if operation == "DescribeAlarms" else self.passed_on(headers, body)
            if status != 200:
                self.refused.append(status)
            if operation == "UpdateStateMachineAlias":
                self.updates.append((self.now(), json.loads(body)["routingConfiguration"]))
            if dies:
                self.end()
                return None
            return status, answer

    def end(self) -> None:
        assert self.driver is not None
        self.driver.kill()
        self.driver.wait()

    def alarms(self) -> tuple[int, bytes]:
        rings = self.alarm_after is not None and len(self.updates) >= self.alarm_after
        alarm = {"AlarmName": "errors", "StateValue": "ALARM" if rings else "OK"}
        return 200, json.dumps({"CompositeAlarms": [], "MetricAlarms": [alarm]}).encode()

    def passed_on(self, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
        try:
            with urlopen(Request(self.endpoint, body, headers)) as answer:
                return answer.status, answer.read()
        except HTTPError as error:
            return error.code, error.read()


@contextmanager
def opened(gate: Gate) -> Iterator[str]:
    """Listens while the block runs; gives the URL."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            operation = self.headers["X-Amz-Target"].rpartition(".")[2]
            answer = gate.answer(operation, dict(self.headers), body)
            if answer is not None:
                self.send_response(answer[0])
                self.send_header("Content-Type", "application/x-amz-json-1.0")
                self.send_header("Content-Length", str(len(answer[1])))
                self.end_headers()
                self.wfile.write(answer[1])

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
