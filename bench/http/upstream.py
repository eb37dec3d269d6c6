"""Compares starts through `serve --upstream` with starts at the engine itself. Prints one table.

Each round starts every server again. The engine and sfn-alias in front of it alternate in short slices, in reverse order every
second round. A difference compares two slices of the same round.
"""

import argparse
import json
import platform
import shutil
import sys
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import report
from run import measure
from servers import DEFINITION, MACHINE, ROLE, Server, alias

# Names are unique: `@` is the number of the slice, and wrk replaces `#`.
START = {"stateMachineArn": MACHINE, "name": "s@-########", "input": '{"order":1}'}


@dataclass
class Engine:
    """An engine. `PORT` in its command and environment is replaced by the port."""

    name: str
    command: list
    environment: dict
    # The body of a request that makes moto interpret definitions.
    config: dict | None = None

    def start(self):
        server = Server(self.name, self.command, self.environment).__enter__()
        if self.config:
            url = f"http://127.0.0.1:{server.port}/moto-api/config"
            urllib.request.urlopen(url, json.dumps(self.config).encode(), timeout=30).close()
        return server


class Pair:
    """An engine with a state machine, and sfn-alias in front of it with an alias that has two versions."""

    def __init__(self, engine, program):
        self.engine, self.program = engine, program
        self.slices = 0

    def __enter__(self):
        self.direct = self.engine.start()
        command = [self.program, "serve", "--port", "PORT", "--log", "warn", "--executions-per-state-machine", "1000000"]
        command += ["--upstream", f"http://127.0.0.1:{self.direct.port}"]
        self.ours = Server("sfn-alias", command)
        try:
            self.ours.__enter__()
            self.seed()
        except BaseException:
            self.direct.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.ours.__exit__()
        self.direct.__exit__()

    def seed(self):
        machine = {"name": MACHINE.rsplit(":", 1)[1], "definition": DEFINITION, "roleArn": ROLE}
        self.target = json.loads(self.direct.call("CreateStateMachine", machine))["stateMachineArn"]
        self.ours.call("CreateStateMachine", {**machine, "publish": True})
        self.ours.call("CreateStateMachineAlias", alias("a00"))

    def measure(self, server, connections, seconds):
        """Returns the slice of a server, and the CPU time of sfn-alias and of the engine in microseconds per start."""
        self.slices += 1
        arn = self.target if server is self.direct else f"{MACHINE}:a00"
        body = {**START, "stateMachineArn": arn, "name": START["name"].replace("@", str(self.slices))}
        engine_before = self.direct.cpu_seconds()
        measured = measure(server, ("StartExecution", body), connections, seconds)
        engine = (self.direct.cpu_seconds() - engine_before) * 1e6 / (measured.rate * seconds)
        # wrk does not send the first request that it creates.
        self.check(body["name"].replace("#" * 8, "00000002"), arn)
        return measured, engine

    def check(self, name, arn):
        """Checks that an execution of the slice arrived in the engine."""
        execution = {"executionArn": f"{arn.replace(':stateMachine:', ':execution:').removesuffix(':a00')}:{name}"}
        server = self.direct if arn == self.target else self.ours
        described = json.loads(server.call("DescribeExecution", execution))
        if described["status"] not in ("RUNNING", "SUCCEEDED"):
            raise SystemExit(f"{server.name}: {name} is {described['status']}: {described.get('cause')}")


class Bench:
    def __init__(self, options):
        self.options = options
        self.slices = {}

    def engines(self):
        yield Engine("bare engine", [str(self.options.programs / "http-floor"), "engine", "PORT"], {})
        if self.options.ministack:
            environment = {"BIND_HOST": "127.0.0.1", "GATEWAY_PORT": "PORT"}
            yield Engine("MiniStack", [str(self.options.ministack / "bin/ministack")], environment)
        if self.options.moto:
            command = [str(self.options.moto / "bin/moto_server"), "-H", "127.0.0.1", "-p", "PORT"]
            yield Engine("moto", command, {}, {"stepfunctions": {"execute_state_machine": True}})

    def run(self):
        for round_number in range(self.options.rounds):
            for engine in self.engines():
                self.measure_engine(engine, round_number)
            print(f"round {round_number + 1} of {self.options.rounds}", file=sys.stderr)

    def measure_engine(self, engine, round_number):
        for connections in self.options.connections:
            with Pair(engine, str(self.options.programs / "sfn-alias")) as pair:
                servers = [pair.direct, pair.ours]
                for server in reversed(servers) if round_number % 2 else servers:
                    results = self.slices.setdefault((engine.name, connections), {"direct": [], "ours": []})
                    kind = "direct" if server is pair.direct else "ours"
                    results[kind].append(pair.measure(server, connections, self.options.seconds))

    def rows(self):
        yield "| engine | connections | starts/s, direct | with sfn-alias | p50 us, direct | added | p99 us, direct | added | CPU us of the engine, direct | with sfn-alias | CPU us of sfn-alias |"
        yield "|---|---:|---:|---:|---:|---|---:|---|---:|---:|---|"
        for (engine, connections), results in self.slices.items():
            yield self.row(engine, connections, results["direct"], results["ours"])

    @staticmethod
    def row(engine, connections, direct, ours):
        middle = lambda slices, member: median(getattr(measured, member) for measured, _ in slices)
        added = lambda member: report.format_spread(
            [getattr(b, member) - getattr(a, member) for (a, _), (b, _) in zip(direct, ours)], 0
        )
        cells = [engine, str(connections), f"{middle(direct, 'rate'):,.0f}", f"{middle(ours, 'rate'):,.0f}"]
        for member in ("p50", "p99"):
            cells += [f"{middle(direct, member):.0f}", added(member)]
        cells += [f"{median(cpu for _, cpu in slices):.0f}" for slices in (direct, ours)]
        cells.append(report.format_spread([measured.cpu for measured, _ in ours], 1))
        return f"| {' | '.join(cells)} |"


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--programs", type=Path, required=True, help="directory with release builds of sfn-alias and http-floor")
    parser.add_argument("--moto", type=Path, help="a virtual environment with moto's server")
    parser.add_argument("--ministack", type=Path, help="a virtual environment with MiniStack")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=2, help="length of a slice")
    parser.add_argument("--connections", type=lambda text: [int(n) for n in text.split(",")], default=[1, 8])
    return parser.parse_args()


def main():
    arguments = parse_arguments()
    if not shutil.which("wrk"):
        raise SystemExit("wrk is missing: install the package wrk (Debian, Ubuntu, Homebrew)")
    bench = Bench(arguments)
    bench.run()
    print(f"{report.describe_machine()}, Linux {platform.release()}; {arguments.rounds} rounds, slices of {arguments.seconds} s; medians\n")
    print("\n".join(bench.rows()))


if __name__ == "__main__":
    main()
