// The form of a plan: version, preference, alarms, rate. Problems appear at their field.

import { html } from "../vendor/vendor.js";
import { Card, Field, FieldError, Split } from "../components.js";
import { findFix, FIRST_FORM, KINDS } from "../plan-request.js";

export function PlanForm(props) {
  const { route, form, change, version, setVersion, versions, routing, problems, measured, rate, setRate } = props;
  const fields = { problems, change };
  const descriptionOf = number => versions.descriptions.get(number);
  return html`<${Card} title="Deployment"><form class="plan-form" onSubmit=${event => event.preventDefault()} novalidate>
    <div class="field"><p class="label">${route.alias} routes now</p><${Split} routing=${routing}/><${Fault} ...${fields} path="/currentRouting"/></div>
    <${Field} label="New version" path="/StateMachineVersionArn" problems=${problems}>${control => html`<select id=${control.id} value=${String(version)} aria-invalid=${control.invalid} aria-describedby=${control.describedBy}
      onChange=${event => setVersion(Number(event.target.value))}>${versions.numbers.map(number => html`<option key=${number} value=${String(number)} selected=${number === version}>v${number}${descriptionOf(number) ? `, ${descriptionOf(number)}` : ""}</option>`)}</select>`}</${Field}>
    <${Kinds} form=${form} change=${change}/>
    <${Members} form=${form} ...${fields}/>
    ${
      form.kind !== "json" &&
      html`<${Field} label="Alarms" path="/Alarms" problems=${problems} hint="Names of CloudWatch alarms, one per line. An alarm in state ALARM rolls the deployment back.">${control => html`<textarea id=${control.id} rows="2" spellcheck="false" value=${form.alarms}
      aria-invalid=${control.invalid} aria-describedby=${control.describedBy} onInput=${event => change({ alarms: event.target.value })}></textarea>`}</${Field}>`
    }
    <${Field} label="Starts per second" path="/startsPerSecond" problems=${problems} hint=${measured === undefined ? "An example: the alias had no starts in the last 10 minutes." : `Measured in the last 10 minutes: ${measured} per second.`}>${control => html`<input id=${control.id} class="short" inputmode="decimal" value=${rate}
      aria-invalid=${control.invalid} aria-describedby=${control.describedBy} onInput=${event => setRate(event.target.value)}/>`}</${Field}>
    <${Fault} ...${fields} path=""/></form></${Card}>`;
}

/** A problem that has no control of its own. */
function Fault({ problems, change, path, id }) {
  const problem = problems.find(candidate => candidate.path === path);
  const fix = problem && findFix(problem);
  return html`<${FieldError} problems=${problems} path=${path} id=${id} onFix=${fix && (() => change(fix.change))} fixLabel=${fix?.label}/>`;
}

function Kinds({ form, change }) {
  const choose = kind => change(kind === "json" && form.json === "" ? { kind, json: formatJson(form) } : { kind });
  return html`<fieldset class="kinds"><legend>How the routing shifts</legend><div class="kind-choices">${Object.entries(KINDS).map(
    ([kind, { title }]) =>
      html`<label key=${kind} class=${`kind-choice ${form.kind === kind ? "chosen" : ""}`}><input type="radio" name="kind" value=${kind} checked=${form.kind === kind} onChange=${() => choose(kind)}/>${title}</label>`,
  )}</div><p class="hint">${KINDS[form.kind].text}</p></fieldset>`;
}

/** The JSON to begin with: the fields of the form that it replaces. */
function formatJson({ percentage, interval, alarms }) {
  const names = alarms
    .split("\n")
    .map(name => name.trim())
    .filter(Boolean);
  const preference = {
    Type: "CANARY",
    Percentage: Number(percentage) || 10,
    Interval: Number(interval) || 5,
    ...(names.length ? { Alarms: names } : {}),
  };
  return JSON.stringify(preference, null, 2);
}

function Members({ form, change, problems }) {
  if (form.kind === "canary" || form.kind === "linear") {
    return html`<div class="pair"><${NumberField} label=${form.kind === "canary" ? "First share" : "Share per step"} unit="%" path="/Percentage" name="percentage" ...${{ form, change, problems }}/>
      <${NumberField} label=${form.kind === "canary" ? "Then all after" : "Every"} unit="min" path="/Interval" name="interval" ...${{ form, change, problems }}/></div>
      <${Fault} path="/Percentage" ...${{ problems, change }} id="percentage-fault"/><${Fault} path="/Interval" ...${{ problems, change }} id="interval-fault"/>`;
  }
  if (form.kind === "custom") return html`<${CustomSteps} ...${{ form, change, problems }}/>`;
  if (form.kind === "json") {
    return html`<${Field} label="DeploymentPreference" path="/json" problems=${problems} hint="Without StateMachineVersionArn, it deploys the version above.">${control => html`<textarea id=${control.id} rows="8" spellcheck="false" value=${form.json}
      aria-invalid=${control.invalid} aria-describedby=${control.describedBy} onInput=${event => change({ json: event.target.value })}></textarea>`}</${Field}>`;
  }
  return "";
}

function NumberField({ label, unit, path, name, form, change, problems }) {
  const invalid = problems.some(problem => problem.path === path);
  return html`<div><label for=${`plan-${name}`}>${label}</label><div class="unit wide"><input id=${`plan-${name}`} inputmode="numeric" value=${form[name]} aria-invalid=${invalid ? "true" : undefined}
    aria-describedby=${invalid ? `${name}-fault` : undefined} onInput=${event => change({ [name]: event.target.value })}/><span aria-hidden="true">${unit}</span></div></div>`;
}

function CustomSteps({ form, change, problems }) {
  const { steps } = form;
  const replace = (index, members) => change({ steps: steps.map((step, other) => (other === index ? { ...step, ...members } : step)) });
  const remove = index => change({ steps: steps.filter((_, other) => other !== index) });
  const last = steps.at(-1) ?? FIRST_FORM;
  const add = () =>
    change({ steps: [...steps, { percentage: String(Math.min(99, Number(last.percentage) + 25 || 10)), interval: last.interval }] });
  const input = (index, name, unit, label) => {
    const path = `/Steps/${index}/${name === "percentage" ? "Percentage" : "Interval"}`;
    const invalid = problems.some(problem => problem.path === path || problem.path === `/Steps/${index}`);
    return html`<div class="unit wide"><input aria-label=${`${label} of step ${index + 1}`} inputmode="numeric" value=${steps[index][name]} aria-invalid=${invalid ? "true" : undefined}
      aria-describedby=${invalid ? `step-${index}-fault` : undefined} onInput=${event => replace(index, { [name]: event.target.value })}/><span aria-hidden="true">${unit}</span></div>`;
  };
  return html`<fieldset class="custom"><legend>Steps</legend><ol>${steps.map(
    (
      _,
      index,
    ) => html`<li key=${index}>${input(index, "percentage", "%", "Share")}<span class="small muted">for</span>${input(index, "interval", "min", "Minutes")}
      <button type="button" class="plain" aria-label=${`Remove step ${index + 1}`} aria-disabled=${steps.length === 1 ? "true" : undefined} onClick=${() => steps.length > 1 && remove(index)}>✕</button>
      <${FieldError} problems=${problems} path=${`/Steps/${index}`} id=${`step-${index}-fault`}/></li>`,
  )}</ol><p class="small muted">then 100%</p><${FieldError} problems=${problems.filter(({ path }) => path === "/Steps")} path="/Steps"/><button type="button" onClick=${add}>Add a step</button></fieldset>`;
}
