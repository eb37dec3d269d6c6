"""Formats the results as tables."""

from collections import defaultdict
from statistics import median


def format_spread(values, digits=2):
    """Returns the median, the minimum and the maximum."""
    text = f"{median(values):,.{digits}f}"
    return text if len(values) == 1 else f"{text} ({min(values):,.{digits}f}-{max(values):,.{digits}f})"


def format_goal(value, goal, more):
    """`more` is whether larger values are better."""
    if goal is None:
        return "", ""
    met = value >= goal if more else value <= goal
    return f"{'at least' if more else 'at most'} {goal:g}", "met" if met else "missed"


class Results:
    def __init__(self):
        self.slices = defaultdict(lambda: defaultdict(list))
        self.ratios = {}
        self.notes = {}
        self.load = []

    def add(self, case, name, measured):
        self.slices[case][name].append(measured)

    def compare(self, title, ratio, goal):
        """Adds a ratio of rates."""
        self.ratios.setdefault(title, ([], goal))[0].append(ratio)

    def compare_with_rounds(self, title, case, slices, goal):
        rate = median(measured.rate for measured in self.slices[case]["store"])
        for measured in slices:
            self.compare(title, measured.rate / rate, goal)

    def note(self, title, value, limit):
        """Adds a value that is to be at most a limit."""
        self.notes.setdefault(title, ([], limit))[0].append(value)

    def describe_load(self):
        others = [measured.others for names in self.slices.values() for slices in names.values() for measured in slices]
        load = format_spread(self.load, 1)
        return (
            f"Other processes used {median(others):.0%} of the CPU time of the machine (up to {max(others):.0%} of a slice); "
            f"load average after each round: {load}."
        )

    def tables(self):
        return "\n".join([*self.case_rows(), "", *self.cpu_rows(), "", *self.other_rows()])

    def case_rows(self):
        yield "| | clients | etcd, per second | p50 ms | sfn-alias on etcd, per second | p50 ms | p99 ms | ratio | goal | | in a file, per second | p50 ms |"
        yield "|---|---:|---:|---:|---:|---:|---:|---|---|---|---:|---:|"
        for case, names in self.slices.items():
            yield self.case_row(case, names["etcd"], names["store"], names["file"])

    @staticmethod
    def case_row(case, floor, store, file):
        middle = lambda slices, member: median(getattr(measured, member) for measured in slices)
        millis = lambda slices, member: f"{middle(slices, member) / 1000:.2f}"
        ratios = [getattr(a, case.figure) / getattr(b, case.figure) for a, b in zip(store, floor)]
        goal, met = format_goal(median(ratios), case.goal, case.figure == "rate")
        cells = [case.title, str(case.clients), f"{middle(floor, 'rate'):,.0f}", millis(floor, "p50")]
        cells += [f"{middle(store, 'rate'):,.0f}", millis(store, "p50"), millis(store, "p99")]
        cells += [f"{case.figure} {format_spread(ratios)}", goal, met]
        cells += [f"{middle(file, 'rate'):,.0f}", millis(file, "p50")]
        return f"| {' | '.join(cells)} |"

    def cpu_rows(self):
        """CPU time depends less on what else runs. If all CPUs are in use, the ratio of rates is that of all CPU time, inverted."""
        yield "| CPU us per request | clients | etcd: client | nodes | sfn-alias on etcd: client | server | nodes | etcd / sfn-alias | in a file: client | server |"
        yield "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|"
        middle = lambda slices, member: median(getattr(measured, member) for measured in slices)
        for case, names in self.slices.items():
            floor, store = ([middle(names[name], member) for member in ("clients", "servers", "nodes")] for name in ("etcd", "store"))
            ratio = f"{sum(floor) / sum(store):.2f}"
            figures = [f"{value:.0f}" for value in (floor[0], floor[2], *store)]
            figures += [ratio, *(f"{middle(names['file'], member):.0f}" for member in ("clients", "servers"))]
            yield f"| {case.title} | {case.clients} | {' | '.join(figures)} |"

    def other_rows(self):
        yield "| | median (minimum-maximum) | goal | |"
        yield "|---|---|---|---|"
        for rows, more in ((self.ratios, True), (self.notes, False)):
            for title, (values, goal) in rows.items():
                # A limit applies to every round, a ratio to the median.
                judged = median(values) if more else max(values)
                digits = 0 if max(values) >= 100 or all(value == int(value) for value in values) else 2
                yield f"| {title} | {format_spread(values, digits)} | {' | '.join(format_goal(judged, goal, more))} |"
