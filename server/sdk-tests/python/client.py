"""An unmodified boto3 client against the endpoint: the life cycle of an alias, then errors."""

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

MACHINE = "arn:aws:states:us-east-1:000000000000:stateMachine:orders"
ALIAS = f"{MACHINE}:PROD"
ROLE = "arn:aws:iam::000000000000:role/orders"
DEFINITION = '{"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}'

# The SDK reads the endpoint from AWS_ENDPOINT_URL_SFN.
sfn = boto3.client("stepfunctions")
# The SDK sends StartSyncExecution to `sync-` and the host, which does not exist for a local endpoint.
sync = boto3.client("stepfunctions", config=Config(inject_host_prefix=False))


def route(version, weight):
    return {"stateMachineVersionArn": f"{MACHINE}:{version}", "weight": weight}


def expect_error(error_class, call, **request):
    """Returns the code and the message of an error, which must have exactly this class."""
    try:
        call(**request)
    except ClientError as error:
        assert type(error) is error_class, type(error)
        assert error.response["ResponseMetadata"]["HTTPStatusCode"] == 400
        reason = f" ({error.response['reason']})" if "reason" in error.response else ""
        return f"{error.response['Error']['Code']}{reason}: {error.response['Error']['Message']}"
    raise AssertionError(f"{request} succeeded")


def publish_two_versions():
    sfn.create_state_machine(name="orders", definition=DEFINITION, roleArn=ROLE, publish=True)
    definition = '{"StartAt": "Done", "States": {"Done": {"Type": "Pass", "End": true}}}'
    second = sfn.update_state_machine(stateMachineArn=MACHINE, definition=definition, publish=True)
    print(f"published {second['stateMachineVersionArn']}")


def create():
    request = {"name": "PROD", "routingConfiguration": [route(1, 90), route(2, 10)]}
    created = sfn.create_state_machine_alias(**request)
    print(f"created {created['stateMachineAliasArn']}")
    again = sfn.create_state_machine_alias(**request)
    same = again["creationDate"] == created["creationDate"]
    print(f"repeated request: {'same response' if same else 'different response'}")
    error = expect_error(sfn.exceptions.ConflictException, sfn.create_state_machine_alias, **request, description="live")
    print(f"different description: {error}")


def start():
    for _ in range(1000):
        sfn.start_execution(stateMachineArn=ALIAS)
    pages = sfn.get_paginator("list_executions")
    for version in (1, 2):
        count = sum(len(page["executions"]) for page in pages.paginate(stateMachineArn=f"{MACHINE}:{version}"))
        print(f"version {version}: {count} of 1000 starts")


def shift():
    sfn.update_state_machine_alias(stateMachineAliasArn=ALIAS, routingConfiguration=[route(2, 100)])
    for shifted in sfn.describe_state_machine_alias(stateMachineAliasArn=ALIAS)["routingConfiguration"]:
        print(f"shifted {shifted['weight']}% to {shifted['stateMachineVersionArn']}")


def delete():
    version = f"{MACHINE}:2"
    conflict = sfn.exceptions.ConflictException
    error = expect_error(conflict, sfn.delete_state_machine_version, stateMachineVersionArn=version)
    print(f"delete version 2: {error}")
    sfn.delete_state_machine_alias(stateMachineAliasArn=ALIAS)
    sfn.delete_state_machine_version(stateMachineVersionArn=version)
    print("deleted the alias, then version 2")


def test_errors():
    known = sfn.exceptions
    create = sfn.create_state_machine_alias
    gone = MACHINE.replace("orders", "gone")
    other = DEFINITION.replace("Done", "End")
    print(expect_error(known.ResourceNotFound, sfn.describe_state_machine_alias, stateMachineAliasArn=ALIAS))
    print(expect_error(known.ValidationException, create, name="PROD", routingConfiguration=[route(1, 70)]))
    print(expect_error(known.ValidationException, create, name="123", routingConfiguration=[route(1, 100)]))
    print(expect_error(known.StateMachineDoesNotExist, sfn.describe_state_machine, stateMachineArn=gone))
    exists = known.StateMachineAlreadyExists
    print(expect_error(exists, sfn.create_state_machine, name="orders", definition=other, roleArn=ROLE))
    print(expect_error(known.InvalidToken, sfn.list_state_machines, nextToken="x"))
    print(expect_error(known.InvalidArn, sfn.start_execution, stateMachineArn="orders"))
    print(expect_error(sync.exceptions.StateMachineTypeNotSupported, sync.start_sync_execution, stateMachineArn=MACHINE))
    print(expect_error(ClientError, sfn.list_activities))


publish_two_versions()
create()
start()
shift()
delete()
test_errors()
