// A version: description, aliases that route to it, starts, definition.

import { html, useState } from "../vendor/vendor.js";
import { callAws } from "../client.js";
import { Banner, Card, CopyButton, FieldError, Json, LoadError, Loading, OperationDialog, Page, Time, notify } from "../components.js";
import { countEnded, countFailed, formatBytes, formatNumber, formatPercent, toMillis } from "../format.js";
import { useData } from "../live.js";
import { go, link } from "../routes.js";
import { useVersions } from "../versions.js";
import { StartDialog } from "./start-dialog.js";
import { readSummary } from "./state-machine.js";
import { AliasLinks, findAliases } from "./versions-card.js";

export default function Version({ route }) {
  const { version, versionArn, stateMachineArn: arn } = route;
  const details = useData(options => callAws("DescribeStateMachine", { stateMachineArn: versionArn }, options), {
    keys: [versionArn],
    arn,
    kinds: ["version"],
  });
  const summary = useData(options => readSummary(arn, options), { keys: [arn], arn });
  const error = details.error ?? summary.error;
  if (details.data && summary.data && !error)
    return html`<${LoadedVersion} route=${route} details=${details.data} machine=${summary.data}/>`;
  return html`<${Page} title=${`Version ${version}`} crumbs=${createCrumbs(route)}>
    ${error ? html`<${LoadError} error=${error} reload=${details.reload}/>` : html`<${Loading} what="the version"/>`}</${Page}>`;
}

const createCrumbs = ({ name, version }) => [[name, link.stateMachine(name)], [`v${version}`]];

function LoadedVersion({ route, details, machine }) {
  const { name, version, stateMachineArn: arn } = route;
  const [dialog, setDialog] = useState();
  const { numbers } = useVersions(arn);
  const previous = numbers.find(number => number < version);
  const aliases = findAliases(machine, version);
  const close = () => setDialog(undefined);
  const actions = html`<button type="button" onClick=${() => setDialog("delete")}>Delete</button>
    ${previous !== undefined && html`<a class="button" href=${link.compare(name, previous, version)}>Compare with v${previous}</a>`}
    <button type="button" class="first" onClick=${() => setDialog("start")}>Start this version</button>`;
  return html`<${Page} title=${`Version ${version}`} lead=${html`Version of ${name}, published <${Time} millis=${toMillis(details.creationDate)} style="full"/>`} crumbs=${createCrumbs(route)} actions=${actions}>
    <${Facts} ...${{ route, details, machine, aliases }}/>
    <${Card} title="Definition" note=${formatBytes(new TextEncoder().encode(details.definition).length)}><${Json} text=${details.definition} label=${`the definition of v${version}`}/></${Card}>
    ${dialog === "delete" && html`<${DeleteVersion} route=${route} aliases=${aliases} onClose=${close}/>`}
    ${dialog === "start" && html`<${StartDialog} route=${route} machine=${machine} target=${version} onClose=${close}/>`}</${Page}>`;
}

function Facts({ route, details, machine, aliases }) {
  const { name, version, versionArn } = route;
  const counts = machine.versions.find(item => item.version === version);
  const ended = countEnded(counts?.ended);
  return html`<${Card} title="Details"><dl class="facts">
    <div><dt>Description</dt><dd class="wrap">${details.description || html`<span class="muted">none</span>`}</dd></div>
    <div><dt>Aliases that route here</dt><dd><${AliasLinks} name=${name} aliases=${aliases}/></dd></div>
    <div><dt>Starts</dt><dd>${counts ? html`<a href=${link.executions(name, { version })}>${formatNumber(counts.starts)}</a>, ${formatNumber(counts.running)} running` : html`<a href=${link.executions(name, { version })}>Executions</a>`}</dd></div>
    ${counts && html`<div><dt>Failed</dt><dd>${formatNumber(countFailed(counts.ended))} of ${formatNumber(ended)} ended (${formatPercent(countFailed(counts.ended), ended)})</dd></div>`}
    <div><dt>Role</dt><dd class="mono wrap">${details.roleArn}</dd></div>
    <div><dt>ARN</dt><dd class="mono wrap">${versionArn} <${CopyButton} text=${versionArn} label="the ARN of the version" class="plain"/></dd></div></dl></${Card}>`;
}

function DeleteVersion({ route, aliases, onClose }) {
  const { name, version, versionArn } = route;
  const done = () => {
    onClose();
    go(link.stateMachine(name));
    notify(`Deleted version ${version} of ${name}.`);
  };
  return html`<${OperationDialog} title=${`Delete version ${version}`} operation="DeleteStateMachineVersion" input=${{ stateMachineVersionArn: versionArn }} submit=${`Delete version ${version}`} danger onClose=${onClose} onDone=${done}>
    ${({ error, problems }) => html`
      <p>Executions of the version that are running continue. The number ${version} is not used again.</p>
      ${aliases.length > 0 && !error && html`<${Banner} kind="bad" live=${false} title="Aliases route to this version.">AWS does not delete it until these aliases route to another version: <${AliasLinks} name=${name} aliases=${aliases}/>.</${Banner}>`}
      <${FieldError} error=${error} problems=${problems} path="/stateMachineVersionArn"/>`}</${OperationDialog}>`;
}
