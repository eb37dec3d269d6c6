"""Clients that call random operations."""

from __future__ import annotations

import itertools
import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from client import OK, UNAVAILABLE, UNKNOWN, Client
from cluster import Address
from history import Recorder

CLIENTS = 8
ALIASES = ["A", "B", "C"]
# Average time between the calls of a client.
PAUSE_SECONDS = 0.015
# Half of the clients wait until the servers' own time limit of 6 s. The others stop waiting earlier, so that their
# calls have unknown outcomes.
SECONDS = [7.5, 1.5]


@dataclass
class Machine:
    """A state machine, and what the clients know about it."""

    name: str
    # Whether clients delete the state machine and create it again.
    is_deleted: bool = False
    last_version: int = 1
    creates: list[dict] = field(default_factory=list)
    executions: list[str] = field(default_factory=list)


class Load:
    """Eight clients, which use the state machines of the current group."""

    def __init__(self, servers: list[Address], recorder: Recorder, seed: int, name: str) -> None:
        self.servers, self.recorder, self.seed, self.name = servers, recorder, seed, name
        self.values = itertools.count(1)
        self.groups: list[list[Machine]] = []
        self.stopping = threading.Event()
        self.failures: list[BaseException] = []
        self.threads = [threading.Thread(target=self.run, args=(number,)) for number in range(CLIENTS)]

    def next_value(self) -> str:
        return str(next(self.values))

    def add_group(self) -> None:
        """Creates state machines, which the clients use instead of the previous ones."""
        number = len(self.groups)
        group = [Machine(f"{self.name}-{number}-{at}", is_deleted=at == 2) for at in range(3)]
        client = Client(self.servers, number, 30)
        for machine in group:
            self.create_machine(client, machine)
        client.close()
        self.groups.append(group)

    def create_machine(self, client: Client, machine: Machine) -> None:
        arguments = {"definition": self.next_value()}
        while True:
            response = self.recorder.call(CLIENTS, client, machine.name, "CreateStateMachine", arguments)
            if response.outcome not in (UNKNOWN, UNAVAILABLE):
                break
        if response.outcome != OK:
            raise RuntimeError(f"CreateStateMachine: {response}")

    def start(self) -> None:
        self.add_group()
        for thread in self.threads:
            thread.start()

    def stop(self) -> None:
        self.stopping.set()
        for thread in self.threads:
            thread.join()
        if self.failures:
            raise self.failures[0]

    def __enter__(self) -> Load:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def run(self, number: int) -> None:
        client = Client(self.servers, number, SECONDS[number % 2])
        chooser = Chooser(random.Random(f"{self.seed} {self.name} {number}"), self.next_value)
        try:
            while not self.stopping.wait(chooser.random.uniform(0, 2 * PAUSE_SECONDS)):
                self.call(number, client, chooser)
        except BaseException as error:
            self.failures.append(error)
            raise
        finally:
            client.close()

    def call(self, number: int, client: Client, chooser: Chooser) -> None:
        machine = chooser.random.choice(self.groups[-1])
        operation, arguments = chooser.choose(machine)
        response = self.recorder.call(number, client, machine.name, operation, arguments)
        # SDKs repeat such calls.
        if response.outcome in (UNKNOWN, UNAVAILABLE) and chooser.random.random() < 0.5:
            response = self.recorder.call(number, client, machine.name, operation, arguments)
        if operation == "PublishStateMachineVersion" and response.outcome == OK:
            machine.last_version = int(response.body["stateMachineVersionArn"].rpartition(":")[2])


class Chooser:
    """Chooses calls. Each written value is unique, except in repeated calls."""

    def __init__(self, source: random.Random, next_value: Callable[[], str]) -> None:
        self.random, self.next_value = source, next_value

    def choose(self, machine: Machine) -> tuple[str, dict]:
        operations = list(WEIGHTS)
        operation = self.random.choices(operations, list(WEIGHTS.values()))[0]
        if operation in ("CreateStateMachine", "DeleteStateMachine") and not machine.is_deleted:
            operation = "DescribeStateMachine"
        if operation == "DescribeExecution" and (machine.is_deleted or not machine.executions):
            operation = "ListStateMachineVersions"
        return operation, ARGUMENTS[operation](self, machine)

    def choose_alias(self, _machine: Machine) -> dict:
        return {"alias": self.random.choice(ALIASES)}

    def choose_nothing(self, _machine: Machine) -> dict:
        return {}

    def choose_version(self, machine: Machine) -> int:
        return self.random.randint(max(1, machine.last_version - 3), machine.last_version)

    def choose_routing(self, machine: Machine) -> list[list[int]]:
        versions = sorted({self.choose_version(machine), self.choose_version(machine)})
        weights = [100] if len(versions) == 1 else [40, 60]
        return [list(pair) for pair in zip(versions, weights, strict=True)]

    def choose_create(self, machine: Machine) -> dict:
        if machine.creates and self.random.random() < 0.3:
            return self.random.choice(machine.creates[-4:])
        alias, routing = self.random.choice(ALIASES), self.choose_routing(machine)
        machine.creates.append({"alias": alias, "description": self.next_value(), "routing": routing})
        return machine.creates[-1]

    def choose_update(self, machine: Machine) -> dict:
        members = self.random.choice([["description"], ["routing"], ["description", "routing"]])
        arguments = self.choose_alias(machine)
        if "description" in members:
            arguments["description"] = self.next_value()
        if "routing" in members:
            arguments["routing"] = self.choose_routing(machine)
        return arguments

    def choose_definition(self, _machine: Machine) -> dict:
        return {"definition": self.next_value()}

    def choose_delete_version(self, machine: Machine) -> dict:
        return {"version": self.choose_version(machine)}

    def choose_start(self, machine: Machine) -> dict:
        machine.executions.append(f"e{self.next_value()}")
        return {**self.choose_alias(machine), "execution": machine.executions[-1]}

    def choose_execution(self, machine: Machine) -> dict:
        return {"execution": self.random.choice(machine.executions[-20:])}


# How often each operation is called.
WEIGHTS = {
    "CreateStateMachineAlias": 14, "UpdateStateMachineAlias": 16, "DeleteStateMachineAlias": 5,
    "DescribeStateMachineAlias": 20, "ListStateMachineAliases": 8, "StartExecution": 20, "DescribeExecution": 5,
    "PublishStateMachineVersion": 4, "UpdateStateMachine": 3, "DeleteStateMachineVersion": 2,
    "ListStateMachineVersions": 3, "DescribeStateMachine": 3, "DeleteStateMachine": 1, "CreateStateMachine": 3,
}  # fmt: skip

ARGUMENTS: dict[str, Callable[[Chooser, Machine], dict]] = {
    "CreateStateMachineAlias": Chooser.choose_create, "UpdateStateMachineAlias": Chooser.choose_update,
    "DeleteStateMachineAlias": Chooser.choose_alias, "DescribeStateMachineAlias": Chooser.choose_alias,
    "ListStateMachineAliases": Chooser.choose_nothing, "StartExecution": Chooser.choose_start,
    "DescribeExecution": Chooser.choose_execution, "PublishStateMachineVersion": Chooser.choose_nothing,
    "UpdateStateMachine": Chooser.choose_definition, "DeleteStateMachineVersion": Chooser.choose_delete_version,
    "ListStateMachineVersions": Chooser.choose_nothing, "DescribeStateMachine": Chooser.choose_nothing,
    "DeleteStateMachine": Chooser.choose_nothing, "CreateStateMachine": Chooser.choose_definition,
}  # fmt: skip
