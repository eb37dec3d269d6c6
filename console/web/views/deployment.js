// A deployment while it runs and after its end.

import { html, useMemo, useState } from "../vendor/vendor.js";
import { Banner, Card, CopyButton, LoadError, Loading, OperationDialog, Page, Paste, Split, Time, VersionBadge } from "../components.js";
import { useDeployment, useRoutings, useTraffic } from "../deployment-data.js";
import * as state from "../deployment-state.js";
import { assignRoles, expectedRange, formatAge, formatNumber, formatPercent, plural } from "../format.js";
import { useNow } from "../live.js";
import { link } from "../routes.js";
import { Timeline } from "../timeline.js";
import * as data from "../timeline-data.js";

const SHORT_MILLIS = 20 * 60_000;
const EVENTS_SHOWN = 12;

export default function DeploymentView({ route }) {
  const { data: deployment, error, reload } = useDeployment(route);
  const routings = useRoutings(route);
  const crumbs = [[route.name, link.stateMachine(route.name)], [route.alias, link.alias(route.name, route.alias)], ["Deployment"]];
  if (!deployment)
    return html`<${Page} title="Deployment" crumbs=${crumbs}>${error ? html`<${LoadError} error=${error} reload=${reload}/>` : html`<${Loading} what="the deployment"/>`}</${Page}>`;
  return html`<${Loaded} route=${route} crumbs=${crumbs} deployment=${deployment} routings=${routings.data?.routings}/>`;
}

function Loaded({ route, crumbs, deployment, routings }) {
  const [target, setTarget] = useState(null);
  const { fromVersion, toVersion, preference, driver, startedMillis } = deployment;
  const history = useHistory(route, deployment, routings);
  const lead = html`${preference}, reported by ${driver}, since <${Time} millis=${startedMillis} style="full"/>`;
  const actions = html`<${Actions} deployment=${deployment} route=${route} routing=${history.routing} setTarget=${setTarget}/>`;
  return html`<${Page} title=${`v${fromVersion} to v${toVersion} on ${route.alias}`} lead=${lead} crumbs=${crumbs} actions=${actions}>
    <${Announcement} deployment=${deployment}/><${Driver} deployment=${deployment}/>
    <${Outcome} route=${route} deployment=${deployment} history=${history}/>
    <${Tiles} deployment=${deployment} route=${route} history=${history}/>
    <${History} route=${route} deployment=${deployment} history=${history}/>
    <div class="cols"><${Events} deployment=${deployment} first=${history.first}/><${NextSteps} route=${route} deployment=${deployment} routing=${history.routing}/></div>
    ${target !== null && html`<${RouteDialog} route=${route} deployment=${deployment} version=${target} onClose=${() => setTarget(null)}/>`}
  </${Page}>`;
}

/** What the alias routed to, and its traffic, in the time of the deployment. */
function useHistory(route, deployment, routings) {
  const now = useNow(state.hasEnded(deployment) ? 60_000 : 10_000);
  const changes = data.listChanges(deployment, routings, deployment.endedMillis ?? now);
  const first = changes.find(change => change.millis >= deployment.startedMillis)?.millis ?? deployment.startedMillis;
  const span = data.findDeploymentSpan(deployment, first, now);
  const traffic = useTraffic(route, {
    fromMillis: span.from,
    untilMillis: state.hasEnded(deployment) ? span.until : undefined,
    spanMillis: span.until - span.from,
  });
  const routing = changes.at(-1)?.routing ?? state.findReportedRouting(deployment);
  const counts = useMemo(
    () => countStarts(deployment, changes, first, span, traffic.data),
    [deployment, traffic.data, changes.length, span.until],
  );
  return { changes, first, span, routing, counts, traffic: traffic.data, trafficError: traffic.error };
}

/** Screen readers hear a change of the state, not of counts. */
function Announcement({ deployment }) {
  const silent = state.isSilent(deployment, useNow(5000));
  return html`<p class="sr" role="status">${state.describeState(deployment, silent)}</p>`;
}

function Actions({ deployment, route, routing, setTarget }) {
  const { fromVersion, toVersion } = deployment;
  const ended = state.hasEnded(deployment);
  const canReturn = fromVersion !== toVersion && !state.routesAllTo(routing, fromVersion);
  return html`${ended && fromVersion !== toVersion && html`<a class="button" href=${link.compare(route.name, fromVersion, toVersion)}>Compare v${fromVersion} and v${toVersion}</a>`}
    ${canReturn && html`<button type="button" onClick=${() => setTarget(fromVersion)}>Route all starts to v${fromVersion}</button>`}
    ${ended && html`<a class="button first" href=${link.plan(route.name, route.alias)}>Plan a deployment</a>`}`;
}

