// Components that all views use.
//
//   Time({millis, style})           local time with UTC in its title; style 'date' (default), 'time' or 'full'
//   Split({routing, thin})          bar of [{version, weight, role}]; roles are assigned if they are missing
//   VersionBadge({version, role, href})
//   CopyButton({text, label, title})  `label` names what is copied, for screen readers
//   Paste({text, label})            lines to paste with a copy button
//   CallPanel({operation, input})   the same call for AWS CLI and boto3; with `request: {path, body}` for curl instead
//   FieldError({error, problems, path, onFix, fixLabel, id})
//     the problem of the input member `path` (a JSON pointer; '' for the request), AWS's error with its code and what to do;
//     with `onFix(problem)` a button `fixLabel` that applies the fix. Renders nothing without a problem.
//   Field({label, path, error, problems, onFix, fixLabel, hint, children}) label, control and its FieldError;
//     `children` is a function of {id, invalid, describedBy} that renders the control
//   Dialog({title, onClose, children, wide})  modal dialog; focus returns to the control that opened it
//   OperationDialog({title, operation, input, path, onClose, onDone, submit, danger, children, disabled})
//     a dialog that checks and sends one operation: `children({error, problems})` renders its fields
//   Banner({kind, title, children, actions})  kind: 'info' or 'bad'
//   EmptyState({title, lead, steps: [{title, text, label}], children})
//   Status({status, error})         execution status with its sign
//   Page({title, lead, crumbs: [[text, href]], actions, children})  heading, title of the document, path in the top bar
//   Card({title, note, id, children, actions}), Loading({what}), LoadError({error, reload}), NotFound({message}), Json({text, label})
//   Table({label, columns: [{title, num, hidden}], children})
//   notify(content)                 shows the result of a change, for up to 10 s
//   TokenPages({label, tokens, setTokens, nextToken})  pages of an AWS list, by its tokens
//   useOperation(operation) -> {run(input), busy, error, problems, clear, check(input)}

import { html, useEffect, useRef, useState } from "./vendor/vendor.js";
import { callAws, checkInput, createStore, getEndpoint, getScope } from "./client.js";
import { describeCall, describeRequest } from "./calls.js";
import { assignRoles, formatJson, formatTime, formatUtc } from "./format.js";
import { useStore } from "./live.js";
import { link } from "./routes.js";

export const pageState = createStore({ title: "", crumbs: [] });

export const Time = ({ millis, style }) =>
  millis === undefined || millis === null
    ? ""
    : html`<time datetime=${new Date(millis).toISOString()} title=${formatUtc(millis)}>${formatTime(millis, style)}</time>`;

export const VersionBadge = ({ version, role = "", href }) => {
  const text = version === null || version === undefined ? "unqualified" : `v${version}`;
  return href ? html`<a class=${`v ${role}`} href=${href}>${text}</a>` : html`<span class=${`v ${role}`}>${text}</span>`;
};

/** A routing as a bar. The newer version is also hatched, so that no meaning depends on color. */
export function Split({ routing, thin }) {
  const assigned = routing.some(({ role }) => role) ? routing : assignRoles(routing);
  // The version before is first in every view, whatever the order in the routing configuration.
  const routes = [...assigned].sort((one, other) => Number(one.role === "new") - Number(other.role === "new"));
  const words = routes.map(({ version, weight }) => `version ${version} ${weight}%`).join(", ");
  return html`<div class=${`split${thin ? " thin" : ""}`} role="img" aria-label=${words}>
    ${routes
      .filter(({ weight }) => weight > 0)
      .map(
        ({ version, weight, role }) => html`<span key=${version} class=${role} style=${{ flexGrow: weight }}>
      ${thin ? "" : html`<b>v${version}<i> ${weight}%</i></b>`}</span>`,
      )}</div>`;
}

export function CopyButton({ text, label, title = "Copy", class: name = "" }) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return undefined;
    const timer = setTimeout(() => setCopied(false), 2000);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = async event => setCopied(await copyText(text, event.currentTarget));
  return html`<button type="button" class=${name} aria-label=${`${copied ? "Copied" : title} ${label}`} onClick=${copy}>${copied ? "Copied" : title}</button>`;
}

/** Copies a text, also on plain HTTP, where browsers offer no `navigator.clipboard`. Returns whether it worked. */
async function copyText(text, button) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = document.createElement("textarea");
    area.value = text;
    area.className = "sr";
    button.after(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    button.focus();
    return done;
  }
}

export const Paste = ({ text, label }) => html`<div class="paste"><pre>${text}</pre><${CopyButton} text=${text} label=${label}/></div>`;

const CALLS = { cli: "AWS CLI", boto3: "boto3", curl: "curl" };
const chosenCall = createStore({ kind: "cli" });

