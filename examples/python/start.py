"""The life cycle of an alias in Python, with the methods of boto3. Prints `examples/expected.txt`."""

import sfn_alias

MACHINE = "arn:aws:states:us-east-1:000000000000:stateMachine:orders"
ALIAS = f"{MACHINE}:PROD"


def route(version: int, weight: int) -> dict:
    return {"stateMachineVersionArn": f"{MACHINE}:{version}", "weight": weight}


def publish_versions(sfn: sfn_alias.StepFunctions) -> None:
    sfn.create_state_machine(
        name="orders",
        definition='{"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}',
        roleArn="arn:aws:iam::000000000000:role/orders",
        publish=True,
    )
    second = sfn.update_state_machine(
        stateMachineArn=MACHINE,
        definition='{"StartAt": "Done", "States": {"Done": {"Type": "Pass", "End": true}}}',
        publish=True,
    )
    print(f"published {second['stateMachineVersionArn']}")


def create_alias(sfn: sfn_alias.StepFunctions) -> None:
    request = {"name": "PROD", "routingConfiguration": [route(1, 90), route(2, 10)]}
    created = sfn.create_state_machine_alias(**request)
    print(f"created {created['stateMachineAliasArn']}")
    repeated = sfn.create_state_machine_alias(**request)
    same = repeated["creationDate"] == created["creationDate"]
    print(f"repeated request: {'same response' if same else 'different response'}")
    try:
        sfn.create_state_machine_alias(**request, description="live")
    except sfn_alias.StepFunctionsError as error:
        print(f"different description: {error.code}: {error.message}")


def start_executions(sfn: sfn_alias.StepFunctions) -> None:
    for _ in range(1000):
        sfn.start_execution(stateMachineArn=ALIAS)
    for version, count in sfn.start_counts(MACHINE).items():
        print(f"version {version}: {count} of 1000 starts")


def shift_traffic(sfn: sfn_alias.StepFunctions) -> None:
    sfn.update_state_machine_alias(stateMachineAliasArn=ALIAS, routingConfiguration=[route(2, 100)])
    alias = sfn.describe_state_machine_alias(stateMachineAliasArn=ALIAS)
    for shifted in alias["routingConfiguration"]:
        print(f"shifted {shifted['weight']}% to {shifted['stateMachineVersionArn']}")


def delete_resources(sfn: sfn_alias.StepFunctions) -> None:
    try:
        sfn.delete_state_machine_version(stateMachineVersionArn=f"{MACHINE}:2")
    except sfn_alias.StepFunctionsError as error:
        print(f"delete version 2: {error.code}: {error.message}")
    sfn.delete_state_machine_alias(stateMachineAliasArn=ALIAS)
    sfn.delete_state_machine_version(stateMachineVersionArn=f"{MACHINE}:2")
    print("deleted the alias, then version 2")


# A seed makes routing decisions repeatable. Without a seed, they are random.
with sfn_alias.StepFunctions(seed=7) as sfn:
    publish_versions(sfn)
    create_alias(sfn)
    start_executions(sfn)
    shift_traffic(sfn)
    delete_resources(sfn)
