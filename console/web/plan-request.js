// The requests of the plan view, and where its errors belong. No DOM. What is valid is decided by the endpoint.

import { parseVersion } from "./timeline-data.js";

const NORMAL_QUANTILE = 1.959964;

export const KINDS = {
  canary: { type: "CANARY", title: "Canary", text: "A first share of the starts runs the new version. After the interval, all do." },
  linear: { type: "LINEAR", title: "Linear", text: "The share grows by the percentage after each interval." },
  allAtOnce: { type: "ALL_AT_ONCE", title: "All at once", text: "One update. Alarms are ignored." },
  custom: { type: "CUSTOM", title: "Custom steps", text: "A list of steps. CloudFormation does not support it; sfn-alias deploy does." },
  json: { title: "CloudFormation JSON", text: "DeploymentPreference as in a template." },
};

export const FIRST_FORM = {
  kind: "canary",
  percentage: "10",
  interval: "5",
  steps: [
    { percentage: "5", interval: "1" },
    { percentage: "25", interval: "10" },
  ],
  alarms: "",
  json: "",
};

/** Digits become a number; another text is sent as it is, and the endpoint explains what is wrong with it. */
function parseInput(text) {
  const trimmed = text.trim();
  if (trimmed === "") return undefined;
  return /^\d{1,15}$/.test(trimmed) ? Number(trimmed) : trimmed;
}

const withoutUndefined = object => Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));

export const listAlarms = text =>
  text
    .split("\n")
    .map(name => name.trim())
    .filter(Boolean);

/** Returns the preference of the form: `{preference, alarms}`, or `{problem}` if the JSON cannot be parsed. */
export function buildPreference(form) {
  if (form.kind === "json") return parsePreference(form.json);
  const alarms = listAlarms(form.alarms);
  const { type } = KINDS[form.kind];
  const step = ({ percentage, interval }) => withoutUndefined({ Percentage: parseInput(percentage), Interval: parseInput(interval) });
  const members = { canary: step(form), linear: step(form), allAtOnce: {}, custom: { Steps: form.steps.map(step) } }[form.kind];
  return { preference: { Type: type, ...members }, alarms: alarms.length ? alarms : undefined };
}

function parsePreference(text) {
  try {
    return { preference: JSON.parse(text) };
  } catch (error) {
    return { problem: { path: "/json", code: "json-syntax", message: `The text is not valid JSON: ${error.message}`, fix: "" } };
  }
}

/** Returns the request of `plan`. A version in the preference replaces the selected one. */
export function buildPlanRequest({ preference, alarms }, currentRouting, newVersion) {
  const hasVersion = preference !== null && typeof preference === "object" && "StateMachineVersionArn" in preference;
  return withoutUndefined({ preference, alarms, currentRouting, newVersion: hasVersion ? undefined : newVersion });
}

// The form has one field per member, so that a problem of the whole preference belongs to the member that is missing.
const FIELDS = {
  "interval-required": "/Interval",
  "percentage-required": "/Percentage",
  "interval-and-percentage-required": "/Percentage",
  "linear-too-long": "/Interval",
  "version-missing": "/StateMachineVersionArn",
  "type-missing": "/Type",
};

const MEMBERS = [
  [/initial state|already splits/, "/currentRouting"],
  [/is not a valid rate|startsPerSecond/, "/startsPerSecond"],
  [/`Percentage`/, "/Percentage"],
  [/`Interval`/, "/Interval"],
  [/atSeconds/, "/atSeconds"],
  [/stateMachineVersionArn|StateMachineVersionArn|conflicting versions/, "/StateMachineVersionArn"],
];

/** Returns the problems of an error, each with the path of its field. With JSON, all belong to the text. */
export function locateProblems(error, kind) {
  if (!error) return [];
  const own = (error.problems ?? []).map(problem => ({ ...problem, path: FIELDS[problem.code] ?? problem.path, error: "" }));
  const member = MEMBERS.find(([pattern]) => pattern.test(error.message))?.[1] ?? "";
  const problems = own.length ? own : [{ path: member, code: "", message: error.message, error: error.code }];
  const moved = path => (kind === "json" && !["/currentRouting", "/startsPerSecond", "/atSeconds"].includes(path) ? "/json" : path);
  const steps = path => (kind === "custom" && (path === "/Percentage" || path === "/Interval") ? "/Steps" : path);
  return problems.map(problem => ({ ...problem, path: steps(moved(problem.path)) }));
}

