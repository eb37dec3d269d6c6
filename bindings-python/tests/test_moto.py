"""Executions that run on moto's interpreter."""

from __future__ import annotations

import gc
import json
import subprocess
import sys
import time
import weakref
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws
from support import ROLE

import sfn_alias
import sfn_alias.boto3
import sfn_alias.moto

MACHINE = "arn:aws:states:us-east-1:000000000000:stateMachine:orders"


def define(state: dict[str, Any], **members: Any) -> str:
    """Returns a definition with one state."""
    end = {} if state["Type"] in ("Fail", "Succeed", "Choice") else {"End": True}
    return json.dumps({"StartAt": "First", "States": {"First": {**state, **end}}, **members})


def result(value: Any) -> str:
    return define({"Type": "Pass", "Result": value})


WAIT = define({"Type": "Wait", "Seconds": 3600})


@pytest.fixture(params=["moto first", "sfn-alias first"])
def sfn(request: pytest.FixtureRequest) -> Iterator[Any]:
    """A boto3 client that the application creates."""
    service = sfn_alias.moto.create_service(seed=7)
    first, second = mock_aws(), sfn_alias.boto3.mock(service)
    with first if request.param == "moto first" else second:
        with second if request.param == "moto first" else first:
            yield boto3.client("stepfunctions", region_name="us-east-1")


def create(client: Any, *definitions: str, name: str = "orders", **members: Any) -> str:
    """Creates a state machine with a version per definition. Returns its ARN."""
    machine = client.create_state_machine(name=name, definition=definitions[0], roleArn=ROLE, publish=True, **members)
    arn: str = machine["stateMachineArn"]
    for definition in definitions[1:]:
        client.update_state_machine(stateMachineArn=arn, definition=definition, publish=True)
    return arn


def start(client: Any, arn: str = MACHINE, data: Any = None, **members: Any) -> str:
    execution: str = client.start_execution(stateMachineArn=arn, input=json.dumps(data), **members)["executionArn"]
    return execution


def wait(client: Any, execution: str) -> Any:
    """Polls as applications do. Returns the description of the execution."""
    for _ in range(3000):
        described = client.describe_execution(executionArn=execution)
        if described["status"] != "RUNNING":
            return described
        time.sleep(0.01)
    raise AssertionError("timeout")


def run(client: Any, definition: str, data: Any = None) -> Any:
    return wait(client, start(client, create(client, definition), data))


class Application:
    """Code under test: it starts orders through an alias, and reports what their workflow returns."""

    def __init__(self) -> None:
        self.sfn: Any = boto3.client("stepfunctions", region_name="us-east-1")

    def place_order(self, order: Any) -> Any:
        return json.loads(wait(self.sfn, start(self.sfn, f"{MACHINE}:PROD", order))["output"])


def test_an_application_that_starts_through_a_90_10_alias(sfn: Any) -> None:
    """Asserts on the output of the version that ran. The current revision is neither version."""
    versions = [define({"Type": "Pass", "Parameters": {"version": n, "id.$": "$.id"}}) for n in (1, 2)]
    create(sfn, *versions)
    sfn.update_state_machine(stateMachineArn=MACHINE, definition=result("not published"))
    routing = [{"stateMachineVersionArn": f"{MACHINE}:{n}", "weight": w} for n, w in ((1, 90), (2, 10))]
    sfn.create_state_machine_alias(name="PROD", routingConfiguration=routing)
    application = Application()
    with ThreadPoolExecutor(4) as threads:
        orders = list(threads.map(lambda n: application.place_order({"id": n}), range(60)))
    assert [order["id"] for order in orders] == list(range(60))
    ran = Counter(order["version"] for order in orders)
    assert ran == sfn_alias.boto3.get_service(sfn).start_counts(MACHINE)
    assert 45 <= ran[1] < 60
    assert wait(sfn, start(sfn))["output"] == '"not published"'


@pytest.mark.parametrize(
    ("state", "data", "expected"),
    [
        ({"Type": "Pass"}, {"a": [1, "é"]}, '{"a":[1,"é"]}'),
        ({"Type": "Pass", "Result": "big"}, None, '"big"'),
        ({"Type": "Pass", "Result": 1.5}, None, "1.5"),
        ({"Type": "Succeed"}, None, "null"),
        ({"Type": "Wait", "Seconds": 0}, [], "[]"),
        ({"Type": "Pass", "Parameters": {"x.$": "States.MathAdd($.a, 1)"}}, {"a": 1}, '{"x":2}'),
    ],
)
def test_outputs(sfn: Any, state: dict[str, Any], data: Any, expected: str) -> None:
    ended = run(sfn, define(state), data)
    assert (ended["status"], ended["output"]) == ("SUCCEEDED", expected)


