"""`sfn-alias verify` against moto's server: it runs to its end, finds what is known, and leaves nothing behind."""

import json
import re
import subprocess
import sys
import urllib.request

program, moto = sys.argv[1:]

# What moto is known to do otherwise: it makes an alias anew where AWS refuses, and does not name errors as AWS.
KNOWN = {"create-alias/conflict-changes-nothing", "create-alias/route-arn-of-another-service"}


def machines(url):
    headers = {
        "content-type": "application/x-amz-json-1.0",
        "x-amz-target": "AWSStepFunctions.ListStateMachines",
        "authorization": "AWS4-HMAC-SHA256 Credential=123456789012/20260101/us-east-1/states/aws4_request, "
        "SignedHeaders=host, Signature=0",
    }
    with urllib.request.urlopen(urllib.request.Request(url, b"{}", headers)) as answer:
        return json.load(answer)["stateMachines"]


server = subprocess.Popen([moto, "-p", "0"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
try:
    for line in server.stderr:
        if found := re.search(r"Running on (http://\S+)", line):
            url = found[1]
            break
    else:
        sys.exit("moto's server did not start")
    # Its log goes on; nobody reads it, and a full pipe would stop it.
    subprocess.Popen(["cat"], stdin=server.stderr, stdout=subprocess.DEVNULL)
    run = subprocess.run([program, "verify", "--endpoint-url", url, "--json"], stdout=subprocess.PIPE)
    report = json.loads(run.stdout)
    differs = {row["name"] for row in report["vectors"] if row["outcome"] == "differs"}
    assert run.returncode == 1, run.returncode
    assert KNOWN <= differs, KNOWN - differs
    assert report["agree"] > 100, report["agree"]
    assert report["leftBehind"] == [], report["leftBehind"]
    assert machines(url) == [], machines(url)
    print(f"moto: {report['agree']} agree, {report['differ']} differ, {report['skipped']} skipped")
finally:
    server.terminate()
    server.wait()
