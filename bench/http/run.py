"""Compares the HTTP server with bare servers, moto and LocalStack. Prints one set of tables.

Each round starts every server again. Servers that are compared alternate in short slices, one at a time, and in
reverse order every second round. A ratio compares two slices of the same round.
"""

import argparse
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import report
from servers import MACHINE, Server, alias

HERE = Path(__file__).resolve().parent
ALIAS = f"{MACHINE}:a00"
ANY_OF_100 = {"stateMachineAliasArn": f"{MACHINE}:a@@"}
ANY_OF_A_MILLION = {"stateMachineAliasArn": f"{MACHINE[:-4]}@@@@:a@@"}
BODIES = {
    "describe": ("DescribeStateMachineAlias", {"stateMachineAliasArn": ALIAS}),
    "create": ("CreateStateMachineAlias", alias("n########")),
    "start": ("StartExecution", {"stateMachineArn": ALIAS, "input": '{"order":1}'}),
    "list of 100": ("ListStateMachineAliases", {"stateMachineArn": MACHINE}),
}
# moto cannot start by alias.
MOTO_START = ("StartExecution", {"stateMachineArn": MACHINE, "input": '{"order":1}'})


@dataclass
class Slice:
    """The results of wrk and /proc for one server in one case."""

    rate: float
    p50: float
    p99: float
    cpu: float


def measure(server, request, connections, seconds):
    operation, body = request
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "-s", str(HERE / "drive.lua")]
    command += [f"http://127.0.0.1:{server.port}/", "--", operation, report.compact(body)]
    before = server.cpu_seconds()
    wrk = subprocess.run(command, check=True, capture_output=True, text=True)
    cpu = server.cpu_seconds() - before
    requests, micros, p50, p99, failed = map(int, wrk.stdout.strip().splitlines()[-1].split())
    if failed or not requests:
        raise SystemExit(f"{server.name}: {failed} of {requests} {operation} requests failed")
    return Slice(requests / micros * 1e6, p50, p99, cpu / requests * 1e6)


