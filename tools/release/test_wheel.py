"""Tests of the checks of Python packages. The packages are archives without binaries."""

from __future__ import annotations

import tarfile
import tempfile
import unittest
import zipfile
from pathlib import Path

import sdist
import wheel
import wheel_check
from common import PYTHON_VERSION, ReleaseError
from platforms import find_platform

GNU = find_platform("aarch64-unknown-linux-gnu")


def create_folder(test: unittest.TestCase) -> Path:
    """Creates a directory that is removed after a test."""
    folder = tempfile.TemporaryDirectory()
    test.addCleanup(folder.cleanup)
    return Path(folder.name)


def list_expected() -> list[str]:
    """Returns the files of a wheel."""
    package = [f"sfn_alias/{file.relative_to(wheel_check.PACKAGE)}" for file in wheel_check.PACKAGE.rglob("*.py*") if file.suffix != ".pyc"]
    names = [*package, "sfn_alias/py.typed", wheel_check.EXTENSION, wheel_check.PROGRAM]
    return sorted({*names, *(f"{wheel_check.METADATA}/{name}" for name in wheel_check.GENERATED)})


class Wheel(unittest.TestCase):
    """What a wheel contains."""

    def write(self, names: list[str], mode: int = 0o755) -> Path:
        """Writes a wheel with empty files."""
        path = create_folder(self) / "sfn_alias.whl"
        with zipfile.ZipFile(path, "w") as archive:
            for name in names:
                member = zipfile.ZipInfo(name)
                member.external_attr = mode << 16
                archive.writestr(member, "")
        return path

    def check_fails(self, message: str, names: list[str], mode: int = 0o755) -> None:
        with self.assertRaises(ReleaseError) as caught:
            wheel_check.check_contents(self.write(names, mode))
        self.assertEqual(str(caught.exception), f"sfn_alias.whl: {message}")

    def test_contents(self) -> None:
        names = list_expected()
        wheel_check.check_contents(self.write(names))
        self.check_fails("expected other files: sfn_alias/py.typed", [name for name in names if name != "sfn_alias/py.typed"])
        self.check_fails("expected other files: tests/test_mock.py", [*names, "tests/test_mock.py"])
        self.check_fails(f"{wheel_check.PROGRAM} has the mode 644, which is not executable", names, 0o644)

    def test_variants(self) -> None:
        self.assertEqual([variant.target for variant in wheel.list_variants(GNU)], [GNU.target, "aarch64-unknown-linux-musl"])
        self.assertEqual([wheel.read_tag(variant) for variant in wheel.list_variants(GNU)], ["manylinux_2_17", "musllinux_1_2"])
        mac = find_platform("aarch64-apple-darwin")
        self.assertEqual(wheel.list_variants(mac), [mac])


class SourceDistribution(unittest.TestCase):
    """What a source distribution contains."""

    def check_fails(self, message: str, names: list[str]) -> None:
        path = create_folder(self) / "sfn_alias.tar.gz"
        with tarfile.open(path, "w:gz") as archive:
            for name in names:
                archive.addfile(tarfile.TarInfo(f"sfn_alias-{PYTHON_VERSION}/{name}"))
        with self.assertRaises(ReleaseError) as caught:
            sdist.check_contents(path)
        self.assertEqual(str(caught.exception), f"sfn_alias.tar.gz: {message}")

    def test_contents(self) -> None:
        names = [*sdist.FILES, *(f"{crate}/Cargo.toml" for crate in sdist.CRATES)]
        self.check_fails("missing files: python/sfn_alias/py.typed", names)
        self.check_fails("unexpected files: core/tests/support.rs", [*names, "python/sfn_alias/py.typed", "core/tests/support.rs"])
        self.check_fails("missing files: LICENSE-MIT", [name for name in [*names, "python/sfn_alias/py.typed"] if name != "LICENSE-MIT"])
