"""Writes vectors/auth/signatures.json: requests that botocore signed, with the expected responses.

Run it with the botocore version of tools/model/requirements.txt. All inputs are fixed, including the time, so the
output is the same every time.
"""

import datetime
import json
import pathlib
import sys
from unittest import mock

from botocore import auth, awsrequest, credentials

ROOT = pathlib.Path(__file__).parents[2]
sys.path.append(str(ROOT / "tools/vectors"))
from vectors import format_file  # noqa: E402

ALICE = ("AKIDALICE", "alice/secret+0123456789", "111122223333")
# An access key id that looks like the id of another account.
DIGITS = ("444455556666", "digits-secret", "222233334444")
TIME = datetime.datetime(2026, 11, 22, 19, 36, 45, tzinfo=datetime.timezone.utc)
TARGET = "AWSStepFunctions.ListStateMachines"
BODY = '{"maxResults": 5}'
MISMATCH = (
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret "
    "Access Key and signing method. Consult the service documentation for details."
)
DYNALITE = "recorded from DynamoDB by the authors of dynalite (mhart/dynalite, index.js); the same framework"


def sign(
    credential=ALICE, region="eu-central-1", service="states", path="/", headers=(), token=None, signer=auth.SigV4Auth
):
    """Returns a request as boto3 signs it."""
    sent = {"Host": "localhost:8083", "X-Amz-Target": TARGET, "Content-Type": "application/x-amz-json-1.0"}
    request = awsrequest.AWSRequest("POST", "http://localhost:8083" + path, headers=sent, data=BODY.encode())
    pairs = add_signature(request, credential, region, service, headers, token, signer)
    return {"path": path, "headers": pairs, "body": BODY}


def sign_read(path, credential=ALICE):
    """Returns a GET request of the console, which has no operation and no body."""
    request = awsrequest.AWSRequest("GET", "http://localhost:8083" + path, headers={"Host": "localhost:8083"})
    pairs = add_signature(request, credential, "eu-central-1", "states", (), None, auth.SigV4Auth)
    return {"method": "GET", "path": path, "headers": pairs, "body": ""}


def add_signature(request, credential, region, service, headers, token, signer):
    """Signs a request. Returns its headers."""
    for name, value in headers:
        request.headers.add_header(name, value)
    identity = credentials.Credentials(credential[0], credential[1], token)
    with mock.patch("botocore.auth.get_current_datetime", lambda **_: TIME.replace(tzinfo=None)):
        signer(identity, service, region).add_auth(request)
    return [[name, value] for name, value in request.headers.items()]


class UnsignedPayload(auth.SigV4Auth):
    """Does not sign the body."""

    def payload(self, request):
        return "UNSIGNED-PAYLOAD"


class UnsignedHeader(auth.SigV4Auth):
    """Does not sign one header."""

    name = "host"

    def headers_to_sign(self, request):
        headers = super().headers_to_sign(request)
        del headers[self.name]
        return headers


def unsigned_header(name):
    return type("UnsignedHeader", (UnsignedHeader,), {"name": name})


def edit_headers(request, edit):
    """Changes a request after it was signed. `edit` returns the new pairs of a header."""
    return {**request, "headers": [pair for name, value in request["headers"] for pair in edit(name, value)]}


def replace_in_authorization(old, new):
    return lambda name, value: [[name, value.replace(old, new) if name == "Authorization" else value]]


def set_header(header, value):
    return lambda name, old: [[name, value if name == header else old]]


def remove_header(header):
    return lambda name, value: [] if name == header else [[name, value]]


def repeat_header(header, other):
    return lambda name, value: [[name, value], [name, other]] if name == header else [[name, value]]


VECTORS = []


def add_case(name, behaviour, request, code=None, message=None, now=0, proves=None, kind="docs", basis=""):
    at = (TIME + datetime.timedelta(seconds=now)).strftime("%Y%m%dT%H%M%SZ")
    expect = {"account": proves[0], "region": proves[1]} if proves else {
        "status": 400,
        "body": {"__type": f"com.amazon.coral.service#{code}", "message": message},
    }
    source = {"kind": kind, "basis": basis or "AWS's documentation of Signature Version 4"}
    VECTORS.append({"name": name, "behaviour": behaviour, "source": source, "now": at, "request": request, "expect": expect})


