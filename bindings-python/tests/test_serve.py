"""The HTTP endpoint in this process, and the program."""

from __future__ import annotations

import errno
import json
import os
import signal
import socket
import subprocess
import sys
import sysconfig
import threading
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import boto3
import pytest
from support import ALIAS, FIRST, MACHINE, ROLE, create_alias, create_versions, create_service
from test_threads import run_in_child, needs_fork

import sfn_alias

SCRIPT = Path(sysconfig.get_path("scripts")) / "sfn-alias"


def create_client(url: str, region: str = "us-east-1", account: str = "none") -> Any:
    """Creates an unmodified boto3 client."""
    keys = {"aws_access_key_id": account, "aws_secret_access_key": "none"}
    return boto3.client("stepfunctions", endpoint_url=url, region_name=region, **keys)


def test_alias_life_cycle_with_boto3() -> None:
    with sfn_alias.serve(seed=7) as url:
        sfn = create_client(url)
        create_versions(sfn)
        created = create_alias(sfn)
        assert created["stateMachineAliasArn"] == ALIAS
        assert created["ResponseMetadata"]["HTTPStatusCode"] == 200
        sfn.start_execution(stateMachineArn=ALIAS)
        with pytest.raises(sfn.exceptions.ConflictException) as caught:
            sfn.delete_state_machine_version(stateMachineVersionArn=f"{MACHINE}:1")
        assert caught.value.response["Error"]["Message"] == (
            "Version to be deleted must not be referenced by an alias. "
            "Current list of aliases referencing this version: [PROD]"
        )
        sfn.delete_state_machine_alias(stateMachineAliasArn=ALIAS)
        sfn.delete_state_machine_version(stateMachineVersionArn=f"{MACHINE}:1")


def test_endpoint_and_service_share_a_store() -> None:
    server = sfn_alias.serve(account="123456789012", region="eu-central-1")
    machine = server.service.create_state_machine(name="a", definition=FIRST, roleArn=ROLE)
    sfn = create_client(server.url, "eu-central-1")
    described = sfn.describe_state_machine(stateMachineArn=machine["stateMachineArn"])
    assert described["name"] == "a"
    assert create_client(server.url, "eu-central-1", "210987654321").list_state_machines()["stateMachines"] == []
    server.close()
    server.close()
    with pytest.raises(ValueError, match=": the service is closed$"):
        server.service.list_state_machines()
    assert repr(server) == f"<Server {server.url} (closed)>"


def test_served_service_stays_open() -> None:
    service = create_service()
    server = sfn_alias.serve(service=service)
    assert server.service is service
    with server as url:
        assert repr(server) == f"<Server {url}>"
        create_alias(create_client(url))
    assert service.describe_state_machine_alias(stateMachineAliasArn=ALIAS)["name"] == "PROD"
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2])))


@pytest.mark.parametrize("own", [True, False], ids=["path", "service"])
def test_serve_file(own: bool, tmp_path: Path) -> None:
    path = tmp_path / "aliases.db"
    arguments: dict[str, Any] = {"data": path} if own else {"service": sfn_alias.StepFunctions(path)}
    with sfn_alias.serve(**arguments) as url:
        create_versions(create_client(url))
        create_alias(create_client(url))
    with sfn_alias.StepFunctions(path) as service:
        assert service.describe_state_machine_alias(stateMachineAliasArn=ALIAS)["name"] == "PROD"


def test_served_file_is_locked(tmp_path: Path) -> None:
    path = str(tmp_path / "aliases.db")
    with sfn_alias.serve(path):
        code = "import sys, sfn_alias; sfn_alias.StepFunctions(sys.argv[1])"
        other = subprocess.run([sys.executable, "-c", code, path], capture_output=True, text=True)
    assert other.returncode == 1
    assert other.stderr.splitlines()[-1] == (
        "sfn_alias.errors.StorageFailure: An error occurred (StorageFailure) when calling the Open operation: "
        f"storage error: `{path}` cannot be used: the database is locked by another process; stop that process, or, if it is "
        "`sfn-alias serve`, send requests to its endpoint (database is locked)"
    )


def test_invalid_serve_arguments() -> None:
    service = sfn_alias.StepFunctions()
    with pytest.raises(TypeError) as caught:
        sfn_alias.serve(service=service, seed=7)
    assert str(caught.value) == (
        "`service` cannot be combined with `data` or options; set the options when you create the service"
    )
    with pytest.raises(ValueError) as clock:
        sfn_alias.serve(service=sfn_alias.StepFunctions(clock=lambda: 0.0))
    assert str(clock.value) == (
        "a service with a `clock` cannot be served, because the endpoint runs without the GIL; remove `clock`"
    )
    service.close()
    with pytest.raises(ValueError, match=": the service is closed$"):
        sfn_alias.serve(service=service)
    with pytest.raises(OverflowError):
        sfn_alias.serve(port=65536)


