// All state machines of an account and region, with their aliases.

import { html } from "../vendor/vendor.js";
import { callApi } from "../client.js";
import { Card, Loading, LoadError, Page } from "../components.js";
import { plural } from "../format.js";
import { useData } from "../live.js";
import { link } from "../routes.js";
import { AliasRows, chooseMainAlias, createRoles } from "./alias-rows.js";
import { NoStateMachine } from "./empty.js";

const PAGE = 25;
const ALIASES = 5;

export default function Overview({ route }) {
  const token = route.query.page;
  const path = `summary?maxResults=${PAGE}${token ? `&nextToken=${encodeURIComponent(token)}` : ""}`;
  const { data, error, reload } = useData(options => callApi("GET", path, undefined, options), { keys: [path] });
  if (error) return html`<${Page} title="State machines"><${LoadError} error=${error} reload=${reload}/></${Page}>`;
  if (!data) return html`<${Page} title="State machines"><${Loading} what="state machines"/></${Page}>`;
  if (data.stateMachines.length === 0 && !token) return html`<${NoStateMachine} route=${route}/>`;
  return html`<${Page} title="State machines" lead="Callers start a state machine or one of its aliases. An alias routes each start to a version.">
    ${data.stateMachines.map(machine => html`<${Machine} key=${machine.stateMachineArn} machine=${machine}/>`)}
    <${Pages} token=${token} nextToken=${data.nextToken}/></${Page}>`;
}

function Machine({ machine }) {
  const { name, type, aliases, versionCount } = machine;
  const title = html`<a href=${link.stateMachine(name)}>${name}</a>`;
  const note = `${type}, ${plural(versionCount, "version")}, ${plural(aliases.length, "alias", "aliases")}`;
  return html`<${Card} title=${title} note=${note}>
    ${aliases.length === 0 && html`<p class="muted">No alias. <a href=${link.createAlias(name)}>Create an alias</a> to route starts to a version.</p>`}
    ${aliases.length > 0 && html`<${AliasRows} name=${name} aliases=${aliases.slice(0, ALIASES)} roles=${createRoles(chooseMainAlias(aliases))}/>`}
    ${aliases.length > ALIASES && html`<p class="more"><a href=${link.stateMachine(name)}>All ${aliases.length} aliases</a></p>`}</${Card}>`;
}

/** Links to the first and the next page. `token` is the token of this page. */
const Pages = ({ token, nextToken }) =>
  (token || nextToken) &&
  html`<nav class="actions pages" aria-label="Pages">
  ${token && html`<a class="button" href=${link.overview()}>First page</a>`}
  ${nextToken && html`<a class="button" href=${link.overview({ page: nextToken })}>Next page</a>`}</nav>`;
