// Counts of the traffic API. Pure functions.
//
//   measureRate(traffic, nowMillis) -> starts per second of the last minute
//   sumTraffic(traffic, fromMillis) -> [{version, starts, failures, ended}]: the buckets that begin at `fromMillis` or later
//   findRoutingStart(routings, alias) -> {millis, isFirst}: when the current routing was set
//   chooseBucketSeconds(windowMillis) -> 10, 60 or 600, so that a response has up to about 200 buckets
//   describeUserAgent(text) -> the program, for example `Boto3 1.40.1`

import { parseRouting, toMillis } from "./format.js";

const RATE_WINDOW = 60000;

export function measureRate(traffic, nowMillis) {
  if (!traffic) return undefined;
  const fromMillis = nowMillis - RATE_WINDOW;
  const size = traffic.bucketSeconds * 1000;
  const recent = traffic.buckets.filter(({ startMillis }) => startMillis + size > fromMillis && startMillis <= nowMillis);
  const starts = recent.flatMap(bucket => bucket.versions).reduce((sum, version) => sum + version.starts, 0);
  // The first bucket begins before the window.
  const firstMillis = Math.floor(fromMillis / size) * size;
  return (starts * 1000) / (nowMillis - firstMillis);
}

export function sumTraffic(traffic, fromMillis) {
  const sums = new Map();
  for (const bucket of traffic.buckets) {
    if (bucket.startMillis < fromMillis) continue;
    for (const { version, starts, failures, ended } of bucket.versions) {
      const sum = sums.get(version) ?? { version, starts: 0, failures: 0, ended: 0 };
      sums.set(version, { version, starts: sum.starts + starts, failures: sum.failures + failures, ended: sum.ended + ended });
    }
  }
  return [...sums.values()].sort((one, other) => one.version - other.version);
}

/** Uses the oldest of the newest entries with the routing of the alias, otherwise its last update. */
export function findRoutingStart(routings = [], alias) {
  const key = routing => JSON.stringify(routing.map(({ version, weight }) => [version, weight]).sort());
  const current = key(parseRouting(alias.routingConfiguration));
  const other = routings.findIndex(({ routing }) => key(routing) !== current);
  const same = other < 0 ? routings : routings.slice(0, other);
  const millis = same.at(-1)?.timeMillis ?? toMillis(alias.updateDate);
  return { millis, isFirst: other < 0 && millis <= toMillis(alias.creationDate) + 1000 };
}

export function chooseBucketSeconds(windowMillis) {
  const minutes = windowMillis / 60000;
  if (minutes <= 30) return 10;
  return minutes <= 180 ? 60 : 600;
}

// The first product of these names is the program that a person knows; SDKs name it before or after their own parts.
const PRODUCTS = [
  ["sfn-alias", "sfn-alias"],
  ["aws-cli", "AWS CLI"],
  ["Boto3", "Boto3"],
  ["Botocore", "Botocore"],
  ["Terraform", "Terraform"],
  ["Pulumi", "Pulumi"],
  ["aws-sdk-js", "AWS SDK for JavaScript"],
  ["aws-sdk-rust", "AWS SDK for Rust"],
  ["aws-sdk-go-v2", "AWS SDK for Go"],
  ["aws-sdk-go", "AWS SDK for Go"],
  ["aws-sdk-java", "AWS SDK for Java"],
  ["aws-sdk-dotnet", "AWS SDK for .NET"],
  ["aws-sdk-ruby3", "AWS SDK for Ruby"],
  ["aws-sdk-php", "AWS SDK for PHP"],
  ["curl", "curl"],
  ["Mozilla", "a browser"],
];

export function describeUserAgent(text) {
  if (!text) return "an unknown client";
  for (const [product, name] of PRODUCTS) {
    const start = text.indexOf(product);
    if (start < 0) continue;
    const [, version] = /^\/v?([\w.-]{1,20})/.exec(text.slice(start + product.length)) ?? [];
    return version && product !== "Mozilla" ? `${name} ${version}` : name;
  }
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}
