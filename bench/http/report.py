"""What was found, as tables."""

import json
import os
from collections import defaultdict
from statistics import median


def compact(body):
    return json.dumps(body, separators=(",", ":"))


def machine():
    with open("/proc/cpuinfo") as info:
        name = next((line.split(":")[1].strip() for line in info if line.startswith("model name")), "unknown")
    return f"{name}, {os.cpu_count()} cores"


def spread(values, digits=2):
    """The median, and the least and the greatest."""
    if not values:
        return "-"
    return f"{median(values):.{digits}f} ({min(values):.{digits}f}-{max(values):.{digits}f})"


# What each case is compared with; every other server's slices are divided by those of this one.
BESIDE = {
    "describe, durable or not": "sfn-alias",
    "describe any": "sfn-alias --data",
    "durable create": "bare log",
}


class Found:
    def __init__(self):
        self.slices = defaultdict(lambda: defaultdict(list))
        self.ready = defaultdict(list)
        self.ready_cpu = defaultdict(list)
        self.rss = defaultdict(lambda: defaultdict(list))
        self.large_bytes = []

    def add(self, case, connections, server, measured):
        self.slices[case, connections][server].append(measured)

    def server(self, server):
        self.ready[server.name].append(server.ready_ms)
        self.ready_cpu[server.name].append(server.ready_cpu_ms)
        for when, mib in server.rss_mib.items():
            self.rss[server.name][when].append(mib)

    def tables(self):
        large = f"\nResident for each of 1,000,000 aliases: {spread(self.large_bytes, 0)} bytes."
        return "\n".join([*self.cases(), "", *self.servers()]) + (large if self.large_bytes else "")

    def cases(self):
        yield "| case | connections | server | requests/s | rate / beside | p50 us | p99 us | p99 / beside | CPU us | CPU / beside |"
        yield "|---|---:|---|---:|---|---:|---:|---|---:|---|"
        for (case, connections), servers in self.slices.items():
            beside = servers[BESIDE.get(case, "bare hyper")]
            for name, slices in servers.items():
                yield self.row(case, connections, name, slices, beside)

    @staticmethod
    def row(case, connections, name, slices, beside):
        of = lambda member: median(getattr(one, member) for one in slices)
        ratio = lambda member: (
            "" if slices is beside else spread([getattr(a, member) / getattr(b, member) for a, b in zip(slices, beside)])
        )
        rate = spread([a.rate / b.rate for a, b in zip(slices, beside)], 4 if of("rate") < 3000 else 2)
        cells = [case, str(connections), name, f"{of('rate'):,.0f}", "" if slices is beside else rate]
        cells += [f"{of('p50'):.0f}", f"{of('p99'):.0f}", ratio("p99"), f"{of('cpu'):.1f}", ratio("cpu")]
        return f"| {' | '.join(cells)} |"

    def servers(self):
        yield "| server | ms from start to the first answer | CPU ms of it | MiB resident with 100 aliases | after load |"
        yield "|---|---|---:|---:|---:|"
        for name, ready in self.ready.items():
            rss = {when: f"{median(mib):.1f}" for when, mib in self.rss[name].items()}
            yield f"| {name} | {spread(ready, 1)} | {median(self.ready_cpu[name]):.0f} | {rss.get('seeded', '')} | {rss.get('driven', '')} |"
