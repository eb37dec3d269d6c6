"""The tests of the scripts that publish the files of a release. Nothing is published."""

import contextlib
import hashlib
import http.server
import io
import json
import tarfile
import tempfile
import threading
import unittest
from pathlib import Path
from unittest import mock

import image_index
import publish
from common import VERSION, ReleaseError
from platforms import PLATFORMS


class Folder(unittest.TestCase):
    """A test with a directory."""

    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.folder = Path(directory.name)
        output = contextlib.redirect_stdout(io.StringIO())
        output.__enter__()
        self.addCleanup(output.__exit__, None, None, None)

    def write(self, name: str, content: bytes) -> dict[str, object]:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return {"name": path.name, "size": len(content), "sha256": hashlib.sha256(content).hexdigest(), "checks": ["runs"]}

    def error(self, call: object, *arguments: object) -> str:
        with self.assertRaises(ReleaseError) as raised:
            call(*arguments)
        return str(raised.exception)


class Image(Folder):
    def layout(self, architecture: str) -> Path:
        """Writes the layout of an image without layers."""
        manifest = json.dumps({"config": architecture}).encode()
        digest = hashlib.sha256(manifest).hexdigest()
        described = {"mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": f"sha256:{digest}", "size": len(manifest)}
        index = {"manifests": [described | {"platform": {"architecture": architecture, "os": "linux"}, "annotations": {"a": "b"}}]}
        files = {"index.json": json.dumps(index).encode(), "oci-layout": b"{}", "manifest.json": b"[]", f"blobs/sha256/{digest}": manifest}
        path = self.folder / f"{architecture}.tar"
        with tarfile.open(path, "w") as archive:
            for name, content in files.items():
                member = tarfile.TarInfo(name)
                member.size = len(content)
                archive.addfile(member, io.BytesIO(content))
        return path

    def test_the_index_has_both_images(self) -> None:
        folder = self.folder / "layout"
        digest = image_index.write_index([self.layout("amd64"), self.layout("arm64")], folder, "0.2.0")
        [entry] = json.loads((folder / "index.json").read_text())["manifests"]
        self.assertEqual((entry["digest"], entry["annotations"]), (digest, {"org.opencontainers.image.ref.name": "0.2.0"}))
        index = json.loads((folder / "blobs/sha256" / digest.removeprefix("sha256:")).read_text())
        self.assertEqual([manifest["platform"]["architecture"] for manifest in index["manifests"]], ["amd64", "arm64"])
        for manifest in index["manifests"]:
            content = (folder / "blobs/sha256" / manifest["digest"].removeprefix("sha256:")).read_bytes()
            self.assertEqual(len(content), manifest["size"])

    def test_a_missing_architecture(self) -> None:
        error = self.error(image_index.write_index, [self.layout("amd64")], self.folder / "layout", "0.2.0")
        self.assertEqual(error, "expected images for amd64 and arm64, found amd64")


class Publish(Folder):
    def setUp(self) -> None:
        super().setUp()
        self.commands: list[list[str]] = []
        for name, value in {"run": self.run_command, "find_tool": lambda name, _: name, "is_on_npm": lambda name: name in self.published}.items():
            patch = mock.patch.object(publish, name, value)
            patch.start()
            self.addCleanup(patch.stop)
        self.npm = "11.5.1\n"
        self.published: set[str] = set()

    def run_command(self, command: list[object], stdin: str = "") -> str:
        words = [str(word) for word in command]
        if words[-1] == "--version":
            return self.npm
        if words[-1] == "--order":
            return "aliases\naliases-cli\n"
        self.commands.append(words)
        return ""

    def write_packages(self) -> list[str]:
        names = [*(f"sfn-alias-{platform.npm}" for platform in PLATFORMS), "sfn-alias"]
        for name in names:
            self.write(f"{name}-{VERSION}.tgz", b"")
        return names

    def test_the_main_npm_package_is_last_and_published_ones_are_skipped(self) -> None:
        names = self.write_packages()
        self.published = {names[0]}
        publish.publish_npm(self.folder)
        self.assertEqual([Path(command[2]).name for command in self.commands], [f"{name}-{VERSION}.tgz" for name in names[1:]])
        self.assertTrue(all("--provenance" in command for command in self.commands))

    def test_nothing_is_published_if_a_package_is_missing(self) -> None:
        names = self.write_packages()
        (self.folder / f"{names[2]}-{VERSION}.tgz").unlink()
        self.assertEqual(self.error(publish.publish_npm, self.folder), f"{self.folder}: {names[2]}-{VERSION}.tgz is missing")
        self.assertEqual(self.commands, [])

    def test_an_old_npm(self) -> None:
        self.npm = "10.9.3\n"
        expected = "npm 10.9.3 has no trusted publishing: install npm 11.5.1 or later"
        self.assertEqual(self.error(publish.publish_npm, self.write_packages() and self.folder), expected)

    def test_crates_in_their_order_without_published_ones(self) -> None:
        handler = type("Handler", (IndexHandler,), {"crates": {"/al/ia/aliases": ["0.0.9", VERSION], "/al/ia/aliases-cli": ["0.0.9"]}})
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=server.serve_forever).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        with mock.patch.object(publish, "INDEX", f"http://127.0.0.1:{server.server_port}"):
            publish.publish_crates()
            self.assertFalse(publish.is_on_crates_io("unknown"))
        self.assertEqual([command[-1] for command in self.commands], ["aliases-cli"])


class IndexHandler(http.server.BaseHTTPRequestHandler):
    """An index of crates."""

    crates: dict[str, list[str]] = {}

    def do_GET(self) -> None:
        versions = self.crates.get(self.path)
        self.send_response(404 if versions is None else 200)
        self.end_headers()
        self.wfile.write("".join(json.dumps({"vers": version}) + "\n" for version in versions or []).encode())

    def log_message(self, format: str, *args: object) -> None:
        pass


if __name__ == "__main__":
    unittest.main()
