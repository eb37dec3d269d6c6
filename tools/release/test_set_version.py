"""The tests of the scripts for versions and for CHANGELOG.md."""

import doctest
import tempfile
import unittest
from pathlib import Path

import changelog
import set_version
from changelog import ChangelogError, find_section
from set_version import ROOT, VersionError

FILES = {
    "Cargo.toml": '[workspace]\nmembers = [\n    "core",\n    "cli",\n]\n\n[workspace.package]\nversion = "0.1.0"\nrust-version = "1.89"\n',
    "core/Cargo.toml": '[package]\nname = "alias"\nversion.workspace = true\n\n[dependencies]\nserde = { version = "0.1.0" }\n',
    "cli/Cargo.toml": '[package]\nname = "alias-cli"\n\n[dependencies]\nalias = { path = "../core", version = "0.1.0", optional = true }\n',
    "Cargo.lock": '[[package]]\nname = "alias"\nversion = "0.1.0"\n\n[[package]]\nname = "alias-cli"\nversion = "0.1.0"\ndependencies = []\n\n'
    '[[package]]\nname = "other"\nversion = "0.1.0"\nsource = "registry"\n',
    "core/fuzz/Cargo.lock": '[[package]]\nname = "alias"\nversion = "0.1.0"\n\n[[package]]\nname = "alias-fuzz"\nversion = "0.0.0"\n',
    "bindings-node/package.json": '{\n  "version": "0.1.0",\n  "peerDependencies": {"constructs": "0.1.0"},\n  "optionalDependencies": {\n'
    '    "sfn-alias-darwin-x64": "0.1.0"\n  }\n}\n',
    "bindings-node/npm/darwin-x64/package.json": '{\n  "version": "0.1.0"\n}\n',
    "bindings-c/include/sfn_alias.h": '#define SFN_ALIAS_VERSION "0.1.0"\n/* for example `0.1.0` */\n#define SFN_ALIAS_VERSION_MINOR 1\n',
    "cli/man/alias.1": '.TH sfn-alias 1  "sfn-alias 0.1.0" \n.SH VERSION\nv0.1.0\n',
    "docs/cluster/compose.yaml": "x-etcd:\n  image: example.com/etcd:v0.1.0\nx-server:\n  image: ghcr.io/sfn-alias/sfn-alias:0.1.0\n",
    "CHANGELOG.md": "# Changelog\n\n## Unreleased\n\n- A\n",
}
DATE = "2027-01-31"


