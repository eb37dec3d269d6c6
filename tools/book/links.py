"""Checks the built book offline: its links point to pages and headings that exist, and no page loads anything from the network.

The pages of `reference/` are written by the tools of the languages, which check their links. Here only their resources are checked.

Usage: links.py DIRECTORY
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

EXTERNAL = re.compile(r"[a-z][a-z0-9+.-]*:|//", re.I)
REMOTE = re.compile(r"(https?:)?//", re.I)
STYLE_URL = re.compile(r"""(?:url\(\s*|@import\s+)["']?([^"')\s]+)""")
LOADING = {"img": "src", "script": "src", "iframe": "src", "source": "src", "link": "href"}
"""The elements whose target a browser loads at once, and its attribute."""
STANDARD_LINKS = {"canonical", "author", "license"}
"""Kinds of `<link>` that a browser does not load."""


class Page(HTMLParser):
    """The ids, links and resources of a page.

    >>> page = Page('<h1 id="a"><a href="b.html#c">B</a></h1><img src="d.png"><link rel="canonical" href="https://e">')
    >>> page.ids, page.links, page.resources
    ({'a'}, ['b.html#c', 'd.png'], ['d.png'])
    """

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.resources: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value for name, value in attrs if value}
        self.ids |= {values[name] for name in ("id", "name") if name in values}
        self.resources += STYLE_URL.findall(values.get("style", ""))
        target = values.get(LOADING.get(tag, "href"))
        if not target or tag == "base" or values.get("rel") in STANDARD_LINKS:
            return
        self.links.append(target)
        if tag in LOADING:
            self.resources.append(target)


@cache
def read_page(path: Path) -> Page:
    return Page(path.read_text())


def find_problem(book: Path, page: Path, target: str) -> str | None:
    """Returns why a link is broken, or None."""
    if EXTERNAL.match(target):
        return None
    name, _, fragment = unquote(target).partition("#")
    # mdBook writes the links of this page for the top of the site.
    folder = book if page.name == "404.html" else page.parent
    path = (folder / name.partition("?")[0]).resolve() if name else page
    if path.is_dir():
        path /= "index.html"
    if not path.is_file():
        return "the file does not exist"
    if fragment and path.suffix == ".html" and fragment not in read_page(path).ids:
        return "the page does not have this heading"
    return None


def find_remote(path: Path) -> Iterator[tuple[str, str]]:
    """Returns the resources of a page or style sheet that a browser loads from the network, each with the problem."""
    resources = STYLE_URL.findall(path.read_text()) if path.suffix == ".css" else read_page(path).resources
    for target in resources:
        if REMOTE.match(target):
            yield target, "is loaded from the network"


def find_problems(book: Path) -> Iterator[tuple[Path, str, str]]:
    """Returns the pages of a book with the links and resources that have a problem."""
    for path in sorted([*book.rglob("*.html"), *book.rglob("*.css")]):
        for target, problem in find_remote(path):
            yield path, target, problem
        if path.suffix == ".html" and book / "reference" not in path.parents:
            for target in dict.fromkeys(read_page(path).links):
                if problem := find_problem(book, path, target):
                    yield path, target, problem


def main(name: str) -> int:
    book = Path(name).resolve()
    if not (book / "index.html").is_file():
        print(f"{name} is not a book: it has no index.html", file=sys.stderr)
        return 1
    problems = list(find_problems(book))
    for path, target, problem in problems:
        print(f"{path.relative_to(book)}: `{target}`: {problem}", file=sys.stderr)
    print(f"{sum(1 for _ in book.rglob('*.html'))} pages, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
