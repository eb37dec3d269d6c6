"""The Debian package of the program, built by cargo-deb: `[package.metadata.deb]` in cli/Cargo.toml describes it."""

from __future__ import annotations

import gzip
import os
import shutil
import subprocess
import sys
from email.utils import formatdate
from pathlib import Path

from cargo import run_cargo
from common import DEBIAN_VERSION, ROOT, WORK, find_tool, read_date, require, run, skip
from licenses import NAME, write_licenses
from native import TARGET_DIR
from platforms import Platform
from program import build_program, write_manuals
from root import install_tools

CARGO_DEB = "3.8.0"
MAINTAINER = "The sfn-alias developers <sfn-alias@users.noreply.github.com>"
REPOSITORY = "https://github.com/sfn-alias/sfn-alias"
EXPECTED = {"Package": "sfn-alias", "Version": DEBIAN_VERSION, "Depends": "libc6 (>= 2.17)", "Recommends": "ca-certificates"}
# The package is not in Debian, so it closes no bug there. The program has its symbols, for backtraces.
SUPPRESSED = ["initial-upload-closes-no-bugs", "unstripped-binary-or-object"]


def build(platform: Platform, dist: Path) -> list[Path]:
    """Builds the package with the program for glibc."""
    program = build_program(platform)
    write_assets(platform, program, program.parent / "debian")
    cargo_deb = install_cargo_deb()
    options = ["--no-build", "--no-strip", "--target", platform.target]
    environment = {"CARGO_TARGET_DIR": str(TARGET_DIR), "SOURCE_DATE_EPOCH": str(read_date())}
    run([cargo_deb, *options, "--manifest-path", ROOT / "cli/Cargo.toml", "--output", dist], env=environment)
    # GitHub replaces the `~` of candidates in file names.
    return [path.rename(path.with_name(path.name.replace("~", "."))) for path in dist.glob("*.deb")]


def install_cargo_deb() -> Path:
    """Installs cargo-deb, unless it is installed. Returns its path."""
    folder = WORK / "tools" / f"cargo-deb-{CARGO_DEB}"
    program = folder / "bin" / "cargo-deb"
    if not program.exists():
        run_cargo(["install", "--quiet", "--locked", "--version", CARGO_DEB, "--root", folder, "cargo-deb"])
    return program


def write_assets(platform: Platform, program: Path, folder: Path) -> None:
    """Writes the files of the package that are not in the repository: completions, licenses and Debian's changelog."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for path, source in write_manuals(platform, program).items():
        if path.startswith("completions/"):
            shutil.copy(source, folder)
    write_licenses(folder / NAME)
    (folder / "changelog.Debian.gz").write_bytes(gzip.compress(describe_changes().encode(), 9, mtime=0))


def describe_changes() -> str:
    """Returns Debian's changelog, which refers to ours."""
    date = formatdate(read_date())
    return f"sfn-alias ({DEBIAN_VERSION}) unstable; urgency=medium\n\n  * {REPOSITORY}/blob/main/CHANGELOG.md\n\n -- {MAINTAINER}  {date}\n"


def check(platform: Platform, artifacts: list[Path]) -> dict[Path, list[str]]:
    """Checks the fields and files of the package, and lintian's report. `debian11` installs it."""
    find_tool("dpkg-deb", "dpkg")
    missing = install_tools({"lintian": "lintian"})
    return {path: [check_fields(path), check_files(path), skip(f"lintian {missing}") if missing else check_with_lintian(path)] for path in artifacts}


def check_fields(path: Path) -> str:
    """Checks the fields of the package."""
    fields = run(["dpkg-deb", "--field", path, *EXPECTED])
    found = dict(line.split(": ", 1) for line in fields.splitlines())
    require(found == EXPECTED, f"{path.name}: expected {EXPECTED}, found {found}")
    return f"dpkg-deb: {', '.join(f'{name} {value}' for name, value in EXPECTED.items())}"


def check_files(path: Path) -> str:
    """Checks that the package has the program, all man pages, the completions and the licenses, owned by root."""
    lines = [line.split(maxsplit=5) for line in run(["dpkg-deb", "--contents", path]).splitlines()]
    names = {line[5].removeprefix("./") for line in lines}
    manuals = [f"usr/share/man/man1/{page.name}.gz" for page in (ROOT / "cli/man").glob("*.1")]
    folders = ["bash-completion/completions/sfn-alias", "fish/vendor_completions.d/sfn-alias.fish", "zsh/vendor-completions/_sfn-alias"]
    documents = [f"usr/share/doc/sfn-alias/{name}" for name in ("copyright", NAME)]
    expected = {"usr/bin/sfn-alias", *documents, *manuals, *(f"usr/share/{name}" for name in folders)}
    require(expected <= names, f"{path.name}: {', '.join(sorted(expected - names))} is missing")
    require({line[1] for line in lines} <= {"root/root", "0/0"}, f"{path.name}: expected files of root")
    return f"contains the program, {len(manuals)} man pages, completions of 3 shells, and licenses"


def check_with_lintian(path: Path) -> str:
    """Runs lintian: no error and no warning."""
    environment = {**os.environ, "LC_ALL": "C.UTF-8"}
    user = ["--allow-root"] if os.geteuid() == 0 else []
    options = ["--no-cfg", "--suppress-tags", ",".join(SUPPRESSED), "--fail-on", "error,warning", *user]
    done = subprocess.run(["lintian", *options, path], capture_output=True, text=True, env=environment)
    sys.stderr.write(done.stdout)
    require(done.returncode == 0, f"{path.name}: lintian fails: {(done.stderr or done.stdout).strip().splitlines()[-1:]}")
    return "lintian: no errors, no warnings"
