// What a deployment's reports mean for a person. No DOM.

import { findWeight, splitRouting } from "./timeline-data.js";

// The time that a report may be late.
const GRACE_MILLIS = 30_000;
const ENDED = ["succeeded", "rolledBack", "drifted", "failed"];

export const hasEnded = ({ phase }) => ENDED.includes(phase);

/** Returns whether the driver of a running deployment has missed its next report. */
export function isSilent({ phase, nextReportMillis }, now) {
  return !ENDED.includes(phase) && nextReportMillis !== null && nextReportMillis !== undefined && now > nextReportMillis + GRACE_MILLIS;
}

const PHASES = {
  readingAlias: "reading the alias",
  checkingAlarms: "checking the alarms",
  shifting: "updating the alias",
  rollingBack: "rolling back",
  waiting: "waiting for the next step",
  retrying: "retrying a failed call",
  succeeded: "succeeded",
  rolledBack: "rolled back",
  drifted: "stopped because of drift",
  failed: "failed",
};

export const describePhase = phase => PHASES[phase] ?? phase;

/** Returns the sign and the class of a phase's chip. */
export function choosePhaseStyle(phase) {
  if (phase === "succeeded") return { sign: "✓", style: "ok" };
  if (phase === "rolledBack" || phase === "rollingBack") return { sign: "←", style: "bad" };
  if (phase === "drifted" || phase === "failed") return { sign: "✕", style: "bad" };
  return { sign: phase === "retrying" ? "↻" : "→", style: "" };
}

/** Returns the deployment's state as one sentence. It changes only if the state changes, so it is fit for a live region. */
export function describeState(deployment, silent) {
  const { fromVersion, toVersion, stepsDone, steps, targetWeight, phase, rollsBack, alarms = [] } = deployment;
  const active = alarms.filter(alarm => alarm.state === "ALARM").map(alarm => alarm.name);
  const alarmed = active.length ? ` In state ALARM: ${active.join(", ")}.` : "";
  if (phase === "succeeded") return `The deployment has succeeded: all starts run version ${toVersion}.`;
  if (phase === "rolledBack") return `The deployment was rolled back: all starts run version ${fromVersion}.${alarmed}`;
  if (phase === "drifted" || phase === "failed") return `The deployment ${describePhase(phase)}.`;
  if (silent) return "The driver does not report.";
  const doing = [rollsBack && "rolling back", phase === "retrying" && describePhase(phase)]
    .filter(Boolean)
    .map(text => `, ${text}`)
    .join("");
  return `${targetWeight}% of the starts run version ${toVersion}, step ${stepsDone} of ${steps.length}${doing}.${alarmed}`;
}

/** Returns the states of all alarms in short: `{state, text, names}`. */
export function summarizeAlarms(alarms = []) {
  const of = state => alarms.filter(alarm => alarm.state === state);
  const [active, ok] = [of("ALARM"), of("OK")];
  if (active.length)
    return {
      state: "ALARM",
      text: alarms.length === 1 ? "ALARM" : `${active.length} of ${alarms.length} in ALARM`,
      names: active.map(alarm => alarm.name),
    };
  if (ok.length === alarms.length)
    return { state: "OK", text: alarms.length === 1 ? "OK" : `${alarms.length} of ${alarms.length} OK`, names: [] };
  const others = alarms.filter(alarm => alarm.state !== "OK");
  const known = others.some(alarm => alarm.state);
  if (!known) return { state: "", text: "not checked yet", names: [] };
  return {
    state: others[0].state,
    text: alarms.length === 1 ? others[0].state : `${ok.length} of ${alarms.length} OK`,
    names: others.map(alarm => alarm.name),
  };
}

/** Returns what the alias routes to, as far as the reports say. */
export function findReportedRouting({ fromVersion, toVersion, targetWeight, phase }) {
  return splitRouting(fromVersion, toVersion, phase === "rolledBack" ? 0 : targetWeight);
}

/** Returns the steps that were not made when the deployment ended. */
export const findMissedSteps = deployment => (hasEnded(deployment) ? deployment.steps.slice(deployment.stepsDone) : []);

/** Returns whether a routing sends all starts to one version. */
export const routesAllTo = (routing, version) => findWeight(routing, version) === 100;
