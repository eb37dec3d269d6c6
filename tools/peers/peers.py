"""Compares other emulators with the vectors, and writes docs/conformance.md.

    peers.py install PEER...   installs emulators from their lock files, into .venv/PEER
    peers.py run [PEER...]     runs `sfn-alias verify` against emulators, and writes results.json and the page
    peers.py page [--check]    writes the page from results.json, or checks that it is up to date

To update the lock file of a peer, run in this directory, with the Python version of the peer:

    pip-compile --generate-hashes --strip-extras --allow-unsafe --no-emit-find-links --no-annotate PEER.in
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
RESULTS = HERE / "results.json"
PAGE = ROOT / "docs" / "conformance.md"
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
PROGRAM = TARGET / "debug" / "sfn-alias"
SOURCES = {"recorded": "recorded", "observed": "observed", "model": "model", "docs": "documented", "assumed": "assumed"}
# Seconds until an emulator has started, and until a request has a response.
START_LIMIT = 180
REQUEST_LIMIT = 15
OPTIONS = ["--ignore-error-namespace", "--timeout", str(REQUEST_LIMIT)]
MAX_KINDS = 8


# -- emulators -------------------------------------------------------------------------------------


@dataclass
class Peer:
    """An emulator. `PORT` in its arguments and environment is replaced by a free port."""

    title: str
    package: str
    arguments: list[str]
    environment: dict[str, str] = field(default_factory=dict)
    python: str | None = None

    @property
    def name(self) -> str:
        return self.title.lower()

    @property
    def venv(self) -> Path:
        return ROOT / ".venv" / self.name

    @property
    def command(self) -> list[str]:
        return [str(self.venv / "bin" / self.arguments[0]), *self.arguments[1:]]


# All of them listen on the loopback interface only. LocalStack's default server, twisted, ignores the host.
PEERS = [
    Peer(
        "LocalStack",
        "localstack-core",
        ["python", "-m", "localstack.runtime.main"],
        {
            "GATEWAY_LISTEN": "127.0.0.1:PORT",
            "GATEWAY_SERVER": "hypercorn",
            "DNS_ADDRESS": "0",
            "SERVICES": "stepfunctions",
            "DISABLE_EVENTS": "1",
            "SKIP_SSL_CERT_DOWNLOAD": "1",
        },
        python="3.13",
    ),
    Peer("MiniStack", "ministack", ["ministack"], {"BIND_HOST": "127.0.0.1", "GATEWAY_PORT": "PORT"}),
    Peer("moto", "moto", ["moto_server", "-H", "127.0.0.1", "-p", "PORT"]),
]
OURS = Peer("sfn-alias", "", [str(PROGRAM), "serve", "--port", "PORT", "--log", "off"])


class PeerError(Exception):
    """An emulator cannot be installed or started."""


def find_python(version: str | None) -> str:
    """Returns the path of a Python of a version, or of this one."""
    if version is None:
        return sys.executable
    candidates = [[sys.executable], [f"python{version}"]]
    for command in (["uv", "python", "find", version], ["pyenv", "prefix", version]):
        if shutil.which(command[0]):
            found = subprocess.run(command, capture_output=True, text=True).stdout.strip()
            candidates.append([f"{found}/bin/python" if command[0] == "pyenv" else found])
    for candidate in candidates:
        if read_python_version(candidate[0]).startswith(f"{version}."):
            return candidate[0]
    raise PeerError(f"Python {version} is missing: install it, for example with uv or pyenv")


def read_python_version(python: str) -> str:
    code = "import platform; print(platform.python_version())"
    try:
        return subprocess.run([python, "-c", code], capture_output=True, text=True).stdout.strip()
    except OSError:
        return ""


def install(peer: Peer) -> None:
    """Installs an emulator, unless its lock file is installed already."""
    lock, stamp = HERE / f"{peer.name}.txt", peer.venv / "installed.txt"
    if stamp.exists() and stamp.read_bytes() == lock.read_bytes():
        return
    print(f"installing {peer.title}", file=sys.stderr)
    python = find_python(peer.python)
    options = ["--quiet", "--disable-pip-version-check", "--no-deps", "--require-hashes"]
    for command in (
        [python, "-m", "venv", "--clear", str(peer.venv)],
        [str(peer.venv / "bin" / "python"), "-m", "pip", "install", *options, "-r", str(lock)],
    ):
        if subprocess.run(command).returncode:
            raise PeerError(f"`{' '.join(command)}` failed")
    shutil.copyfile(lock, stamp)


def find_free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@contextmanager
def start(peer: Peer) -> Iterator[str]:
    """Starts an emulator in a temporary directory, and returns its URL. Its process group is stopped at the end."""
    port = str(find_free_port())
    command = [part.replace("PORT", port) for part in peer.command]
    with tempfile.TemporaryDirectory() as directory:
        environment = {name: value.replace("PORT", port) for name, value in peer.environment.items()}
        environment = {**os.environ, "HOME": directory, **environment}
        with open(Path(directory) / "log", "w+") as log:
            process = subprocess.Popen(
                command, cwd=directory, env=environment, stdout=log, stderr=log, start_new_session=True
            )
            try:
                wait_until_ready(peer, process, int(port), Path(log.name))
                yield f"http://127.0.0.1:{port}"
            finally:
                stop(process)


def wait_until_ready(peer: Peer, process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + START_LIMIT
    while time.monotonic() < deadline and process.poll() is None:
        try:
            return socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
    raise PeerError(f"did not start: {log.read_text()[-1000:]}")


def stop(process: subprocess.Popen[bytes]) -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, number)
            process.wait(20)
        except ProcessLookupError:
            return
        except subprocess.TimeoutExpired:
            continue


# -- results ---------------------------------------------------------------------------------------


def run(peer: Peer) -> dict[str, Any]:
    """Runs the vectors against an emulator, and returns its result."""
    if peer is not OURS:
        install(peer)
    print(f"verifying {peer.title}", file=sys.stderr)
    with start(peer) as url:
        command = [str(PROGRAM), "verify", "--endpoint-url", url, "--json", *OPTIONS]
        output = subprocess.run(command, capture_output=True, text=True)
    # With 3, an emulator kept resources: for example, it does not delete a state machine whose invalid name it accepted.
    if output.returncode not in (0, 1, 3) or not output.stdout:
        raise PeerError(output.stderr.strip())
    report = json.loads(output.stdout)
    listed = subprocess.run([str(PROGRAM), "verify", "--list", "--json"], capture_output=True, text=True, check=True)
    missing = len(listed.stdout.splitlines()) - len(report["vectors"])
    if missing:
        raise PeerError(f"{missing} vectors did not run: {output.stderr.splitlines()[0]}")
    return {**read_versions(peer), **summarize(report["vectors"])}


def read_versions(peer: Peer) -> dict[str, str]:
    date = datetime.now(timezone.utc).date().isoformat()
    if peer is OURS:
        output = subprocess.run([str(PROGRAM), "--version"], capture_output=True, text=True, check=True).stdout
        return {"version": output.split()[-1], "date": date}
    lock = (HERE / f"{peer.name}.txt").read_text()
    version = re.search(rf"^{re.escape(peer.package)}(?:\[.*\])?==(\S+)", lock, re.M)[1]
    return {"version": version, "python": read_python_version(str(peer.venv / "bin" / "python")), "date": date}


def summarize(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Counts the vectors by source, and their differences by kind."""
    rows = [row for row in rows if row["source"]["kind"] != "own"]
    sources = {kind: {"agree": 0, "differ": 0, "noResponse": 0, "skipped": 0} for kind in SOURCES}
    kinds: Counter[str] = Counter()
    examples: dict[str, str] = {}
    for row in rows:
        sources[row["source"]["kind"]][classify_verdict(row)] += 1
        if row["verdict"] == "differs":
            kind = classify_difference(row)
            kinds[kind] += 1
            examples.setdefault(kind, row["name"])
    common = kinds.most_common(MAX_KINDS)
    differences = [{"kind": kind, "count": count, "example": examples[kind]} for kind, count in common]
    return {"vectors": len(rows), "sources": sources, "differences": differences}


