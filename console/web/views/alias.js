// An alias: where its starts go now, a form to change it, starts to try it, and the history of its routings.

import { html, useState } from "../vendor/vendor.js";
import { callApi, callAws, now } from "../client.js";
import { Banner, CopyButton, LoadError, Loading, OperationDialog, Page } from "../components.js";
import { formatClock, parseRouting } from "../format.js";
import { Flow } from "../flow.js";
import { useData, useNow } from "../live.js";
import { go, link } from "../routes.js";
import { findRoutingStart, measureRate } from "../traffic.js";
import { useVersions } from "../versions.js";
import { AliasEditor } from "./alias-editor.js";
import { Deployments, Routings } from "./alias-history.js";
import { AliasTraffic, readTraffic } from "./alias-traffic.js";
import { RoutingHistory } from "./routing-history.js";
import { TryIt } from "./try-it.js";

const RECENT_MILLIS = 600000;

/** The view of an alias. */
export default function AliasView({ route }) {
  const { alias, routings, deployments, recent, isExpress } = useAlias(route);
  const routed = alias.data ? parseRouting(alias.data.routingConfiguration).map(({ version }) => version) : [];
  const versions = useVersions(route.stateMachineArn, routed);
  if (!alias.data || alias.error?.code === "ResourceNotFound") {
    return html`<${Page} title=${route.alias} crumbs=${crumbsOf(route)}>
      ${alias.error ? html`<${MissingAlias} route=${route} error=${alias.error} reload=${alias.reload}/>` : html`<${Loading} what="the alias"/>`}</${Page}>`;
  }
  const running = (deployments.data?.deployments ?? []).find(({ endedMillis }) => !endedMillis);
  return html`<${LoadedAlias} ...${{ route, alias, versions, recent, routings, deployments, running, isExpress }}/>`;
}

/** The data of the alias, live. */
function useAlias(route) {
  const { stateMachineArn: arn, stateMachineAliasArn } = route;
  const query = `stateMachineAliasArn=${encodeURIComponent(stateMachineAliasArn)}`;
  const keys = [stateMachineAliasArn];
  const alias = useData(options => callAws("DescribeStateMachineAlias", { stateMachineAliasArn }, options), {
    keys,
    arn,
    kinds: ["alias", "stateMachine"],
  });
  const routings = useData(options => callApi("GET", `routings?${query}`, undefined, options), { keys, arn, kinds: ["alias"] });
  const deployments = useData(options => callApi("GET", `deployments?${query}`, undefined, options), {
    keys,
    arn,
    kinds: ["alias", "deployment"],
  });
  const recent = useData(options => readTraffic(route, now() - RECENT_MILLIS, 10, options), { keys, arn, kinds: ["traffic"] });
  const describe = options => callAws("DescribeStateMachine", { stateMachineArn: arn, includedData: "METADATA_ONLY" }, options);
  const stateMachine = useData(describe, { keys, arn, kinds: ["stateMachine"] });
  return { alias, routings, deployments, recent, isExpress: stateMachine.data?.type === "EXPRESS" };
}

export const crumbsOf = ({ name, alias }) => [[name, link.stateMachine(name)], [alias]];

function MissingAlias({ route, error, reload }) {
  if (error.code !== "ResourceNotFound") return html`<${LoadError} error=${error} reload=${reload}/>`;
  return html`<section class="card"><h2>The alias does not exist</h2>
    <p class="gap">State machine <bdi>${route.name}</bdi> has no alias <bdi>${route.alias}</bdi> in this account and region. It may have been deleted.</p>
    <div class="actions gap"><a class="button" href=${link.stateMachine(route.name)}>Show the state machine</a>
      <a class="button" href=${link.createAlias(route.name)}>Create an alias</a></div></section>`;
}

