#!/usr/bin/env bash
# The unmodified AWS CLI against the endpoint: its messages for errors. `examples/shell/start.sh` has the life cycle of an alias.
set -uo pipefail

machine=arn:aws:states:us-east-1:000000000000:stateMachine:orders

# Prints the exit code and the message of an error.
expect_error() {
  local message code
  message=$(aws stepfunctions "$@" 2>&1 >/dev/null)
  code=$?
  echo "$code: ${message#$'\n'}"
}

aws stepfunctions create-state-machine --name orders --role-arn arn:aws:iam::000000000000:role/orders --publish \
  --definition '{"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}' >/dev/null || exit

expect_error describe-state-machine-alias --state-machine-alias-arn $machine:PROD
expect_error create-state-machine-alias --name PROD --routing-configuration stateMachineVersionArn=$machine:1,weight=70
expect_error create-state-machine-alias --name 123 --routing-configuration stateMachineVersionArn=$machine:1,weight=100
expect_error describe-state-machine --state-machine-arn ${machine/orders/gone}
expect_error list-state-machines --starting-token x
expect_error start-execution --state-machine-arn orders
# Otherwise the CLI sends this operation to `sync-` and the host, which does not exist for a local endpoint.
AWS_DISABLE_HOST_PREFIX_INJECTION=true expect_error start-sync-execution --state-machine-arn $machine
expect_error list-activities