/** Returns the changes to the form that correct a problem: `{label, change}`, or `undefined`. */
export function findFix({ code, path }) {
  if (path === "/currentRouting") return { label: "Use all at once", change: { kind: "allAtOnce" } };
  if (code === "interval-required" || path === "/Interval") return { label: "Set 5 minutes", change: { interval: "5" } };
  if (code === "interval-and-percentage-required") return { label: "Set 10% and 5 minutes", change: { percentage: "10", interval: "5" } };
  if (path === "/Percentage") return { label: "Set 10%", change: { percentage: "10" } };
  return undefined;
}

/** Returns the starts per second since the first start in the traffic, or `undefined` without starts. */
export function measureStarts(traffic, nowMillis) {
  const buckets = (traffic?.buckets ?? []).filter(bucket => bucket.versions.some(({ starts }) => starts > 0));
  if (!buckets.length) return undefined;
  const starts = buckets.flatMap(bucket => bucket.versions).reduce((sum, version) => sum + version.starts, 0);
  // A few starts just now are not a rate.
  const seconds = Math.max(60, (nowMillis - buckets[0].startMillis) / 1000);
  return Number((starts / seconds).toPrecision(2));
}

/** Returns the rate per version of each segment, for the chart. */
export function expectSegments(segments, startsPerSecond) {
  return segments.map(({ start, end, routing }) => ({
    start,
    end,
    perSecond: startsPerSecond,
    versions: routing.map(({ version, weight }) => ({ version, perSecond: (startsPerSecond * weight) / 100 })),
  }));
}

/** Returns how many starts of a version to expect in segments, with the bounds of the 95 % interval. */
export function expectVersion(segments, version, startsPerSecond) {
  let [mean, variance] = [0, 0];
  for (const { start, end, routing } of segments) {
    const share = (routing.find(route => route.version === version)?.weight ?? 0) / 100;
    const starts = (startsPerSecond * (end - start)) / 1000;
    mean += starts * share;
    variance += starts * share * (1 - share);
  }
  const margin = NORMAL_QUANTILE * Math.sqrt(variance);
  return { expected: Math.round(mean), low: Math.max(0, Math.floor(mean - margin)), high: Math.ceil(mean + margin) };
}

/** Returns the names of the alarms of a preference that may be invalid. */
export const listNames = ({ alarms, preference }) =>
  alarms ?? (Array.isArray(preference?.Alarms) ? preference.Alarms.filter(name => typeof name === "string") : []);

/** Returns the alarms that the deployment checks: none if it ignores those of the preference. */
export const findPlanAlarms = plan => [...new Set(plan.steps.flatMap(step => step.then.alarms ?? []))];

const RESULTS = { alias: "read", updated: "updated" };

/** Returns a call of a simulation as texts: `{call, result}`. */
export function describeSimulated(row) {
  if (row.kind === "checks" && row.count > 1)
    return { call: `${row.count} reads of the alias and the alarms`, result: "routing unchanged, no alarm in state ALARM" };
  if (row.kind === "restart") return { call: "The driver restarts", result: "" };
  if (row.kind === "event") return { call: `Alarm ${row.event.name} changes its state`, result: row.event.state, isEvent: true };
  const { action, observation, extraRead } = row;
  const note = extraRead ? " (not made by CloudFormation)" : "";
  return { call: describeAction(action) + note, result: describeObservation(observation) };
}

function describeAction({ action, input }) {
  if (action === "describeAlias") return "DescribeStateMachineAlias";
  if (action === "describeAlarms") return `DescribeAlarms ${input.AlarmNames.join(", ")}`;
  return `UpdateStateMachineAlias: ${formatRoutes(input.routingConfiguration)}`;
}

function describeObservation(observation) {
  if (!observation) return "no response";
  if (observation.observed === "alarms")
    return observation.alarms.map(({ name, state }) => `${name} ${state}`).join(", ") || "no alarm found";
  if (observation.observed === "alias") return formatRoutes(observation.routingConfiguration);
  if (observation.observed === "failed") return `${observation.code}: ${observation.message}`;
  return RESULTS[observation.observed] ?? observation.observed;
}

export const formatRoutes = routes =>
  routes.map(({ stateMachineVersionArn, weight }) => `${weight}% v${parseVersion(stateMachineVersionArn)}`).join(", ");
