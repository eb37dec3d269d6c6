"""A proxy that returns outdated responses, which the checker of histories must detect."""

from __future__ import annotations

import http.client
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from cluster import Address

STALE_SECONDS = 2


class StaleProxy:
    """Returns each response of DescribeStateMachineAlias again for a while, like a cache. Forwards all other calls."""

    def __init__(self, target: Address, host: str) -> None:
        self.target = target
        # The outdated responses so far.
        self.outdated = 0
        self.responses: dict[bytes, tuple[float, int, bytes]] = {}
        self.server = ThreadingHTTPServer((host, 0), self.create_handler())
        self.server.daemon_threads = True
        self.address = Address(host, self.server.server_address[1])
        self.thread = threading.Thread(target=self.server.serve_forever)

    def __enter__(self) -> StaleProxy:
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    def respond(self, target: str, body: bytes) -> tuple[int, bytes]:
        if not target.endswith("DescribeStateMachineAlias"):
            return self.forward(target, body)
        current = self.forward(target, body)
        stored = self.responses.get(body)
        if stored is None or stored[0] < time.monotonic() - STALE_SECONDS:
            stored = self.responses[body] = (time.monotonic(), *current)
        self.outdated += stored[1:] != current
        return stored[1:]

    def forward(self, target: str, body: bytes) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection(self.target.host, self.target.port, timeout=30)
        try:
            connection.request("POST", "/", body, {"X-Amz-Target": target, "Content-Type": "application/x-amz-json-1.0"})
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()

    def create_handler(self) -> type[BaseHTTPRequestHandler]:
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:  # noqa: N802
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status, content = proxy.respond(self.headers["X-Amz-Target"], body)
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                pass

        return Handler
