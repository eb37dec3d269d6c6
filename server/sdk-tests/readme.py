"""Runs the code of a page against the endpoint in the environment: readme.py WORK_DIRECTORY PAGE [LANGUAGE...]

- All blocks of a page run in one shell session, in an empty directory with copies of `vectors` and `tools/vectors`.
- `sh`, `python` and `js` blocks must succeed. If a `text` block follows directly, it must equal their output. A Python
  block that starts with a comment like `# run.py` is saved in this file instead.
- `console` blocks are transcripts: `$ ` starts a command, `> ` continues it, and `...` matches any lines.
- Each line of a block in Rust, Go and Java must be in the client that the tests build and run.
- A block of another language is allowed only if the paragraph before it states that the tests do not run it.

With UPDATE=1, the page gets the real output. With MOTO=1, which `make moto` sets, blocks with moto also run.
"""

import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
WORK, PAGE, LANGUAGES = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve(), sys.argv[3:]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```\n(?:\n```text\n(.*?)^```\n)?", re.MULTILINE | re.DOTALL)
CLIENTS = {"rust": "rust/src/main.rs", "go": "go/main.go", "java": "java/src/main/java/Client.java"}
NOT_RUN = "tests do not run this block"
# Lines that install, serve in the foreground, or run the tests themselves.
SKIPPED = re.compile(r"cargo |make |rustup |sfn-alias serve(?!.*&)|(python3 -m )?pip install |npm install ")
# Ports of the pages that a test must not depend on.
OTHER_PORTS = ("8090", "8091", "8092", "5000", "2379", "2380", "22379", "22380", "32379", "32380", "42379", "42380")


class Block(NamedTuple):
    language: str
    code: str
    # The expected output, or `None` if it does not matter.
    output: str | None
    # The paragraph before the block.
    reason: str


def read_blocks(text: str) -> list[Block]:
    """Returns the blocks that run."""
    blocks = [Block(*match.groups(), text[: match.start()].rstrip().split("\n\n")[-1]) for match in BLOCK.finditer(text)]
    blocks = [block for block in blocks if not LANGUAGES or block.language in LANGUAGES]
    if not blocks:
        sys.exit(f"{PAGE} contains no blocks")
    return [block for block in blocks if not is_skipped(block)]


def is_skipped(block: Block) -> bool:
    needs_moto = "moto_server" in block.code and "MOTO" not in os.environ
    return needs_moto or NOT_RUN in " ".join(block.reason.split())


def find_ports() -> dict[str, str]:
    """Returns the port to use instead of each port of the pages."""
    ports = {"8083": os.environ["AWS_ENDPOINT_URL_SFN"].rsplit(":", 1)[-1]}
    with ExitStack() as reserved:
        for port in OTHER_PORTS:
            free = reserved.enter_context(socket.create_server(("127.0.0.1", 0)))
            ports[port] = str(free.getsockname()[1])
    return ports


def replace_ports(text: str, ports: dict[str, str]) -> str:
    return re.sub(r"(?<=[: ])(\d{4,5})\b", lambda port: ports.get(port[1], port[1]), text)


def check_client(block: Block) -> None:
    client = [line.strip() for line in (HERE / CLIENTS[block.language]).read_text().splitlines()]
    for line in block.code.splitlines():
        if line.strip() not in client:
            sys.exit(f"{PAGE}: {CLIENTS[block.language]} does not contain the line {line!r}")


# -- the session -----------------------------------------------------------------------------------


def write_script(blocks: list[Block], directory: Path) -> str:
    """Returns a shell script that runs the blocks and writes their output to `N.out`."""
    script = ["set -u", "trap 'kill $(jobs -p) 2>/dev/null || true' EXIT"]
    for number, block in enumerate(blocks):
        out, err = directory / f"{number}.out", directory / f"{number}.err"
        # The output of a transcript has both streams, as in a terminal.
        errors = "2>&1" if block.language == "console" else f"2>{shlex.quote(str(err))}"
        options = "set +e" if block.language == "console" else "set -e"
        script.append(f"{{\n{options}\n{write_commands(block, number)}\n}} >{shlex.quote(str(out))} {errors}")
    return "\n".join(script)


def write_commands(block: Block, number: int) -> str:
    if block.language == "sh":
        return "\n".join(line for line in block.code.splitlines() if not SKIPPED.match(line)) or ":"
    if block.language == "console":
        return "\n".join(f"printf '%s\\n' {shlex.quote(text)}\n{command}" for text, command in split_transcript(block.code))
    if block.language == "js":
        path = WORK / "node" / f"{PAGE.stem}-{number}.mjs"
        path.write_text(block.code)
        return f"node --no-warnings {shlex.quote(str(path))}"
    if block.language == "python":
        name = re.match(r"# (\w+\.py)\n", block.code)
        delimiter = "END_OF_BLOCK"
        return f"{f'cat >{name[1]}' if name else 'python3 -'} <<'{delimiter}'\n{block.code}{delimiter}"
    sys.exit(f"{PAGE}: a block in {block.language} needs a paragraph before it with the words `{NOT_RUN}`")


def split_transcript(code: str) -> list[tuple[str, str]]:
    """Returns the commands, as printed and without prompts."""
    texts = re.findall(r"^\$ .*(?:\n> .*)*", code, re.MULTILINE)
    return [(text, re.sub(r"^[$>] ", "", text, flags=re.MULTILINE)) for text in texts]


def run_session(blocks: list[Block], ports: dict[str, str], directory: Path) -> list[str]:
    """Returns the output of each block, with the ports of the page."""
    work, output = directory / "work", directory / "output"
    output.mkdir()
    for name in ("vectors/operations", "tools/vectors"):
        shutil.copytree(ROOT / name, work / name)
    script = replace_ports(write_script(blocks, output), ports)
    result = subprocess.run(["bash", "-c", script], cwd=work, capture_output=True, text=True, check=False, timeout=600)
    outputs = sorted(output.glob("*.out"), key=lambda path: int(path.stem))
    if result.returncode != 0:
        failed = outputs[-1]
        errors = failed.with_suffix(".err")
        details = failed.read_text() + (errors.read_text() if errors.exists() else "") + result.stderr
        sys.exit(f"{PAGE}:\n{blocks[int(failed.stem)].code}failed with exit code {result.returncode}:\n{details}")
    original = {used: port for port, used in ports.items()}
    return [replace_ports(path.read_text(), original) for path in outputs]


# -- the output ------------------------------------------------------------------------------------


def equals(expected: str, output: str) -> bool:
    pattern = re.escape(expected).replace(re.escape("...") + "\\\n", "(?:.*\n)*?")
    return re.fullmatch(pattern, output) is not None


def compare(blocks: list[Block], outputs: list[str]) -> None:
    text = original = PAGE.read_text()
    for block, output in zip(blocks, outputs, strict=True):
        expected = block.code if block.language == "console" else block.output
        if expected is None or equals(expected, output):
            continue
        if "UPDATE" not in os.environ or "\n...\n" in expected:
            sys.exit(f"{PAGE}: expected\n{expected}\nfound\n{output}\nhelp: `make -C server readme UPDATE=1` writes the output")
        text = text.replace(expected, output)
    if text != original:
        PAGE.write_text(text)


def main() -> None:
    blocks = read_blocks(PAGE.read_text())
    for block in blocks:
        if block.language in CLIENTS:
            check_client(block)
    blocks = [block for block in blocks if block.language not in CLIENTS]
    with tempfile.TemporaryDirectory() as directory:
        compare(blocks, run_session(blocks, find_ports(), Path(directory)))


main()