def test_choice(sfn: Any) -> None:
    choice = {"Type": "Choice", "Choices": [{"Variable": "$.n", "NumericGreaterThan": 5, "Next": "Big"}], "Default": "Small"}
    states = {name: {"Type": "Pass", "Result": name.lower(), "End": True} for name in ("Big", "Small")}
    create(sfn, json.dumps({"StartAt": "Choose", "States": {"Choose": choice, **states}}))
    assert [wait(sfn, start(sfn, data={"n": n}))["output"] for n in (1, 9)] == ['"small"', '"big"']


@pytest.mark.parametrize("mode", ["Map", "Parallel"])
def test_map_and_parallel(sfn: Any, mode: str) -> None:
    inner = [{"StartAt": name, "States": {name: {"Type": "Pass", "End": True}}} for name in ("P", "Q")]
    state = {"Type": "Map", "ItemProcessor": inner[0]} if mode == "Map" else {"Type": "Parallel", "Branches": inner}
    expected = "[1,2,3]" if mode == "Map" else "[[1,2,3],[1,2,3]]"
    assert run(sfn, define(state), [1, 2, 3])["output"] == expected


@pytest.mark.parametrize("failure", [{}, {"Error": "Orders.Broken"}, {"Error": "Orders.Broken", "Cause": "on purpose"}])
def test_failures(sfn: Any, failure: dict[str, str]) -> None:
    ended = run(sfn, define({"Type": "Fail", **failure}))
    assert (ended["status"], ended.get("error"), ended.get("cause")) == (
        "FAILED",
        failure.get("Error"),
        failure.get("Cause"),
    )
    assert "output" not in ended


def test_time_out(sfn: Any) -> None:
    ended = run(sfn, define({"Type": "Wait", "Seconds": 3600}, TimeoutSeconds=1))
    assert (ended["status"], "error" in ended) == ("TIMED_OUT", False)


def moto_statuses() -> list[str]:
    from moto.stepfunctions.parser.models import stepfunctions_parser_backends

    machines = stepfunctions_parser_backends["000000000000"]["us-east-1"].state_machines
    return [execution.status for machine in machines for execution in machine.executions]


def wait_for_moto(expected: list[str]) -> None:
    """Waits until the executions of moto have these statuses: an execution that was stopped is stopped in moto soon after."""
    deadline = time.monotonic() + 20
    while sorted(moto_statuses()) != expected and time.monotonic() < deadline:
        time.sleep(0.02)
    assert sorted(moto_statuses()) == expected


def test_stop(sfn: Any) -> None:
    """Also moto stops, so that the rest of the workflow does not run."""
    execution = start(sfn, create(sfn, WAIT))
    assert sfn.describe_execution(executionArn=execution)["status"] == "RUNNING"
    assert moto_statuses() == ["RUNNING"]
    sfn.stop_execution(executionArn=execution, error="Stop", cause="why")
    ended = wait(sfn, execution)
    assert (ended["status"], ended["error"], ended["cause"]) == ("ABORTED", "Stop", "why")
    for _ in range(500):
        if moto_statuses() == ["ABORTED"]:
            return
        time.sleep(0.01)
    raise AssertionError(moto_statuses())


def test_redrive(sfn: Any) -> None:
    execution = start(sfn, create(sfn, WAIT), name="e1")
    sfn.stop_execution(executionArn=execution)
    sfn.redrive_execution(executionArn=execution)
    assert sfn.describe_execution(executionArn=execution)["status"] == "RUNNING"
    wait_for_moto(["ABORTED", "RUNNING"])
    sfn.stop_execution(executionArn=execution)
    execution = start(sfn, create(sfn, define({"Type": "Fail"}), name="fails"), name="e1")
    assert wait(sfn, execution)["status"] == "FAILED"
    sfn.redrive_execution(executionArn=execution)
    assert wait(sfn, execution)["redriveCount"] == 1


def test_context_objects_have_our_names(sfn: Any) -> None:
    parameters = {"id.$": "$$.Execution.Id", "name.$": "$$.StateMachine.Name", "all.$": "$$.Execution"}
    long = "x" * 80
    arn = create(sfn, define({"Type": "Pass", "Parameters": parameters}), name=long)
    execution = start(sfn, arn, {"a": 1}, name="é.1")
    output = json.loads(wait(sfn, execution)["output"])
    assert (output["id"], output["name"], output["all"]["Input"]) == (execution, long, {"a": 1})


def test_names_can_be_used_again(sfn: Any) -> None:
    """After `reset`, and by executions of EXPRESS state machines."""
    for output in ("first", "second"):
        arn = create(sfn, result(output))
        assert wait(sfn, start(sfn, arn, name="e1"))["output"] == json.dumps(output)
        sfn_alias.boto3.get_service(sfn).reset()
    arn = create(sfn, define({"Type": "Pass"}), type="EXPRESS")
    for data in ("[1]", "[2]"):
        assert sfn.start_sync_execution(stateMachineArn=arn, name="e1", input=data)["output"] == data


