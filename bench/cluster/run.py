"""Compares `sfn-alias serve --store` with etcd itself, on the same three nodes, and with `serve --data`. Prints one table.

What is compared alternates in short slices, and in reverse order every second round. A ratio compares two slices of the
same round. All processes share this machine.
"""

import argparse
import json
import os
import platform
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import tables
from processes import (
    Nodes,
    Server,
    create_machine,
    describe_machine,
    read_busy_seconds,
    read_client_seconds,
    read_process_seconds,
)

CLIENTS = 64
STORED = 10_000


@dataclass(frozen=True)
class Case:
    """A request of clients, and the request of etcd that it is compared with. `{}` is a state machine without executions."""

    title: str
    request: str
    clients: int
    floor: str
    floor_clients: int
    # The compared figure, and the goal of its ratio.
    figure: str
    goal: float


CASES = [
    Case("change an alias", "alias", 1, "cas", 1, "p50", 1.4),
    Case("change an alias", "alias", CLIENTS, "cas", CLIENTS, "rate", 0.5),
    Case("change aliases of one state machine", "alias of one machine", 8, "cas", 1, "rate", 0.7),
    Case("start an execution", "start {}", 1, "cas", 1, "p50", 1.5),
    Case("start an execution", "start {}", CLIENTS, "cas", CLIENTS, "rate", 1.0),
    Case("describe an alias", "describe", 1, "read", 1, "p50", 1.5),
    Case("describe an alias", "describe", CLIENTS, "read", CLIENTS, "rate", 1.0),
    Case("list 100 of 10,000 executions", "page", 1, "page", 1, "p50", 2.0),
]


@dataclass
class Slice:
    """The result of clients, and CPU time: of clients, servers and nodes per request, in microseconds; and of processes that do
    not belong to the benchmark, as a share of the machine."""

    rate: float
    clients: float
    servers: float
    nodes: float
    p50: float
    p99: float
    max: float
    gap: float
    failed: int
    unanswered: int
    others: float


