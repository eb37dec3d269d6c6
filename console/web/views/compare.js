// The definitions of two versions side by side, with a summary of the changed states.

import { html, useEffect, useMemo, useState } from "../vendor/vendor.js";
import { callAws } from "../client.js";
import { Card, CopyButton, LoadError, Loading, Page, Table, VersionBadge } from "../components.js";
import { compareLines, compareStates, foldRows, stackRows } from "../definition.js";
import { formatJson, formatNumber, plural } from "../format.js";
import { useData } from "../live.js";
import { go, link } from "../routes.js";
import { useVersions } from "../versions.js";

const MAX_ROWS = 1500;
const NARROW = "(max-width: 860px)";

export default function Compare({ route }) {
  const { name, stateMachineArn: arn, from, to } = route;
  const read = version => options => callAws("DescribeStateMachine", { stateMachineArn: `${arn}:${version}` }, options);
  // A version never changes; it can be deleted.
  const settings = version => ({ keys: [arn, version], arn, kinds: ["version"] });
  const before = useData(read(from), settings(from));
  const after = useData(read(to), settings(to));
  const versions = useVersions(arn, [from, to]);
  const error = before.error ?? after.error;
  const actions = html`<a class="button" href=${link.compare(name, to, from)}>Swap</a>`;
  return html`<${Page} title=${`Compare v${from} and v${to}`} lead=${`Definitions of two versions of ${name}`} crumbs=${[[name, link.stateMachine(name)], ["Compare"]]} actions=${actions}>
    <${Choice} ...${{ name, from, to, versions }}/>
    ${error ? html`<${LoadError} error=${error}/>` : before.data && after.data ? html`<${Comparison} before=${{ version: from, ...before.data }} after=${{ version: to, ...after.data }}/>` : html`<${Loading} what="the definitions"/>`}</${Page}>`;
}

function Choice({ name, from, to, versions }) {
  const select = (
    label,
    value,
    onChange,
  ) => html`<label class="inline">${label} <select value=${String(value)} onChange=${event => onChange(Number(event.target.value))}>
    ${versions.numbers.map(number => html`<option key=${number} value=${String(number)} selected=${number === value}>v${number}</option>`)}</select></label>`;
  return html`<div class="toolbar">${select("Before", from, version => go(link.compare(name, version, to)))}${select("After", to, version => go(link.compare(name, from, version)))}</div>`;
}

function Comparison({ before, after }) {
  const [old, fresh] = [before.definition, after.definition];
  const states = useMemo(() => compareStates(old, fresh), [old, fresh]);
  const rows = useMemo(() => compareLines(formatJson(old), formatJson(fresh)), [old, fresh]);
  return html`<${Summary} ...${{ before, after, states }}/>
    <${Card} title="Definition" note=${html`<${CopyButton} text=${old} label="of the definition" title=${`Copy v${before.version}`}/> <${CopyButton} text=${fresh} label="of the definition" title=${`Copy v${after.version}`}/>`}>
      ${rows ? html`<${Lines} ...${{ before, after, rows }}/>` : html`<${Whole} ...${{ before, after }}/>`}</${Card}>`;
}

const CHANGES = { added: ["+", "added"], removed: ["−", "removed"], changed: ["±", "changed"] };

function Summary({ before, after, states }) {
  const settings = ["roleArn", "type"].filter(key => before[key] !== after[key]);
  const description = (before.description ?? "") !== (after.description ?? "");
  const none = states?.length === 0 && settings.length === 0 && !description;
  return html`<${Card} title="Changes">
    ${!states && html`<p class="muted">One of the definitions is not a JSON object, so only its lines are compared.</p>`}
    ${none && html`<p>The versions are equal.</p>`}
    ${
      !none &&
      html`<${Table} label="Changes" columns=${[{ title: "State" }, { title: "Change" }, { title: "Details" }]}>
      ${description && html`<${ChangeRow} label="Description" change="changed" details=${[`from “${before.description || "none"}” to “${after.description || "none"}”`]}/>`}
      ${settings.map(key => html`<${ChangeRow} key=${key} label=${key} change="changed" details=${[`from ${before[key]} to ${after[key]}`]}/>`)}
      ${(states ?? []).map(({ name, change, details }) => html`<${ChangeRow} key=${name} mono=${name !== ""} label=${name || "Workflow"} ...${{ change, details }}/>`)}</${Table}>`
    }</${Card}>`;
}

