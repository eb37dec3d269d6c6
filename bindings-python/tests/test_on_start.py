"""The callback of started executions."""

from __future__ import annotations

import asyncio
import gc
import json
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import boto3
import botocore.exceptions
import pytest
from support import ALIAS, FIRST, MACHINE, ROLE, SECOND, create_alias, create_service, create_versions, routes
from test_threads import needs_fork, run_in_child

import sfn_alias
import sfn_alias.boto3
from sfn_alias import errors

EXECUTION = MACHINE.replace("stateMachine", "execution")


def create(on_start: Any, path: Any = None, **options: Any) -> sfn_alias.StepFunctions:
    """Creates a service with two versions and an alias of version 2."""
    sfn = create_service(path, on_start=on_start, **options)
    create_alias(sfn, routingConfiguration=[{"stateMachineVersionArn": f"{MACHINE}:2", "weight": 100}])
    return sfn


def start(sfn: Any, name: str = "e1", arn: str = ALIAS, **members: Any) -> Any:
    return sfn.start_execution(stateMachineArn=arn, name=name, **members)


def end(sfn: Any, name: str = "e1") -> list[Any]:
    """Returns how an execution ended."""
    described = sfn.describe_execution(executionArn=f"{EXECUTION}:{name}")
    return [described.get(member) for member in ("status", "output", "error", "cause")]


def create_express(client: Any) -> str:
    machine = client.create_state_machine(name="quick", definition=FIRST, roleArn=ROLE, type="EXPRESS")
    arn: str = machine["stateMachineArn"]
    return arn


def test_the_callback_receives_the_execution() -> None:
    received: list[Any] = []
    sfn = create(received.append)
    started = start(sfn, input='{"id": 1}', traceHeader="Root=1")
    expected = {
        "executionArn": f"{EXECUTION}:e1",
        "stateMachineArn": MACHINE,
        "stateMachineVersionArn": f"{MACHINE}:2",
        "stateMachineAliasArn": ALIAS,
        "name": "e1",
        "input": '{"id": 1}',
        "definition": SECOND,
        "roleArn": ROLE,
        "type": "STANDARD",
        "startDate": started["startDate"],
        "redriveCount": 0,
        "traceHeader": "Root=1",
    }
    assert received == [expected]
    assert received[0]["startDate"].tzinfo is timezone.utc
    start(sfn, "unqualified", MACHINE)
    absent = {"stateMachineVersionArn", "stateMachineAliasArn", "traceHeader"}
    assert received[1].keys() == expected.keys() - absent
    assert end(sfn) == ["RUNNING", None, None, None]
    start(sfn, input='{"id": 1}', traceHeader="Root=1")  # a replay
    assert len(received) == 2
    sfn.stop_execution(executionArn=f"{EXECUTION}:e1")
    sfn.redrive_execution(executionArn=f"{EXECUTION}:e1")
    assert received[2] == {**expected, "startDate": received[2]["startDate"], "redriveCount": 1}


class Text(str):
    pass


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        (None, ["RUNNING", None, None, None]),
        ({}, ["SUCCEEDED", "{}", None, None]),
        ({"output": {"é": (1, 2.5, None)}}, ["SUCCEEDED", '{"é":[1,2.5,null]}', None, None]),
        ({"output": None}, ["SUCCEEDED", "null", None, None]),
        ({Text("output"): Text("x")}, ["SUCCEEDED", '"x"', None, None]),
        ({"error": "Broken", "cause": "why"}, ["FAILED", None, "Broken", "why"]),
        ({"status": "FAILED"}, ["FAILED", None, None, None]),
        ({"status": "TIMED_OUT"}, ["TIMED_OUT", None, None, None]),
        ({"output": 1, "after": 60}, ["RUNNING", None, None, None]),
        ({"output": 1, "after": "5m"}, ["RUNNING", None, None, None]),
        ({"output": 1, "after": timedelta(hours=1)}, ["RUNNING", None, None, None]),
    ],
)
def test_the_result_is_the_end(result: Any, expected: list[Any]) -> None:
    sfn = create(lambda _: result)
    start(sfn)
    assert end(sfn) == expected


