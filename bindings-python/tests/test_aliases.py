"""Shapes of requests and answers, scopes, clocks, closing."""

from __future__ import annotations

import datetime
import re
from pathlib import Path

import pytest
from support import ALIAS, FIRST, MACHINE, ROLE, create, publish, published, routes

import sfn_alias
from sfn_alias import _sfn_alias


def test_the_installed_package_is_tested() -> None:
    source = Path(__file__).resolve().parents[1] / "python"
    assert source not in Path(sfn_alias.__file__).resolve().parents
    assert source not in Path(_sfn_alias.__file__).resolve().parents


def test_every_operation_has_a_method_named_as_boto3s() -> None:
    from botocore import xform_name

    assert len(_sfn_alias.OPERATIONS) == 22
    for operation, method in _sfn_alias.OPERATIONS.items():
        assert method == xform_name(operation)
        assert callable(getattr(sfn_alias.StepFunctions, method))


def test_answers_are_dicts_with_aware_dates_and_metadata() -> None:
    aliases = published(clock=lambda: 1744230237.123)
    create(aliases, description="live")
    answer = aliases.describe_state_machine_alias(stateMachineAliasArn=ALIAS)
    metadata = answer.pop("ResponseMetadata")
    date = datetime.datetime(2025, 4, 9, 20, 23, 57, 123000, tzinfo=datetime.timezone.utc)
    assert answer == {
        "stateMachineAliasArn": ALIAS,
        "name": "PROD",
        "description": "live",
        "routingConfiguration": routes(90, 10),
        "creationDate": date,
        "updateDate": date,
    }
    assert answer["creationDate"].tzinfo is datetime.timezone.utc
    assert list(metadata) == ["RequestId", "HTTPStatusCode", "HTTPHeaders", "RetryAttempts"]
    assert re.fullmatch("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", metadata["RequestId"])
    assert (metadata["HTTPStatusCode"], metadata["RetryAttempts"]) == (200, 0)
    assert metadata["HTTPHeaders"]["x-amzn-requestid"] == metadata["RequestId"]


def test_metadata_is_each_answers_own() -> None:
    aliases = sfn_alias.StepFunctions()
    first, second = aliases.list_state_machines(), aliases.list_state_machines()
    assert first["ResponseMetadata"]["RequestId"] != second["ResponseMetadata"]["RequestId"]
    first["ResponseMetadata"]["HTTPHeaders"]["own"] = "1"
    assert "own" not in aliases.list_state_machines()["ResponseMetadata"]["HTTPHeaders"]


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
def test_dates_are_what_the_clock_said(text: str) -> None:
    date = datetime.datetime.fromisoformat(text)
    assert published(clock=lambda: date).list_state_machines()["stateMachines"][0]["creationDate"] == date


def test_every_day_of_four_centuries_is_a_date() -> None:
    first = datetime.datetime(1900, 1, 1, tzinfo=datetime.timezone.utc)
    now = [first]
    aliases = published(clock=lambda: now[0])
    for day in range(0, 146_097, 61):
        now[0] = first + datetime.timedelta(days=day, milliseconds=day)
        assert aliases.start_execution(stateMachineArn=MACHINE)["startDate"] == now[0]


def test_call_is_the_method() -> None:
    aliases = published()
    created = aliases.call("CreateStateMachineAlias", {"name": "PROD", "routingConfiguration": routes(100)})
    assert created["stateMachineAliasArn"] == ALIAS
    assert aliases.call("ListStateMachines")["stateMachines"][0]["stateMachineArn"] == MACHINE
    assert aliases.call("ListStateMachines", {})["stateMachines"][0]["stateMachineArn"] == MACHINE


def test_methods_take_keyword_arguments_only() -> None:
    with pytest.raises(TypeError):
        sfn_alias.StepFunctions().list_state_machines({})  # type: ignore[call-arg, misc]


def test_a_seed_repeats_the_draws() -> None:
    def story() -> dict[int | None, int]:
        aliases = published(seed=7)
        create(aliases)
        for _ in range(1000):
            aliases.start_execution(stateMachineArn=ALIAS)
        return aliases.start_counts(MACHINE)

    assert story() == story() == {1: 905, 2: 95}


