"""Writes vectors/auth/signatures.json: requests signed by botocore, with the expected results.

Run it with the botocore of tools/model/requirements.txt. All inputs, including the time, are constant, so the output is
reproducible.
"""

import datetime
import json
import pathlib
from unittest import mock

from botocore import auth, awsrequest, credentials

ALICE = ("AKIDALICE", "alice/secret+0123456789", "111122223333")
# An access key whose id looks like another account.
DIGITS = ("444455556666", "digits-secret", "222233334444")
TIME = datetime.datetime(2026, 11, 22, 19, 36, 45, tzinfo=datetime.timezone.utc)
TARGET = "AWSStepFunctions.ListStateMachines"
BODY = '{"maxResults": 5}'
MISMATCH = (
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret "
    "Access Key and signing method. Consult the service documentation for details."
)
DYNALITE = "recorded from DynamoDB by the authors of dynalite (mhart/dynalite, index.js); the same framework"


def signed(who=ALICE, region="eu-central-1", service="states", path="/", headers=(), token=None, signer=auth.SigV4Auth):
    """Returns a request as boto3 sends it."""
    sent = {"Host": "localhost:8083", "X-Amz-Target": TARGET, "Content-Type": "application/x-amz-json-1.0"}
    request = awsrequest.AWSRequest("POST", "http://localhost:8083" + path, headers=sent, data=BODY.encode())
    for name, value in headers:
        request.headers.add_header(name, value)
    identity = credentials.Credentials(who[0], who[1], token)
    with mock.patch("botocore.auth.get_current_datetime", lambda **_: TIME.replace(tzinfo=None)):
        signer(identity, service, region).add_auth(request)
    pairs = [[name, value] for name, value in request.headers.items()]
    return {"path": path, "headers": pairs, "body": BODY}


class Unsigned(auth.SigV4Auth):
    """Declares that the body is not signed."""

    def payload(self, request):
        return "UNSIGNED-PAYLOAD"


class Without(auth.SigV4Auth):
    """Leaves a header unsigned."""

    name = "host"

    def headers_to_sign(self, request):
        headers = super().headers_to_sign(request)
        del headers[self.name]
        return headers


def without(name):
    return type("Without", (Without,), {"name": name})


def edited(request, edit):
    """Returns a signed request with changed headers. `edit` maps a header to its new pairs."""
    return {**request, "headers": [pair for name, value in request["headers"] for pair in edit(name, value)]}


def replaced(old, new):
    return lambda name, value: [[name, value.replace(old, new) if name == "Authorization" else value]]


def instead(header, value):
    return lambda name, old: [[name, value if name == header else old]]


def dropped(header):
    return lambda name, value: [] if name == header else [[name, value]]


def twice(header, other):
    return lambda name, value: [[name, value], [name, other]] if name == header else [[name, value]]


VECTORS = []


def case(name, behaviour, request, code=None, message=None, now=0, proves=None, kind="docs", basis=""):
    at = (TIME + datetime.timedelta(seconds=now)).strftime("%Y%m%dT%H%M%SZ")
    expect = {"account": proves[0], "region": proves[1]} if proves else {
        "status": 400,
        "body": {"__type": f"com.amazon.coral.service#{code}", "message": message},
    }
    source = {"kind": kind, "basis": basis or "AWS's documentation of Signature Version 4"}
    VECTORS.append({"name": name, "behaviour": behaviour, "source": source, "now": at, "request": request, "expect": expect})


def accepted():
    home = (ALICE[2], "eu-central-1")
    case("accepted/botocore", "A request as boto3 signs it.", signed(), proves=home)
    case("accepted/query", "A query is signed with the rest.", signed(path="/?b=2&a=1"), proves=home)
    case("accepted/repeated-header", "The values of a repeated header are signed together, joined by a comma.",
         signed(headers=[("X-More", "one"), ("X-More", "two")]), proves=home)
    case("accepted/15-minutes-old", "A signature of 15 minutes ago is the oldest that is accepted.", signed(), now=900,
         proves=home, kind="assumed", basis=f"that the bound itself is in; the texts: {DYNALITE}")
    case("accepted/15-minutes-ahead", "A client's clock may be ahead by 15 minutes.", signed(), now=-900,
         proves=home, kind="assumed", basis=f"that the bound itself is in; the texts: {DYNALITE}")
    case("accepted/other-partition", "The region determines the partition.", signed(region="cn-north-1"),
         proves=(ALICE[2], "cn-north-1"))
    case("accepted/key-of-12-digits", "A key belongs to the account in the file, whatever its id looks like.",
         signed(DIGITS), proves=(DIGITS[2], "eu-central-1"), kind="assumed", basis="a rule of our own")