class Bench:
    def __init__(self, options, stack):
        self.options, self.stack = options, stack
        self.load = options.programs / "cluster-load"
        self.directory = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_DIR"))))
        self.results = tables.Results()
        self.machines = 0

    def start(self):
        self.nodes = self.stack.enter_context(Nodes(self.options.etcd, self.directory))
        # What is compared with etcd uses the same node.
        self.etcd = self.nodes.leader.address
        urls = [f"etcd://{addresses}/bench" for addresses in (self.etcd, self.nodes.addresses, self.nodes.addresses)]
        self.servers = [self.start_server("on etcd", "--store", url) for url in urls]
        self.file = self.start_server("in a file", "--data", str(self.directory / "bench.db"))
        for server in (self.servers[0], self.file):
            for number in range(CLIENTS):
                create_machine(server, f"bench-{number:02}")
            create_machine(server, "full")
            self.send_http([server], "start full", CLIENTS, STORED)
        self.send_etcd("fill", 1, STORED)

    def start_server(self, name, *arguments):
        command = [str(self.options.programs / "sfn-alias"), "serve", "--port", "PORT", "--log", "off", *arguments]
        return self.stack.enter_context(Server(name, command))

    # -- slices --

    def send_http(self, servers, request, clients, limit):
        return self.send("http", ",".join(f"127.0.0.1:{server.port}" for server in servers), request, clients, limit)

    def send_etcd(self, request, clients, limit):
        return self.send("etcd", self.etcd, request, clients, limit)

    def send(self, protocol, addresses, request, clients, limit):
        before, began = self.read_cpu(), time.monotonic()
        command = [str(self.load), protocol, addresses, request, str(clients), str(limit)]
        run = subprocess.run(command, check=True, capture_output=True, text=True)
        cpu = {name: after - before[name] for name, after in self.read_cpu().items()}
        share = max(0.0, cpu.pop("all") - sum(cpu.values())) / (time.monotonic() - began) / os.cpu_count()
        result = json.loads(run.stdout)
        if not result["operations"]:
            raise SystemExit(f"{request} at {protocol}://{addresses}: {result}")
        if result["failed"] or result["unanswered"]:
            print(f"{request}: {result['failed']} failed, {result['unanswered']} unanswered: {result['failure']}", file=sys.stderr)
        rate = result["operations"] / result["seconds"]
        members = {member: result[member] for member in ("p50", "p99", "max", "gap", "failed", "unanswered")}
        cpu = {name: seconds / result["operations"] * 1e6 for name, seconds in cpu.items()}
        return Slice(rate=rate, others=share, **members, **cpu)

    def read_cpu(self):
        servers = read_process_seconds(server.process.pid for server in [*self.servers, self.file])
        nodes = read_process_seconds(node.process.pid for node in self.nodes.nodes)
        return {"all": read_busy_seconds(), "clients": read_client_seconds(), "servers": servers, "nodes": nodes}

    def compare(self, case, reverse):
        seconds = f"{self.options.seconds}s"
        contestants = {
            "etcd": lambda: self.send_etcd(case.floor, case.floor_clients, seconds),
            "store": lambda: self.send_http([self.servers[0]], self.prepare(self.servers[0], case), case.clients, seconds),
            "file": lambda: self.send_http([self.file], self.prepare(self.file, case), case.clients, seconds),
        }
        for name in sorted(contestants, reverse=reverse):
            self.results.add(case, name, contestants[name]())

    def prepare(self, server, case):
        """Creates a state machine without executions if the case needs it."""
        if "{}" not in case.request:
            return case.request
        self.machines += 1
        create_machine(server, f"new-{self.machines}")
        return case.request.format(f"new-{self.machines}")

    # -- parts of the benchmark --

    def run(self):
        self.announce("starting three etcd nodes and four servers, and storing 10,000 executions")
        self.start()
        for number in range(self.options.rounds):
            self.announce(f"round {number + 1} of {self.options.rounds}")
            for case in CASES:
                self.compare(case, number % 2 == 1)
            self.compare_full(number % 2 == 1)
            self.compare_servers()
            self.results.load.append(os.getloadavg()[0])
        self.measure_bytes()
        self.compare_many()
        for fault in ("kill -9", "SIGSTOP"):
            self.stop_leader(fault)
        return self.results

    def announce(self, text):
        print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)

    def compare_full(self, reverse):
        """Starts executions of a state machine that stores as many as it can."""
        new = Case("", "start {}", CLIENTS, "", 0, "rate", 0)
        names = {"new": lambda: self.prepare(self.servers[0], new), "full": lambda: "start full"}
        seconds = f"{self.options.seconds}s"
        slices = {name: self.send_http([self.servers[0]], names[name](), CLIENTS, seconds) for name in sorted(names, reverse=reverse)}
        self.results.compare("start with 10,000 executions stored / without", slices["full"].rate / slices["new"].rate, 0.85)

    def compare_servers(self):
        """Changes aliases of one state machine through three servers."""
        result = self.send_http(self.servers, "alias of one machine", 8, f"{self.options.seconds}s")
        title = "change aliases of one state machine through three servers"
        self.results.note(f"{title}: slowest response, s", result.max / 1e6, 2.0)
        self.results.note(f"{title}: responses with an error", result.failed, 0)

    def measure_bytes(self):
        self.announce("bytes of a start")
        case = Case("", "start {}", CLIENTS, "", 0, "rate", 0)
        request, count = self.prepare(self.servers[0], case), 5000
        database, log = self.nodes.nodes[0].read_sizes()
        self.send_http([self.servers[0]], request, CLIENTS, count)
        after = self.nodes.nodes[0].read_sizes()
        self.results.note("bytes of a start in the database of a node / 400", (after[0] - database) / count / 400, 3.0)
        self.results.note("bytes of a start in the log of a node", (after[1] - log) / count, None)

    def compare_many(self):
        """Compares requests with many state machines stored with those of the rounds."""
        self.announce(f"storing {self.options.machines:,} state machines")
        self.send_http([self.servers[0]], "create", CLIENTS, self.options.machines)
        for case in (CASES[1], CASES[4], CASES[6]):
            slices = [self.send_http([self.servers[0]], self.prepare(self.servers[0], case), case.clients, "2s") for _ in range(3)]
            title = f"{case.title} with {self.options.machines:,} state machines stored / with 100"
            self.results.compare_with_rounds(title, case, slices, 0.85)

    def stop_leader(self, fault):
        self.announce(f"{fault} of the leader")
        leader = self.nodes.leader
        servers = ",".join(f"127.0.0.1:{server.port}" for server in self.servers[1:])
        command = [str(self.load), "http", servers, "start bench-00", "8", "12s"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as load:
            time.sleep(2)
            leader.send_signal(signal.SIGKILL if fault == "kill -9" else signal.SIGSTOP)
            if fault == "kill -9":
                leader.process.wait()
            time.sleep(6)
            leader.send_signal(signal.SIGCONT) if fault == "SIGSTOP" else leader.start()
            result = json.loads(load.communicate()[0])
        leader.wait_until_ready()
        self.results.note(f"{fault} of the leader: longest time without a started execution, s", result["gap"], 4.0)
        self.results.note(f"{fault} of the leader: responses with an error", result["failed"], 0)


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--programs", type=Path, required=True, help="directory with release builds of sfn-alias and cluster-load")
    parser.add_argument("--etcd", type=Path, required=True, help="the program etcd")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2, help="length of a slice")
    parser.add_argument("--machines", type=int, default=100_000, help="number of state machines to store at the end")
    return parser.parse_args()


def main():
    arguments = parse_arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended by SIGTERM"))
    with ExitStack() as stack:
        results = Bench(arguments, stack).run()
    print(f"{describe_machine()}, Linux {platform.release()}; {arguments.rounds} rounds, slices of {arguments.seconds} s; medians.")
    print(results.describe_load())
    print(f"\n{results.tables()}")


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
