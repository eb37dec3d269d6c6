"""The platforms that have binaries."""

from __future__ import annotations

import platform
import sys
from dataclasses import dataclass

from common import ReleaseError


@dataclass(frozen=True)
class Platform:
    """A platform with binaries. `glibc` is the oldest version of glibc, or None."""

    target: str
    npm: str
    runner: str
    glibc: str | None = None

    @property
    def is_linux(self) -> bool:
        return "linux" in self.target

    @property
    def is_musl(self) -> bool:
        return self.target.endswith("musl")

    @property
    def zig_target(self) -> str:
        """The target for `cargo zigbuild`."""
        return f"{self.target}.{self.glibc}" if self.glibc else self.target


PLATFORMS = [
    Platform("x86_64-unknown-linux-gnu", "linux-x64-gnu", "ubuntu-24.04", "2.17"),
    Platform("aarch64-unknown-linux-gnu", "linux-arm64-gnu", "ubuntu-24.04-arm", "2.17"),
    Platform("x86_64-unknown-linux-musl", "linux-x64-musl", "ubuntu-24.04"),
    Platform("aarch64-unknown-linux-musl", "linux-arm64-musl", "ubuntu-24.04-arm"),
    Platform("x86_64-apple-darwin", "darwin-x64", "macos-15-intel"),
    Platform("aarch64-apple-darwin", "darwin-arm64", "macos-15"),
]
"""Windows has none: several modules use interfaces of Unix."""


def find_platform(target: str) -> Platform:
    """Returns the platform of a Rust target."""
    for found in PLATFORMS:
        if found.target == target:
            return found
    names = ", ".join(known.target for known in PLATFORMS)
    raise ReleaseError(f"no binaries for the target `{target}`: expected one of {names}")


def find_host() -> Platform:
    """Returns the platform of this machine; on Linux, the one for glibc."""
    machine = {"arm64": "aarch64", "AMD64": "x86_64"}.get(platform.machine(), platform.machine())
    system = {"linux": "unknown-linux-gnu", "darwin": "apple-darwin"}.get(sys.platform, sys.platform)
    return find_platform(f"{machine}-{system}")


def can_run(platform: Platform) -> bool:
    """Returns whether this machine runs programs of a platform. Programs for musl are static."""
    return platform.target.replace("musl", "gnu") == find_host().target
