"""Checks of Python wheels: their contents, the libraries that they need, and what users do with them."""

from __future__ import annotations

import re
import shutil
import subprocess
import zipfile
from pathlib import Path

from common import PYTHON_VERSION, ROOT, VERSION, WORK, create_venv, find_tool, require, run, skip
from glibc import check_glibc, check_static
from licenses import NAME
from nodes import MUSL, find_musl_loader
from platforms import Platform, can_run, find_host
from pythons import create_fresh_venv, find_pythons, install

REQUIREMENTS = ROOT / "tools/release/requirements-python.txt"
PACKAGE = ROOT / "bindings-python/python/sfn_alias"
METADATA = f"sfn_alias-{PYTHON_VERSION}.dist-info"
EXTENSION = "sfn_alias/_sfn_alias.abi3.so"
PROGRAM = f"sfn_alias-{PYTHON_VERSION}.data/scripts/sfn-alias"
GENERATED = ["METADATA", "WHEEL", "RECORD", "entry_points.txt", "licenses/LICENSE-APACHE", "licenses/LICENSE-MIT"]
GENERATED += [f"licenses/{NAME}"]
FILES = "https://github.com/sfn-alias/sfn-alias/blob/main/"
MISSING = re.compile(r"^Error relocating .*: (\w+): symbol not found$", re.MULTILINE)
OLD_PIP = "20.3.4"
"""The oldest version that works with Python 3.10. Versions 20.1 and 20.2 read the tag cp310 as 3.1.0."""
TRY = """
import sfn_alias.boto3
client = sfn_alias.boto3.client(region_name="eu-central-1")
definition = '{"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}'
role = "arn:aws:iam::000000000000:role/orders"
version = client.create_state_machine(name="orders", definition=definition, roleArn=role, publish=True)["stateMachineVersionArn"]
routes = [{"stateMachineVersionArn": version, "weight": 100}]
print(client.create_state_machine_alias(name="PROD", routingConfiguration=routes)["stateMachineAliasArn"])
"""
ALIAS = "arn:aws:states:eu-central-1:000000000000:stateMachine:orders:PROD"


def check_wheel(path: Path, platform: Platform) -> list[str]:
    """Checks a wheel for a platform, and tries it if this machine can load it. Returns what was checked."""
    checks = [check_contents(path), check_metadata(path), *check_binaries(path, platform)]
    if platform == find_host():
        checks += [try_wheel(path, version, python) for version, python in find_pythons().items()]
    return checks


def check_contents(path: Path) -> str:
    """Checks that a wheel has the package, the program, licenses and nothing else."""
    sources = [file for file in PACKAGE.rglob("*") if file.suffix in (".py", ".pyi", ".typed") or file.name == "py.typed"]
    expected = {f"sfn_alias/{file.relative_to(PACKAGE).as_posix()}" for file in sources}
    expected |= {EXTENSION, PROGRAM, *(f"{METADATA}/{name}" for name in GENERATED)}
    with zipfile.ZipFile(path) as archive:
        found = set(archive.namelist())
        mode = archive.getinfo(PROGRAM).external_attr >> 16 if PROGRAM in found else 0
    different = ", ".join(sorted(found ^ expected))
    require(not different, f"{path.name}: expected other files: {different}")
    require(mode & 0o111 == 0o111, f"{path.name}: {PROGRAM} has the mode {mode:o}, which is not executable")
    return f"contents: {len(found)} files: the package with stubs and py.typed, the program, licenses"


def check_metadata(path: Path) -> str:
    """Checks the metadata as PyPI does, and the links of its page."""
    run([create_venv("python", REQUIREMENTS) / "twine", "check", "--strict", path])
    links = re.findall(r"\]\(([^)]+)\)", (ROOT / "bindings-python/pypi.md").read_text())
    missing = [link for link in links if not (link.startswith(FILES) and (ROOT / link.removeprefix(FILES)).is_file())]
    require(not missing, f"bindings-python/pypi.md: expected links to files below {FILES}, found {', '.join(missing)}")
    return "metadata: twine check --strict, links"