def altered():
    plain, code = signed(), "InvalidSignatureException"
    recorded = {"code": code, "message": MISMATCH, "kind": "docs", "basis":
                "AWS's documentation, troubleshooting signatures; DynamoDB once told its canonical string behind it"}
    case("altered/body", "Another body has another hash.", {**plain, "body": '{"maxResults": 6}'}, **recorded)
    case("altered/target", "Another operation.",
         edited(plain, instead("X-Amz-Target", "AWSStepFunctions.DeleteStateMachine")), **recorded)
    case("altered/host", "Another endpoint.", edited(plain, instead("Host", "elsewhere:8083")), **recorded)
    case("altered/query-added", "A query that was not signed.", {**plain, "path": "/?a=1"}, **recorded)
    case("altered/query-changed", "Another query.", {**signed(path="/?a=1"), "path": "/?a=2"}, **recorded)
    case("altered/path", "Another path.", {**plain, "path": "/other"}, **recorded)
    case("altered/target-repeated", "A signed header has a second value.",
         edited(plain, twice("X-Amz-Target", "AWSStepFunctions.DeleteStateMachine")), **recorded)
    case("altered/header-gone", "A signed header is missing.", edited(plain, dropped("Content-Type")), **recorded)
    case("altered/region", "The signing key is derived for a region.", edited(plain, replaced("eu-central-1", "eu-west-1")), **recorded)
    case("altered/signature", "Another signature.", edited(plain, replaced("Signature=", "Signature=0")), **recorded)
    case("refused/wrong-secret", "A signature with another secret.", signed((ALICE[0], "another", "")), **recorded)
    case("refused/unsigned-payload", "UNSIGNED-PAYLOAD is not a hash of the body.", signed(signer=Unsigned),
         code=code, message=MISMATCH, kind="assumed", basis="only S3 documents unsigned payloads")
    case("altered/date-repeated", "Two dates.", edited(plain, twice("X-Amz-Date", "20261122T193646Z")),
         code="IncompleteSignatureException", message="repeated header X-Amz-Date; send it once",
         kind="assumed", basis="a text of our own")
    case("altered/authorization-repeated", "Two signatures.", edited(plain, twice("Authorization", "AWS4-HMAC-SHA256 x")),
         code="IncompleteSignatureException", message="repeated header Authorization; send it once",
         kind="assumed", basis="a text of our own")


def incomplete():
    plain, code = signed(), "IncompleteSignatureException"
    token = {"code": "MissingAuthenticationTokenException", "message": "Missing Authentication Token", "kind": "assumed",
             "basis": "the text of API Gateway and others; DynamoDB says `Request is missing Authentication Token`"}
    recorded = {"code": code, "kind": "assumed", "basis": DYNALITE}
    case("missing/all", "No signature.", edited(plain, dropped("Authorization")), **token)
    case("missing/other-scheme", "Another scheme counts as no authorization.", edited(plain, instead("Authorization", "Bearer abc")), **token)
    needs = "Authorization header requires '{}' parameter. "
    dated = "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. "
    every = "".join(needs.format(name) for name in ("Credential", "Signature", "SignedHeaders"))
    bare = edited(edited(plain, dropped("X-Amz-Date")), instead("Authorization", "AWS4-HMAC-SHA256"))
    case("incomplete/everything", "All missing members are reported.", bare,
         message=every + dated + "Authorization=AWS4-HMAC-SHA256", **recorded)
    case("incomplete/signature", "No signature in the header.", edited(plain, replaced("Signature=", "Signatur=")),
         message=needs.format("Signature") + "Authorization=AWS4-HMAC-SHA256", **recorded)
    case("incomplete/date", "No date.", edited(plain, dropped("X-Amz-Date")),
         message=dated + "Authorization=AWS4-HMAC-SHA256", **recorded)
    case("incomplete/date-format", "A date in another format.", edited(plain, instead("X-Amz-Date", "2026-11-22")),
         message="Date must be in ISO-8601 'basic format'. Got '2026-11-22'. See http://en.wikipedia.org/wiki/ISO_8601",
         **recorded)
    case("incomplete/algorithm", "Another algorithm.", edited(plain, replaced("SHA256", "SHA1")),
         message="Unsupported AWS 'algorithm': 'AWS4-HMAC-SHA1' (only AWS4-HMAC-SHA256 for now). ", **recorded)
    case("incomplete/credential", "A credential with too few parts.", edited(plain, replaced("/aws4_request", "")),
         message="Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got "
                 "'AKIDALICE/20261122/eu-central-1/states'", **recorded)


