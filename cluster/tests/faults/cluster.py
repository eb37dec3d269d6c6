"""Three etcd nodes and three servers."""

from __future__ import annotations

import http.client
import json
import signal
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from network import Loopback, Namespaces
from processes import Program, wait_until

NODES = ["n1", "n2", "n3"]
SERVERS = ["s1", "s2", "s3"]
# Longer than the time in which a store finds out what happened to a commit.
HISTORY_SECONDS = 10


@dataclass(frozen=True)
class Address:
    host: str
    port: int

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


def post(address: Address, path: str, body: dict) -> dict | None:
    """Calls the JSON gateway of a node. Returns `None` if it does not respond within a second."""
    connection = http.client.HTTPConnection(address.host, address.port, timeout=1)
    with suppress(OSError, http.client.HTTPException):
        connection.request("POST", path, json.dumps(body))
        response = connection.getresponse()
        content = json.loads(response.read())
        connection.close()
        return content if response.status == 200 else None
    connection.close()
    return None


class Cluster:
    def __init__(self, network: Namespaces | Loopback, folder: Path, etcd: str, sfn_alias: str) -> None:
        self.network = network
        self.addresses: dict[str, Address] = {}
        self.programs: dict[str, Program] = {}
        self.stopped: set[str] = set()
        self.revisions: list[tuple[float, int]] = []
        self.compacted = 0
        self.prepare_nodes(folder, etcd)
        self.prepare_servers(folder, sfn_alias)

    def prepare(self, host: str, folder: Path, command: list[str], **environment: str) -> None:
        command = self.network.prepare_command(host, command)
        self.programs[host] = Program(host, command, folder / f"{host}.log", environment)

    def prepare_nodes(self, folder: Path, etcd: str) -> None:
        ports = {node: self.network.choose_ports(node, 2) for node in NODES}
        peers = {node: f"http://{self.network.addresses[node]}:{ports[node][1]}" for node in NODES}
        for node in NODES:
            self.addresses[node] = Address(self.network.addresses[node], ports[node][0])
            options = {
                "name": node, "data-dir": str(folder / node), "log-level": "error", "snapshot-count": "2000",
                "listen-client-urls": f"http://{self.addresses[node]}", "advertise-client-urls": f"http://{self.addresses[node]}",
                "listen-peer-urls": peers[node], "initial-advertise-peer-urls": peers[node],
                "initial-cluster": ",".join(f"{name}={url}" for name, url in peers.items()),
            }  # fmt: skip
            self.prepare(node, folder, [etcd, *(f"--{name}={value}" for name, value in options.items())], GOMAXPROCS="1")

    def prepare_servers(self, folder: Path, sfn_alias: str) -> None:
        store = f"etcd://{','.join(str(self.addresses[node]) for node in NODES)}/faults"
        for server in SERVERS:
            (port,) = self.network.choose_ports(server, 1)
            self.addresses[server] = Address(self.network.addresses[server], port)
            options = ["--host", self.addresses[server].host, "--port", str(port), "--store", store, "--log", "error"]
            limits = ["--executions-per-state-machine", "1000000", "--aliases-per-state-machine", "1000"]
            self.prepare(server, folder, [sfn_alias, "serve", "--insecure-allow-anonymous", *options, *limits])

    def start(self) -> None:
        self.restart(*NODES, *SERVERS)

    def restart(self, *hosts: str) -> None:
        for host in hosts:
            self.programs[host].start()
        self.wait_until_ready()

    def wait_until_ready(self) -> None:
        for node in NODES:
            wait_until(lambda: self.is_node_ready(node), f"{node} is ready")
        for server in SERVERS:
            wait_until(lambda: self.is_server_ready(server), f"{server} is ready")

    def is_node_ready(self, node: str) -> bool:
        """Returns whether a linearizable read succeeds, which needs a leader."""
        self.programs[node].check_running()
        return post(self.addresses[node], "/v3/kv/range", {"key": "AA=="}) is not None

    def is_server_ready(self, server: str) -> bool:
        self.programs[server].check_running()
        return self.read_health(server, "/health") == 200

    def read_health(self, server: str, path: str) -> int | None:
        """Returns the status, or `None` without a response."""
        connection = http.client.HTTPConnection(self.addresses[server].host, self.addresses[server].port, timeout=3)
        with suppress(OSError, http.client.HTTPException):
            connection.request("GET", path)
            return connection.getresponse().status
        return None

    def find_leader(self) -> str:
        """Returns the node that a majority follows."""
        leader: list[str] = []

        def is_found() -> bool:
            found = [self.read_status(node) for node in NODES]
            leaders = [status["leader"] for status in found if status]
            leader[:] = [
                node for node, status in zip(NODES, found, strict=True)
                if status and status["header"]["member_id"] == status["leader"] and leaders.count(status["leader"]) > 1
            ]  # fmt: skip
            return len(leader) == 1

        wait_until(is_found, "the nodes have a leader")
        return leader[0]

    def read_status(self, node: str) -> dict | None:
        status = post(self.addresses[node], "/v3/maintenance/status", {})
        return status if status and "leader" in status else None

    def find_follower(self) -> str:
        leader = self.find_leader()
        return next(node for node in NODES if node != leader)

    def kill(self, host: str) -> None:
        self.programs[host].kill()

    def pause(self, host: str) -> None:
        self.programs[host].send_signal(signal.SIGSTOP)
        self.stopped.add(host)

    def resume(self, host: str) -> None:
        self.programs[host].send_signal(signal.SIGCONT)
        self.stopped.discard(host)

    def compact(self) -> None:
        """Compacts the revisions that are older than a few seconds."""
        now = time.monotonic()
        found = next((status for node in NODES if node not in self.stopped and (status := self.read_status(node))), None)
        if found:
            self.revisions.append((now, int(found["header"]["revision"])))
        old = [revision for at, revision in self.revisions if at < now - HISTORY_SECONDS]
        self.revisions = self.revisions[len(old) :]
        if old and any(self.request_compaction(node, old[-1]) for node in NODES if node not in self.stopped):
            self.compacted = old[-1]

    def request_compaction(self, node: str, revision: int) -> bool:
        return post(self.addresses[node], "/v3/kv/compaction", {"revision": str(revision)}) is not None

    def close(self) -> None:
        for program in self.programs.values():
            program.kill()
