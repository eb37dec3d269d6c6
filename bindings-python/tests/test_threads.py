"""Many threads, and processes that fork."""

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
from support import ALIAS, MACHINE, create, published, routes

import sfn_alias

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")


@pytest.mark.parametrize("on_file", [False, True], ids=["memory", "file"])
def test_threads_share_a_store(on_file: bool, tmp_path: Path) -> None:
    aliases = published(tmp_path / "aliases.db" if on_file else None)

    def one(n: int) -> None:
        name = f"ALIAS-{n}"
        for weight in range(5):
            create(aliases, name=name)
            aliases.update_state_machine_alias(
                stateMachineAliasArn=f"{MACHINE}:{name}", routingConfiguration=routes(100 - weight, weight)
            )
            aliases.start_execution(stateMachineArn=f"{MACHINE}:{name}")
            aliases.delete_state_machine_alias(stateMachineAliasArn=f"{MACHINE}:{name}")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(one, range(16)))
    assert aliases.list_state_machine_aliases(stateMachineArn=MACHINE)["stateMachineAliases"] == []
    assert sum(aliases.start_counts(MACHINE).values()) == 80


def test_others_run_python_while_the_store_works(tmp_path: Path) -> None:
    """A commit waits for the disk without the GIL, so that another thread gets its turn."""
    aliases = published(tmp_path / "aliases.db")
    turn, turns = threading.Semaphore(0), [0]

    def take_turns() -> None:
        while turn.acquire(timeout=30) and turns[0] >= 0:
            turns[0] += 1

    # So long that a thread that keeps the GIL is not interrupted.
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1000)
    other = threading.Thread(target=take_turns)
    other.start()
    try:
        taken = 0
        for n in range(200):
            before = turns[0]
            turn.release()
            create(aliases, name=f"A{n % 50}", description="d")
            taken += turns[0] > before
    finally:
        turns[0] = -1
        turn.release()
        sys.setswitchinterval(interval)
        other.join()
    assert taken > 0


def test_a_request_may_change_while_it_is_worked_on() -> None:
    """What was read is held: other threads may change and drop it meanwhile."""
    aliases = published()
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
            arn = aliases.call("CreateStateMachineAlias", request)["stateMachineAliasArn"]
            aliases.delete_state_machine_alias(stateMachineAliasArn=arn)
    finally:
        done.set()
        changer.join()
        sys.setswitchinterval(interval)


def in_child(work: Callable[[], object]) -> int:
    """The exit code of a child that does the work; a child that hangs is killed."""
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
def test_a_child_opens_the_file_anew(tmp_path: Path) -> None:
    aliases = published(tmp_path / "aliases.db")
    other = aliases.in_scope(region="eu-central-1")
    create(aliases)

    def work() -> None:
        assert aliases.describe_state_machine_alias(stateMachineAliasArn=ALIAS)["name"] == "PROD"
        aliases.update_state_machine_alias(stateMachineAliasArn=ALIAS, description="from the child")
        assert other.list_state_machines()["stateMachines"] == []
        aliases.close()

    assert in_child(work) == 0
    shown = aliases.describe_state_machine_alias(stateMachineAliasArn=ALIAS)
    assert shown["description"] == "from the child"


@needs_fork
def test_a_child_has_a_copy_of_memory() -> None:
    aliases = published()

    def work() -> None:
        create(aliases)
        assert len(aliases.list_state_machine_aliases(stateMachineArn=MACHINE)["stateMachineAliases"]) == 1

    assert in_child(work) == 0
    assert aliases.list_state_machine_aliases(stateMachineArn=MACHINE)["stateMachineAliases"] == []


@needs_fork
def test_request_ids_are_not_repeated_in_a_child() -> None:
    aliases = sfn_alias.StepFunctions()
    aliases.list_state_machines()
    reader, writer = os.pipe()

    def work() -> None:
        os.write(writer, aliases.list_state_machines()["ResponseMetadata"]["RequestId"].encode())

    assert in_child(work) == 0
    assert os.read(reader, 100).decode() != aliases.list_state_machines()["ResponseMetadata"]["RequestId"]


@needs_fork
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("on_file", [False, True], ids=["memory", "file"])
def test_forks_amid_threads_at_work(on_file: bool, tmp_path: Path) -> None:
    """No lock is ever left held in a child."""
    aliases = published(tmp_path / "aliases.db" if on_file else None)
    done = threading.Event()

    def load(n: int) -> None:
        while not done.is_set():
            create(aliases, name=f"A{n}")
            aliases.delete_state_machine_alias(stateMachineAliasArn=f"{MACHINE}:A{n}")

    threads = [threading.Thread(target=load, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    try:
        for n in range(20):
            assert in_child(lambda n=n: create(aliases, name=f"CHILD-{n}")) == 0  # type: ignore[misc]
    finally:
        done.set()
        for thread in threads:
            thread.join()


def started(path: str, count: int) -> None:
    with sfn_alias.StepFunctions(path) as aliases:
        for _ in range(count):
            aliases.start_execution(stateMachineArn=ALIAS)


@pytest.mark.parametrize("method", multiprocessing.get_all_start_methods())
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_processes_share_a_file(method: str, tmp_path: Path) -> None:
    path = str(tmp_path / "aliases.db")
    aliases = published(path)
    create(aliases)
    context = multiprocessing.get_context(method)
    workers = [context.Process(target=started, args=(path, 20)) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
        assert worker.exitcode == 0
    assert sum(aliases.start_counts(MACHINE).values()) == 60
