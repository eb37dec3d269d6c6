// Executions as a table.

import { html } from "../vendor/vendor.js";
import { callAws } from "../client.js";
import { Status, Table, Time, VersionBadge } from "../components.js";
import { formatDuration, lastPart, toMillis } from "../format.js";
import { useNow } from "../live.js";
import { link } from "../routes.js";

// ListExecutions has no errors. Ended executions do not change, so each is described once.
const MAX_ERRORS = 500;
const errors = new Map();

/** Reads a page of executions, with the errors of those that failed. */
export async function readExecutions(input, options) {
  const page = await callAws("ListExecutions", input, options);
  const failed = page.executions.filter(({ status }) => status === "FAILED" || status === "TIMED_OUT");
  await Promise.all(failed.map(({ executionArn }) => readError(executionArn, options)));
  return { ...page, executions: page.executions.map(execution => ({ ...execution, error: errors.get(execution.executionArn) })) };
}

async function readError(executionArn, options) {
  if (errors.has(executionArn)) return;
  const { error, cause } = await callAws("DescribeExecution", { executionArn }, options).catch(() => ({}));
  if (errors.size >= MAX_ERRORS) errors.delete(errors.keys().next().value);
  errors.set(executionArn, [error, cause].filter(Boolean).join(": "));
}

const COLUMNS = [
  { title: "Status" },
  { title: "Version" },
  { title: "Alias" },
  { title: "Name" },
  { title: "Started", num: true },
  { title: "Duration", num: true },
];

export function ExecutionTable({ name, executions, roles = () => "", style = "time" }) {
  if (executions.length === 0) return html`<p class="muted">No executions.</p>`;
  return html`<${Table} label="Executions" columns=${COLUMNS} class="stack executions">
    ${executions.map(execution => html`<${ExecutionRow} key=${execution.executionArn} name=${name} execution=${execution} roles=${roles} style=${style}/>`)}</${Table}>`;
}

function ExecutionRow({ name, execution, roles, style }) {
  const { status, stateMachineVersionArn, stateMachineAliasArn, startDate, stopDate, error } = execution;
  const version = stateMachineVersionArn ? Number(lastPart(stateMachineVersionArn)) : undefined;
  return html`<tr><td><${Status} status=${status}/></td>
    <td>${version === undefined ? html`<span class="muted small">unqualified</span>` : html`<${VersionBadge} version=${version} role=${roles(version)}/>`}</td>
    <td data-k="Alias">${stateMachineAliasArn ? lastPart(stateMachineAliasArn) : html`<span class="muted">none</span>`}</td>
    <td class="clip full"><a href=${link.execution(name, execution.name)} class="mono">${execution.name}</a>
      ${error && html`<br/><span class="small muted">${error}</span>`}</td>
    <td class="num muted"><${Time} millis=${toMillis(startDate)} style=${style}/></td>
    <td class="num muted"><${Duration} startMillis=${toMillis(startDate)} stopMillis=${toMillis(stopDate)}/></td></tr>`;
}

/** The duration of an execution, until now if it runs. */
export const Duration = ({ startMillis, stopMillis }) =>
  stopMillis === undefined ? html`<${RunningDuration} startMillis=${startMillis}/>` : formatDuration(stopMillis - startMillis);

function RunningDuration({ startMillis }) {
  const seconds = Math.floor((useNow() - startMillis) / 1000);
  return seconds < 1 ? "0 s" : formatDuration(seconds * 1000);
}
