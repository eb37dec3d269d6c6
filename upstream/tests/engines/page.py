"""Writes docs/engines.md from the results of a run."""

from __future__ import annotations

import sys

import endpoints
from features import BEHIND, DIRECTLY, FEATURES

PAGE = endpoints.ROOT / "docs" / "engines.md"

COLUMNS = {DIRECTLY: "directly", BEHIND: "behind sfn-alias"}

# The text of a limit or an error by feature, engine and way; None if the feature works.
Results = dict[tuple[str, str, str], str | None]

INTRODUCTION = """\
# Engines behind aliases

`sfn-alias serve --upstream URL` adds versions, aliases and weights to an endpoint that runs definitions (an engine).
This page shows which features work with {engines}: *directly*, if a client uses the engine's own
endpoint, and *behind* sfn-alias, if a client uses `serve --upstream`. `make engines` runs the programs in
`upstream/tests/engines/` and writes this page; `make test` checks that it is up to date.

{summary}

In the tables, ✓ means that the program of the feature ran and that each value was as expected from AWS. Any other
text is a limit: what differs. Behind sfn-alias, the engine still decides what happens inside an execution, and its
limits remain.
"""


def format_page(results: Results) -> str:
    titles = " and ".join(format_title(engine) for engine in endpoints.ENGINES)
    page = INTRODUCTION.format(engines=titles, summary=format_summary(results))
    groups = dict.fromkeys(feature.group for feature in FEATURES)
    return page + "".join(format_group(group, results) for group in groups)


def format_title(engine: endpoints.peers.Peer) -> str:
    return f"{engine.title} {endpoints.read_version(engine)}"


def format_summary(results: Results) -> str:
    header = ["engine", "features that work directly", "features that work behind sfn-alias"]
    rows = [
        [format_title(engine), *(count_features(results, engine.name, way) for way in (DIRECTLY, BEHIND))]
        for engine in endpoints.ENGINES
    ]
    return endpoints.peers.format_table(header, rows)


def count_features(results: Results, engine: str, way: str) -> str:
    found = [result for (_, name, it), result in results.items() if (name, it) == (engine, way)]
    return f"{found.count(None)} of {len(found)}"


def format_group(group: str, results: Results) -> str:
    columns = [(engine, way) for engine in endpoints.ENGINES for way in (DIRECTLY, BEHIND)]
    header = ["feature", *(f"{engine.title} {COLUMNS[way]}" for engine, way in columns)]
    rows = [
        [feature.title, *(format_cell(results, (feature.name, engine.name, way)) for engine, way in columns)]
        for feature in FEATURES
        if feature.group == group
    ]
    return f"\n## {group}\n\n{endpoints.peers.format_table(header, rows)}\n"


def format_cell(results: Results, key: tuple[str, str, str]) -> str:
    """
    >>> [format_cell({("a", "b", "c"): it}, ("a", "b", "c")) for it in (None, "a | b")]
    ['✓', 'a \\\\| b']
    >>> format_cell({}, ("a", "b", "c"))
    '-'
    """
    return (results[key] or "✓").replace("|", "\\|") if key in results else "-"


def write(results: Results) -> list[str]:
    PAGE.write_text(format_page(results))
    print(f"wrote {PAGE.relative_to(endpoints.ROOT)}")
    return []


def check(results: Results) -> list[str]:
    """Returns a problem if the page is not up to date."""
    if PAGE.exists() and PAGE.read_text() == format_page(results):
        return []
    print("docs/engines.md is out of date: run `make engines`", file=sys.stderr)
    return ["docs/engines.md is out of date"]
