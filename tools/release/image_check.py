"""Checks of a container image: its layout, and the program as the user of the image."""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import json
import os
import re
import shutil
import socket
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from common import VERSION, WORK, ReleaseError, find_tool, require, run, skip
from platforms import Platform, find_host
from root import install_tools

Object = dict[str, Any]
TOOLS = {"skopeo": "skopeo", "umoci": "umoci", "unshare": "util-linux"}
# As container engines do with `--read-only` and a volume: only /data can be written.
SCRIPT = """\
set -eu
mount --bind "$1" "$1"
mount --bind "$2" "$1/data"
mount -o remount,bind,ro "$1"
shift 2
exec "$@"
"""
MACHINE = {
    "name": "orders",
    "roleArn": "arn:aws:iam::000000000000:role/orders",
    "definition": '{"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}',
}


def check_image(platform: Platform, path: Path) -> list[str]:
    """Checks an image. Returns what was checked: a missing tool skips a part."""
    layout = WORK / "image" / path.stem
    shutil.rmtree(layout.parent, ignore_errors=True)
    layout.mkdir(parents=True)
    run(["tar", "--extract", "--file", path, "--directory", layout])
    checks = [check_layout(layout)]
    missing = install_tools(TOOLS)
    if missing:
        return [*checks, skip(f"running the image {missing}")]
    checks.append(check_with_skopeo(path, layout))
    host = find_host().target.split("-")[0]
    if os.geteuid() != 0 or not platform.target.startswith(host):
        return [*checks, skip("running the image requires root, and its architecture")]
    return [*checks, run_image(layout)]


# -- the layout ------------------------------------------------------------------------------------


def check_layout(layout: Path) -> str:
    """Checks sizes, digests and media types of all blobs."""
    [described] = read_json(layout / "index.json")["manifests"]
    manifest = json.loads(read_blob(layout, described, "manifest.v1+json"))
    config = json.loads(read_blob(layout, manifest["config"], "config.v1+json"))
    layers = [gzip.decompress(read_blob(layout, layer, "layer.v1.tar+gzip")) for layer in manifest["layers"]]
    found = [f"sha256:{hashlib.sha256(layer).hexdigest()}" for layer in layers]
    require(found == config["rootfs"]["diff_ids"], f"{layout.name}: expected the layers {config['rootfs']['diff_ids']}, found {found}")
    require(re.fullmatch(r"[1-9]\d*:[1-9]\d*", config["config"]["User"]) is not None, f"{layout.name}: expected a numeric user without rights")
    blobs = len(list((layout / "blobs/sha256").iterdir()))
    require(blobs == len(layers) + 2, f"{layout.name}: expected {len(layers) + 2} blobs, found {blobs}")
    return f"OCI layout: digests, sizes and media types of {blobs} blobs; user {config['config']['User']}"


def read_blob(layout: Path, descriptor: Object, kind: str) -> bytes:
    """Returns a blob, which must have the type, size and digest of its descriptor."""
    algorithm, _, digest = descriptor["digest"].partition(":")
    content: bytes = (layout / "blobs" / algorithm / digest).read_bytes()
    found = (f"application/vnd.oci.image.{kind}", len(content), hashlib.sha256(content).hexdigest())
    expected = (descriptor["mediaType"], descriptor["size"], digest)
    require(found == expected, f"{layout.name}: expected {expected}, found {found}")
    return content


def read_json(path: Path) -> Any:
    return json.loads(path.read_text())


def check_with_skopeo(path: Path, layout: Path) -> str:
    """Reads the image with skopeo, as a layout and as an archive, and converts it to Docker's format."""
    for name in [f"oci:{layout}:{VERSION}", f"oci-archive:{path}", f"docker-archive:{path}"]:
        found = json.loads(run(["skopeo", "inspect", name]))
        require(found["Labels"]["org.opencontainers.image.version"] == VERSION, f"skopeo inspect {name}: expected version {VERSION}")
    copy = layout.with_name("docker.tar")
    run(["skopeo", "--insecure-policy", "copy", "--quiet", f"oci:{layout}:{VERSION}", f"docker-archive:{copy}:sfn-alias:{VERSION}"])
    return "skopeo inspects it as oci, oci-archive and docker-archive, and copies it to docker-archive"