function RouteDialog({ route, deployment, version, onClose }) {
  const input = {
    stateMachineAliasArn: route.stateMachineAliasArn,
    routingConfiguration: [{ stateMachineVersionArn: `${route.stateMachineArn}:${version}`, weight: 100 }],
  };
  const running = !state.hasEnded(deployment);
  return html`<${OperationDialog} title=${`Route all starts of ${route.alias} to v${version}?`} operation="UpdateStateMachineAlias" input=${input} danger
    submit=${`Route all starts to v${version}`} onClose=${onClose} onDone=${onClose}>${() => html`<p>From now on, 100% of the starts of ${route.alias} run v${version}. Executions that run already are not affected.</p>
    ${running && html`<p>The deployment ends: at its next check, the driver finds that someone else changed the alias, leaves it unchanged, and reports drift.</p>`}`}</${OperationDialog}>`;
}

const describeCause = cause => (cause ? `${cause.code ? `${cause.code}: ` : ""}${cause.message}` : "");

/** Banners about the driver: it does not report, or it repeats a call. */
function Driver({ deployment }) {
  const now = useNow(1000);
  const { reportedMillis, nextReportMillis, phase, cause, command, retryMillis, rollsBack } = deployment;
  if (state.isSilent(deployment, now)) {
    const actions = command && html`<${CopyButton} text=${command} label="the command that resumes the deployment"/>`;
    return html`<${Banner} kind="bad" title="The driver does not report." actions=${actions} live=${false}>Its last report is from <${Time} millis=${reportedMillis} style="time"/> (${formatAge(now - reportedMillis)}),
      the next one was due at <${Time} millis=${nextReportMillis} style="time"/>. The routing stays as it is. If the driver has stopped, start the same command again: it resumes.</${Banner}>`;
  }
  if (phase === "retrying") {
    const until = retryMillis > now ? html`The next attempt is at <${Time} millis=${retryMillis} style="time"/>. ` : "";
    return html`<${Banner} title=${`A call failed; ${rollsBack ? "the rollback" : "the driver"} repeats it.`} live=${false}>${until}${describeCause(cause)}</${Banner}>`;
  }
  if (!rollsBack || state.hasEnded(deployment)) return null;
  return html`<${Banner} kind="bad" title="Rolling back." live=${false}>${describeCause(cause)}</${Banner}>`;
}

const PAST = { succeeded: "Succeeded", rolledBack: "Rolled back" };

/** Whether the alias no longer has the routing that the deployment set at its end, for example because of a later one. */
function hasChangedSince({ phase, fromVersion, toVersion }, routing) {
  const version = { succeeded: toVersion, rolledBack: fromVersion }[phase];
  return version !== undefined && !state.routesAllTo(routing, version);
}

const formatRouting = routing => routing.map(({ version, weight }) => `${weight}% v${version}`).join(", ");

const OUTCOMES = {
  succeeded: (after, alias, { toVersion }) => `Succeeded ${after}. All starts of ${alias} run v${toVersion}.`,
  rolledBack: (after, alias, { fromVersion }) => `Rolled back ${after}. All starts of ${alias} run v${fromVersion} again.`,
  drifted: after => `Stopped ${after}: someone else changed the routing.`,
  failed: after => `Failed ${after}. The routing is that of the last completed step.`,
};

function Outcome({ route, deployment, history }) {
  const { phase, cause, endedMillis } = deployment;
  if (!state.hasEnded(deployment)) return null;
  const took = (endedMillis ?? history.first) - history.first;
  const after = took < 1000 ? "at once" : `after ${data.formatElapsed(took)}`;
  const isPast = hasChangedSince(deployment, history.routing);
  const { sign, style } = state.choosePhaseStyle(phase);
  const message = describeCause(cause);
  return html`<section class=${`card outcome ${style}`} aria-label="Result"><span class="sign" aria-hidden="true">${sign}</span>
    <div><h2>${isPast ? `${PAST[phase]} ${after}. The routing has changed since.` : OUTCOMES[phase](after, route.alias, deployment)}</h2>${message && html`<p>${message}</p>`}</div></section>`;
}

function Tiles({ deployment, route, history }) {
  return html`<section class="card tiles" aria-label="Current state">
    <${ShareTile} deployment=${deployment} route=${route} routing=${history.routing}/><${StepTile} deployment=${deployment}/>
    <${AlarmTile} deployment=${deployment}/><${CountTile} deployment=${deployment} history=${history}/></section>`;
}

