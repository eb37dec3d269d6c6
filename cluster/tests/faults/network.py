"""Where nodes, servers and clients are: in network namespaces, which can be partitioned, or on loopback."""

from __future__ import annotations

import contextlib
import ctypes
import os
import socket
import subprocess
from pathlib import Path

CLONE_NEWNET = 0x40000000
PREFIX = "sfn-faults-"
libc = ctypes.CDLL(None, use_errno=True)


def ip(*arguments: str) -> None:
    result = subprocess.run(["ip", *arguments], capture_output=True, text=True, check=False)
    if result.returncode:
        raise OSError(f"ip {' '.join(arguments)}: {result.stderr.strip()}")


def enter_namespace(path: str) -> None:
    """Moves this thread, and the threads that it starts, to a network namespace."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        if libc.setns(descriptor, CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), f"setns {path}")
    finally:
        os.close(descriptor)


class Namespaces:
    """A namespace for each host, and one for the clients with a bridge between all. Nothing leaves them."""

    can_partition = True

    def __init__(self, hosts: list[str]) -> None:
        delete_abandoned_namespaces()
        self.addresses = {host: f"10.77.0.{number}" for number, host in enumerate(hosts, 1)}
        self.created: list[str] = []
        self.routes: list[tuple[str, str]] = []
        self.original = os.open("/proc/self/ns/net", os.O_RDONLY)
        try:
            self.hub = self.create_namespace("hub")
            self.connect(hosts)
        except BaseException:
            self.close()
            raise

    def create_namespace(self, host: str) -> str:
        name = self.name(host)
        ip("netns", "add", name)
        self.created.append(name)
        ip("-n", name, "link", "set", "lo", "up")
        return name

    @staticmethod
    def name(host: str) -> str:
        return f"{PREFIX}{os.getpid()}-{host}"

    def connect(self, hosts: list[str]) -> None:
        ip("-n", self.hub, "link", "add", "br0", "type", "bridge")
        ip("-n", self.hub, "address", "add", "10.77.0.254/24", "dev", "br0")
        ip("-n", self.hub, "link", "set", "br0", "up")
        for host in hosts:
            name = self.create_namespace(host)
            ip("link", "add", host, "netns", self.hub, "type", "veth", "peer", "name", "eth0", "netns", name)
            ip("-n", self.hub, "link", "set", host, "master", "br0", "up")
            ip("-n", name, "address", "add", f"{self.addresses[host]}/24", "dev", "eth0")
            ip("-n", name, "link", "set", "eth0", "up")
        enter_namespace(f"/run/netns/{self.hub}")

    def prepare_command(self, host: str, command: list[str]) -> list[str]:
        return ["ip", "netns", "exec", self.name(host), *command]

    def choose_ports(self, _host: str, count: int) -> list[int]:
        return list(range(7001, 7001 + count))

    def cut(self, source: str, target: str) -> None:
        """Discards what one host sends to another. Packets in the other direction arrive."""
        ip("-n", self.name(source), "route", "add", "blackhole", f"{self.addresses[target]}/32")
        self.routes.append((source, target))

    def heal(self) -> None:
        while self.routes:
            source, target = self.routes.pop()
            ip("-n", self.name(source), "route", "del", "blackhole", f"{self.addresses[target]}/32")

    def close(self) -> None:
        libc.setns(self.original, CLONE_NEWNET)
        os.close(self.original)
        while self.created:
            ip("netns", "delete", self.created.pop())


def delete_abandoned_namespaces() -> None:
    """Deletes the namespaces of runs that were killed."""
    for path in Path("/run/netns").glob(f"{PREFIX}*"):
        pid = path.name.removeprefix(PREFIX).split("-")[0]
        if not Path(f"/proc/{pid}").exists():
            ip("netns", "delete", path.name)


class Loopback:
    """All on this machine's loopback. Hosts cannot be partitioned."""

    can_partition = False

    def __init__(self, hosts: list[str]) -> None:
        self.addresses = dict.fromkeys(hosts, "127.0.0.1")
        self.chosen: set[int] = set()

    def prepare_command(self, _host: str, command: list[str]) -> list[str]:
        return command

    def choose_ports(self, _host: str, count: int) -> list[int]:
        with contextlib.ExitStack() as reserved:
            ports: list[int] = []
            while len(ports) < count:
                port = reserved.enter_context(socket.create_server(("127.0.0.1", 0))).getsockname()[1]
                if port not in self.chosen:
                    ports.append(port)
        self.chosen.update(ports)
        return ports

    def heal(self) -> None:
        pass

    def close(self) -> None:
        pass


def create_network(hosts: list[str], on_loopback: bool) -> Namespaces | Loopback:
    """Creates namespaces if this process may."""
    if on_loopback:
        return Loopback(hosts)
    try:
        return Namespaces(hosts)
    except OSError as error:
        print(f"skipped: partitions, because network namespaces need root and iproute2 ({error})", flush=True)
        return Loopback(hosts)
