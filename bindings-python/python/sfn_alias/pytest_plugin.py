"""pytest fixtures: ``sfn_service``, an empty store per test; ``sfn_client``, a boto3 client of it; ``sfn_mock``, which
answers all other clients from it; and ``sfn_endpoint_url``, the URL of an HTTP endpoint of it.

All fixtures have the scope of a test. A module that overrides ``sfn_service`` with a wider scope shares its store.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient

    from sfn_alias import StepFunctions


@pytest.fixture
def sfn_service_options() -> dict[str, Any]:
    """The arguments of ``StepFunctions`` for ``sfn_service``. Override this fixture to set, for example, a seed."""
    return {}


@pytest.fixture
def sfn_service(sfn_service_options: dict[str, Any]) -> Iterator[StepFunctions]:
    """An empty ``sfn_alias.StepFunctions`` in memory."""
    import sfn_alias

    with sfn_alias.StepFunctions(**sfn_service_options) as service:
        yield service


@pytest.fixture
def sfn_client(sfn_service: StepFunctions) -> SFNClient:
    """An unmodified boto3 client of ``sfn_service``. Needs boto3."""
    pytest.importorskip("boto3")
    import sfn_alias.boto3

    return sfn_alias.boto3.client(sfn_service)


@pytest.fixture
def sfn_mock(sfn_service: StepFunctions) -> Iterator[StepFunctions]:
    """Answers all Step Functions clients of boto3, aioboto3 and aiobotocore in this process. Needs botocore.

    The value is ``sfn_service``.
    """
    pytest.importorskip("botocore")
    import sfn_alias.boto3

    with sfn_alias.boto3.mock(sfn_service) as service:
        yield service


@pytest.fixture
def sfn_endpoint_url(sfn_service: StepFunctions) -> Iterator[str]:
    """The URL of an HTTP endpoint of ``sfn_service`` on this machine, for clients in other processes and languages."""
    import sfn_alias

    with sfn_alias.serve(service=sfn_service) as url:
        yield url
