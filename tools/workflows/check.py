"""Checks that the workflows agree with the rest of the repository.

- A step runs make or a script of the repository, with targets and paths that exist.
- The platforms and runners are those of tools/release/platforms.py, and each kind of artifact is built.
- The versions of Python, Node and Rust begin with the oldest that the packages support.
- An action is pinned by its hash, with the version in a comment, and all uses of an action have the same.
- One job needs all others.
- Dependabot updates all lock files.
- `make deny` reads the dependencies of all platforms.
"""

from __future__ import annotations

import fnmatch
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools/release"))
from platforms import PLATFORMS  # noqa: E402
from release import KINDS, LINUX_ONLY  # noqa: E402

PYTHON_VERSIONS = ["3.10", "3.11", "3.12", "3.13", "3.14"]
NODE_VERSIONS = ["20", "22", "24"]
LOCK_FILES = {"cargo": "Cargo.lock", "npm": "package-lock.json", "pip": "*.txt", "gomod": "go.mod", "maven": "pom.xml"}
"""The names of lock files by the kind that dependabot.yml names."""
PIP_VERSION = re.compile(r"^[\w.-]+==", re.MULTILINE)
"""What distinguishes a file for pip from other texts."""
NOT_UPDATED = {"npm": "/bindings-node/test/old-cdk", "pip": "/tools/release/try-npm"}
"""Directories that dependabot.yml omits, because they have certain old versions: the oldest of CDK, and each major version of Node."""
PINNED = re.compile(r"uses: (\S+)@([0-9a-f]{40}) # (v\d+\.\d+\.\d+)")
SCRIPTS = ("python3", "tools/workflows/run-as-root", "tools/workflows/summarize")
"""Programs that run a script or make: their first argument is a command."""


def check_workflows(root: Path) -> list[str]:
    """Returns a line per problem."""
    texts = {path.name: path.read_text() for path in sorted((root / ".github/workflows").glob("*.yml"))}
    workflows = {name: yaml.safe_load(text) for name, text in texts.items()}
    problems = [*check_actions(texts), *check_platforms(workflows["release.yml"]), *check_versions(root, workflows["ci.yml"])]
    for name, job in [("release.yml", "build"), ("nightly.yml", "release-check")]:
        problems += check_pythons(name, workflows[name]["jobs"][job])
    problems += check_needs(workflows["ci.yml"])
    problems += check_dependabot(yaml.safe_load((root / ".github/dependabot.yml").read_text()))
    problems += check_deny((root / "deny.toml").read_text())
    for name, workflow in workflows.items():
        problems += [f"{name}: {problem}" for problem in check_steps(root, workflow)]
    return problems


