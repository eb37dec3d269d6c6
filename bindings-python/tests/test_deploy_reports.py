"""Deployments report their progress to an endpoint with a console."""

from __future__ import annotations

import json
import logging
import re
import socket
import subprocess
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import boto3
import pytest
import sfn_alias
import sfn_alias.boto3
from botocore.client import BaseClient
from sfn_alias import _connections, deploy
from sfn_alias._reports import _AWS_DOMAINS, create_reporter, is_aws_url
from support import ALIAS, MACHINE, create_service, create_versions, routes
from test_deploy import FakeTime
from test_serve import SCRIPT

SECOND = f"{MACHINE}:2"
CONSOLE = json.dumps({"version": "0.1.0"}).encode()

Respond = Callable[[str], tuple[int, bytes]]


def respond_console(_: str) -> tuple[int, bytes]:
    return 200, CONSOLE


class FakeEndpoint:
    """Forwards AWS operations to a real endpoint, and records all other requests. ``respond`` answers those."""

    def __init__(self, upstream: str, respond: Respond) -> None:
        self.requests: list[tuple[str, str, dict[str, str], bytes]] = []
        endpoint = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_: Any) -> None:
                pass

            def do_POST(self) -> None:
                headers = {name: value for name, value in self.headers.items() if name.lower() != "host"}
                request = urllib.request.Request(upstream, self._read(), headers, method="POST")
                with urllib.request.urlopen(request) as response:
                    self._send(response.status, response.read())

            def do_GET(self) -> None:
                endpoint.requests.append((self.command, self.path, dict(self.headers.items()), self._read()))
                self._send(*respond(self.command))

            do_PUT = do_GET

            def _read(self) -> bytes:
                return self.rfile.read(int(self.headers.get("content-length") or 0))

            def _send(self, status: int, body: bytes) -> None:
                self.send_response(status)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    @property
    def methods(self) -> list[str]:
        return [method for method, *_ in self.requests]

    @property
    def reports(self) -> list[dict[str, Any]]:
        return [json.loads(body) for method, _, _, body in self.requests if method == "PUT"]


@pytest.fixture
def upstream() -> Iterator[str]:
    service = create_service()
    service.create_state_machine_alias(name="PROD", routingConfiguration=routes(100))
    with sfn_alias.serve(service=service) as url:
        yield url


def create_client(url: str) -> BaseClient:
    return boto3.client(
        "stepfunctions", endpoint_url=url, region_name="us-east-1", aws_access_key_id="000000000000",
        aws_secret_access_key="secret",
    )  # fmt: skip


def run(client: BaseClient, state: Path, **options: Any) -> Any:
    """Runs a canary whose alarm goes off after a minute."""
    clock = FakeTime()
    alarm = {"alarm_states": lambda names: {name: "ALARM" if clock.now > 1_050 else "OK" for name in names}}
    deployment = deploy.Deployment(
        client, ALIAS, "10/5m", SECOND, state=state, alarms=["errors"], **alarm, **clock.options, **options
    )
    return deployment.run()


@pytest.fixture
def long_timeout(monkeypatch: pytest.MonkeyPatch) -> None:
    """A deployment waits up to a second for its last report. A slow machine may need more."""
    monkeypatch.setattr("sfn_alias._reports._TIMEOUT_SECONDS", 30)


def open_endpoint(request: pytest.FixtureRequest, upstream: str, respond: Respond) -> FakeEndpoint:
    endpoint = FakeEndpoint(upstream, respond)
    request.addfinalizer(endpoint.close)
    return endpoint


@pytest.mark.usefixtures("long_timeout")
def test_rollback_is_reported(request: pytest.FixtureRequest, upstream: str, tmp_path: Path) -> None:
    endpoint = open_endpoint(request, upstream, respond_console)
    assert run(create_client(endpoint.url), tmp_path / "state.json")["result"] == "rolledBack"
    assert endpoint.methods[0] == "GET" and set(endpoint.methods[1:]) == {"PUT"}
    _, path, headers, _ = endpoint.requests[-1]
    assert re.fullmatch(r"/console/api/deployments/\d{8}T\d{6}Z-[0-9a-f]{4}", path)
    assert "Credential=000000000000/" in headers["Authorization"] and "/us-east-1/states/" in headers["Authorization"]
    last = endpoint.reports[-1]
    assert last["driver"] == f"sfn_alias.deploy {sfn_alias.__version__}"
    assert last["alarms"] == [{"name": "errors", "state": "ALARM"}]
    assert last["checkpoint"]["phase"]["outcome"]["result"] == "rolledBack"
    assert len({path for method, path, *_ in endpoint.requests if method == "PUT"}) == 1


@pytest.mark.parametrize("answer", [(404, b"{}"), (200, b"{}"), (200, b"[]"), (200, b"no JSON"), (400, CONSOLE)])
def test_endpoint_without_console_gets_one_request(
    request: pytest.FixtureRequest, upstream: str, tmp_path: Path, answer: tuple[int, bytes]
) -> None:
    endpoint = open_endpoint(request, upstream, lambda _: answer)
    assert run(create_client(endpoint.url), tmp_path / "state.json")["result"] == "rolledBack"
    assert endpoint.methods == ["GET"]