# -- the program -----------------------------------------------------------------------------------


def run_image(layout: Path) -> str:
    """Runs the command of the image as its user, with a read-only root and a volume, twice."""
    bundle = layout.with_name("bundle")
    run(["umoci", "unpack", "--image", f"{layout}:{VERSION}", bundle])
    data = layout.with_name("data")
    shutil.copytree(bundle / "rootfs/data", data)
    owner = (bundle / "rootfs/data").stat()
    os.chown(data, owner.st_uid, owner.st_gid)
    with serve(bundle, data) as url:
        call(url, "CreateStateMachine", MACHINE)
        found = [read_status(url, host) for host in ("localhost", "sfn-alias", "host.docker.internal", "example.com")]
        check_health(bundle, url)
        require(found == [200, 200, 200, 403], f"expected the statuses 200, 200, 200 and 403 for names of the host, found {found}")
    with serve(bundle, data) as url:
        names = [machine["name"] for machine in call(url, "ListStateMachines", {})["stateMachines"]]
    require(names == ["orders"], f"expected the state machine `orders` after a restart, found {names}")
    return "its command serves as its user in the root of umoci, read-only: /health, SIGTERM, and the data in /data after a restart"


@contextlib.contextmanager
def serve(bundle: Path, data: Path) -> Iterator[str]:
    """Runs the command of a bundle. Returns the URL, and stops the command with SIGTERM."""
    process = read_json(bundle / "config.json")["process"]
    user = f"{process['user']['uid']}:{process['user']['gid']}"
    require(user == "65532:65532", f"expected the user 65532:65532, found {user}")
    port = find_port()
    environment = dict(pair.split("=", 1) for pair in process["env"]) | {"SFN_ALIAS_PORT": str(port)}
    root, variables = bundle / "rootfs", [f"{name}={value}" for name, value in environment.items()]
    command = ["env", "-i", *variables, find_tool("chroot", "coreutils"), f"--userspec={user}", root, *process["args"]]
    arguments = ["unshare", "--mount", "--propagation", "private", "bash", "-c", SCRIPT, "image", root, data, *command]
    with subprocess.Popen([str(part) for part in arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            if server.stdout.readline() == "":
                raise ReleaseError(f"the command of the image does not start: {server.communicate()[1].strip()}")
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.communicate(timeout=30)
    require(server.returncode == 0, f"expected exit code 0 after SIGTERM, found {server.returncode}")


def check_health(bundle: Path, url: str) -> None:
    """Runs the health check of docs/containers.md in the root of the image."""
    chroot, root = find_tool("chroot", "coreutils"), bundle / "rootfs"
    variables = ["PATH=/usr/local/bin", f"AWS_ENDPOINT_URL_SFN={url}"]
    printed = run(["env", "-i", *variables, chroot, "--userspec=65532:65532", root, "sfn-alias", "call", "ListStateMachines"])
    require('"orders"' in printed, f"the health check prints `{printed.strip()}`")


def find_port() -> int:
    """Returns a free port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def call(url: str, operation: str, content: Object) -> Any:
    """Calls an operation of the endpoint, and returns the response."""
    headers = {"content-type": "application/x-amz-json-1.0", "x-amz-target": f"AWSStepFunctions.{operation}"}
    with urllib.request.urlopen(urllib.request.Request(url, json.dumps(content).encode(), headers), timeout=30) as response:
        return json.load(response)


def read_status(url: str, host: str) -> int:
    """Returns the status of `/health` for a client that uses another name of the host."""
    try:
        with urllib.request.urlopen(urllib.request.Request(f"{url}/health", headers={"host": host}), timeout=30) as response:
            return int(response.status)
    except urllib.error.HTTPError as error:
        return error.code
