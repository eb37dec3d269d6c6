"""Paginators of `StepFunctions` and of boto3 clients."""

from __future__ import annotations

from typing import Any

import pytest
from support import MACHINE, create_alias, create_service

import sfn_alias
import sfn_alias.boto3

NAMES = [f"ALIAS-{n}" for n in range(7)]


@pytest.fixture(params=["service", "boto3"])
def client(request: pytest.FixtureRequest) -> Any:
    sfn = create_service()
    for name in NAMES:
        create_alias(sfn, name=name)
    return sfn if request.param == "service" else sfn_alias.boto3.client(sfn)


def pages(client: Any, **config: Any) -> Any:
    paginator = sfn_alias.paginator(client, "list_state_machine_aliases")
    return paginator.paginate(stateMachineArn=MACHINE, PaginationConfig=config)


def names(items: list[Any]) -> list[str]:
    return [item["stateMachineAliasArn"].rpartition(":")[2] for item in items]


def test_pages(client: Any) -> None:
    results = [names(page["stateMachineAliases"]) for page in pages(client, PageSize=3)]
    assert results == [NAMES[:3], NAMES[3:6], NAMES[6:]]


def test_one_page(client: Any) -> None:
    assert [names(page["stateMachineAliases"]) for page in pages(client)] == [NAMES]


def test_search(client: Any) -> None:
    results = pages(client, PageSize=2).search("stateMachineAliases[].stateMachineAliasArn")
    assert list(results) == [f"{MACHINE}:{name}" for name in NAMES]


def test_max_items_returns_a_resume_token(client: Any) -> None:
    first = pages(client, PageSize=3, MaxItems=5)
    result = first.build_full_result()
    assert names(result["stateMachineAliases"]) == NAMES[:5]
    assert result["NextToken"] == first.resume_token
    rest = pages(client, StartingToken=result["NextToken"]).build_full_result()
    assert names(rest["stateMachineAliases"]) == NAMES[5:]
    assert "NextToken" not in rest


def test_iterator_can_restart(client: Any) -> None:
    iterator = pages(client, PageSize=3)
    assert [len(page["stateMachineAliases"]) for page in iterator] == [3, 3, 1]
    assert [len(page["stateMachineAliases"]) for page in iterator] == [3, 3, 1]


def test_versions(client: Any) -> None:
    paginator = sfn_alias.paginator(client, "list_state_machine_versions")
    results = paginator.paginate(stateMachineArn=MACHINE, maxResults=1)
    assert [page["stateMachineVersions"][0]["stateMachineVersionArn"] for page in results] == [
        f"{MACHINE}:2",
        f"{MACHINE}:1",
    ]


def test_operation_without_paginator() -> None:
    with pytest.raises(ValueError, match="^expected a list operation .get_execution_history, .*, found `start_execution`$"):
        sfn_alias.paginator(sfn_alias.StepFunctions(), "start_execution")  # type: ignore[arg-type]
