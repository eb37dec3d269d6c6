"""The tests of commands, versions, and the report of the release scripts. They need no network."""

from __future__ import annotations

import contextlib
import doctest
import fnmatch
import io
import json
import os
import re
import tempfile
import unittest
from pathlib import Path
from unittest import mock

import common
import debian11
import platforms
import program
import report
import sizes
import wheel_check
from common import ReleaseError

TOOLS = {"rustc": "rustc 1.95.0", "zig": "zig 0.15.2"}
RELEASED = {
    "sfn_alias-{python}-cp310-abi3-manylinux_2_17_x86_64.manylinux2014_x86_64.whl": "wheel",
    "sfn_alias-{python}.tar.gz": "sdist",
    "sfn-alias-{version}.tgz": "npm",
    "sfn-alias-linux-x64-gnu-{version}.tgz": "npm-platform",
    "sfn-alias-darwin-arm64-{version}.tgz": "npm-platform",
    "sfn-alias-{version}-x86_64-unknown-linux-gnu.tar.gz": "program-tarball",
    "sfn-alias-{version}-x86_64-unknown-linux-musl.tar.gz": "program-tarball",
    "sfn-alias-image-{version}-linux-amd64.tar": "image",
    "sfn-alias_{debian}_amd64.deb": "debian",
    "libsfn_alias-{version}-x86_64-unknown-linux-gnu.tar.gz": "c-tarball",
    "sfn-alias-core-{version}.crate": "crate",
}
"""The artifacts, each with the name of its limit."""
TRIED = {"program-tarball": 2, "debian": 1, "c-tarball": 1, "npm": 1, "npm-platform": 1}
"""How many of them Debian 11 runs."""


def name_released(version: str) -> dict[str, str]:
    """Returns the artifacts of a version."""
    # The name of the Debian package on GitHub has no `~`.
    forms = {"version": version, "python": common.format_python_version(version), "debian": common.format_debian_version(version).replace("~", ".")}
    return {name.format(**forms): limit for name, limit in RELEASED.items()}


class Versions(unittest.TestCase):
    """Release candidates have file names of their own."""

    def test_the_examples_in_the_documentation(self) -> None:
        self.assertEqual(doctest.testmod(common).failed, 0)

    def test_each_artifact_has_its_limit(self) -> None:
        for version in ["0.2.0", "0.2.0-rc.1"]:
            for name, expected in name_released(version).items():
                found = [limit.name for limit in sizes.LIMITS if limit.released and fnmatch.fnmatchcase(name, limit.released)]
                self.assertEqual(found, [expected], name)

    def test_what_debian_11_tries(self) -> None:
        for version in ["0.2.0", "0.2.0-rc.1", "10.20.30-beta.11"]:
            found: dict[str, int] = {}
            for name, limit in name_released(version).items():
                patterns = [pattern for pattern in debian11.TRIES if re.fullmatch(pattern, name)]
                self.assertLessEqual(len(patterns), 1, name)
                if patterns:
                    found[limit] = found.get(limit, 0) + 1
            self.assertEqual(found, TRIED, version)


