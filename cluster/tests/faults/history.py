"""Records calls as lines of a history for tools/linearizability."""

from __future__ import annotations

import json
import threading
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

from client import OK, UNAVAILABLE, UNKNOWN, Client, Response

PREFIX = "arn:aws:states:us-east-1:000000000000"
ROLE = "arn:aws:iam::000000000000:role/r"


def machine_arn(machine: str, qualifier: object = None) -> str:
    arn = f"{PREFIX}:stateMachine:{machine}"
    return arn if qualifier is None else f"{arn}:{qualifier}"


def format_definition(value: str) -> str:
    return json.dumps({"StartAt": "Done", "States": {"Done": {"Type": "Succeed", "Comment": value}}})


def format_routing(machine: str, routing: list[list[int]]) -> list[dict]:
    return [{"stateMachineVersionArn": machine_arn(machine, version), "weight": weight} for version, weight in routing]


def format_request(machine: str, operation: str, arguments: dict) -> dict:
    """
    >>> format_request("m", "DescribeStateMachineAlias", {"alias": "A"})
    {'stateMachineAliasArn': 'arn:aws:states:us-east-1:000000000000:stateMachine:m:A'}
    """
    arn, alias = machine_arn(machine), arguments.get("alias")
    request: dict = {}
    if operation == "CreateStateMachine":
        request = {"name": machine, "roleArn": ROLE, "publish": True}
    elif operation == "CreateStateMachineAlias":
        request = {"name": alias}
    elif operation == "DeleteStateMachineVersion":
        request = {"stateMachineVersionArn": machine_arn(machine, arguments["version"])}
    elif operation == "StartExecution":
        request = {"stateMachineArn": machine_arn(machine, alias), "name": arguments["execution"], "input": "{}"}
    elif operation == "DescribeExecution":
        request = {"executionArn": f"{PREFIX}:execution:{machine}:{arguments['execution']}"}
    elif alias is not None:
        request = {"stateMachineAliasArn": machine_arn(machine, alias)}
    else:
        request = {"stateMachineArn": arn}
    if operation.startswith("List"):
        request["maxResults"] = 1000
    if "definition" in arguments:
        request["definition"] = format_definition(arguments["definition"])
    if "description" in arguments:
        request["description"] = arguments["description"]
    if "routing" in arguments:
        request["routingConfiguration"] = format_routing(machine, arguments["routing"])
    return request


def parse_version(arn: str) -> int:
    return int(arn.rpartition(":")[2])


def parse_result(operation: str, body: dict) -> dict:
    """Returns the members of a response that are compared."""
    result: dict = {}
    if operation in ("CreateStateMachine", "CreateStateMachineAlias", "DescribeStateMachineAlias"):
        result["created"] = round(body["creationDate"] * 1000)
    if "description" in body:
        result["description"] = body["description"]
    if "routingConfiguration" in body:
        result["routing"] = sorted([parse_version(it["stateMachineVersionArn"]), it["weight"]] for it in body["routingConfiguration"])
    if "stateMachineVersionArn" in body and operation != "CreateStateMachine":
        result["version"] = parse_version(body["stateMachineVersionArn"])
    if operation == "DescribeStateMachine":
        result["definition"] = json.loads(body["definition"])["States"]["Done"]["Comment"]
    if operation == "ListStateMachineAliases":
        items = body["stateMachineAliases"]
        result["aliases"] = {it["stateMachineAliasArn"].rpartition(":")[2]: round(it["creationDate"] * 1000) for it in items}
    if operation == "ListStateMachineVersions":
        result["versions"] = [parse_version(it["stateMachineVersionArn"]) for it in body["stateMachineVersions"]]
    return result


@dataclass
class Call:
    client: int
    machine: str
    operation: str
    arguments: dict
    call: int
    outcome: str = UNKNOWN
    result: dict = field(default_factory=dict)
    # Null if the call may take effect later.
    end: int | None = None

    def to_line(self) -> str:
        members = asdict(self)
        members["return"] = members.pop("end")
        return json.dumps(members)


class Recorder:
    """Records the calls of all clients."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.calls: list[Call] = []
        # When a server responded with an error 5xx, and its status.
        self.server_errors: list[tuple[int, int]] = []

    def call(self, number: int, client: Client, machine: str, operation: str, arguments: dict) -> Response:
        call = Call(number, machine, operation, arguments, time.monotonic_ns())
        response = client.call(operation, format_request(machine, operation, arguments))
        end = time.monotonic_ns()
        call.outcome = response.outcome
        if response.outcome == OK:
            call.result = parse_result(operation, response.body)
        if response.outcome != UNKNOWN:
            call.end = end
        with self.lock:
            if response.status is not None and response.status >= 500:
                self.server_errors.append((end, response.status))
            if response.outcome != UNAVAILABLE:
                self.calls.append(call)
        return response

    def write(self, path: Path) -> None:
        path.write_text("".join(f"{call.to_line()}\n" for call in self.calls))
