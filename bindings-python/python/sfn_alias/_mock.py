"""``mock`` answers all Step Functions clients of the process."""

from __future__ import annotations

import functools
import inspect
import sys
from collections.abc import Callable
from typing import Any, TypeVar
from unittest import TestCase

from botocore.client import BaseClient

from sfn_alias import _connections
from sfn_alias._sfn_alias import StepFunctions

Decorated = TypeVar("Decorated", bound=Callable[..., Any])
"""A function, a coroutine function or a class of tests."""

_patches: list[tuple[type, str, Any, Any]] = []


class Mock:
    """A context manager and decorator. While it is active, all Step Functions clients of the process are answered."""

    def __init__(self, service: StepFunctions | None, options: dict[str, Any]) -> None:
        self._service = service
        self._options = options
        self._entered: list[StepFunctions] = []

    def __enter__(self) -> StepFunctions:
        service = StepFunctions(**self._options) if self._service is None else self._service
        with _connections.lock:
            if not _connections.mocked_services:
                _patch_clients()
            _connections.mocked_services.append(service)
        self._entered.append(service)
        return service

    def __exit__(self, *_: object) -> None:
        service = self._entered.pop()
        services = _connections.mocked_services
        with _connections.lock:
            del services[max(index for index, other in enumerate(services) if other is service)]
            if not services:
                _restore_clients()
                _connections.disconnect_mocked_clients()
        if self._service is None:
            service.close()

    def __call__(self, decorated: Decorated) -> Decorated:
        if inspect.isclass(decorated):
            self._decorate_class(decorated)
            return decorated
        if inspect.isgeneratorfunction(decorated) or inspect.isasyncgenfunction(decorated):
            raise TypeError("`mock` cannot decorate a generator function; use `with mock():` in it")
        result: Decorated = self._decorate_function(decorated)
        return result

    def _decorate_function(self, function: Any) -> Any:
        """Each call has its own mock, because calls may overlap."""
        if inspect.iscoroutinefunction(function):

            @functools.wraps(function)
            async def call(*arguments: Any, **keywords: Any) -> Any:
                with Mock(self._service, self._options):
                    return await function(*arguments, **keywords)

        else:

            @functools.wraps(function)
            def call(*arguments: Any, **keywords: Any) -> Any:
                with Mock(self._service, self._options):
                    return function(*arguments, **keywords)

        return call

    def _decorate_class(self, tests: type) -> None:
        """Decorates each test of a class; of a ``TestCase`` with its ``setUp`` and ``tearDown``."""
        names = ["run"] if issubclass(tests, TestCase) else [name for name in dir(tests) if name.startswith("test")]
        for name in names:
            setattr(tests, name, self._decorate_function(getattr(tests, name)))


def _patch_clients() -> None:
    """Connects each Step Functions client when it is created, and earlier clients at their next call."""
    _patch(BaseClient, "__init__", connect_before=False)
    _patch(BaseClient, "_make_api_call", connect_before=True)
    aiobotocore = sys.modules.get("aiobotocore.client")
    if aiobotocore is not None:
        _patch(aiobotocore.AioBaseClient, "_make_api_call", connect_before=True)


def _patch(owner: type, name: str, *, connect_before: bool) -> None:
    original = getattr(owner, name)

    @functools.wraps(original)
    def patched(client: BaseClient, *arguments: Any, **keywords: Any) -> Any:
        if connect_before:
            _connect(client)
        result = original(client, *arguments, **keywords)
        if not connect_before:
            _connect(client)
        return result

    setattr(owner, name, patched)
    _patches.append((owner, name, original, patched))


def _connect(client: BaseClient) -> None:
    if _connections.mocked_services and client.meta.service_model.service_name == "stepfunctions":
        _connections.connect(client)


def _restore_clients() -> None:
    """Restores the methods, unless another library has replaced ours meanwhile: ours then does nothing."""
    while _patches:
        owner, name, original, patched = _patches.pop()
        if getattr(owner, name) is patched:
            setattr(owner, name, original)
