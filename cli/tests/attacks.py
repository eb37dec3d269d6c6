#!/usr/bin/env python3
"""Measures `sfn-alias serve` under attack: its peak memory, and the latency of an honest client.

    python3 cli/tests/attacks.py --program target/release/sfn-alias

Each attack uses a new process on a free loopback port, with a limited number of connections and a time limit. The honest
client opens a connection per request, and alternates between a small request and one of 500 KB. Requires Linux and 8,000
open files.
"""

import argparse
import json
import multiprocessing
import resource
import selectors
import socket
import struct
import subprocess
import time

MIB = 1 << 20
PAUSE = 0.01
TIMEOUT = 40


def request(operation, body, length=None):
    head = f"POST / HTTP/1.1\r\nHost: localhost\r\nX-Amz-Target: AWSStepFunctions.{operation}\r\n"
    return f"{head}Content-Length: {length or len(body)}\r\n\r\n{body}".encode()


def padded_body(size):
    return "{}" + " " * (size - 2)


METRICS = b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n"
LIST = request("ListStateMachines", "{}")
FULL_LIST = request("ListStateMachines", '{"maxResults": 1000}')
SMALL, LARGE = LIST, request("ListStateMachines", padded_body(500_000))


class Program:
    def __init__(self, path):
        command = [path, "serve", "--port", "0", "--log", "off"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        url = self.process.stdout.readline().strip().rpartition("http://")[2]
        host, _, port = url.rpartition(":")
        self.address = host, int(port)

    def peak_memory(self):
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) * 1024

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()


def read_response(stream):
    """Reads a response and returns its status."""
    status = int(stream.readline().split()[1])
    length = 0
    while (line := stream.readline().strip().lower()) != b"":
        if line.startswith(b"content-length:"):
            length = int(line.split(b":")[1])
    stream.read(length)
    return status


def send(address, message):
    with socket.create_connection(address, TIMEOUT) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.sendall(message)
        with connection.makefile("rb") as stream:
            return read_response(stream)


def run_honest_client(address, seconds, results):
    """Puts a list of (milliseconds, whether it was served) for all requests into `results`."""
    measurements, end, turn = [], time.monotonic() + seconds, 0
    while time.monotonic() < end:
        turn += 1
        start = time.monotonic()
        try:
            served = send(address, SMALL if turn % 2 else LARGE) == 200
        except (OSError, IndexError, ValueError):
            served = False
        measurements.append(((time.monotonic() - start) * 1000, served))
        time.sleep(PAUSE)
    results.put(measurements)


def create_state_machines(address, machines, start):
    """Creates state machines on one connection, and starts an execution of each if `start`."""
    definition = json.dumps({"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}})
    with socket.create_connection(address, TIMEOUT) as connection, connection.makefile("rb") as stream:
        for number in range(machines):
            name = f"{'m' * 70}{number}"
            role = "arn:aws:iam::000000000000:role/r"
            messages = [("CreateStateMachine", {"name": name, "definition": definition, "roleArn": role})]
            if start:
                arn = f"arn:aws:states:us-east-1:000000000000:stateMachine:{name}"
                messages.append(("StartExecution", {"stateMachineArn": arn}))
            connection.sendall(b"".join(request(operation, json.dumps(body)) for operation, body in messages))
            for _ in messages:
                assert read_response(stream) == 200


def connect(address, number):
    """Opens connections with the smallest receive buffer that the system allows."""
    connections = []
    for _ in range(number):
        connection = socket.socket()
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.setblocking(False)
        # Closes with a reset, so that the ports are free immediately.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.connect_ex(address)
        connections.append(connection)
    return connections


def open_bursts(address, number, _, seconds):
    """Opens `number` connections at once and closes them, up to 20 times."""
    end = time.monotonic() + seconds
    for _ in range(20):
        if time.monotonic() < end:
            opened = connect(address, number)
            time.sleep(0.1)
            for connection in opened:
                connection.close()


def send_without_reading(address, number, message, seconds):
    """Sends a message on each of `number` connections as fast as possible, and never reads."""
    end = time.monotonic() + seconds
    with selectors.DefaultSelector() as selector:
        connections = connect(address, number)
        for connection in connections:
            selector.register(connection, selectors.EVENT_WRITE, [0])
        while (left := end - time.monotonic()) > 0 and selector.get_map():
            for key, _ in selector.select(left):
                try:
                    key.data[0] += key.fileobj.send(memoryview(message)[key.data[0] :][:65536])
                except OSError:
                    key.data[0] = len(message)
                if key.data[0] == len(message):
                    selector.unregister(key.fileobj)
    time.sleep(max(0, end - time.monotonic()))
    for connection in connections:
        connection.close()


# Name, number of state machines and whether to start them, attack, connections, message, seconds.
ATTACKS = [
    ("6,000 unread /metrics of 10,000 series", (10_000, True), send_without_reading, 6000, METRICS, 30),
    ("256 half-sent bodies of 1 MiB", (0, False), send_without_reading, 256, request("ListStateMachines", padded_body(MIB - 1), MIB), 10),
    ("20 bursts of 2,000 connections", (0, False), open_bursts, 2000, b"", 10),
    ("1,000 endless heads", (0, False), send_without_reading, 1000, LIST[:-6] + b"\r\nx: " + b"x" * 100_000, 5),
    ("200 x 20,000 pipelined requests, unread", (0, False), send_without_reading, 200, LIST * 20_000, 10),
    ("1,000 x 10 lists of 1,000, unread", (1000, False), send_without_reading, 1000, FULL_LIST * 10, 15),
]


def measure(path, machines, run, number, message, seconds):
    results = multiprocessing.Queue()
    with Program(path) as program:
        create_state_machines(program.address, *machines)
        honest = multiprocessing.Process(target=run_honest_client, args=(program.address, seconds + 1, results))
        honest.start()
        time.sleep(0.2)
        run(program.address, number, message, seconds)
        measurements = results.get(timeout=seconds + 2 * TIMEOUT)
        honest.join()
        times = sorted(elapsed for elapsed, _ in measurements)
        served = sum(served for _, served in measurements)
        return program.peak_memory(), times[len(times) // 2], times[len(times) * 99 // 100], times[-1], served, len(measurements)


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--program", required=True, help="a release build of sfn-alias")
    parser.add_argument("--only", default="", help="run only attacks whose names contain this")
    arguments = parser.parse_args()
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    print("| attack | peak memory | honest p50 | honest p99 | honest maximum | honest requests served |")
    print("| --- | --- | --- | --- | --- | --- |")
    for name, *parameters in ATTACKS:
        if arguments.only in name:
            peak, *times, served, sent = measure(arguments.program, *parameters)
            columns = " | ".join(f"{milliseconds:,.0f} ms" for milliseconds in times)
            print(f"| {name} | {peak / MIB:,.0f} MiB | {columns} | {served} of {sent} |", flush=True)


if __name__ == "__main__":
    main()
