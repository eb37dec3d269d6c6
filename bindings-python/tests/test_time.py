"""Time: libraries that freeze it are followed, and dates do not depend on them."""

from __future__ import annotations

import datetime
import subprocess
import sys
from typing import Any

import freezegun
import pytest
import time_machine
from support import ALIAS, FIRST, MACHINE, ROLE, create_alias, create_service, routes

import sfn_alias
import sfn_alias.boto3

START = datetime.datetime(2030, 1, 2, 3, 4, 5, tzinfo=datetime.timezone.utc)


@pytest.mark.parametrize("kind", ["freezegun", "time-machine"])
@pytest.mark.parametrize("client", ["service", "boto3"])
def test_frozen_time_is_followed(kind: str, client: str) -> None:
    service = create_service(update_delay=5)
    caller: Any = service if client == "service" else sfn_alias.boto3.client(service)
    create_alias(caller, routingConfiguration=routes(100))
    freeze = freezegun.freeze_time(START) if kind == "freezegun" else time_machine.travel(START, tick=False)
    with freeze as now:
        machine = caller.create_state_machine(name="o", definition=FIRST, roleArn=ROLE)
        assert machine["creationDate"] == START
        caller.update_state_machine_alias(stateMachineAliasArn=ALIAS, routingConfiguration=routes(0, 100))
        assert caller.describe_state_machine_alias(stateMachineAliasArn=ALIAS)["routingConfiguration"] == routes(100)
        now.move_to(START + datetime.timedelta(seconds=5))
        described = caller.describe_state_machine_alias(stateMachineAliasArn=ALIAS)
        assert described["routingConfiguration"] == routes(0, 100)
    before = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(seconds=1)
    started = caller.start_execution(stateMachineArn=MACHINE)["startDate"]
    assert before <= started <= datetime.datetime.now(datetime.timezone.utc)


def test_clock_takes_precedence_over_frozen_time() -> None:
    service = sfn_alias.StepFunctions(clock=lambda: START)
    with freezegun.freeze_time("2001-01-01"):
        machine = service.create_state_machine(name="o", definition=FIRST, roleArn=ROLE)
    assert machine["creationDate"] == START


def test_endpoint_has_the_time_of_the_system() -> None:
    import boto3

    keys = {"aws_access_key_id": "000000000000", "aws_secret_access_key": "none", "region_name": "us-east-1"}
    with sfn_alias.serve() as url, time_machine.travel(START, tick=False):
        client = boto3.client("stepfunctions", endpoint_url=url, **keys)  # type: ignore[call-overload]
        machine = client.create_state_machine(name="o", definition=FIRST, roleArn=ROLE)
    assert machine["creationDate"] < START


def test_error_of_a_replaced_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever replaces `time.time_ns` is asked, and its error changes nothing."""
    service = sfn_alias.StepFunctions()
    monkeypatch.setattr("time.time_ns", lambda: "now")
    with pytest.raises(TypeError):
        service.create_state_machine(name="o", definition=FIRST, roleArn=ROLE)
    monkeypatch.undo()
    assert service.list_state_machines()["stateMachines"] == []


FIRST_USE_IS_FROZEN = """
import datetime
import freezegun

with freezegun.freeze_time("2030-01-02"):
    import sfn_alias
    frozen = sfn_alias.StepFunctions(clock=lambda: datetime.datetime.now(datetime.timezone.utc))
    request = {"name": "o", "definition": '{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}', "roleArn": ROLE}
    print(type(frozen.create_state_machine(**request)["creationDate"]))
    alias = {"name": "PROD", "stateMachineAliasArn": MACHINE + ":PROD"}
    alias |= {"creationDate": datetime.datetime.now(), "updateDate": datetime.datetime.now()}
    alias["routingConfiguration"] = routing = [{"stateMachineVersionArn": MACHINE + ":1", "weight": 100}]
    print(sfn_alias.compare(alias, {"name": "PROD", "routingConfiguration": routing})["answer"])

now = datetime.datetime(2020, 1, 1, tzinfo=datetime.timezone.utc)
real = sfn_alias.StepFunctions(clock=lambda: now)
created = real.create_state_machine(**request)["creationDate"]
print(type(created), created == now)
print(sfn_alias.compare({**alias, "creationDate": now, "updateDate": now}, {"name": "PROD", "routingConfiguration": routing})["answer"])
"""


def test_first_use_in_frozen_time_changes_nothing_later() -> None:
    """The order of tests does not matter: dates are always Python's own, and clocks may return them."""
    code = f"MACHINE, ROLE = {MACHINE!r}, {ROLE!r}\n{FIRST_USE_IS_FROZEN}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stderr == ""
    assert done.stdout.splitlines() == [
        "<class 'datetime.datetime'>",
        "replay",
        "<class 'datetime.datetime'> True",
        "replay",
    ]
