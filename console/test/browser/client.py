"""Calls operations with boto3: reads requests from standard input, one JSON object per line, and writes the responses."""

import json
import sys
import time
from functools import cache

import boto3
from botocore.config import Config


@cache
def create_client(user_agent):
    return boto3.client("stepfunctions", config=Config(user_agent=user_agent or None, retries={"total_max_attempts": 1}))


def call(request):
    """Calls the operation, `times` times, with up to `rate` calls per second. Returns the last response."""
    operation = getattr(create_client(request["userAgent"]), request["operation"])
    for count in range(request["times"]):
        if count and request["rate"]:
            time.sleep(1 / request["rate"])
        response = operation(**request["input"])
    response.pop("ResponseMetadata")
    return response


for line in sys.stdin:
    request = json.loads(line)
    try:
        result = {"response": call(request)}
    except Exception as error:
        result = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps({"id": request["id"], **result}, default=str), flush=True)