function LoadedAlias({ route, alias, versions, recent, routings, deployments, running, isExpress }) {
  const [isDeleting, setDeleting] = useState(false);
  const nowMillis = useNow(5000);
  const routing = parseRouting(alias.data.routingConfiguration);
  const actions = html`<button type="button" onClick=${() => setDeleting(true)}>Delete</button>
    <a class="button" href=${link.plan(route.name, route.alias)}>Plan a deployment</a>
    <button type="button" class="first" onClick=${showTryIt}>Start executions</button>`;
  return html`<${Page} title=${route.alias} crumbs=${crumbsOf(route)} lead=${html`<${Lead} route=${route} alias=${alias.data}/>`} actions=${actions}>
    ${running && html`<${DeploymentBanner} route=${route} deployment=${running}/>`}
    <section class="card" aria-label="Where starts go">
      <${Flow} alias=${route.alias} routing=${routing} startsPerSecond=${isExpress ? undefined : measureRate(recent.data, nowMillis)} deployment=${running}
        descriptions=${versions.descriptions} versionHref=${version => link.version(route.name, version)}/></section>
    ${!isExpress && html`<${AliasTraffic} ...${{ route, routing, recent, running, versions }} since=${findRoutingStart(routings.data?.routings, alias.data)}/>`}
    <div class="cols"><div>
      <${AliasEditor} alias=${alias.data} stateMachineArn=${route.stateMachineArn} versions=${versions} deployment=${running} onSaved=${alias.reload}/>
      <${Deployments} route=${route} list=${deployments}/></div>
    <div>
      <${TryIt} route=${route} routing=${routing} deployment=${running} isExpress=${isExpress}/>
      <${Routings} list=${routings} deployments=${deployments.data?.deployments}/></div></div>
    <${RoutingHistory} route=${route} routings=${routings.data}/>
    ${isDeleting && html`<${DeleteAlias} route=${route} deployment=${running} onClose=${() => setDeleting(false)}/>`}
  </${Page}>`;
}

function showTryIt() {
  const heading = document.getElementById("try-it");
  heading.scrollIntoView({ block: "start" });
  heading.focus({ preventScroll: true });
}

function Lead({ route, alias }) {
  return html`<span class="alias-lead">Alias of <a href=${link.stateMachine(route.name)}><bdi>${route.name}</bdi></a>${alias.description && html`: <bdi>${alias.description}</bdi>`}</span>
    <span class="alias-arn"><code>${alias.stateMachineAliasArn}</code> <${CopyButton} text=${alias.stateMachineAliasArn} label="the ARN of the alias" class="plain"/></span>`;
}

const ACTIONS = { rollingBack: "is rolling back", retrying: "is repeating a failed call" };

/** A deployment that changes the alias now. The countdown is not part of the live region. */
function DeploymentBanner({ route, deployment }) {
  const nowMillis = useNow();
  const { driver, toVersion, fromVersion, dueMillis, phase, id } = deployment;
  const target = ACTIONS[phase] ? `${ACTIONS[phase]} ${route.alias}` : `is shifting ${route.alias} from v${fromVersion} to v${toVersion}`;
  const wait =
    dueMillis && dueMillis > nowMillis
      ? html`<span aria-live="off">, next step in ${formatClock((dueMillis - nowMillis) / 1000)}</span>`
      : "";
  return html`<${Banner} title="A deployment is under way." live=${false} actions=${html`<a class="button" href=${link.deployment(route.name, route.alias, id)}>Show the deployment</a>`}>
    <bdi>${driver}</bdi> ${target}${wait}. If you change the routing here, the deployment stops and your routing remains.</${Banner}>`;
}

function DeleteAlias({ route, deployment, onClose }) {
  const input = { stateMachineAliasArn: route.stateMachineAliasArn };
  const done = () => go(link.stateMachine(route.name));
  return html`<${OperationDialog} title=${`Delete the alias ${route.alias}`} operation="DeleteStateMachineAlias" input=${input} submit="Delete the alias" danger onClose=${onClose} onDone=${done}>
    ${() => html`<p>Clients that start <strong><bdi>${route.alias}</bdi></strong> then receive StateMachineDoesNotExist. Its versions and executions remain. The history of its routings and deployments is deleted.</p>
      ${deployment && html`<p class="gap">The deployment that is under way fails.</p>`}`}</${OperationDialog}>`;
}
