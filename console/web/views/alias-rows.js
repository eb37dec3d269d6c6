// Aliases as rows: routing as a bar, starts, failures, deployment.

import { html } from "../vendor/vendor.js";
import { Split } from "../components.js";
import { assignRoles, countEnded, formatClock, formatNumber, formatPercent } from "../format.js";
import { useNow } from "../live.js";
import { link } from "../routes.js";

const COLUMNS = [
  ["Name", ""],
  ["Routing", ""],
  ["Starts", "end"],
  ["Failed", "end"],
  ["Deployment", "end"],
];
const MANY_FAILURES = 0.05;

/** Returns the alias that explains a state machine best: with a deployment, otherwise with two versions, otherwise with most starts. */
export function chooseMainAlias(aliases) {
  const rank = ({ deployment, routing, starts }) => [deployment && !deployment.endedMillis ? 1 : 0, routing.length, starts];
  const compare = (one, other) => rank(other).reduce((result, value, index) => result || value - rank(one)[index], 0);
  return [...aliases].sort(compare)[0];
}

/** Returns a function from version to role, so that a version has one color on the page. */
export function createRoles(alias) {
  const roles = new Map(assignRoles(alias?.routing ?? []).map(({ version, role }) => [version, role]));
  return version => roles.get(version) ?? "";
}

/** `roles` returns the role of a version, so that a version has the same color in all rows. */
export const AliasRows = ({ name, aliases, roles }) => html`<div role="table" aria-label="Aliases">
  <div class="alias headrow" role="row">${COLUMNS.map(([title, align]) => html`<span key=${title} role="columnheader" class=${align}>${title}</span>`)}</div>
  ${aliases.map(alias => html`<${AliasRow} key=${alias.name} name=${name} alias=${alias} roles=${roles}/>`)}</div>`;

function AliasRow({ name, alias, roles }) {
  const { starts, failures } = alias;
  const ended = countEnded(alias.ended);
  const many = ended > 0 && failures / ended > MANY_FAILURES;
  return html`<div class="alias" role="row">
    <span role="cell"><a class="name" href=${link.alias(name, alias.name)}>${alias.name}</a>${alias.description && html`<br/><span class="muted small wrap">${alias.description}</span>`}</span>
    <span role="cell" class="bar"><${Split} routing=${assignAliasRoles(alias, roles)}/></span>
    <span role="cell" class="end" data-k="Starts">${formatNumber(starts)}</span>
    <span role="cell" class=${many ? "end bad strong" : "end"} data-k="Failed">${formatPercent(failures, ended)}</span>
    <span role="cell" class="end todo" data-k="Deployment"><${DeploymentLink} name=${name} alias=${alias}/></span></div>`;
}

function assignAliasRoles({ routing }, roles) {
  const [only] = routing;
  return routing.length > 1 || !roles ? assignRoles(routing) : [{ ...only, role: roles(only.version) || "current" }];
}

const ENDED = ["succeeded", "rolledBack", "drifted", "failed"];

function DeploymentLink({ name, alias }) {
  const { deployment } = alias;
  if (!deployment || ENDED.includes(deployment.phase)) return html`<span class="muted small">none</span>`;
  return html`<a class="small" href=${link.deployment(name, alias.name, deployment.id)}>In progress${deployment.dueMillis ? html`<${NextStep} dueMillis=${deployment.dueMillis}/>` : ""}</a>`;
}

const NextStep = ({ dueMillis }) => html`, next step in ${formatClock((dueMillis - useNow()) / 1000)}`;