def test_the_end_is_delayed() -> None:
    now = [1_700_000_000.0]
    sfn = create(lambda _: {"output": 1, "after": timedelta(minutes=1)}, clock=lambda: now[0])
    start(sfn)
    now[0] += 59
    assert end(sfn)[0] == "RUNNING"
    now[0] += 1
    assert end(sfn)[0] == "SUCCEEDED"


@pytest.mark.parametrize(
    ("result", "cause"),
    [
        (5, "expected an object"),
        ('{"output": {}}', "expected an object"),
        ({"outputs": 1}, "unknown member `outputs`; did you mean `output`?"),
        ({"output": {1, 2}}, "Object of type set is not JSON serializable"),
        ({"output": float("nan")}, "Out of range float values are not JSON compliant"),
        ({"output": "\ud800"}, "a text has a lone surrogate"),
        ({"output": 1, "after": timedelta(-1)}, "`after`: expected a non-negative `timedelta`"),
        ({"output": 1, "error": "Broken"}, "`output`"),
        ({"output": "x" * 300_000}, "262144"),
    ],
)
def test_invalid_results_fail(result: Any, cause: str) -> None:
    sfn = create(lambda _: result)
    start(sfn)
    ended = end(sfn)
    assert ended[:3] == ["FAILED", None, "SfnAlias.CallbackError"]
    assert ended[3].startswith("the result of the callback is not valid: ")
    assert cause in ended[3]


class OrdersBroken(Exception):
    pass


class Unprintable(Exception):
    def __str__(self) -> str:
        raise ValueError


def raising(error: BaseException) -> Callable[[Any], Any]:
    def on_start(_: Any) -> Any:
        raise error

    return on_start


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (OrdersBroken("no stock"), ["OrdersBroken", "no stock"]),
        (ValueError(), ["ValueError", ""]),
        (OrdersBroken("x" * 40_000), ["OrdersBroken", "x" * 32_768]),
        (type("E" * 300, (Exception,), {})("y"), ["E" * 256, "y"]),
        (OrdersBroken("\ud800"), ["OrdersBroken", "\ufffd\ufffd\ufffd"]),
        (Unprintable(), ["Unprintable", ""]),
    ],
)
def test_exceptions_fail(error: Exception, expected: list[str]) -> None:
    sfn = create(raising(error))
    start(sfn)
    ended = end(sfn)
    assert [ended[0], ended[2], ended[3] or ""] == ["FAILED", *expected]


@pytest.mark.parametrize("error", [KeyboardInterrupt(), SystemExit(3), pytest.fail.Exception("no")])
def test_other_exceptions_are_raised(error: BaseException) -> None:
    sfn = create(raising(error))
    for caller in (sfn, sfn_alias.boto3.client(sfn)):
        with pytest.raises(type(error)) as caught:
            start(caller, f"e{id(caller)}")
        assert caught.value is error
        assert end(sfn, f"e{id(caller)}")[::2] == ["FAILED", type(error).__name__]


def test_rules_decide_first() -> None:
    sfn = create(lambda _: {"output": "callback"}, outcomes=[{"name": "rule", "output": "rule"}])
    for name, output in (("rule-1", '"rule"'), ("e1", '"callback"')):
        start(sfn, name)
        assert end(sfn, name)[1] == output


@pytest.mark.parametrize("not_callable", [5, "print", {"output": {}}])
def test_arguments_are_checked(not_callable: Any) -> None:
    for function in (sfn_alias.StepFunctions, sfn_alias.serve, sfn_alias.boto3.mock):
        with pytest.raises(TypeError, match="`on_start`: expected a function with one parameter, found"):
            with function(on_start=not_callable):
                pass
    with pytest.raises(TypeError, match="`service` cannot be combined"):
        sfn_alias.serve(service=sfn_alias.StepFunctions(), on_start=print)


