"""Each check finds the mistake that it is for: in a copy of the workflows with one change."""

import doctest
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import check
import check_needs
from check import ROOT, check_workflows

ACTIONLINT = ROOT / "target/actionlint"
ZIZMOR = Path(sys.executable).with_name("zizmor")
FILES = ["Makefile", "Cargo.toml", "bindings-python/pyproject.toml", "bindings-node/package.json", "deny.toml"]
FILES += ["bindings-python/Makefile", "bindings-node/Makefile", "core/fuzz/run"]


class Mistakes(unittest.TestCase):
    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.root = Path(directory.name)
        for folder in [".github", "tools/workflows", "tools/release"]:
            shutil.copytree(ROOT / folder, self.root / folder, ignore=shutil.ignore_patterns("__pycache__"))
        for file in FILES:
            (self.root / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / file, self.root / file)

    def change(self, name: str, old: str, new: str) -> None:
        file = self.root / name
        if file.suffix == ".yml" and file.parent == self.root:
            file = self.root / ".github/workflows" / name
        text = file.read_text()
        self.assertIn(old, text)
        file.write_text(text.replace(old, new, 1))

    def assert_problem(self, name: str, old: str, new: str, expected: str) -> None:
        """Checks that a change causes one problem."""
        self.assertEqual(check_workflows(self.root), [])
        self.change(name, old, new)
        self.assertEqual(check_workflows(self.root), [expected])

    def test_another_runner(self) -> None:
        self.change("release.yml", "runner: macos-15-intel", "runner: macos-13")
        [problem] = check_workflows(self.root)
        self.assertRegex(problem, "^release.yml: expected the platforms and runners of tools/release/platforms.py.*macos-13")

    def test_a_platform_without_a_job(self) -> None:
        self.change("release.yml", "target: x86_64-apple-darwin", "target: x86_64-pc-windows-msvc")
        [problem] = check_workflows(self.root)
        self.assertRegex(problem, "^release.yml: expected the platforms and runners")

    def test_an_unknown_kind_of_artifact(self) -> None:
        expected = "release.yml: x86_64-unknown-linux-gnu has no artifacts of the kind `rpm`"
        self.assert_problem("release.yml", "program clibrary debian", "program clibrary rpm debian", expected)

    def test_a_debian_package_for_macos(self) -> None:
        expected = "release.yml: x86_64-apple-darwin has no artifacts of the kind `debian`"
        self.assert_problem("release.yml", "names: program clibrary wheel npm\n", "names: program clibrary wheel npm debian\n", expected)

    def test_a_kind_that_is_not_built(self) -> None:
        self.assert_problem("release.yml", " sdist npm", " npm", "release.yml: no platform builds `sdist`")

    def test_a_missing_version_of_python(self) -> None:
        self.change("ci.yml", "            3.11\n", "")
        missing = ["ci.yml: expected Python 3.10, 3.11, 3.12, 3.13, 3.14, found 3.10, 3.12, 3.13, 3.14"]
        missing.append("ci.yml: expected that the tests run with all installed versions of Python")
        self.assertEqual(check_workflows(self.root), missing)

    def test_a_version_of_python_that_is_installed_but_not_tested(self) -> None:
        self.assert_problem("ci.yml", " python3.13 ", " ", "ci.yml: expected that the tests run with all installed versions of Python")

    def test_a_missing_version_of_node(self) -> None:
        self.change("ci.yml", 'node-version: "20"', 'node-version: "26"')
        self.assertEqual(check_workflows(self.root), ["ci.yml: expected Node 20, 22, 24, found 26, 22, 24"])

    def test_another_oldest_version_in_a_package(self) -> None:
        python = "bindings-python/pyproject.toml: expected Python 3.10 as the oldest version, as in ci.yml, found 3.11"
        self.assert_problem("bindings-python/pyproject.toml", ">=3.10", ">=3.11", python)
        node = "bindings-node/package.json: expected Node 20 as the oldest version, as in ci.yml, found 22"
        self.change("bindings-node/package.json", '"node": ">=20"', '"node": ">=22"')
        rust = "Cargo.toml: expected Rust 1.89 as the oldest version, as in ci.yml, found 1.95"
        self.change("Cargo.toml", 'rust-version = "1.89"', 'rust-version = "1.95"')
        self.assertEqual(check_workflows(self.root), [python, node, rust])

    def test_an_action_without_a_hash(self) -> None:
        expected = "nightly.yml: expected `uses: ACTION@HASH # vX.Y.Z`, found `uses: actions/checkout@v7`"
        self.assert_problem("nightly.yml", "uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1", "uses: actions/checkout@v7", expected)

    def test_an_action_with_two_versions(self) -> None:
        expected = "actions/checkout: expected one version, found v7.0.1, v7.0.2"
        self.assert_problem("nightly.yml", "# v7.0.1", "# v7.0.2", expected)

    def test_a_job_that_the_last_one_does_not_need(self) -> None:
        self.assert_problem("ci.yml", "macos, python", "python", "ci.yml: expected that `green` needs `macos`")

    def test_a_release_without_a_version_of_python(self) -> None:
        expected = "release.yml: expected Python 3.10, 3.11, 3.12, 3.13, 3.14, found 3.10, 3.11, 3.12, 3.14"
        self.assert_problem("release.yml", "            3.13\n", "", expected)

    def test_a_lock_file_that_dependabot_does_not_update(self) -> None:
        expected = "dependabot.yml: npm lacks /tools/release/try-npm, which has package-lock.json"
        self.assert_problem(".github/dependabot.yml", "      - /tools/release/try-npm\n", "", expected)

    def test_a_file_for_pip_with_another_name(self) -> None:
        expected = "dependabot.yml: pip lacks /examples/python, which has *.txt"
        self.assert_problem(".github/dependabot.yml", "/examples/python, ", "", expected)

    def test_a_pattern_matches_one_level(self) -> None:
        expected = "dependabot.yml: pip lacks /tools/templates/sam, which has *.txt"
        self.assert_problem(".github/dependabot.yml", ", /tools/templates/sam]", "]", expected)

    def test_a_target_that_make_deny_does_not_read(self) -> None:
        self.change("deny.toml", '    "aarch64-apple-darwin",\n', "")
        [problem] = check_workflows(self.root)
        self.assertRegex(problem, "^deny.toml: expected the targets .*, aarch64-apple-darwin, found .*, x86_64-apple-darwin$")

    def test_a_directory_without_a_lock_file(self) -> None:
        expected = "dependabot.yml: gomod has /tools/no, which has no go.mod"
        self.assert_problem(".github/dependabot.yml", "[/tools/etcd,", "[/tools/etcd, /tools/no,", expected)

    def test_commands_that_do_not_exist(self) -> None:
        self.assert_problem("ci.yml", "run: make rust", "run: make rost", "ci.yml: `make rost`: Makefile has no target `rost`")
        commands = {
            "make": "expected a target",
            "make -C bindings-go test": "bindings-go/Makefile does not exist",
            "cargo test": "expected make or a script of the repository, found `cargo`",
            "python3 -c pass": "the script `-c` does not exist",
            "python3 tools/release/nothing.py": "the script `tools/release/nothing.py` does not exist",
            "tools/workflows/run-as-root cargo test": "expected make or a script of the repository, found `cargo`",
            "tools/workflows/summarize tools/workflows/run-as-root make nothing": "Makefile has no target `nothing`",
        }
        for command, expected in commands.items():
            with self.subTest(command):
                self.assertEqual(check.check_command(self.root, command.split()), expected)

    def test_logic_in_a_step(self) -> None:
        self.change("ci.yml", "run: make rust", "run: |\n          make rust\n          make c")
        self.assertEqual(check_workflows(self.root), ["ci.yml: `make rust\nmake c`: a step has one command"])

    def test_actionlint_finds_an_unknown_job(self) -> None:
        if not ACTIONLINT.exists():
            self.skipTest("actionlint needs Go")
        self.change("release.yml", "needs: merge", "needs: marge")
        self.assertIn('job "pypi" needs job "marge" which does not exist', self.run_tool(ACTIONLINT, "-shellcheck=", "-pyflakes=", *self.list_workflows()))

    def test_zizmor_finds_a_template_in_a_command(self) -> None:
        self.change("nightly.yml", 'core/fuzz/run "$FUZZ"', "core/fuzz/run ${{ github.head_ref }}")
        self.assertIn("template-injection", self.run_tool(ZIZMOR, "--offline", "--persona=regular", self.root / ".github"))

    def test_zizmor_finds_permissions_that_are_not_needed(self) -> None:
        self.change("ci.yml", "    permissions:\n      contents: read\n", "    permissions: write-all\n")
        self.assertIn("excessive-permissions", self.run_tool(ZIZMOR, "--offline", "--persona=regular", self.root / ".github"))

    def list_workflows(self) -> list[Path]:
        return sorted((self.root / ".github/workflows").glob("*.yml"))

    def run_tool(self, *command: object) -> str:
        """Runs a tool that must find something."""
        done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
        self.assertNotEqual(done.returncode, 0)
        return done.stdout

    def test_the_last_job_fails_with_each_other_job(self) -> None:
        self.assertEqual(doctest.testmod(check_needs).failed, 0)


if __name__ == "__main__":
    unittest.main()
