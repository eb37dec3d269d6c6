"""Measures what open pages of the console cost. Prints one table.

A page is a stream of changes. When the stream reports a change, the page reads the summary and the traffic again, as the page in a
browser does. DescribeStateMachineAlias is measured in alternating slices with and without pages, in reverse order every second
round. A ratio compares two slices of the same round. Executions are started at a constant rate in both slices.
"""

import argparse
import http.client
import json
import platform
import shutil
import socket
import sys
import threading
import time
from pathlib import Path
from statistics import median
from urllib.parse import quote

import report
from run import measure
from servers import HEADERS, MACHINE, Server

DESCRIBE = ("DescribeStateMachineAlias", {"stateMachineAliasArn": f"{MACHINE}:a00"})
AUTHORIZATION = {"Authorization": HEADERS["Authorization"]}


class OpenPage(threading.Thread):
    """A page that reads again what it shows when something changes."""

    def __init__(self, server):
        super().__init__(daemon=True)
        self.port = server.port
        self.stream = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        self.stream.request("GET", "/console/api/stream", headers=AUTHORIZATION)
        self.response = self.stream.getresponse()
        if json.loads(self.response.readline())["type"] != "ready":
            raise SystemExit("the stream did not begin with `ready`")
        self.socket, self.updates = self.stream.sock, 0
        self.start()

    def run(self):
        api = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            while line := self.response.readline():
                if json.loads(line)["type"] == "changes":
                    self.update(api)
        except (OSError, http.client.HTTPException):
            pass  # The page was closed.
        api.close()

    def update(self, api):
        since = int((time.time() - 3600) * 1000)
        for path in ("summary?maxResults=25", f"traffic?stateMachineArn={quote(MACHINE, '')}&fromMillis={since}"):
            api.request("GET", f"/console/api/{path}", headers=AUTHORIZATION)
            response = api.getresponse()
            content = response.read()
            if response.status != 200:
                raise SystemExit(f"{path}: {response.status} {content[:300]!r}")
        self.updates += 1

    def close(self):
        try:
            self.socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass  # The server has closed it.
        self.join()
        self.stream.close()


class Starter(threading.Thread):
    """Starts executions at a constant rate."""

    def __init__(self, server, rate):
        super().__init__(daemon=True)
        self.server, self.rate, self.stopped = server, rate, threading.Event()
        if rate:
            self.start()

    def run(self):
        while not self.stopped.wait(1 / self.rate):
            self.server.call("StartExecution", {"stateMachineArn": f"{MACHINE}:a00"})

    def close(self):
        self.stopped.set()
        if self.rate:
            self.join()


def measure_describe(server, pages, starts, options):
    """Returns a slice of DescribeStateMachineAlias. Checks that the pages were updated if something changed."""
    open_pages = [OpenPage(server) for _ in range(pages)]
    starter = Starter(server, starts)
    try:
        measured = measure(server, DESCRIBE, options.connections, options.seconds)
    finally:
        starter.close()
        for page in open_pages:
            page.close()
    if starts and not all(page.updates for page in open_pages):
        raise SystemExit("a page was not updated")
    return measured


def measure_idle(server, pages, seconds):
    """Returns the CPU time of the server in percent of a core."""
    open_pages = [OpenPage(server) for _ in range(pages)]
    before = server.cpu_seconds()
    time.sleep(seconds)
    used = server.cpu_seconds() - before
    for page in open_pages:
        page.close()
    return used / seconds * 100


def describe_rows(server, options):
    yield "| starts/s | describes/s, no page | with pages | rate / no page | p99 us, no page | with pages | CPU us, no page | with pages |"
    yield "|---:|---:|---:|---|---:|---:|---:|---:|"
    for starts in options.starts:
        slices = {0: [], options.pages: []}
        for round_number in range(options.rounds):
            for pages in reversed(slices) if round_number % 2 else slices:
                slices[pages].append(measure_describe(server, pages, starts, options))
            print(f"{starts} starts/s: round {round_number + 1} of {options.rounds}", file=sys.stderr)
        without, with_pages = slices[0], slices[options.pages]
        middle = lambda member, of: f"{median(getattr(measured, member) for measured in of):,.0f}"
        ratio = report.format_spread([b.rate / a.rate for a, b in zip(without, with_pages)])
        cells = [str(starts), middle("rate", without), middle("rate", with_pages), ratio]
        cells += [middle("p99", without), middle("p99", with_pages)]
        cells += [f"{median(measured.cpu for measured in of):.1f}" for of in (without, with_pages)]
        yield f"| {' | '.join(cells)} |"


def idle_rows(server, options):
    yield "| open pages, no requests | CPU of the server, % of a core |"
    yield "|---:|---:|"
    for pages in (0, 1, options.pages):
        yield f"| {pages} | {measure_idle(server, pages, options.idle_seconds):.2f} |"


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--programs", type=Path, required=True, help="directory with a release build of sfn-alias")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=5, help="length of a slice")
    parser.add_argument("--idle-seconds", type=int, default=20)
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--pages", type=int, default=10)
    parser.add_argument("--starts", type=lambda text: [int(n) for n in text.split(",")], default=[0, 10])
    return parser.parse_args()


def main():
    options = parse_arguments()
    if not shutil.which("wrk"):
        raise SystemExit("wrk is missing: install the package wrk (Debian, Ubuntu, Homebrew)")
    command = [str(options.programs / "sfn-alias"), "serve", "--port", "PORT", "--log", "warn"]
    with Server("sfn-alias", command) as server:
        server.seed()
        tables = [*idle_rows(server, options), "", *describe_rows(server, options)]
    print(f"{report.describe_machine()}, Linux {platform.release()}; {options.rounds} rounds, slices of {options.seconds} s; medians\n")
    print("\n".join(tables))


if __name__ == "__main__":
    main()