def test_the_callback_may_call_the_service() -> None:
    """Starts, ends, changes and describes, through the object and through boto3."""

    def on_start(execution: Any) -> Any:
        name, arn = execution["name"], execution["executionArn"]
        assert client.describe_execution(executionArn=arn)["status"] == "RUNNING"
        if name == "stopped":
            sfn.stop_execution(executionArn=arn, error="Stop")
        elif name == "ended":
            sfn.end_execution(arn, output=1)
        elif name == "deleted":
            client.delete_state_machine(stateMachineArn=MACHINE)
        elif name.startswith("down-"):
            depth = int(name.removeprefix("down-"))
            start(client if depth % 2 else sfn, f"down-{depth - 1}" if depth else "leaf")
        return {"output": name}

    sfn = create(on_start)
    client = sfn_alias.boto3.client(sfn)
    start(sfn, "down-20")
    assert [end(sfn, name)[1] for name in ("leaf", "down-0", "down-20")] == ['"leaf"', '"down-0"', '"down-20"']
    start(client, "stopped")
    assert end(sfn, "stopped") == ["ABORTED", None, "Stop", None]
    start(sfn, "ended")
    assert end(sfn, "ended")[:2] == ["SUCCEEDED", "1"]
    assert start(sfn, "deleted")["executionArn"] == f"{EXECUTION}:deleted"


def test_the_callback_may_close_the_service() -> None:
    def on_start(_: Any) -> Any:
        sfn.close()
        return {"output": 1}

    sfn = create(on_start)
    assert start(sfn)["executionArn"] == f"{EXECUTION}:e1"
    with pytest.raises(errors.ServiceClosed):
        end(sfn)


@pytest.mark.parametrize("on_file", [False, True], ids=["memory", "file"])
def test_a_callback_that_hangs_blocks_no_one(on_file: bool, tmp_path: Path) -> None:
    entered, release = threading.Event(), threading.Event()

    def on_start(execution: Any) -> Any:
        if execution["name"] == "hangs":
            entered.set()
            release.wait(60)
        return {"output": execution["name"]}

    sfn = create(on_start, tmp_path / "aliases.db" if on_file else None)
    with ThreadPoolExecutor() as threads:
        hanging = threads.submit(start, sfn, "hangs")
        assert entered.wait(60)
        start(sfn)
        assert (end(sfn)[0], end(sfn, "hangs")[0]) == ("SUCCEEDED", "RUNNING")
        sfn.update_state_machine(stateMachineArn=MACHINE, definition=FIRST, publish=True)
        sfn.stop_execution(executionArn=f"{EXECUTION}:hangs")
        release.set()
        hanging.result()
    assert end(sfn, "hangs")[0] == "ABORTED"


def test_many_threads() -> None:
    sfn = create(lambda execution: {"output": execution["name"]})
    client = sfn_alias.boto3.client(sfn)
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda n: start(client if n % 2 else sfn, f"e{n}"), range(200)))
    assert all(end(sfn, f"e{n}")[1] == f'"e{n}"' for n in range(200))


@needs_fork
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("on_file", [False, True], ids=["memory", "file"])
def test_after_a_fork(on_file: bool, tmp_path: Path) -> None:
    sfn = create(lambda _: {"output": "ended"}, tmp_path / "aliases.db" if on_file else None)
    start(sfn, "before")

    def work() -> None:
        start(sfn)
        assert end(sfn)[1] == '"ended"'

    assert run_in_child(work) == 0


@needs_fork
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_callback_may_fork() -> None:
    """Also while another callback hangs."""
    release, entered = threading.Event(), threading.Event()

    def on_start(execution: Any) -> Any:
        if execution["name"] == "hangs":
            entered.set()
            release.wait(60)
            return None
        return {"output": run_in_child(lambda: None)}

    sfn = create(on_start)
    with ThreadPoolExecutor() as threads:
        threads.submit(start, sfn, "hangs")
        assert entered.wait(60)
        start(sfn)
        release.set()
    assert end(sfn)[:2] == ["SUCCEEDED", "0"]