def add_accepted():
    home = (ALICE[2], "eu-central-1")
    add_case("accepted/botocore", "A request that boto3 signed is accepted.", sign(), proves=home)
    add_case("accepted/query", "The query string is part of the signature.", sign(path="/?b=2&a=1"), proves=home)
    add_case("accepted/repeated-header", "The values of a repeated header are joined by a comma for the signature.",
         sign(headers=[("X-More", "one"), ("X-More", "two")]), proves=home)
    add_case("accepted/15-minutes-old", "A signature that is exactly 15 minutes old is accepted.", sign(), now=900,
         proves=home, kind="assumed", basis=f"we assume that the limit is inclusive; the messages are {DYNALITE}")
    add_case("accepted/15-minutes-ahead", "A signature that is exactly 15 minutes in the future is accepted.", sign(), now=-900,
         proves=home, kind="assumed", basis=f"we assume that the limit is inclusive; the messages are {DYNALITE}")
    add_case("accepted/other-partition", "The partition is derived from the region.", sign(region="cn-north-1"),
         proves=(ALICE[2], "cn-north-1"))
    add_case("accepted/key-of-12-digits", "The account of an access key comes from the credentials file, even if its id looks like an account id.",
         sign(DIGITS), proves=(DIGITS[2], "eu-central-1"), kind="assumed", basis="a rule of our own")


def add_altered():
    request, code = sign(), "InvalidSignatureException"
    recorded = {"code": code, "message": MISMATCH, "kind": "docs", "basis":
                "AWS's documentation, troubleshooting signatures; DynamoDB used to append the canonical string"}
    add_case("altered/body", "A changed body is rejected.", {**request, "body": '{"maxResults": 6}'}, **recorded)
    add_case("altered/target", "A changed operation is rejected.",
         edit_headers(request, set_header("X-Amz-Target", "AWSStepFunctions.DeleteStateMachine")), **recorded)
    add_case("altered/host", "A changed host is rejected.", edit_headers(request, set_header("Host", "elsewhere:8083")), **recorded)
    add_case("altered/query-added", "An added query string is rejected.", {**request, "path": "/?a=1"}, **recorded)
    add_case("altered/query-changed", "A changed query string is rejected.", {**sign(path="/?a=1"), "path": "/?a=2"}, **recorded)
    add_case("altered/path", "A changed path is rejected.", {**request, "path": "/other"}, **recorded)
    add_case("altered/target-repeated", "A second value of a signed header is rejected.",
         edit_headers(request, repeat_header("X-Amz-Target", "AWSStepFunctions.DeleteStateMachine")), **recorded)
    add_case("altered/header-gone", "A missing signed header is rejected.", edit_headers(request, remove_header("Content-Type")), **recorded)
    add_case("altered/region", "A changed region is rejected, because the signing key depends on the region.", edit_headers(request, replace_in_authorization("eu-central-1", "eu-west-1")), **recorded)
    add_case("altered/signature", "A changed signature is rejected.", edit_headers(request, replace_in_authorization("Signature=", "Signature=0")), **recorded)
    add_case("refused/wrong-secret", "A signature with a different secret is rejected.", sign((ALICE[0], "another", "")), **recorded)
    add_case("refused/unsigned-payload", "UNSIGNED-PAYLOAD is rejected.", sign(signer=UnsignedPayload),
         code=code, message=MISMATCH, kind="assumed", basis="only S3 documents unsigned payloads")
    add_case("altered/date-repeated", "A repeated date header is rejected.", edit_headers(request, repeat_header("X-Amz-Date", "20261122T193646Z")),
         code="IncompleteSignatureException", message="repeated header X-Amz-Date; send it once",
         kind="assumed", basis="our own message")
    add_case("altered/authorization-repeated", "A repeated Authorization header is rejected.", edit_headers(request, repeat_header("Authorization", "AWS4-HMAC-SHA256 x")),
         code="IncompleteSignatureException", message="repeated header Authorization; send it once",
         kind="assumed", basis="our own message")


