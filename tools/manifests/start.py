"""Starts the processes of the deployment files on this machine: start.py SFN_ALIAS ETCD_DIRECTORY

No container engine is needed: the commands, variables and health checks of the files run with addresses of this machine.
All health checks must succeed, and what is created on one server must be on the other. The metrics and options of
docs/cluster.md must be those of the servers. ETCD_DIRECTORY has `etcd` and `etcdctl`.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

import check
import page
import yaml
from processes import Process, move_to_loopback, read_compose, read_kubernetes

LIMIT = 120
KEYS = {"AWS_ACCESS_KEY_ID": "111111111111", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_REGION": "us-east-1"}
CREDENTIALS = "[test]\naws_access_key_id = 111111111111\naws_secret_access_key = secret\naws_account_id = 111111111111\n"
ORDERS = (
    '{"name": "orders", "roleArn": "arn:aws:iam::111111111111:role/orders", '
    '"definition": "{\\"StartAt\\": \\"A\\", \\"States\\": {\\"A\\": {\\"Type\\": \\"Succeed\\"}}}"}'
)


def find_programs(sfn_alias: Path, etcd: Path) -> str:
    """Returns a PATH that has both."""
    return os.pathsep.join([str(sfn_alias.resolve().parent), str(etcd.resolve()), os.environ["PATH"]])


class Group:
    """The processes of a file. They end with this value."""

    def __init__(self, processes: list[Process], directory: Path, path: str) -> None:
        self.processes, self.directory, self.path = processes, directory, path
        self.running: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Group:
        try:
            for process in self.processes:
                self.running.append(self.spawn(process))
        except OSError:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        for running in self.running:
            running.kill()
            running.wait()

    def spawn(self, process: Process) -> subprocess.Popen[bytes]:
        (self.directory / process.hosts[0]).mkdir(mode=0o700)
        argv = process.argv()
        with self.log(process).open("wb") as log:
            return subprocess.Popen([Path(argv[0]).name, *argv[1:]], env=self.environment(process), stdout=log, stderr=log)

    def log(self, process: Process) -> Path:
        return self.directory / f"{process.hosts[0]}.log"

    def environment(self, process: Process) -> dict[str, str]:
        return {"PATH": self.path, "ETCDCTL_ENDPOINTS": f"127.0.0.1:{process.ports[2379]}", **process.environment}

    def wait(self) -> None:
        """Waits until all health checks succeed."""
        deadline = time.monotonic() + LIMIT
        for process, running in zip(self.processes, self.running, strict=True):
            while not self.is_healthy(process):
                if running.poll() is not None or time.monotonic() > deadline:
                    sys.exit(f"{process.hosts[0]} is not healthy: {process.argv()}\n{self.log(process).read_text()[-4000:]}")
                time.sleep(0.1)

    def is_healthy(self, process: Process) -> bool:
        if process.check:
            done = subprocess.run(process.check, env=self.environment(process), capture_output=True, timeout=60, check=False)
            return done.returncode == 0
        return all(get_status(f"http://127.0.0.1:{process.ports[port]}{path}") == 200 for path, port in process.probes)

    def call(self, server: Process, *arguments: str) -> str:
        command = ["sfn-alias", "call", "--endpoint-url", f"http://127.0.0.1:{server.ports[8083]}", *arguments]
        return subprocess.run(command, env={"PATH": self.path, **KEYS}, capture_output=True, text=True, check=True).stdout


def get_status(url: str) -> int:
    try:
        with urllib.request.urlopen(url, timeout=10) as response:
            return response.status
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def get_text(url: str) -> str:
    with urllib.request.urlopen(url, timeout=10) as response:
        return response.read().decode()


def read_metrics(url: str) -> str:
    """Waits until the server has collected the numbers of the store, which the page omits before."""
    deadline = time.monotonic() + LIMIT
    while "sfn_alias_statistics_age_seconds" not in (metrics := get_text(url)) and time.monotonic() < deadline:
        time.sleep(0.1)
    return metrics


def report(problems: list[str]) -> None:
    """Exits if there are problems."""
    if problems:
        sys.exit("\n".join(problems))


def start(name: str, processes: list[Process], path: str) -> None:
    with tempfile.TemporaryDirectory() as temporary:
        directory = Path(temporary)
        (directory / "secret").mkdir()
        (directory / "secret" / "credentials").write_text(CREDENTIALS)
        (directory / "secret" / "credentials").chmod(0o600)
        move_to_loopback(processes, directory)
        with Group(processes, directory, path) as group:
            group.wait()
            first, second = [process for process in processes if process.is_server]
            group.call(first, "CreateStateMachine", ORDERS)
            assert '"orders"' in group.call(second, "ListStateMachines")
            metrics = read_metrics(f"http://127.0.0.1:{first.ports[8083]}/metrics")
            report(page.compare_metrics(page.PAGE.read_text(), metrics))
    print(f"{name}: {len(processes)} processes are healthy, and both servers have the same data")


def main(sfn_alias: str, etcd: str) -> None:
    path = find_programs(Path(sfn_alias), Path(etcd))
    get_help = lambda command: subprocess.run([sfn_alias, command, "--help"], capture_output=True, text=True, check=False).stdout
    texts = page.PAGE.read_text() + check.COMPOSE.read_text() + check.KUBERNETES.read_text()
    report(page.compare_options(texts, get_help))
    start(check.COMPOSE.name, read_compose(yaml.safe_load(check.COMPOSE.read_text())), path)
    start(check.KUBERNETES.name, read_kubernetes(check.load_objects(check.KUBERNETES.read_text())), path)


if __name__ == "__main__":
    main(*sys.argv[1:])
