"""Awaits what an asynchronous ``on_start`` returned."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable
from typing import Any, Protocol


class Pending(Protocol):
    """An execution that is RUNNING until one of the methods is called. Further calls do nothing."""

    def finish(self, result: Any) -> Any: ...
    def fail(self, error: BaseException) -> Any: ...


_pending_by_task: dict[asyncio.Task[Any], tuple[Awaitable[Any], Pending]] = {}
"""The tasks that are not done. An event loop has only weak references to its tasks."""


def is_loop_running() -> bool:
    """Returns whether this thread runs an event loop."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def run(awaitable: Awaitable[Any]) -> Any:
    """Returns the result, in a new event loop. Executions that the awaited function started are awaited, too."""

    async def wait_for_all() -> Any:
        result = await awaitable
        loop = asyncio.get_running_loop()
        while tasks := [task for task in list(_pending_by_task) if task.get_loop() is loop]:
            await asyncio.wait(tasks)
        return result

    return asyncio.run(wait_for_all())


def create_task(awaitable: Awaitable[Any], pending: Pending) -> None:
    """Awaits the result in a task of the running event loop, and ends the execution with it."""
    _end_tasks_of_closed_loops()
    task = asyncio.get_running_loop().create_task(wait(awaitable, pending))
    _pending_by_task[task] = (awaitable, pending)
    task.add_done_callback(_end_task)


async def wait(awaitable: Awaitable[Any], pending: Pending) -> Any:
    """Awaits the result and ends the execution with it. Returns the reply of a synchronous execution."""
    try:
        result = await awaitable
    except Exception as error:
        return pending.fail(error)
    except BaseException as error:  # cancellation, or the end of the program
        pending.fail(error)
        raise
    return pending.finish(result)


def _end_task(task: asyncio.Task[Any], cause: str = "") -> None:
    """Ends the execution of a task that was cancelled before its first step."""
    awaitable, pending = _pending_by_task.pop(task, (None, None))
    if pending is None:
        return
    pending.fail(asyncio.CancelledError(cause))
    if inspect.iscoroutine(awaitable):
        awaitable.close()


def _end_tasks_of_closed_loops() -> None:
    """A loop that is closed has no more steps, also for tasks that were not cancelled."""
    for task in list(_pending_by_task):
        if task.get_loop().is_closed():
            _end_task(task, "the event loop was closed")