def add_incomplete():
    request, code = sign(), "IncompleteSignatureException"
    token = {"code": "MissingAuthenticationTokenException", "message": "Missing Authentication Token", "kind": "assumed",
             "basis": "the message of API Gateway and other services; the message of DynamoDB is `Request is missing Authentication Token`"}
    recorded = {"code": code, "kind": "assumed", "basis": DYNALITE}
    add_case("missing/all", "A request without a signature is rejected.", edit_headers(request, remove_header("Authorization")), **token)
    add_case("missing/other-scheme", "Another authentication scheme is not a signature.", edit_headers(request, set_header("Authorization", "Bearer abc")), **token)
    needs = "Authorization header requires '{}' parameter. "
    dated = "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. "
    every = "".join(needs.format(name) for name in ("Credential", "Signature", "SignedHeaders"))
    bare = edit_headers(edit_headers(request, remove_header("X-Amz-Date")), set_header("Authorization", "AWS4-HMAC-SHA256"))
    add_case("incomplete/everything", "The message lists everything that is missing.", bare,
         message=every + dated + "Authorization=AWS4-HMAC-SHA256", **recorded)
    add_case("incomplete/signature", "An Authorization header without Signature is rejected.", edit_headers(request, replace_in_authorization("Signature=", "Signatur=")),
         message=needs.format("Signature") + "Authorization=AWS4-HMAC-SHA256", **recorded)
    add_case("incomplete/date", "A request without a date is rejected.", edit_headers(request, remove_header("X-Amz-Date")),
         message=dated + "Authorization=AWS4-HMAC-SHA256", **recorded)
    add_case("incomplete/date-format", "A date in another format is rejected.", edit_headers(request, set_header("X-Amz-Date", "2026-11-22")),
         message="Date must be in ISO-8601 'basic format'. Got '2026-11-22'. See http://en.wikipedia.org/wiki/ISO_8601",
         **recorded)
    add_case("incomplete/algorithm", "Another algorithm is rejected.", edit_headers(request, replace_in_authorization("SHA256", "SHA1")),
         message="Unsupported AWS 'algorithm': 'AWS4-HMAC-SHA1' (only AWS4-HMAC-SHA256 for now). ", **recorded)
    add_case("incomplete/credential", "A credential with too few elements is rejected.", edit_headers(request, replace_in_authorization("/aws4_request", "")),
         message="Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got "
                 "'AKIDALICE/20261122/eu-central-1/states'", **recorded)