def list_steps(workflow: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Returns all steps of a workflow."""
    for job in workflow["jobs"].values():
        yield from job["steps"]


def check_steps(root: Path, workflow: dict[str, Any]) -> Iterator[str]:
    """Reports steps that run something else than make or a script."""
    for command in (step["run"] for step in list_steps(workflow) if "run" in step):
        problem = "a step has one command" if "\n" in command.strip() else check_command(root, shlex.split(command))
        if problem:
            yield f"`{command.strip()}`: {problem}"


def check_command(root: Path, words: list[str]) -> str | None:
    """Returns what is wrong with a command, or None."""
    if not words:
        return "expected a command"
    program, *arguments = words
    if program == "make":
        return check_make(root, arguments)
    if program != "python3" and not (root / program).is_file():
        return f"expected make or a script of the repository, found `{program}`"
    if program == "python3":
        script = arguments[0] if arguments else ""
        return None if script.endswith(".py") and (root / script).is_file() else f"the script `{script}` does not exist"
    return check_command(root, arguments) if program in SCRIPTS else None


def check_make(root: Path, arguments: list[str]) -> str | None:
    """Returns what is wrong with the arguments of make, or None."""
    folder = root / arguments[1] if arguments[:1] == ["-C"] else root
    names = [argument for argument in arguments[2 if folder != root else 0 :] if "=" not in argument]
    makefile = folder / "Makefile"
    if not makefile.is_file():
        return f"{makefile.relative_to(root)} does not exist"
    missing = [name for name in names if not re.search(rf"^{re.escape(name)}:", makefile.read_text(), re.MULTILINE)]
    if missing or not names:
        return f"{makefile.relative_to(root)} has no target `{' '.join(missing)}`" if missing else "expected a target"
    return None


def check_platforms(release: dict[str, Any]) -> Iterator[str]:
    """Reports platforms, runners and kinds of artifacts that differ from the release scripts."""
    rows = release["jobs"]["build"]["strategy"]["matrix"]["include"]
    found = {row["target"]: row["runner"] for row in rows}
    # A job for glibc also builds for musl.
    expected = {platform.target: platform.runner for platform in PLATFORMS if not platform.is_musl}
    if found != expected or len(rows) != len(expected):
        yield f"release.yml: expected the platforms and runners of tools/release/platforms.py, {expected}, found {found}"
    for row in rows:
        names = row["names"].split()
        unknown = [name for name in names if name not in KINDS or ("linux" not in row["target"] and name in LINUX_ONLY)]
        if unknown:
            yield f"release.yml: {row['target']} has no artifacts of the kind `{' '.join(unknown)}`"
    missing = set(KINDS) - {name for row in rows for name in row["names"].split()}
    if missing:
        yield f"release.yml: no platform builds `{' '.join(sorted(missing))}`"


def check_versions(root: Path, workflow: dict[str, Any]) -> Iterator[str]:
    """Reports versions of Python, Node and Rust that differ from those of the packages."""
    jobs = workflow["jobs"]
    nodes = find_inputs(jobs["node"], "node-version")
    yield from check_pythons("ci.yml", jobs["python"])
    command = " ".join(step.get("run", "") for step in jobs["python"]["steps"])
    if {f"3.{minor}" for minor in re.findall(r"python3\.(\d+)", command)} != set(find_inputs(jobs["python"], "python-version")):
        yield "ci.yml: expected that the tests run with all installed versions of Python"
    if nodes != NODE_VERSIONS:
        yield f"ci.yml: expected Node {', '.join(NODE_VERSIONS)}, found {', '.join(nodes)}"
    oldest = [
        ("Python", PYTHON_VERSIONS[0], "bindings-python/pyproject.toml", r'^requires-python = ">=([\d.]+)"'),
        ("Node", NODE_VERSIONS[0], "bindings-node/package.json", r'"node": ">=(\d+)"'),
        ("Rust", jobs["rust"]["strategy"]["matrix"]["rust"][0], "Cargo.toml", r'^rust-version = "([\d.]+)"'),
    ]
    for name, version, file, pattern in oldest:
        supported = re.findall(pattern, (root / file).read_text(), re.MULTILINE)
        if supported != [version]:
            yield f"{file}: expected {name} {version} as the oldest version, as in ci.yml, found {', '.join(supported) or 'none'}"


def check_pythons(name: str, job: dict[str, Any]) -> Iterator[str]:
    """Reports versions of Python that a job lacks."""
    found = sorted(find_inputs(job, "python-version"), key=lambda version: int(version.split(".")[1]))
    if found != PYTHON_VERSIONS:
        yield f"{name}: expected Python {', '.join(PYTHON_VERSIONS)}, found {', '.join(found)}"


def find_inputs(job: dict[str, Any], name: str) -> list[str]:
    """Returns the values of an input of the actions of a job. An input can have several lines."""
    values = [str(step["with"][name]) for step in job["steps"] if name in step.get("with", {})]
    return [line for value in values for line in value.split()]


def check_actions(texts: dict[str, str]) -> Iterator[str]:
    """Reports actions without a hash, and actions with several versions."""
    pins: dict[str, set[tuple[str, str]]] = {}
    for name, text in texts.items():
        for line in re.findall(r"\buses: .*", text):
            pinned = PINNED.fullmatch(line)
            if pinned is None:
                yield f"{name}: expected `uses: ACTION@HASH # vX.Y.Z`, found `{line}`"
            else:
                pins.setdefault(pinned[1], set()).add((pinned[2], pinned[3]))
    for action, versions in pins.items():
        if len(versions) > 1:
            yield f"{action}: expected one version, found {', '.join(sorted(version for _, version in versions))}"


def check_needs(workflow: dict[str, Any]) -> Iterator[str]:
    """Reports jobs whose failure would not fail the last one."""
    jobs = workflow["jobs"]
    missing = set(jobs) - {"green"} - set(jobs["green"]["needs"])
    if missing:
        yield f"ci.yml: expected that `green` needs `{' '.join(sorted(missing))}`"


def check_dependabot(settings: dict[str, Any]) -> Iterator[str]:
    """Reports directories with lock files that Dependabot does not update, and directories without."""
    updates = {update["package-ecosystem"]: update.get("directories") or [update["directory"]] for update in settings["updates"]}
    for kind, name in LOCK_FILES.items():
        directories = {str(Path("/", file).parent) for file in list_files(name) if kind != "pip" or PIP_VERSION.search((ROOT / file).read_text())}
        directories.discard(NOT_UPDATED.get(kind, ""))
        patterns = updates.get(kind, [])
        missing = [path for path in directories if not any(matches(path, pattern) for pattern in patterns)]
        unused = [pattern for pattern in patterns if not any(matches(path, pattern) for path in directories)]
        yield from (f"dependabot.yml: {kind} lacks {path}, which has {name}" for path in sorted(missing))
        yield from (f"dependabot.yml: {kind} has {pattern}, which has no {name}" for pattern in unused)


def matches(path: str, pattern: str) -> bool:
    """Returns whether a pattern of dependabot.yml matches a directory: `*` is a part of one name.

    >>> matches("/tools/etcd", "/tools/*"), matches("/tools/templates/sam", "/tools/*"), matches("/", "/")
    (True, False, True)
    """
    parts, patterns = path.split("/"), pattern.split("/")
    return len(parts) == len(patterns) and all(map(fnmatch.fnmatchcase, parts, patterns))


def check_deny(text: str) -> Iterator[str]:
    """Reports other targets than those of tools/release/platforms.py."""
    found = re.findall(r"targets = \[(.*?)\]", text, re.DOTALL)
    targets = re.findall(r'"(.+?)"', "".join(found))
    expected = [platform.target for platform in PLATFORMS]
    if targets != expected:
        yield f"deny.toml: expected the targets {', '.join(expected)}, found {', '.join(targets)}"


def list_files(name: str) -> list[str]:
    """Returns the paths of all files of the repository with a name, which can be a pattern."""
    done = subprocess.run(["git", "-C", str(ROOT), "ls-files", "--", name, f"**/{name}"], check=True, capture_output=True, text=True)
    return done.stdout.splitlines()


def main() -> int:
    """Prints the problems."""
    problems = check_workflows(ROOT)
    print("\n".join(f"error: {problem}" for problem in problems) or f"{len(PLATFORMS)} platforms, {len(list(list_all_steps()))} steps")
    return 1 if problems else 0


def list_all_steps() -> Iterator[dict[str, Any]]:
    """Returns the steps of all workflows."""
    for path in (ROOT / ".github/workflows").glob("*.yml"):
        yield from list_steps(yaml.safe_load(path.read_text()))


if __name__ == "__main__":
    sys.exit(main())
