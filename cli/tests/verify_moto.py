"""Runs `sfn-alias verify` against moto: it finds the known differences and deletes all resources."""

import json
import re
import subprocess
import sys
import urllib.request

program, moto = sys.argv[1:]

# Known differences: moto replaces an alias where AWS returns an error, and uses other error codes.
KNOWN = {"create-alias/conflict-changes-nothing", "create-alias/route-arn-of-another-service"}


def list_state_machines(url):
    headers = {
        "content-type": "application/x-amz-json-1.0",
        "x-amz-target": "AWSStepFunctions.ListStateMachines",
        "authorization": "AWS4-HMAC-SHA256 Credential=123456789012/20260101/us-east-1/states/aws4_request, "
        "SignedHeaders=host, Signature=0",
    }
    with urllib.request.urlopen(urllib.request.Request(url, b"{}", headers)) as response:
        return json.load(response)["stateMachines"]


server = subprocess.Popen([moto, "-p", "0"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
try:
    for line in server.stderr:
        if match := re.search(r"Running on (http://\S+)", line):
            url = match[1]
            break
    else:
        sys.exit("moto did not start")
    # Drains the log, because a full pipe would block moto.
    subprocess.Popen(["cat"], stdin=server.stderr, stdout=subprocess.DEVNULL)
    run = subprocess.run([program, "verify", "--endpoint-url", url, "--json"], stdout=subprocess.PIPE)
    report = json.loads(run.stdout)
    differs = {row["name"] for row in report["vectors"] if row["verdict"] == "differs"}
    assert run.returncode == 1, run.returncode
    assert KNOWN <= differs, KNOWN - differs
    assert report["agree"] > 100, report["agree"]
    assert report["notDeleted"] == [], report["notDeleted"]
    assert list_state_machines(url) == [], list_state_machines(url)
    print(f"moto: {report['agree']} agree, {report['differ']} differ, {report['skipped']} skipped")
finally:
    server.terminate()
    server.wait()
