"""One image for several architectures: the layouts of both, with an index of their manifests."""

from __future__ import annotations

import hashlib
import json
import tarfile
from pathlib import Path
from typing import Any

from common import require

INDEX = "application/vnd.oci.image.index.v1+json"
Object = dict[str, Any]


def write_index(layouts: list[Path], folder: Path, name: str) -> str:
    """Unpacks image layouts into one, whose only entry `name` is an index of their images. Returns the digest of the index."""
    manifests = []
    for layout in layouts:
        with tarfile.open(layout) as archive:
            archive.extractall(folder, members=[member for member in archive if member.name != "manifest.json"], filter="data")
        [manifest] = json.loads((folder / "index.json").read_text())["manifests"]
        manifests.append({key: manifest[key] for key in ("mediaType", "digest", "size", "platform")})
    architectures = [manifest["platform"]["architecture"] for manifest in manifests]
    require(sorted(architectures) == ["amd64", "arm64"], f"expected images for amd64 and arm64, found {', '.join(architectures) or 'none'}")
    content = write_json({"mediaType": INDEX, "manifests": manifests})
    digest = hashlib.sha256(content).hexdigest()
    (folder / "blobs/sha256" / digest).write_bytes(content)
    entry = {"mediaType": INDEX, "digest": f"sha256:{digest}", "size": len(content), "annotations": {"org.opencontainers.image.ref.name": name}}
    (folder / "index.json").write_bytes(write_json({"manifests": [entry]}))
    return f"sha256:{digest}"


def write_json(content: Object) -> bytes:
    """Returns the same bytes for the same content."""
    return json.dumps({"schemaVersion": 2, **content}, separators=(",", ":"), sort_keys=True).encode()
