#!/usr/bin/env bash
# Runs a client against a new endpoint and compares its output: run.sh EXPECTED COMMAND...
# EXPECTED is one file, or several separated by commas. SFN_ALIAS is the path of the program, SERVE_OPTIONS are more options.
set -euo pipefail

expected=${1//,/ }
shift
# shellcheck disable=SC2086 # several options
coproc endpoint { exec "${SFN_ALIAS:?the program sfn-alias}" serve --port 0 --seed 7 --log warn ${SERVE_OPTIONS:-}; }
trap 'kill "${endpoint_PID:-}" 2>/dev/null || true' EXIT
read -r line <&"${endpoint[0]}" || { echo "cannot start $SFN_ALIAS" >&2; exit 1; }
eval "$line" # export AWS_ENDPOINT_URL_SFN=...

# Ignores the user's profile, credentials and endpoints.
unset AWS_PROFILE AWS_DEFAULT_PROFILE AWS_SESSION_TOKEN AWS_ENDPOINT_URL
export AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null AWS_EC2_METADATA_DISABLED=true
export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_REGION=us-east-1 AWS_DEFAULT_REGION=us-east-1

# shellcheck disable=SC2086 # several files
"$@" | diff <(cat $expected) -
