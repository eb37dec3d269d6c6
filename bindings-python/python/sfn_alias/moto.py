"""Runs executions on moto's interpreter of the Amazon States Language, in the same process.

Versions, aliases, weights and quotas are those of sfn-alias. moto runs the definition of the version that an execution was
routed to, inside ``mock_aws``. Tasks that call other services call those of moto::

    with mock_aws(), sfn_alias.boto3.mock(sfn_alias.moto.create_service()):
        sfn = boto3.client("stepfunctions")

Needs the package ``moto[stepfunctions]``.
"""

from __future__ import annotations

import contextlib
import json
import threading
import uuid
from collections.abc import Callable
from datetime import datetime, timezone
from os import PathLike
from typing import TYPE_CHECKING, Any

from sfn_alias._sfn_alias import StepFunctions
from sfn_alias.errors import StepFunctionsError

if TYPE_CHECKING:
    import sys

    from sfn_alias.type_defs import ExecutionResult, ServiceOptions, StartedExecution

    if sys.version_info >= (3, 11):
        from typing import Unpack
    else:
        from typing_extensions import Unpack

__all__ = ["create_service"]

CHECK_INTERVAL = 0.2
"""Seconds between two checks whether an execution was stopped. Its end in moto is noted at once."""
MAX_NAME_CHARACTERS = 69
"""Of the name of a state machine, so that the name for moto has up to 80 characters."""


def create_service(path: str | PathLike[str] | None = None, **options: Unpack[ServiceOptions]) -> StepFunctions:
    """Creates a ``StepFunctions`` whose executions run on moto's interpreter. The arguments are those of ``StepFunctions``.

    An execution is RUNNING until moto ends it, or a call of StopExecution. A call of StartSyncExecution returns its end.
    An execution fails if ``mock_aws`` is not active. Rules of ``outcomes`` decide first.
    """
    if "on_start" in options:
        raise TypeError("`on_start` cannot be combined with moto's interpreter; use `StepFunctions(on_start=...)`")
    engine = _Engine()
    options["on_start"] = engine.start
    engine.service = StepFunctions(path, **options)
    return engine.service


class _Engine:
    """The callback of a service, and the threads that end its executions."""

    service: StepFunctions

    def __init__(self) -> None:
        self._backends, self._is_mock_active = _import_moto()

    def start(self, execution: StartedExecution) -> ExecutionResult | None:
        """Starts an execution in moto. Waits for the end if the state machine is EXPRESS."""
        if not self._is_mock_active():
            raise RuntimeError("moto is not active; start the execution inside `mock_aws`")
        run = _Run(self._backends, execution)
        if execution["type"] == "EXPRESS":
            _wait(run)
            return run.result()
        threading.Thread(target=self._watch, args=(execution, run), name="sfn-alias-moto", daemon=True).start()
        return None

    def _watch(self, execution: StartedExecution, run: _Run) -> None:
        """Ends our execution when moto has ended its own, and stops that of moto when ours was stopped."""
        _, partition, _, region, account, *_ = execution["executionArn"].split(":")
        try:
            service = self.service.in_scope(partition=partition, region=region, account=account)
            _wait(run, lambda: _is_running(service, execution))
            if _is_running(service, execution):
                _end(service, execution, run)
        except StepFunctionsError:
            run.stop()  # the service was closed, or the state machine was deleted


class _Run:
    """An execution in moto, with a state machine of its own: a later execution may have the same name, for example after
    ``reset`` or a redrive."""

    def __init__(self, backends: Any, execution: StartedExecution) -> None:
        _, _, _, region, account, *_, self._name = execution["stateMachineArn"].split(":")
        self._moto_name = f"{self._name[:MAX_NAME_CHARACTERS]}-{uuid.uuid4().hex[:10]}"
        self._backend = backends[account][region]
        self._machine = self._backend.create_state_machine(
            name=self._moto_name, definition=execution["definition"], roleArn=execution["roleArn"]
        )
        others = set(threading.enumerate())
        self._execution = self._backend.start_execution(
            self._machine.arn, execution["name"], execution["input"], execution.get("traceHeader")
        )
        self._threads = set(threading.enumerate()) - others

    def is_running(self) -> bool:
        """Returns whether moto's interpreter works. It does not end executions in which it raises an unexpected error."""
        is_alive = any(thread.is_alive() for thread in self._threads)
        return is_alive and self._execution.status == "RUNNING"

    def wait(self, seconds: float) -> None:
        """Waits for the end of a thread of moto's interpreter, or for a time."""
        for thread in self._threads:
            if thread.is_alive():
                return thread.join(seconds)

    def is_known(self) -> bool:
        """Returns whether moto has the state machine. It deletes all data at the end of ``mock_aws``."""
        return any(machine is self._machine for machine in self._backend.state_machines)

    def stop(self) -> None:
        """Stops the execution, unless moto has not prepared it yet."""
        with contextlib.suppress(AttributeError):
            self._execution.stop(stop_date=datetime.now(timezone.utc), error="", cause="")

    def result(self) -> ExecutionResult:
        """Returns how the execution ended, with our names."""
        ended, status = self._execution, self._execution.status
        if status == "SUCCEEDED":
            text = json.dumps(ended.output, default=str, ensure_ascii=False)
            return {"output": json.loads(text.replace(self._moto_name, self._name))}
        if status == "TIMED_OUT":
            return {"status": "TIMED_OUT"}
        if status == "FAILED":
            failure: ExecutionResult = {"status": "FAILED"}
            if ended.error is not None:
                failure["error"] = ended.error
            if ended.cause is not None:
                failure["cause"] = ended.cause.replace(self._moto_name, self._name)
            return failure
        return {"error": "SfnAlias.Upstream", "cause": f"moto's interpreter ended the execution with the status {status}"}


def _wait(run: _Run, is_wanted: Callable[[], bool] = lambda: True) -> None:
    """Waits for the end. Stops an execution that is not wanted any longer."""
    while run.is_running():
        run.wait(CHECK_INTERVAL)
        if run.is_running() and not (run.is_known() and is_wanted()):
            run.stop()


def _is_running(service: StepFunctions, execution: StartedExecution) -> bool:
    """Returns whether our execution is RUNNING, and was not redriven meanwhile."""
    described = service.describe_execution(executionArn=execution["executionArn"])
    return described["status"] == "RUNNING" and described.get("redriveCount", 0) == execution["redriveCount"]


def _end(service: StepFunctions, execution: StartedExecution, run: _Run) -> None:
    arn = execution["executionArn"]
    try:
        service.end_execution(arn, **run.result())
    except Exception as error:  # for example a long output, or one that is not JSON
        if _is_running(service, execution):
            service.end_execution(arn, error="SfnAlias.Upstream", cause=f"the result of moto is not valid: {error}")


def _import_moto() -> tuple[Any, Any]:
    """Returns moto's backends by account and region, and a function that returns whether ``mock_aws`` is active."""
    try:
        from moto.core.models import botocore_stubber
        from moto.stepfunctions.parser.models import stepfunctions_parser_backends
    except ImportError as error:
        raise ImportError(
            f"`sfn_alias.moto` needs the interpreter of moto: {error}; run `pip install 'moto[stepfunctions]>=5.2.4'`"
        ) from error
    return stepfunctions_parser_backends, lambda: botocore_stubber.enabled
