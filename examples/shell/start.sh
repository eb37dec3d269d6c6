#!/usr/bin/env bash
# The start for the shell: a whole alias life, with the AWS CLI against `sfn-alias serve`. Prints
# `examples/expected.txt`.
set -euo pipefail

machine=arn:aws:states:us-east-1:000000000000:stateMachine:orders
alias=$machine:PROD
export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_REGION=us-east-1 AWS_DEFAULT_REGION=us-east-1
export AWS_EC2_METADATA_DISABLED=true AWS_DEFAULT_OUTPUT=text AWS_PAGER=

# Its first line is the export to evaluate. A seed makes the draws repeatable; leave it away for real chance.
coproc endpoint { exec sfn-alias serve --port 0 --seed 7 --log warn; }
trap 'kill "$endpoint_PID" 2>/dev/null || true' EXIT
read -r line <&"${endpoint[0]}"
eval "$line"

sfn() {
  aws stepfunctions "$@"
}

# What the CLI says of an error: An error occurred (CODE) when calling the OPERATION operation: MESSAGE
refused() {
  { sfn "$@" 2>&1 >/dev/null || true; } | sed -En 's/^.*An error occurred \((.*)\) when calling the .* operation: (.*)$/\1: \2/p'
}

two_versions() {
  sfn create-state-machine --name orders --role-arn arn:aws:iam::000000000000:role/orders --publish \
    --definition '{"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}' >/dev/null
  echo "published $(sfn update-state-machine --state-machine-arn $machine --publish --query stateMachineVersionArn \
    --definition '{"StartAt": "Done", "States": {"Done": {"Type": "Pass", "End": true}}}')"
}

create() {
  local request=(create-state-machine-alias --name PROD
    --routing-configuration "stateMachineVersionArn=$machine:1,weight=90" "stateMachineVersionArn=$machine:2,weight=10")
  local created again
  created=$(sfn "${request[@]}")
  echo "created ${created#*$'\t'}"
  again=$(sfn "${request[@]}")
  [[ $again == "$created" ]] && echo "the same request again: the same answer"
  echo "another description: $(refused "${request[@]}" --description live)"
}

start() {
  # The AWS CLI takes half a second to say anything, a thousand times over; sfn-alias is quicker.
  for _ in {1..1000}; do
    sfn-alias call --json StartExecution "{\"stateMachineArn\": \"$alias\"}" >/dev/null
  done
  for version in 1 2; do
    count=$(sfn list-executions --state-machine-arn $machine:$version --query 'length(executions)' --output json)
    echo "version $version: $count of 1000 starts"
  done
}

shift_all() {
  sfn update-state-machine-alias --state-machine-alias-arn $alias \
    --routing-configuration "stateMachineVersionArn=$machine:2,weight=100" >/dev/null
  sfn describe-state-machine-alias --state-machine-alias-arn $alias \
    --query 'routingConfiguration[].[weight, stateMachineVersionArn]' |
    while read -r weight version; do echo "shifted $weight% to $version"; done
}

delete() {
  echo "delete version 2: $(refused delete-state-machine-version --state-machine-version-arn $machine:2)"
  sfn delete-state-machine-alias --state-machine-alias-arn $alias
  sfn delete-state-machine-version --state-machine-version-arn $machine:2
  echo "deleted the alias, then version 2"
}

two_versions
create
start
shift_all
delete
