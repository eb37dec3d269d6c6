"""An HTTP server in this process and an unmodified boto3 client. Prints `examples/serve.txt`."""

import boto3

import sfn_alias

with sfn_alias.serve() as url:
    sfn = boto3.client(
        "stepfunctions",
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id="123456789012",  # 12 digits select the account
        aws_secret_access_key="none",
    )
    orders = sfn.create_state_machine(
        name="orders",
        definition='{"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}',
        roleArn="arn:aws:iam::123456789012:role/orders",
        publish=True,
    )
    prod = sfn.create_state_machine_alias(
        name="PROD",
        routingConfiguration=[{"stateMachineVersionArn": orders["stateMachineVersionArn"], "weight": 100}],
    )
    print(f"created {prod['stateMachineAliasArn']}")
