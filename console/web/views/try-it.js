// Starts executions through an alias, and shows which versions they run next to what the weights let expect.
//
//   TryIt({route, routing, deployment, isExpress})

import { html, useEffect, useRef, useState } from "../vendor/vendor.js";
import { callApi, callAws, createStore, now } from "../client.js";
import { CallPanel, Status, VersionBadge } from "../components.js";
import { assignRoles, expectedRange, formatNumber, formatPercent, plural } from "../format.js";
import { useData, useStore } from "../live.js";
import { link } from "../routes.js";
import {
  MAX_RATE,
  MAX_STARTS,
  Pacer,
  countByVersion,
  createPrefix,
  formatName,
  meanShare,
  parseCount,
  parseInput,
  parseRate,
  parseVersion,
} from "../bulk.js";
import { Failures, Range } from "./alias-traffic.js";

const MAX_ERRORS_IN_A_ROW = 5;
const MAX_PAGES = 5;
const NEWEST = 5;

/** Starts the executions of a run, until they are started, a person stops it, or the endpoint rejects several in a row. */
function startRun({ stateMachineAliasArn, count, rate, input, readRouting, isExpress, baseline }) {
  const startedMillis = now();
  const digits = Math.floor(Math.random() * 0x10000)
    .toString(16)
    .padStart(4, "0");
  const prefix = createPrefix(startedMillis, digits);
  const store = createStore({
    state: "running",
    count,
    rate,
    prefix,
    startedMillis,
    isExpress,
    baseline,
    sent: 0,
    accepted: 0,
    errors: 0,
    segments: [],
  });
  const pacer = new Pacer({ count, rate, nowMillis: performance.now() });
  let [inFlight, errorsInARow, timer] = [0, 0, undefined];
  const stop = state => {
    clearTimeout(timer);
    if (store.get().state === "running") store.set({ state });
  };
  const start = async index => {
    inFlight += 1;
    const routing = readRouting();
    try {
      await callAws("StartExecution", { stateMachineArn: stateMachineAliasArn, name: formatName(prefix, index), input });
      errorsInARow = 0;
      store.set({ accepted: store.get().accepted + 1, segments: addStart(store.get().segments, routing) });
    } catch (error) {
      errorsInARow += 1;
      store.set({ errors: store.get().errors + 1, error });
      if (errorsInARow >= MAX_ERRORS_IN_A_ROW || error.code === "NetworkError") stop("failed");
    }
    inFlight -= 1;
    if (pacer.isDone && inFlight === 0) stop("done");
  };
  const tick = () => {
    if (store.get().state !== "running") return;
    const first = pacer.sent;
    const starts = pacer.take(performance.now(), inFlight);
    if (starts > 0) store.set({ sent: pacer.sent });
    for (let index = first; index < first + starts; index += 1) start(index);
    if (!pacer.isDone) timer = setTimeout(tick, pacer.delay());
  };
  tick();
  return { store, stop: () => stop("stopped") };
}

function addStart(segments, routing) {
  const last = segments.at(-1);
  if (last && JSON.stringify(last.routing) === JSON.stringify(routing))
    return [...segments.slice(0, -1), { ...last, starts: last.starts + 1 }];
  return [...segments, { starts: 1, routing }];
}

const NO_RUN = createStore({ state: "none", sent: 0, accepted: 0, errors: 0, count: 0, segments: [] });

export function TryIt({ route, routing, deployment, isExpress }) {
  const [fields, setFields] = useState({ count: "100", rate: "20", input: "{}" });
  const [run, setRun] = useState(null);
  const progress = useStore(run?.store ?? NO_RUN);
  const latest = useRef(routing);
  latest.current = routing;
  useEffect(() => () => run?.stop(), [run]);
  const parsed = { count: parseCount(fields.count), rate: parseRate(fields.rate), input: parseInput(fields.input) };
  const isRunning = progress.state === "running";
  const start = async (count, rate) => {
    const { stateMachineAliasArn } = route;
    const baseline = isExpress ? await readVersions(route).catch(() => undefined) : undefined;
    const input = parsed.input.value;
    setRun(startRun({ stateMachineAliasArn, count, rate, input, readRouting: () => latest.current, isExpress, baseline }));
  };
  const canStart = !parsed.count.problem && !parsed.rate.problem;
  const submit = event => {
    event.preventDefault();
    if (canStart && !isRunning) start(parsed.count.value, parsed.rate.value);
  };
  return html`<section class="card try" aria-labelledby="try-it"><header><h2 id="try-it" tabindex="-1">Start executions</h2><span class="muted small">StartExecution</span></header>
    <p class="muted">Starts executions through <bdi>${route.alias}</bdi> and counts which version each one runs.</p>
    <form onSubmit=${submit} novalidate>
      <${RunFields} fields=${fields} parsed=${parsed} setFields=${setFields}/>
      <div class="actions gap"><button type="button" aria-disabled=${isRunning ? "true" : undefined} onClick=${() => isRunning || start(1, 1)}>Start 1</button>
        ${
          isRunning
            ? html`<button key="stop" type="button" class="first" onClick=${run.stop}>Stop</button>`
            : html`<button key="start" class="first" aria-disabled=${canStart ? undefined : "true"}>${canStart ? `Start ${formatNumber(parsed.count.value)}, ${parsed.rate.value} per second` : "Start several"}</button>`
        }</div></form>
    ${run && html`<${Progress} progress=${progress}/><${Results} key=${progress.prefix} ...${{ route, progress, deployment, routing }}/>`}
    <details class="gap"><summary>The same call</summary><${CallPanel} operation="StartExecution" input=${{ stateMachineArn: route.stateMachineAliasArn, input: parsed.input.value }}/></details></section>`;
}

