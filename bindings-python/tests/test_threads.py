"""Threads, and processes that fork."""

from __future__ import annotations

import multiprocessing
import os
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from support import ALIAS, MACHINE, create_alias, create_service, routes

import sfn_alias

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="os.fork does not exist")


@pytest.mark.parametrize("on_file", [False, True], ids=["memory", "file"])
def test_threads_share_a_store(on_file: bool, tmp_path: Path) -> None:
    sfn = create_service(tmp_path / "aliases.db" if on_file else None)

    def use_alias(n: int) -> None:
        name = f"ALIAS-{n}"
        for weight in range(5):
            create_alias(sfn, name=name)
            sfn.update_state_machine_alias(
                stateMachineAliasArn=f"{MACHINE}:{name}", routingConfiguration=routes(100 - weight, weight)
            )
            sfn.start_execution(stateMachineArn=f"{MACHINE}:{name}")
            sfn.delete_state_machine_alias(stateMachineAliasArn=f"{MACHINE}:{name}")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(use_alias, range(16)))
    assert sfn.list_state_machine_aliases(stateMachineArn=MACHINE)["stateMachineAliases"] == []
    assert sum(sfn.start_counts(MACHINE).values()) == 80


def test_gil_is_released_during_commits(tmp_path: Path) -> None:
    """A commit releases the GIL while it waits for the disk, so that another thread can run."""
    sfn = create_service(tmp_path / "aliases.db")
    wakeup, wakeups = threading.Semaphore(0), [0]

    def count_wakeups() -> None:
        while wakeup.acquire(timeout=30) and wakeups[0] >= 0:
            wakeups[0] += 1

    # With this interval, a thread that keeps the GIL is never interrupted.
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1000)
    other = threading.Thread(target=count_wakeups)
    other.start()
    try:
        ran_meanwhile = 0
        for n in range(200):
            before = wakeups[0]
            wakeup.release()
            create_alias(sfn, name=f"A{n % 50}", description="d")
            ran_meanwhile += wakeups[0] > before
    finally:
        wakeups[0] = -1
        wakeup.release()
        sys.setswitchinterval(interval)
        other.join()
    assert ran_meanwhile > 0


def test_request_changes_during_a_call() -> None:
    """The call holds references to what it read, so other threads may change the request meanwhile."""
    sfn = create_service()
    request: dict[str, Any] = {}
    done = threading.Event()

    def change() -> None:
        n = 0
        while not done.is_set():
            n += 1
            request["name"] = f"N{n}" * 10
            request["routingConfiguration"] = [
                {"stateMachineVersionArn": f"{MACHINE}:" + str(1 + n % 2), "weight": 100}
            ]
            request["description"] = "d" * (n % 200)
            request.pop("description")

    request["name"], request["routingConfiguration"] = "N", routes(100)
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    changer = threading.Thread(target=change)
    changer.start()
    try:
        for _ in range(2000):
            arn = sfn.call("CreateStateMachineAlias", request)["stateMachineAliasArn"]
            sfn.delete_state_machine_alias(stateMachineAliasArn=arn)
    finally:
        done.set()
        changer.join()
        sys.setswitchinterval(interval)


def run_in_child(work: Callable[[], object]) -> int:
    """Runs the work in a forked child and returns its exit code. Kills a child that hangs."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            work()
            code = 0
        finally:
            os._exit(code)
    for _ in range(1000):
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.01)
    os.kill(child, 9)
    os.waitpid(child, 0)
    return -9


@needs_fork
def test_child_reopens_the_file(tmp_path: Path) -> None:
    sfn = create_service(tmp_path / "aliases.db")
    other = sfn.in_scope(region="eu-central-1")
    create_alias(sfn)

    def work() -> None:
        assert sfn.describe_state_machine_alias(stateMachineAliasArn=ALIAS)["name"] == "PROD"
        sfn.update_state_machine_alias(stateMachineAliasArn=ALIAS, description="from the child")
        assert other.list_state_machines()["stateMachines"] == []
        sfn.close()

    assert run_in_child(work) == 0
    alias = sfn.describe_state_machine_alias(stateMachineAliasArn=ALIAS)
    assert alias["description"] == "from the child"


@needs_fork
def test_child_has_a_copy_of_memory() -> None:
    sfn = create_service()

    def work() -> None:
        create_alias(sfn)
        assert len(sfn.list_state_machine_aliases(stateMachineArn=MACHINE)["stateMachineAliases"]) == 1

    assert run_in_child(work) == 0
    assert sfn.list_state_machine_aliases(stateMachineArn=MACHINE)["stateMachineAliases"] == []


@needs_fork
def test_child_has_new_request_ids() -> None:
    sfn = sfn_alias.StepFunctions()
    sfn.list_state_machines()
    reader, writer = os.pipe()

    def work() -> None:
        os.write(writer, sfn.list_state_machines()["ResponseMetadata"]["RequestId"].encode())

    assert run_in_child(work) == 0
    assert os.read(reader, 100).decode() != sfn.list_state_machines()["ResponseMetadata"]["RequestId"]


@needs_fork
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("on_file", [False, True], ids=["memory", "file"])
def test_fork_during_calls(on_file: bool, tmp_path: Path) -> None:
    """No lock stays locked in a child."""
    sfn = create_service(tmp_path / "aliases.db" if on_file else None)
    done = threading.Event()

    def generate_load(n: int) -> None:
        while not done.is_set():
            create_alias(sfn, name=f"A{n}")
            sfn.delete_state_machine_alias(stateMachineAliasArn=f"{MACHINE}:A{n}")

    threads = [threading.Thread(target=generate_load, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    try:
        for n in range(20):
            assert run_in_child(lambda n=n: create_alias(sfn, name=f"CHILD-{n}")) == 0  # type: ignore[misc]
    finally:
        done.set()
        for thread in threads:
            thread.join()


def start_executions(path: str, count: int) -> None:
    with sfn_alias.StepFunctions(path) as sfn:
        for _ in range(count):
            sfn.start_execution(stateMachineArn=ALIAS)


@pytest.mark.parametrize("method", multiprocessing.get_all_start_methods())
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_processes_share_a_file(method: str, tmp_path: Path) -> None:
    path = str(tmp_path / "aliases.db")
    sfn = create_service(path)
    create_alias(sfn)
    context = multiprocessing.get_context(method)
    workers = [context.Process(target=start_executions, args=(path, 20)) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
        assert worker.exitcode == 0
    assert sum(sfn.start_counts(MACHINE).values()) == 60