function ShareTile({ deployment, route, routing }) {
  const { fromVersion, toVersion } = deployment;
  const roles = assignRoles(routing, { fromVersion, toVersion }).sort((a, b) => (a.role === "new") - (b.role === "new"));
  const shown =
    data.findWeight(routing, toVersion) > 0
      ? { version: toVersion, weight: data.findWeight(routing, toVersion) }
      : [...routing].sort((a, b) => b.weight - a.weight)[0];
  return html`<div class="tile"><h2>Starts of ${route.alias} now</h2><p class="figure">${shown.weight}<small>% run v${shown.version}</small></p><${Split} thin routing=${roles}/></div>`;
}

function StepTile({ deployment }) {
  const { steps, stepsDone, dueMillis, fromVersion, toVersion, rollsBack } = deployment;
  const now = useNow(1000);
  if (state.hasEnded(deployment)) {
    const missed = state.findMissedSteps(deployment);
    return html`<div class="tile"><h2>Steps done</h2><p class="figure">${stepsDone}<small> of ${steps.length}</small></p>
      <p class="small muted">${missed.length ? `Not made: ${missed.length > 3 ? `${plural(missed.length, "step")} to ${missed.at(-1).weight}%` : missed.map(step => `${step.weight}%`).join(", ")}` : "All steps were made."}</p></div>`;
  }
  if (rollsBack)
    return html`<div class="tile"><h2>Next step</h2><p class="figure words bad">rolling back</p><p class="small muted">100% run v${fromVersion}</p></div>`;
  const left = (dueMillis ?? now) - now;
  const condition = (deployment.alarms ?? []).length ? ", unless an alarm is in state ALARM" : "";
  const silent = state.isSilent(deployment, now);
  const figure =
    dueMillis && left > 0
      ? html`<p class="figure">${data.formatElapsed(left + 999)}</p>`
      : html`<p class="figure words">${silent ? "overdue" : "now"}</p>`;
  return html`<div class="tile"><h2>Next step${dueMillis && left > 0 ? " in" : ""}</h2>${figure}<p class="small muted">Step ${Math.min(stepsDone + 1, steps.length)} of ${steps.length}: ${steps[stepsDone]?.weight ?? 100}% run v${toVersion}${condition}</p></div>`;
}

const ALARM_SIGNS = { OK: ["✓", "ok"], ALARM: ["!", "bad"], "": ["…", "muted"] };

function AlarmTile({ deployment }) {
  const now = useNow(5000);
  const { alarms = [] } = deployment;
  if (!alarms.length)
    return html`<div class="tile"><h2>Alarms</h2><p class="figure words muted">none</p><p class="small muted">This deployment is not rolled back automatically.</p></div>`;
  const summary = state.summarizeAlarms(alarms);
  const [sign, style] = ALARM_SIGNS[summary.state] ?? ["?", "muted"];
  const checked = Math.max(...alarms.map(alarm => alarm.checkedMillis ?? 0));
  const since = alarms.find(alarm => alarm.state === summary.state)?.sinceMillis;
  return html`<div class="tile"><h2 class="name" title=${alarms.length === 1 ? alarms[0].name : ""}>${alarms.length === 1 ? alarms[0].name : plural(alarms.length, "alarm")}</h2>
    <p class="figure words"><span class=${style}><span aria-hidden="true">${sign} </span>${summary.text}</span></p>
    <p class="small muted">${alarms.length > 1 && summary.names.length ? html`${summary.names.slice(0, 3).join(", ")}${summary.names.length > 3 ? " and others" : ""}, ` : ""}
      ${since && alarms.length === 1 ? html`since <${Time} millis=${since} style="time"/>, ` : ""}${checked ? html`checked ${state.hasEnded(deployment) ? html`at <${Time} millis=${checked} style="time"/>` : formatAge(now - checked)}` : "not checked yet"}</p></div>`;
}