function RunFields({ fields, parsed, setFields }) {
  const set = name => event => setFields({ ...fields, [name]: event.target.value });
  const number = (
    name,
    label,
    max,
  ) => html`<div class="field"><label for=${`run-${name}`}>${label}</label><input id=${`run-${name}`} inputmode="numeric" autocomplete="off" value=${fields[name]} onInput=${set(name)}
    aria-invalid=${parsed[name].problem ? "true" : undefined} aria-describedby=${`run-${name}-hint`}/>
    <p id=${`run-${name}-hint`} class=${`hint small ${parsed[name].problem ? "bad" : "muted"}`} aria-live="polite">${parsed[name].problem ?? `Up to ${formatNumber(max)}`}</p></div>`;
  return html`<div class="run-fields">${number("count", "Executions", MAX_STARTS)}${number("rate", "Starts per second", MAX_RATE)}
    <div class="field wide"><label for="run-input">Input <span class="muted">(JSON)</span></label>
      <textarea id="run-input" rows="2" spellcheck=${false} value=${fields.input} onInput=${set("input")} aria-invalid=${parsed.input.problem ? "true" : undefined} aria-describedby="run-input-hint"></textarea>
      <p id="run-input-hint" class="hint small bad" aria-live="polite">${parsed.input.problem ?? ""}</p></div></div>`;
}

const STATES = { running: "Starting", done: "All started", stopped: "Stopped", failed: "Stopped after errors" };

function Progress({ progress }) {
  const { state, sent, count, accepted, errors, error } = progress;
  return html`<div class="run gap">
    ${count > 1 && html`<progress max=${count} value=${accepted + errors} aria-label="Executions that were started"></progress>`}
    <p class="small"><span class="strong" role="status">${STATES[state]}</span> <span class="muted">${formatNumber(accepted)} of ${plural(count, "execution")}${state === "running" && sent > accepted + errors ? "…" : ""}</span></p>
    ${
      error &&
      html`<div class="fault" role="alert"><span class="sign" aria-hidden="true">!</span><p class="strong">${error.message}</p>
      <p class="small">${plural(errors, "request")} failed. <span class="muted">${error.code}</span></p></div>`
    }</div>`;
}

/** The executions of a run. The names of a run have a common prefix. */
async function readExecutions({ route, progress, options }) {
  const executions = [];
  let nextToken;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const input = { stateMachineArn: route.stateMachineAliasArn, maxResults: 1000, ...(nextToken ? { nextToken } : {}) };
    const output = await callAws("ListExecutions", input, options);
    executions.push(...output.executions.filter(({ name }) => name.startsWith(progress.prefix)));
    nextToken = output.nextToken;
    const oldest = output.executions.at(-1);
    if (!nextToken || executions.length >= progress.count || oldest.startDate * 1000 < progress.startedMillis - 2000) break;
  }
  return { executions, counts: countByVersion(executions) };
}

async function readVersions({ stateMachineArn }, options) {
  const path = `summary?stateMachineArn=${encodeURIComponent(stateMachineArn)}`;
  const { stateMachines } = await callApi("GET", path, undefined, options);
  return stateMachines[0]?.versions ?? [];
}

/** EXPRESS executions are not recorded: counts all starts of the versions since the run began. */
async function readExpress({ route, progress, options }) {
  const before = version => progress.baseline?.find(candidate => candidate.version === version)?.starts ?? 0;
  const counts = (await readVersions(route, options)).map(({ version, starts }) => {
    const count = starts - before(version);
    return [version, { starts: count, failed: 0, running: count }];
  });
  return { executions: [], counts: new Map(counts.filter(([, { starts }]) => starts > 0)) };
}

