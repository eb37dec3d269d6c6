#!/usr/bin/env bash
# The life cycle of an alias with the AWS CLI and `sfn-alias serve`. Prints `examples/expected.txt`.
set -euo pipefail

machine=arn:aws:states:us-east-1:000000000000:stateMachine:orders
alias=$machine:PROD
export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_REGION=us-east-1 AWS_DEFAULT_REGION=us-east-1
export AWS_EC2_METADATA_DISABLED=true AWS_DEFAULT_OUTPUT=text AWS_PAGER=

# The first line of its output is an `export` command for the endpoint URL.
# A seed makes routing decisions repeatable. Without a seed, they are random.
coproc endpoint { exec sfn-alias serve --port 0 --seed 7 --log warn; }
trap 'kill "$endpoint_PID" 2>/dev/null || true' EXIT
read -r line <&"${endpoint[0]}"
eval "$line"

sfn() {
  aws stepfunctions "$@"
}

# Prints CODE: MESSAGE. The CLI prints: An error occurred (CODE) when calling the OPERATION operation: MESSAGE
print_error() {
  { sfn "$@" 2>&1 >/dev/null || true; } | sed -En 's/^.*An error occurred \((.*)\) when calling the .* operation: (.*)$/\1: \2/p'
}

publish_versions() {
  sfn create-state-machine --name orders --role-arn arn:aws:iam::000000000000:role/orders --publish \
    --definition '{"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}' >/dev/null
  echo "published $(sfn update-state-machine --state-machine-arn $machine --publish --query stateMachineVersionArn \
    --definition '{"StartAt": "Done", "States": {"Done": {"Type": "Pass", "End": true}}}')"
}

create_alias() {
  local request=(create-state-machine-alias --name PROD
    --routing-configuration "stateMachineVersionArn=$machine:1,weight=90" "stateMachineVersionArn=$machine:2,weight=10")
  local created repeated
  created=$(sfn "${request[@]}")
  echo "created ${created#*$'\t'}"
  repeated=$(sfn "${request[@]}")
  [[ $repeated == "$created" ]] && echo "repeated request: same response"
  echo "different description: $(print_error "${request[@]}" --description live)"
}

start_executions() {
  # `sfn-alias call` is faster than the AWS CLI, which takes half a second per call.
  for _ in {1..1000}; do
    sfn-alias call --json StartExecution "{\"stateMachineArn\": \"$alias\"}" >/dev/null
  done
  for version in 1 2; do
    count=$(sfn list-executions --state-machine-arn $machine:$version --query 'length(executions)' --output json)
    echo "version $version: $count of 1000 starts"
  done
}

shift_traffic() {
  sfn update-state-machine-alias --state-machine-alias-arn $alias \
    --routing-configuration "stateMachineVersionArn=$machine:2,weight=100" >/dev/null
  sfn describe-state-machine-alias --state-machine-alias-arn $alias \
    --query 'routingConfiguration[].[weight, stateMachineVersionArn]' |
    while read -r weight version; do echo "shifted $weight% to $version"; done
}

delete_resources() {
  echo "delete version 2: $(print_error delete-state-machine-version --state-machine-version-arn $machine:2)"
  sfn delete-state-machine-alias --state-machine-alias-arn $alias
  sfn delete-state-machine-version --state-machine-version-arn $machine:2
  echo "deleted the alias, then version 2"
}

publish_versions
create_alias
start_executions
shift_traffic
delete_resources