/** The equivalent call of what a control does. */
export function CallPanel({ operation, input, request }) {
  const { kind: chosen } = useStore(chosenCall);
  const calls = request ? describeRequest(request.path, request.body, getEndpoint()) : describeCall(operation, input, getEndpoint());
  const kind = chosen in calls ? chosen : Object.keys(calls)[0];
  return html`<div class="callpanel"><div class="callhead"><h3>The same call</h3><div class="actions">
    ${
      Object.keys(calls).length > 1 &&
      html`<span class="tabs" role="group" aria-label="Program of the call">
      ${Object.keys(calls).map(key => html`<button type="button" key=${key} aria-pressed=${key === kind} onClick=${() => chosenCall.set({ kind: key })}>${CALLS[key]}</button>`)}</span>`
    }
    <${CopyButton} text=${calls[kind]} label=${`the ${CALLS[kind]} call`}/></div></div>
    <div class="call" tabindex="0" role="region" aria-label=${`${CALLS[kind]} call`}><pre>${calls[kind]}</pre></div></div>`;
}

/** Selects the problem of a member: its own, or AWS's error if no problem states another member. */
export function selectProblem({ error, problems = [], path }) {
  const own = problems.find(problem => problem.path === path || (path !== "" && problem.path.startsWith(`${path}/`)));
  if (own) return own;
  return path === "" && error && problems.length === 0 ? { path, code: "", error: error.code, message: error.message, fix: "" } : undefined;
}

export function FieldError({ error, problems, path = "", onFix, fixLabel = "Apply the fix", id }) {
  const problem = selectProblem({ error, problems, path });
  if (!problem) return null;
  return html`<div class="fault" id=${id} role="alert"><span class="sign" aria-hidden="true">!</span>
    <p class="strong">${problem.message}</p>
    <p class="small">${problem.fix && `To fix it: ${problem.fix}. `}<span class="muted">${problem.error}</span></p>
    ${onFix && html`<div class="actions"><button type="button" onClick=${() => onFix(problem)}>${fixLabel}</button></div>`}</div>`;
}

let idCount = 0;

/** Returns an id for an element of this component. */
function useElementId(prefix) {
  const [id] = useState(() => {
    idCount += 1;
    return `${prefix}-${idCount}`;
  });
  return id;
}

export function Field({ label, path, error, problems, onFix, fixLabel, hint, children }) {
  const id = useElementId("field");
  const invalid = path !== undefined && Boolean(selectProblem({ error, problems, path }));
  const describedBy = [hint && `${id}-hint`, invalid && `${id}-error`].filter(Boolean).join(" ") || undefined;
  return html`<div class="field"><label for=${id}>${label}</label>
    ${children({ id: id, invalid: invalid ? "true" : undefined, describedBy })}
    ${hint && html`<p class="hint" id=${`${id}-hint`}>${hint}</p>`}
    ${invalid && html`<${FieldError} ...${{ error, problems, path, onFix, fixLabel }} id=${`${id}-error`}/>`}</div>`;
}

export function Dialog({ title, onClose, children, wide }) {
  const ref = useRef();
  useEffect(() => {
    const opener = document.activeElement;
    ref.current.showModal();
    return () => opener?.isConnected && opener.focus();
  }, []);
  const close = event => event.target === ref.current && onClose();
  return html`<dialog ref=${ref} class=${wide ? "wide" : ""} aria-labelledby="dialog-title" onClose=${onClose} onMouseDown=${close}>
    <div class="body"><header><h2 id="dialog-title">${title}</h2><button type="button" class="plain" aria-label="Close" onClick=${onClose}>✕</button></header>
    ${children}</div></dialog>`;
}

/** One AWS operation of a form: sends it, and explains its error with the problems that `check` finds. */
export function useOperation(operation) {
  const [state, setState] = useState({ busy: false });
  const check = async input => {
    const problems = await checkInput(operation, input).catch(() => []);
    setState(current => ({ ...current, error: undefined, problems }));
    return problems;
  };
  const run = async input => {
    setState({ busy: true });
    try {
      const output = await callAws(operation, input);
      setState({ busy: false });
      return output;
    } catch (error) {
      const problems = error.status === 400 ? await checkInput(operation, input).catch(() => []) : [];
      setState({ busy: false, error, problems });
      return undefined;
    }
  };
  return { ...state, run, check, clear: () => setState({ busy: false }) };
}

export function OperationDialog({ title, operation, input, onClose, onDone, submit, danger, children, disabled, wide }) {
  const { run, busy, error, problems } = useOperation(operation);
  const send = async event => {
    event.preventDefault();
    if (busy || disabled) return;
    const output = await run(input);
    if (output) onDone(output);
  };
  return html`<${Dialog} title=${title} onClose=${onClose} wide=${wide}><form onSubmit=${send} novalidate>
    ${children({ error, problems })}
    <${FieldError} error=${error} problems=${problems} path=""/>
    <div class="actions"><button class=${danger ? "first danger" : "first"} aria-disabled=${busy || disabled ? "true" : undefined}>${submit}</button>
      <button type="button" onClick=${onClose}>Cancel</button></div>
    <${CallPanel} operation=${operation} input=${input}/></form></${Dialog}>`;
}