@pytest.mark.parametrize("option", ["on_start", "clock"])
def test_a_function_that_refers_to_its_service_is_collected(option: str) -> None:
    def create_cycle(serve: bool) -> weakref.ref[Any]:
        def function(*_: Any) -> Any:
            return holder and None if option == "on_start" else time.time()

        service: Any = sfn_alias.StepFunctions(**{option: function})
        create_versions(service)
        start(service, arn=MACHINE)
        view = service.in_scope(region="eu-west-1")
        server = sfn_alias.serve(service=service) if serve else None
        holder = [service, view, server, sfn_alias.boto3.client(service)]
        return weakref.ref(function)

    for serve in (False, True) if option == "on_start" else (False,):
        function = create_cycle(serve)
        gc.collect()
        gc.collect()
        assert function() is None


def test_a_view_keeps_the_callback() -> None:
    sfn = create(lambda _: {"output": 1}).in_scope()
    gc.collect()
    start(sfn)
    assert end(sfn)[0] == "SUCCEEDED"


def test_synchronous_starts() -> None:
    def on_start(execution: Any) -> Any:
        if execution["name"] == "raises":
            raise OrdersBroken("no stock")
        return {"output": execution["type"]} if execution["name"] == "ends" else None

    with sfn_alias.boto3.mock(on_start=on_start) as service:
        client = boto3.client("stepfunctions", region_name="us-east-1")
        for caller in (client, service):
            arn = create_express(caller)
            ended = caller.start_sync_execution(stateMachineArn=arn, name="ends")
            assert (ended["status"], ended["output"]) == ("SUCCEEDED", '"EXPRESS"')
            ended = caller.start_sync_execution(stateMachineArn=arn, name="raises")
            assert (ended["status"], ended["error"], ended["cause"]) == ("FAILED", "OrdersBroken", "no stock")
            with pytest.raises(Exception, match="outcome"):
                caller.start_sync_execution(stateMachineArn=arn, name="open")
            assert caller.start_execution(stateMachineArn=arn, name="asynchronous")["executionArn"]


def test_errors_of_requests_call_nothing() -> None:
    sfn = create(raising(AssertionError()))
    with pytest.raises(errors.StateMachineDoesNotExist):
        start(sfn, arn=f"{MACHINE}x")
    with pytest.raises(errors.SerializationException):
        start(sfn, input=5)
    assert sfn.call_json("StartExecution", b"[")[0] == 400
    with pytest.raises(errors.UnknownOperationException):
        sfn.call("StartExecutions", {})  # type: ignore[arg-type]
    with pytest.raises(errors.StateMachineDoesNotExist):
        sfn.start_sync_execution(stateMachineArn=f"{MACHINE}x")


