"""The error classes and their base classes."""

from __future__ import annotations

import pickle
import subprocess
import sys

import botocore.exceptions
import pytest
import vectors
from support import MACHINE, create_alias, create_service

import sfn_alias
import sfn_alias.boto3
from sfn_alias import _sfn_alias, errors

CLASSES = {
    name: value
    for name, value in vars(errors).items()
    if isinstance(value, type)
    and issubclass(value, errors.StepFunctionsError)
    and value is not errors.StepFunctionsError
}
OWN_ERRORS = {"InternalFailure", "StorageFailure", "ServiceClosed", "EntropyFailure"}
"""The errors of this package that AWS does not have."""
FAULTS = {
    "AccessDeniedException": 400,
    "ThrottlingException": 400,
    "InternalServerError": 500,
    "ServiceUnavailable": 503,
}
"""The errors that only faults in rules cause, with their statuses. `test_outcomes.py` raises them."""


def test_each_kind_has_a_class_and_a_number() -> None:
    kinds = {code: number for code, number, _ in _sfn_alias.ERROR_KINDS}
    assert {name: value.number for name, value in CLASSES.items()} == kinds
    assert len(set(kinds.values())) == len(kinds) == 31


def test_vectors_raise_every_aws_error() -> None:
    raised = set()
    for vector in vectors.load():
        body = vector["expect"].get("body") if isinstance(vector["expect"], dict) else None
        if isinstance(body, dict) and "__type" in body:
            raised.add(body["__type"].split("#")[-1])
    assert raised - FAULTS.keys() == CLASSES.keys() - OWN_ERRORS - FAULTS.keys()


def test_statuses() -> None:
    statuses = {code: status for code, _, status in _sfn_alias.ERROR_KINDS}
    special = {"RequestEntityTooLargeException": 413, **FAULTS, **dict.fromkeys(OWN_ERRORS, 500)}
    assert statuses == {code: special.get(code, 400) for code in CLASSES}


def test_error_is_a_client_error() -> None:
    sfn = create_service()
    create_alias(sfn)
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        create_alias(sfn, description="other")
    error = caught.value
    text = (
        "Failed to create alias because an alias with the same name and a different routing configuration "
        "already exists."
    )
    assert str(error) == (
        f"An error occurred (ConflictException) when calling the CreateStateMachineAlias operation: {text}"
    )
    assert isinstance(error, errors.ConflictException)
    assert isinstance(error, sfn.exceptions.ConflictException)
    assert (error.code, error.message, error.reason, error.status) == ("ConflictException", text, None, 400)
    assert (error.operation_name, error.number) == ("CreateStateMachineAlias", 10)


def test_error_responses_equal_those_of_botocore() -> None:
    """`.response` equals that of an unmodified client, except for headers and ids."""
    sfn = create_service()
    client = sfn_alias.boto3.client(sfn)
    wrong = {"name": "PROD", "routingConfiguration": [{"stateMachineVersionArn": f"{MACHINE}:1", "weight": 99}]}
    for method, request in [
        ("create_state_machine_alias", wrong),
        ("create_state_machine_alias", {**wrong, "name": "1"}),
        ("describe_state_machine", {"stateMachineArn": "arn"}),
        ("describe_state_machine", {"stateMachineArn": f"{MACHINE}x"}),
        ("list_state_machine_versions", {"stateMachineArn": MACHINE, "nextToken": "x"}),
    ]:
        responses = []
        for target in (sfn, client):
            with pytest.raises(botocore.exceptions.ClientError) as caught:
                getattr(target, method)(**request)
            response = dict(caught.value.response)
            response["ResponseMetadata"] = {**response["ResponseMetadata"], "RequestId": "", "HTTPHeaders": {}}
            responses.append((response, str(caught.value)))
        assert responses[0] == responses[1]


def test_reasons() -> None:
    with pytest.raises(errors.ValidationException) as caught:
        sfn_alias.validate("UpdateStateMachineAlias", {"stateMachineAliasArn": f"{MACHINE}:PROD"})
    assert caught.value.reason == "MISSING_REQUIRED_PARAMETER"
    assert caught.value.response["reason"] == "MISSING_REQUIRED_PARAMETER"


@pytest.mark.parametrize("name", sorted(CLASSES))
def test_errors_can_be_pickled(name: str) -> None:
    response = {"Error": {"Code": name, "Message": "text"}, "ResponseMetadata": {"HTTPStatusCode": 400}}
    error = CLASSES[name](response, "Operation")
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is type(error)
    assert (str(copy), copy.response, copy.operation_name) == (str(error), response, "Operation")


WITHOUT_BOTOCORE = """
import sys
for name in ("botocore", "boto3", "jmespath"):
    sys.modules[name] = None
import sfn_alias
try:
    sfn_alias.StepFunctions().describe_state_machine(stateMachineArn="arn")
except sfn_alias.errors.InvalidArn as error:
    assert str(error) == ("An error occurred (InvalidArn) when calling the DescribeStateMachine operation: "
                          "Invalid Arn: 'Invalid ARN prefix: arn'"), str(error)
    assert error.response["Error"] == {"Code": "InvalidArn", "Message": error.message}
    assert error.operation_name == "DescribeStateMachine"
    print(*(base.__name__ for base in type(error).__mro__[:2]))
"""


def test_botocore_is_optional() -> None:
    done = subprocess.run([sys.executable, "-c", WITHOUT_BOTOCORE], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("InvalidArn StepFunctionsError\n", "")