def classify_verdict(row: dict[str, Any]) -> str:
    if row["verdict"] == "differs" and row["summary"] == "no response":
        return "noResponse"
    return {"agrees": "agree", "differs": "differ", "skipped": "skipped"}[row["verdict"]]


def classify_difference(row: dict[str, Any]) -> str:
    """Returns the kind of the first difference of a vector.

    >>> def classify(expected, found, pointer=""):
    ...     expected, found = ({"status": status, "body": body} for status, body in (expected, found))
    ...     return classify_difference({"expected": expected, "found": found, "pointer": pointer, "step": "call"})
    >>> classify((200, {}), (0, "no response within the time limit"))
    'no response'
    >>> classify((200, {}), (501, ""))
    'internal error, or not implemented (status 5xx)'
    >>> classify((200, {}), (400, {"__type": "InvalidName"}))
    'an error instead of success'
    >>> classify((400, {"__type": "InvalidName"}), (200, {}))
    'success instead of an error'
    >>> classify((400, {"__type": "InvalidArn"}), (400, {"__type": "InvalidName"}), "/body/__type")
    'another error code'
    >>> classify((400, {"__type": "InvalidArn"}), (400, {"__type": "InvalidArn"}), "/body/message")
    'another error message'
    >>> classify((200, {"aliases": [{"a": 1}]}), (200, {"aliases": [{"a": 2}]}), "/body/aliases/0/a")
    'another value of `a`'
    >>> classify((200, {"a": 1}), (200, {}), "/body/a")
    'no `a`'
    >>> classify((200, {}), (200, {"a": 1}), "/body/a")
    'unexpected `a`'
    """
    expected, found, pointer = row["expected"], row["found"], row["pointer"]
    status = found["status"]
    if status == 0:
        return "no response"
    if status >= 500:
        return "internal error, or not implemented (status 5xx)"
    # A value that a later step needs, instead of a whole response.
    expected_status = expected["status"] if isinstance(expected, dict) else 200
    if (status == 200) != (expected_status == 200):
        return "success instead of an error" if status == 200 else "an error instead of success"
    if status != 200:
        return "another error message" if pointer == "/body/message" else "another error code"
    member = next((part for part in reversed(pointer.split("/")) if part and not part.isdigit()), "body")
    if resolve(found, pointer) is None:
        return f"no `{member}`"
    if isinstance(expected, dict) and resolve(expected, pointer) is None:
        return f"unexpected `{member}`"
    return f"another value of `{member}`"


