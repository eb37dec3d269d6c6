#!/usr/bin/env bash
# Runs a client against an endpoint with a store on one etcd node: run-cluster.sh COMMAND... The client stops and kills the node,
# whose process id is in the file ETCD_PID; a killed node starts again after a second. SFN_ALIAS and ETCD are the programs.
set -euo pipefail

folder=$(mktemp -d)
export ETCD_PID=$folder/pid
pids=()
clean_up() {
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  # The loop has ended, so the node does not start again.
  [ ! -s "$ETCD_PID" ] || kill -KILL "$(cat "$ETCD_PID")" 2>/dev/null || true
  rm -rf "$folder"
}
trap clean_up EXIT

read -r port peer_port < <(python3 -c '
import random, socket
sockets = []
while len(sockets) < 2:
    try:
        sockets.append(socket.create_server(("127.0.0.1", random.randrange(12000, 32000))))
    except OSError:
        pass
print(*[socket.getsockname()[1] for socket in sockets])')
client_url=http://127.0.0.1:$port peer_url=http://127.0.0.1:$peer_port

run_node() {
  while true; do
    "${ETCD:?the program etcd}" --data-dir "$folder/data" --log-level error --initial-cluster "default=$peer_url" \
      --listen-client-urls "$client_url" --advertise-client-urls "$client_url" \
      --listen-peer-urls "$peer_url" --initial-advertise-peer-urls "$peer_url" &
    echo $! >"$ETCD_PID"
    wait $! || true
    sleep 1
  done
}
run_node 2>"$folder/etcd.log" &
pids+=($!)

# An SDK repeats its request once or twice while the node does not respond for 3 seconds.
coproc endpoint { exec "${SFN_ALIAS:?the program sfn-alias}" serve --port 0 --log error \
  --store "etcd://127.0.0.1:$port/sdk" --store-timeout 2s; }
pids+=("$endpoint_PID")
read -r line <&"${endpoint[0]}" || { echo "cannot start $SFN_ALIAS" >&2; exit 1; }
eval "$line" # export AWS_ENDPOINT_URL_SFN=...

# Ignores the user's profile, credentials and endpoints.
unset AWS_PROFILE AWS_DEFAULT_PROFILE AWS_SESSION_TOKEN AWS_ENDPOINT_URL
export AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null AWS_EC2_METADATA_DISABLED=true
export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_REGION=us-east-1 AWS_DEFAULT_REGION=us-east-1
"$@"
