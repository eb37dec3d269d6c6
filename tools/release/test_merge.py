"""The tests of the script that merges the builds of all platforms. The builds are made up."""

from __future__ import annotations

import hashlib
import json
import unittest

import merge
from platforms import PLATFORMS
from test_publish import Folder

BUILDS = [f"build-{platform.target}" for platform in PLATFORMS if not platform.is_musl]
RUST = "rustc 1.95.0 (59807616e 2026-04-14)"


class Merge(Folder):
    """Each build has an artifact of its own, and one that all builds have, with other bytes."""

    def setUp(self) -> None:
        super().setUp()
        for number, build in enumerate(BUILDS):
            self.write_build(number, build, RUST)

    def write_build(self, number: int, build: str, rustc: str) -> None:
        rows = [self.write(f"{build}/dist/{number}.tar.gz", b"A"), self.write(f"{build}/dist/main.tgz", str(number).encode())]
        report = {"tools": {"rustc": rustc}, "artifacts": rows}
        self.write(f"{build}/release.json", json.dumps(report).encode())

    def merge_error(self) -> str:
        return self.error(merge.merge, self.folder, self.folder / "files")

    def test_all_artifacts_are_copied(self) -> None:
        rows = merge.merge(self.folder, self.folder / "files")
        names = [f"{number}.tar.gz" for number in range(len(BUILDS))] + ["main.tgz"]
        self.assertEqual([row["name"] for row in rows], names)
        self.assertEqual(sorted(path.name for path in (self.folder / "files").iterdir()), sorted([*names, "SHA256SUMS", "release.md"]))
        self.assertIn("| `0.tar.gz` | 1 | 1 |", (self.folder / "files/release.md").read_text())

    def test_the_checksums_are_those_of_the_files(self) -> None:
        merge.merge(self.folder, self.folder / "files")
        lines = [line.split("  ") for line in (self.folder / "files/SHA256SUMS").read_text().splitlines()]
        self.assertEqual(len(lines), len(BUILDS) + 1)
        for digest, name in lines:
            self.assertEqual(hashlib.sha256((self.folder / "files" / name).read_bytes()).hexdigest(), digest, name)

    def test_a_file_of_several_builds_is_that_of_the_first(self) -> None:
        rows = merge.merge(self.folder, self.folder / "files")
        self.assertEqual((self.folder / "files/main.tgz").read_bytes(), b"0")
        self.assertEqual(rows[-1]["sha256"], hashlib.sha256(b"0").hexdigest())

    def test_a_missing_platform(self) -> None:
        (self.folder / BUILDS[1] / "release.json").unlink()
        self.assertEqual(self.merge_error(), f"{self.folder}: {BUILDS[1]} is missing")

    def test_a_missing_file(self) -> None:
        (self.folder / BUILDS[1] / "dist/1.tar.gz").unlink()
        self.assertEqual(self.merge_error(), f"1.tar.gz is missing in {self.folder / BUILDS[1] / 'dist'}")

    def test_another_artifact_than_the_checked_one(self) -> None:
        self.write(f"{BUILDS[0]}/dist/main.tgz", b"B")
        found = hashlib.sha256(b"B").hexdigest()
        self.assertEqual(self.merge_error(), f"main.tgz: expected the SHA-256 {hashlib.sha256(b'0').hexdigest()}, found {found}")

    def test_another_version_of_rust(self) -> None:
        self.write_build(1, BUILDS[1], "rustc 1.96.0")
        self.assertRegex(self.merge_error(), f"^expected builds with the same version of Rust, found .*{BUILDS[1]} with rustc 1.96.0, ")

    def test_skipped_parts_are_not_counted(self) -> None:
        self.assertEqual(merge.count_checks({"checks": ["runs", "skipped: musl"]}), 1)


if __name__ == "__main__":
    unittest.main()
