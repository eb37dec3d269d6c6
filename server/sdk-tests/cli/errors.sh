#!/usr/bin/env bash
# The unmodified AWS CLI against the endpoint: what it says of errors. `examples/shell/start.sh` is its alias life.
set -uo pipefail

machine=arn:aws:states:us-east-1:000000000000:stateMachine:orders

# The exit code of a refusal, and all that the CLI says of it.
refused() {
  local said code
  said=$(aws stepfunctions "$@" 2>&1 >/dev/null)
  code=$?
  echo "$code: ${said#$'\n'}"
}

aws stepfunctions create-state-machine --name orders --role-arn arn:aws:iam::000000000000:role/orders --publish \
  --definition '{"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}' >/dev/null || exit

refused describe-state-machine-alias --state-machine-alias-arn $machine:PROD
refused create-state-machine-alias --name PROD --routing-configuration stateMachineVersionArn=$machine:1,weight=70
refused create-state-machine-alias --name 123 --routing-configuration stateMachineVersionArn=$machine:1,weight=100
refused describe-state-machine --state-machine-arn ${machine/orders/gone}
refused list-state-machines --starting-token x
refused start-execution --state-machine-arn orders
refused get-execution-history --execution-arn "${machine/stateMachine/execution}:one"
