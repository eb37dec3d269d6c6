// The computations of timelines: ticks, segments of a routing history, groups of buckets, expected starts. No DOM.

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

// The server stores the traffic of this time.
export const TRAFFIC_MILLIS = DAY;
const BUCKET_SECONDS = [10, 60, 600];
const GROUPS = [10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 21600, 86400].map(seconds => seconds * SECOND);
const TICK_STEPS = [10, 20, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800, 604800].map(
  seconds => seconds * SECOND,
);
const MAX_BUCKETS = 400;
// The server stores the newest routings, up to this number per alias.
const MAX_ROUTINGS = 200;
// The 97.5 % quantile of the standard normal distribution, as in `sfn-alias plan --rate`.
const NORMAL_QUANTILE = 1.959964;

/** Returns a function from times to horizontal positions. */
export function createScale(from, until, left, width) {
  const span = Math.max(1, until - from);
  return millis => left + (width * (millis - from)) / span;
}

/** Formats the time after the first shift: `2:46`, `1:05:00`, `3 d 4:00:00`. */
export function formatElapsed(millis) {
  const seconds = Math.floor(Math.abs(millis) / SECOND);
  const [days, hours, minutes] = [Math.floor(seconds / 86400), Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60];
  const pad = number => String(number).padStart(2, "0");
  const clock = days || hours ? `${hours}:${pad(minutes)}:${pad(seconds % 60)}` : `${minutes}:${pad(seconds % 60)}`;
  return `${millis < 0 && seconds > 0 ? "−" : ""}${days ? `${days} d ` : ""}${clock}`;
}

