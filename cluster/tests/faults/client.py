"""A client of the endpoint: AWS JSON over HTTP/1.1 with keep-alive, at one of several servers."""

from __future__ import annotations

import http.client
import json
from dataclasses import dataclass, field

from cluster import Address

OK = "ok"
# No response, or an error that leaves open whether the call took effect.
UNKNOWN = "unknown"
# An error that guarantees that the call took no effect.
UNAVAILABLE = "unavailable"

CONNECT_SECONDS = 1


@dataclass
class Response:
    outcome: str
    body: dict = field(default_factory=dict)
    status: int | None = None


class Client:
    """Uses a server until a call fails there."""

    def __init__(self, servers: list[Address], first: int, seconds: float) -> None:
        self.servers, self.current, self.seconds = servers, first % len(servers), seconds
        self.connection: http.client.HTTPConnection | None = None

    def call(self, operation: str, body: dict) -> Response:
        response = self.send(operation, json.dumps(body))
        if response.outcome in (UNKNOWN, UNAVAILABLE):
            self.use_next_server()
        return response

    def send(self, operation: str, body: str) -> Response:
        try:
            connection = self.connect()
        except OSError:
            return Response(UNAVAILABLE)
        try:
            headers = {"X-Amz-Target": f"AWSStepFunctions.{operation}", "Content-Type": "application/x-amz-json-1.0"}
            connection.request("POST", "/", body, headers)
            response = connection.getresponse()
            return parse_response(response.status, response.read())
        except (OSError, http.client.HTTPException):
            return Response(UNKNOWN)

    def connect(self) -> http.client.HTTPConnection:
        if self.connection is None:
            server = self.servers[self.current]
            connection = http.client.HTTPConnection(server.host, server.port, timeout=CONNECT_SECONDS)
            connection.connect()
            connection.sock.settimeout(self.seconds)
            # A closed connection must not be opened again without notice.
            connection.auto_open = 0
            self.connection = connection
        return self.connection

    def use_next_server(self) -> None:
        self.close()
        self.current = (self.current + 1) % len(self.servers)

    def close(self) -> None:
        if self.connection:
            self.connection.close()
            self.connection = None


def parse_response(status: int, content: bytes) -> Response:
    body = json.loads(content)
    if status == 200:
        return Response(OK, body, status)
    if status >= 500:
        return Response(UNAVAILABLE if status == 503 else UNKNOWN, body, status)
    return Response(body["__type"].rpartition("#")[2], body, status)
