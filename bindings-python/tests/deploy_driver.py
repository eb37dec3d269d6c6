"""A program that runs a deployment over unmodified boto3 clients. Its clock is a file; a sleep advances it at once."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import boto3
from support import ALIAS, MACHINE

from sfn_alias.deploy import Deployment


def main(url: str, state: str, clock_file: Path, preference: str, *alarms: str) -> None:
    options: dict[str, Any] = {"region_name": "us-east-1", "aws_access_key_id": "none", "aws_secret_access_key": "none"}
    clock = lambda: float(clock_file.read_text())
    deployment = Deployment(
        boto3.client("stepfunctions", endpoint_url=url, **options),
        ALIAS,
        preference,
        f"{MACHINE}:2",
        state=state,
        alarms=alarms,
        cloudwatch=boto3.client("cloudwatch", endpoint_url=url, **options),
        clock=clock,
        sleep=lambda seconds: clock_file.write_text(str(clock() + seconds)),
    )
    print(deployment.run()["result"])


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]), *sys.argv[4:])