class Bench:
    def __init__(self, options, directory):
        self.options, self.directory = options, Path(directory)
        self.results = report.Results()
        self.floor = [str(options.programs / "http-floor")]
        self.ours = [str(options.programs / "sfn-alias"), "serve", "--port", "PORT", "--log", "warn"]
        self.ours += ["--aliases-per-state-machine", "1000000000"]

    def compare(self, case, connections, servers, requests, seconds=None):
        """Measures the servers one after another. The first one is the baseline."""
        pairs = list(zip(servers, requests))
        for server, request in reversed(pairs) if self.round % 2 else pairs:
            measured = measure(server, request, connections, seconds or self.options.seconds)
            self.results.add(case, connections, server.name, measured)

    def run(self):
        for self.round in range(self.options.rounds):
            self.compare_in_memory()
            self.compare_durable()
            if self.round < self.options.peer_rounds:
                self.compare_peers()
            print(f"round {self.round + 1} of {self.options.rounds}", file=sys.stderr)
        return self.results

    def start_bare_servers(self, stack, ours):
        """Starts a bare server per case, with responses of the same length."""
        sizes = {case: str(len(ours.call(*request))) for case, request in BODIES.items()}
        start = lambda kind, case: stack.enter_context(Server(f"bare {kind}", [*self.floor, kind, "PORT", sizes[case]]))
        return {case: start("hyper", case) for case in sizes}, start("axum", "describe")

    def compare_in_memory(self):
        with ExitStack() as stack:
            with Server("sfn-alias", self.ours) as probe:
                bare, axum = self.start_bare_servers(stack, probe.seed())
            ours = stack.enter_context(Server("sfn-alias", self.ours)).seed()
            for connections in self.options.connections:
                for case in ["describe", "list of 100", "start", "create"]:
                    servers = [bare[case], ours] + [axum] * (case == "describe")
                    self.compare(case, connections, servers, [BODIES[case]] * len(servers))
                    # The created aliases would conflict with those of the next slice.
                    ours = self.restart(stack, ours) if case == "create" else ours
            for server in (bare["describe"], axum):
                server.record_memory("driven")
                self.results.add_server(server)

    def restart(self, stack, ours):
        ours.record_memory("driven")
        self.results.add_server(ours)
        return stack.enter_context(Server(ours.name, ours.command)).seed()

    def data_command(self, name):
        return [*self.ours, "--data", str(self.directory / name)]

    def compare_durable(self):
        with ExitStack() as stack:
            for leftover in self.directory.glob("round*"):
                leftover.unlink()
            memory = stack.enter_context(Server("sfn-alias", self.ours)).seed()
            ours = stack.enter_context(Server("sfn-alias --data", self.data_command("round.db"))).seed()
            self.compare("describe, memory or file", 8, [memory, ours], [BODIES["describe"]] * 2)
            self.compare_large(stack, ours)
            size = str(len(ours.call(*BODIES["create"])))
            log = stack.enter_context(Server("bare log", [*self.floor, "log", "PORT", size, str(self.directory / "round.log")]))
            self.compare("durable create", 64, [log, ours], [BODIES["create"]] * 2)
            for server in (log, ours):
                server.record_memory("driven")
                self.results.add_server(server)

    def compare_large(self, stack, small):
        if not self.options.large:
            return
        file = self.directory / "large.db"
        if not file.exists():
            subprocess.run([*self.floor, "fill", str(file), "10000", "100"], check=True)
        large = stack.enter_context(Server("sfn-alias --data, 1,000,000 aliases", self.data_command(file.name)))
        large.record_memory("seeded")
        requests = [("DescribeStateMachineAlias", ANY_OF_100), ("DescribeStateMachineAlias", ANY_OF_A_MILLION)]
        self.compare("describe any", 8, [small, large], requests)
        self.results.add_server(large)
        self.results.large_bytes.append((large.rss_mib["seeded"] - small.rss_mib["seeded"]) * 2**20 / 1e6)

    def compare_peers(self):
        moto, localstack = self.options.moto, self.options.localstack
        if moto:
            command = [str(moto / "bin/moto_server"), "-p", "PORT"]
            self.measure_peer(Server("moto", command, {"MOTO_ACCOUNT_ID": "0" * 12}), {**BODIES, "start": MOTO_START})
        if localstack:
            command = [str(localstack / "bin/python"), "-m", "localstack.runtime.main"]
            environment = {"GATEWAY_LISTEN": "127.0.0.1:PORT", "SERVICES": "stepfunctions", "LS_LOG": "warn"}
            environment |= {"DISABLE_EVENTS": "1", "SKIP_SSL_CERT_DOWNLOAD": "1"}
            self.measure_peer(Server("LocalStack", command, environment), BODIES)

    def measure_peer(self, server, bodies):
        with server:
            server.seed()
            for case in ["describe", "list of 100", "start", "create"]:
                self.compare(case, 8, [server], [bodies[case]], seconds=max(2, self.options.seconds))
            self.results.add_server(server)


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--programs", type=Path, required=True, help="directory with release builds of sfn-alias and http-floor")
    parser.add_argument("--moto", type=Path, help="a virtual environment with moto's server")
    parser.add_argument("--localstack", type=Path, help="a virtual environment with localstack-core[runtime]")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--peer-rounds", type=int, default=2, help="number of rounds that include moto and LocalStack")
    parser.add_argument("--seconds", type=int, default=2, help="length of a slice")
    parser.add_argument("--connections", type=lambda text: [int(n) for n in text.split(",")], default=[8, 1, 64])
    parser.add_argument("--no-large", dest="large", action="store_false", help="skip the file of 1,000,000 aliases")
    return parser.parse_args()


def main():
    arguments = parse_arguments()
    if not shutil.which("wrk"):
        raise SystemExit("wrk is missing: install the package wrk (Debian, Ubuntu, Homebrew)")
    with tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_DIR")) as directory:
        results = Bench(arguments, directory).run()
    print(f"{report.describe_machine()}, Linux {platform.release()}; {arguments.rounds} rounds, slices of {arguments.seconds} s; medians\n")
    print(results.tables())


if __name__ == "__main__":
    main()
