"""Connects unmodified boto3 clients to ``sfn_alias.StepFunctions`` without a socket, and validates requests of clients
that use a socket.

botocore's ``before-send`` event returns the response. botocore itself still checks parameters, serializes requests,
parses responses, raises its own exceptions, retries and paginates.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import botocore
import botocore.awsrequest

from sfn_alias._sfn_alias import OPERATIONS, StepFunctions, request_id, validate_json
from sfn_alias.errors import StepFunctionsError

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient

__all__ = ["attach", "client", "guard"]

_Response = botocore.awsrequest.AWSResponse


def client(service: StepFunctions | None = None, **boto3_arguments: Any) -> SFNClient:
    """Creates a boto3 Step Functions client of ``service``, or of an empty store.

    The other arguments are those of ``boto3.client``. The default of ``region_name`` is the region of ``service``. The
    client needs no credentials.
    """
    import boto3

    service = StepFunctions() if service is None else service
    boto3_arguments.setdefault("region_name", service.region)
    sfn: SFNClient = boto3.client("stepfunctions", **boto3_arguments)
    return attach(sfn, service)


def attach(client: SFNClient, service: StepFunctions) -> SFNClient:
    """Connects an existing client to ``service``, in the client's own partition and region, and returns the client.

    The client then sends and signs nothing, so it needs no credentials.
    """
    meta = client.meta
    scoped = service.in_scope(partition=meta.partition, region=meta.region_name)

    def respond(request: Any, **_: Any) -> _Response:
        return _response(request.url, *scoped.call_json(_operation(request), _to_bytes(request.body)))

    def disable_signing(**_: Any) -> Any:
        return botocore.UNSIGNED

    _register(client, "before-send.sfn", respond)
    _register(client, "choose-signer.sfn", disable_signing)
    return client


def guard(client: SFNClient) -> SFNClient:
    """Validates each request of the client before it is sent, and returns the client.

    If AWS would reject the request whatever is stored, the client raises AWS's error and sends nothing. All other
    requests are sent as usual.
    """

    def validate(model: Any, params: Any, **_: Any) -> tuple[_Response, Any] | None:
        if model.name not in OPERATIONS:
            return None
        try:
            validate_json(model.name, _to_bytes(params["body"]))
        except StepFunctionsError as error:
            return _response(params["url"], error.status, b""), error.response
        return None

    # Not `before-send`: other handlers of that event would see requests that fail validation.
    _register(client, "before-call.sfn", validate)
    return client


def _register(client: SFNClient, event: str, handler: Callable[..., Any]) -> None:
    """Registers a handler before all others, and replaces our earlier handler of the event."""
    handler_id = f"sfn-alias-{event}"
    client.meta.events.unregister(event, unique_id=handler_id)
    client.meta.events.register_first(event, handler, unique_id=handler_id)


def _operation(request: Any) -> str:
    return _to_bytes(request.headers["X-Amz-Target"]).decode().rpartition(".")[2]


def _to_bytes(text: str | bytes | None) -> bytes:
    return text.encode() if isinstance(text, str) else text or b""


def _response(url: str, status: int, body: bytes) -> _Response:
    headers: Any = {
        "x-amzn-RequestId": request_id(),
        "Content-Type": "application/x-amz-json-1.0",
        "Content-Length": str(len(body)),
    }
    return _Response(url, status, headers, _RawBody(body))


class _RawBody(io.BytesIO):
    """The stream from which botocore reads a response body."""

    def stream(self, **_: Any) -> Iterator[bytes]:
        yield self.read()
