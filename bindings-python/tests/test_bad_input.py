"""Invalid input: the error locates the value, and nothing changes."""

from __future__ import annotations

import collections
import datetime
import enum
import os
import types
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from support import ALIAS, MACHINE, create_alias, create_service, routes

import sfn_alias
from sfn_alias import errors


def nest_lists(levels: int) -> Any:
    value: Any = []
    for _ in range(levels):
        value = [value]
    return value


def cyclic_list() -> Any:
    value: list[Any] = []
    value.append(value)
    return value


class RaisingDict(dict[str, Any]):
    """A dict whose methods raise. The binding reads it without calling them."""

    def __getitem__(self, key: str) -> Any:
        raise RuntimeError("a method was called")

    def items(self) -> Any:
        raise RuntimeError("a method was called")


class RaisingObject:
    def __getattr__(self, name: str) -> Any:
        raise RuntimeError("a method was called")


def request_with_weight(value: Any) -> dict[str, Any]:
    return {"name": "PROD", "routingConfiguration": [{"stateMachineVersionArn": f"{MACHINE}:1", "weight": value}]}


WEIGHT = "`/routingConfiguration/0/weight`: expected an integer, found "
NO_JSON = "cannot parse the request: `/routingConfiguration/0/weight`: expected a JSON value, found an instance of "

BAD: list[tuple[str, Any, str]] = [
    ("float", request_with_weight(50.0), WEIGHT + "a floating-point number"),
    ("nan", request_with_weight(float("nan")), WEIGHT + "a floating-point number"),
    ("infinity", request_with_weight(float("-inf")), WEIGHT + "a floating-point number"),
    ("bool", request_with_weight(True), WEIGHT + "a boolean"),
    ("beyond 64 bits", request_with_weight(2**64), WEIGHT + "an integer beyond 64 bits"),
    ("beyond u64", request_with_weight(2**200), WEIGHT + "an integer beyond 64 bits"),
    ("below 64 bits", request_with_weight(-(2**70)), WEIGHT + "an integer beyond 64 bits"),
    ("string", request_with_weight("100"), WEIGHT + "a string"),
    ("list", request_with_weight([100]), WEIGHT + "a list"),
    ("tuple", request_with_weight((100,)), WEIGHT + "a list"),
    ("dict", request_with_weight({}), WEIGHT + "an object"),
    ("decimal", request_with_weight(Decimal(100)), NO_JSON + "`Decimal`"),
    ("object", request_with_weight(RaisingObject()), NO_JSON + "`RaisingObject`"),
    ("bytes", request_with_weight(b"100"), NO_JSON + "`bytes`"),
    ("complex", request_with_weight(1j), NO_JSON + "`complex`"),
    ("set", request_with_weight({1}), NO_JSON + "`set`"),
    ("mapping", request_with_weight(types.MappingProxyType({})), NO_JSON + "`mappingproxy`"),
    (
        "lone surrogate",
        {"name": "a\ud800"},
        "cannot parse the request: `/name`: 'utf-8' codec can't encode character '\\ud800' in position 1: "
        "surrogates not allowed",
    ),
    (
        "lone surrogate as a name",
        {"a\udc00": 1},
        "cannot parse the request: 'utf-8' codec can't encode character '\\udc00' in position 1: "
        "surrogates not allowed",
    ),
    ("number as a name", {1: 2}, "cannot parse the request: expected a string as key, found an instance of `int`"),
    ("no dict", 5, "cannot parse the request: expected an object, found an integer"),
    ("no dict but a list", [], "cannot parse the request: expected an object, found a list"),
    ("no dict but a string", "{}", "cannot parse the request: expected an object, found a string"),
    ("no dict but nothing", None, "cannot parse the request: expected an object, found null"),
    ("routes as a dict", {"routingConfiguration": {}}, "`/routingConfiguration`: expected a list, found an object"),
]


@pytest.mark.parametrize(("value", "message"), [row[1:] for row in BAD], ids=[row[0] for row in BAD])
def test_wrong_values_are_located(value: Any, message: str) -> None:
    with pytest.raises(errors.SerializationException) as caught:
        sfn_alias.validate("CreateStateMachineAlias", value)
    assert caught.value.message == message
    if value is not None:
        with pytest.raises(errors.SerializationException) as caught:
            sfn_alias.StepFunctions().call("CreateStateMachineAlias", value)
        assert caught.value.message == message


