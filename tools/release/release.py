"""Builds, checks and tries everything that a release contains.

    python3 tools/release/release.py            everything for this machine, as `make release-check` does
    python3 tools/release/release.py wheel npm  some of it
    python3 tools/release/release.py --no-check --target aarch64-unknown-linux-musl npm
    python3 tools/release/release.py --list     the names

The artifacts are in target/release-check/dist, with release.json: the versions of the compilers, and each file
with its size, checksum and what was checked or skipped. With CI=true, nothing may be skipped.
"""

from __future__ import annotations

import argparse
import importlib
import shutil
import sys
import time
from pathlib import Path

import debian11

from common import DIST, ROOT, RUST, check_rust, find_tool, require, run, run_main
from platforms import Platform, find_host, find_platform
from report import Report, describe_artifact, format_table, write_report
from reproduce import compare_builds
from sizes import check_artifact

KINDS = {
    "program": "the program as a tarball, with man pages and completions",
    "clibrary": "the C library as a tarball",
    "debian": "the Debian package",
    "image": "the container image",
    "wheel": "the Python wheel",
    "sdist": "the Python source distribution",
    "npm": "the npm packages",
    "crates": "the crates",
    "licenses": "the licenses and the software bill of materials (SBOM)",
}
"""The modules of this directory that build artifacts. Each has two functions:

`build(platform, dist)` writes artifacts to the directory `dist` and returns their paths.
`check(platform, artifacts)` checks and tries them, and returns what it checked as short sentences, for each artifact.
"""


LINUX_ONLY = ["debian", "image"]


def main() -> int:
    """Builds and checks, and prints the table."""
    arguments = parse_arguments()
    if arguments.list:
        print("\n".join(f"{name:<10} {description}" for name, description in KINDS.items()))
        return 0
    platform, names = read_names(arguments)
    tools = read_tools(platform)
    artifacts = {name: build_artifacts(name, platform) for name in names}
    report = Report()
    if not arguments.no_check:
        check_all(platform, artifacts, report, twice=not arguments.once)
    rows = [describe_artifact(path, report.checks[path]) for paths in artifacts.values() for path in paths]
    write_report(tools, rows)
    print(format_table(tools, rows))
    print("".join(f"error: {error}\n" for error in report.errors), end="", file=sys.stderr)
    return 1 if report.errors else 0


def parse_arguments() -> argparse.Namespace:
    """Returns the arguments of the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help="what to build (default: everything)")
    parser.add_argument("--target", help="the Rust target (default: that of this machine)")
    parser.add_argument("--no-check", action="store_true", help="only build")
    parser.add_argument("--once", action="store_true", help="do not build a second time to compare the bytes")
    parser.add_argument("--list", action="store_true", help="list the names")
    return parser.parse_args()


def read_names(arguments: argparse.Namespace) -> tuple[Platform, list[str]]:
    """Returns the platform and the names of an invocation."""
    unknown = [name for name in arguments.names if name not in KINDS]
    require(not unknown, f"unknown name `{' '.join(unknown)}`: expected {', '.join(KINDS)}")
    platform = find_platform(arguments.target) if arguments.target else find_host()
    return platform, arguments.names or [name for name in KINDS if platform.is_linux or name not in LINUX_ONLY]


def read_tools(platform: Platform) -> dict[str, str]:
    """Returns the versions of the compilers: with others, the artifacts have other bytes."""
    tools = {"rustc": run([find_tool("rustc", RUST), "--version"]).strip()}
    check_rust(tools["rustc"])
    if platform.is_linux:
        pinned = dict(line.split("==") for line in (ROOT / "tools/release/requirements.txt").read_text().split())
        tools["zig"] = f"zig {pinned['ziglang']}"
    return tools


def build_artifacts(name: str, platform: Platform) -> list[Path]:
    """Builds the artifacts of a module in a directory of its own, and moves them to `DIST`."""
    start = time.monotonic()
    folder = DIST.parent / "build" / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    DIST.mkdir(exist_ok=True)
    artifacts = [path.rename(DIST / path.name) for path in importlib.import_module(name).build(platform, folder)]
    print(f"== built {name} in {time.monotonic() - start:.0f} s", file=sys.stderr)
    return artifacts


def check_all(platform: Platform, artifacts: dict[str, list[Path]], report: Report, *, twice: bool) -> None:
    """Checks all artifacts: each kind by its module, then in an old distribution, then with a second build."""
    for name, paths in artifacts.items():
        report.add(name, lambda name=name, paths=paths: importlib.import_module(name).check(platform, paths))
    paths = [path for paths in artifacts.values() for path in paths]
    report.add("sizes", lambda: {path: check_artifact(path) for path in paths})
    if platform == find_host() and platform.is_linux:
        report.add("Debian 11", lambda: debian11.check(platform, paths))
    if twice:
        report.add("reproducibility", lambda: compare_builds(platform, list(artifacts), paths))


if __name__ == "__main__":
    run_main(main)
