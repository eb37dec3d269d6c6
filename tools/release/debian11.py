"""Tries the artifacts in Debian 11, which has glibc 2.31: programs, npm packages and C programs run there as in the examples.

The wheel is not tried: Debian 11 has Python 3.9, and the wheel requires 3.10. auditwheel and objdump check its symbols.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from common import ROOT, VERSION, require, skip
from nodes import install_node
from platforms import Platform
from root import create_root, find_obstacle, run_in_root

EXPECTED = ROOT / "examples" / "expected.txt"

PROGRAM = """\
sfn-alias --version
sfn-alias serve --port 0 --seed 7 --data aliases.db >endpoint.sh 2>serve.log & server=$!
until [ -s endpoint.sh ]; do kill -0 $server; sleep 0.1; done
. ./endpoint.sh
machine=arn:aws:states:us-east-1:000000000000:stateMachine:orders
sfn-alias call CreateStateMachine '{"name": "orders", "roleArn": "arn:aws:iam::000000000000:role/orders", "publish": true,
  "definition": "{\\"StartAt\\": \\"Done\\", \\"States\\": {\\"Done\\": {\\"Type\\": \\"Succeed\\"}}}"}' >created.json
sfn-alias call CreateStateMachineAlias '{"name": "PROD", "routingConfiguration":
  [{"stateMachineVersionArn": "'$machine':1", "weight": 100}]}' >>created.json
sfn-alias call StartExecution '{"stateMachineArn": "'$machine':PROD"}' >>created.json
kill $server
wait $server
sfn-alias call --data aliases.db --json ListStateMachineAliases '{"stateMachineArn": "'$machine'"}' >aliases.json
grep -q '"'$machine':PROD"' aliases.json
"""
"""Serves, creates an alias, starts an execution, stops, and reads the file."""
SERVED = "`serve` stores an alias and an execution, stops on SIGTERM, and `call` reads the file"


def check(platform: Platform, artifacts: list[Path]) -> dict[Path, list[str]]:
    """Tries the artifacts that Debian 11 can run. Returns what was tried, for each, or why this machine cannot do it."""
    tries = [(pattern, function) for pattern, function in TRIES.items() if any(re.fullmatch(pattern, path.name) for path in artifacts)]
    obstacle = find_obstacle() if tries else None
    if obstacle:
        return {path: [skip(f"Debian 11 {obstacle}")] for path in artifacts if any(re.fullmatch(pattern, path.name) for pattern, _ in tries)}
    checks: dict[Path, list[str]] = {}
    for pattern, function in tries:
        checks |= function([path for path in artifacts if re.fullmatch(pattern, path.name)])
    return checks


def try_programs(tarballs: list[Path]) -> dict[Path, list[str]]:
    """Unpacks the tarballs of the program, and serves."""
    return {path: [try_program(path)] for path in tarballs}


def try_program(tarball: Path) -> str:
    """Unpacks a tarball of the program, and serves."""
    unpack = 'tar --extract --file program.tar.gz; export PATH="$PWD/$(ls -d sfn-alias-*)/bin:$PATH"\n'
    version = run_in_root(create_root(), unpack + PROGRAM, {"program.tar.gz": tarball}).strip()
    require(version == f"sfn-alias {VERSION}", f"{tarball.name}: expected version {VERSION}, found `{version}`")
    return f"Debian 11: {SERVED}"


def try_debian_packages(packages: list[Path]) -> dict[Path, list[str]]:
    """Installs, uses, removes and purges the Debian packages."""
    return {path: [try_debian_package(path)] for path in packages}


def try_debian_package(package: Path) -> str:
    """Installs a package with dpkg, serves, and purges it: no file remains."""
    # dpkg and the commands write logs, and dpkg its own state.
    list_files = "find / -xdev ! -path '/var/lib/dpkg/*' ! -path '/var/log/*' ! -path '/var/cache/*' ! -path '/files/*' | sort"
    script = f"""\
{list_files} >before.txt
dpkg --install package.deb >dpkg.log
{PROGRAM}
bash -n /usr/share/bash-completion/completions/sfn-alias
test -s /usr/share/fish/vendor_completions.d/sfn-alias.fish
test -s /usr/share/zsh/vendor-completions/_sfn-alias
! dpkg --verify sfn-alias | grep -v /usr/share/
dpkg --remove sfn-alias >>dpkg.log
dpkg --purge sfn-alias >>dpkg.log 2>&1
{list_files} >after.txt
diff before.txt after.txt >&2
! dpkg --status sfn-alias 2>/dev/null
"""
    run_in_root(create_root(), script, {"package.deb": package})
    return f"Debian 11: dpkg installs it, {SERVED}, and no file remains after a purge"


def try_library_tarballs(tarballs: list[Path]) -> dict[Path, list[str]]:
    """Compiles the C example with each tarball of the library."""
    return {path: [try_library_tarball(path)] for path in tarballs}


def try_library_tarball(tarball: Path) -> str:
    """Unpacks a tarball of the library, and compiles the C example with its pkg-config file, shared and static."""
    script = """\
