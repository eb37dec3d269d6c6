"""The endpoints under test: an engine, and `sfn-alias serve --upstream` in front of it."""

from __future__ import annotations

import itertools
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tools" / "peers"))
import peers  # noqa: E402  installs emulators from lock files, and starts them on a free loopback port

PROGRAM = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "debug" / "sfn-alias"
ENGINES = [peer for peer in peers.PEERS if peer.name in ("moto", "ministack")]
ROLE = "arn:aws:iam::123456789012:role/orders"
# Seconds until an execution has ended.
END_LIMIT = 30


class Difference(AssertionError):
    """An endpoint returned another value than Step Functions."""

    def __init__(self, what: str, found: Any, expected: Any) -> None:
        super().__init__(f"{what}: found {found!r}, expected {expected!r}")
        self.summary = f"{what}: {found!r}"


def check(what: str, found: Any, expected: Any) -> None:
    if found != expected:
        raise Difference(what, found, expected)


class Api:
    """An endpoint with the API of Step Functions. Names of state machines are unique per feature and endpoint."""

    def __init__(
        self, url: str, engine_url: str, engine: peers.Peer, prefix: str, server: Server | None = None
    ) -> None:
        self.sfn = create_client("stepfunctions", url)
        self.engine_url, self.engine, self.prefix, self.server = engine_url, engine, prefix, server
        self.feature = ""
        self.numbers = itertools.count(1)

    def create(self, definition: dict[str, Any], suffix: str = "", **members: Any) -> str:
        """Creates a state machine, and returns its ARN."""
        name = f"{self.prefix}-{self.feature}{suffix}"
        return self.sfn.create_state_machine(
            name=name, definition=json.dumps(definition), roleArn=ROLE, **members
        )["stateMachineArn"]

    def create_versions(
        self, definition: Callable[[int], dict[str, Any]], count: int = 2, **members: Any
    ) -> tuple[str, list[str]]:
        """Creates a state machine whose version N runs `definition(N)`, and an unpublished revision after them."""
        arn = self.create(definition(1), publish=True, **members)
        for number in range(2, count + 2):
            publish = {"publish": True} if number <= count else {}
            self.sfn.update_state_machine(stateMachineArn=arn, definition=json.dumps(definition(number)), **publish)
        return arn, [f"{arn}:{number}" for number in range(1, count + 1)]

    def create_alias(self, weights: dict[str, int]) -> str:
        """Creates an alias that routes to versions by weight, and returns its ARN."""
        routes = [{"stateMachineVersionArn": arn, "weight": weight} for arn, weight in weights.items()]
        return self.sfn.create_state_machine_alias(name="PROD", routingConfiguration=routes)["stateMachineAliasArn"]

    def start(self, arn: str, input: Any = None, **members: Any) -> str:
        """Starts an execution, and returns its ARN. Its default name is unique, because moto names others `None`."""
        if input is not None:
            members["input"] = json.dumps(input)
        members.setdefault("name", f"run-{next(self.numbers)}")
        return self.sfn.start_execution(stateMachineArn=arn, **members)["executionArn"]

    def describe(self, execution: str) -> dict[str, Any]:
        return self.sfn.describe_execution(executionArn=execution)

    def wait(self, execution: str, until: Callable[[dict[str, Any]], bool] | None = None) -> dict[str, Any]:
        """Waits until an execution has ended (or for another condition), and describes it."""
        deadline = time.monotonic() + END_LIMIT
        while True:
            described = self.describe(execution)
            if until(described) if until else described["status"] != "RUNNING":
                return described
            if time.monotonic() > deadline:
                raise Difference("status after the time limit", described["status"], "an end")
            time.sleep(0.02)

    def run(self, arn: str, input: Any = None, **members: Any) -> dict[str, Any]:
        """Runs an execution until its end, and describes it."""
        return self.wait(self.start(arn, input, **members))

    def run_output(self, definition: dict[str, Any], input: Any = None) -> Any:
        """Runs a definition that must succeed, and returns its output."""
        described = self.run(self.create(definition), input)
        found = tuple(described.get(name) for name in ("status", "error", "cause"))
        check("status, error and cause", found, ("SUCCEEDED", None, None))
        return json.loads(described["output"])

    def send_task(self, operation: str, **members: Any) -> None:
        """Calls an operation of task tokens. moto fails while another execution begins, because it asks all of them."""
        deadline = time.monotonic() + END_LIMIT
        while True:
            try:
                return getattr(self.sfn, operation)(**members)
            except ClientError as error:
                if error.response["ResponseMetadata"]["HTTPStatusCode"] < 500 or time.monotonic() > deadline:
                    raise
                time.sleep(0.1)

    def read_history(self, execution: str, **members: Any) -> list[dict[str, Any]]:
        return self.sfn.get_execution_history(executionArn=execution, **members)["events"]


class Server:
    """`sfn-alias serve` with a data file. It can be killed and started again with the same URL."""

    def __init__(self, options: list[str], data: Path) -> None:
        self.port = peers.find_free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.command = [str(PROGRAM), "serve", "--port", str(self.port), "--seed", "7", "--log", "error"]
        self.command += ["--data", str(data), *options]
        self.process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "SFN_ALIAS_"))}
        self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE, text=True, env=environment)
        if "AWS_ENDPOINT_URL_SFN=" not in self.process.stdout.readline():
            raise peers.PeerError(f"`{' '.join(self.command)}` did not start")

    def kill(self) -> None:
        if self.process:
            self.process.kill()
            self.process.wait()


def create_client(service: str, url: str) -> Any:
    """Creates a client that neither retries requests nor sends StartSyncExecution to another host."""
    config = Config(retries={"total_max_attempts": 1}, inject_host_prefix=False, read_timeout=60)
    keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": "us-east-1"}
    return boto3.client(service, endpoint_url=url, config=config, **keys)


@contextmanager
def start_engine(engine: peers.Peer) -> Iterator[str]:
    """Starts an engine that runs definitions, and returns its URL."""
    with peers.start(engine) as url:
        if engine.name == "moto":
            # Without it, moto returns static data and runs nothing.
            config = json.dumps({"stepfunctions": {"execute_state_machine": True}}).encode()
            headers = {"content-type": "application/json"}
            urllib.request.urlopen(urllib.request.Request(f"{url}/moto-api/config", config, headers)).close()
        yield url


@contextmanager
def start_server(options: list[str]) -> Iterator[Server]:
    """Starts `sfn-alias serve` with a new data file."""
    with tempfile.TemporaryDirectory() as directory:
        server = Server(options, Path(directory) / "data.sqlite")
        server.start()
        try:
            yield server
        finally:
            server.kill()


def read_version(engine: peers.Peer) -> str:
    lock = (ROOT / "tools" / "peers" / f"{engine.name}.txt").read_text()
    return re.search(rf"^{re.escape(engine.package)}(?:\[.*\])?==(\S+)", lock, re.M)[1]