export const Banner = ({ kind = "info", title, children, actions, live = true }) =>
  html`<div class=${`banner ${kind}`} role=${live ? (kind === "bad" ? "alert" : "status") : undefined}><span><strong>${title}</strong> ${children}</span>
    ${actions && html`<span class="actions">${actions}</span>`}</div>`;

export const EmptyState = ({ title, lead, steps = [], children }) => html`<div class="empty"><h2>${title}</h2>
  ${lead && html`<p class="lead">${lead}</p>`}
  ${steps.length > 0 && html`<ol class="steps">${steps.map(step => html`<li key=${step.title}><h3>${step.title}</h3><${Paste} text=${step.text} label=${step.label}/></li>`)}</ol>`}
  ${children}</div>`;

const SIGNS = { RUNNING: "…", SUCCEEDED: "✓", FAILED: "✕", TIMED_OUT: "✕", ABORTED: "■", PENDING_REDRIVE: "…" };

export const Status = ({ status }) =>
  html`<span class=${`status ${status.toLowerCase()}`}><span aria-hidden="true">${SIGNS[status] ?? "?"}</span> ${status}</span>`;

const notices = createStore({ list: [], count: 0 });
const NOTICE_MILLIS = 10000;

/** Shows the result of a change until it is closed, for up to 10 s. */
export function notify(content) {
  const { list, count } = notices.get();
  notices.set({ list: [...list, { id: count, content }].slice(-3), count: count + 1 });
  setTimeout(() => closeNotice(count), NOTICE_MILLIS);
}

const closeNotice = id => notices.set({ list: notices.get().list.filter(notice => notice.id !== id) });

export const Notices = () =>
  html`<div class="notices" role="status">${useStore(notices).list.map(
    ({ id, content }) =>
      html`<p key=${id}><span>${content}</span><button type="button" class="plain" aria-label="Close" onClick=${() => closeNotice(id)}>✕</button></p>`,
  )}</div>`;

export function Page({ title, lead, crumbs = [], actions, children }) {
  useEffect(() => pageState.set({ title, crumbs }), [title, JSON.stringify(crumbs)]);
  return html`<div class="head"><div><h1 tabindex="-1">${title}</h1>${lead && html`<p>${lead}</p>`}</div>
    ${actions && html`<div class="actions">${actions}</div>`}</div>${children}`;
}

export function Card({ title, note, children, class: name = "" }) {
  const id = useElementId("card");
  return html`<section class=${`card ${name}`} aria-labelledby=${title ? id : undefined}>
    ${title && html`<header><h2 id=${id}>${title}</h2>${note && html`<span class="muted small">${note}</span>`}</header>`}
    ${children}</section>`;
}

export const Table = ({ label, columns, children, class: name = "stack" }) => html`<table class=${name} aria-label=${label}>
  <thead><tr>${columns.map(({ title, num, hidden }) => html`<th scope="col" class=${num ? "num" : ""}>${hidden ? html`<span class="sr">${title}</span>` : title}</th>`)}</tr></thead>
  <tbody>${children}</tbody></table>`;

export const Loading = ({ what = "data" }) => html`<p class="muted loading">Reading ${what}…</p>`;

const NOT_FOUND = ["StateMachineDoesNotExist", "ExecutionDoesNotExist", "ResourceNotFound"];

/** The error of a value that a view reads. */
export function LoadError({ error, reload }) {
  if (NOT_FOUND.includes(error.code)) return html`<${NotFound} message=${error.message}/>`;
  return html`<div class="fault" role="alert"><span class="sign" aria-hidden="true">!</span>
  <p class="strong">${error.message}</p><p class="small muted">${error.code}</p>
  ${reload && html`<div class="actions"><button type="button" onClick=${reload}>Read again</button></div>`}</div>`;
}

export function NotFound({ message }) {
  const { account, region } = getScope();
  return html`<div class="empty"><h2>Not found</h2><p class="lead">${message}</p>
    <p class="lead">This page shows account ${account} in ${region}. The resource may have been deleted, or it may belong to another account or region.</p>
    <p><a class="button" href=${link.overview()}>All state machines</a></p></div>`;
}

/** JSON, indented, with a copy button for the original text. */
export const Json = ({ text, label }) => html`<div class="json"><${CopyButton} text=${text} label=${label}/>
  <div class="call" tabindex="0" role="region" aria-label=${label}><pre>${formatJson(text)}</pre></div></div>`;

export function TokenPages({ label, tokens, setTokens, nextToken }) {
  if (tokens.length === 0 && !nextToken) return null;
  return html`<nav class="pages" aria-label=${label}><span class="muted small">Page ${tokens.length + 1}</span>
    <button type="button" aria-disabled=${tokens.length ? undefined : "true"} onClick=${() => setTokens(tokens.slice(0, -1))}>Previous</button>
    <button type="button" aria-disabled=${nextToken ? undefined : "true"} onClick=${() => nextToken && setTokens([...tokens, nextToken])}>Next</button></nav>`;
}
