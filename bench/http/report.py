"""Formats the results as tables."""

import json
import os
from collections import defaultdict
from statistics import median


def compact(body):
    return json.dumps(body, separators=(",", ":"))


def describe_machine():
    with open("/proc/cpuinfo") as info:
        name = next((line.split(":")[1].strip() for line in info if line.startswith("model name")), "unknown")
    return f"{name}, {os.cpu_count()} cores"


def format_spread(values, digits=2):
    """Returns the median, the minimum and the maximum."""
    if not values:
        return "-"
    return f"{median(values):.{digits}f} ({min(values):.{digits}f}-{max(values):.{digits}f})"


# The server that each case is compared with, if it is not `bare hyper`.
BASELINES = {
    "describe, memory or file": "sfn-alias",
    "describe any": "sfn-alias --data",
    "durable create": "bare log",
}


class Results:
    def __init__(self):
        self.slices = defaultdict(lambda: defaultdict(list))
        self.ready = defaultdict(list)
        self.ready_cpu = defaultdict(list)
        self.rss = defaultdict(lambda: defaultdict(list))
        self.large_bytes = []

    def add(self, case, connections, server, measured):
        self.slices[case, connections][server].append(measured)

    def add_server(self, server):
        self.ready[server.name].append(server.ready_ms)
        self.ready_cpu[server.name].append(server.ready_cpu_ms)
        for when, mib in server.rss_mib.items():
            self.rss[server.name][when].append(mib)

    def tables(self):
        large = f"\nResident memory per alias, of 1,000,000 aliases: {format_spread(self.large_bytes, 0)} bytes."
        return "\n".join([*self.case_rows(), "", *self.server_rows()]) + (large if self.large_bytes else "")

    def case_rows(self):
        yield "| case | connections | server | requests/s | rate / baseline | p50 us | p99 us | p99 / baseline | CPU us | CPU / baseline |"
        yield "|---|---:|---|---:|---|---:|---:|---|---:|---|"
        for (case, connections), servers in self.slices.items():
            baseline = servers[BASELINES.get(case, "bare hyper")]
            for name, slices in servers.items():
                yield self.row(case, connections, name, slices, baseline)

    @staticmethod
    def row(case, connections, name, slices, baseline):
        mid = lambda member: median(getattr(a, member) for a in slices)
        ratio = lambda member: (
            "" if slices is baseline else format_spread([getattr(a, member) / getattr(b, member) for a, b in zip(slices, baseline)])
        )
        rate = format_spread([a.rate / b.rate for a, b in zip(slices, baseline)], 4 if mid("rate") < 3000 else 2)
        cells = [case, str(connections), name, f"{mid('rate'):,.0f}", "" if slices is baseline else rate]
        cells += [f"{mid('p50'):.0f}", f"{mid('p99'):.0f}", ratio("p99"), f"{mid('cpu'):.1f}", ratio("cpu")]
        return f"| {' | '.join(cells)} |"

    def server_rows(self):
        yield "| server | ms to the first response | CPU ms | MiB resident with 100 aliases | after load |"
        yield "|---|---|---:|---:|---:|"
        for name, ready in self.ready.items():
            rss = {when: f"{median(mib):.1f}" for when, mib in self.rss[name].items()}
            yield f"| {name} | {format_spread(ready, 1)} | {median(self.ready_cpu[name]):.0f} | {rss.get('seeded', '')} | {rss.get('driven', '')} |"
