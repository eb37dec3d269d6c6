"""Pages of lists, shaped as boto3's paginators, which it has for neither aliases nor versions.

They work on ``StepFunctions`` and on boto3 clients alike, with or without botocore.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Literal

ListOperation = Literal[
    "list_executions", "list_state_machine_aliases", "list_state_machine_versions", "list_state_machines"
]

_LISTS = {
    "list_executions": "executions",
    "list_state_machine_aliases": "stateMachineAliases",
    "list_state_machine_versions": "stateMachineVersions",
    "list_state_machines": "stateMachines",
}


def paginator(client: Any, operation: ListOperation) -> Paginator:
    """The paginator of a list operation of ``StepFunctions`` or of a boto3 client."""
    if operation not in _LISTS:
        raise ValueError(f"there is no paginator for `{operation}`; there is one for {', '.join(_LISTS)}")
    return Paginator(getattr(client, operation), _LISTS[operation])


class Paginator:
    """Makes requests for page after page."""

    def __init__(self, method: Callable[..., Any], result_key: str) -> None:
        self._method = method
        self._result_key = result_key

    def paginate(self, *, PaginationConfig: Mapping[str, Any] | None = None, **arguments: Any) -> PageIterator:
        """The pages of a list.

        ``PaginationConfig`` is boto3's: ``PageSize`` items a page, at most ``MaxItems`` in all,
        beginning with the ``StartingToken`` that an earlier iterator left as ``resume_token``.
        """
        return PageIterator(self._method, self._result_key, dict(PaginationConfig or {}), arguments)


class PageIterator:
    """The pages of one list."""

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
        """Where to go on when ``MaxItems`` ended the iteration before the list did."""
        return self._resume_token

    def __iter__(self) -> Iterator[dict[str, Any]]:
        left, token = self._max_items, self._token
        while left is None or left > 0:
            page = self._page(token, left)
            if left is not None:
                left -= len(page[self._result_key])
            token = page.get("nextToken")
            self._resume_token = token
            yield page
            if token is None:
                return

    def _page(self, token: str | None, left: int | None) -> dict[str, Any]:
        # The last page is asked for as short as it may be, so that tokens are the service's own.
        sizes = [size for size in (self._page_size, left) if size]
        request = dict(self._arguments)
        if sizes:
            request["maxResults"] = min(min(sizes), 1000)
        if token is not None:
            request["nextToken"] = token
        page: dict[str, Any] = self._method(**request)
        return page

    def search(self, expression: str) -> Iterator[Any]:
        """The results of a JMESPath expression on each page, one after the other. Needs jmespath,
        which comes with boto3."""
        import jmespath

        compiled = jmespath.compile(expression)
        for page in self:
            found = compiled.search(page)
            if isinstance(found, list):
                yield from found
            else:
                yield found

    def build_full_result(self) -> dict[str, Any]:
        """All items at once, and ``NextToken`` where there are more."""
        items = [item for page in self for item in page[self._result_key]]
        result: dict[str, Any] = {self._result_key: items}
        if self._resume_token is not None:
            result["NextToken"] = self._resume_token
        return result