/** Starts and failures of each version, next to what to expect. */
function CountTile({ deployment, history }) {
  const { fromVersion, toVersion } = deployment;
  const { counts } = history;
  const row = (version, role) => {
    const { starts, low, high, failures, ended, tooMany } = counts[version];
    return html`<tr><td><${VersionBadge} version=${version} role=${role}/></td><td class="num">${formatNumber(starts)}</td><td class="num muted">${formatNumber(low)} to ${formatNumber(high)}</td>
      <td class=${`num ${tooMany ? "bad strong" : ""}`}>${formatNumber(failures)}${ended > 0 && html` <span class="share">(${formatPercent(failures, ended)})</span>`}</td></tr>`;
  };
  const { usual } = counts;
  return html`<div class="tile wide"><table aria-label="Starts and failures since the first shift"><thead><tr><th scope="col">So far</th><th scope="col" class="num">Starts</th><th scope="col" class="num">Expected</th><th scope="col" class="num">Failed</th></tr></thead>
    <tbody>${row(toVersion, "new")}${fromVersion !== toVersion && row(fromVersion, "current")}</tbody></table>
    ${usual && html`<p class="small muted">At the failure rate of v${fromVersion}, ${usual[0] === usual[1] ? usual[0] : `${usual[0]} to ${usual[1]}`} failures of v${toVersion} would be expected.</p>`}
    ${history.trafficError && html`<p class="small bad">${history.trafficError.message}</p>`}</div>`;
}

/** Counts from the first shift until the end, or after a success until the end of the axis. */
function countStarts(deployment, changes, first, span, traffic) {
  const { fromVersion, toVersion, phase, endedMillis } = deployment;
  const [buckets, bucketMillis] = [traffic?.buckets ?? [], (traffic?.bucketSeconds ?? 10) * 1000];
  const until = phase === "succeeded" || !endedMillis ? span.until : endedMillis;
  const segments = data.buildSegments(changes, first - bucketMillis, until, data.splitRouting(fromVersion, toVersion, 0));
  const totals = data.sumBuckets(buckets, bucketMillis, first, until);
  const count = version => ({
    ...data.expectStarts(buckets, bucketMillis, segments, version, first, until),
    failures: totals.get(version)?.failures ?? 0,
    ended: totals.get(version)?.ended ?? 0,
  });
  const [current, fresh] = [count(fromVersion), count(toVersion)];
  const usual =
    current.ended >= 20 && fresh.ended > 0 && fromVersion !== toVersion
      ? expectedRange(fresh.ended, current.failures / current.ended)
      : undefined;
  return { usual, totals, [fromVersion]: current, [toVersion]: { ...fresh, tooMany: usual && fresh.failures > usual[1] } };
}

function History({ route, deployment, history }) {
  const { fromVersion, toVersion, phase, endedMillis } = deployment;
  const {
    span: { from, until },
    changes,
    first,
    traffic,
  } = history;
  const ended = state.hasEnded(deployment);
  const now = useNow(until - from <= SHORT_MILLIS ? 1000 : 10_000);
  const known = Math.min(now, until);
  // After the end, the last state remains for a moment: an alarm that ends a deployment is found at its end.
  const checkedUntil = ended
    ? Math.min(now, endedMillis + (until - from) * 0.08)
    : state.isSilent(deployment, now)
      ? deployment.reportedMillis
      : now;
  const before = data.findRouting(changes, from) ?? data.splitRouting(fromVersion, toVersion, 0);
  const segments = data.buildSegments(
    changes.filter(change => change.millis > from),
    from,
    known,
    before,
  );
  const planned = ended
    ? data.buildSegments([], known, until, segments.at(-1)?.routing)
    : data.buildPlannedSegments(deployment, known, until);
  const marks =
    phase === "rolledBack"
      ? [{ millis: endedMillis, kind: "rollback", text: `← rolled back ${data.formatElapsed(endedMillis - first)}` }]
      : ended
        ? [{ millis: endedMillis, kind: "end", text: `${state.describePhase(phase)} ${data.formatElapsed(endedMillis - first)}` }]
        : [];
  const missed = data.buildSegments(
    state
      .findMissedSteps(deployment)
      .map(step => ({ millis: first + step.atSeconds * 1000, routing: data.splitRouting(fromVersion, toVersion, step.weight) })),
    endedMillis ?? until,
    until,
  );
  return html`<${Card} title="Timeline" note="time after the first shift; hatched and dashed: planned">
    <${Timeline} label=${`deployment of v${toVersion} to ${route.alias}`} ...${{ from, until, origin: first, segments, planned, missed, fromVersion, toVersion, marks }} now=${now}
      buckets=${traffic?.buckets ?? []} bucketMillis=${(traffic?.bucketSeconds ?? data.chooseBucketSeconds(until - from)) * 1000} dataFrom=${traffic?.fromMillis} totals=${history.counts.totals}
      alarms=${data.listAlarmSpans(deployment, Math.min(checkedUntil, until))}/></${Card}>`;
}

const SIGNS = { shift: "→", retry: "↻", rollback: "←", end: "■" };

