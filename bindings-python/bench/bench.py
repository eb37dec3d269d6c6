"""Measures sfn-alias, its alternatives and their lower bounds. Each round measures a slice of every contestant.
Ratios are computed per round.

`make bench` runs it. It prints the tables of README.md.
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


def measure_slice(work: Work, seconds: float) -> float:
    """Returns microseconds of this thread's CPU time per call, measured over about this many seconds. CPU time is
    less sensitive to other processes than wall-clock time."""
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


def measure_rounds(works: dict[str, Work], count: int, seconds: float) -> dict[str, list[float]]:
    times: dict[str, list[float]] = {name: [] for name in works}
    for work in works.values():
        measure_slice(work, seconds)
    for _ in range(count):
        for name, work in works.items():
            times[name].append(measure_slice(work, seconds))
    return times


def print_table(title: str, works: dict[str, Work], count: int, seconds: float) -> None:
    """Prints one table. The first contestant is ours; a ratio is the time of another divided by ours."""
    times_by_name = measure_rounds(works, count, seconds)
    ours = next(iter(times_by_name.values()))
    print(f"\n{title}\n\n| operation | us, median | min | times ours, median (p10-p90) |\n|---|---|---|---|")
    for name, times in times_by_name.items():
        ratios = sorted(time / our_time for time, our_time in zip(times, ours))
        low, high = ratios[len(ratios) // 10], ratios[-len(ratios) // 10 - 1]
        median_ratio = statistics.median(ratios)
        print(f"| {name} | {statistics.median(times):.2f} | {min(times):.2f} | {median_ratio:.2f} ({low:.2f}-{high:.2f}) |")


def describe_machine() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    models = [line.split(":")[1].strip() for line in lines if line.startswith("model name")]
    names = ["sfn-alias", "botocore", "jsonschema_rs", "pydantic", "moto"]
    packages = ", ".join(f"{name} {version(name)}" for name in names)
    return f"{len(models)} x {models[0] if models else platform.processor()}, {platform.platform()}, CPython {platform.python_version()}, {packages}"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=200)
    args = parser.parse_args()
    print(describe_machine())
    print(f"request: {len(json.dumps(contestants.REQUEST))} bytes as JSON; {args.rounds} rounds of slices of 3 ms")
    for title, works, seconds in contestants.groups():
        print_table(title, works, max(args.rounds // (8 if seconds > 0.01 else 1), 10), seconds)


if __name__ == "__main__":
    main()