def test_pytest_fixtures(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("""
        import pytest

        @pytest.fixture
        def sfn_service_options():
            return {"on_start": lambda execution: {"output": execution["name"]}}

        def test_fixture(sfn_client, sfn_service):
            arn = sfn_client.create_state_machine(
                name="m", definition='{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}',
                roleArn="arn:aws:iam::000000000000:role/r",
            )["stateMachineArn"]
            started = sfn_client.start_execution(stateMachineArn=arn, name="e1")
            assert sfn_client.describe_execution(executionArn=started["executionArn"])["output"] == '"e1"'
    """)
    pytester.runpytest_subprocess().assert_outcomes(passed=1)


# Asynchronous callbacks.


async def wait_until(condition: Callable[[], bool]) -> None:
    for _ in range(1000):
        if condition():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("timeout")


def test_a_task_of_the_running_loop() -> None:
    async def run() -> None:
        release = asyncio.Event()

        async def on_start(execution: Any) -> Any:
            await release.wait()
            if execution["name"] == "raises":
                raise OrdersBroken("no stock")
            return {"output": execution["name"], "after": timedelta(0)}

        sfn = create(on_start)
        for name in ("e1", "raises", "stopped"):
            start(sfn, name)
            assert end(sfn, name)[0] == "RUNNING"
        sfn.stop_execution(executionArn=f"{EXECUTION}:stopped")
        gc.collect()  # the tasks have strong references
        release.set()
        await wait_until(lambda: end(sfn, "raises")[0] != "RUNNING")
        assert end(sfn) == ["SUCCEEDED", '"e1"', None, None]
        assert end(sfn, "raises") == ["FAILED", None, "OrdersBroken", "no stock"]
        assert end(sfn, "stopped")[0] == "ABORTED"

    asyncio.run(run())


def test_awaitable_results() -> None:
    """A future, and a function that is not a coroutine function."""

    async def run() -> None:
        future = asyncio.get_running_loop().create_future()
        sfn = create(lambda _: future)
        start(sfn)
        future.set_result({"output": 1})
        await wait_until(lambda: end(sfn)[0] == "SUCCEEDED")

    asyncio.run(run())


def test_without_a_loop_the_call_waits() -> None:
    async def on_start(execution: Any) -> Any:
        await asyncio.sleep(0.01)
        if execution["name"] == "nested":
            start(sfn, "child")  # a task of the new loop
        if execution["name"] == "raises":
            raise OrdersBroken("no stock")
        return {"output": execution["name"]}

    sfn = create(on_start)
    for name in ("e1", "nested", "raises"):
        start(sfn_alias.boto3.client(sfn), name)
    assert [end(sfn, name)[1] for name in ("e1", "nested", "child")] == ['"e1"', '"nested"', '"child"']
    assert end(sfn, "raises") == ["FAILED", None, "OrdersBroken", "no stock"]
    arn = create_express(sfn)
    assert sfn.start_sync_execution(stateMachineArn=arn, name="sync")["output"] == '"sync"'


def test_a_synchronous_start_in_a_running_loop() -> None:
    async def on_start(execution: Any) -> Any:
        return {"output": execution["name"]}

    async def run() -> None:
        sfn = create(on_start)
        arn = create_express(sfn)
        with pytest.raises(RuntimeError, match="an asynchronous `on_start` cannot end a synchronous execution"):
            sfn.start_sync_execution(stateMachineArn=arn)
        ended = await asyncio.to_thread(sfn.start_sync_execution, stateMachineArn=arn, name="e1")
        assert ended["output"] == '"e1"'

    asyncio.run(run())


async def sleep(_: Any) -> Any:
    await asyncio.sleep(60)


def cancel_tasks() -> None:
    for task in asyncio.all_tasks() - {asyncio.current_task()}:
        task.cancel("no time")


@pytest.mark.parametrize("steps", [0, 1], ids=["before the first step", "later"])
def test_cancelled_tasks_fail(steps: int) -> None:
    async def run() -> None:
        start(sfn)
        for _ in range(steps):
            await asyncio.sleep(0)
        cancel_tasks()
        await asyncio.sleep(0.01)
        assert end(sfn)[::2] == ["FAILED", "CancelledError"]

    sfn = create(sleep)
    asyncio.run(run())


def test_the_end_of_the_loop_cancels() -> None:
    async def run() -> None:
        start(sfn)

    sfn = create(sleep)
    asyncio.run(run())
    assert end(sfn)[::2] == ["FAILED", "CancelledError"]


def test_a_loop_that_is_closed_without_cancellation() -> None:
    async def run(name: str) -> None:
        start(sfn, name)
        await asyncio.sleep(0)

    sfn = create(sleep)
    loop = asyncio.new_event_loop()
    loop.run_until_complete(run("e1"))
    loop.close()
    asyncio.run(run("e2"))
    assert end(sfn)[::2] == ["FAILED", "CancelledError"]
    assert end(sfn)[3] == "the event loop was closed"
    gc.collect()  # asyncio logs that the task was not cancelled


def test_a_task_ends_after_the_service_is_closed(caplog: pytest.LogCaptureFixture) -> None:
    async def run() -> None:
        release = asyncio.Event()

        async def on_start(_: Any) -> Any:
            await release.wait()

        with sfn_alias.boto3.mock(on_start=on_start) as sfn:
            create_versions(sfn)
            start(sfn, arn=MACHINE)
        release.set()
        await asyncio.sleep(0.05)

    asyncio.run(run())
    gc.collect()
    assert caplog.records == []


def test_asynchronous_callbacks_are_collected() -> None:
    class Marker:
        pass

    async def run() -> weakref.ref[Marker]:
        marker = Marker()

        async def on_start(_: Any, _marker: Marker = marker) -> Any:
            end(sfn)
            return {"output": 1}

        sfn = create(on_start)
        start(sfn)
        await wait_until(lambda: end(sfn)[0] == "SUCCEEDED")
        return weakref.ref(marker)

    marker = asyncio.run(run())
    gc.collect()
    assert marker() is None


# HTTP.


@pytest.fixture
def keys() -> dict[str, str]:
    return {"region_name": "us-east-1", "aws_access_key_id": "000000000000", "aws_secret_access_key": "none"}


def create_http_client(url: str, keys: dict[str, str]) -> Any:
    return boto3.client("stepfunctions", endpoint_url=url, **keys)  # type: ignore[call-overload]


@pytest.mark.parametrize("kind", ["function", "async"])
@pytest.mark.parametrize("existing", [False, True], ids=["options", "service"])
def test_endpoint(existing: bool, kind: str, keys: dict[str, str]) -> None:
    def on_start(execution: Any) -> Any:
        client.describe_execution(executionArn=execution["executionArn"])
        if execution["name"] == "raises":
            raise OrdersBroken("no stock")
        if execution["name"] == "exits":
            raise SystemExit(3)
        return {"output": execution["stateMachineVersionArn"]}

    async def on_start_async(execution: Any) -> Any:
        await asyncio.sleep(0)
        return on_start(execution)

    options: Any = {"on_start": on_start if kind == "function" else on_start_async}
    service = sfn_alias.StepFunctions(**options) if existing else None
    with sfn_alias.serve(service=service) if existing else sfn_alias.serve(**options) as url:
        client = create_http_client(url, keys)
        create_versions(client)
        client.create_state_machine_alias(name="PROD", routingConfiguration=routes(0, 100)[1:])
        with ThreadPoolExecutor(4) as threads:
            list(threads.map(lambda n: start(client, f"e{n}"), range(20)))
        assert all(end(client, f"e{n}")[1] == f'"{MACHINE}:2"' for n in range(20))
        start(client, "raises")
        assert end(client, "raises") == ["FAILED", None, "OrdersBroken", "no stock"]
        start(client, "exits")
        assert end(client, "exits") == ["FAILED", None, "SystemExit", "3"]


def test_an_endpoint_closes_while_a_callback_hangs(keys: dict[str, str]) -> None:
    entered, release = threading.Event(), threading.Event()

    def on_start(_: Any) -> Any:
        entered.set()
        release.wait(120)

    server = sfn_alias.serve(on_start=on_start)
    client = create_http_client(server.url, keys)
    create_versions(client)
    try:
        with ThreadPoolExecutor() as threads:
            hanging = threads.submit(start, client, "hangs", MACHINE)
            assert entered.wait(60)
            assert end(client, "hangs")[0] == "RUNNING"
            began = time.monotonic()
            server.close()
            assert time.monotonic() - began < 60
            client.close()
            release.set()
            hanging.exception(120)
    finally:
        release.set()


AT_EXIT = """
import threading
import boto3, sfn_alias

entered = threading.Event()

def on_start(_):
    entered.set()
    threading.Event().wait()

server = sfn_alias.serve(on_start=on_start)
keys = dict(region_name="us-east-1", aws_access_key_id="000000000000", aws_secret_access_key="none")
client = boto3.client("stepfunctions", endpoint_url=server.url, **keys)
arn = client.create_state_machine(name="m", definition=DEFINITION, roleArn=ROLE)["stateMachineArn"]
threading.Thread(target=client.start_execution, kwargs={"stateMachineArn": arn}, daemon=True).start()
entered.wait()
print("done")
"""


def test_the_program_exits_while_a_callback_hangs() -> None:
    import subprocess
    import sys

    script = f"DEFINITION, ROLE = {FIRST!r}, {ROLE!r}\n{AT_EXIT}"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stdout) == (0, "done\n"), done.stderr
