"""The class `StepFunctions`: requests, responses, scopes, clocks and closing."""

from __future__ import annotations

import datetime
import re
from pathlib import Path

import pytest
from support import ALIAS, FIRST, MACHINE, ROLE, create_alias, create_versions, create_service, routes

import sfn_alias
from sfn_alias import _sfn_alias


def test_imports_the_installed_package() -> None:
    source = Path(__file__).resolve().parents[1] / "python"
    assert source not in Path(sfn_alias.__file__).resolve().parents
    assert source not in Path(_sfn_alias.__file__).resolve().parents


def test_methods_have_the_names_of_boto3() -> None:
    from botocore import xform_name

    assert len(_sfn_alias.OPERATIONS) == 25
    for operation, method in _sfn_alias.OPERATIONS.items():
        assert method == xform_name(operation)
        assert callable(getattr(sfn_alias.StepFunctions, method))


def test_responses_have_aware_dates_and_metadata() -> None:
    sfn = create_service(clock=lambda: 1744230237.123)
    create_alias(sfn, description="live")
    response = sfn.describe_state_machine_alias(stateMachineAliasArn=ALIAS)
    metadata = response.pop("ResponseMetadata")
    date = datetime.datetime(2025, 4, 9, 20, 23, 57, 123000, tzinfo=datetime.timezone.utc)
    assert response == {
        "stateMachineAliasArn": ALIAS,
        "name": "PROD",
        "description": "live",
        "routingConfiguration": routes(90, 10),
        "creationDate": date,
        "updateDate": date,
    }
    assert response["creationDate"].tzinfo is datetime.timezone.utc
    assert list(metadata) == ["RequestId", "HTTPStatusCode", "HTTPHeaders", "RetryAttempts"]
    assert re.fullmatch("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", metadata["RequestId"])
    assert (metadata["HTTPStatusCode"], metadata["RetryAttempts"]) == (200, 0)
    assert metadata["HTTPHeaders"]["x-amzn-requestid"] == metadata["RequestId"]


def test_responses_do_not_share_metadata() -> None:
    sfn = sfn_alias.StepFunctions()
    first, second = sfn.list_state_machines(), sfn.list_state_machines()
    assert first["ResponseMetadata"]["RequestId"] != second["ResponseMetadata"]["RequestId"]
    first["ResponseMetadata"]["HTTPHeaders"]["own"] = "1"
    assert "own" not in sfn.list_state_machines()["ResponseMetadata"]["HTTPHeaders"]


@pytest.mark.parametrize(
    "text",
    [
        "1970-01-01T00:00:00+00:00",
        "1999-12-31T23:59:59.999000+00:00",
        "2000-02-29T12:00:00+00:00",
        "2024-02-29T00:00:00.001000+00:00",
        "2100-03-01T00:00:00+00:00",
        "9999-12-31T23:59:59.999000+00:00",
        "0001-01-01T00:00:00+00:00",
    ],
)
def test_dates_equal_the_clock(text: str) -> None:
    date = datetime.datetime.fromisoformat(text)
    assert create_service(clock=lambda: date).list_state_machines()["stateMachines"][0]["creationDate"] == date


def test_dates_over_four_centuries() -> None:
    first = datetime.datetime(1900, 1, 1, tzinfo=datetime.timezone.utc)
    now = [first]
    sfn = create_service(clock=lambda: now[0])
    for day in range(0, 146_097, 61):
        now[0] = first + datetime.timedelta(days=day, milliseconds=day)
        assert sfn.start_execution(stateMachineArn=MACHINE)["startDate"] == now[0]


def test_call_equals_the_method() -> None:
    sfn = create_service()
    created = sfn.call("CreateStateMachineAlias", {"name": "PROD", "routingConfiguration": routes(100)})
    assert created["stateMachineAliasArn"] == ALIAS
    assert sfn.call("ListStateMachines")["stateMachines"][0]["stateMachineArn"] == MACHINE
    assert sfn.call("ListStateMachines", {})["stateMachines"][0]["stateMachineArn"] == MACHINE


def test_methods_accept_only_keyword_arguments() -> None:
    with pytest.raises(TypeError):
        sfn_alias.StepFunctions().list_state_machines({})  # type: ignore[call-arg, misc]


def test_seed_makes_routing_repeatable() -> None:
    def count_starts() -> dict[int | None, int]:
        sfn = create_service(seed=7)
        create_alias(sfn)
        for _ in range(1000):
            sfn.start_execution(stateMachineArn=ALIAS)
        return sfn.start_counts(MACHINE)

    assert count_starts() == count_starts() == {1: 905, 2: 95}


def test_scopes_are_isolated() -> None:
    sfn = create_service()
    other = sfn.in_scope(region="eu-central-1", account="123456789012", partition="aws-cn")
    assert (other.partition, other.account, other.region) == ("aws-cn", "123456789012", "eu-central-1")
    assert other.list_state_machines()["stateMachines"] == []
    machine = other.create_state_machine(name="o", definition=FIRST, roleArn=ROLE)
    assert machine["stateMachineArn"] == "arn:aws-cn:states:eu-central-1:123456789012:stateMachine:o"
    assert [m["name"] for m in sfn.list_state_machines()["stateMachines"]] == ["orders"]
    assert repr(other) == "<StepFunctions arn:aws-cn:states:eu-central-1:123456789012:>"


