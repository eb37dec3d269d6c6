"""Changes of the header and of libraries that `abi.py` must detect. They need a C compiler."""

from __future__ import annotations

import sys
import tempfile
import unittest
from pathlib import Path

from abi import BUILD_SCRIPT, HEADER, Comparison, check_library, compare, describe_abi, format_list, parse_list, read_soname
from declarations import AbiError, find_compiler, run_tool

HEADER_TEXT = HEADER.read_text()
BUILD = BUILD_SCRIPT.read_text()
NUMBER = int(read_soname(BUILD))
NEW_SONAME = BUILD.replace(f"libsfn_alias.so.{NUMBER}", f"libsfn_alias.so.{NUMBER + 1}").replace(
    f"libsfn_alias.{NUMBER}.dylib", f"libsfn_alias.{NUMBER + 1}.dylib"
)
ABI = describe_abi(HEADER_TEXT, BUILD)
RECOMPILE = f"programs must be recompiled: change the SONAME in build.rs from {NUMBER} to {NUMBER + 1}, then run `make generate`"
ADDITION = "an addition, programs keep working: run `make generate`, which adds it to abi.txt"


def change_header(old: str, new: str, build_script: str = BUILD) -> Comparison:
    """Compares the ABI with that of a changed header."""
    assert HEADER_TEXT.count(old) == 1, old
    comparison = compare(ABI, describe_abi(HEADER_TEXT.replace(old, new), build_script))
    assert comparison is not None
    return comparison


class HeaderTest(unittest.TestCase):
    def test_the_list_describes_the_header(self) -> None:
        self.assertIsNone(compare(parse_list(format_list(ABI)), ABI))

    def test_a_removed_function(self) -> None:
        found = change_header("const char *sfn_alias_version(void);", "")
        self.assertEqual(found.describe(), f"the ABI differs from abi.txt\n  function sfn_alias_version: removed\n{RECOMPILE}")

    def test_another_value_of_a_constant(self) -> None:
        found = change_header("SFN_ALIAS_INVALID_ARN = 40,", "SFN_ALIAS_INVALID_ARN = 41,")
        self.assertEqual(found.breaks, ["constant SFN_ALIAS_INVALID_ARN: expected 40, found 41"])
        self.assertTrue(found.needs_new_soname)

    def test_another_size_and_a_new_field(self) -> None:
        found = change_header("  uint64_t count;\n", "  uint8_t flag;\n  uint32_t count;\n")
        self.assertIn("struct sfn_alias_start_count: expected 16 bytes, alignment 8, found 12 bytes, alignment 4", found.breaks)
        self.assertIn("field sfn_alias_start_count.count: expected offset 8, 8 bytes, uint64_t, found offset 8, 4 bytes, uint32_t", found.breaks)
        self.assertIn("field sfn_alias_start_count.flag: added to an existing struct", found.breaks)

    def test_another_offset(self) -> None:
        found = change_header("  uint32_t version;\n", "  uint64_t id;\n  uint32_t version;\n")
        self.assertIn("field sfn_alias_start_count.version: expected offset 0, 4 bytes, uint32_t, found offset 8, 4 bytes, uint32_t", found.breaks)

    def test_another_type_of_a_parameter(self) -> None:
        found = change_header("const char *sfn_alias_result_code(uint32_t number);", "const char *sfn_alias_result_code(uint64_t number);")
        self.assertEqual(found.breaks, ["function sfn_alias_result_code: expected const char * (uint32_t), found const char * (uint64_t)"])

    def test_another_name_of_a_parameter_is_no_change(self) -> None:
        header = HEADER_TEXT.replace("sfn_alias_result_code(uint32_t number);", "sfn_alias_result_code(uint32_t code);")
        self.assertNotEqual(header, HEADER_TEXT)
        self.assertIsNone(compare(ABI, describe_abi(header, BUILD)))

    def test_an_addition(self) -> None:
        found = change_header("const char *sfn_alias_version(void);", "const char *sfn_alias_version(void);\nvoid sfn_alias_new_function(void);")
        self.assertEqual(found.describe(), f"the ABI differs from abi.txt\n  function sfn_alias_new_function: added\n{ADDITION}")
        self.assertFalse(found.needs_new_soname)

    def test_a_new_soname_allows_a_removal(self) -> None:
        found = change_header("const char *sfn_alias_version(void);", "", NEW_SONAME)
        self.assertFalse(found.needs_new_soname)
        self.assertTrue(found.describe().endswith(f"the SONAME has the new number {NUMBER + 1}: run `make generate`, which updates abi.txt"))

    def test_different_sonames(self) -> None:
        with self.assertRaises(AbiError) as raised:
            read_soname("libsfn_alias.so.0 libsfn_alias.1.dylib")
        self.assertEqual(str(raised.exception), "build.rs: expected the same number in all SONAMEs, found 0, 1")


@unittest.skipUnless(sys.platform == "linux", "the options of the linker are those of Linux")
class LibraryTest(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.names = [key.removeprefix("function ") for key in ABI if key.startswith("function ")]

    def build(self, names: list[str], soname: str = f"libsfn_alias.so.{NUMBER}") -> Path:
        """Builds a library with empty functions."""
        source, library = self.folder / "library.c", self.folder / "libsfn_alias.so"
        source.write_text("".join(f"void {name}(void) {{}}\n" for name in names))
        run_tool([*find_compiler(), "-shared", "-fPIC", f"-Wl,-soname,{soname}", str(source), "-o", str(library)])
        return library

    def check(self, library: Path) -> str:
        """Returns the error of a library, without its path."""
        with self.assertRaises(AbiError) as raised:
            check_library(library, ABI)
        return str(raised.exception).removeprefix(f"{library} ").removeprefix(f"{library}: ")

    def test_a_complete_library(self) -> None:
        expected = f"libsfn_alias.so: SONAME libsfn_alias.so.{NUMBER}, exports the {len(self.names)} functions of abi.txt and nothing else"
        self.assertEqual(check_library(self.build(self.names), ABI), expected)

    def test_a_removed_symbol(self) -> None:
        self.assertEqual(self.check(self.build(self.names[1:])), f"lacks functions of abi.txt: {self.names[0]}")

    def test_another_symbol(self) -> None:
        self.assertEqual(self.check(self.build([*self.names, "sqlite3_open"])), "exports more than abi.txt: sqlite3_open")

    def test_another_soname(self) -> None:
        library = self.build(self.names, "libsfn_alias.so.9")
        self.assertEqual(self.check(library), f"expected the number {NUMBER} in the SONAME as in abi.txt, found libsfn_alias.so.9")


if __name__ == "__main__":
    unittest.main()