def add_invalid():
    request, code = sign(), "InvalidSignatureException"
    recorded = {"code": code, "kind": "assumed", "basis": DYNALITE}
    add_case("skew/expired", "A signature that is more than 15 minutes old is rejected.", request, now=901, **recorded,
         message="Signature expired: 20261122T193645Z is now earlier than 20261122T193646Z (20261122T195146Z - 15 min.)")
    add_case("skew/not-yet", "A signature that is more than 15 minutes in the future is rejected.", request, now=-901, code=code, kind="docs",
         message="Signature not yet current: 20261122T193645Z is still later than 20261122T193644Z (20261122T192144Z + 15 min.)")
    add_case("scope/service", "A signature for another service is rejected.", sign(service="dynamodb"), **recorded,
         message="Credential should be scoped to correct service: 'states'. ")
    day = "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: "
    add_case("scope/date", "A different date in the credential scope is rejected.", edit_headers(request, replace_in_authorization("20261122/", "20261121/")), **recorded,
         message=day + "'20261121' != '20261122', from '20261122T193645Z'.")
    add_case("scope/date-short", "An incomplete date in the credential scope is rejected.", edit_headers(request, replace_in_authorization("20261122/", "2026/")), **recorded,
         message=day + "'2026' != '20261122', from '20261122T193645Z'.")
    add_case("scope/terminator", "Another terminator of the credential is rejected.", edit_headers(request, replace_in_authorization("aws4_request", "aws5")), **recorded,
         message="Credential should be scoped with a valid terminator: 'aws4_request', not 'aws5'. ")
    add_case("scope/invalid-region", "A correct signature for a region that is not valid is rejected.", sign(region="eu_central"), **recorded,
         message="Credential should be scoped to a valid region, not 'eu_central'. ")
    add_case("scope/everything", "The message lists everything that is wrong.",
         edit_headers(request, replace_in_authorization("20261122/eu-central-1/states/aws4_request", "b/c_/d/e")), **recorded,
         message="Credential should be scoped to a valid region, not 'c_'. Credential should be scoped to correct service: "
                 "'states'. Credential should be scoped with a valid terminator: 'aws4_request', not 'e'. " + day +
                 "'b' != '20261122', from '20261122T193645Z'.")
    add_case("unsigned/host", "The host header must be signed.", sign(signer=unsigned_header("host")), code=code, kind="assumed",
         message="'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.",
         basis="aws/aws-sdk-php issue 2469, from DynamoDB")
    for name in ("X-Amz-Date", "X-Amz-Target"):
        add_case(f"unsigned/{name.lower()}", f"The header {name} must be signed.", sign(signer=unsigned_header(name)), code=code,
             message=f"'{name}' must be a 'SignedHeader' in the AWS Authorization.", kind="assumed", basis="as with Host")
    unknown = {"code": "UnrecognizedClientException", "message": "The security token included in the request is invalid."}
    add_case("unknown/key", "An unknown access key is rejected.", sign(("AKIDNOBODY", "secret", "")), kind="assumed", basis=DYNALITE,
         **unknown)
    add_case("unknown/session-token", "A signed session token is rejected if the access key has none.", sign(token="session"),
         kind="assumed", basis=DYNALITE, **unknown)


def add_console():
    home = (ALICE[2], "eu-central-1")
    path = "/console/api/summary?stateMachineArn=arn%3Aaws%3Astates%3Aeu-central-1%3A111122223333%3AstateMachine%3Aorders&maxResults=10"
    add_case("console/get", "A GET request with a query and without a body is accepted.", sign_read(path), proves=home)
    add_case("console/query-characters", "Encoded characters, empty and repeated parameters of a query are part of the signature.",
             sign_read("/console/api?z=%20%2B%26%3D%25&a=%C3%A4%F0%9F%9A%80~-._&empty=&a=&b"), proves=home)
    add_case("console/path-characters", "An encoded path is encoded again for the signature.",
             sign_read("/console/api/deployments/a%20b%2Fc~%C3%A4?x=1"), proves=home)
    request, code = sign_read(path), "InvalidSignatureException"
    rejected = {"code": code, "message": MISMATCH}
    add_case("console/query-reordered", "The order of the parameters of a query is not part of the signature.",
             {**request, "path": "/console/api/summary?maxResults=10&" + path.split("?")[1].split("&")[0]}, proves=home)
    add_case("console/query-changed", "A changed parameter is rejected.", {**request, "path": path.replace("orders", "others")}, **rejected)
    add_case("console/query-removed", "A removed query is rejected.", {**request, "path": "/console/api/summary"}, **rejected)
    add_case("console/path-changed", "A changed path is rejected.", {**request, "path": path.replace("summary", "traffic")}, **rejected)
    add_case("console/method-changed", "A changed method is rejected.", {**request, "method": "POST"}, **rejected)
    add_case("console/body-added", "A body that was not signed is rejected.", {**request, "body": "{}"}, **rejected)


if __name__ == "__main__":
    for group in (add_accepted, add_altered, add_incomplete, add_invalid, add_console):
        group()
    profiles = [dict(zip(("aws_access_key_id", "aws_secret_access_key", "aws_account_id"), credential)) for credential in (ALICE, DIGITS)]
    path = ROOT / "vectors/auth/signatures.json"
    path.write_text(format_file(path, {"credentials": profiles, "vectors": VECTORS}))
