"""The sections of CHANGELOG.md.

    python3 tools/release/changelog.py VERSION    prints the section of a version, for the notes of a release
"""

from __future__ import annotations

import re
import sys
from common import ROOT, ReleaseError, run_main

CHANGELOG = ROOT / "CHANGELOG.md"
UNRELEASED = "## Unreleased"


class ChangelogError(ReleaseError):
    """A heading is missing. The message is one line."""


def find_section(text: str, version: str) -> str:
    r"""Returns the text below the heading of a version.

    Errors: `ChangelogError` if the heading does not exist, or has no text.

    >>> find_section("# Changelog\n\n## 0.2.0 - 2027-01-31\n\n- B\n\n## 0.1.0 - 2026-12-01\n\n- A\n", "0.2.0")
    '- B\n'
    """
    heading = find_heading(text, version)
    rest = text[heading.end() :]
    following = re.search(r"^## ", rest, re.MULTILINE)
    section = (rest[: following.start()] if following else rest).strip()
    if not section:
        raise ChangelogError(f"CHANGELOG.md: the section of {version} is empty")
    return section + "\n"


def find_heading(text: str, version: str) -> re.Match[str]:
    """Returns the heading of a version, with its date as group 1.

    Errors: `ChangelogError` if it does not exist.
    """
    heading = re.search(rf"^## {re.escape(version)} - (\d{{4}}-\d\d-\d\d)$", text, re.MULTILINE)
    if heading is None:
        raise ChangelogError(f"CHANGELOG.md: expected a heading `## {version} - YYYY-MM-DD`: run tools/release/set_version.py {version}")
    return heading


def set_heading(text: str, version: str, date: str) -> str:
    r"""Returns the changelog with a heading for a version: for what was unreleased, and what its candidates contained.

    >>> set_heading("## Unreleased\n\n- A\n", "0.1.0", "2026-12-01")
    '## Unreleased\n\n## 0.1.0 - 2026-12-01\n\n- A\n'
    >>> set_heading("## Unreleased\n\n## 0.1.0 - 2026-12-01\n\n- A\n", "0.1.0", "2026-12-02")
    '## Unreleased\n\n## 0.1.0 - 2026-12-02\n\n- A\n'
    >>> set_heading("## Unreleased\n\n- B\n\n## 0.1.0-rc.1 - 2026-12-01\n\n- A\n", "0.1.0", "2026-12-02")
    '## Unreleased\n\n## 0.1.0 - 2026-12-02\n\n- B\n\n- A\n'
    """
    release = re.escape(version.split("-")[0])
    rest = re.sub(rf"^## {release}(-\S+)? - .*\n\n", "", text, flags=re.MULTILINE)
    changed, count = re.subn(rf"^{UNRELEASED}$", f"{UNRELEASED}\n\n## {version} - {date}", rest, flags=re.MULTILINE)
    if count != 1:
        raise ChangelogError(f"CHANGELOG.md: expected one heading `{UNRELEASED}`, found {count}")
    return changed


def main() -> int:
    """Prints the section of a version."""
    [version] = sys.argv[1:] or ["VERSION"]
    print(find_section(CHANGELOG.read_text(), version), end="")
    return 0


if __name__ == "__main__":
    run_main(main)