tar --extract --file library.tar.gz
folder=$PWD/$(ls -d libsfn_alias-*)
export PKG_CONFIG_PATH=$folder/lib/pkgconfig
gcc -std=c99 -Wall -Wextra -Werror start.c $(pkg-config --cflags --libs sfn_alias) -Wl,-rpath,$folder/lib -o shared
ldd shared | grep -q "$folder/lib/libsfn_alias.so"
./shared | diff expected.txt - >&2
private=$(pkg-config --libs-only-l --static sfn_alias | sed 's/-lsfn_alias//')
gcc -std=c99 start.c $(pkg-config --cflags sfn_alias) $folder/lib/libsfn_alias.a $private -o static
! ldd static | grep -q sfn_alias
./static | diff expected.txt - >&2
"""
    files = {"library.tar.gz": tarball, "start.c": ROOT / "examples/c/start.c", "expected.txt": EXPECTED}
    run_in_root(create_root(), script, files)
    return "Debian 11: its gcc 10 compiles the C example with the shared and the static library, and both programs run"


def try_npm_packages(packages: list[Path]) -> dict[Path, list[str]]:
    """Installs the npm packages together with Node 20, and runs the example and the program."""
    script = """\
export PATH=/files/node:/files/project/node_modules/.bin:$PATH
cp --recursive packages/. project/
cd project
npm() { node /files/npm/bin/npm-cli.js "$@"; }
npm install --offline --no-audit --no-fund --loglevel error ./*.tgz >&2
node --no-warnings start.mjs | diff ../expected.txt - >&2
sfn-alias --version >&2
node --version
"""
    npm = (install_node("20").bin / "npm").resolve().parents[1]
    files = {f"packages/{path.name}": path for path in packages}
    files |= {"node/node": npm.parents[2] / "bin/node", "npm": npm, "expected.txt": EXPECTED, "project/start.mjs": ROOT / "examples/node/start.mjs"}
    version = run_in_root(create_root(), script, files).strip()
    line = f"Debian 11: npm installs it without a network in Node {version.removeprefix('v')}; the example and `sfn-alias` run"
    return {path: [line] for path in packages}


TRIES: dict[str, Callable[[list[Path]], dict[Path, list[str]]]] = {
    r"sfn-alias-\d[\w.-]*-linux-\w+\.tar\.gz": try_programs,
    r"sfn-alias_[\w.-]+\.deb": try_debian_packages,
    r"libsfn_alias-.+\.tar\.gz": try_library_tarballs,
    r"sfn-alias(-linux-\w+-gnu)?-\d[\w.-]*\.tgz": try_npm_packages,
}
"""How to try each kind of artifact, by its file name. Packages for musl do not run in Debian."""