def test_nothing_is_reported_without_the_option(
    request: pytest.FixtureRequest, upstream: str, tmp_path: Path
) -> None:
    endpoint = open_endpoint(request, upstream, respond_console)
    assert run(create_client(endpoint.url), tmp_path / "state.json", report=False)["result"] == "rolledBack"
    assert endpoint.requests == []


def test_endpoint_that_hangs_delays_nothing(request: pytest.FixtureRequest, upstream: str, tmp_path: Path) -> None:
    released = threading.Event()
    request.addfinalizer(released.set)

    def hang(_: str) -> tuple[int, bytes]:
        released.wait(60)
        return 200, CONSOLE

    endpoint = open_endpoint(request, upstream, hang)
    started = time.monotonic()
    assert run(create_client(endpoint.url), tmp_path / "state.json")["result"] == "rolledBack"
    # Far below the 60 seconds of the endpoint: only the wait for the last report.
    assert time.monotonic() - started < 30


def test_reports_need_a_thread(
    request: pytest.FixtureRequest, upstream: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint = open_endpoint(request, upstream, respond_console)
    start = threading.Thread.start

    def refuse(thread: threading.Thread) -> None:
        if thread.name == "sfn_alias.reports":
            raise RuntimeError("can't start new thread")
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", refuse)
    assert run(create_client(endpoint.url), tmp_path / "state.json")["result"] == "rolledBack"
    assert endpoint.requests == []


def test_closed_endpoint_delays_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    reporter = create_reporter(create_client(f"http://127.0.0.1:{port}"))
    assert reporter is not None
    started = time.monotonic()
    reporter.send({"path": "/console/api/deployments/a", "body": "{}"})
    reporter.close()
    assert time.monotonic() - started < 5


def test_aws_is_not_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The client's own calls are answered by an event handler, so that each connection is one of a report."""
    client = boto3.client(
        "stepfunctions", region_name="us-east-1", aws_access_key_id="none", aws_secret_access_key="none"
    )
    service = create_service()
    service.create_state_machine_alias(name="PROD", routingConfiguration=routes(100))

    def respond(request: Any, **_: Any) -> Any:
        operation = request.headers["X-Amz-Target"].decode().rpartition(".")[2]
        return _connections.Response(request.url, *service.call_json(operation, request.body))

    client.meta.events.register_first("before-send.sfn", respond)
    lookups: list[Any] = []

    def look_up(host: Any, *_: Any, **__: Any) -> Any:
        lookups.append(host)
        raise OSError("no network")

    # A connection starts with a look-up of the host.
    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    assert run(client, tmp_path / "state.json")["result"] == "rolledBack"
    assert lookups == []


@pytest.mark.usefixtures("long_timeout")
def test_program_has_the_reported_deployment(tmp_path: Path) -> None:
    command = [SCRIPT, "serve", "--port", "0"]
    program = subprocess.Popen(command, stderr=subprocess.STDOUT, stdout=subprocess.PIPE, text=True)
    try:
        assert program.stdout is not None
        found = re.search(r"url=(\S+)", program.stdout.readline())
        assert found is not None
        client: Any = create_client(found[1])
        create_versions(client)
        client.create_state_machine_alias(name="PROD", routingConfiguration=routes(100))
        assert run(client, tmp_path / "state.json")["result"] == "rolledBack"
        with urllib.request.urlopen(f"{found[1]}/console/api/deployments?stateMachineAliasArn={ALIAS}") as response:
            (deployment,) = json.load(response)["deployments"]
    finally:
        program.terminate()
        program.communicate()
    assert (deployment["phase"], deployment["driver"]) == ("rolledBack", f"sfn_alias.deploy {sfn_alias.__version__}")


def test_failing_reports_are_logged_once(
    request: pytest.FixtureRequest, upstream: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    endpoint = open_endpoint(request, upstream, lambda method: (200 if method == "GET" else 500, CONSOLE))
    client = create_client(endpoint.url)
    reporter = create_reporter(client)
    assert reporter is not None
    with caplog.at_level(logging.WARNING, "sfn_alias.deploy"):
        for number in range(5):
            reporter.send({"path": "/console/api/deployments/a", "body": json.dumps({"number": number})})
            while len(endpoint.reports) <= number:
                time.sleep(0.005)
        reporter.close()
    assert [record.getMessage() for record in caplog.records] == [
        f"the deployment cannot be reported to {endpoint.url}: status 500"
    ]


def test_aws_and_services_without_a_socket_get_no_reports() -> None:
    assert create_reporter(boto3.client("stepfunctions", region_name="eu-west-1")) is None
    assert create_reporter(sfn_alias.boto3.client(create_service())) is None
    assert create_reporter(create_service()) is None


def test_domains_of_aws_are_those_of_the_program() -> None:
    source = (Path(__file__).parents[2] / "cli/src/signing.rs").read_text()
    domains = re.search(r"const AWS_DOMAINS: \[&str; \d+\] =\s*\[(.*?)\];", source, re.DOTALL)
    assert domains is not None
    assert re.findall(r'"([^"]+)"', domains[1]) == list(_AWS_DOMAINS)
    assert is_aws_url("https://states.eu-west-1.AMAZONAWS.com.") and not is_aws_url("http://amazonaws.com.example:80")
