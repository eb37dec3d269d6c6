"""Runs the code of a README against the endpoint in the environment: readme.py WORK_FOLDER README [LANGUAGE...]

Shell, Python and JavaScript are run as they stand. Of Rust, Go and Java, every line has to stand in the
client that the tests build and run.
"""

import re
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
WORK, README, LANGUAGES = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
CLIENTS = {"rust": "rust/src/main.rs", "go": "go/main.go", "java": "java/src/main/java/Client.java"}
# These install, serve without end, point away from the endpoint of this test, or are the tests themselves.
NOT_RUN = ("cargo ", "make ", "rustup ", "sfn-alias serve", "export AWS_ENDPOINT_URL_SFN=")


def check(number: int, language: str, code: str) -> None:
    if language == "sh":
        lines = [line for line in code.splitlines() if not line.startswith(NOT_RUN)]
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
            sys.exit(f"{README}, block {number}: {CLIENTS[language]} has no line {missing[0]!r}")
    elif language != "hcl":
        sys.exit(f"{README}, block {number}: nobody checks {language}")


def run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{command[-1]}\nended with {done.returncode}: {done.stdout}{done.stderr}")


blocks = [block for block in BLOCK.findall(README.read_text()) if not LANGUAGES or block[0] in LANGUAGES]
for number, (language, code) in enumerate(blocks, 1):
    check(number, language, code)
if len(blocks) < (2 if LANGUAGES else 10):
    sys.exit(f"{README} has only {len(blocks)} blocks")
