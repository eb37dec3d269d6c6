"""Tests three etcd nodes and three servers under faults, with eight clients.

    faults.py [--seed NUMBER] [--fault NAME]... [--loopback] [--keep FOLDER] ETCD SFN_ALIAS LINEARIZABILITY

Each fault has its own state machines. Afterwards the history of all calls must be linearizable, each acknowledged execution
must exist, and the counts of starts must be right. Last, a run with outdated responses must be detected. The arguments
are the programs etcd (`make -C tools/etcd`), sfn-alias, and the checker in tools/linearizability.
"""

from __future__ import annotations

import argparse
import random
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import checks
from client import OK
from cluster import NODES, SERVERS, Cluster
from history import Recorder
from load import Load, Machine
from network import create_network
from processes import wait_until
from stale import StaleProxy

# The time of normal operation before a fault, and after everything is ready again.
CALM_SECONDS = 1.5
FAULT_SECONDS = 4
# Without a majority of the nodes: longer than the servers try a request.
QUORUM_SECONDS = 7
# The target is 4 s. The limit does not depend on the speed of the machine.
GAP_LIMIT_SECONDS = 15
# A single one may be possible, if calls overlap.
OUTDATED_RESPONSES = 20


def kill_leader(cluster: Cluster) -> None:
    kill_node(cluster, cluster.find_leader())


def kill_follower(cluster: Cluster) -> None:
    kill_node(cluster, cluster.find_follower())


def kill_node(cluster: Cluster, node: str) -> None:
    cluster.kill(node)
    time.sleep(FAULT_SECONDS)
    cluster.restart(node)


def kill_two_nodes(cluster: Cluster) -> None:
    """Without a majority, requests fail. Servers are alive, but not ready."""
    follower, leader = cluster.find_follower(), cluster.find_leader()
    cluster.kill(leader)
    cluster.kill(follower)
    for server in SERVERS:
        wait_until(lambda: cluster.read_health(server, "/health") == 503, f"{server} is not ready")
        assert cluster.read_health(server, "/health/live") == 200, f"{server} is not alive"
    time.sleep(QUORUM_SECONDS)
    cluster.restart(leader, follower)


def kill_server(cluster: Cluster) -> None:
    kill_node(cluster, random.choice(SERVERS))


def pause_leader(cluster: Cluster) -> None:
    pause(cluster, cluster.find_leader())


def pause_follower(cluster: Cluster) -> None:
    pause(cluster, cluster.find_follower())


def pause_server(cluster: Cluster) -> None:
    pause(cluster, random.choice(SERVERS))


def pause(cluster: Cluster, host: str) -> None:
    cluster.pause(host)
    time.sleep(FAULT_SECONDS)
    cluster.resume(host)


def partition_leader(cluster: Cluster) -> None:
    """The leader and the other nodes cannot reach each other. Servers reach all."""
    leader = cluster.find_leader()
    for node in NODES:
        if node != leader:
            cluster.network.cut(leader, node)
            cluster.network.cut(node, leader)
    time.sleep(FAULT_SECONDS)
    cluster.network.heal()


def partition_leader_one_way(cluster: Cluster) -> None:
    """The leader receives what the other nodes send, but they do not receive what it sends."""
    leader = cluster.find_leader()
    for node in NODES:
        if node != leader:
            cluster.network.cut(leader, node)
    time.sleep(FAULT_SECONDS)
    cluster.network.heal()


def isolate_leader(cluster: Cluster) -> None:
    """The leader and all other hosts cannot reach each other."""
    leader = cluster.find_leader()
    for host in [*NODES, *SERVERS]:
        if host != leader:
            cluster.network.cut(leader, host)
            cluster.network.cut(host, leader)
    time.sleep(FAULT_SECONDS)
    cluster.network.heal()


def restart_nodes(cluster: Cluster) -> None:
    for node in NODES:
        cluster.programs[node].stop()
        cluster.restart(node)


def restart_servers(cluster: Cluster) -> None:
    for server in SERVERS:
        cluster.programs[server].stop()
        cluster.restart(server)


KILL_TWO_NODES = "kill -9 of two nodes"

FAULTS: dict[str, Callable[[Cluster], None]] = {
    "kill -9 of the leader": kill_leader,
    "kill -9 of a follower": kill_follower,
    "kill -9 of a server": kill_server,
    "SIGSTOP of the leader": pause_leader,
    "SIGSTOP of a follower": pause_follower,
    "SIGSTOP of a server": pause_server,
    KILL_TWO_NODES: kill_two_nodes,
    "rolling restart of the nodes": restart_nodes,
    "rolling restart of the servers": restart_servers,
}
PARTITIONS: dict[str, Callable[[Cluster], None]] = {
    "leader partitioned from the nodes": partition_leader,
    "leader partitioned one way": partition_leader_one_way,
    "leader partitioned from all": isolate_leader,
}