@pytest.mark.parametrize(
    "value", [nest_lists(200), nest_lists(5000), cyclic_list()], ids=["deep", "very deep", "cyclic"]
)
def test_nesting_is_limited(value: Any) -> None:
    with pytest.raises(errors.SerializationException) as caught:
        sfn_alias.validate("CreateStateMachineAlias", {"name": value, "routingConfiguration": routes(100)})
    assert caught.value.message.startswith("cannot parse the request: `/name/0/0/")
    assert caught.value.message.endswith("`: expected at most 128 levels of nesting, found more")
    # Unknown members are not read.
    sfn_alias.validate("ListStateMachines", {"other": value})


def test_missing_members() -> None:
    with pytest.raises(errors.ValidationException) as caught:
        sfn_alias.validate("CreateStateMachineAlias", {})
    assert caught.value.message == (
        "2 validation errors detected: Value null at 'name' failed to satisfy constraint: Member must not be null; "
        "Value null at 'routingConfiguration' failed to satisfy constraint: Member must not be null"
    )


def test_nul_and_long_strings() -> None:
    sfn = create_service()
    with pytest.raises(errors.ValidationException, match="Member must satisfy regular expression pattern"):
        create_alias(sfn, name="a\0b")
    with pytest.raises(errors.ValidationException, match="Member must have length less than or equal to 256"):
        create_alias(sfn, description="x" * 10_000_000)
    with pytest.raises(errors.ValidationException, match="Member must have length less than or equal to 80"):
        create_alias(sfn, name="\N{SNOWMAN}" * 10_000_000)
    create_alias(sfn, description="a\0b \N{SNOWMAN} \U0001f600")
    description = sfn.describe_state_machine_alias(stateMachineAliasArn=ALIAS)["description"]
    assert description == "a\0b \N{SNOWMAN} \U0001f600"


def test_derived_classes_are_read_as_their_base() -> None:
    class Name(str, enum.Enum):
        PROD = "PROD"

    class Weight(enum.IntEnum):
        ALL = 100

    route = collections.OrderedDict(stateMachineVersionArn=f"{MACHINE}:1", weight=Weight.ALL)
    request = RaisingDict(name=Name.PROD, routingConfiguration=(RaisingDict(route),))
    sfn_alias.validate("CreateStateMachineAlias", request)
    assert create_service().call("CreateStateMachineAlias", request)["stateMachineAliasArn"] == ALIAS


def test_compare_rejects_an_invalid_alias() -> None:
    request = {"name": "PROD", "routingConfiguration": routes(100)}
    with pytest.raises(errors.SerializationException) as caught:
        sfn_alias.compare({"creationDate": "today"}, request)
    assert "existing: `/creationDate`: " in caught.value.message
    with pytest.raises(errors.SerializationException, match="existing: "):
        sfn_alias.compare(5, request)  # type: ignore[arg-type]


def test_rejected_updates_change_nothing() -> None:
    sfn = create_service()
    create_alias(sfn)
    before = sfn.describe_state_machine_alias(stateMachineAliasArn=ALIAS)["routingConfiguration"]
    for value in (50.0, float("nan"), 2**64, Decimal(1), None, "1"):
        with pytest.raises(sfn_alias.StepFunctionsError):
            sfn.update_state_machine_alias(
                stateMachineAliasArn=ALIAS, routingConfiguration=request_with_weight(value)["routingConfiguration"]
            )
    assert sfn.describe_state_machine_alias(stateMachineAliasArn=ALIAS)["routingConfiguration"] == before


