// The versions of a state machine with their descriptions.
//
//   useVersions(stateMachineArn, needed) -> {numbers, descriptions, dates, loading, error}
//     numbers: newest first; descriptions: Map of number to text, of the newest versions and of those in `needed`

import { useEffect, useRef, useState } from "./vendor/vendor.js";
import { callAws, listAll } from "./client.js";
import { lastPart, toMillis } from "./format.js";
import { useData } from "./live.js";

/** ListStateMachineVersions has no descriptions: each requires a request. A version never changes, so it is read once. */
const MAX_DESCRIBED = 10;
const described = new Map();

export function useVersions(stateMachineArn, needed = []) {
  const list = useData(options => readVersions(stateMachineArn, options), {
    keys: [stateMachineArn],
    arn: stateMachineArn,
    kinds: ["version", "stateMachine"],
  });
  const versions = list.data ?? [];
  const descriptions = useDescriptions(versions, needed);
  return {
    numbers: versions.map(({ number }) => number),
    dates: new Map(versions.map(({ number, creationMillis }) => [number, creationMillis])),
    descriptions,
    loading: list.loading && !list.data,
    error: list.error,
  };
}

async function readVersions(stateMachineArn, options) {
  const { items } = await listAll("ListStateMachineVersions", { stateMachineArn, maxResults: 1000 }, "stateMachineVersions", 1000, options);
  return items.map(({ stateMachineVersionArn: arn, creationDate }) => ({
    arn,
    number: Number(lastPart(arn)),
    creationMillis: toMillis(creationDate),
  }));
}

function useDescriptions(versions, needed) {
  const [, setCount] = useState(0);
  const wanted = versions.filter(({ number }, index) => index < MAX_DESCRIBED || needed.includes(number));
  const missing = wanted.filter(version => !described.has(keyOf(version)));
  const mounted = useRef(true);
  useEffect(() => () => (mounted.current = false), []);
  useEffect(() => {
    if (missing.length === 0) return;
    Promise.all(missing.map(describe)).then(() => mounted.current && setCount(count => count + 1));
  }, [missing.map(keyOf).join()]);
  return new Map(wanted.map(version => [version.number, described.get(keyOf(version)) ?? ""]));
}

/** A deleted state machine may be created again, with another version of the same number. */
const keyOf = ({ arn, creationMillis }) => `${arn}@${creationMillis}`;

async function describe(version) {
  const output = await callAws("DescribeStateMachine", { stateMachineArn: version.arn, includedData: "METADATA_ONLY" }).catch(() => ({}));
  described.set(keyOf(version), output.description ?? "");
}