class Versions(unittest.TestCase):
    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.root = Path(directory.name)
        for name, text in FILES.items():
            file = self.root / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)

    def read(self, name: str) -> str:
        return (self.root / name).read_text()

    def replace(self, name: str, old: str, new: str) -> None:
        self.assertIn(old, self.read(name))
        (self.root / name).write_text(self.read(name).replace(old, new))

    def error(self, tag: str | None = None) -> str:
        with self.assertRaises((VersionError, ChangelogError)) as raised:
            set_version.check(self.root, tag)
        return str(raised.exception)

    def test_a_tag_needs_pages_of_a_published_version(self) -> None:
        set_version.set_version(self.root, "0.2.0", DATE)
        (self.root / "docs").mkdir(exist_ok=True)
        (self.root / "docs/page.md").write_text("Version 0.1.0 is not published yet: use a checkout.\n")
        self.assertEqual(self.error("v0.2.0"), 'expected no page with "not published yet", found docs/page.md')

    def test_a_new_version_is_written_to_all_files(self) -> None:
        changed = set_version.set_version(self.root, "0.2.0", DATE)
        self.assertEqual(sorted(str(file.relative_to(self.root)) for file in changed), sorted(set(FILES) - {"core/Cargo.toml"}))
        self.assertEqual(set_version.check(self.root, "v0.2.0"), "0.2.0")
        self.assertEqual(self.read("CHANGELOG.md"), f"# Changelog\n\n## Unreleased\n\n## 0.2.0 - {DATE}\n\n- A\n")
        self.assertIn('name = "other"\nversion = "0.1.0"', self.read("Cargo.lock"))
        self.assertIn("#define SFN_ALIAS_VERSION_MINOR 2", self.read("bindings-c/include/sfn_alias.h"))
        self.assertIn('"constructs": "0.1.0"', self.read("bindings-node/package.json"))
        self.assertEqual(self.read("cli/man/alias.1"), '.TH sfn-alias 1  "sfn-alias 0.2.0" \n.SH VERSION\nv0.2.0\n')

    def test_the_same_version_twice_changes_nothing(self) -> None:
        set_version.set_version(self.root, "0.2.0", DATE)
        self.assertEqual(set_version.set_version(self.root, "0.2.0", DATE), [])

    def test_a_man_page_escapes_the_hyphen_of_a_release_candidate(self) -> None:
        set_version.set_version(self.root, "0.2.0-rc.1", DATE)
        self.assertEqual(self.read("cli/man/alias.1"), '.TH sfn-alias 1  "sfn-alias 0.2.0-rc.1" \n.SH VERSION\nv0.2.0\\-rc.1\n')
        self.assertEqual([name for name in FILES if "\\-" in self.read(name)], ["cli/man/alias.1"])
        self.assertEqual(set_version.check(self.root), "0.2.0-rc.1")
        set_version.set_version(self.root, "0.2.0", DATE)
        self.assertEqual(set_version.check(self.root), "0.2.0")

    def test_each_place_with_another_version_is_reported(self) -> None:
        places = {"Cargo.lock": 7, "bindings-c/include/sfn_alias.h": 1, "cli/Cargo.toml": 5, "cli/man/alias.1": 3}
        places |= {"bindings-node/package.json": 5, "bindings-node/npm/darwin-x64/package.json": 2, "core/fuzz/Cargo.lock": 3}
        places |= {"docs/cluster/compose.yaml": 4}
        for name, number in places.items():
            with self.subTest(name):
                lines = self.read(name).split("\n")
                lines[number - 1] = lines[number - 1].replace("0.1.0", "0.0.9")
                (self.root / name).write_text("\n".join(lines))
                expected = [f"{name}:{number}: 0.0.9", "help: run tools/release/set_version.py 0.1.0"]
                self.assertEqual(self.error().split("\n"), ["expected version 0.1.0 as in Cargo.toml, found", *expected])
                (self.root / name).write_text(FILES[name])

    def test_a_tag_needs_the_same_version_and_a_heading(self) -> None:
        self.assertEqual(self.error("v0.1.1"), "expected the tag v0.1.0 as in Cargo.toml, found v0.1.1")
        missing = "CHANGELOG.md: expected a heading `## 0.1.0 - YYYY-MM-DD`: run tools/release/set_version.py 0.1.0"
        self.assertEqual(self.error("v0.1.0"), missing)

    def test_a_release_has_the_notes_of_its_candidates(self) -> None:
        set_version.set_version(self.root, "0.2.0-rc.1", DATE)
        self.replace("CHANGELOG.md", "## Unreleased\n", "## Unreleased\n\n- B\n")
        set_version.set_version(self.root, "0.2.0", DATE)
        self.assertEqual(self.read("CHANGELOG.md"), f"# Changelog\n\n## Unreleased\n\n## 0.2.0 - {DATE}\n\n- B\n\n- A\n")

    def test_a_section_without_text_is_reported(self) -> None:
        self.replace("CHANGELOG.md", "- A\n", "")
        set_version.set_version(self.root, "0.2.0", DATE)
        self.assertEqual(self.error("v0.2.0"), "CHANGELOG.md: the section of 0.2.0 is empty")

    def test_pages_may_wait_for_the_release_while_there_are_candidates(self) -> None:
        (self.root / "README.md").write_text("They are not published yet.\n")
        set_version.set_version(self.root, "0.2.0-rc.1", DATE)
        self.assertEqual(set_version.check(self.root, "v0.2.0-rc.1"), "0.2.0-rc.1")
        set_version.set_version(self.root, "0.2.0", DATE)
        self.assertEqual(self.error("v0.2.0"), 'expected no page with "not published yet", found README.md')

    def test_invalid_versions(self) -> None:
        for version in ["", "1", "v0.2.0", "0.2", "0.2.0-rc1", "0.2.0+1", "0.2.0\n"]:
            with self.subTest(version), self.assertRaises(VersionError):
                set_version.set_version(self.root, version, DATE)
        self.assertEqual(set_version.check(self.root), "0.1.0")

    def test_a_changelog_without_the_heading_changes_no_file(self) -> None:
        self.replace("CHANGELOG.md", "## Unreleased", "## Next")
        with self.assertRaises(ChangelogError):
            set_version.set_version(self.root, "0.2.0", DATE)
        self.assertEqual(set_version.check(self.root), "0.1.0")

    def test_the_notes_of_a_release(self) -> None:
        set_version.set_version(self.root, "0.2.0", DATE)
        self.replace("CHANGELOG.md", "- A\n", "- A\n\n## 0.1.0 - 2026-12-01\n\n- B\n")
        self.assertEqual(find_section(self.read("CHANGELOG.md"), "0.2.0"), "- A\n")
        with self.assertRaises(ChangelogError):
            find_section(self.read("CHANGELOG.md"), "0.3.0")

    def test_the_examples_in_the_documentation(self) -> None:
        self.assertEqual(doctest.testmod(changelog).failed + doctest.testmod(set_version).failed, 0)

    def test_no_kind_of_file_of_the_repository_is_missed(self) -> None:
        kinds = {place.file.name if place.file.suffix != ".1" else "man" for place in set_version.find_places(ROOT)}
        self.assertEqual(kinds, {"Cargo.toml", "Cargo.lock", "package.json", "sfn_alias.h", "man", "compose.yaml", "kubernetes.yaml"})


if __name__ == "__main__":
    unittest.main()
