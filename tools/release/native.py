"""Builds of the program and the libraries: for old versions of glibc, and with the same bytes in any directory."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from common import ROOT, RUST, WORK, create_venv, find_tool, read_date, run
from platforms import Platform

TARGET_DIR = WORK / "cargo"


def build(platform: Platform, folder: str, options: Sequence[str] = (), *, dynamic: bool = False) -> list[Path]:
    """Builds the package in a folder of the workspace in release mode, and returns its executables and libraries.

    `dynamic` is for libraries that a program for musl loads.
    """
    find_tool("cargo", RUST)
    manifest = str(ROOT / folder / "Cargo.toml")
    command = ["cargo", "zigbuild" if platform.is_linux else "build", "--release", "--locked", "--manifest-path", manifest, *options]
    command += ["--target", platform.zig_target, "--message-format", "json-render-diagnostics"]
    messages = [json.loads(line) for line in run(command, env=environment(platform, dynamic=dynamic)).splitlines()]
    artifacts = [message for message in messages if message["reason"] == "compiler-artifact" and message["manifest_path"] == manifest]
    names = [name for artifact in artifacts if "custom-build" not in artifact["target"]["kind"] for name in artifact["filenames"]]
    return sorted({Path(name) for name in names if not name.endswith((".rlib", ".rmeta"))})


def environment(platform: Platform, *, dynamic: bool = False) -> dict[str, str]:
    """Returns the variables for a build: zig, the date, and no path of this machine in the binaries."""
    cargo_home = Path(os.environ.get("CARGO_HOME", Path.home() / ".cargo"))
    # Cargo compiles the packages of the workspace with relative paths.
    maps = {cargo_home: "/cargo", TARGET_DIR: "/target"}
    flags = [f"--remap-path-prefix={path}={name}" for path, name in maps.items()]
    if platform.is_musl and dynamic:
        flags.append("-Ctarget-feature=-crt-static")
    variables = {
        "CARGO_TARGET_DIR": str(TARGET_DIR),
        "CARGO_INCREMENTAL": "0",
        "CARGO_ENCODED_RUSTFLAGS": "\x1f".join(flags),
        "CFLAGS": " ".join(f"-ffile-prefix-map={path}={name}" for path, name in maps.items()),
        "SOURCE_DATE_EPOCH": str(read_date()),
        "MACOSX_DEPLOYMENT_TARGET": "11.0",
    }
    if platform.is_linux:
        tools = create_venv("zig", ROOT / "tools/release/requirements.txt", sys.executable)
        variables["PATH"] = f"{tools}{os.pathsep}{os.environ['PATH']}"
    return variables