class Run:
    def __init__(self, cluster: Cluster, folder: Path, arguments: argparse.Namespace) -> None:
        self.cluster, self.folder, self.arguments = cluster, folder, arguments
        self.servers = [cluster.addresses[server] for server in SERVERS]
        self.problems: list[str] = []

    def run(self) -> list[str]:
        """Returns the problems."""
        self.cluster.start()
        stopping = threading.Event()
        compaction = threading.Thread(target=self.compact, args=(stopping,))
        compaction.start()
        try:
            self.run_faults()
            self.run_stale()
        finally:
            stopping.set()
            compaction.join()
        return self.problems

    def compact(self, stopping: threading.Event) -> None:
        while not stopping.wait(1):
            self.cluster.compact()

    def run_faults(self) -> None:
        faults = FAULTS | PARTITIONS if self.cluster.network.can_partition else FAULTS
        selected = [name for name in faults if not self.arguments.fault or any(it in name for it in self.arguments.fault)]
        if not selected:
            raise SystemExit(f"unknown fault, expected a part of: {', '.join(faults)}")
        random.shuffle(selected)
        recorder = Recorder()
        with Load(self.servers, recorder, self.arguments.seed, "m") as load:
            for at, name in enumerate(selected):
                if at:
                    load.add_group()
                self.run_fault(name, faults[name], recorder)
        self.check(recorder, [machine for group in load.groups for machine in group])

    def run_fault(self, name: str, fault: Callable[[Cluster], None], recorder: Recorder) -> None:
        time.sleep(CALM_SECONDS)
        begin = time.monotonic_ns()
        fault(self.cluster)
        self.cluster.wait_until_ready()
        time.sleep(CALM_SECONDS)
        end = time.monotonic_ns()
        gap = checks.find_longest_gap(recorder, begin, end)
        calls = [call for call in list(recorder.calls) if begin <= call.call <= end]
        unknown = sum(call.end is None for call in calls)
        errors = [status for at, status in list(recorder.server_errors) if begin <= at <= end]
        counts = ", ".join(f"{errors.count(status)} errors {status}" for status in sorted(set(errors))) or "no errors 5xx"
        print(f"{name}: {len(calls)} calls, {unknown} without a known outcome, {counts}, longest time without a success "
              f"{gap:.1f} s", flush=True)  # fmt: skip
        if gap > GAP_LIMIT_SECONDS and name != KILL_TWO_NODES:
            self.problems.append(f"{name}: no success for {gap:.1f} s")

    def check(self, recorder: Recorder, machines: list[Machine]) -> None:
        self.problems += checks.read_all(self.servers, recorder, machines)
        self.problems += checks.find_missing_operations(recorder)
        self.problems += checks.describe_starts(self.servers, recorder, machines)
        self.problems += checks.check_counts(self.servers, recorder, machines)
        started = sum(call.operation == "StartExecution" and call.outcome == OK for call in recorder.calls)
        print(f"{started} starts are found and counted; compacted until revision {self.cluster.compacted}", flush=True)
        if not self.arguments.fault and not self.cluster.compacted:
            self.problems.append("no revisions were compacted")
        is_linearizable, text = self.check_history(recorder, "history.jsonl")
        if not is_linearizable:
            self.problems.append(text)

    def check_history(self, recorder: Recorder, name: str) -> tuple[bool, str]:
        recorder.write(self.folder / name)
        is_linearizable, text = checks.is_linearizable(self.arguments.linearizability, self.folder / name)
        print(text.splitlines()[0].rstrip(":"), flush=True)
        return is_linearizable, text

    def run_stale(self) -> None:
        """One of the servers returns outdated responses."""
        recorder = Recorder()
        with StaleProxy(self.servers[0], "127.0.0.1") as proxy:
            servers = [proxy.address, *self.servers[1:]]
            with Load(servers, recorder, self.arguments.seed, "stale"):
                wait_until(lambda: proxy.outdated >= OUTDATED_RESPONSES, "responses are outdated")
        print("with outdated responses: ", end="")
        is_linearizable, _ = self.check_history(recorder, "stale.jsonl")
        if is_linearizable:
            self.problems.append("the checker did not detect outdated responses")


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, help="chooses the calls and the order of the faults (default: random)")
    parser.add_argument("--fault", action="append", help="only faults with this in their names")
    parser.add_argument("--loopback", action="store_true", help="use loopback instead of network namespaces")
    parser.add_argument("--keep", type=Path, help="keep data, logs and histories in this folder")
    for program in ("etcd", "sfn_alias", "linearizability"):
        parser.add_argument(program)
    return parser.parse_args()


def main() -> int:
    arguments = parse_arguments()
    if arguments.seed is None:
        arguments.seed = random.SystemRandom().randrange(1 << 32)
    print(f"seed {arguments.seed}", flush=True)
    random.seed(arguments.seed)
    # SIGTERM ends the programs and deletes the namespaces, as Ctrl-C does.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with ExitStack() as stack:
        folder = arguments.keep or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="faults-")))
        folder.mkdir(parents=True, exist_ok=True)
        network = create_network([*NODES, *SERVERS], arguments.loopback)
        stack.callback(network.close)
        cluster = Cluster(network, folder, arguments.etcd, arguments.sfn_alias)
        stack.callback(cluster.close)
        problems = Run(cluster, folder, arguments).run()
    if problems:
        print("\n".join(problems), file=sys.stderr)
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main())
