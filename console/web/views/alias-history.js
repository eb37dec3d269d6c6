// The history of an alias: its routings and its deployments.

import { html, useState } from "../vendor/vendor.js";
import { Card, LoadError, Loading, Split, Time } from "../components.js";
import { assignRoles, plural } from "../format.js";
import { link } from "../routes.js";
import { describeUserAgent } from "../traffic.js";

const FIRST_ENTRIES = 8;

function useLimit(entries) {
  const [isComplete, setComplete] = useState(false);
  const shown = isComplete ? entries : entries.slice(0, FIRST_ENTRIES);
  const more =
    entries.length > FIRST_ENTRIES &&
    html`<button type="button" class="gap" aria-expanded=${isComplete ? "true" : "false"} onClick=${() => setComplete(!isComplete)}>
    ${isComplete ? `Show the newest ${FIRST_ENTRIES}` : `Show all ${entries.length}`}</button>`;
  return [shown, more];
}

/** The routings of the alias, newest first. */
export function Routings({ list, deployments }) {
  const entries = list.data?.routings ?? [];
  const [shown, more] = useLimit(entries);
  return html`<${Card} title="History of routings" note="newest first">
    ${list.error && !list.data ? html`<${LoadError} error=${list.error} reload=${list.reload}/>` : !list.data ? html`<${Loading} what="the routings"/>` : ""}
    ${list.data && entries.length === 0 && html`<p class="muted">The endpoint has recorded no change of this alias. It records those that it receives from now on.</p>`}
    <ol class="hist">${shown.map((entry, index) => html`<${Entry} key=${`${entry.timeMillis}-${index}`} entry=${entry} previous=${entries[index + 1]} deployments=${deployments}/>`)}</ol>${more}</${Card}>`;
}

function Entry({ entry, previous, deployments = [] }) {
  const { timeMillis, routing, description, operation, userAgent } = entry;
  const deployment = deployments.find(
    candidate => timeMillis >= candidate.startedMillis && timeMillis <= (candidate.endedMillis ?? Infinity) + 1000,
  );
  const isDescribed = description && description !== previous?.description;
  return html`<li><span class="muted small"><${Time} millis=${timeMillis}/></span><${Split} routing=${assignRoles(routing, deployment)}/>
    <span class="by muted small">${operation} by <bdi title=${userAgent}>${describeUserAgent(userAgent)}</bdi>
      ${isDescribed && html`<span class="note">Description: <bdi>${description}</bdi></span>`}</span></li>`;
}

const RESULTS = {
  succeeded: ["✓", "Succeeded", "ok"],
  rolledBack: ["←", "Rolled back", "bad"],
  failed: ["✕", "Failed", "bad"],
  drifted: ["!", "Stopped: the alias was changed", "bad"],
  rollingBack: ["←", "Rolling back", "bad"],
};

/** The deployments of the alias, newest first. */
export function Deployments({ route, list }) {
  const entries = list.data?.deployments ?? [];
  const [shown, more] = useLimit(entries);
  return html`<${Card} title="Deployments" note=${entries.length > 0 ? "newest first" : undefined}>
    ${list.error && !list.data && html`<${LoadError} error=${list.error} reload=${list.reload}/>`}
    ${list.data && entries.length === 0 && html`<p class="muted">No deployment was reported for this alias. <a href=${link.plan(route.name, route.alias)}>Plan a deployment</a> that shifts starts to another version in steps, and rolls back on an alarm.</p>`}
    <ol class="deployments">${shown.map(deployment => html`<${DeploymentRow} key=${deployment.id} route=${route} deployment=${deployment}/>`)}</ol>${more}</${Card}>`;
}

function DeploymentRow({ route, deployment }) {
  const { id, fromVersion, toVersion, preference, phase, startedMillis, steps, stepsDone } = deployment;
  const [sign, text, kind] = RESULTS[phase] ?? ["…", `Under way, ${stepsDone} of ${plural(steps.length, "step")}`, ""];
  return html`<li><a href=${link.deployment(route.name, route.alias, id)}>v${fromVersion} to v${toVersion}</a> <span class="muted small">${preference}</span>
    <span class=${`result small ${kind}`}><span aria-hidden="true">${sign}</span> ${text}</span><span class="muted small"><${Time} millis=${startedMillis}/></span></li>`;
}
