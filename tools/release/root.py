"""A root file system of another Linux distribution, and commands that run in it.

It is created with debootstrap, once, and never changed: each command runs in a copy-on-write view of it (overlayfs), in its own
namespace of mounts and processes. All mounts, changes and processes end with the command.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from common import WORK, ReleaseError, find_tool, run

PACKAGES = ["ca-certificates", "gcc", "libc6-dev", "pkg-config"]
"""What is installed besides the essential packages of Debian."""
KEYS = "/usr/share/keyrings/debian-archive-keyring.gpg"
SCRIPT = """\
set -eu
mount -t tmpfs tmpfs "$1"
mkdir "$1/changes" "$1/work" "$1/merged"
mount -t overlay overlay -o "lowerdir=$2,upperdir=$1/changes,workdir=$1/work" "$1/merged"
mount -t proc proc "$1/merged/proc"
mount --rbind /dev "$1/merged/dev"
mkdir "$1/merged/files"
cp --archive "$3/." "$1/merged/files"
exec chroot "$1/merged" /usr/bin/env -i HOME=/root LANG=C.UTF-8 PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
  bash -euo pipefail -c 'cd /files; eval "$0"' "$4"
"""
"""Mounts and runs: a directory for the mounts, the root, a directory with files, and the command."""


def install_tools(packages: Mapping[str, str]) -> str | None:
    """Finds programs or files, each with its Debian package. Returns None, or one line that states which one is missing.

    In CI, root installs the missing ones with apt.
    """
    missing = [package for name, package in packages.items() if not (shutil.which(name) or name.startswith("/") and Path(name).exists())]
    if missing and os.environ.get("CI") == "true" and os.geteuid() == 0 and shutil.which("apt-get"):
        run(["apt-get", "update", "--quiet=2"])
        run(["apt-get", "install", "--yes", "--quiet=2", "--no-install-recommends", *missing], env={"DEBIAN_FRONTEND": "noninteractive"})
        missing = []
    return f"requires {' and '.join(missing)}: apt-get install {' '.join(missing)}" if missing else None


def find_obstacle() -> str | None:
    """Returns why this machine cannot run commands in a root, in one line, or None."""
    if os.geteuid() != 0:
        return "requires root, for mounts"
    # Without the keys, which Ubuntu does not install with it, debootstrap does not check signatures.
    missing = install_tools({"debootstrap": "debootstrap", "unshare": "util-linux", KEYS: "debian-archive-keyring"})
    if missing:
        return missing
    done = subprocess.run([*NAMESPACE, "true"], capture_output=True, text=True)
    return None if done.returncode == 0 else f"requires the right to mount: {done.stderr.strip()}"


NAMESPACE = ["unshare", "--mount", "--propagation", "private", "--pid", "--fork", "--kill-child"]
"""Starts a command in its own namespaces. All mounts and processes in them end with it."""


def create_root(suite: str = "bullseye", packages: Sequence[str] = PACKAGES) -> Path:
    """Creates a root of a Debian release, or returns the existing one.

    `SFN_ALIAS_DEBIAN_MIRROR` is a URL to use instead of Debian's own server, for example that of its archive.
    """
    path = WORK / "roots" / suite
    if path.exists():
        return path
    partial = path.with_name(f"{suite}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.parent.mkdir(parents=True, exist_ok=True)
    mirror = os.environ.get("SFN_ALIAS_DEBIAN_MIRROR")
    options = ["--variant=minbase", f"--include={','.join(packages)}"]
    print(f"== creating a root with {suite}", file=sys.stderr)
    run([*NAMESPACE, find_tool("debootstrap", "debootstrap"), *options, f"--keyring={KEYS}", suite, partial, *([mirror] if mirror else [])])
    return partial.rename(path)


def run_in_root(root: Path, command: str, files: Mapping[str, Path] | None = None) -> str:
    """Runs a command of bash in a view of a root, in the directory `/files` with copies of these files and directories.

    Returns what it prints. Errors: `ReleaseError` with the last line of its errors if it fails.
    """
    with tempfile.TemporaryDirectory() as mounts, tempfile.TemporaryDirectory() as copies:
        for name, source in (files or {}).items():
            target = Path(copies) / name
            target.parent.mkdir(parents=True, exist_ok=True)
            if source.is_dir():
                shutil.copytree(source, target, symlinks=True)
            else:
                shutil.copy(source, target)
        arguments = [*NAMESPACE, "bash", "-c", SCRIPT, "root", mounts, str(root), copies, command]
        done = subprocess.run(arguments, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode != 0:
        sys.stderr.write(done.stdout + done.stderr)
        lines = (done.stderr or done.stdout).strip().splitlines() or ["no output"]
        raise ReleaseError(f"in {root.name}: exit code {done.returncode}: {lines[-1]} (command: {shlex.join(command.split()[:6])} ...)")
    return done.stdout