class Commands(unittest.TestCase):
    """Commands that fail: one line."""

    def error(self, call: object, *arguments: object, **options: object) -> str:
        with self.assertRaises(ReleaseError) as raised, contextlib.redirect_stderr(io.StringIO()) as self.shown:
            call(*arguments, **options)
        return str(raised.exception)

    def test_a_program_for_another_machine(self) -> None:
        path = Path(self.enter(tempfile.TemporaryDirectory())) / "program"
        path.write_bytes(b"\x7fELF" + bytes(60))
        path.chmod(0o755)
        for call in [common.run, lambda command: common.run_installer(command, "pip")]:
            self.assertEqual(self.error(call, [path]), f"{path} cannot run on this machine: Exec format error")
        self.assertEqual(self.error(common.run, ["sfn-alias-nothing"]), "sfn-alias-nothing is not installed")

    def enter(self, context: contextlib.AbstractContextManager[str]) -> str:
        value = context.__enter__()
        self.addCleanup(context.__exit__, None, None, None)
        return value

    def test_an_installer_without_a_network_prints_one_line(self) -> None:
        script = "echo WARNING: Retrying after NewConnectionError >&2; exit 1"
        error = self.error(common.run_installer, ["sh", "-c", script], "pip cannot install a.txt")
        self.assertEqual((error, self.shown.getvalue()), ("pip cannot install a.txt: it needs the network, or packages downloaded before", ""))

    def test_another_error_of_an_installer_is_shown(self) -> None:
        error = self.error(common.run_installer, ["sh", "-c", "echo no space left >&2; exit 2"], "pip cannot install a.txt")
        self.assertEqual((error, self.shown.getvalue()), ("pip cannot install a.txt: exit code 2", "no space left\n"))

    def test_the_completions_of_another_platform(self) -> None:
        host = platforms.find_platform("x86_64-unknown-linux-gnu")
        ran: list[Path] = []
        built = mock.patch.object(program, "build_for_host", return_value=Path("host"))
        shown = mock.patch.object(program, "run", side_effect=lambda command: ran.append(command[0]) or "")
        work = mock.patch.object(program, "WORK", Path(self.enter(tempfile.TemporaryDirectory())))
        with mock.patch.object(platforms, "find_host", return_value=host), built, shown, work:
            for target in ["x86_64-unknown-linux-musl", "aarch64-unknown-linux-gnu", "aarch64-apple-darwin"]:
                program.write_manuals(platforms.find_platform(target), Path(target))
        self.assertEqual(ran, [Path("x86_64-unknown-linux-musl")] * 3 + [Path("host")] * 6)


class Musl(unittest.TestCase):
    """What the loader of musl lists about the extension module."""

    def test_symbols(self) -> None:
        lines = [f"Error relocating a.so: {name}: symbol not found" for name in ["PyList_New", "_Py_Dealloc"]]
        self.assertEqual(wheel_check.check_missing("a.so", "\n".join(lines)), "a.so: musl has all symbols except those of Python")
        with self.assertRaisesRegex(ReleaseError, "^a.so: musl has no gnu_get_libc_version$"):
            wheel_check.check_missing("a.so", "\n".join([*lines, "Error relocating a.so: gnu_get_libc_version: symbol not found"]))

    def test_a_loader_that_crashes(self) -> None:
        with self.assertRaisesRegex(ReleaseError, "^a.so: expected that the loader of musl misses symbols of Python, found ``$"):
            wheel_check.check_missing("a.so", "")


class Table(unittest.TestCase):
    """The report, with a skipped part."""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = Path(folder.name) / "dist" / "a.tgz"
        self.path.parent.mkdir()
        self.path.write_bytes(b"A")

    def report(self, ci: str) -> report.Report:
        found = report.Report()
        with mock.patch.dict(os.environ, {"CI": ci}), contextlib.redirect_stderr(io.StringIO()):
            found.add("npm", lambda: {self.path: ["contents", common.skip("a.tgz needs musl")]})
        return found

    def test_a_skipped_part_is_in_the_table_and_in_the_file(self) -> None:
        found = self.report("")
        self.assertEqual(found.errors, [])
        row = report.describe_artifact(self.path, found.checks[self.path])
        expected = ["built with rustc 1.95.0, zig 0.15.2", "a.tgz", f"  1 bytes, sha256 {row.sha256}", "  ok: contents", "  skipped: a.tgz needs musl"]
        self.assertEqual(report.format_table(TOOLS, [row]).splitlines(), expected)
        self.assertEqual(self.write(TOOLS, [row])["artifacts"][0]["checks"], ["contents", "skipped: a.tgz needs musl"])

    def test_a_skipped_part_is_an_error_in_ci(self) -> None:
        self.assertEqual(self.report("true").errors, ["npm: a.tgz: skipped: a.tgz needs musl; with CI=true nothing may be skipped"])

    def test_files_of_other_tools_are_not_in_the_report(self) -> None:
        row = report.describe_artifact(self.path, [])
        self.write(TOOLS, [row])
        self.assertEqual(len(self.write(TOOLS, [])["artifacts"]), 1)
        other = TOOLS | {"rustc": "rustc 1.96.0"}
        self.assertEqual(self.write(other, []), {"tools": other, "artifacts": []})

    def write(self, tools: dict[str, str], rows: list[report.Row]) -> dict[str, list[dict[str, object]]]:
        with mock.patch.object(report, "DIST", self.path.parent):
            report.write_report(tools, rows)
        found: dict[str, list[dict[str, object]]] = json.loads((self.path.parent.parent / "release.json").read_text())
        return found


if __name__ == "__main__":
    unittest.main()