function Results({ route, progress, deployment, routing }) {
  const settled = useRef();
  const read = progress.isExpress ? readExpress : readExecutions;
  const load = async options => {
    if (settled.current) return settled.current;
    const results = await read({ route, progress, options });
    const total = [...results.counts.values()].reduce((sum, { starts }) => sum + starts, 0);
    const isRunning = [...results.counts.values()].some(({ running }) => running > 0);
    if (progress.state !== "running" && total >= progress.accepted && !isRunning) settled.current = results;
    return results;
  };
  const { data, previous, reload } = useData(load, {
    keys: [progress.prefix],
    arn: route.stateMachineArn,
    kinds: ["execution", "traffic"],
  });
  useEffect(() => {
    if (progress.state !== "running") reload();
    // The stream reports no changes of executions that are not recorded.
    const timer = progress.state === "running" && progress.isExpress ? setInterval(reload, 1000) : undefined;
    return () => clearInterval(timer);
  }, [progress.state]);
  const results = data ?? previous;
  if (!results) return null;
  const roles = assignRoles(routing, deployment);
  const rows = buildRows(results.counts, progress, roles);
  return html`${rows.length > 0 && html`<${ResultTable} ...${{ route, rows, progress }}/>`}
    ${progress.isExpress && html`<p class="small muted">Executions of EXPRESS state machines are not recorded. These are all starts of the versions since the run began, also those of other clients.</p>`}
    ${
      results.executions.length > 0 &&
      html`<h3 class="gap">Newest executions</h3><ul class="newest">${results.executions.slice(0, NEWEST).map(execution => html`<${ExecutionRow} key=${execution.name} route=${route} roles=${roles} execution=${execution}/>`)}</ul>
      <p class="small"><a href=${link.executions(route.name, { alias: route.alias })}>All executions of <bdi>${route.alias}</bdi></a></p>`
    }`;
}

/** A row for each version that has a weight or a start. */
function buildRows(counts, { segments }, roles) {
  const routed = segments.flatMap(({ routing }) => routing.map(({ version }) => version));
  const versions = [...new Set([...routed, ...counts.keys()])].sort((one, other) => one - other);
  const total = [...counts.values()].reduce((sum, { starts }) => sum + starts, 0);
  return versions.map(version => {
    const count = counts.get(version) ?? { starts: 0, failed: 0, running: 0 };
    const share = meanShare(segments, version);
    const role = roles.find(candidate => candidate.version === version)?.role ?? "";
    return { version, role, total, share, ...count, ended: count.starts - count.running, range: expectedRange(total, share) };
  });
}

function ResultTable({ route, rows, progress }) {
  const outside = rows.filter(({ starts, range: [low, high] }) => starts < low || starts > high);
  const isComplete = progress.state !== "running" && rows.length > 0 && rows[0].total > 1 && rows[0].total >= progress.accepted;
  return html`<table class="counts results gap"><caption class="sr">Versions of the executions of this run</caption>
    <thead><tr><th scope="col">Version</th><th scope="col" class="num">Starts</th><th scope="col" class="num">Expected</th><th scope="col" class="num">Failed</th></tr></thead>
    <tbody>${rows.map(
      row => html`<tr key=${row.version}><td><${VersionBadge} version=${row.version} role=${row.role}/></td>
      <td class="num"><a class="quiet" href=${link.executions(route.name, { alias: route.alias, version: row.version })} aria-label=${`${plural(row.starts, "start")} of version ${row.version}: show the executions`}>${formatNumber(row.starts)}</a></td>
      <td class="num muted"><${Range} range=${row.range} count=${row.starts}/></td><td class="num"><${Failures} failures=${row.failed} ended=${row.ended}/></td></tr>
      <tr class="bar-row" key=${`${row.version}-bar`}><td colspan="4"><${ShareBar} row=${row}/></td></tr>`,
    )}</tbody></table>
    ${
      isComplete &&
      html`<p class="small verdict" role="status">${
        outside.length === 0
          ? html`<span class="ok strong">✓ As expected.</span> <span class="muted">95 of 100 such runs are in this range.</span>`
          : html`<span class="strong">Outside the expected range.</span> <span class="muted">By chance, this happens in 5 of 100 runs. Start more executions to be sure.</span>`
      }</p>`
    }`;
}

/** The share of a version, with the expected share and its range behind it. */
function ShareBar({
  row: {
    starts,
    total,
    share,
    range: [low, high],
    role,
    version,
  },
}) {
  const percent = value => `${total === 0 ? 0 : (100 * value) / total}%`;
  const label = `Version ${version}: ${formatPercent(starts, total)}, ${formatPercent(share, 1)} expected`;
  return html`<div class="share-bar" role="img" aria-label=${label}><i class="range" style=${{ left: percent(low), width: percent(high - low) }}></i><i class=${`value ${role}`} style=${{ width: percent(starts) }}></i>
    ${total > 0 && html`<i class="mean" style=${{ left: percent(total * share) }}></i>`}</div>`;
}

function ExecutionRow({ route, roles, execution: { name, status, stateMachineVersionArn } }) {
  const version = parseVersion(stateMachineVersionArn);
  const role = roles.find(candidate => candidate.version === version)?.role;
  return html`<li><${Status} status=${status}/><${VersionBadge} version=${version} role=${role}/><a class="mono" href=${link.execution(route.name, name)}>${name}</a></li>`;
}
