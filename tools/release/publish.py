"""Publishes the files of a release. release.yml calls this, with the identity of the workflow instead of passwords.

    python3 tools/release/publish.py npm FILES                 the packages of the platforms, then the main package
    python3 tools/release/publish.py crates                    the crates, each after its dependencies
    python3 tools/release/publish.py image FILES REPOSITORY    one image for all architectures
    python3 tools/release/publish.py github FILES              a draft of the release on GitHub

Versions of packages and crates that are already published are skipped, so that a failed publication continues with a second run.
The image is pushed again, which changes nothing if it has the same bytes. The files of the draft are replaced.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

from changelog import CHANGELOG, find_section
from common import VERSION, ReleaseError, find_tool, require, run, run_main
from image_index import write_index
from platforms import PLATFORMS

INDEX = os.environ.get("CRATES_INDEX", "https://index.crates.io")
PRERELEASE = "-" in VERSION
OLDEST_NPM = (11, 5, 1)


def publish_npm(files: Path) -> None:
    """Publishes the npm packages. The main package is last, because it requires those of the platforms."""
    check_npm(run([find_tool("npm", "Node 24 from https://nodejs.org"), "--version"]))
    names = [*(f"sfn-alias-{platform.npm}" for platform in PLATFORMS), "sfn-alias"]
    packages = {name: (files / f"{name}-{VERSION}.tgz").resolve() for name in names}
    missing = [path.name for path in packages.values() if not path.exists()]
    require(not missing, f"{files}: {', '.join(missing)} is missing")
    for name, path in packages.items():
        publish_once(name, is_on_npm, ["npm", "publish", path, "--provenance", "--access", "public", "--tag", "next" if PRERELEASE else "latest"])


def check_npm(version: str) -> None:
    """Checks that npm supports trusted publishing."""
    found = tuple(int(part) for part in version.strip().split("-")[0].split("."))
    require(found >= OLDEST_NPM, f"npm {version.strip()} has no trusted publishing: install npm {'.'.join(map(str, OLDEST_NPM))} or later")


def is_on_npm(name: str) -> bool:
    """Returns if this version of a package exists."""
    command = ["npm", "view", f"{name}@{VERSION}", "version", "--json"]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode != 0 and "E404" not in done.stdout + done.stderr:
        raise ReleaseError(f"`{' '.join(command)}` failed: {done.stderr.strip()[:200]}")
    return done.returncode == 0 and VERSION in done.stdout


def publish_crates() -> None:
    """Publishes the crates. `make release-check` has built them from their packages already."""
    script = Path(__file__).with_name("crates.py")
    for name in run([sys.executable, script, "--order"]).split():
        publish_once(name, is_on_crates_io, ["cargo", "publish", "--locked", "--no-verify", "--package", name])


def is_on_crates_io(name: str) -> bool:
    """Returns if this version of a crate exists. Names have four or more letters."""
    try:
        with urllib.request.urlopen(f"{INDEX}/{name[:2]}/{name[2:4]}/{name}", timeout=60) as response:
            return any(json.loads(line)["vers"] == VERSION for line in response)
    except urllib.error.HTTPError as error:
        if error.code != 404:
            raise ReleaseError(f"{INDEX}: {name}: status {error.code}") from None
        return False
    except urllib.error.URLError as error:
        raise ReleaseError(f"{INDEX}: {name}: {error.reason}") from None


def publish_once(name: str, is_published: Callable[[str], bool], command: list[str | Path]) -> None:
    """Runs a command, unless this version is published."""
    if is_published(name):
        print(f"{name} {VERSION} is already published")
        return
    run(command)
    print(f"{name} {VERSION} published")


def publish_image(files: Path, repository: str) -> None:
    """Publishes the image, and writes its digest for the next step of the workflow."""
    skopeo = find_tool("skopeo", "skopeo")
    repository = repository.lower()
    user, password = os.environ.get("REGISTRY_USER"), os.environ.get("REGISTRY_PASSWORD")
    if user and password:
        run([skopeo, "login", "--username", user, "--password-stdin", repository.split("/")[0]], stdin=password)
    with tempfile.TemporaryDirectory() as folder:
        digest = write_index(sorted(files.glob(f"sfn-alias-image-{VERSION}-linux-*.tar")), Path(folder), VERSION)
        for tag in [VERSION] if PRERELEASE else [VERSION, "latest"]:
            options = ["--dest-tls-verify=false"] if repository.startswith("127.0.0.1:") else []
            run([skopeo, "copy", "--all", *options, f"oci:{folder}:{VERSION}", f"docker://{repository}:{tag}"])
            print(f"{repository}:{tag} {digest} published")
    with open(os.environ.get("GITHUB_OUTPUT", os.devnull), "a") as output:
        output.write(f"digest={digest}\n")


def publish_github(files: Path) -> None:
    """Creates a draft of the release, or replaces its files: a person reads it and publishes it."""
    github = find_tool("gh", "the command of GitHub from https://cli.github.com")
    tag = f"v{VERSION}"
    artifacts = sorted(path for path in files.iterdir() if path.name != "release.md")
    if subprocess.run([github, "release", "view", tag], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0:
        run([github, "release", "upload", tag, "--clobber", *artifacts])
        return
    notes = find_section(CHANGELOG.read_text(), VERSION)
    options = ["--prerelease"] if PRERELEASE else []
    run([github, "release", "create", tag, "--draft", "--verify-tag", "--title", tag, "--notes-file", "-", *options, *artifacts], stdin=notes)


def parse_arguments() -> argparse.Namespace:
    """Returns the arguments of the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ["npm", "image", "github"]:
        command = commands.add_parser(name)
        command.add_argument("files", type=Path)
        if name == "image":
            command.add_argument("repository")
    commands.add_parser("crates")
    return parser.parse_args()


def main() -> int:
    """Publishes one kind of artifacts."""
    arguments = vars(parse_arguments())
    publish = {"npm": publish_npm, "crates": publish_crates, "image": publish_image, "github": publish_github}[arguments.pop("command")]
    publish(**arguments)
    return 0


if __name__ == "__main__":
    run_main(main)
