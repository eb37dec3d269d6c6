"""The tests of the check for circles of files."""

import tempfile
import unittest
from pathlib import Path

from circles import find_circles, read_crate

# One way: `main` uses `service` and `error`, `service` uses `error` through a re-export.
LAYERS = {
    "lib.rs": "mod error;\nmod service;\npub use error::Error;\nuse service::Service;",
    "error.rs": "//! See `crate::service::Service`.\npub struct Error;",
    "service/mod.rs": "mod call;\npub use call::Service;",
    "service/call.rs": 'use crate::Error;\npub struct Service;\nconst TEXT: &str = "crate::service::Service";',
}


def circles(changes: dict[str, str]) -> list[list[tuple[str, str, list[str]]]]:
    """Returns the circles of a crate with the files of LAYERS and these changes."""
    with tempfile.TemporaryDirectory() as directory:
        for name, text in (LAYERS | changes).items():
            file = Path(directory, name)
            file.parent.mkdir(exist_ok=True)
            file.write_text(text)
        found = find_circles(read_crate(Path(directory, "lib.rs")))
        name = lambda file: str(file.relative_to(directory))
        return [[(name(file), name(used), names) for file, used, names in circle] for circle in found]


class Circles(unittest.TestCase):
    def test_layers_have_none(self) -> None:
        self.assertEqual(circles({}), [])

    def test_an_import_through_a_re_export(self) -> None:
        self.assertEqual(
            circles({"error.rs": "use crate::service::Service;\npub struct Error(Service);"}),
            [[("error.rs", "service/call.rs", ["Service"]), ("service/call.rs", "error.rs", ["Error"])]],
        )

    def test_paths_without_an_import(self) -> None:
        for path in ("crate::service::Service", "super::service::Service", "super::service::call::Service"):
            with self.subTest(path):
                self.assertEqual(len(circles({"error.rs": f"pub struct Error(Box<{path}>);"})), 1)

    def test_a_child_that_uses_its_parent(self) -> None:
        parent = "mod call;\nuse call::{self, other::{Service as Renamed}, Service};\npub type Input = u8;"
        child = "use super::Input;\npub struct Service(Input);"
        self.assertEqual(
            circles({"service/mod.rs": parent, "service/call.rs": child, "lib.rs": ""}),
            [[("service/mod.rs", "service/call.rs", ["Service", "other"]), ("service/call.rs", "service/mod.rs", ["Input"])]],
        )

    def test_tests_may_use_everything(self) -> None:
        tests = "#[cfg(test)]\nmod tests {\n    use crate::service::Service;\n}"
        self.assertEqual(circles({"error.rs": f"pub struct Error;\n{tests}"}), [])

    def test_three_files(self) -> None:
        files = {"lib.rs": "", "a.rs": "use super::b::B;\nstruct A;", "b.rs": "use super::c::C;\nstruct B;"}
        self.assertEqual(
            circles(files | {"c.rs": "use super::a::A;\nstruct C;"}),
            [[("a.rs", "b.rs", ["B"]), ("b.rs", "c.rs", ["C"]), ("c.rs", "a.rs", ["A"])]],
        )


if __name__ == "__main__":
    unittest.main()
