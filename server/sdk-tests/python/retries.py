"""An unmodified boto3 client against an endpoint with faults: which errors it retries, and how the executions end."""

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

MACHINE = "arn:aws:states:us-east-1:000000000000:stateMachine:orders"

# Three attempts, with the endpoint in AWS_ENDPOINT_URL_SFN.
sfn = boto3.client("stepfunctions", config=Config(retries={"mode": "standard", "total_max_attempts": 3}))
attempts = []
sfn.meta.events.register("before-send.sfn.*", lambda request, **_: attempts.append(request.headers["X-Amz-Target"]))


def call(operation, **request):
    """Calls an operation. Prints its attempts, and its error if it fails."""
    attempts.clear()
    try:
        response = getattr(sfn, operation)(**request)
        result = f"retries {response['ResponseMetadata']['RetryAttempts']}"
    except ClientError as error:
        response = None
        result = f"{type(error).__name__}: {error}"
    print(f"{operation}: {len(attempts)} attempts, {result}")
    return response


sfn.create_state_machine(
    name="orders",
    definition='{"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}',
    roleArn="arn:aws:iam::000000000000:role/orders",
)
started = call("start_execution", stateMachineArn=MACHINE, name="a", input='{"total": 30}')
described = call("describe_execution", executionArn=started["executionArn"])
print(described["status"], described["output"])
call("stop_execution", executionArn=started["executionArn"])
failing = call("start_execution", stateMachineArn=MACHINE, name="failing")
described = call("describe_execution", executionArn=failing["executionArn"])
print(described["status"], described["error"], described["cause"])
executions = sfn.list_executions(stateMachineArn=MACHINE)["executions"]
print("stored:", ", ".join(sorted(execution["name"] for execution in executions)))
