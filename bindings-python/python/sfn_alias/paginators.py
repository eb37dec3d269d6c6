"""Paginators with the interface of boto3's. boto3 itself has none for aliases and versions.

They work with ``StepFunctions`` and with boto3 clients. They do not need botocore.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Literal

ListOperation = Literal[
    "get_execution_history",
    "list_executions",
    "list_state_machine_aliases",
    "list_state_machine_versions",
    "list_state_machines",
]

_RESULT_KEYS = {
    "get_execution_history": "events",
    "list_executions": "executions",
    "list_state_machine_aliases": "stateMachineAliases",
    "list_state_machine_versions": "stateMachineVersions",
    "list_state_machines": "stateMachines",
}


def paginator(client: Any, operation: ListOperation) -> Paginator:
    """Returns a paginator of a list operation of ``StepFunctions`` or of a boto3 client."""
    if operation not in _RESULT_KEYS:
        raise ValueError(f"expected a list operation ({', '.join(_RESULT_KEYS)}), found `{operation}`")
    return Paginator(getattr(client, operation), _RESULT_KEYS[operation])


class Paginator:
    """A paginator of one operation."""

    def __init__(self, method: Callable[..., Any], result_key: str) -> None:
        self._method = method
        self._result_key = result_key

    def paginate(self, *, PaginationConfig: Mapping[str, Any] | None = None, **arguments: Any) -> PageIterator:
        """Returns an iterable of pages.

        ``PaginationConfig`` is boto3's: ``PageSize`` is the maximum number of items per page, ``MaxItems`` the maximum
        number in total, and ``StartingToken`` the ``resume_token`` of an earlier iterator.
        """
        return PageIterator(self._method, self._result_key, dict(PaginationConfig or {}), arguments)


class PageIterator:
    """The pages of one list request."""

    def __init__(
        self, method: Callable[..., Any], result_key: str, config: dict[str, Any], arguments: dict[str, Any]
    ) -> None:
        self._method = method
        self._result_key = result_key
        self._page_size: int | None = config.get("PageSize", arguments.pop("maxResults", None))
        self._max_items: int | None = config.get("MaxItems")
        self._token: str | None = config.get("StartingToken", arguments.pop("nextToken", None))
        self._arguments = arguments
        self._resume_token: str | None = None

    @property
    def resume_token(self) -> str | None:
        """The token of the next page, if ``MaxItems`` ended the iteration before the end of the list."""
        return self._resume_token

    def __iter__(self) -> Iterator[dict[str, Any]]:
        remaining, token = self._max_items, self._token
        while remaining is None or remaining > 0:
            page = self._request_page(token, remaining)
            if remaining is not None:
                remaining -= len(page[self._result_key])
            token = page.get("nextToken")
            self._resume_token = token
            yield page
            if token is None:
                return

    def _request_page(self, token: str | None, remaining: int | None) -> dict[str, Any]:
        # The last page has only the remaining items, so that the resume token is a token of the service.
        sizes = [size for size in (self._page_size, remaining) if size]
        request = dict(self._arguments)
        if sizes:
            request["maxResults"] = min(min(sizes), 1000)
        if token is not None:
            request["nextToken"] = token
        page: dict[str, Any] = self._method(**request)
        return page

    def search(self, expression: str) -> Iterator[Any]:
        """Yields the results of a JMESPath expression for each page. Needs jmespath, a dependency of boto3."""
        import jmespath

        compiled = jmespath.compile(expression)
        for page in self:
            result = compiled.search(page)
            if isinstance(result, list):
                yield from result
            else:
                yield result

    def build_full_result(self) -> dict[str, Any]:
        """Returns all items, and ``NextToken`` if there are more."""
        items = [item for page in self for item in page[self._result_key]]
        result: dict[str, Any] = {self._result_key: items}
        if self._resume_token is not None:
            result["NextToken"] = self._resume_token
        return result