def resolve(value: Any, pointer: str) -> Any:
    """Returns the value at a JSON pointer, or None."""
    for part in pointer.split("/")[1:]:
        try:
            value = value[int(part)] if isinstance(value, list) else value[part]
        except (KeyError, IndexError, TypeError, ValueError):
            return None
    return value


# -- page ------------------------------------------------------------------------------------------

INTRODUCTION = """\
# Conformance of emulators

This page compares emulators of Step Functions with the vectors of this project. `make peers` writes it. Each vector is one
behaviour: requests, the response expected from AWS, and the source of this behaviour. A cell has the number of vectors that
agree, and of those that can run. Percentages are rounded down.

{summary}

Read it with care:

- Only *recorded* and *observed* were seen on AWS. *Model* and *documented* are what AWS states. *Assumed* is our
  assumption: an emulator that differs there may be right, and we may be wrong.
- sfn-alias is developed with these vectors, so its row only shows that all of them can agree.
- The vectors are about aliases, versions, requests and errors, most of all invalid requests. LocalStack, MiniStack and moto can
  also run definitions, which sfn-alias does not and no vector checks. Vectors whose execution must stay RUNNING differ there.
- Error codes are compared without their namespace, as SDKs do, and error messages are compared. A vector stops at its first
  difference.
- Vectors that need an option, a clock or several accounts do not run against an endpoint (*skipped* below).

Repeat it with the versions of the lock files in `tools/peers/`; LocalStack 4.14.0 is its last open version, and its
lock file needs Python 3.13:

```sh
make peers                                # all
python3 tools/peers/peers.py run moto     # one of them
```

Or compare your own emulator: `sfn-alias verify --ignore-error-namespace --endpoint-url URL` ([more](verify.md)).
"""