def test_file_is_persistent(tmp_path: Path) -> None:
    path = tmp_path / "aliases.db"
    with create_service(path) as sfn:
        create_alias(sfn)
    with sfn_alias.StepFunctions(str(path)) as sfn:
        assert sfn.describe_state_machine_alias(stateMachineAliasArn=ALIAS)["name"] == "PROD"


def test_with_closes_all_scopes(tmp_path: Path) -> None:
    with create_service(tmp_path / "aliases.db") as sfn:
        other = sfn.in_scope(region="eu-central-1")
    for closed in (sfn, other):
        with pytest.raises(ValueError, match=": the service is closed$"):
            closed.list_state_machines()
        assert repr(closed) == "<StepFunctions (closed)>"
    sfn.close()
    assert not list(tmp_path.glob("*-wal"))


def test_closed_service_raises_service_closed() -> None:
    sfn = create_service()
    sfn.close()
    for call in (
        sfn.list_state_machines,
        lambda: sfn.call("ListStateMachines"),
        lambda: sfn.call_json("ListStateMachines", b"{}"),
        lambda: sfn.start_counts(MACHINE),
        sfn.in_scope,
        sfn.reset,
        lambda: sfn.region,
    ):
        with pytest.raises(sfn_alias.errors.ServiceClosed) as caught:
            call()
        assert isinstance(caught.value, ValueError)
        assert (caught.value.code, caught.value.message) == ("ServiceClosed", "the service is closed")


@pytest.mark.parametrize("on_file", [False, True], ids=["memory", "file"])
def test_reset(on_file: bool, tmp_path: Path) -> None:
    sfn = sfn_alias.StepFunctions(tmp_path / "aliases.db" if on_file else None, seed=7)
    other = sfn.in_scope(region="eu-central-1")
    counts = []
    for _ in range(2):
        create_versions(sfn)
        other.create_state_machine(name="orders", definition=FIRST, roleArn=ROLE)
        create_alias(sfn)
        for _ in range(100):
            sfn.start_execution(stateMachineArn=ALIAS)
        counts.append(sfn.start_counts(MACHINE))
        other.reset()
        assert sfn.list_state_machines()["stateMachines"] == other.list_state_machines()["stateMachines"] == []
    assert counts[0] == counts[1]


def test_delays_are_seconds_or_timedeltas() -> None:
    now = [1744230237.0]
    for delay in (30, 30.0, datetime.timedelta(seconds=30)):
        sfn = create_service(update_delay=delay, clock=lambda: now[0])
        create_alias(sfn)
        sfn.update_state_machine_alias(stateMachineAliasArn=ALIAS, routingConfiguration=routes(100))
        routing = sfn.describe_state_machine_alias(stateMachineAliasArn=ALIAS)["routingConfiguration"]
        assert routing == routes(90, 10)
        now[0] += 31
        routing = sfn.describe_state_machine_alias(stateMachineAliasArn=ALIAS)["routingConfiguration"]
        assert routing == routes(100)


def test_clock_error_changes_nothing() -> None:
    broken = [False]

    def clock() -> datetime.datetime:
        if broken[0]:
            raise RuntimeError("no time")
        return datetime.datetime.now(datetime.timezone.utc)

    sfn = create_service(clock=clock)
    broken[0] = True
    with pytest.raises(RuntimeError, match="^no time$"):
        create_alias(sfn)
    broken[0] = False
    assert sfn.list_state_machine_aliases(stateMachineArn=MACHINE)["stateMachineAliases"] == []


def test_clock_of_wrong_type() -> None:
    with pytest.raises(TypeError) as caught:
        sfn_alias.StepFunctions(clock=lambda: "now").list_state_machines()  # type: ignore[arg-type, return-value]
    assert str(caught.value) == (
        "`clock`: expected a function that returns a `datetime` or seconds since 1970, found an instance of `str`"
    )


def test_limits_are_enforced() -> None:
    sfn = create_service(limits={"aliases_per_state_machine": 1})
    create_alias(sfn)
    with pytest.raises(sfn_alias.errors.ServiceQuotaExceededException):
        create_alias(sfn, name="TEST")


def test_compare_accepts_a_describe_response() -> None:
    sfn = create_service()
    create_alias(sfn)
    alias = sfn.describe_state_machine_alias(stateMachineAliasArn=ALIAS)
    request = {"name": "PROD", "routingConfiguration": routes(90, 10)}
    assert sfn_alias.compare(alias, request) == {"answer": "replay", "differs": []}
    assert sfn_alias.compare(None, request) == {"answer": "new", "differs": []}
    other = {**request, "description": "live", "routingConfiguration": routes(10, 90)}
    conflict = {"answer": "conflict", "differs": ["description", "routingConfiguration"]}
    assert sfn_alias.compare(alias, other) == conflict


def test_picker_equals_pick() -> None:
    percents, picker = sfn_alias.WeightedPicker(42), sfn_alias.WeightedPicker(42)
    for _ in range(200):
        assert picker.pick(routes(90, 10)) == sfn_alias.pick(routes(90, 10), percents.next_percent())
    assert sfn_alias.WeightedPicker().next_percent() in range(100)


def test_versions_are_listed_newest_first() -> None:
    sfn = sfn_alias.StepFunctions()
    create_versions(sfn)
    versions = sfn.list_state_machine_versions(stateMachineArn=MACHINE)["stateMachineVersions"]
    assert [version["stateMachineVersionArn"] for version in versions] == [f"{MACHINE}:2", f"{MACHINE}:1"]
