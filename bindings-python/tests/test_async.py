"""Clients of aiobotocore and aioboto3. `make async` runs these tests, because the two need older versions of botocore."""

from __future__ import annotations

import asyncio
import json
import socket
import subprocess
import sys
from typing import Any

import pytest
from support import FIRST, MACHINE, ROLE

import sfn_alias
import sfn_alias.boto3

aiobotocore = pytest.importorskip("aiobotocore.session")


@pytest.fixture(autouse=True)
def no_sockets(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "getaddrinfo", fail)


def create_client(session: Any = None) -> Any:
    session = session or aiobotocore.get_session()
    return session.create_client("stepfunctions", region_name="us-east-1")


async def use(client: Any) -> str:
    """Uses a client with an empty store. Returns the ARN of the state machine that it creates."""
    machine = await client.create_state_machine(name="orders", definition=FIRST, roleArn=ROLE, publish=True)
    arn: str = machine["stateMachineArn"]
    with pytest.raises(client.exceptions.StateMachineDoesNotExist) as caught:
        await client.describe_state_machine(stateMachineArn=f"{arn}x")
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    names = []
    async for page in client.get_paginator("list_state_machines").paginate():
        names += [listed["name"] for listed in page["stateMachines"]]
    assert names == ["orders"]
    starts = [client.start_execution(stateMachineArn=f"{arn}:1", name=f"e{n}") for n in range(10)]
    assert len({started["executionArn"] for started in await asyncio.gather(*starts)}) == 10
    execution = (await client.start_execution(stateMachineArn=f"{arn}:1", name="stopped"))["executionArn"]
    await client.stop_execution(executionArn=execution)
    types = []
    async for page in client.get_paginator("get_execution_history").paginate(executionArn=execution, maxResults=1):
        types += [event["type"] for event in page["events"]]
    assert types == ["ExecutionStarted", "ExecutionAborted"]
    await client.redrive_execution(executionArn=execution)
    with pytest.raises(client.exceptions.ExecutionNotRedrivable):
        await client.redrive_execution(executionArn=execution)
    # The host `sync-states` is not resolved.
    with pytest.raises(client.exceptions.StateMachineTypeNotSupported):
        await client.start_sync_execution(stateMachineArn=arn)
    await client.delete_state_machine(stateMachineArn=arn)
    return arn


def test_attach_and_detach() -> None:
    async def run() -> None:
        async with create_client() as client:
            service = sfn_alias.StepFunctions()
            assert sfn_alias.boto3.attach(client, service) is client
            assert await use(client) == MACHINE
            sfn_alias.boto3.detach(client)
            with pytest.raises(Exception, match="[Cc]redentials"):
                await client.list_state_machines()

    asyncio.run(run())


def test_attach_session() -> None:
    async def run() -> None:
        session = sfn_alias.boto3.attach(aiobotocore.get_session(), sfn_alias.StepFunctions())
        async with create_client(session) as client:
            assert await use(client) == MACHINE

    asyncio.run(run())


def test_mock() -> None:
    @sfn_alias.boto3.mock(account="123456789012")
    async def decorated() -> str:
        async with create_client() as client:
            return await use(client)

    async def run() -> None:
        async with create_client() as before:
            with sfn_alias.boto3.mock():
                assert await use(before) == MACHINE
                async with create_client() as inside:
                    assert await use(inside) == MACHINE

    assert asyncio.run(decorated()) == MACHINE.replace("000000000000", "123456789012")
    asyncio.run(run())


MOCK_BEFORE_IMPORT = """
import asyncio
import sfn_alias.boto3

async def run():
    with sfn_alias.boto3.mock():
        from aiobotocore.session import get_session
        async with get_session().create_client("stepfunctions", region_name="us-east-1") as client:
            print((await client.list_state_machines())["stateMachines"])

asyncio.run(run())
"""


