"""The error of ``import sfn_alias`` on a machine where its binary is missing or cannot be loaded.

Only a failed import imports this module.
"""

from __future__ import annotations

import platform
import sys
import sysconfig

PLATFORMS = "Linux x64 and arm64 (glibc 2.17 or later, or musl), macOS x64 and arm64"
"""The platforms that have binaries, as in ``build_backend.py``."""
SYSTEMS = {"Darwin": "macOS"}
ARCHITECTURES = {"x86_64": "x64", "aarch64": "arm64"}


def explain_error(error: ImportError) -> ImportError:
    """Returns the error to raise instead: what is wrong, where binaries are available, and what to do."""
    name = "sfn_alias._sfn_alias"
    missing = isinstance(error, ModuleNotFoundError) and error.name == name
    reason = "it is not installed" if missing else " ".join(str(error).split())
    problem = f"sfn-alias: cannot load the binary for {describe_platform()}: {reason}; available: {PLATFORMS}"
    return ImportError(f"{problem}\nhelp: {find_help()}", name=name)


def find_help() -> str:
    """Returns what to do on this platform."""
    if is_available():
        return "install the package again: pip install --force-reinstall --no-cache-dir sfn-alias (in a checkout: pip install ./bindings-python)"
    if sys.platform == "win32":
        return "use Python for Linux in WSL or in a container"
    return "use one of these platforms, or install Rust 1.89 or later and a C compiler and run: pip install --no-binary sfn-alias sfn-alias"


def is_available() -> bool:
    """Returns whether a binary is available for this platform."""
    system, architecture = read_system()
    if architecture not in ("x64", "arm64") or system not in ("Linux", "macOS"):
        return False
    return system == "macOS" or is_musl() or read_glibc() >= (2, 17)


def describe_platform() -> str:
    """Returns the name of this platform, for example ``Linux x64 with glibc 2.36``."""
    name = " ".join(read_system())
    if is_musl():
        return f"{name} with musl"
    glibc = ".".join(map(str, read_glibc()))
    return f"{name} with glibc {glibc}" if glibc else name


def read_system() -> tuple[str, str]:
    """Returns the names of the operating system and the architecture."""
    system, machine = platform.system(), platform.machine()
    architecture = ARCHITECTURES.get(machine, machine)
    if sys.maxsize < 2**32:
        architecture += " (32-bit Python)"
    return SYSTEMS.get(system, system), architecture


def read_glibc() -> tuple[int, ...]:
    """Returns the version of glibc, or ``()`` if it is another C library."""
    name, version = platform.libc_ver()
    return tuple(int(part) for part in version.split(".")[:2] if part.isdigit()) if name == "glibc" else ()


def is_musl() -> bool:
    """Returns whether this Python was built for musl."""
    return "musl" in str(sysconfig.get_config_var("SOABI"))
