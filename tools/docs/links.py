"""Checks that the files and the headings in the relative links of all Markdown files exist.

Usage: links.py [FILE...] (default: the Markdown files that git tracks)
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from urllib.parse import unquote

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
INDEX = DOCS / "README.md"
SUMMARY = DOCS / "SUMMARY.md"
CODE_BLOCK = re.compile(r"^ *(```+|~~~+).*?^ *\1`*~*$", re.M | re.S)
CODE_SPAN = re.compile(r"(`+)(?!`).+?(?<!`)\1(?!`)", re.S)
INLINE = re.compile(r"\]\(<?([^()<>\s]+)>?(?:\s+\"[^\"]*\")?\)")
REFERENCE = re.compile(r"^ {0,3}\[[^\]]+\]:\s+<?([^<>\s]+)>?", re.M)
HTML = re.compile(r"<(?:a|img)\b[^>]*?\b(?:href|src)=\"([^\"]+)\"")
HEADING = re.compile(r"^#{1,6} +(.+?) *#*$", re.M)
ANCHOR = re.compile(r"<a\b[^>]*?\b(?:id|name)=\"([^\"]+)\"")
EXTERNAL = re.compile(r"[a-z][a-z0-9+.-]*:|//", re.I)


def blank(match: re.Match[str]) -> str:
    """Returns a match as white space of the same length and with the same lines, so that positions stay correct."""
    return re.sub(r"[^\n]", " ", match[0])


def find_targets(text: str) -> list[re.Match[str]]:
    """Returns the links outside of code, in their order. Group 1 is the target."""
    text = CODE_SPAN.sub(blank, CODE_BLOCK.sub(blank, text))
    matches = [match for pattern in (INLINE, REFERENCE, HTML) for match in pattern.finditer(text)]
    return sorted(matches, key=lambda match: match.start())


def find_links(text: str) -> Iterator[tuple[int, str]]:
    """Returns the line and the target of each link outside of code.

    >>> list(find_links("[a](b.md#c) ![d](e.svg)\\n`[f](g)`\\n\\n```sh\\n[h](i)\\n```\\n[`j`](k)\\n[l]: m\\n<img src=\\"n\\">"))
    [(1, 'b.md#c'), (1, 'e.svg'), (7, 'k'), (8, 'm'), (9, 'n')]
    """
    for match in find_targets(text):
        yield text.count("\n", 0, match.start(1)) + 1, match[1]


def find_anchors(text: str) -> set[str]:
    """Returns the fragments that GitHub creates for a page: one per heading, and the ids of `<a>`.

    >>> sorted(find_anchors("# The `a_b` of [X, Y](z)!\\n## C--D\\n## C--D\\n```sh\\n# no heading\\n```\\n<a id=\\"e\\"></a>"))
    ['c--d', 'c--d-1', 'e', 'the-a_b-of-x-y']
    """
    text = CODE_BLOCK.sub(blank, text)
    anchors = set(ANCHOR.findall(text))
    counts: dict[str, int] = {}
    for heading in HEADING.findall(text):
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)|<[^>]*>", r"\1", heading)
        slug = re.sub(r"[^\w\- ]", "", plain.lower()).replace(" ", "-")
        number = counts[slug] = counts.get(slug, -1) + 1
        anchors.add(f"{slug}-{number}" if number else slug)
    return anchors


@cache
def read_anchors(path: Path) -> set[str]:
    return find_anchors(path.read_text())


def find_problem(page: Path, target: str) -> str | None:
    """Returns why a link is broken, or None."""
    if EXTERNAL.match(target):
        return None
    name, _, fragment = unquote(target).partition("#")
    path = (page.parent / name).resolve() if name else page
    if not path.is_relative_to(ROOT):
        return "the file is outside of the repository"
    if not path.exists():
        return "the file does not exist"
    if fragment and path.suffix == ".md" and fragment not in read_anchors(path):
        return "the page does not have this heading"
    return None


def read_targets(page: Path) -> list[Path]:
    """Returns the files to which a page of `docs/` has links, in the order of the links."""
    return [(DOCS / target.partition("#")[0]).resolve() for _, target in find_links(page.read_text())]


def find_unlisted_pages(pages: list[str]) -> Iterator[tuple[str, str]]:
    """Returns the pages of `docs/` that its index or the contents of the book do not list, each with the problem."""
    index, summary = read_targets(INDEX), read_targets(SUMMARY)
    for page in pages:
        path = ROOT / page
        if not path.is_relative_to(DOCS) or path == SUMMARY:
            continue
        if path.parent == DOCS and path != INDEX and path not in index:
            yield page, "docs/README.md has no link to this page"
        if (count := summary.count(path)) != 1:
            yield page, f"docs/SUMMARY.md lists this page {count} times instead of once"


def tracked_pages() -> list[str]:
    listing = subprocess.run(["git", "ls-files", "-z", "*.md"], cwd=ROOT, capture_output=True, check=True, text=True)
    return [name for name in listing.stdout.split("\0") if name]


def main(names: list[str]) -> int:
    names = names or tracked_pages()
    links, problems = 0, 0
    for name, problem in find_unlisted_pages(names):
        problems += 1
        print(f"{name}: {problem}", file=sys.stderr)
    for page in [(ROOT / name).resolve() for name in names]:
        for line, target in find_links(page.read_text()):
            links += 1
            if problem := find_problem(page, target):
                problems += 1
                print(f"{page.relative_to(ROOT)}:{line}: `{target}`: {problem}", file=sys.stderr)
    if not links:
        print("no links found", file=sys.stderr)
        return 1
    print(f"{links} links, {problems} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
