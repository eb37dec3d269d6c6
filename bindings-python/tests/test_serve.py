"""The endpoint in this process, and the program."""

from __future__ import annotations

import errno
import os
import signal
import socket
import subprocess
import sys
import sysconfig
import threading
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import boto3
import pytest
from support import ALIAS, FIRST, MACHINE, ROLE, create, publish, published
from test_threads import in_child, needs_fork

import sfn_alias

SCRIPT = Path(sysconfig.get_path("scripts")) / "sfn-alias"


def client(url: str, region: str = "us-east-1", account: str = "none") -> Any:
    """An unmodified boto3 client."""
    keys = {"aws_access_key_id": account, "aws_secret_access_key": "none"}
    return boto3.client("stepfunctions", endpoint_url=url, region_name=region, **keys)


def test_a_whole_life_through_boto3() -> None:
    with sfn_alias.serve(seed=7) as url:
        sfn = client(url)
        publish(sfn)
        created = create(sfn)
        assert created["stateMachineAliasArn"] == ALIAS
        assert created["ResponseMetadata"]["HTTPStatusCode"] == 200
        sfn.start_execution(stateMachineArn=ALIAS)
        with pytest.raises(sfn.exceptions.ConflictException) as refused:
            sfn.delete_state_machine_version(stateMachineVersionArn=f"{MACHINE}:1")
        assert refused.value.response["Error"]["Message"] == (
            "Version to be deleted must not be referenced by an alias. "
            "Current list of aliases referencing this version: [PROD]"
        )
        sfn.delete_state_machine_alias(stateMachineAliasArn=ALIAS)
        sfn.delete_state_machine_version(stateMachineVersionArn=f"{MACHINE}:1")


def test_the_endpoint_and_its_aliases_share_a_store() -> None:
    server = sfn_alias.serve(account="123456789012", region="eu-central-1")
    made = server.aliases.create_state_machine(name="a", definition=FIRST, roleArn=ROLE)
    seen = client(server.url, "eu-central-1").describe_state_machine(stateMachineArn=made["stateMachineArn"])
    assert seen["name"] == "a"
    assert client(server.url, "eu-central-1", "210987654321").list_state_machines()["stateMachines"] == []
    server.close()
    server.close()
    with pytest.raises(ValueError, match=": the service is closed$"):
        server.aliases.list_state_machines()
    assert repr(server) == f"<Server {server.url}, closed>"


def test_aliases_that_are_served_stay_open() -> None:
    aliases = published()
    server = sfn_alias.serve(aliases)
    assert server.aliases is aliases
    with server as url:
        assert repr(server) == f"<Server {url}>"
        create(client(url))
    assert aliases.describe_state_machine_alias(stateMachineAliasArn=ALIAS)["name"] == "PROD"
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2])))


@pytest.mark.parametrize("own", [True, False], ids=["path", "aliases"])
def test_a_file(own: bool, tmp_path: Path) -> None:
    path = tmp_path / "aliases.db"
    with sfn_alias.serve(path if own else sfn_alias.StepFunctions(path)) as url:
        publish(client(url))
        create(client(url))
    with sfn_alias.StepFunctions(path) as aliases:
        assert aliases.describe_state_machine_alias(stateMachineAliasArn=ALIAS)["name"] == "PROD"


def test_a_served_file_is_of_one_process(tmp_path: Path) -> None:
    path = str(tmp_path / "aliases.db")
    with sfn_alias.serve(path):
        code = "import sys, sfn_alias; sfn_alias.StepFunctions(sys.argv[1])"
        other = subprocess.run([sys.executable, "-c", code, path], capture_output=True, text=True)
    assert other.returncode == 1
    assert other.stderr.splitlines()[-1] == (
        "sfn_alias.errors.StorageFailure: An error occurred (StorageFailure) when calling the Open operation: "
        f"storage error: `{path}` cannot be used: the database is locked by another process; if that is "
        "`sfn-alias serve`, use its endpoint (database is locked)"
    )


def test_what_cannot_be_served() -> None:
    aliases = sfn_alias.StepFunctions()
    with pytest.raises(TypeError) as refused:
        sfn_alias.serve(aliases, seed=7)
    assert str(refused.value) == "an `StepFunctions` has its options already: give it alone, or a path"
    with pytest.raises(ValueError) as clock:
        sfn_alias.serve(sfn_alias.StepFunctions(clock=lambda: 0.0))
    assert str(clock.value) == (
        "an endpoint answers outside of any call, where no `clock` is asked: serve an `StepFunctions` without one"
    )
    aliases.close()
    with pytest.raises(ValueError, match=": the service is closed$"):
        sfn_alias.serve(aliases)
    with pytest.raises(OverflowError):
        sfn_alias.serve(port=65536)


def test_a_port_that_is_taken() -> None:
    with sfn_alias.serve() as url:
        port = int(url.rpartition(":")[2])
        with pytest.raises(OSError) as refused:
            sfn_alias.serve(port=port)
    assert str(refused.value) == (
        f"cannot listen on 127.0.0.1:{port}: {os.strerror(errno.EADDRINUSE)} (os error {errno.EADDRINUSE}); "
        "choose another --port, or 0 for a free one"
    )


@needs_fork
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("on_file", [False, True], ids=["memory", "file"])
def test_forks_amid_requests(on_file: bool, tmp_path: Path) -> None:
    """The child has no endpoint and waits for none; the parent's goes on."""
    server = sfn_alias.serve(tmp_path / "aliases.db" if on_file else None)
    other = published()
    done = threading.Event()
    failed: list[BaseException] = []

    def load() -> None:
        try:
            sfn = client(server.url)
            publish(sfn)
            while not done.is_set():
                create(sfn)
                sfn.delete_state_machine_alias(stateMachineAliasArn=ALIAS)
        except BaseException as error:
            failed.append(error)

    def work() -> None:
        create(other)
        if not on_file:
            server.aliases.list_state_machines()
        server.close()

    thread = threading.Thread(target=load)
    thread.start()
    try:
        for _ in range(20):
            assert in_child(work) == 0
    finally:
        done.set()
        thread.join()
    assert failed == []
    assert client(server.url).list_state_machines()["stateMachines"][0]["name"] == "orders"
    server.close()


@pytest.mark.parametrize("command", [[sys.executable, "-m", "sfn_alias"], [str(SCRIPT)]], ids=["module", "script"])
@pytest.mark.parametrize("told", [signal.SIGINT, signal.SIGTERM])
def test_the_program_serves_until_it_is_told(command: list[str], told: signal.Signals) -> None:
    program = subprocess.Popen(
        [*command, "serve", "--port", "0", "--log", "off"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert program.stdout is not None
    name, _, url = program.stdout.readline().strip().partition("=")
    assert name == "export AWS_ENDPOINT_URL_SFN"
    publish(client(url))
    program.send_signal(told)
    assert program.communicate(timeout=60) == ("", "")
    assert program.returncode == 0


def program(*arguments: str) -> tuple[int, str]:
    done = subprocess.run([sys.executable, "-m", "sfn_alias", *arguments], capture_output=True, text=True)
    return done.returncode, done.stdout


def test_the_program_says_what_it_is_and_how_it_ended() -> None:
    assert program("--version") == (0, f"sfn-alias {sfn_alias.__version__}\n")
    assert program("check", "CreateStateMachineAlias", "{}")[0] == 1
    assert program("no-such-command") == (2, "")


def test_health() -> None:
    with sfn_alias.serve() as url, urlopen(f"{url}/health") as answer:
        assert answer.read().decode() == f'{{"status":"ok","version":"{sfn_alias.__version__}"}}'
