"""Fails if source files of a crate use each other in a circle, and prints the files.

    python3 tools/circles/circles.py [REPOSITORY]

A file uses another one if a path in it (`crate::`, `super::`, `self::`, or through an import) names an item that is
defined there. A re-export is followed to the definition. Modules with `#[cfg(test)]` are not part of the check.
"""

import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

# Comments, and literals, which may contain anything.
NOISE = re.compile(
    r"//[^\n]*|/\*.*?\*/|\bb?r(#*)\".*?\"\1|b?\"(?:\\.|[^\"\\])*\"|b?'(?:\\(?:u\{\w+\}|x\w\w|.)|[^\\'\n])'", re.S
)
TESTS = re.compile(r"#\[cfg\(test\)\]\s*mod\s+\w+\s*")
USE = re.compile(r"(?P<public>\bpub(?:\([^)]*\))?\s+)?\buse\s+(?P<tree>[^;]+);")
PATH = re.compile(r"(?<![\w:$])[A-Za-z_]\w*(?:\s*::\s*[A-Za-z_]\w*)+")
ELSEWHERE = re.compile(r"\bmod\s+([A-Za-z_]\w*)\s*;")
ITEM = re.compile(r"\b(?:fn|struct|enum|union|trait|type|const|static|macro_rules!)\s+([A-Za-z_]\w*)")

ROOTS = ("lib.rs", "main.rs")
ModulePath = tuple[str, ...]


@dataclass
class Module:
    """A file, the items that it defines, and the paths in it from the root of the crate."""

    file: Path
    name: ModulePath
    code: str
    items: set[str] = field(default_factory=set)
    imports: dict[str, ModulePath] = field(default_factory=dict)
    exports: dict[str, ModulePath] = field(default_factory=dict)
    globs: list[ModulePath] = field(default_factory=list)
    paths: list[ModulePath] = field(default_factory=list)


def main() -> int:
    repository = Path(sys.argv[1] if len(sys.argv) > 1 else ".")
    found = []
    for root in find_roots(repository):
        found += [circle for circle in find_circles(read_crate(root)) if circle not in found]
    for circle in found:
        print("these files use each other:")
        for file, used, names in circle:
            print(f"  {file.relative_to(repository)} uses {used.relative_to(repository)}: {', '.join(names)}")
    if found:
        print("help: move what both files use to a file below them")
    return 1 if found else 0


def find_roots(repository: Path) -> list[Path]:
    """Returns all lib.rs and main.rs files of the repository."""
    listed = ["git", "-C", str(repository), "ls-files", "--cached", "--others", "--exclude-standard", "*.rs"]
    files = subprocess.run(listed, check=True, capture_output=True, text=True).stdout.splitlines()
    return sorted(repository / file for file in files if Path(file).name in ROOTS)


def read_crate(root: Path) -> dict[ModulePath, Module]:
    """Returns the modules of a crate by name. The root has the empty name. A directory with lib.rs and main.rs has two
    crates, whose other files are modules of both."""
    modules: dict[ModulePath, Module] = {}
    for file in sorted(root.parent.rglob("*.rs")):
        if file != root and file.parent == root.parent and file.name in ROOTS:
            continue
        name = file.relative_to(root.parent).with_suffix("").parts
        if name[-1] == "mod" or file == root:
            name = name[:-1]
        modules.setdefault(name, Module(file, name, remove_noise(file.read_text())))
    for module in modules.values():
        read_paths(module, modules)
    return modules


def remove_noise(text: str) -> str:
    """Removes comments, the content of literals, and tests."""
    text = NOISE.sub(lambda found: "" if found[0].startswith("/") else '""', text)
    while found := TESTS.search(text):
        text = text[: found.start()] + text[find_end(text, found.end()) :]
    return text


def find_end(text: str, start: int) -> int:
    """Returns the end of the block or declaration at `start`."""
    depth = 0
    for position in range(start, len(text)):
        depth += {"{": 1, "}": -1}.get(text[position], 0)
        if depth == 0 and text[position] in ";}":
            return position + 1
    return len(text)


