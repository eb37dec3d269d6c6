"""The program as a tarball, with man pages, completions and licenses: for glibc, and as a static program."""

from __future__ import annotations

import os
from pathlib import Path

import licenses
import native
from cargo import run_cargo
from common import ROOT, VERSION, WORK, run, skip, write_tar
from glibc import check_glibc, check_static
from platforms import Platform, can_run, find_platform

SHELLS = {"bash": "sfn-alias.bash", "fish": "sfn-alias.fish", "zsh": "_sfn-alias"}


def build(platform: Platform, dist: Path) -> list[Path]:
    """Builds the tarball, on Linux also the one with a static program."""
    variants = [platform]
    if platform.glibc:
        variants.append(find_platform(platform.target.replace("gnu", "musl")))
    return [build_tarball(variant, dist) for variant in variants]


def build_program(platform: Platform) -> Path:
    """Builds the program, and returns its path."""
    [program] = native.build(platform, "cli", ["--bin", "sfn-alias"])
    return program


def build_tarball(platform: Platform, dist: Path) -> Path:
    """Builds the tarball of one platform."""
    program = build_program(platform)
    name = f"sfn-alias-{VERSION}-{platform.target}"
    files = [(f"{name}/bin/sfn-alias", program, 0o755)]
    files += [(f"{name}/share/{path}", source, 0o644) for path, source in write_manuals(platform, program).items()]
    files += [(f"{name}/{file}", ROOT / file, 0o644) for file in ["LICENSE-APACHE", "LICENSE-MIT", "CHANGELOG.md"]]
    files.append((f"{name}/{licenses.NAME}", licenses.write_licenses(WORK / licenses.NAME), 0o644))
    files.append((f"{name}/README.md", ROOT / "cli/README.md", 0o644))
    return write_tar(dist / f"{name}.tar.gz", files)


def write_manuals(platform: Platform, program: Path) -> dict[str, Path]:
    """Returns the man pages, and writes the completions with the program, or with one for this machine.

    Each file has its path below `share`.
    """
    runnable = program if can_run(platform) else build_for_host()
    folder = WORK / "manuals"
    folder.mkdir(parents=True, exist_ok=True)
    files = {f"man/man1/{page.name}": page for page in (ROOT / "cli/man").glob("*.1")}
    for shell, file in SHELLS.items():
        path = folder / file
        path.write_text(run([runnable, "completions", shell]))
        files[f"completions/{shell}/{file}"] = path
    return files


def build_for_host() -> Path:
    """Builds the program for this machine without optimization. The completions are the same for all platforms."""
    run_cargo(["build", "--locked", "--package", "sfn-alias-cli", "--bin", "sfn-alias", "--target-dir", native.TARGET_DIR / "host"])
    return native.TARGET_DIR / "host" / "debug" / "sfn-alias"


def check(platform: Platform, artifacts: list[Path]) -> dict[Path, list[str]]:
    """Unpacks each tarball and runs its program."""
    return {path: check_tarball(path, platform) for path in artifacts}


def check_tarball(path: Path, platform: Platform) -> list[str]:
    """Unpacks a tarball and runs its program, if this machine can."""
    folder = WORK / "unpacked"
    folder.mkdir(parents=True, exist_ok=True)
    run(["tar", "--extract", "--file", path, "--directory", folder])
    program = folder / path.name.removesuffix(".tar.gz") / "bin" / "sfn-alias"
    checks = [check_static(program)] if "musl" in path.name else [check_glibc(program, platform.glibc)] if platform.glibc else []
    if not can_run(platform):
        return [*checks, skip(f"running the program needs {platform.target}")]
    version = run([program, "--version"], env={"PATH": os.defpath}).strip()
    return [*checks, f"`sfn-alias --version` prints `{version}`"]
