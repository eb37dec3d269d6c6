// The form of an alias, for CreateStateMachineAlias and UpdateStateMachineAlias.
//
//   AliasEditor({stateMachineArn, versions, alias, deployment, onSaved, onChange})
//     onSaved(name) after the call, onChange(form) after each change
//     alias: output of DescribeStateMachineAlias, undefined for a new alias; versions: of useVersions
//
// The endpoint's `check` reports the problems of what is typed; AWS's error of the call itself is shown as well.

import { html, useEffect, useRef, useState } from "../vendor/vendor.js";
import { callAws, checkInput } from "../client.js";
import { CallPanel } from "../components.js";
import { assignRoles } from "../format.js";
import {
  addRoute,
  createForm,
  readWeight,
  removeRoute,
  setShare,
  setVersion,
  setWeight,
  suggestFixes,
  toCreateInput,
  toUpdateInput,
} from "../alias-form.js";
import { link } from "../routes.js";

const CHECK_DELAY = 250;

/** The problems of an input while it is typed. None without an input. */
function useCheck(operation, input) {
  const [checked, setChecked] = useState({ problems: [] });
  const text = input && JSON.stringify(input);
  useEffect(() => {
    if (!text) return undefined;
    const controller = new AbortController();
    const check = () =>
      checkInput(operation, JSON.parse(text), { signal: controller.signal }).then(
        problems => setChecked({ text, problems }),
        () => {},
      );
    const timer = setTimeout(check, CHECK_DELAY);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [operation, text]);
  return text ? checked.problems : [];
}

/** The form's values. Unless the person has changed them, they follow the alias. */
function useForm(alias, versions) {
  const newest = versions.numbers[0];
  const base = JSON.stringify([alias ? [alias.updateDate, alias.description, alias.routingConfiguration] : newest]);
  const [state, setState] = useState({ base, form: createForm(alias, newest) });
  const isStale = state.base !== base;
  const follows = isStale && !state.isEdited;
  const current = follows ? { base, form: createForm(alias, newest) } : state;
  useEffect(() => {
    if (follows) setState(current);
  }, [follows, base]);
  return {
    form: current.form,
    isEdited: Boolean(current.isEdited),
    isStale: isStale && !follows,
    change: form => setState({ base, form, isEdited: true }),
    reset: () => setState({ base, form: createForm(alias, newest) }),
  };
}

/** The form, its problems, and the call that saves it. */
function useEditor({ stateMachineArn, versions, alias, onSaved }) {
  const operation = alias ? "UpdateStateMachineAlias" : "CreateStateMachineAlias";
  const { form, isEdited, isStale, change, reset } = useForm(alias, versions);
  const [result, setResult] = useState({});
  const input = alias ? toUpdateInput(form, alias, stateMachineArn) : toCreateInput(form, stateMachineArn);
  const hasChange = !alias || "description" in input || "routingConfiguration" in input;
  const checked = useCheck(operation, hasChange ? input : undefined);
  // A new form is empty: that is not yet a problem.
  const isTyped = ({ path }) => Boolean(result.error) || !(path === "/name" && form.name === "");
  const problems = checked.filter(isTyped);
  const edit = next => {
    setResult({});
    change(next);
  };
  const save = async event => {
    event.preventDefault();
    if (result.isBusy || !hasChange) return;
    setResult({ isBusy: true });
    setResult(
      await callAws(operation, input).then(
        output => ({ output }),
        error => ({ error }),
      ),
    );
  };
  const undo = () => {
    reset();
    setResult({});
  };
  useEffect(() => {
    if (!result.output) return;
    reset();
    onSaved(form.name);
  }, [result.output]);
  return { operation, form, input, problems, result, hasChange, isEdited, isStale, edit, save, undo };
}

/** The form of an alias. */
export function AliasEditor({ stateMachineArn, versions, alias, deployment, onSaved, onChange }) {
  const editor = useEditor({ stateMachineArn, versions, alias, onSaved });
  const { operation, form, input, problems, result, hasChange, edit } = editor;
  const ref = useRef();
  useEffect(() => onChange?.(form), [form]);
  useEffect(() => {
    if (result.error) ref.current.querySelector("[aria-invalid=true]")?.focus();
  }, [result.error]);
  const fixesOf = problem => suggestFixes(problem, form, versions.numbers).map(fix => ({ ...fix, apply: () => edit(fix.form) }));
  const problemsAt = matches => problems.filter(({ path }) => matches(path)).map(problem => ({ ...problem, fixes: fixesOf(problem) }));
  const fields = { form, edit, problemsAt, versions, deployment };
  return html`<section class="card editor" aria-labelledby="editor"><header><h2 id="editor">${alias ? `Change ${alias.name}` : "New alias"}</h2><span class="muted small">${operation}</span></header>
    <form ref=${ref} onSubmit=${editor.save} novalidate>
      ${editor.isStale && html`<${Stale} undo=${editor.undo}/>`}
      ${!alias && html`<${NameField} ...${fields}/>`}
      <${RoutingFields} ...${fields}/>
      <${DescriptionField} ...${fields}/>
      <${RequestError} error=${result.error} problems=${problems} form=${form} stateMachineArn=${stateMachineArn}/>
      ${deployment && "routingConfiguration" in input && html`<p class="small gap warning"><span aria-hidden="true">!</span> A deployment is under way. It stops if you change the routing.</p>`}
      <${EditorActions} alias=${alias} editor=${editor}/>
      <${CallPanel} operation=${operation} input=${hasChange ? input : { ...input, routingConfiguration: alias.routingConfiguration }}/>
    </form></section>`;
}

function EditorActions({ alias, editor: { result, hasChange, isEdited, undo } }) {
  const isSaved = result.output && !isEdited;
  return html`<div class="actions gap"><button class="first" aria-disabled=${result.isBusy || !hasChange ? "true" : undefined} aria-describedby=${hasChange ? undefined : "unchanged"}>${alias ? `Update ${shorten(alias.name)}` : "Create the alias"}</button>
    ${isEdited && html`<button type="button" onClick=${undo}>Reset</button>`}
    ${!hasChange && !isSaved && html`<span class="muted small" id="unchanged">No changes</span>`}
    <span class="small" role="status">${isSaved && html`<span class="ok" aria-hidden="true">✓</span> ${alias ? "Updated." : "Created."}`}</span></div>`;
}

const shorten = text => (text.length > 24 ? `${text.slice(0, 23)}…` : text);

const Stale = ({
  undo,
}) => html`<div class="notice" role="status"><p>The alias has changed since you began. Your values are not those of the alias now.</p>
  <button type="button" onClick=${undo}>Show the alias as it is now</button></div>`;

/** The problems of a field: AWS's text, what to do, and buttons that do it. */
function FieldProblems({ id, problems }) {
  return html`<div id=${id} class="problems" aria-live="polite">${problems.map(
    problem => html`<div class="fault" key=${`${problem.path} ${problem.code}`}><span class="sign" aria-hidden="true">!</span>
    <p class="strong">${problem.message}</p>
    <p class="small">To fix it: ${problem.fix}. <span class="muted">${problem.error}</span></p>
    ${problem.fixes.length > 0 && html`<div class="actions">${problem.fixes.map(fix => html`<button type="button" key=${fix.label} onClick=${fix.apply}>${fix.label}</button>`)}</div>`}</div>`,
  )}</div>`;
}

const invalid = problems => (problems.length > 0 ? "true" : undefined);

function NameField({ form, edit, problemsAt }) {
  const problems = problemsAt(path => path === "/name");
  return html`<div class="field"><label for="alias-name">Name</label>
    <input id="alias-name" value=${form.name} onInput=${event => edit({ ...form, name: event.target.value })} autocomplete="off" autocapitalize="off" spellcheck=${false}
      placeholder="PROD" required aria-invalid=${invalid(problems)} aria-describedby="alias-name-problems"/>
    <${FieldProblems} id="alias-name-problems" problems=${problems}/></div>`;
}

function DescriptionField({ form, edit, problemsAt }) {
  const problems = problemsAt(path => path === "/description");
  return html`<div class="field"><label for="alias-description">Description <span class="muted">(optional)</span></label>
    <textarea id="alias-description" rows="2" dir="auto" class="prose" value=${form.description} onInput=${event => edit({ ...form, description: event.target.value })}
      aria-invalid=${invalid(problems)} aria-describedby="alias-description-problems"></textarea>
    <${FieldProblems} id="alias-description-problems" problems=${problems}/></div>`;
}

function RoutingFields({ form, edit, problemsAt, versions, deployment }) {
  const isSplit = form.routes.length > 1;
  const roles = rolesOf(form, deployment);
  const sum = problemsAt(path => path === "/routingConfiguration");
  const describedBy = "routing-problems";
  return html`<fieldset class="routing"><legend>Routing</legend>
    ${form.routes.map(
      (
        route,
        index,
      ) => html`<${RouteFields} key=${index} ...${{ form, edit, index, route, versions, sum, describedBy }} role=${roles[index]}
      problems=${problemsAt(path => path.startsWith(`/routingConfiguration/${index}/`))}/>`,
    )}
    <${FieldProblems} id=${describedBy} problems=${sum}/>
    ${
      isSplit
        ? html`<${ShareSlider} form=${form} edit=${edit} roles=${roles}/>
      <label class="check"><input type="checkbox" checked=${form.isLinked} onChange=${event => edit(link100(form, event.target.checked))}/>Keep the sum of the weights at 100</label>`
        : html`<p class="small muted">All starts run this version. <button type="button" class="inline" onClick=${() => edit(addRoute(form, versions.numbers))}>Add a second version</button></p>`
    }
  </fieldset>`;
}

/** Links the weights. The second becomes the rest of the first, if the first is a weight. */
function link100(form, isLinked) {
  const first = readWeight(form.routes[0].weight);
  return isLinked && first !== null ? setShare({ ...form, isLinked }, first) : { ...form, isLinked };
}

function rolesOf(form, deployment) {
  const roles = assignRoles(
    form.routes.map(({ version, weight }) => ({ version, weight })),
    deployment ?? {},
  );
  return roles.map(({ role }) => role);
}

function RouteFields({ form, edit, index, route, versions, role, problems, sum, describedBy }) {
  const id = part => `route-${index}-${part}`;
  const own = suffix => problems.filter(({ path }) => path.endsWith(suffix));
  const [versionProblems, weightProblems] = [own("/stateMachineVersionArn"), own("/weight")];
  const position = form.routes.length === 1 ? "" : index === 0 ? "First " : "Second ";
  const type = event => edit(setWeight(form, index, event.target.value));
  return html`<div class="route"><div class="route-version"><label for=${id("version")}>${position ? `${position}version` : "Version"}</label>
      <div class="with-badge"><i class=${`swatch ${role}`} aria-hidden="true"></i><select id=${id("version")} value=${route.version ?? ""} onChange=${event => edit(setVersion(form, index, Number(event.target.value)))}
        aria-invalid=${invalid(versionProblems)} aria-describedby=${`${id("problems")}`}>
        ${route.version === null && html`<option value="" disabled>Select a version</option>`}
        ${optionsOf(versions, route.version).map(number => html`<option key=${number} value=${number}>${formatOption(number, versions)}</option>`)}</select></div></div>
    <div class="unit"><label for=${id("weight")}>Weight<span class="sr"> of version ${route.version}, in percent</span></label>
      <input id=${id("weight")} inputmode="numeric" autocomplete="off" value=${route.weight} onInput=${type} onKeyDown=${event => step(event, form, index, edit)}
        aria-invalid=${invalid([...weightProblems, ...sum])} aria-describedby=${`${id("problems")} ${describedBy}`}/><span aria-hidden="true">%</span></div>
    <button type="button" class=${`plain remove${form.routes.length > 1 ? "" : " hidden"}`} disabled=${form.routes.length === 1} aria-label=${`Remove version ${route.version}`} title="Remove" onClick=${() => edit(removeRoute(form, index))}>✕</button>
    <${FieldProblems} id=${id("problems")} problems=${problems}/></div>`;
}

/** The version of a route may have been deleted since the page read the list. */
const optionsOf = ({ numbers }, version) => (version === null || numbers.includes(version) ? numbers : [version, ...numbers]);

function formatOption(number, { descriptions }) {
  const description = descriptions.get(number);
  return description ? `v${number} · ${shortenTo(description, 80)}` : `v${number}`;
}

const shortenTo = (text, length) => (text.length > length ? `${text.slice(0, length - 1)}…` : text);

/** The arrow keys change a weight by one, as in a field of type number. */
function step(event, form, index, edit) {
  const change = { ArrowUp: 1, ArrowDown: -1, PageUp: 10, PageDown: -10 }[event.key];
  const weight = readWeight(form.routes[index].weight);
  if (!change || weight === null) return;
  event.preventDefault();
  edit(setWeight(form, index, String(Math.min(100, Math.max(0, weight + change)))));
}

/** The share of the first version. Arrow keys change it by 1, page keys by 10. */
function ShareSlider({ form, edit, roles }) {
  const ref = useRef();
  const weights = form.routes.map(({ weight }) => readWeight(weight));
  const share = weights[0] ?? (weights[1] === null ? 50 : 100 - weights[1]);
  const [first, second] = form.routes.map(({ version }) => `v${version ?? "?"}`);
  const words = `${first} ${share} percent, ${second} ${100 - share} percent`;
  const ends = [
    [0, `All to ${second}`],
    [50, "Half each"],
    [100, `All to ${first}`],
  ];
  return html`<div class=${`slide first-${roles[0]}`} style=${{ "--at": `${share}%` }}>
    <label class="sr" for="share">Share of ${first}</label>
    <input ref=${ref} id="share" type="range" min="0" max="100" step="1" value=${share} aria-valuetext=${words} onInput=${event => edit(setShare(form, Number(event.target.value)))}/>
    <div class="scale">${ends.map(([value, text]) => html`<button type="button" key=${value} class="plain" aria-pressed=${share === value ? "true" : "false"} onClick=${() => edit(setShare(form, value))}>${text}</button>`)}</div></div>`;
}

const FIXES = {
  ConflictException: "Use another name, or update the existing alias.",
  ResourceNotFound:
    "The alias, the state machine or one of the versions does not exist any more. Read the page again, and select other versions.",
  ServiceQuotaExceededException: "Delete an alias that is not used.",
  NetworkError: "Check that the endpoint is running, and send the call again.",
};

/** AWS's error of the call, unless a field already shows the same text. */
function RequestError({ error, problems, form, stateMachineArn }) {
  if (!error || problems.some(problem => problem.message === error.message)) return null;
  const fix = FIXES[error.code] ?? (problems.length > 0 ? "Correct the fields above." : "");
  const stateMachine = stateMachineArn.slice(stateMachineArn.lastIndexOf(":") + 1);
  return html`<div class="fault" role="alert"><span class="sign" aria-hidden="true">!</span>
    <p class="strong">${error.message}</p><p class="small">${fix} <span class="muted">${error.code}</span></p>
    ${error.code === "ConflictException" && html`<div class="actions"><a class="button" href=${link.alias(stateMachine, form.name)}>Open ${shorten(form.name)}</a></div>`}</div>`;
}