def read_paths(module: Module, modules: dict[ModulePath, Module]) -> None:
    module.items = set(ITEM.findall(module.code))
    for found in USE.finditer(module.code):
        for path, name in split_tree(found["tree"]):
            absolute = make_absolute(path, module, modules)
            if absolute is None:
                continue
            module.imports[name] = absolute
            if not found["public"]:
                module.paths.append(absolute)
            elif name == "*":
                module.globs.append(absolute[:-1])
            else:
                module.exports[name] = absolute
    for found in PATH.findall(USE.sub("", module.code)):
        if (absolute := make_absolute(tuple(re.split(r"\s*::\s*", found)), module, modules)) is not None:
            module.paths.append(absolute)


def split_tree(tree: str) -> list[tuple[ModulePath, str]]:
    """Returns the paths of a `use` and the names that they declare: `a::{b, c as d}` is `a::b` b and `a::c` d."""
    if found := re.fullmatch(r"\s*([^{]*)\{(.*)\}\s*", tree, re.S):
        prefix = tuple(re.findall(r"\w+", found[1]))
        return [(prefix + path, name) for part in split_list(found[2]) for path, name in split_tree(part)]
    text, _, name = tree.partition(" as ")
    path = tuple(part.strip() for part in text.split("::"))
    path = path[:-1] if path[-1] == "self" else path
    return [(path, name.strip() or (path[-1] if path else ""))]


def split_list(text: str) -> list[str]:
    parts, depth = [""], 0
    for character in text:
        depth += {"{": 1, "}": -1}.get(character, 0)
        if character == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    return [part for part in parts if part.strip()]


def make_absolute(path: ModulePath, module: Module, modules: dict[ModulePath, Module]) -> ModulePath | None:
    """Returns the path from the root of the crate, or None for a path into another crate."""
    first, rest = (path[0], path[1:]) if path else ("", ())
    if first == "crate":
        return rest
    if first == "self":
        return module.name + rest
    if first == "super":
        base = module.name[:-1]
        while rest and rest[0] == "super":
            base, rest = base[:-1], rest[1:]
        return base + rest
    if first in module.imports:
        return module.imports[first] + rest
    return module.name + path if module.name + (first,) in modules and first else None


def find_definition(path: ModulePath, modules: dict[ModulePath, Module], visited: frozenset = frozenset()) -> ModulePath | None:
    """Returns the module that defines an item. The path of a module itself is none."""
    name = path[: max(size for size in range(len(path) + 1) if path[:size] in modules)]
    module, rest = modules[name], path[len(name) :]
    if path in visited or not rest or rest[0] in ELSEWHERE.findall(module.code):
        return None
    visited |= {path}
    if rest[0] in module.items or rest[0] == "*":
        return name
    for known in (module.exports, module.imports):
        if rest[0] in known:
            return find_definition(known[rest[0]] + rest[1:], modules, visited)
    found = (find_definition(glob + rest, modules, visited) for glob in module.globs)
    return next((name for name in found if name is not None and rest[0] in modules[name].items), name)


def find_circles(modules: dict[ModulePath, Module]) -> list[list[tuple[Path, Path, list[str]]]]:
    """Returns each circle as a list of (file, file that it uses, names of the items)."""
    uses: dict[ModulePath, dict[ModulePath, set[str]]] = {name: {} for name in modules}
    for name, module in modules.items():
        for path in module.paths:
            target = find_definition(path, modules)
            if target not in (None, name):
                uses[name].setdefault(target, set()).add(path[len(target)] if len(path) > len(target) else path[-1])
    reached = {name: reach(name, uses) for name in uses}
    groups = {frozenset(other for other in reached[name] if name in reached[other]) for name in uses}
    return [describe_circle(group, uses, modules) for group in sorted(groups, key=sorted) if group]


def reach(start: ModulePath, uses: dict[ModulePath, dict]) -> set[ModulePath]:
    """Returns all modules that a module uses, directly or indirectly."""
    found: set[ModulePath] = set()
    waiting = [start]
    while waiting:
        new = set(uses[waiting.pop()]) - found
        found |= new
        waiting += new
    return found


def describe_circle(group: frozenset, uses: dict, modules: dict) -> list[tuple[Path, Path, list[str]]]:
    edges = [(name, target) for name in sorted(group) for target in sorted(uses[name]) if target in group]
    return [(modules[name].file, modules[target].file, sorted(uses[name][target])) for name, target in edges]


if __name__ == "__main__":
    sys.exit(main())
