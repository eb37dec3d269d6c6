"""The trusted certificates in the container image: those of the Python package certifi."""

from __future__ import annotations

from pathlib import Path

from common import create_venv, require

REQUIREMENTS = Path(__file__).with_name("image.txt")
"""The version and checksum of certifi."""


def find_certificates() -> Path:
    """Returns the file with the certificates. Installs certifi first, unless it is up to date."""
    return find_site() / "certifi/cacert.pem"


def find_license_folder() -> Path:
    """Returns the directory with the license of certifi."""
    [folder] = find_site().glob("certifi-*.dist-info/licenses")
    return folder


def find_site() -> Path:
    """Returns the directory of Python packages that contains certifi."""
    return next(create_venv("image", REQUIREMENTS).parent.glob("lib/python*/site-packages"))


def read_version() -> str:
    """Returns the version of certifi."""
    name, version = REQUIREMENTS.read_text().split()[0].split("==")
    require(name == "certifi", f"{REQUIREMENTS.name}: expected the version of certifi")
    return version
