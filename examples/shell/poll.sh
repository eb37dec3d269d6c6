#!/usr/bin/env bash
# Starts executions through an alias and polls them until they have ended, with the AWS CLI, `sfn-alias serve` and
# `sfn-alias end`. Prints `examples/poll.txt`.
set -euo pipefail

machine=arn:aws:states:us-east-1:000000000000:stateMachine:orders
export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_REGION=us-east-1 AWS_DEFAULT_REGION=us-east-1
export AWS_EC2_METADATA_DISABLED=true AWS_DEFAULT_OUTPUT=text AWS_PAGER=

directory=$(mktemp -d)
# The first rule that matches decides. Executions whose names start with `manual-` match none.
cat >"$directory/outcomes.json" <<'END'
{"outcomes": [
  {"name": "paid-", "outputFromInput": true, "after": "1s"},
  {"name": "declined-", "error": "Orders.Declined", "cause": "no funds", "after": "1s"}
]}
END
coproc endpoint { exec sfn-alias serve --port 0 --outcomes "$directory/outcomes.json" --log warn; }
trap 'kill "$endpoint_PID" 2>/dev/null || true; rm -r "$directory"' EXIT
read -r line <&"${endpoint[0]}"
eval "$line" # export AWS_ENDPOINT_URL_SFN=...

start() {
  aws stepfunctions start-execution --state-machine-arn $machine:PROD --name "$1" --input '{"order": 7}' --query executionArn
}

status() {
  aws stepfunctions describe-execution --execution-arn "$1" --query status
}

# Polls for up to 30 seconds until the execution has ended, and prints how.
wait_for_end() {
  local deadline=$((SECONDS + 30))
  while [[ $(status "$1") == RUNNING ]]; do
    ((SECONDS < deadline)) || { echo "$1 is still RUNNING" >&2; exit 1; }
    sleep 0.2
  done
  aws stepfunctions describe-execution --execution-arn "$1" --query "[name, status, output || error]"
}

aws stepfunctions create-state-machine --name orders --role-arn arn:aws:iam::000000000000:role/orders --publish \
  --definition '{"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}' >/dev/null
aws stepfunctions create-state-machine-alias --name PROD \
  --routing-configuration stateMachineVersionArn=$machine:1,weight=100 >/dev/null

wait_for_end "$(start paid-1)"
wait_for_end "$(start declined-1)"
manual=$(start manual-1)
status "$manual"
sfn-alias end "$manual" --output '{"total": 30}' >/dev/null
wait_for_end "$manual"
aws stepfunctions list-executions --state-machine-arn $machine:PROD --query 'executions[].[name, status]'