def check_binaries(path: Path, platform: Platform) -> list[str]:
    """Checks which libraries the extension module and the program need."""
    if not platform.is_linux:
        return []
    extension, program = unpack(path)
    if platform.glibc is None:
        return [*check_musl(extension, platform), check_static(program)]
    return [check_policy(path, platform.glibc), check_glibc(extension, platform.glibc), check_glibc(program, platform.glibc)]


def unpack(path: Path) -> tuple[Path, Path]:
    """Unpacks a wheel. Returns the extension module and the program."""
    folder = WORK / "unpacked" / path.stem
    shutil.rmtree(folder, ignore_errors=True)
    with zipfile.ZipFile(path) as archive:
        archive.extractall(folder)
    return folder / EXTENSION, folder / PROGRAM


def check_policy(path: Path, glibc: str) -> str:
    """Checks the tag with auditwheel, which knows the libraries and symbols of each manylinux policy."""
    tag = f"manylinux_{glibc.replace('.', '_')}"
    shown = " ".join(run([create_venv("python", REQUIREMENTS) / "auditwheel", "show", path]).split())
    found = re.search(r'consistent with the following platform tag: "(\w+)"', shown)
    require(found is not None and found[1].startswith(tag), f"{path.name}: expected the tag {tag}, found: {shown}")
    return f"auditwheel: {found[1] if found else ''}"


def check_musl(extension: Path, platform: Platform) -> list[str]:
    """Checks that the extension module loads no library but that of musl, which has all symbols except those of Python."""
    dynamic = run([find_tool("readelf", "binutils"), "--dynamic", "--wide", extension])
    needed = re.findall(r"\(NEEDED\).*\[(.*)\]", dynamic)
    require(needed == ["libc.so"], f"{extension.name}: expected that it loads libc.so only, found {' '.join(needed) or 'nothing'}")
    checks = [f"{extension.name}: loads libc.so of musl only (readelf)"]
    if not can_run(platform):
        return [*checks, skip(f"the symbols of {extension.name} need {platform.target}")]
    loader = find_musl_loader()
    if loader is None:
        return [*checks, skip(f"the symbols of {extension.name} need {MUSL}")]
    listed = subprocess.run([loader, "--list", extension], capture_output=True, text=True)
    return [*checks, check_missing(extension.name, listed.stdout + listed.stderr)]


def check_missing(name: str, listed: str) -> str:
    """Checks what the loader of musl lists: it must miss symbols of Python, and no others."""
    missing = MISSING.findall(listed)
    others = [symbol for symbol in missing if not symbol.startswith(("Py", "_Py"))]
    require(not others, f"{name}: musl has no {' '.join(others)}")
    # Otherwise the loader did not come to the symbols.
    require(bool(missing), f"{name}: expected that the loader of musl misses symbols of Python, found `{listed.strip()[:200]}`")
    return f"{name}: musl has all symbols except those of Python"


def try_wheel(path: Path, version: str, python: Path) -> str:
    """Installs a wheel with the oldest and the newest pip, and uses it with a Python version."""
    fresh = create_fresh_venv(version, python)
    pip = run([fresh, "-c", "import pip; print(pip.__version__)"]).strip()
    if version.startswith("3.10."):
        install(fresh, [f"pip=={OLD_PIP}"])
        pip = OLD_PIP
    install(fresh, [path, "boto3"], ["--only-binary", "sfn-alias"])
    run([fresh, "-m", "pip", "check"])
    require(run([fresh, "-c", TRY], cwd=WORK).strip() == ALIAS, f"Python {version}: the alias has another ARN than {ALIAS}")
    commands: list[list[str | Path]] = [[fresh.parent / "sfn-alias"], [fresh, "-m", "sfn_alias"]]
    for command in commands:
        found = run([*command, "--version"], cwd=WORK).strip()
        require(found == f"sfn-alias {VERSION}", f"Python {version}: `sfn-alias --version` printed `{found}`")
    return f"Python {version}, pip {pip}: installed; pip check, a boto3 client creates an alias, `sfn-alias --version`"