function chooseSign({ type, state: alarm }) {
  if (type === "alarm") return { OK: "✓", ALARM: "!" }[alarm] ?? "?";
  return SIGNS[type] ?? "·";
}

function Events({ deployment, first }) {
  const [all, setAll] = useState(false);
  const events = [...(deployment.events ?? [])].reverse();
  const shown = all ? events : events.slice(0, EVENTS_SHOWN);
  const alarmed = event => event.type === "rollback" || event.state === "ALARM";
  return html`<${Card} title="Events" note="reported by the driver, newest first">
    ${events.length === 0 && html`<p class="muted">No event yet.</p>`}
    <ol class=${`log ${deployment.steps.at(-1)?.atSeconds >= 3600 ? "long" : ""}`}>${shown.map(
      event => html`<li class=${alarmed(event) ? "alarmed" : ""}><span class="sign" aria-hidden="true">${chooseSign(event)}</span>
      <span class="mono">${data.formatElapsed(event.timeMillis - first)}</span><span class="text">${event.text}</span><span class="muted small"><${Time} millis=${event.timeMillis} style="time"/></span></li>`,
    )}</ol>
    ${events.length > shown.length && html`<button type="button" onClick=${() => setAll(true)}>Show all ${events.length} events</button>`}</${Card}>`;
}

function NextSteps({ route, deployment, routing }) {
  const { phase } = deployment;
  const texts = { succeeded: AfterSuccess, rolledBack: AfterRollback, drifted: AfterDrift, failed: AfterFailure };
  return html`<${Card} title=${state.hasEnded(deployment) ? "What to do now" : "What you can do"}><div class="prose"><${texts[phase] ?? WhileRunning} route=${route} deployment=${deployment} routing=${routing}/></div></${Card}>`;
}

const Resume = ({ command }) => (command ? html`<${Paste} text=${command} label="the command that resumes the deployment"/>` : "");

function WhileRunning({ route, deployment }) {
  const { fromVersion, toVersion, driver, command } = deployment;
  return html`<p>${driver} changes the routing. If you stop it (Ctrl-C), the routing stays as it is, and the same command resumes the deployment.</p><${Resume} command=${command}/>
    ${fromVersion !== toVersion && html`<p>“Route all starts to v${fromVersion}” sets ${route.alias} to 100% v${fromVersion}. The driver then reports drift and stops.</p>`}`;
}

const FailedExecutions = ({ route, version }) =>
  html`<a href=${link.executions(route.name, { status: "FAILED", version, alias: route.alias })}>failed executions of v${version}</a>`;

function AfterRollback({ route, deployment, routing }) {
  const { fromVersion, toVersion } = deployment;
  return html`<p>${hasChangedSince(deployment, routing) ? `The routing of ${route.alias} has changed since the rollback: ${formatRouting(routing)}.` : `${route.alias} routes all starts to v${fromVersion}; callers need no change.`}</p>
    <p>Look at the <${FailedExecutions} route=${route} version=${toVersion}/> and at <a href=${link.compare(route.name, fromVersion, toVersion)}>what v${toVersion} changes</a>. Publish a version with the fix, and <a href=${link.plan(route.name, route.alias)}>plan its deployment</a>.</p>`;
}

function AfterSuccess({ route, deployment, routing }) {
  const { fromVersion, toVersion } = deployment;
  return html`<p>${hasChangedSince(deployment, routing) ? `The routing of ${route.alias} has changed since the deployment: ${formatRouting(routing)}.` : `${route.alias} routes all starts to v${toVersion}. Alarms are no longer checked.`}</p>
    ${fromVersion !== toVersion && !hasChangedSince(deployment, routing) && html`<p>v${fromVersion} still exists. If v${toVersion} has a problem, “Route all starts to v${fromVersion}” returns to it in one update.</p>`}`;
}

function AfterDrift({ route, routing }) {
  return html`<p>While the deployment ran, someone else changed the routing of ${route.alias}. The driver stopped and left it unchanged${routing.length ? `: ${formatRouting(routing)}` : ""}.</p>
    <p>The <a href=${link.alias(route.name, route.alias)}>history of routings</a> shows when and with which client. To continue, route all starts to one version, and <a href=${link.plan(route.name, route.alias)}>plan a deployment</a> again.</p>`;
}

function AfterFailure({ route, deployment, routing }) {
  return html`<p>${route.alias} keeps the routing of the last completed step (${formatRouting(routing)}). Alarms are no longer checked.</p>
    <p>Correct the cause that the result states. Then the same command resumes the deployment.</p><${Resume} command=${deployment.command}/>`;
}
