"""The container image, as a tar of the OCI image layout: the static program, trusted certificates, and a user without rights.

No container engine is needed to build it. The settings (user, variables, command) are those of examples/service/Containerfile.
`manifest.json` is not part of OCI: with it, older versions of Docker load the tar as well.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import re
import tarfile
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from certificates import find_certificates
from common import ROOT, VERSION, WORK, read_date
from image_check import check_image
from licenses import NAME as NAME_OF_LICENSES
from licenses import write_licenses
from platforms import Platform, find_platform
from program import build_program

NAME = "ghcr.io/sfn-alias/sfn-alias"
CONTAINERFILE = ROOT / "examples/service/Containerfile"
ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}
USER = 65532
REPOSITORY = "https://github.com/sfn-alias/sfn-alias"
Object = dict[str, Any]


@dataclass(frozen=True)
class Entry:
    """A file of the image; a directory if it has no content."""

    name: str
    content: bytes | None = None
    mode: int = 0o755
    owner: int = 0


def build(platform: Platform, dist: Path) -> list[Path]:
    """Builds the image for the architecture of a platform."""
    program = build_program(find_platform(platform.target.replace("gnu", "musl")))
    architecture = ARCHITECTURES[platform.target.split("-")[0]]
    path = dist / f"sfn-alias-image-{VERSION}-linux-{architecture}.tar"
    path.write_bytes(write_tar(list_layout(write_tar(list_files(program)), architecture)))
    return [path]


def check(platform: Platform, artifacts: list[Path]) -> dict[Path, list[str]]:
    """Checks the layout with skopeo, unpacks it with umoci, and runs the program as the user of the image."""
    return {path: check_image(platform, path) for path in artifacts}


# -- the files -------------------------------------------------------------------------------------


def list_files(program: Path) -> list[Entry]:
    """Returns the files of the image."""
    licenses = [ROOT / "LICENSE-APACHE", ROOT / "LICENSE-MIT", write_licenses(WORK / NAME_OF_LICENSES)]
    files = [
        Entry("usr/local/bin/sfn-alias", program.read_bytes()),
        Entry("etc/ssl/certs/ca-certificates.crt", find_certificates().read_bytes(), 0o644),
        Entry("etc/passwd", f"root:x:0:0:root:/:/sbin/nologin\nnonroot:x:{USER}:{USER}:nonroot:/data:/sbin/nologin\n".encode(), 0o644),
        Entry("etc/group", f"root:x:0:\nnonroot:x:{USER}:\n".encode(), 0o644),
        *[Entry(f"usr/share/doc/sfn-alias/{path.name}", path.read_bytes(), 0o644) for path in licenses],
    ]
    parents = {str(parent) for file in files for parent in Path(file.name).parents if str(parent) != "."}
    return [*(Entry(name) for name in parents), Entry("data", owner=USER), Entry("tmp", mode=0o1777), *files]


def write_tar(entries: list[Entry]) -> bytes:
    """Writes a tar, with the same bytes for the same entries."""
    output, date = io.BytesIO(), read_date()
    with tarfile.open(fileobj=output, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for entry in sorted(entries, key=lambda entry: entry.name):
            member = tarfile.TarInfo(entry.name)
            member.type = tarfile.DIRTYPE if entry.content is None else tarfile.REGTYPE
            member.mode, member.mtime, member.uid, member.gid = entry.mode, date, entry.owner, entry.owner
            member.size = len(entry.content or b"")
            archive.addfile(member, io.BytesIO(entry.content or b""))
    return output.getvalue()


# -- the layout ------------------------------------------------------------------------------------


def list_layout(layer: bytes, architecture: str) -> list[Entry]:
    """Returns the files of the image layout of one layer."""
    blobs: list[Entry] = []
    packed = add_blob(blobs, "vnd.oci.image.layer.v1.tar+gzip", gzip.compress(layer, 9, mtime=0))
    config = add_blob(blobs, "vnd.oci.image.config.v1+json", write_json(describe_config(layer, architecture)))
    manifest = {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json", "config": config, "layers": [packed]}
    described = add_blob(blobs, "vnd.oci.image.manifest.v1+json", write_json(manifest | {"annotations": describe_labels()}))
    described["platform"] = {"architecture": architecture, "os": "linux"}
    described["annotations"] = {"org.opencontainers.image.ref.name": VERSION, "io.containerd.image.name": f"{NAME}:{VERSION}"}
    index = {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": [described]}
    docker = [{"Config": find_path(config), "RepoTags": [f"{NAME}:{VERSION}"], "Layers": [find_path(packed)]}]
    files = {"oci-layout": {"imageLayoutVersion": "1.0.0"}, "index.json": index, "manifest.json": docker}
    written = [Entry(name, write_json(content), 0o644) for name, content in files.items()]
    return [Entry("blobs"), Entry("blobs/sha256"), *blobs, *written]


def add_blob(blobs: list[Entry], media_type: str, content: bytes) -> Object:
    """Adds a blob, and returns its descriptor."""
    descriptor = {"mediaType": f"application/{media_type}", "digest": find_digest(content), "size": len(content)}
    blobs.append(Entry(find_path(descriptor), content, 0o644))
    return descriptor


def find_digest(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def find_path(descriptor: Object) -> str:
    """Returns the path of a blob in the layout."""
    return f"blobs/{descriptor['digest'].replace(':', '/')}"


def write_json(content: object) -> bytes:
    return json.dumps(content, separators=(",", ":"), sort_keys=True).encode()


def describe_config(layer: bytes, architecture: str) -> Object:
    """Returns the configuration of the image."""
    created = datetime.fromtimestamp(read_date(), timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        "created": created,
        "author": "The sfn-alias developers",
        "architecture": architecture,
        "os": "linux",
        "config": {**read_containerfile(CONTAINERFILE.read_text()), "WorkingDir": "/", "Labels": describe_labels()},
        "rootfs": {"type": "layers", "diff_ids": [find_digest(layer)]},
        "history": [{"created": created, "created_by": "tools/release/image.py"}],
    }


def read_containerfile(text: str) -> Object:
    """Returns the settings of the image in the format of OCI, from the instructions of the last stage of a Containerfile.

    >>> settings = read_containerfile('FROM a\\nUSER 0\\nFROM b\\nUSER 1:1\\nVOLUME /data\\nEXPOSE 80\\nENV A=1 B=2\\nENV C=3\\nCMD ["a"]\\n')
    >>> settings["User"], settings["Env"][1:], settings["Cmd"], settings["ExposedPorts"], settings["Volumes"]
    ('1:1', ['A=1', 'B=2', 'C=3'], ['a'], {'80/tcp': {}}, {'/data': {}})
    """
    stage = re.split(r"^FROM ", text, flags=re.MULTILINE)[-1]

    def find(name: str) -> list[str]:
        return re.findall(rf"^{name} (.*)$", stage, re.MULTILINE)

    return {
        "User": find("USER")[-1],
        "Env": ["PATH=/usr/local/bin", *(pair for line in find("ENV") for pair in line.split())],
        "Entrypoint": json.loads((find("ENTRYPOINT") or ["[]"])[-1]),
        "Cmd": json.loads((find("CMD") or ["[]"])[-1]),
        "ExposedPorts": {f"{port}/tcp": {} for port in find("EXPOSE")},
        "Volumes": {path: {} for path in find("VOLUME")},
    }


def describe_labels() -> dict[str, str]:
    """Returns the labels of the image."""
    labels = {
        "title": "sfn-alias",
        "description": "Offline emulator of AWS Step Functions state machine aliases",
        "version": VERSION,
        "licenses": "MIT OR Apache-2.0",
        "url": REPOSITORY,
        "source": REPOSITORY,
        "documentation": f"{REPOSITORY}/blob/main/docs/containers.md",
    }
    return {f"org.opencontainers.image.{name}": value for name, value in labels.items()}
