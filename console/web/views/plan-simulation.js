// The simulation of a plan: an alarm that goes off at a minute, what follows from it, and the calls.

import { html, useState } from "../vendor/vendor.js";
import { FieldError } from "../components.js";
import { formatNumber } from "../format.js";
import { describeSimulated, expectVersion } from "../plan-request.js";
import * as data from "../timeline-data.js";

const ROWS_SHOWN = 60;

export function SimulationForm({ plan, names, simulated, setSimulated, simulation, problems, segments, rate }) {
  const set = members => setSimulated(current => ({ ...current, ...members }));
  if (!names.length)
    return html`<p class="simulate small muted">${plan.steps.length > 1 ? "Add an alarm to simulate how it rolls the deployment back." : ""}</p>`;
  const { name } = simulated;
  const invalid = problems.some(({ path }) => path === "/atSeconds");
  return html`<div class="simulate"><label class="check"><input type="checkbox" checked=${simulated.enabled} onChange=${event => set({ enabled: event.target.checked })}/>Simulate an alarm</label>
    ${
      simulated.enabled &&
      html`<label class="inline">Alarm <select value=${name} onChange=${event => set({ name: event.target.value })}>${names.map(alarm => html`<option key=${alarm} value=${alarm} selected=${alarm === name}>${alarm}</option>`)}</select></label>
      <label class="inline">in state ALARM at minute <input class="minute" inputmode="decimal" value=${simulated.minute} aria-invalid=${invalid ? "true" : undefined} aria-describedby=${invalid ? "minute-fault" : undefined} onInput=${event => set({ minute: event.target.value })}/></label>`
    }</div>
    <${FieldError} problems=${problems} path="/atSeconds" id="minute-fault"/>
    ${simulated.enabled && simulation && html`<${Outcome} ...${{ simulation, plan, segments, rate }}/>`}`;
}

function Outcome({ simulation, plan, segments, rate }) {
  const { outcome, endedAtSeconds, unusedEvents = [] } = simulation;
  const [version, ended] = [data.parseVersion(plan.target), endedAtSeconds * 1000];
  const until = segments.filter(({ start }) => start < ended).map(segment => ({ ...segment, end: Math.min(segment.end, ended) }));
  const { expected, low, high } = expectVersion(
    until.filter(({ end }) => end > 0),
    version,
    rate,
  );
  const starts =
    rate > 0 ? ` Until then, about ${formatNumber(expected)} starts (${formatNumber(low)} to ${formatNumber(high)}) run v${version}.` : "";
  const at = data.formatElapsed(ended);
  if (outcome.result === "rolledBack") {
    const alarm = simulation.entries.find(({ entry, event }) => entry === "event" && event.state === "ALARM");
    const seconds = alarm ? endedAtSeconds - alarm.atSeconds : 0;
    const delay = seconds > 0 ? `, at the check ${seconds} s after the alarm` : "";
    return html`<p class="simulated bad-edge" role="status"><strong><span aria-hidden="true">← </span>Rolled back at ${at}</strong>${delay}.${starts} <span class="muted">${outcome.message}</span></p>`;
  }
  const late = unusedEvents.length ? " The alarm goes off after that and has no effect." : "";
  return html`<p class="simulated" role="status"><strong>${outcome.result === "succeeded" ? `Succeeds at ${at}.` : `Ends at ${at}: ${outcome.message ?? outcome.result}`}</strong>${late}</p>`;
}

export function SimulatedCalls({ simulation }) {
  const [all, setAll] = useState(false);
  const rows = data.listSimulatedCalls(simulation);
  const shown = all ? rows : rows.slice(0, ROWS_SHOWN);
  const time = ({ atSeconds, untilSeconds }) =>
    data.formatElapsed(atSeconds * 1000) + (untilSeconds > atSeconds ? ` to ${data.formatElapsed(untilSeconds * 1000)}` : "");
  return html`<details class="calls"><summary>Show the simulated calls</summary><div class="scroll" tabindex="0" role="region" aria-label="Simulated calls"><table><thead><tr><th scope="col">Time</th><th scope="col">Call</th><th scope="col">Result</th></tr></thead>
    <tbody>${shown.map(row => {
      const { call, result, isEvent } = describeSimulated(row);
      return html`<tr class=${isEvent ? "event" : ""}><td class="mono">${time(row)}</td><td>${call}</td><td>${result}</td></tr>`;
    })}</tbody></table></div>${rows.length > shown.length && html`<button type="button" onClick=${() => setAll(true)}>Show all ${formatNumber(rows.length)}</button>`}</details>`;
}
