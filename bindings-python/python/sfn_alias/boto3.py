"""Connects unmodified clients of boto3 and aiobotocore to ``sfn_alias.StepFunctions`` without a socket, and validates
requests of clients that use a socket.

botocore itself still checks parameters, serializes requests, parses responses, raises its own exceptions, retries and
paginates.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, TypeVar

import botocore
import botocore.session
from botocore.client import BaseClient
from botocore.config import Config

from sfn_alias import _connections
from sfn_alias._connections import Response
from sfn_alias._mock import Mock
from sfn_alias._sfn_alias import OPERATIONS, StepFunctions, validate_json
from sfn_alias.errors import StepFunctionsError

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient

    from sfn_alias.type_defs import ServiceOptions

    if sys.version_info >= (3, 11):
        from typing import Unpack
    else:
        from typing_extensions import Unpack

__all__ = ["Mock", "attach", "client", "detach", "get_service", "guard", "mock"]

Target = TypeVar("Target")
"""A client or a session."""

_CREATE_CLASS = "creating-client-class.sfn"


def client(service: StepFunctions | None = None, **boto3_arguments: Any) -> SFNClient:
    """Creates a boto3 Step Functions client of ``service``, or of an empty store.

    The other arguments are those of ``boto3.client``. The default of ``region_name`` is the region of ``service``. The
    client needs no credentials, and does not search for any.
    """
    import boto3

    if isinstance(service, str):
        raise TypeError(f"`service`: expected a `StepFunctions`, found the text `{service}`; use `client()`")
    service = _check_service(StepFunctions() if service is None else service)
    boto3_arguments.setdefault("region_name", service.region)
    config = boto3_arguments.get("config") or Config()
    boto3_arguments["config"] = config.merge(Config(signature_version=botocore.UNSIGNED))
    sfn: SFNClient = boto3.client("stepfunctions", **boto3_arguments)
    return attach(sfn, service)


def mock(service: StepFunctions | None = None, **options: Unpack[ServiceOptions]) -> Mock:
    """Answers all Step Functions clients of this process, which were created before or are created later.

    Use it as a context manager (``with mock() as service:``) or as a decorator of a function, a coroutine function or a
    class of tests. Each use has an empty store with these ``options`` of ``StepFunctions``, or the store of ``service``.
    A client that is connected with ``attach`` keeps its service. Clients of other services do not change.
    """
    if service is not None and options:
        raise TypeError("`service` cannot be combined with options; set the options when you create the service")
    return Mock(None if service is None else _check_service(service), dict(options))


def attach(target: Target, service: StepFunctions) -> Target:
    """Connects a client to ``service``, in the client's own partition and region, and returns the client.

    The client then sends and signs nothing, so it needs no credentials. ``target`` can also be a session of boto3,
    botocore, aioboto3 or aiobotocore: then all Step Functions clients that it creates from now on are connected.
    """
    _check_service(service)
    if isinstance(target, BaseClient):
        _connections.connect(_check_client(target)).attached_service = service
        return target

    class AttachedClient:
        """The first base class of the clients of a session."""

        def __init__(self, *arguments: Any, **keywords: Any) -> None:
            super().__init__(*arguments, **keywords)
            attach(self, service)

    def add_base_class(base_classes: list[type], **_: Any) -> None:
        base_classes.insert(0, AttachedClient)

    _connections.register_first(_session_events(target), _CREATE_CLASS, add_base_class)
    return target


def detach(target: Target) -> Target:
    """Reverses ``attach`` and returns the client or session. The clients of a session that exist stay connected."""
    if isinstance(target, BaseClient):
        _connections.disconnect(_check_client(target))
    else:
        _connections.unregister(_session_events(target), _CREATE_CLASS)
    return target


def get_service(client: SFNClient) -> StepFunctions:
    """Returns the ``StepFunctions`` that answers a client of ``client``, ``mock`` or ``attach``, in the client's
    partition and region. It has methods that AWS does not have, for example ``end_execution``.
    """
    service = _connections.find_service(_check_client(client))
    if service is None:
        raise ValueError("the client is not connected to a `StepFunctions`; use `attach`, or call this inside `mock`")
    return service


def guard(client: SFNClient) -> SFNClient:
    """Validates each request of the client before it is sent, and returns the client.

    If AWS would reject the request whatever is stored, the client raises AWS's error and sends nothing. All other
    requests are sent as usual, or answered by a ``botocore.stub.Stubber``.
    """

    def validate(model: Any, params: Any, **_: Any) -> tuple[Response, Any] | None:
        if model.name not in OPERATIONS:
            return None
        try:
            validate_json(model.name, _connections.to_bytes(params["body"]))
        except StepFunctionsError as error:
            return Response(params["url"], error.status, b""), error.response
        return None

    # Not `before-send`: other handlers of that event would see requests that fail validation. The wildcards are those of
    # the handler of a `Stubber`, which botocore would otherwise call first.
    _connections.register_first(_check_client(client).meta.events, "before-call.*.*", validate)
    return client


def _check_client(client: Any) -> Any:
    """Returns the client if it is one of Step Functions."""
    if not isinstance(client, BaseClient):
        raise TypeError(f"expected a client of Step Functions, found an instance of `{type(client).__name__}`")
    name = client.meta.service_model.service_name
    if name != "stepfunctions":
        raise TypeError(f"expected a client of Step Functions, found a client of `{name}`")
    return client


def _check_service(service: Any) -> StepFunctions:
    if not callable(getattr(service, "call_json", None)):
        name = type(service).__name__
        help = "; use `@mock()` with parentheses" if callable(service) else ""
        raise TypeError(f"`service`: expected a `StepFunctions`, found an instance of `{name}`{help}")
    checked: StepFunctions = service
    return checked


def _session_events(session: Any) -> Any:
    """Returns the events of a session of boto3 or botocore."""
    if isinstance(session, botocore.session.Session):
        return session.get_component("event_emitter")
    events = getattr(session, "events", None)
    if not hasattr(events, "register_first"):
        name = type(session).__name__
        raise TypeError(f"expected a client of Step Functions or a session, found an instance of `{name}`")
    return events
