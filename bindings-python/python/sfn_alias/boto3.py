"""An unmodified boto3 client without a socket, and a guard for one with a socket.

The client's answers come through botocore's ``before-send`` event: botocore itself checks parameters,
writes the request, reads the reply, raises its own exceptions, retries and pages, as always.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import botocore
import botocore.awsrequest

from sfn_alias._sfn_alias import OPERATIONS, StepFunctions, request_id, validate_json
from sfn_alias.errors import AliasError

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient

__all__ = ["attach", "client", "guard"]

_Response = botocore.awsrequest.AWSResponse


def client(aliases: StepFunctions | None = None, **boto3_arguments: Any) -> SFNClient:
    """A boto3 Step Functions client that answers from ``aliases``, or from an empty store.

    The other arguments are those of ``boto3.client``. Without ``region_name`` the client has the
    region of ``aliases``. It needs no credentials.
    """
    import boto3

    aliases = StepFunctions() if aliases is None else aliases
    boto3_arguments.setdefault("region_name", aliases.region)
    made: SFNClient = boto3.client("stepfunctions", **boto3_arguments)
    return attach(made, aliases)


def attach(client: SFNClient, aliases: StepFunctions) -> SFNClient:
    """Makes a client answer from ``aliases``, in the client's own partition and region.

    Nothing is sent from now on, so nothing is signed: the client needs no credentials.
    """
    meta = client.meta
    own = aliases.in_scope(partition=meta.partition, region=meta.region_name)

    def answer(request: Any, **_: Any) -> _Response:
        return _response(request.url, *own.call_json(_operation(request), _bytes(request.body)))

    def unsigned(**_: Any) -> Any:
        return botocore.UNSIGNED

    _register(client, "before-send.sfn", answer)
    _register(client, "choose-signer.sfn", unsigned)
    return client


def guard(client: SFNClient) -> SFNClient:
    """Refuses, before anything is sent, the calls that AWS would refuse whatever it has stored.

    The client raises what it would raise on AWS's answer. All other calls go their usual way.
    """

    def refuse(model: Any, params: Any, **_: Any) -> tuple[_Response, Any] | None:
        if model.name not in OPERATIONS:
            return None
        try:
            validate_json(model.name, _bytes(params["body"]))
        except AliasError as error:
            return _response(params["url"], error.status, b""), error.response
        return None

    # `before-send` would do, but that others who answer there see the call before it is refused.
    _register(client, "before-call.sfn", refuse)
    return client


def _register(client: SFNClient, event: str, handler: Callable[..., Any]) -> None:
    """First of all handlers, in place of an earlier one of ours."""
    name = f"sfn-alias-{event}"
    client.meta.events.unregister(event, unique_id=name)
    client.meta.events.register_first(event, handler, unique_id=name)


def _operation(request: Any) -> str:
    return _bytes(request.headers["X-Amz-Target"]).decode().rpartition(".")[2]


def _bytes(text: str | bytes | None) -> bytes:
    return text.encode() if isinstance(text, str) else text or b""


def _response(url: str, status: int, body: bytes) -> _Response:
    headers: Any = {
        "x-amzn-RequestId": request_id(),
        "Content-Type": "application/x-amz-json-1.0",
        "Content-Length": str(len(body)),
    }
    return _Response(url, status, headers, _Raw(body))


class _Raw(io.BytesIO):
    """What botocore reads an answer from."""

    def stream(self, **_: Any) -> Iterator[bytes]:
        yield self.read()
