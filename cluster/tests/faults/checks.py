"""What must be true after the faults."""

from __future__ import annotations

import http.client
import re
import subprocess
import time
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from client import OK, UNAVAILABLE, UNKNOWN, Client, Response
from cluster import Address
from history import Call, Recorder, format_request, machine_arn, parse_result
from load import ALIASES, CLIENTS, WEIGHTS, Machine
from processes import wait_until

SECONDS = 30


def read_all(servers: list[Address], recorder: Recorder, machines: list[Machine]) -> list[str]:
    """Records what each server returns for each state machine, which must contain every acknowledged write."""
    problems = []
    calls = [("DescribeStateMachineAlias", {"alias": alias}) for alias in ALIASES]
    calls += [(operation, {}) for operation in ("ListStateMachineAliases", "ListStateMachineVersions", "DescribeStateMachine")]
    for first in range(len(servers)):
        client = Client(servers, first, SECONDS)
        for machine in machines:
            for operation, arguments in calls:
                response = recorder.call(CLIENTS, client, machine.name, operation, arguments)
                if response.outcome in (UNKNOWN, UNAVAILABLE):
                    problems.append(f"{operation} of {machine.name} after the faults: {response}")
        client.close()
    return problems


def describe_starts(servers: list[Address], recorder: Recorder, machines: list[Machine]) -> list[str]:
    """Adds to each start the version that was started. Returns the problems."""
    names = {machine.name for machine in machines if not machine.is_deleted}
    starts = [call for call in recorder.calls if call.operation == "StartExecution" and call.machine in names]
    parts = [starts[number::CLIENTS] for number in range(CLIENTS)]
    with ThreadPoolExecutor(CLIENTS) as pool:
        found = list(pool.map(lambda first: describe_part(Client(servers, first, SECONDS), parts[first]), range(CLIENTS)))
    return [problem for problems in found for problem in problems]


def describe_part(client: Client, starts: list[Call]) -> list[str]:
    problems = []
    for start in starts:
        response = describe_execution(client, start)
        if response.outcome == OK and start.outcome in (OK, UNKNOWN):
            start.result = parse_result("DescribeExecution", response.body)
            start.outcome, start.end = OK, start.end or time.monotonic_ns()
        elif start.outcome == OK or response.outcome not in (OK, "ExecutionDoesNotExist"):
            problems.append(f"execution {start.machine}:{start.arguments['execution']}: {response.outcome} {response.body}")
    client.close()
    return problems


def describe_execution(client: Client, start: Call) -> Response:
    request = format_request(start.machine, "DescribeExecution", {"execution": start.arguments["execution"]})
    return client.call("DescribeExecution", request)


def check_counts(servers: list[Address], recorder: Recorder, machines: list[Machine]) -> list[str]:
    """Compares the metric of starts with the starts that were acknowledged, or whose outcome is unknown."""
    started: dict[str, set[str]] = defaultdict(set)
    unknown: Counter[str] = Counter()
    names = {machine.name for machine in machines if not machine.is_deleted}
    for call in recorder.calls:
        if call.operation == "StartExecution" and call.machine in names:
            if call.outcome == OK:
                started[machine_arn(call.machine, call.result["version"])].add(call.arguments["execution"])
            elif call.outcome == UNKNOWN:
                unknown[call.machine] += 1
    existing = list_versions(servers, names)
    counts = read_counts(servers)
    problems = []
    for arn in existing:
        least, count = len(started[arn]), counts.get(arn, 0)
        most = least + unknown[arn.split(":")[-2]]
        if not least <= count <= most:
            problems.append(f"{arn}: {count} starts were counted, expected {least} to {most}")
    return problems


def list_versions(servers: list[Address], machines: set[str]) -> list[str]:
    client = Client(servers, 0, SECONDS)
    arns = []
    for machine in sorted(machines):
        response = client.call("ListStateMachineVersions", format_request(machine, "ListStateMachineVersions", {}))
        assert response.outcome == OK, response
        arns += [item["stateMachineVersionArn"] for item in response.body["stateMachineVersions"]]
    client.close()
    return arns


def read_counts(servers: list[Address]) -> dict[str, int]:
    """Waits until the server has collected the counts, which the page omits before."""
    text = ""

    def is_collected() -> bool:
        nonlocal text
        text = read_metrics(servers[0])
        return "sfn_alias_statistics_age_seconds" in text

    wait_until(is_collected, "the starts are counted")
    return {arn: int(float(count)) for arn, count in re.findall(r'^sfn_alias_starts_total\{arn="(.*)"\} (\S+)', text, re.M)}


def read_metrics(server: Address) -> str:
    connection = http.client.HTTPConnection(server.host, server.port, timeout=SECONDS)
    connection.request("GET", "/metrics")
    text = connection.getresponse().read().decode()
    connection.close()
    return text


def find_missing_operations(recorder: Recorder) -> list[str]:
    """Returns the operations that never succeeded: their history proves nothing."""
    succeeded = {call.operation for call in recorder.calls if call.outcome == OK}
    return [f"{operation} never succeeded" for operation in WEIGHTS if operation not in succeeded]


def is_linearizable(checker: str, history: Path) -> tuple[bool, str]:
    result = subprocess.run([checker, str(history)], capture_output=True, text=True, check=False)
    if result.returncode not in (0, 1):
        raise RuntimeError(f"{checker}: {result.stderr}")
    return result.returncode == 0, result.stdout.strip()


def find_longest_gap(recorder: Recorder, begin: int, end: int) -> float:
    """Returns the longest time without a call that succeeded or returned an expected error, in seconds."""
    times = sorted(call.end for call in recorder.calls if call.end and begin <= call.end <= end)
    return max(after - before for before, after in zip([begin, *times], [*times, end], strict=True)) / 1e9