def test_port_in_use() -> None:
    with sfn_alias.serve() as url:
        port = int(url.rpartition(":")[2])
        with pytest.raises(OSError) as caught:
            sfn_alias.serve(port=port)
    assert caught.value.errno == errno.EADDRINUSE
    assert caught.value.strerror == (
        f"cannot listen on 127.0.0.1:{port}: {os.strerror(errno.EADDRINUSE)} (os error {errno.EADDRINUSE}); "
        "use another `port`, or 0 for a free one"
    )


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (
            {"data": "8083"},
            TypeError,
            "`data`: expected the path of a file, found `8083`; for a port, use `port=8083`; for a file of this name, "
            "use `./8083`",
        ),
        (
            {"data": 8083},
            TypeError,
            "`data`: expected the path of a file, found `8083`; for a port, use `port=8083`; for a file of this name, "
            "use `./8083`",
        ),
        ({"data": 1.5}, TypeError, "`data`: expected a path, found 1.5"),
        ({"port": 65536}, OverflowError, "`port`: expected an integer from 0 to 65535, found 65536"),
        ({"port": -1}, OverflowError, "`port`: expected an integer from 0 to 65535, found -1"),
        ({"port": "8083"}, TypeError, "`port`: expected an integer from 0 to 65535, found an instance of `str`"),
        ({"allow_hosts": "sfn"}, TypeError, "`allow_hosts`: expected a list of host names, found an instance of `str`"),
        ({"allow_hosts": [1]}, TypeError, "`allow_hosts`: expected a list of host names, found an instance of `list`"),
        (
            {"allow_hosts": ["*.sfn"]},
            ValueError,
            "`allow_hosts`: expected a host name without wildcards; specify each name, found `*.sfn`",
        ),
        ({"service": "x"}, TypeError, "`service`: expected a `StepFunctions`, found an instance of `str`"),
        (
            {"account": 1},
            TypeError,
            '`account`: expected a string of 12 digits, for example "123456789012", found 1',
        ),
    ],
)
def test_errors_name_the_argument(
    arguments: dict[str, Any], error: type[Exception], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(error) as caught:
        sfn_alias.serve(**arguments)
    assert str(caught.value) == message
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("own", [False, True])
def test_allow_hosts_are_names_of_the_endpoint(own: bool) -> None:
    def status(url: str, host: str, **headers: str) -> int:
        request = Request(f"{url}/health", headers={"Host": host, **headers})
        try:
            with urlopen(request) as response:
                return int(response.status)
        except HTTPError as error:
            assert json.load(error)["__type"] == "com.amazon.coral.service#AccessDeniedException"
            return error.code

    service = sfn_alias.StepFunctions() if own else None
    with sfn_alias.serve(service=service, allow_hosts=("SFN.example.com", "sfn-alias")) as url:
        for host in ("sfn.example.com:8083", "sfn-alias", "localhost"):
            assert status(url, host) == 200
        assert status(url, "example.com") == 403
        assert status(url, "sfn-alias", Origin="http://localhost:3000") == 403
        assert status(url, "sfn-alias", Origin="http://sfn-alias") == 200


def test_file_with_a_number_as_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    sfn_alias.serve("./8083").close()
    assert [path.name for path in tmp_path.iterdir()] == ["8083"]


@needs_fork
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("on_file", [False, True], ids=["memory", "file"])
def test_fork_during_requests(on_file: bool, tmp_path: Path) -> None:
    """The child has no endpoint and does not wait for one. The parent's endpoint keeps running."""
    server = sfn_alias.serve(tmp_path / "aliases.db" if on_file else None)
    other = create_service()
    done = threading.Event()
    errors: list[BaseException] = []

    def generate_load() -> None:
        try:
            sfn = create_client(server.url)
            create_versions(sfn)
            while not done.is_set():
                create_alias(sfn)
                sfn.delete_state_machine_alias(stateMachineAliasArn=ALIAS)
        except BaseException as error:
            errors.append(error)

    def work() -> None:
        create_alias(other)
        if not on_file:
            server.service.list_state_machines()
        server.close()

    thread = threading.Thread(target=generate_load)
    thread.start()
    try:
        for _ in range(20):
            assert run_in_child(work) == 0
    finally:
        done.set()
        thread.join()
    assert errors == []
    assert create_client(server.url).list_state_machines()["stateMachines"][0]["name"] == "orders"
    server.close()


@pytest.mark.parametrize("command", [[sys.executable, "-m", "sfn_alias"], [str(SCRIPT)]], ids=["module", "script"])
@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_program_serves_until_a_signal(command: list[str], sent: signal.Signals) -> None:
    program = subprocess.Popen(
        [*command, "serve", "--port", "0", "--log", "off"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert program.stdout is not None
    name, _, url = program.stdout.readline().strip().partition("=")
    assert name == "export AWS_ENDPOINT_URL_SFN"
    create_versions(create_client(url))
    program.send_signal(sent)
    assert program.communicate(timeout=60) == ("", "")
    assert program.returncode == 0


def run_program(*arguments: str) -> tuple[int, str]:
    process = subprocess.run([sys.executable, "-m", "sfn_alias", *arguments], capture_output=True, text=True)
    return process.returncode, process.stdout


def test_program_version_and_exit_codes() -> None:
    assert run_program("--version") == (0, f"sfn-alias {sfn_alias.__version__}\n")
    assert run_program("check", "CreateStateMachineAlias", "{}")[0] == 1
    assert run_program("no-such-command") == (2, "")


def test_health() -> None:
    with sfn_alias.serve() as url, urlopen(f"{url}/health") as response:
        assert response.read().decode() == f'{{"status":"ok","version":"{sfn_alias.__version__}"}}'