U64 = "an integer from 0 to 18446744073709551615"
SECONDS = "a non-negative number of seconds or a `timedelta`"


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"account": "1"}, ValueError, "`account` must be 12 digits, for example `123456789012`"),
        ({"region": "a b"}, ValueError, "`region` must be letters, digits and hyphens, for example `us-east-1`"),
        ({"partition": ""}, ValueError, "`partition` must be letters, digits and hyphens, for example `aws`"),
        (
            {"limits": {"aliases": 1}},
            TypeError,
            "unknown limit `aliases`; use one of aliases_per_state_machine, versions_per_state_machine, "
            "definition_characters, input_bytes, request_bytes, executions_per_state_machine, tags_per_resource",
        ),
        ({"seed": -1}, OverflowError, f"`seed`: expected {U64}, found -1"),
        ({"seed": 2**64}, OverflowError, f"`seed`: expected {U64}, found 18446744073709551616"),
        ({"seed": 1.5}, TypeError, f"`seed`: expected {U64}, found 1.5"),
        ({"seed": "x"}, TypeError, f"`seed`: expected {U64}, found an instance of `str`"),
        ({"update_delay": -1}, ValueError, f"`update_delay`: expected {SECONDS}, found -1"),
        ({"update_delay": float("nan")}, ValueError, f"`update_delay`: expected {SECONDS}, found nan"),
        ({"deletion_delay": "x"}, TypeError, f"`deletion_delay`: expected {SECONDS}, found an instance of `str`"),
        (
            {"deletion_delay": datetime.timedelta(seconds=-1)},
            ValueError,
            f"`deletion_delay`: expected {SECONDS}, found datetime.timedelta(days=-1, seconds=86399)",
        ),
        ({"clock": 5}, TypeError, "`clock`: expected a function without parameters, found 5"),
        (
            {"account": 1},
            TypeError,
            '`account`: expected a string of 12 digits, for example "123456789012", found 1',
        ),
        (
            {"region": b"x"},
            TypeError,
            '`region`: expected a string, for example "us-east-1", found an instance of `bytes`',
        ),
        ({"partition": 5}, TypeError, '`partition`: expected a string, for example "aws", found 5'),
        ({"path": 5}, TypeError, "`path`: expected a path, found 5"),
        ({"limits": 5}, TypeError, "`limits`: expected a `dict`, found 5"),
        ({"limits": {1: 1}}, TypeError, "`limits`: expected names of limits, found 1"),
        (
            {"limits": {"request_bytes": -1}},
            OverflowError,
            f'`limits["request_bytes"]`: expected {U64}, found -1',
        ),
        (
            {"limits": {"request_bytes": "1"}},
            TypeError,
            f'`limits["request_bytes"]`: expected {U64}, found an instance of `str`',
        ),
        ({"surprise": 1}, TypeError, "StepFunctions.__new__() got an unexpected keyword argument 'surprise'"),
    ],
)
def test_options(options: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error) as caught:
        sfn_alias.StepFunctions(**options)
    assert str(caught.value) == message


def test_path_is_a_directory(tmp_path: Path) -> None:
    with pytest.raises(errors.StorageFailure) as caught:
        sfn_alias.StepFunctions(tmp_path)
    assert caught.value.message.startswith("storage error: ")
    assert str(tmp_path) in caught.value.message
    assert caught.value.status == 500


def test_path_in_a_missing_directory(tmp_path: Path) -> None:
    with pytest.raises(errors.StorageFailure):
        sfn_alias.StepFunctions(tmp_path / "none" / "aliases.db")


def test_path_is_another_file(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("not a store\n" * 100)
    with pytest.raises(errors.StorageFailure):
        sfn_alias.StepFunctions(path)
    assert path.read_text() == "not a store\n" * 100


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root can write everywhere")
def test_path_is_read_only(tmp_path: Path) -> None:
    path = tmp_path / "aliases.db"
    create_service(path).close()
    path.chmod(0o400)
    tmp_path.chmod(0o500)
    with pytest.raises(errors.StorageFailure):
        sfn_alias.StepFunctions(path)
    tmp_path.chmod(0o700)


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="/proc does not exist")
def test_path_is_not_writable() -> None:
    with pytest.raises(errors.StorageFailure) as caught:
        sfn_alias.StepFunctions("/proc/self/aliases.db")
    assert caught.value.message.startswith("storage error: ")


def test_path_with_nul() -> None:
    with pytest.raises(errors.StorageFailure):
        sfn_alias.StepFunctions("a\0b")


def test_arns() -> None:
    with pytest.raises(errors.InvalidArn, match="Invalid ARN prefix: x"):
        sfn_alias.parse_arn("x")
    with pytest.raises(errors.SerializationException, match="kind"):
        sfn_alias.format_arn({"kind": 5})  # type: ignore[typeddict-item]
    with pytest.raises(errors.InvalidArn):
        sfn_alias.format_arn({})  # type: ignore[typeddict-item]
    with pytest.raises(UnicodeEncodeError):
        sfn_alias.parse_arn("\ud800")


def test_pick_rejects_wrong_arguments() -> None:
    with pytest.raises(OverflowError):
        sfn_alias.pick(routes(100), 256)
    with pytest.raises(OverflowError):
        sfn_alias.pick(routes(100), -1)
    with pytest.raises(errors.ValidationException, match="Sum of routing configuration weights"):
        sfn_alias.pick(routes(50, 51), 0)
    with pytest.raises(errors.SerializationException, match="`/routingConfiguration`: expected a list"):
        sfn_alias.WeightedPicker().pick({})  # type: ignore[arg-type]
