"""Runs the code of a README against the endpoint in the environment: readme.py WORK_DIRECTORY README [LANGUAGE...]

Runs the blocks in shell, Python and JavaScript. Each line of a block in Rust, Go and Java must be in the client that the
tests build and run.
"""

import re
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
WORK, README, LANGUAGES = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
CLIENTS = {"rust": "rust/src/main.rs", "go": "go/main.go", "java": "java/src/main/java/Client.java"}
# Lines that install, serve forever, change the endpoint, or run the tests themselves.
SKIPPED = ("cargo ", "make ", "rustup ", "sfn-alias serve", "export AWS_ENDPOINT_URL_SFN=")


def check(number: int, language: str, code: str) -> None:
    if language == "sh":
        lines = [line for line in code.splitlines() if not line.startswith(SKIPPED)]
        run(["bash", "-euc", "\n".join(lines)])
    elif language == "python":
        run([sys.executable, "-c", code])
    elif language == "js":
        path = WORK / "node" / f"readme-{number}.mjs"
        path.write_text(code)
        run(["node", "--no-warnings", str(path)])
    elif language in CLIENTS:
        client = [line.strip() for line in (HERE / CLIENTS[language]).read_text().splitlines()]
        missing = [line for line in code.splitlines() if line.strip() not in client]
        if missing:
            sys.exit(f"{README}, block {number}: {CLIENTS[language]} does not contain the line {missing[0]!r}")
    elif language != "hcl":
        sys.exit(f"{README}, block {number}: unknown language {language}")


def run(command: list[str]) -> None:
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        sys.exit(f"{command[-1]}\nfailed with exit code {result.returncode}: {result.stdout}{result.stderr}")


blocks = [block for block in BLOCK.findall(README.read_text()) if not LANGUAGES or block[0] in LANGUAGES]
for number, (language, code) in enumerate(blocks, 1):
    check(number, language, code)
if len(blocks) < (2 if LANGUAGES else 10):
    sys.exit(f"{README} contains only {len(blocks)} blocks")