SECTION = """
## {title}

{title} {version}{python}, {date}, {vectors} vectors.

{sources}
"""


def format_page(results: dict[str, Any]) -> str:
    order = [OURS.title, *(peer.title for peer in PEERS)]
    rows = [(title, results[title]) for title in order if title in results]
    header = ["emulator", *SOURCES.values()]
    cells = [[format_name(title, result), *map(format_cell, result["sources"].values())] for title, result in rows]
    summary = format_table(header, cells)
    page = INTRODUCTION.format(summary=summary)
    return page + "".join(format_section(title, result) for title, result in rows)


def format_name(title: str, result: dict[str, Any]) -> str:
    return f"[{title}](#{title.lower()}) {result['version']}"


def format_cell(counts: dict[str, int]) -> str:
    """
    >>> format_cell({"agree": 1, "differ": 1, "noResponse": 1, "skipped": 5})
    '1 of 3 (33 %)'
    >>> format_cell({"agree": 999, "differ": 1, "noResponse": 0, "skipped": 0})
    '999 of 1000 (99 %)'
    """
    total = counts["agree"] + counts["differ"] + counts["noResponse"]
    return f"{counts['agree']} of {total} ({100 * counts['agree'] // max(total, 1)} %)"


def format_section(title: str, result: dict[str, Any]) -> str:
    python = f" on Python {result['python']}" if "python" in result else ""
    counts = [[SOURCES[kind], *map(str, counts.values())] for kind, counts in result["sources"].items()]
    sources = format_table(["source", "agree", "differ", "no response", "skipped"], counts)
    version, date, vectors = result["version"], result["date"], result["vectors"]
    section = SECTION.format(title=title, version=version, python=python, date=date, vectors=vectors, sources=sources)
    if not result["differences"]:
        return section
    kinds = [[str(row["count"]), row["kind"], f"`{row['example']}`"] for row in result["differences"]]
    return f"{section}\n{format_table(['vectors', 'most frequent first difference', 'example'], kinds)}\n"


def format_table(header: list[str], rows: list[list[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


# -- commands --------------------------------------------------------------------------------------


def run_all(peers: list[Peer]) -> int:
    """Runs the vectors against emulators. A peer that cannot run keeps its result."""
    results = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    failed = 0
    for peer in peers:
        try:
            results[peer.title] = run(peer)
        except PeerError as error:
            failed += 1
            print(f"{peer.title}: {error}; its result is unchanged", file=sys.stderr)
        RESULTS.write_text(json.dumps(results, indent=1) + "\n")
    write_page(check=False)
    return 1 if failed == len(peers) else 0


def write_page(check: bool) -> int:
    page = format_page(json.loads(RESULTS.read_text()))
    if not check:
        PAGE.write_text(page)
    elif not PAGE.exists() or PAGE.read_text() != page:
        print("docs/conformance.md is out of date: run `tools/peers/peers.py page`", file=sys.stderr)
        return 1
    return 0


def install_all(peers: list[Peer]) -> int:
    for peer in peers:
        try:
            install(peer)
        except PeerError as error:
            print(f"{peer.title}: {error}", file=sys.stderr)
            return 1
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    by_name = {peer.name: peer for peer in [OURS, *PEERS]}
    commands.add_parser("install").add_argument("peers", nargs="+", choices=[peer.name for peer in PEERS])
    commands.add_parser("run").add_argument("peers", nargs="*", metavar="PEER", help=", ".join(by_name))
    commands.add_parser("page").add_argument("--check", action="store_true")
    arguments = parser.parse_args()
    if arguments.command == "page":
        return write_page(arguments.check)
    unknown = set(arguments.peers) - set(by_name)
    if unknown:
        parser.error(f"unknown emulator: {', '.join(sorted(unknown))}; known: {', '.join(by_name)}")
    peers = [by_name[name] for name in arguments.peers or by_name]
    return install_all(peers) if arguments.command == "install" else run_all(peers)


if __name__ == "__main__":
    sys.exit(main())