def test_scopes_do_not_see_each_other() -> None:
    aliases = published()
    other = aliases.in_scope(region="eu-central-1", account="123456789012", partition="aws-cn")
    assert (other.partition, other.account, other.region) == ("aws-cn", "123456789012", "eu-central-1")
    assert other.list_state_machines()["stateMachines"] == []
    made = other.create_state_machine(name="o", definition=FIRST, roleArn=ROLE)
    assert made["stateMachineArn"] == "arn:aws-cn:states:eu-central-1:123456789012:stateMachine:o"
    assert [m["name"] for m in aliases.list_state_machines()["stateMachines"]] == ["orders"]
    assert repr(other) == "<StepFunctions arn:aws-cn:states:eu-central-1:123456789012:>"


def test_a_file_lasts(tmp_path: Path) -> None:
    path = tmp_path / "aliases.db"
    with published(path) as aliases:
        create(aliases)
    with sfn_alias.StepFunctions(str(path)) as aliases:
        assert aliases.describe_state_machine_alias(stateMachineAliasArn=ALIAS)["name"] == "PROD"


def test_with_closes_all_scopes(tmp_path: Path) -> None:
    with published(tmp_path / "aliases.db") as aliases:
        other = aliases.in_scope(region="eu-central-1")
    for closed in (aliases, other):
        with pytest.raises(ValueError, match=": the service is closed$"):
            closed.list_state_machines()
        assert repr(closed) == "<StepFunctions, closed>"
    aliases.close()
    assert not list(tmp_path.glob("*-wal"))


def test_delays_are_seconds_or_timedeltas() -> None:
    now = [1744230237.0]
    for delay in (30, 30.0, datetime.timedelta(seconds=30)):
        aliases = published(update_delay=delay, clock=lambda: now[0])
        create(aliases)
        aliases.update_state_machine_alias(stateMachineAliasArn=ALIAS, routingConfiguration=routes(100))
        shown = aliases.describe_state_machine_alias(stateMachineAliasArn=ALIAS)["routingConfiguration"]
        assert shown == routes(90, 10)
        now[0] += 31
        shown = aliases.describe_state_machine_alias(stateMachineAliasArn=ALIAS)["routingConfiguration"]
        assert shown == routes(100)


def test_a_clock_that_fails_fails_the_call_alone() -> None:
    broken = [False]

    def clock() -> datetime.datetime:
        if broken[0]:
            raise RuntimeError("no time")
        return datetime.datetime.now(datetime.timezone.utc)

    aliases = published(clock=clock)
    broken[0] = True
    with pytest.raises(RuntimeError, match="^no time$"):
        create(aliases)
    broken[0] = False
    assert aliases.list_state_machine_aliases(stateMachineArn=MACHINE)["stateMachineAliases"] == []


def test_clock_of_another_type() -> None:
    with pytest.raises(TypeError):
        sfn_alias.StepFunctions(clock=lambda: "now").list_state_machines()  # type: ignore[arg-type, return-value]


def test_limits_hold() -> None:
    aliases = published(limits={"aliases_per_state_machine": 1})
    create(aliases)
    with pytest.raises(sfn_alias.errors.ServiceQuotaExceededException):
        create(aliases, name="TEST")


def test_compare_takes_what_describe_answered() -> None:
    aliases = published()
    create(aliases)
    shown = aliases.describe_state_machine_alias(stateMachineAliasArn=ALIAS)
    again = {"name": "PROD", "routingConfiguration": routes(90, 10)}
    assert sfn_alias.compare(shown, again) == {"answer": "replay", "differs": []}
    assert sfn_alias.compare(None, again) == {"answer": "new", "differs": []}
    other = {**again, "description": "live", "routingConfiguration": routes(10, 90)}
    conflict = {"answer": "conflict", "differs": ["description", "routingConfiguration"]}
    assert sfn_alias.compare(shown, other) == conflict


def test_a_picker_picks_as_the_function_does() -> None:
    percents, picker = sfn_alias.WeightedPicker(42), sfn_alias.WeightedPicker(42)
    for _ in range(200):
        assert picker.pick(routes(90, 10)) == sfn_alias.pick(routes(90, 10), percents.next_percent())
    assert sfn_alias.WeightedPicker().next_percent() in range(100)


def test_publish_answers_as_boto3_would() -> None:
    aliases = sfn_alias.StepFunctions()
    publish(aliases)
    versions = aliases.list_state_machine_versions(stateMachineArn=MACHINE)["stateMachineVersions"]
    assert [version["stateMachineVersionArn"] for version in versions] == [f"{MACHINE}:2", f"{MACHINE}:1"]
