"""Fixtures for tests: ``sfn_aliases``, a store of the test's own; ``sfn_client``, boto3 on it; and
``sfn_endpoint``, a URL where it answers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient

    from sfn_alias import StepFunctions


@pytest.fixture
def sfn_alias_options() -> dict[str, Any]:
    """Arguments of ``StepFunctions`` for ``sfn_aliases``. Override it to set, for example, a seed."""
    return {}


@pytest.fixture
def sfn_aliases(sfn_alias_options: dict[str, Any]) -> Iterator[StepFunctions]:
    """An empty ``sfn_alias.StepFunctions`` in memory."""
    import sfn_alias

    with sfn_alias.StepFunctions(**sfn_alias_options) as aliases:
        yield aliases


@pytest.fixture
def sfn_client(sfn_aliases: StepFunctions) -> SFNClient:
    """An unmodified boto3 client that answers from ``sfn_aliases``. Needs boto3."""
    pytest.importorskip("boto3")
    import sfn_alias.boto3

    return sfn_alias.boto3.client(sfn_aliases)


@pytest.fixture
def sfn_endpoint(sfn_aliases: StepFunctions) -> Iterator[str]:
    """A URL on this machine that answers from ``sfn_aliases``: for clients in other processes and languages."""
    import sfn_alias

    with sfn_alias.serve(sfn_aliases) as url:
        yield url
