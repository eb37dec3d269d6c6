"""Connects botocore clients to services: botocore's ``before-send`` event returns the response, without a socket.

A client has at most one connection. It answers with the service that ``attach`` specified, or else with that of the
innermost active ``mock``. The clients of aiobotocore have the same events.
"""

from __future__ import annotations

import io
import threading
from collections.abc import Awaitable
from typing import Any
from weakref import WeakKeyDictionary, ref

import botocore
from botocore.awsrequest import AWSResponse
from botocore.client import BaseClient

from sfn_alias._sfn_alias import StepFunctions, request_id

ANSWERED_URL = "https://answered.sfn-alias.invalid/"
"""The URL of an answered request. All handlers of ``before-send`` see the request, also that of moto's ``mock_aws``.
moto answers requests by their URL, and has no answer for this one."""

mocked_services: list[StepFunctions] = []
"""The services of the active mocks; the last one answers."""

lock = threading.RLock()
"""Protects the connections and the list of mocks."""

_connections: WeakKeyDictionary[BaseClient, ref[Connection]] = WeakKeyDictionary()
"""The events of a client have the only strong references to its connection: a service may refer to its clients."""


class Connection:
    """The handlers of the events of one client."""

    def __init__(self, client: BaseClient) -> None:
        self.attached_service: StepFunctions | None = None
        self._scope = {"partition": client.meta.partition, "region": client.meta.region_name}
        self._is_async = hasattr(client, "__aenter__")

    def respond(self, request: Any, **_: Any) -> Any:
        """Answers a request, in the partition and region of the client. An asynchronous client awaits the response."""
        service = self.service()
        if service is None:
            return None
        url, request.url = request.url, ANSWERED_URL
        operation = to_bytes(request.headers["X-Amz-Target"]).decode().rpartition(".")[2]
        if not self._is_async:
            return Response(url, *service.call_json(operation, to_bytes(request.body)))
        reply = service._call_json_async(operation, to_bytes(request.body))
        return Response(url, *reply) if isinstance(reply, tuple) else _await_response(url, reply)

    def disable_signing(self, **_: Any) -> Any:
        """Chooses no signature, so that the client needs no credentials."""
        return None if self._find_service() is None else botocore.UNSIGNED

    def service(self) -> StepFunctions | None:
        """Returns the service that answers the client now, in the partition and region of the client."""
        service = self._find_service()
        return None if service is None else service.in_scope(**self._scope)

    def _find_service(self) -> StepFunctions | None:
        if self.attached_service is not None:
            return self.attached_service
        return mocked_services[-1] if mocked_services else None


async def _await_response(url: str, reply: Awaitable[tuple[int, bytes]]) -> AWSResponse:
    return Response(url, *await reply)


def find_service(client: BaseClient) -> StepFunctions | None:
    """Returns the service that answers a client, in the partition and region of the client."""
    connection = connect(client) if mocked_services else _find_connection(client)
    return None if connection is None else connection.service()


def connect(client: BaseClient) -> Connection:
    """Returns the connection of a client. Creates it if it does not exist."""
    with lock:
        connection = _find_connection(client)
        if connection is None:
            connection = Connection(client)
            register_first(client.meta.events, "before-send.sfn", connection.respond)
            register_first(client.meta.events, "choose-signer.sfn", connection.disable_signing)
            _connections[client] = ref(connection)
        return connection


def _find_connection(client: BaseClient) -> Connection | None:
    reference = _connections.get(client)
    return None if reference is None else reference()


def disconnect(client: BaseClient) -> None:
    """Deletes the connection of a client, if it exists."""
    with lock:
        if _connections.pop(client, None) is not None:
            unregister(client.meta.events, "before-send.sfn")
            unregister(client.meta.events, "choose-signer.sfn")


def disconnect_mocked_clients() -> None:
    """Deletes the connections of all clients that ``attach`` did not connect."""
    for client in list(_connections):
        connection = _find_connection(client)
        if connection is None or connection.attached_service is None:
            disconnect(client)


def register_first(events: Any, event: str, handler: Any) -> None:
    """Registers a handler before the others of the event, and replaces our earlier handler."""
    unregister(events, event)
    events.register_first(event, handler, unique_id=_handler_id(event))


def unregister(events: Any, event: str) -> None:
    """Removes our handler of an event, if it exists."""
    events.unregister(event, unique_id=_handler_id(event))


def _handler_id(event: str) -> str:
    return f"sfn-alias-{event}"


def to_bytes(text: str | bytes | None) -> bytes:
    """Encodes a text as UTF-8; ``None`` is empty."""
    return text.encode() if isinstance(text, str) else text or b""


class _Content(bytes):
    """A response body. botocore reads it, aiobotocore awaits it."""

    def __await__(self) -> Any:
        return self
        yield  # makes this a generator


class Response(AWSResponse):
    """A response in memory, for clients of botocore and aiobotocore."""

    def __init__(self, url: str, status: int, body: bytes) -> None:
        headers: Any = {
            "x-amzn-RequestId": request_id(),
            "Content-Type": "application/x-amz-json-1.0",
            "Content-Length": str(len(body)),
        }
        super().__init__(url, status, headers, io.BytesIO(body))
        self._body = _Content(body)

    @property
    def content(self) -> bytes:
        """The body."""
        return self._body
