"""Writes the sources of the book: the pages that `docs/SUMMARY.md` lists, with links that work in the book.

Pages of `docs/` keep their names, `NAME/README.md` becomes `NAME/index.md`. Links between pages of the book stay relative, pictures
are copied, and links to other files of the repository point to GitHub. The page about references gets links to those that were built.

Usage: source.py OUTPUT REFERENCES
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from pathlib import Path
from urllib.parse import unquote

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools" / "docs"))
from links import DOCS, EXTERNAL, SUMMARY, find_targets  # noqa: E402

REPOSITORY = "https://github.com/sfn-alias/sfn-alias"
BOOK = Path(__file__).parent
PICTURES = {".svg", ".png"}
REFERENCE = re.compile(r"`target/book/reference/([^`]+)`")


def name_page(page: Path) -> Path:
    """Returns the path of a page in the book.

    >>> [str(name_page(ROOT / name)) for name in ("docs/README.md", "docs/fidelity/http.md", "README.md", "DESIGN.md")]
    ['index.md', 'fidelity/http.md', 'overview.md', 'DESIGN.md']
    >>> str(name_page(ROOT / "bench/http/README.md"))
    'bench/http/index.md'
    """
    if page == DOCS / "README.md":
        return Path("index.md")
    if page == ROOT / "README.md":
        return Path("overview.md")
    if page.is_relative_to(DOCS):
        return page.relative_to(DOCS)
    name = page.relative_to(ROOT)
    return name.parent / "index.md" if name.name == "README.md" else name


class Book:
    """The pages and pictures of the book, by their files in the repository."""

    def __init__(self, references: Path) -> None:
        self.references = references
        links = [match[1] for match in find_targets(SUMMARY.read_text())]
        self.pages = {page: name_page(page) for page in ((DOCS / link).resolve() for link in links)}
        self.pictures: dict[Path, Path] = {}

    def convert_link(self, page: Path, target: str) -> str:
        """Returns the target of a link for the book."""
        if EXTERNAL.match(target) or target.startswith("#"):
            return target
        name, mark, fragment = target.partition("#")
        path = (page.parent / unquote(name)).resolve()
        if path in self.pages:
            converted = self.relative(page, self.pages[path])
        elif path.suffix in PICTURES:
            self.pictures[path] = path.relative_to(DOCS)
            converted = self.relative(page, self.pictures[path])
        else:
            kind = "tree" if path.is_dir() else "blob"
            converted = f"{REPOSITORY}/{kind}/HEAD/{path.relative_to(ROOT).as_posix()}"
        return converted + mark + fragment

    def relative(self, page: Path, target: Path) -> str:
        folder = Path() if page == SUMMARY else self.pages[page].parent
        return Path(os.path.relpath(target, folder)).as_posix()

    def convert_page(self, page: Path) -> str:
        """Returns the text of a page with the links of the book."""
        text, parts, end = page.read_text(), [], 0
        for match in find_targets(text):
            parts += [text[end : match.start(1)], self.convert_link(page, match[1])]
            end = match.end(1)
        text = "".join([*parts, text[end:]])
        return REFERENCE.sub(self.link_reference, text) if page == BOOK / "README.md" else text

    def link_reference(self, match: re.Match[str]) -> str:
        """Returns the link to a reference instead of its path, if it was built."""
        if not (self.references / match[1]).is_file():
            return "not built"
        return f"[open]({self.relative(BOOK / 'README.md', Path('reference') / match[1])})"

    def write(self, target: Path) -> None:
        """Writes the book's settings, styles, pages and pictures."""
        source = target / "src"
        shutil.rmtree(target, ignore_errors=True)
        source.mkdir(parents=True)
        for name in ("book.toml", "book.css"):
            shutil.copy(BOOK / name, target)
        (source / "SUMMARY.md").write_text(self.convert_page(SUMMARY))
        for page, name in self.pages.items():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            (source / name).write_text(self.convert_page(page))
        for picture, name in self.pictures.items():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(picture, source / name)


if __name__ == "__main__":
    output, references = map(Path, sys.argv[1:])
    Book(references).write(output)
