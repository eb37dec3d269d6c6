"""The processes that a Compose file or a Kubernetes file starts, as commands for this machine."""

from __future__ import annotations

import json
import re
import socket
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Object = dict[str, Any]
CONTAINERFILE = Path(__file__).resolve().parents[2] / "examples" / "service" / "Containerfile"
PORTS = (2379, 2380, 8083)


@dataclass
class Process:
    """A container: its command, and how the file checks its health."""

    # The names under which other containers find it.
    hosts: list[str]
    image: str
    command: list[str]
    environment: dict[str, str]
    # The command of a health check in Compose.
    check: list[str] = field(default_factory=list)
    # The path and the port of each probe in Kubernetes.
    probes: list[tuple[str, int]] = field(default_factory=list)
    # The port of this machine for each port of the container.
    ports: dict[int, int] = field(default_factory=dict)

    @property
    def is_server(self) -> bool:
        return self.image.startswith("ghcr.io/sfn-alias/sfn-alias:")

    def argv(self) -> list[str]:
        """Returns the command, with the entry point of our image."""
        return [*(read_instruction("ENTRYPOINT") if self.is_server else []), *self.command]


def read_instruction(name: str) -> list[str]:
    """Returns the value of an instruction of our Containerfile in JSON."""
    found = re.search(rf"^{name} (\[.*\])$", CONTAINERFILE.read_text(), re.M)
    return json.loads(found[1]) if found else []


def read_variables() -> dict[str, str]:
    """Returns the variables of our image."""
    return dict(pair.split("=", 1) for line in re.findall(r"^ENV (.*)$", CONTAINERFILE.read_text(), re.M) for pair in line.split())


def read_compose(document: Object) -> list[Process]:
    """Returns the services of a Compose file. `$$` is `$` there."""
    processes = []
    for name, service in document["services"].items():
        test = service["healthcheck"]["test"]
        assert test[0] == "CMD", test
        check = [argument.replace("$$", "$") for argument in test[1:]]
        processes.append(Process([name], service["image"], service["command"], dict(service["environment"]), check))
    return processes


def read_kubernetes(objects: list[Object]) -> list[Process]:
    """Returns the pods of a Kubernetes file."""
    workloads = [item for item in objects if item["kind"] in ("Deployment", "StatefulSet")]
    return [read_pod(item, index) for item in workloads for index in range(item["spec"]["replicas"])]


def read_pod(item: Object, index: int) -> Process:
    spec, name = item["spec"], f"{item['metadata']['name']}-{index}"
    (container,) = spec["template"]["spec"]["containers"]
    environment = {variable["name"]: variable.get("value", name) for variable in container["env"]}
    expand = lambda text: re.sub(r"\$\((\w+)\)", lambda match: environment[match[1]], text)
    command = [expand(text) for text in container.get("command", []) + container.get("args", [])]
    ports = {port["name"]: port["containerPort"] for port in container["ports"]}
    probes = [container[key]["httpGet"] for key in ("livenessProbe", "readinessProbe")]
    hosts = [f"{name}.{spec['serviceName']}"] if "serviceName" in spec else [name]
    paths = [(probe["path"], ports[probe["port"]]) for probe in probes]
    return Process(hosts, container["image"], command, environment, probes=paths)


# -- this machine ------------------------------------------------------------------------------------


def move_to_loopback(processes: list[Process], directory: Path) -> None:
    """Replaces names, ports and directories by those of this machine."""
    for process, ports in zip(processes, find_ports(len(processes)), strict=True):
        process.ports = ports
    addresses = {
        f"{host}:{port}": f"127.0.0.1:{process.ports[port]}" for process in processes for host in process.hosts for port in PORTS
    }
    for process in processes:
        own = {f"0.0.0.0:{port}": f"127.0.0.1:{process.ports[port]}" for port in PORTS}
        own |= {"/var/lib/etcd": str(directory / process.hosts[0]), "/etc/sfn-alias": str(directory / "secret")}
        own |= {"127.0.0.1:8083": f"127.0.0.1:{process.ports[8083]}"}
        move = lambda text, own=own: replace_all(text, addresses | own)
        process.command = [move(text) for text in process.command]
        process.check = [move(text) for text in process.check]
        process.environment = {name: move(text) for name, text in process.environment.items()}
        if process.is_server:
            process.environment = read_variables() | process.environment
            process.environment |= {"SFN_ALIAS_HOST": "127.0.0.1", "SFN_ALIAS_PORT": str(process.ports[8083])}


def replace_all(text: str, pairs: dict[str, str]) -> str:
    pattern = "|".join(rf"(?<![\w.-]){re.escape(old)}(?![\w])" for old in sorted(pairs, key=len, reverse=True))
    return re.sub(pattern, lambda match: pairs[match[0]], text)


def find_ports(count: int) -> list[dict[int, int]]:
    """Returns free ports for each process. All are reserved until the last one is known, so that they differ."""
    sockets = [[socket.create_server(("127.0.0.1", 0)) for _ in PORTS] for _ in range(count)]
    ports = [dict(zip(PORTS, (one.getsockname()[1] for one in group), strict=True)) for group in sockets]
    for one in (one for group in sockets for one in group):
        one.close()
    return ports