def invalid():
    plain, code = signed(), "InvalidSignatureException"
    recorded = {"code": code, "kind": "assumed", "basis": DYNALITE}
    case("skew/expired", "A second more than 15 minutes old.", plain, now=901, **recorded,
         message="Signature expired: 20261122T193645Z is now earlier than 20261122T193646Z (20261122T195146Z - 15 min.)")
    case("skew/not-yet", "A second more than 15 minutes ahead.", plain, now=-901, code=code, kind="docs",
         message="Signature not yet current: 20261122T193645Z is still later than 20261122T193644Z (20261122T192144Z + 15 min.)")
    case("scope/service", "Signed for another service.", signed(service="dynamodb"), **recorded,
         message="Credential should be scoped to correct service: 'states'. ")
    day = "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: "
    case("scope/date", "Another day in the scope.", edited(plain, replaced("20261122/", "20261121/")), **recorded,
         message=day + "'20261121' != '20261122', from '20261122T193645Z'.")
    case("scope/date-short", "A truncated date.", edited(plain, replaced("20261122/", "2026/")), **recorded,
         message=day + "'2026' != '20261122', from '20261122T193645Z'.")
    case("scope/terminator", "Another terminator of the credential.", edited(plain, replaced("aws4_request", "aws5")), **recorded,
         message="Credential should be scoped with a valid terminator: 'aws4_request', not 'aws5'. ")
    case("scope/region", "A region that is not valid, correctly signed.", signed(region="eu_central"), **recorded,
         message="Credential should be scoped to a valid region, not 'eu_central'. ")
    case("scope/everything", "All problems are reported.",
         edited(plain, replaced("20261122/eu-central-1/states/aws4_request", "b/c_/d/e")), **recorded,
         message="Credential should be scoped to a valid region, not 'c_'. Credential should be scoped to correct service: "
                 "'states'. Credential should be scoped with a valid terminator: 'aws4_request', not 'e'. " + day +
                 "'b' != '20261122', from '20261122T193645Z'.")
    case("unsigned/host", "The endpoint has to be signed.", signed(signer=without("host")), code=code, kind="assumed",
         message="'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.",
         basis="aws/aws-sdk-php issue 2469, from DynamoDB")
    for name in ("X-Amz-Date", "X-Amz-Target"):
        case(f"unsigned/{name.lower()}", "The time and the operation must be signed, too.", signed(signer=without(name)), code=code,
             message=f"'{name}' must be a 'SignedHeader' in the AWS Authorization.", kind="assumed", basis="as with Host")
    unknown = {"code": "UnrecognizedClientException", "message": "The security token included in the request is invalid."}
    case("unknown/key", "An unknown access key.", signed(("AKIDNOBODY", "secret", "")), kind="assumed", basis=DYNALITE,
         **unknown)
    case("unknown/session-token", "A correctly signed session token with a key that has none.", signed(token="session"),
         kind="assumed", basis=DYNALITE, **unknown)


if __name__ == "__main__":
    for group in (accepted, altered, incomplete, invalid):
        group()
    profiles = [dict(zip(("aws_access_key_id", "aws_secret_access_key", "aws_account_id"), who)) for who in (ALICE, DIGITS)]
    path = pathlib.Path(__file__).parents[2] / "vectors/auth/signatures.json"
    path.write_text(json.dumps({"credentials": profiles, "vectors": VECTORS}, indent=2) + "\n")