def test_mock_before_the_import() -> None:
    done = subprocess.run([sys.executable, "-c", MOCK_BEFORE_IMPORT], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("[]\n", "")


def test_guard() -> None:
    async def run() -> None:
        async with create_client() as client:
            sfn_alias.boto3.guard(client)
            with pytest.raises(client.exceptions.InvalidArn, match="Invalid ARN prefix: orders:PROD"):
                await client.delete_state_machine_alias(stateMachineAliasArn="orders:PROD")

    asyncio.run(run())


def test_clock() -> None:
    """An asynchronous test sets the time, too."""
    now = [1_700_000_000.0]

    async def run() -> None:
        async with create_client() as client:
            sfn_alias.boto3.attach(client, sfn_alias.StepFunctions(clock=lambda: now[0]))
            machine = await client.create_state_machine(name="orders", definition=FIRST, roleArn=ROLE)
            assert machine["creationDate"].timestamp() == now[0]

    asyncio.run(run())


def test_executions_end() -> None:
    """Starts through an alias and polls until the end."""
    now = [1_700_000_000.0]

    async def run() -> list[str]:
        async with create_client() as client:
            rules = [{"output": {"ok": True}, "after": "2m"}]
            with sfn_alias.boto3.mock(clock=lambda: now[0], outcomes=rules):
                machine = await client.create_state_machine(
                    name="orders", definition=FIRST, roleArn=ROLE, publish=True
                )
                routing = [{"stateMachineVersionArn": machine["stateMachineVersionArn"], "weight": 100}]
                alias = await client.create_state_machine_alias(name="PROD", routingConfiguration=routing)
                start = {"stateMachineArn": alias["stateMachineAliasArn"]}
                execution = (await client.start_execution(**start))["executionArn"]
                statuses = []
                while not statuses or statuses[-1] == "RUNNING":
                    statuses.append((await client.describe_execution(executionArn=execution))["status"])
                    now[0] += 60
                # Without rules, a call ends an execution.
                service = sfn_alias.boto3.get_service(client)
                service.set_outcomes(None)
                execution = (await client.start_execution(**start))["executionArn"]
                service.end_execution(execution, timed_out=True)
                statuses.append((await client.describe_execution(executionArn=execution))["status"])
                return statuses

    assert asyncio.run(run()) == ["RUNNING", "RUNNING", "SUCCEEDED", "TIMED_OUT"]


async def create_machine(client: Any, kind: str = "STANDARD") -> str:
    machine = await client.create_state_machine(name="orders", definition=FIRST, roleArn=ROLE, type=kind)
    arn: str = machine["stateMachineArn"]
    return arn


def test_on_start() -> None:
    """The callback is a task of the loop, and may use clients of the loop."""

    async def run() -> None:
        release = asyncio.Event()

        async def on_start(execution: Any) -> Any:
            described = await client.describe_execution(executionArn=execution["executionArn"])
            await release.wait()
            if execution["name"] == "nested":
                await client.start_execution(stateMachineArn=arn, name="child")
            if execution["name"] == "raises":
                raise ValueError("no stock")
            return {"output": described["status"]}

        async def end(name: str) -> list[Any]:
            execution = f"{arn.replace('stateMachine', 'execution')}:{name}"
            for _ in range(500):
                described = await client.describe_execution(executionArn=execution)
                if described["status"] != "RUNNING":
                    return [described.get(member) for member in ("status", "output", "error", "cause")]
                await asyncio.sleep(0.01)
            raise AssertionError("timeout")

        with sfn_alias.boto3.mock(on_start=on_start):
            async with create_client() as client:
                arn = await create_machine(client)
                starts = [client.start_execution(stateMachineArn=arn, name=f"e{n}") for n in range(20)]
                await asyncio.gather(*starts)
                for name in ("nested", "raises"):
                    await client.start_execution(stateMachineArn=arn, name=name)
                listed = await client.list_executions(stateMachineArn=arn, statusFilter="RUNNING")
                assert len(listed["executions"]) == 22
                release.set()
                for name in ("e0", "e19", "nested", "child"):
                    assert await end(name) == ["SUCCEEDED", '"RUNNING"', None, None]
                assert await end("raises") == ["FAILED", None, "ValueError", "no stock"]

    asyncio.run(run())


def test_on_start_of_synchronous_executions() -> None:
    """Other tasks run meanwhile."""

    async def run() -> None:
        entered, release = asyncio.Event(), asyncio.Event()

        async def on_start(execution: Any) -> Any:
            entered.set()
            await release.wait()
            if execution["name"] == "raises":
                raise ValueError("no stock")
            return None if execution["name"] == "open" else {"output": json.loads(execution["input"])}

        async with create_client() as client:
            sfn_alias.boto3.attach(client, sfn_alias.StepFunctions(on_start=on_start))
            arn = await create_machine(client, "EXPRESS")
            start = asyncio.create_task(client.start_sync_execution(stateMachineArn=arn, name="e1", input="[1]"))
            await entered.wait()
            assert len((await client.list_state_machines())["stateMachines"]) == 1
            release.set()
            ended = await start
            assert (ended["status"], ended["output"]) == ("SUCCEEDED", "[1]")
            ended = await client.start_sync_execution(stateMachineArn=arn, name="raises")
            assert (ended["status"], ended["error"], ended["cause"]) == ("FAILED", "ValueError", "no stock")
            with pytest.raises(Exception, match="outcome"):
                await client.start_sync_execution(stateMachineArn=arn, name="open")
            with pytest.raises(client.exceptions.StateMachineDoesNotExist):
                await client.start_sync_execution(stateMachineArn=f"{arn}x")
            release.clear()
            start = asyncio.create_task(client.start_sync_execution(stateMachineArn=arn))
            await asyncio.sleep(0.01)
            start.cancel()
            with pytest.raises(asyncio.CancelledError):
                await start

    asyncio.run(run())


def test_on_start_is_a_function() -> None:
    async def run() -> None:
        with sfn_alias.boto3.mock(on_start=lambda execution: {"output": execution["name"]}):
            async with create_client() as client:
                arn = await create_machine(client)
                execution = (await client.start_execution(stateMachineArn=arn, name="e1"))["executionArn"]
                assert (await client.describe_execution(executionArn=execution))["output"] == '"e1"'
                arn = (await client.create_state_machine(name="x", definition=FIRST, roleArn=ROLE, type="EXPRESS"))[
                    "stateMachineArn"
                ]
                ended = await client.start_sync_execution(stateMachineArn=arn, name="e2")
                assert ended["output"] == '"e2"'

    asyncio.run(run())


def test_aioboto3() -> None:
    aioboto3 = pytest.importorskip("aioboto3")

    async def run() -> None:
        with sfn_alias.boto3.mock():
            async with aioboto3.Session().client("stepfunctions", region_name="us-east-1") as client:
                assert await use(client) == MACHINE
        session = sfn_alias.boto3.attach(aioboto3.Session(), sfn_alias.StepFunctions())
        async with session.client("stepfunctions", region_name="us-east-1") as client:
            assert await use(client) == MACHINE

    asyncio.run(run())
