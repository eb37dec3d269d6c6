"""An unmodified boto3 client without a socket, and a guard for one with a socket.

Both hang on botocore's ``before-send`` event: botocore itself checks parameters, writes the request,
reads the reply, raises its own exceptions, retries and pages, as always.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import botocore
import botocore.awsrequest

from sfn_alias._sfn_alias import OPERATIONS, Aliases, refusal, request_id

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient

__all__ = ["attach", "client", "guard"]

_EVENT = "before-send.sfn"


def client(aliases: Aliases | None = None, **boto3_arguments: Any) -> SFNClient:
    """A boto3 Step Functions client that answers from ``aliases``, or from an empty store.

    The other arguments are those of ``boto3.client``. Without ``region_name`` the client has the
    region of ``aliases``. It needs no credentials.
    """
    import boto3

    aliases = Aliases() if aliases is None else aliases
    boto3_arguments.setdefault("region_name", aliases.region)
    made: SFNClient = boto3.client("stepfunctions", **boto3_arguments)
    return attach(made, aliases)


def attach(client: SFNClient, aliases: Aliases) -> SFNClient:
    """Makes a client answer from ``aliases``, in the client's own partition and region.

    Nothing is sent from now on, so nothing is signed: the client needs no credentials.
    """
    meta = client.meta
    own = aliases.in_scope(partition=meta.partition, region=meta.region_name)

    def answer(request: Any, **_: Any) -> botocore.awsrequest.AWSResponse:
        return _response(request, *own.call_json(_operation(request), _body(request)))

    def unsigned(**_: Any) -> Any:
        return botocore.UNSIGNED

    meta.events.register_first(_EVENT, answer, unique_id="sfn-alias-answer")
    meta.events.register_first("choose-signer.sfn", unsigned, unique_id="sfn-alias-unsigned")
    return client


def guard(client: SFNClient) -> SFNClient:
    """Refuses, before anything is sent, the calls that AWS would refuse whatever it has stored.

    The client raises what it would raise on AWS's answer. All other calls go their usual way.
    """

    def refuse(request: Any, **_: Any) -> botocore.awsrequest.AWSResponse | None:
        operation = _operation(request)
        refused = refusal(operation, _body(request)) if operation in OPERATIONS else None
        return None if refused is None else _response(request, *refused)

    client.meta.events.register_first(_EVENT, refuse, unique_id="sfn-alias-guard")
    return client


def _operation(request: Any) -> str:
    target = request.headers["X-Amz-Target"]
    text = target.decode() if isinstance(target, bytes) else str(target)
    return text.rpartition(".")[2]


def _body(request: Any) -> bytes:
    body = request.body
    return body.encode() if isinstance(body, str) else bytes(body or b"")


def _response(request: Any, status: int, body: bytes) -> botocore.awsrequest.AWSResponse:
    headers = {
        "x-amzn-RequestId": request_id(),
        "Content-Type": "application/x-amz-json-1.0",
        "Content-Length": str(len(body)),
    }
    return botocore.awsrequest.AWSResponse(request.url, status, headers, _Raw(body))


class _Raw(io.BytesIO):
    """What botocore reads an answer from."""

    def stream(self, **_: Any) -> Iterator[bytes]:
        yield self.read()
