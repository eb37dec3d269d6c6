"""Compares the endpoint with bare servers, moto and LocalStack.

Each round starts every server again. Compared servers are measured one at a time in alternating short slices, in the
reverse order every other round. A ratio is computed from two slices of the same round.
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
# moto cannot start executions through an alias.
MOTO_START = ("StartExecution", {"stateMachineArn": MACHINE, "input": '{"order":1}'})


@dataclass
class Slice:
    """The results of wrk and /proc for one server in one case."""

    rate: float
    p50: float
    p99: float
    cpu: float


def drive(server, request, connections, seconds):
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
    def __init__(self, options, folder):
        self.options, self.folder = options, Path(folder)
        self.results = report.Results()
        self.floor = [str(options.programs / "http-floor")]
        self.ours = [str(options.programs / "sfn-alias"), "serve", "--port", "PORT", "--log", "warn"]
        self.ours += ["--aliases-per-state-machine", "1000000000"]

    def turn(self, case, connections, servers, requests, seconds=None):
        """Measures the servers one after the other. The first one is the baseline."""
        turns = list(zip(servers, requests))
        for server, request in reversed(turns) if self.round % 2 else turns:
            measured = drive(server, request, connections, seconds or self.options.seconds)
            self.results.add(case, connections, server.name, measured)

    def run(self):
        for self.round in range(self.options.rounds):
            self.memory()
            self.durable()
            if self.round < self.options.peer_rounds:
                self.peers()
            print(f"round {self.round + 1} of {self.options.rounds}", file=sys.stderr)
        return self.results

    def fixed(self, stack, ours):
        """Starts a bare server per case, with a response of the same size as ours."""
        sizes = {case: str(len(ours.call_ok(*request))) for case, request in BODIES.items()}
        start = lambda kind, case: stack.enter_context(Server(f"bare {kind}", [*self.floor, kind, "PORT", sizes[case]]))
        return {case: start("hyper", case) for case in sizes}, start("axum", "describe")

    def memory(self):
        with ExitStack() as stack:
            with Server("sfn-alias", self.ours) as probe:
                bare, axum = self.fixed(stack, probe.seed())
            ours = stack.enter_context(Server("sfn-alias", self.ours)).seed()
            for connections in self.options.connections:
                for case in ["describe", "list of 100", "start", "create"]:
                    servers = [bare[case], ours] + [axum] * (case == "describe")
                    self.turn(case, connections, servers, [BODIES[case]] * len(servers))
                    # Replaces the server, because the created aliases would affect the next slice.
                    ours = self.fresh(stack, ours) if case == "create" else ours
            for server in (bare["describe"], axum):
                server.note("driven")
                self.results.server(server)

    def fresh(self, stack, ours):
        ours.note("driven")
        self.results.server(ours)
        return stack.enter_context(Server(ours.name, ours.command)).seed()

    def data(self, name):
        return [*self.ours, "--data", str(self.folder / name)]

    def durable(self):
        with ExitStack() as stack:
            for left in self.folder.glob("round*"):
                left.unlink()
            memory = stack.enter_context(Server("sfn-alias", self.ours)).seed()
            ours = stack.enter_context(Server("sfn-alias --data", self.data("round.db"))).seed()
            self.turn("describe, durable or not", 8, [memory, ours], [BODIES["describe"]] * 2)
            self.large(stack, ours)
            size = str(len(ours.call_ok(*BODIES["create"])))
            log = stack.enter_context(Server("bare log", [*self.floor, "log", "PORT", size, str(self.folder / "round.log")]))
            self.turn("durable create", 64, [log, ours], [BODIES["create"]] * 2)
            for server in (log, ours):
                server.note("driven")
                self.results.server(server)

    def large(self, stack, small):
        if not self.options.large:
            return
        file = self.folder / "large.db"
        if not file.exists():
            subprocess.run([*self.floor, "fill", str(file), "10000", "100"], check=True)
        large = stack.enter_context(Server("sfn-alias --data, 1,000,000 aliases", self.data(file.name)))
        large.note("seeded")
        requests = [("DescribeStateMachineAlias", ANY_OF_100), ("DescribeStateMachineAlias", ANY_OF_A_MILLION)]
        self.turn("describe any", 8, [small, large], requests)
        self.results.server(large)
        self.results.large_bytes.append((large.rss_mib["seeded"] - small.rss_mib["seeded"]) * 2**20 / 1e6)

    def peers(self):
        moto, localstack = self.options.moto, self.options.localstack
        if moto:
            command = [str(moto / "bin/moto_server"), "-p", "PORT"]
            self.peer(Server("moto", command, {"MOTO_ACCOUNT_ID": "0" * 12}), {**BODIES, "start": MOTO_START})
        if localstack:
            command = [str(localstack / "bin/python"), "-m", "localstack.runtime.main"]
            environment = {"GATEWAY_LISTEN": "127.0.0.1:PORT", "SERVICES": "stepfunctions", "LS_LOG": "warn"}
            environment |= {"DISABLE_EVENTS": "1", "SKIP_SSL_CERT_DOWNLOAD": "1"}
            self.peer(Server("LocalStack", command, environment), BODIES)

    def peer(self, server, bodies):
        with server:
            server.seed()
            for case in ["describe", "list of 100", "start", "create"]:
                self.turn(case, 8, [server], [bodies[case]], seconds=max(2, self.options.seconds))
            self.results.server(server)


def options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--programs", type=Path, required=True, help="directory of the release builds of sfn-alias and http-floor")
    parser.add_argument("--moto", type=Path, help="a virtual environment with moto's server")
    parser.add_argument("--localstack", type=Path, help="a virtual environment with localstack-core[runtime]")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--peer-rounds", type=int, default=2, help="number of rounds with moto and LocalStack")
    parser.add_argument("--seconds", type=int, default=2, help="length of a slice")
    parser.add_argument("--connections", type=lambda text: [int(n) for n in text.split(",")], default=[8, 1, 64])
    parser.add_argument("--no-large", dest="large", action="store_false", help="skip the file with 1,000,000 aliases")
    return parser.parse_args()


def main():
    chosen = options()
    if not shutil.which("wrk"):
        raise SystemExit("missing wrk: install the package wrk (Debian, Ubuntu, Homebrew)")
    with tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_DIR")) as folder:
        results = Bench(chosen, folder).run()
    print(f"{report.machine()}, Linux {platform.release()}; {chosen.rounds} rounds, slices of {chosen.seconds} s; medians\n")
    print(results.tables())


if __name__ == "__main__":
    main()