def test_synchronous_executions(sfn: Any) -> None:
    arn = create(sfn, define({"Type": "Wait", "SecondsPath": "$.seconds"}), type="EXPRESS")
    ended = sfn.start_sync_execution(stateMachineArn=f"{arn}:1", input='{"seconds":1}')
    assert (ended["status"], ended["output"]) == ("SUCCEEDED", '{"seconds":1}')
    arn = create(sfn, define({"Type": "Fail", "Error": "Broken"}), name="fails", type="EXPRESS")
    ended = sfn.start_sync_execution(stateMachineArn=arn)
    assert (ended["status"], ended["error"]) == ("FAILED", "Broken")


def test_other_services_are_those_of_moto(sfn: Any) -> None:
    """Of the application, and of a task."""
    sqs = boto3.client("sqs", region_name="us-east-1")
    queue = sqs.create_queue(QueueName="orders")["QueueUrl"]
    parameters = {"QueueUrl": queue, "MessageBody.$": "$.message"}
    state = {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "Parameters": parameters}
    ended = run(sfn, define(state), {"message": "hello"})
    assert ended["status"] == "SUCCEEDED", ended
    assert [message["Body"] for message in sqs.receive_message(QueueUrl=queue)["Messages"]] == ["hello"]


def test_what_the_interpreter_refuses_fails(sfn: Any) -> None:
    """It has no JSONata without a Java virtual machine."""
    ended = run(sfn, define({"Type": "Pass", "Output": "{% $states.input %}"}, QueryLanguage="JSONata"), {})
    assert (ended["status"], ended["error"]) == ("FAILED", "States.Runtime")


def test_results_that_are_not_valid_fail(sfn: Any) -> None:
    ended = run(sfn, define({"Type": "Fail", "Error": "E" * 300}))
    assert (ended["status"], ended["error"]) == ("FAILED", "SfnAlias.Upstream")
    assert ended["cause"].startswith("the result of moto is not valid: ")


def test_an_interpreter_that_breaks_fails(sfn: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from moto.stepfunctions.parser.backend.execution_worker import ExecutionWorker

    monkeypatch.setattr(ExecutionWorker, "_get_evaluation_environment", lambda _: 1 / 0)
    monkeypatch.setattr("threading.excepthook", lambda _: None)
    ended = run(sfn, result(1))
    assert (ended["status"], ended["error"]) == ("FAILED", "SfnAlias.Upstream")
    assert ended["cause"] == "moto's interpreter ended the execution with the status RUNNING"


def test_rules_decide_first(sfn: Any) -> None:
    sfn_alias.boto3.get_service(sfn).set_outcomes([{"name": "rule", "output": 1}])
    arn = create(sfn, WAIT)
    assert wait(sfn, start(sfn, arn, name="rule-1"))["output"] == "1"


def test_a_service_without_mock(tmp_path: Path) -> None:
    """In a file, in another region and account."""
    service = sfn_alias.moto.create_service(tmp_path / "aliases.db", account="123456789012")
    sfn: Any = sfn_alias.boto3.client(service, region_name="eu-west-1")
    arn = create(sfn, result(1))
    ended = wait(sfn, start(sfn, arn))
    assert (ended["status"], ended["error"]) == ("FAILED", "RuntimeError")
    assert ended["cause"] == "moto is not active; start the execution inside `mock_aws`"
    with mock_aws():
        assert wait(sfn, start(sfn, arn))["output"] == "1"
        execution = start(sfn, create(sfn, WAIT, name="waits"))
    assert wait(sfn, execution)["cause"] == "moto's interpreter ended the execution with the status ABORTED"


def test_arguments_are_checked() -> None:
    with pytest.raises(TypeError, match="`on_start` cannot be combined with moto's interpreter"):
        sfn_alias.moto.create_service(on_start=lambda _: None)
    with pytest.raises(TypeError, match="limit"):
        sfn_alias.moto.create_service(limits=5)  # type: ignore[arg-type]


def test_a_closed_service_stops_moto() -> None:
    with mock_aws():
        service = sfn_alias.moto.create_service()
        start(service, create(service, WAIT))
        service.close()
        wait_for_moto(["ABORTED"])


def test_a_service_is_collected() -> None:
    with mock_aws():
        service = sfn_alias.moto.create_service()
        wait(service, start(service, create(service, result(1))))
        time.sleep(0.1)
        reference = weakref.ref(service)
        del service
        gc.collect()
        assert reference() is None


WITHOUT_MOTO = """
import sys

class Missing:
    def find_spec(name, *_):
        if name == "moto":
            raise ModuleNotFoundError("No module named 'moto'")

sys.meta_path.insert(0, Missing)
import sfn_alias.moto
sfn_alias.moto.create_service()
"""


def test_a_clear_error_without_moto() -> None:
    done = subprocess.run([sys.executable, "-c", WITHOUT_MOTO], capture_output=True, text=True)
    assert done.stderr.splitlines()[-1] == (
        "ImportError: `sfn_alias.moto` needs the interpreter of moto: No module named 'moto'; "
        "run `pip install 'moto[stepfunctions]>=5.2.4'`"
    )