/** Formats the tick of an axis in a unit that needs no explanation: `30 s`, `5 min`, `1 h 30`, `2 d`. */
export function formatTick(millis, stepMillis) {
  if (millis === 0) return "0";
  const sign = millis < 0 ? "−" : "";
  const seconds = Math.round(Math.abs(millis) / SECOND);
  if (stepMillis >= DAY) return `${sign}${seconds / 86400} d`;
  if (seconds >= 86400) {
    const hours = Math.floor(seconds / 3600) % 24;
    return `${sign}${Math.floor(seconds / 86400)} d${hours ? ` ${hours} h` : ""}`;
  }
  if (seconds >= 3600) {
    const minutes = Math.floor(seconds / 60) % 60;
    return `${sign}${Math.floor(seconds / 3600)} h${minutes ? ` ${String(minutes).padStart(2, "0")}` : ""}`;
  }
  if (stepMillis < MINUTE) return `${sign}${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  return `${sign}${seconds / 60} min`;
}

/** Returns the ticks of an axis: multiples of a round step after `origin`, up to `maxTicks`. */
export function chooseTicks(from, until, origin, maxTicks) {
  const span = Math.max(1, until - from);
  let step = TICK_STEPS.find(step => span / step <= maxTicks);
  if (!step) step = Math.ceil(span / maxTicks / (7 * DAY)) * 7 * DAY;
  const ticks = [];
  for (let at = origin + Math.ceil((from - origin) / step) * step; at <= until; at += step) ticks.push(at);
  return { step, ticks };
}

/** Returns the midnight before a time in the reader's time zone, so that ticks of a clock are round hours. */
export function findMidnight(millis) {
  return new Date(millis).setHours(0, 0, 0, 0);
}

/** Returns the bucket size to request for a time span, so that the response has up to 400 buckets if possible. */
export function chooseBucketSeconds(spanMillis) {
  const fits = seconds => Math.min(spanMillis, TRAFFIC_MILLIS) / (seconds * SECOND) <= MAX_BUCKETS;
  return BUCKET_SECONDS.find(fits) ?? BUCKET_SECONDS.at(-1);
}

/** Returns the size of the bars: a multiple of the bucket size with up to `maxBars` bars. */
export function chooseGroupMillis(spanMillis, bucketMillis, maxBars) {
  const fits = group => group % bucketMillis === 0 && spanMillis / group <= maxBars;
  return GROUPS.find(fits) ?? Math.ceil(spanMillis / Math.max(1, maxBars) / DAY) * DAY;
}

/** Merges the buckets between two times into groups, ascending, without empty groups. */
export function mergeBuckets(buckets, from, until, groupMillis) {
  const groups = new Map();
  for (const bucket of buckets) {
    if (bucket.startMillis >= until || bucket.startMillis + groupMillis <= from) continue;
    const start = Math.floor(bucket.startMillis / groupMillis) * groupMillis;
    if (!groups.has(start)) groups.set(start, new Map());
    for (const counts of bucket.versions) addCounts(groups.get(start), counts);
  }
  const toGroup = ([startMillis, versions]) => ({ startMillis, endMillis: startMillis + groupMillis, versions });
  return [...groups].sort(([a], [b]) => a - b).map(toGroup);
}

function addCounts(versions, { version, starts = 0, failures = 0, ended = 0 }) {
  const sum = versions.get(version) ?? { starts: 0, failures: 0, ended: 0 };
  versions.set(version, { starts: sum.starts + starts, failures: sum.failures + failures, ended: sum.ended + ended });
}

/** Returns the counts per version of the buckets that overlap a time. */
export function sumBuckets(buckets, bucketMillis, from, until) {
  const versions = new Map();
  for (const bucket of buckets) {
    if (bucket.startMillis >= until || bucket.startMillis + bucketMillis <= from) continue;
    for (const counts of bucket.versions) addCounts(versions, counts);
  }
  return versions;
}

/** Returns the weight of a version in a routing, 0 if it has no route. */
export function findWeight(routing, version) {
  return routing?.find(route => route.version === version)?.weight ?? 0;
}

/**
 * Returns the segments of a routing history between two times. `changes` are `{millis, routing}`, ascending; the routing
 * before the first one is `before`, or unknown if `before` is absent.
 */
export function buildSegments(changes, from, until, before) {
  const segments = [];
  let [start, routing] = [from, before];
  const close = end => {
    if (routing?.length && end > start) appendSegment(segments, { start, end, routing });
    start = Math.max(start, end);
  };
  for (const change of changes) {
    if (change.millis >= until) break;
    close(change.millis);
    routing = change.routing;
  }
  close(until);
  return segments;
}

function appendSegment(segments, segment) {
  const last = segments.at(-1);
  if (last && last.end === segment.start && isSameRouting(last.routing, segment.routing)) last.end = segment.end;
  else segments.push(segment);
}

/** Whether two routings have the same routes, in any order. */
export function isSameRouting(one, other) {
  return one.length === other.length && one.every(route => findWeight(other, route.version) === route.weight);
}

/** Returns a routing with a weight of the new version. */
export function splitRouting(fromVersion, toVersion, weight) {
  if (weight >= 100 || fromVersion === toVersion) return [{ version: toVersion, weight: 100 }];
  if (weight <= 0) return [{ version: fromVersion, weight: 100 }];
  return [
    { version: toVersion, weight },
    { version: fromVersion, weight: 100 - weight },
  ];
}

/** Returns the planned segments: from now with the current routing, then each step that is not done, or the rollback. */
export function buildPlannedSegments(deployment, now, until) {
  const { fromVersion, toVersion, steps, stepsDone, targetWeight, dueMillis, rollsBack } = deployment;
  if (rollsBack) return buildSegments([], now, until, splitRouting(fromVersion, toVersion, 0));
  const remaining = steps.slice(stepsDone);
  const due = Math.max(now, dueMillis ?? now);
  const changes = remaining.map(step => ({
    millis: due + (step.atSeconds - remaining[0].atSeconds) * SECOND,
    routing: splitRouting(fromVersion, toVersion, step.weight),
  }));
  return buildSegments(changes, now, until, splitRouting(fromVersion, toVersion, targetWeight));
}

/** Returns the changes of the routing that a deployment's events report. */
export function listShifts(deployment) {
  const { fromVersion, toVersion, events = [] } = deployment;
  const shifts = events.filter(event => (event.type === "shift" || event.type === "rollback") && Number.isFinite(event.weight));
  return shifts.map(event => ({ millis: event.timeMillis, routing: splitRouting(fromVersion, toVersion, event.weight) }));
}

/**
 * Returns what the alias routed to: the stored routings of the alias (newest first), or the deployment's reports if the
 * endpoint has none of this time, or no longer all of them.
 */
export function listChanges(deployment, routings, until) {
  const stored = (routings ?? []).map(({ timeMillis, routing }) => ({ millis: timeMillis, routing })).reverse();
  const during = stored.filter(change => change.millis >= deployment.startedMillis && change.millis <= until);
  const isTruncated = stored.length >= MAX_ROUTINGS && stored[0].millis > deployment.startedMillis;
  if (during.length && !isTruncated) return stored;
  return listShifts(deployment);
}

/** Returns the last routing before a time, or `undefined`. `changes` are ascending. */
export function findRouting(changes, millis) {
  return changes.findLast(change => change.millis <= millis)?.routing;
}

/**
 * Returns how many starts of a version to expect between two times: the starts in each bucket multiplied by the version's
 * share. It has `low` and `high`, the bounds of the 95 % interval, and `starts`, the starts that the version received.
 */
export function expectStarts(buckets, bucketMillis, segments, version, from, until) {
  let [starts, mean, variance] = [0, 0, 0];
  for (const bucket of buckets) {
    const [start, end] = [Math.max(from, bucket.startMillis), Math.min(until, bucket.startMillis + bucketMillis)];
    if (end <= start) continue;
    const share = averageShare(segments, version, start, end);
    const all = bucket.versions.reduce((sum, counts) => sum + counts.starts, 0);
    starts += bucket.versions.find(counts => counts.version === version)?.starts ?? 0;
    mean += all * share;
    variance += all * share * (1 - share);
  }
  const margin = NORMAL_QUANTILE * Math.sqrt(variance);
  return { starts, expected: mean, low: Math.max(0, Math.floor(mean - margin)), high: Math.ceil(mean + margin) };
}

/** Returns a version's average share between two times, 0 to 1. */
function averageShare(segments, version, start, end) {
  let [weighted, covered] = [0, 0];
  for (const segment of segments) {
    const overlap = Math.min(end, segment.end) - Math.max(start, segment.start);
    if (overlap <= 0) continue;
    weighted += (overlap * findWeight(segment.routing, version)) / 100;
    covered += overlap;
  }
  return covered > 0 ? weighted / covered : 0;
}

/** Returns the names of a deployment's alarms with the times of their states, the ones in state `ALARM` first. */
export function listAlarmSpans(deployment, until) {
  const events = (deployment.events ?? []).filter(event => event.type === "alarm" && event.alarm);
  const names = new Set([...(deployment.alarms ?? []).map(alarm => alarm.name), ...events.map(event => event.alarm)]);
  const lanes = [...names].map(name => ({ name, spans: buildAlarmSpans(name, deployment, events, until) }));
  const severity = ({ spans }) => (spans.some(span => span.state === "ALARM") ? 0 : spans.some(span => span.state !== "OK") ? 1 : 2);
  return lanes.sort((a, b) => severity(a) - severity(b));
}

function buildAlarmSpans(name, deployment, events, until) {
  const alarm = (deployment.alarms ?? []).find(alarm => alarm.name === name);
  const changes = events.filter(event => event.alarm === name).map(event => ({ start: event.timeMillis, state: event.state }));
  if (alarm?.state && (!changes.length || changes.at(-1).state !== alarm.state)) {
    changes.push({ start: alarm.sinceMillis ?? alarm.checkedMillis ?? deployment.startedMillis, state: alarm.state });
  }
  const spans = [];
  for (const change of changes) {
    if (spans.at(-1)?.state === change.state) continue;
    if (spans.length) spans.at(-1).end = change.start;
    spans.push({ ...change, end: until });
  }
  return spans.filter(span => span.end > span.start);
}

/** Returns the span of the axis of a deployment: some time before the first shift, and all steps or the end. */
export function findDeploymentSpan(deployment, firstShift, now) {
  const { steps, endedMillis } = deployment;
  const seconds = steps.at(-1)?.atSeconds ?? 0;
  const planned = seconds * SECOND;
  if (!endedMillis) {
    const left = deployment.dueMillis ? (seconds - (steps[deployment.stepsDone]?.atSeconds ?? seconds)) * SECOND : 0;
    const end = Math.max(firstShift + planned, now, (deployment.dueMillis ?? now) + left);
    return padSpan(firstShift, end, 0.15);
  }
  // A plan that was stopped early shows what was not reached, up to twice the time that it took.
  const took = Math.max(endedMillis - firstShift, MINUTE);
  return padSpan(firstShift, Math.max(endedMillis, Math.min(firstShift + planned, endedMillis + took)), 0.15);
}

function padSpan(first, end, share) {
  const after = Math.max(MINUTE, (end - first) * share);
  const before = Math.max(20 * SECOND, (end - first) * 0.06);
  return { from: Math.floor((first - before) / 10000) * 10000, until: Math.ceil((end + after) / 10000) * 10000 };
}

/** Returns the segments of a plan: the routing before it, then its steps. Times start at 0. */
export function buildPlanSegments(plan, from, until) {
  const changes = plan.steps.map(step => ({ millis: step.offsetSeconds * SECOND, routing: parseRoutes(step.routing) }));
  return buildSegments(changes, from, until, parseRoutes(plan.before));
}

/** Converts a routing of AWS to `[{version, weight}]`. */
export function parseRoutes(routes) {
  return routes.map(route => ({ version: parseVersion(route.stateMachineVersionArn), weight: route.weight }));
}

/** Returns the number at the end of a version's ARN. */
export function parseVersion(arn) {
  return Number(arn.slice(arn.lastIndexOf(":") + 1));
}

/** Returns the changes of the routing in a simulation, `{millis, routing}`, and when it ended. */
export function listSimulatedChanges(simulation) {
  const changes = [];
  for (const entry of simulation.entries) {
    if (entry.entry === "call" && entry.action.action === "updateAlias" && entry.observation?.observed === "updated") {
      changes.push({ millis: entry.atSeconds * SECOND, routing: parseRoutes(entry.action.input.routingConfiguration) });
    } else if (entry.entry === "event" && entry.event.event === "drift") {
      changes.push({ millis: entry.atSeconds * SECOND, routing: parseRoutes(entry.event.routingConfiguration) });
    }
  }
  return changes;
}

/** Returns the alarms of a simulation with the times of their states. All are `OK` initially. */
export function listSimulatedAlarms(simulation, names, until) {
  return names.map(name => {
    const spans = [{ start: 0, end: until, state: "OK" }];
    for (const { entry, event, atSeconds } of simulation?.entries ?? []) {
      if (entry !== "event" || event.event !== "alarm" || event.name !== name) continue;
      spans.at(-1).end = atSeconds * SECOND;
      spans.push({ start: atSeconds * SECOND, end: until, state: event.state });
    }
    return { name, spans: spans.filter(span => span.end > span.start) };
  });
}

/**
 * Returns the entries of a simulation as rows. Checks that change nothing, which can be thousands, become one row:
 * `{kind: 'checks', atSeconds, untilSeconds, count}`.
 */
export function listSimulatedCalls(simulation) {
  const rows = [];
  for (const entry of simulation.entries) {
    if (entry.entry === "wait") continue;
    const last = rows.at(-1);
    if (!isUneventfulCheck(entry)) rows.push({ kind: entry.entry, ...entry });
    else if (last?.kind === "checks") Object.assign(last, { untilSeconds: entry.atSeconds, count: last.count + 1 });
    else rows.push({ ...entry, kind: "checks", untilSeconds: entry.atSeconds, count: 1 });
  }
  return rows;
}

function isUneventfulCheck({ entry, action, observation }) {
  if (entry !== "call" || !observation) return false;
  if (action.action === "describeAlias") return observation.observed === "alias";
  return (
    action.action === "describeAlarms" && observation.observed === "alarms" && observation.alarms.every(alarm => alarm.state !== "ALARM")
  );
}
