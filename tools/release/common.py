"""Paths, commands and errors of the release scripts."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parents[2]
WORK = Path(os.environ.get("SFN_ALIAS_RELEASE_DIR", ROOT / "target" / "release-check"))
"""Builds, tools and downloads. `SFN_ALIAS_RELEASE_DIR` is another directory."""
DIST = WORK / "dist"
"""The artifacts and SHA256SUMS."""
VERSION = re.findall(r'^version = "(.*)"$', (ROOT / "Cargo.toml").read_text(), re.MULTILINE)[0]
RUST_VERSION = (1, 90)
RUST = f"Rust {RUST_VERSION[0]}.{RUST_VERSION[1]} or later from https://rustup.rs"
"""What the release scripts need: older versions do not pack all crates of a workspace. Users can build with `rust-version` of Cargo.toml."""
NO_NETWORK = ["Could not resolve host", "Couldn't resolve host", "network failure", "spurious network error", "Could not connect"]
NO_NETWORK += ["NewConnectionError", "NameResolutionError", "ConnectTimeoutError", "ProxyError", "ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ETIMEDOUT"]
"""Parts of the messages of cargo, pip and npm if they cannot reach a registry."""


def format_python_version(version: str) -> str:
    """Returns a version as Python packages have it in file names.

    >>> format_python_version("0.2.0"), format_python_version("0.2.0-rc.1"), format_python_version("0.2.0-beta.2")
    ('0.2.0', '0.2.0rc1', '0.2.0b2')
    """
    for name, short in {"-alpha.": "a", "-beta.": "b", "-rc.": "rc"}.items():
        version = version.replace(name, short)
    return version


def format_debian_version(version: str) -> str:
    """Returns a version as Debian packages have it: a candidate sorts before its release.

    >>> format_debian_version("0.2.0"), format_debian_version("0.2.0-rc.1")
    ('0.2.0-1', '0.2.0~rc.1-1')
    """
    return f"{version.replace('-', '~', 1)}-1"


PYTHON_VERSION = format_python_version(VERSION)
DEBIAN_VERSION = format_debian_version(VERSION)


SKIPPED = "skipped: "


class ReleaseError(Exception):
    """A missing tool, a failed command or an artifact that fails a check. The message is one line."""


def run_main(main: Callable[[], int]) -> NoReturn:
    """Runs the function `main` of a script and exits with its code. If it raises `ReleaseError`, prints the message and exits with 1."""
    try:
        code = main()
    except ReleaseError as error:
        print(f"error: {error}", file=sys.stderr)
        code = 1
    sys.exit(code)


def run(command: Sequence[str | Path], *, cwd: Path = ROOT, env: Mapping[str, str] | None = None, stdin: str = "") -> str:
    """Runs a command and returns what it prints. Its errors go to standard error.

    Errors: `ReleaseError` if the program is not installed or exits with another code than 0.
    """
    arguments = [str(part) for part in command]
    environment = {**os.environ, **(env or {})}
    try:
        done = subprocess.run(arguments, cwd=cwd, env=environment, input=stdin, stdout=subprocess.PIPE, text=True)
    except FileNotFoundError:
        raise ReleaseError(f"{arguments[0]} is not installed") from None
    except OSError as error:
        raise ReleaseError(f"{arguments[0]} cannot run on this machine: {error.strerror}") from None
    if done.returncode != 0:
        # The messages of cargo for programs are not for people.
        sys.stderr.writelines(line for line in done.stdout.splitlines(True) if not line.startswith('{"reason":'))
        raise ReleaseError(f"`{' '.join(arguments)}` failed with exit code {done.returncode}")
    return done.stdout


def run_installer(command: Sequence[str | Path], what: str, *, cwd: Path = ROOT, env: Mapping[str, str] | None = None) -> str:
    """Runs a command that downloads packages, and returns what it prints. `what` in the error says what it installs.

    Its errors are only shown if it fails for another reason than the network.
    """
    arguments = [str(part) for part in command]
    try:
        done = subprocess.run(arguments, cwd=cwd, env={**os.environ, **(env or {})}, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    except OSError as error:
        raise ReleaseError(f"{arguments[0]} cannot run on this machine: {error.strerror}") from None
    if done.returncode == 0:
        return done.stdout
    if any(text in done.stdout + done.stderr for text in NO_NETWORK):
        raise ReleaseError(f"{what}: it needs the network, or packages downloaded before")
    sys.stderr.write(done.stdout + done.stderr)
    raise ReleaseError(f"{what}: exit code {done.returncode}")


def require(condition: bool, message: str) -> None:
    """Raises `ReleaseError` with this message if the condition is false."""
    if not condition:
        raise ReleaseError(message)


def skip(reason: str) -> str:
    """Returns the line for a part of a check that this machine cannot do. `report` shows it, and in CI it is an error."""
    return f"{SKIPPED}{reason}"


def find_tool(name: str, package: str) -> Path:
    """Returns the path of a program; `package` in the error names what to install."""
    path = shutil.which(name)
    if path is None:
        raise ReleaseError(f"{name} is not installed: install {package}")
    return Path(path)


def check_rust(version: str) -> None:
    """Checks the output of `rustc --version`.

    >>> check_rust("rustc 1.89.0 (29483883e 2025-08-04)")
    Traceback (most recent call last):
    common.ReleaseError: rustc 1.89.0 is too old: install Rust 1.90 or later from https://rustup.rs
    """
    found = re.match(r"rustc (\d+)\.(\d+)", version)
    require(found is not None, f"`rustc --version` printed `{version}`")
    if found and (int(found[1]), int(found[2])) < RUST_VERSION:
        raise ReleaseError(f"{' '.join(version.split()[:2])} is too old: install {RUST}")


def create_venv(name: str, requirements: Path, python: str = sys.executable) -> Path:
    """Creates a Python environment with these requirements, unless it is up to date. Returns its `bin` directory."""
    path = WORK / "venv" / name
    stamp = path / "requirements.txt"
    if not (stamp.exists() and stamp.read_text() == requirements.read_text()):
        shutil.rmtree(path, ignore_errors=True)
        check_python(python)
        run([python, "-m", "venv", path])
        pip: list[str | Path] = [path / "bin" / "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "-r", requirements]
        run_installer(pip, f"pip cannot install {requirements.resolve().relative_to(ROOT)}")
        shutil.copy(requirements, stamp)
    return path / "bin"


def check_python(python: str) -> None:
    """Checks that a Python can create environments. Debian and Ubuntu have venv in a package of its own."""
    done = subprocess.run([python, "-c", "import venv, ensurepip"], capture_output=True)
    require(done.returncode == 0, f"{python} has no venv: install it (for Debian and Ubuntu: python3-venv)")


def read_date() -> int:
    """Returns the date of all files in artifacts, in seconds since 1970: that of the commit, or `SOURCE_DATE_EPOCH`."""
    date = os.environ.get("SOURCE_DATE_EPOCH")
    return int(date) if date else int(run(["git", "log", "-1", "--format=%ct"]))


def write_tar(path: Path, files: Iterable[tuple[str, Path, int]]) -> Path:
    """Writes a `.tar` or `.tar.gz` of (name, source, mode), with the same bytes for the same files: sorted, one date, no user.

    A source that is a symbolic link becomes one.
    """
    import gzip

    def add(archive: tarfile.TarFile) -> None:
        for name, source, mode in sorted(files):
            member = tarfile.TarInfo(name)
            member.mode, member.mtime = mode, read_date()
            if source.is_symlink():
                member.type, member.linkname = tarfile.SYMTYPE, os.readlink(source)
                archive.addfile(member)
                continue
            member.size = source.stat().st_size
            with source.open("rb") as content:
                archive.addfile(member, content)

    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as output:
        if path.suffix == ".gz":
            with gzip.GzipFile("", "wb", 9, output, mtime=0) as packed, tarfile.open(fileobj=packed, mode="w", format=tarfile.GNU_FORMAT) as archive:
                add(archive)
        else:
            with tarfile.open(fileobj=output, mode="w", format=tarfile.GNU_FORMAT) as archive:
                add(archive)
    return path