function ChangeRow({ label, change, details, mono }) {
  const [sign, word] = CHANGES[change];
  return html`<tr><td class=${mono ? "mono wrap" : "muted"}>${label}</td><td class="strong nowrap"><span aria-hidden="true">${sign}</span> ${word}</td>
    <td class="full wrap">${details.map((text, index) => html`<div key=${index}>${text}</div>`)}</td></tr>`;
}

function useNarrow() {
  const [narrow, setNarrow] = useState(() => matchMedia(NARROW).matches);
  useEffect(() => {
    const query = matchMedia(NARROW);
    const change = () => setNarrow(query.matches);
    query.addEventListener("change", change);
    return () => query.removeEventListener("change", change);
  }, []);
  return narrow;
}

function Lines({ before, after, rows }) {
  const narrow = useNarrow();
  const [open, setOpen] = useState(new Set());
  const [limit, setLimit] = useState(MAX_ROWS);
  const items = useMemo(() => foldRows(narrow ? stackRows(rows) : rows), [rows, narrow]);
  const show = index => setOpen(new Set([...open, index]));
  const shown = items.flatMap((item, index) => (item.folded && open.has(index) ? item.rows : [item.folded ? { ...item, index } : item]));
  const columns = narrow ? 3 : 6;
  return html`<div class="diff" tabindex="0" role="region" aria-label=${`Definitions of v${before.version} and v${after.version}, line by line`}>
    <table><colgroup><col class="n"/><col class="s"/><col/>${!narrow && html`<col class="n"/><col class="s"/><col/>`}</colgroup>
    <thead><tr><${HeadCells} ...${{ before, after, narrow }}/></tr></thead>
    <tbody>${shown.slice(0, limit).map(item => (item.folded ? html`<${Folded} item=${item} columns=${columns} onShow=${show}/>` : html`<tr>${item.map(cell => html`<${Cells} cell=${cell}/>`)}</tr>`))}</tbody></table></div>
    ${shown.length > limit && html`<p class="more"><button type="button" onClick=${() => setLimit(limit + MAX_ROWS)}>Show ${formatNumber(Math.min(MAX_ROWS, shown.length - limit))} more lines</button></p>`}`;
}

function HeadCells({ before, after, narrow }) {
  const [left, right] = [html`<${Heading} ...${before} role="current"/>`, html`<${Heading} ...${after} role="new"/>`];
  return narrow
    ? html`<th colspan="3">${left}<br/>${right}</th>`
    : html`<th colspan="3" scope="colgroup">${left}</th><th colspan="3" scope="colgroup">${right}</th>`;
}

const Folded = ({ item, columns, onShow }) => html`<tr class="fold"><td colspan=${columns}>
  <button type="button" class="plain" onClick=${() => onShow(item.index)}>Show ${plural(item.folded, "equal line")}</button></td></tr>`;

const Heading = ({ version, role, description }) =>
  html`<${VersionBadge} version=${version} role=${role}/> <span class="wrap">${description}</span>`;

function Cells({ cell }) {
  if (!cell) return html`<td class="n none"></td><td class="s none"></td><td class="none"></td>`;
  const { n, text, kind = "" } = cell;
  const sign =
    kind &&
    html`<span aria-hidden="true">${kind === "add" ? "+" : "−"}</span><span class="sr">${kind === "add" ? "added" : "removed"}</span>`;
  return html`<td class=${`n ${kind}`}>${n}</td><td class=${`s ${kind}`}>${sign}</td><td class=${kind}>${text}</td>`;
}

const Whole = ({ before, after }) => html`<p class="muted">The definitions differ in too many lines to compare them here.</p>
  <div class="cols">${[before, after].map(({ version, definition }) => html`<div key=${version} class="call"><pre>${formatJson(definition)}</pre></div>`)}</div>`;
