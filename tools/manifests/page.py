"""Compares docs/cluster.md with the program: its metrics, options and environment variables."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs" / "cluster.md"
# Metrics that only servers with a shared store have.
METRIC = re.compile(r"\bsfn_alias_(?:store|statistics)_\w+")


def compare_metrics(page: str, metrics: str) -> list[str]:
    """Returns the metrics of the store that only the page or only a server has."""
    served = {name for name in re.findall(r"^(\w+)", metrics, re.M) if METRIC.fullmatch(name)}
    described = set(METRIC.findall(page))
    missing = [f"the page does not have the metric `{name}`" for name in sorted(served - described)]
    return missing + [f"no server has the metric `{name}`" for name in sorted(described - served)]


def compare_options(page: str, get_help: Callable[[str], str]) -> list[str]:
    """Returns the options of our commands that only the page has, and those of the store that it does not have.

    >>> texts = {"serve": "--port --store --store-ca [env: SFN_ALIAS_STORE=]", "copy": "--store-ca"}
    >>> compare_options("`--store-ca` SFN_ALIAS_STORE\\nsfn-alias serve \\\\\\n --port 1 --store x --por\\nsfn-alias copy --port", texts.get)
    ['`sfn-alias copy` does not have the option `--port`', '`sfn-alias serve` does not have the option `--por`']
    >>> compare_options("--stores SFN_ALIAS_STORES `sfn-alias serve`", texts.get)[1:]
    ['`sfn-alias serve` does not have `SFN_ALIAS_STORES`', 'the page does not have the option `--store`', 'the page does not have the option `--store-ca`']
    """
    used = set()
    for command, rest in re.findall(r"(?:^|`)sfn-alias ([a-z-]+)((?:\\\n|[^\n`])*)", page, re.M):
        used |= {(command, option) for option in find_options(rest.split("#")[0])}
    help_of_serve = get_help("serve")
    store = {option for option in find_options(page) if option.startswith("--store")}
    used |= {("serve", option) for option in store}
    problems = [
        f"`sfn-alias {command}` does not have the option `{option}`"
        for command, option in sorted(used)
        if option not in find_options(get_help(command) or "")
    ]
    variables = sorted(set(re.findall(r"\bSFN_ALIAS_[A-Z_]+", page)))
    problems += [f"`sfn-alias serve` does not have `{name}`" for name in variables if f"{name}=" not in help_of_serve]
    available = sorted(option for option in find_options(help_of_serve) if option.startswith("--store"))
    return problems + [f"the page does not have the option `{option}`" for option in available if option not in store]


def find_options(text: str) -> set[str]:
    return set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", text))
