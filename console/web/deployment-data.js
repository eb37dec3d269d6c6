// Values of the API about deployments, routings and traffic, read again when they change.

import { useRef } from "./vendor/vendor.js";
import { callApi, now } from "./client.js";
import { useData } from "./live.js";
import { chooseBucketSeconds } from "./timeline-data.js";

const query = values => new URLSearchParams(Object.entries(values).filter(([, value]) => value !== undefined)).toString();

export function useDeployment({ stateMachineArn, stateMachineAliasArn, id }) {
  const load = ({ signal }) =>
    callApi("GET", `deployments/${encodeURIComponent(id)}?${query({ stateMachineAliasArn })}`, undefined, { signal });
  return useData(load, { keys: [stateMachineAliasArn, id], arn: stateMachineArn, kinds: ["deployment"] });
}

export function useDeployments({ stateMachineArn, stateMachineAliasArn }) {
  const load = ({ signal }) => callApi("GET", `deployments?${query({ stateMachineAliasArn })}`, undefined, { signal });
  return useData(load, { keys: [stateMachineAliasArn], arn: stateMachineArn, kinds: ["deployment"] });
}

/** The routings of the alias, newest first. */
export function useRoutings({ stateMachineArn, stateMachineAliasArn }) {
  const load = ({ signal }) => callApi("GET", `routings?${query({ stateMachineAliasArn })}`, undefined, { signal });
  return useData(load, { keys: [stateMachineAliasArn], arn: stateMachineArn, kinds: ["alias", "deployment"] });
}

/**
 * The traffic of the alias in `{fromMillis, untilMillis}`, or in the last `spanMillis`. Traffic of the past is not read
 * again. If another bucket size or end is needed, the last traffic remains until the new one is read.
 */
export function useTraffic({ stateMachineArn, alias }, { fromMillis, untilMillis, spanMillis, live = true }) {
  const bucketSeconds = chooseBucketSeconds(spanMillis);
  const load = ({ signal }) => {
    const from = fromMillis ?? Math.floor((now() - spanMillis) / 1000 / bucketSeconds) * bucketSeconds * 1000;
    const values = { stateMachineArn, alias, fromMillis: Math.floor(from), untilMillis, bucketSeconds };
    return callApi("GET", `traffic?${query(values)}`, undefined, { signal });
  };
  const ended = untilMillis !== undefined && untilMillis < now();
  const kinds = ended || !live ? [] : ["traffic", "execution"];
  const state = useData(load, { keys: [stateMachineArn, alias, fromMillis, untilMillis, bucketSeconds], arn: stateMachineArn, kinds });
  const last = useRef(undefined);
  if (state.data) last.current = state.data;
  return { ...state, data: state.data ?? last.current };
}
