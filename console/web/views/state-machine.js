// A state machine: how its main alias routes starts, its aliases, versions, and newest executions.

import { html, useState } from "../vendor/vendor.js";
import { callApi, now } from "../client.js";
import { Banner, Card, EmptyState, LoadError, Loading, Page } from "../components.js";
import { Flow } from "../flow.js";
import { assignRoles, plural } from "../format.js";
import { useData, useNow } from "../live.js";
import { link } from "../routes.js";
import { measureRate } from "../traffic.js";
import { AliasRows, chooseMainAlias, createRoles } from "./alias-rows.js";
import { createSteps } from "./empty.js";
import { ExecutionTable, readExecutions } from "./execution-table.js";
import { PublishDialog } from "./publish-dialog.js";
import { StartDialog } from "./start-dialog.js";
import { VersionsCard } from "./versions-card.js";

const RECENT_MILLIS = 120000;
const EXECUTIONS = 8;
const ALIASES = 20;

export const readSummary = async (arn, options) =>
  (await callApi("GET", `summary?stateMachineArn=${encodeURIComponent(arn)}`, undefined, options)).stateMachines[0];

export default function StateMachine({ route }) {
  const { name, stateMachineArn: arn } = route;
  const { data, error, reload } = useData(options => readSummary(arn, options), { keys: [arn], arn });
  const crumbs = [[name]];
  if (data) return html`<${LoadedStateMachine} route=${route} machine=${data} crumbs=${crumbs}/>`;
  return html`<${Page} title=${name} crumbs=${crumbs}>
    ${error ? html`<${LoadError} error=${error} reload=${reload}/>` : html`<${Loading} what="the state machine"/>`}</${Page}>`;
}

function LoadedStateMachine({ route, machine, crumbs }) {
  const [dialog, setDialog] = useState();
  const { name, type, status, aliases, versionCount } = machine;
  const main = chooseMainAlias(aliases);
  const roles = createRoles(main);
  const lead = `State machine, ${type}, ${plural(versionCount, "version")}, ${plural(aliases.length, "alias", "aliases")}`;
  const close = () => setDialog(undefined);
  const actions = html`<button type="button" onClick=${() => setDialog("publish")}>Publish a version</button>
    <a class="button" href=${link.createAlias(name)}>Create an alias</a>
    <button type="button" class="first" onClick=${() => setDialog("start")}>Start an execution</button>`;
  return html`<${Page} title=${name} lead=${lead} crumbs=${crumbs} actions=${actions}>
    ${status === "DELETING" && html`<${Banner} title="The state machine is being deleted.">It disappears after its executions have ended.</${Banner}>`}
    ${main ? html`<${Explanation} route=${route} alias=${main}/>` : html`<${NoAlias} route=${route} versionCount=${versionCount}/>`}
    ${main && html`<${AliasesCard} name=${name} aliases=${aliases} roles=${roles}/>`}
    <${VersionsCard} route=${route} machine=${machine} roles=${roles} onPublish=${() => setDialog("publish")}/>
    <${NewestExecutions} route=${route} machine=${machine} roles=${roles}/>
    ${dialog === "publish" && html`<${PublishDialog} route=${route} onClose=${close}/>`}
    ${dialog === "start" && html`<${StartDialog} route=${route} machine=${machine} target=${main?.name} onClose=${close}/>`}</${Page}>`;
}

function Explanation({ route, alias }) {
  const { stateMachineArn: arn, name } = route;
  const path = `traffic?stateMachineArn=${encodeURIComponent(arn)}&alias=${encodeURIComponent(alias.name)}`;
  const read = options => callApi("GET", `${path}&bucketSeconds=10&fromMillis=${Math.round(now() - RECENT_MILLIS)}`, undefined, options);
  const { data } = useData(read, { keys: [path], arn, kinds: ["traffic"] });
  const time = useNow(5000);
  return html`<section class="card explain" aria-labelledby="explanation"><div>
    <h2 id="explanation">${alias.name} decides which version runs</h2>
    <p>An <strong>alias</strong> is a name that callers start. It routes each start to one version, or splits the starts between two versions.</p>
    <p class="long">${explainRouting(alias)}</p></div>
    <${Flow} alias=${alias.name} routing=${alias.routing} startsPerSecond=${measureRate(data, time)} deployment=${alias.deployment}
      versionHref=${version => link.version(name, version)}/></section>`;
}

function explainRouting({ name, routing }) {
  const routes = assignRoles(routing);
  const current = routes.find(({ role }) => role === "current");
  const next = routes.find(({ role }) => role === "new");
  if (!next) {
    return `Now all starts of ${name} run v${current.version}. To try another version, route a small share of the starts to it. Callers change nothing.`;
  }
  return `Now ${next.weight} of 100 starts of ${name} run v${next.version}, the newer version. If v${next.version} fails, one update of the alias routes all starts to v${current.version} again. Callers change nothing.`;
}

function NoAlias({ route, versionCount }) {
  const [, , alias] = createSteps(route, route.name);
  const lead = html`An <strong>alias</strong> is a name that callers start. It routes each start to one version, or splits the starts between two versions.`;
  return html`<section class="card"><${EmptyState} title="No alias yet" lead=${lead} steps=${versionCount > 0 ? [alias] : []}>
    ${versionCount === 0 && html`<p>Publish a version first: an alias routes to versions.</p>`}
    <a class="button" href=${link.createAlias(route.name)}>Create an alias</a></${EmptyState}></section>`;
}

function AliasesCard({ name, aliases, roles }) {
  const [text, setText] = useState("");
  const [count, setCount] = useState(ALIASES);
  const found = aliases.filter(alias => alias.name.toLowerCase().includes(text.trim().toLowerCase()));
  const filter =
    aliases.length > ALIASES &&
    html`<input type="search" class="filter" aria-label="Aliases whose name contains" placeholder="Name contains"
    value=${text} onInput=${event => setText(event.target.value)}/>`;
  return html`<${Card} title="Aliases" note=${filter}>
    <${AliasRows} name=${name} aliases=${found.slice(0, count)} roles=${roles}/>
    ${found.length === 0 && html`<p class="muted more">No name of an alias contains this text.</p>`}
    ${found.length > count && html`<p class="more"><button type="button" onClick=${() => setCount(found.length)}>Show all ${found.length}</button></p>`}</${Card}>`;
}

function NewestExecutions({ route, machine, roles }) {
  const { name, stateMachineArn: arn } = route;
  const express = machine.type === "EXPRESS";
  const read = options =>
    express ? Promise.resolve({ executions: [] }) : readExecutions({ stateMachineArn: arn, maxResults: EXECUTIONS }, options);
  const { data, error, reload } = useData(read, { keys: [arn], arn, kinds: ["execution"] });
  const note = !express && html`<a class="small" href=${link.executions(name)}>All executions</a>`;
  return html`<${Card} title="Newest executions" note=${note}>
    ${express && html`<p class="muted">AWS lists no executions of EXPRESS state machines.</p>`}
    ${error && html`<${LoadError} error=${error} reload=${reload}/>`}
    ${!data && !error && html`<${Loading} what="executions"/>`}
    ${data && !express && html`<${ExecutionTable} name=${name} executions=${data.executions} roles=${roles}/>`}</${Card}>`;
}
