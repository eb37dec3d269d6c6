"""Certificates that the program trusts when it calls an endpoint over TLS."""

from __future__ import annotations

import os
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
import trustme

import sfn_alias

LIST = ["call", "ListStateMachines", "--endpoint-url"]


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def url(authority: trustme.CA) -> Iterator[str]:
    """The endpoint behind a TLS server with a certificate of a private authority."""
    with sfn_alias.serve() as plain_url:

        class Forward(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                with urlopen(Request(plain_url, body, dict(self.headers))) as response:
                    content = response.read()
                self.send_response(200)
                self.send_header("content-length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, format: str, *args: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Forward)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("localhost").configure_cert(context)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"https://localhost:{server.server_port}"
        server.shutdown()


@pytest.fixture
def bundle(authority: trustme.CA, tmp_path: Path) -> Path:
    path = tmp_path / "company.pem"
    authority.cert_pem.write_to_path(path)
    return path


def program(*arguments: str, **variables: str) -> tuple[int, str, str]:
    command = [sys.executable, "-m", "sfn_alias", *arguments]
    trust_settings = ("AWS_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR")
    environment = {name: value for name, value in os.environ.items() if name not in trust_settings}
    done = subprocess.run(command, capture_output=True, text=True, env={**environment, **variables})
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("variable", ["AWS_CA_BUNDLE", "SSL_CERT_FILE"])
def test_trusted_authority(variable: str, url: str, bundle: Path) -> None:
    assert program(*LIST, url, **{variable: str(bundle)}) == (0, '{\n  "stateMachines": []\n}\n', "")


def test_untrusted_authority(url: str, tmp_path: Path) -> None:
    other = tmp_path / "other.pem"
    trustme.CA().cert_pem.write_to_path(other)
    expected = (
        f"sfn-alias: cannot connect to {url}: io: invalid peer certificate: UnknownIssuer; set "
        "AWS_CA_BUNDLE to a file with the certificates to trust\n"
    )
    assert program(*LIST, url, SSL_CERT_FILE=str(other)) == (3, "", expected)


@pytest.mark.parametrize(
    ("content", "detail"),
    [
        (None, "cannot read `{path}`: No such file or directory (os error 2)"),
        ("nothing", "`{path}` has no PEM certificate"),
    ],
)
def test_invalid_bundle(content: str | None, detail: str, url: str, tmp_path: Path) -> None:
    path = tmp_path / "bundle.pem"
    if content:
        path.write_text(content)
    expected = f"sfn-alias: AWS_CA_BUNDLE: {detail.format(path=path)}\n"
    assert program(*LIST, url, AWS_CA_BUNDLE=str(path)) == (2, "", expected)
