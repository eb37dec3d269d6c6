"""Tests of what the release scripts accept in crates and licenses. They need no cargo and no network."""

from __future__ import annotations

import tarfile
import tempfile
import unittest
from pathlib import Path
from typing import Any
from unittest import mock

import cargo
import components
import crates
import licenses
from common import ReleaseError


def package(name: str, *dependencies: str, dev: str = "", publish: list[str] | None = None) -> dict[str, Any]:
    """Returns a package as `cargo metadata` does."""
    uses = [{"name": used, "kind": None, "req": "^0.1.0"} for used in dependencies]
    uses += [{"name": dev, "kind": "dev", "req": "*"}] if dev else []
    return {"name": name, "dependencies": uses, "publish": publish}


def member(name: str, size: int = 1, kind: bytes = tarfile.REGTYPE) -> tarfile.TarInfo:
    """Returns a file of a crate."""
    found = tarfile.TarInfo(name)
    found.size, found.type = size, kind
    return found


class OrderTest(unittest.TestCase):
    """The order of publication."""

    def order(self, *packages: dict[str, Any]) -> list[str]:
        with mock.patch.object(cargo, "read_metadata", return_value={"packages": list(packages)}):
            return [found["name"] for found in cargo.list_published()]

    def test_dependencies_are_first(self) -> None:
        found = self.order(package("a", "c"), package("b"), package("c", "b"), package("test", publish=[]))
        self.assertEqual(found, ["b", "c", "a"])

    def test_development_dependency_without_version_is_not_published(self) -> None:
        self.assertEqual(self.order(package("a", dev="b"), package("b", "a")), ["a", "b"])

    def test_circle(self) -> None:
        with self.assertRaisesRegex(ReleaseError, "^the published crates depend on each other in a circle$"):
            self.order(package("a", "b"), package("b", "a"))


class FilesTest(unittest.TestCase):
    """The files of a crate."""

    def test_accepted(self) -> None:
        for name in ["Cargo.lock", "LICENSE-MIT", "README.md", "src/store/schema.sql", "web/index.html", "operations/requests.json", "schemas/rules.json"]:
            self.assertIsNone(crates.find_problem(member(f"a-1/{name}"), "a-1"), name)

    def test_rejected(self) -> None:
        sources = "expected only sources, README and licenses"
        cases = [
            (member("a-1/tests/data.json"), sources),
            (member("a-1/target/debug/a"), sources),
            (member("a-1/notes.txt"), sources),
            (member("a-1/src/../../b"), "expected a path in a-1"),
            (member("/a-1/src/lib.rs"), "expected a path in a-1"),
            (member("b-1/src/lib.rs"), "expected a path in a-1"),
            (member("a-1/LICENSE-MIT", kind=tarfile.SYMTYPE), "expected a file"),
            (member("a-1/src/table.rs", size=262145), "expected up to 262144 bytes, found 262145"),
        ]
        for found, problem in cases:
            self.assertEqual(crates.find_problem(found, "a-1"), problem, found.name)


class LicensesTest(unittest.TestCase):
    """The texts of licenses."""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def read(self, license: str, *files: str, name: str = "a") -> list[str]:
        for file in files:
            (self.folder / file).write_text(f"{file} \r\n")
        return licenses.read_texts(components.Component(name, "1.0.0", license, folder=self.folder))

    def test_choice_of_mit(self) -> None:
        found = self.read("MIT OR Apache-2.0", "LICENSE-APACHE", "LICENSE-MIT", "NOTICE", "README.md")
        self.assertEqual(found, ["LICENSE-MIT", "NOTICE"])

    def test_all_of_several(self) -> None:
        self.assertEqual(self.read("Apache-2.0 AND MIT", "LICENSE-APACHE", "LICENSE-MIT"), ["LICENSE-APACHE", "LICENSE-MIT"])

    def test_known_copyright(self) -> None:
        [text] = self.read("MIT", name="vsimd")
        self.assertTrue(text.startswith("MIT License\n\nCopyright (c) 2021 Nugine\n\nPermission is hereby granted"), text)

    def test_missing_text(self) -> None:
        contents = components.Contents({"a": components.Component("a", "1.0.0", "MIT", folder=self.folder)}, {})
        expected = r"^no license text of a 1\.0\.0 \(MIT\): add the copyright to MIT_COPYRIGHTS in licenses\.py$"
        with mock.patch.object(licenses, "read_contents", return_value=contents), self.assertRaisesRegex(ReleaseError, expected):
            licenses.write_licenses(self.folder / "licenses.txt")


if __name__ == "__main__":
    unittest.main()
