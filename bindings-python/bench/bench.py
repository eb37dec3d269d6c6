"""Ours, the peers and the floors, interleaved: a slice of each in every round, ratios per round.

Run by `make bench`. Prints the tables of README.md.
"""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import contestants

Work = Callable[[], object]


def slice_of(work: Work, seconds: float) -> float:
    """Microseconds of this thread's processor time a call, over about so many seconds: so other
    processes on the machine disturb less."""
    clock, count, begin = time.thread_time, 0, time.thread_time()
    batch = 8 if seconds > 0.01 else 64
    end = begin + seconds
    while True:
        for _ in range(batch):
            work()
        count += batch
        now = clock()
        if now >= end:
            return (now - begin) / count * 1e6


def rounds(works: dict[str, Work], count: int, seconds: float) -> dict[str, list[float]]:
    taken: dict[str, list[float]] = {name: [] for name in works}
    for work in works.values():
        slice_of(work, seconds)
    for _ in range(count):
        for name, work in works.items():
            taken[name].append(slice_of(work, seconds))
    return taken


def table(title: str, works: dict[str, Work], count: int, seconds: float) -> None:
    """The first contestant is ours; ratios say how many times longer another took."""
    taken = rounds(works, count, seconds)
    ours = next(iter(taken.values()))
    print(f"\n{title}\n\n| what | us, median | min | times ours, median (p10-p90) |\n|---|---|---|---|")
    for name, times in taken.items():
        ratios = sorted(time / own for time, own in zip(times, ours))
        low, high = ratios[len(ratios) // 10], ratios[-len(ratios) // 10 - 1]
        middle = statistics.median(ratios)
        print(f"| {name} | {statistics.median(times):.2f} | {min(times):.2f} | {middle:.2f} ({low:.2f}-{high:.2f}) |")


def machine() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    models = [line.split(":")[1].strip() for line in lines if line.startswith("model name")]
    names = ["sfn-alias", "botocore", "jsonschema_rs", "pydantic", "moto"]
    packages = ", ".join(f"{name} {version(name)}" for name in names)
    return f"{len(models)} x {models[0] if models else platform.processor()}, {platform.platform()}, CPython {platform.python_version()}, {packages}"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=200)
    given = parser.parse_args()
    print(machine())
    print(f"request: {len(json.dumps(contestants.REQUEST))} bytes as JSON; {given.rounds} rounds of slices of 3 ms")
    for title, works, seconds in contestants.groups():
        table(title, works, max(given.rounds // (8 if seconds > 0.01 else 1), 10), seconds)


if __name__ == "__main__":
    main()
