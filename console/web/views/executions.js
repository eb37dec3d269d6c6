// The executions of a state machine, by status, and by alias or version.

import { html, useState } from "../vendor/vendor.js";
import { Card, LoadError, Loading, Page, TokenPages } from "../components.js";
import { useData } from "../live.js";
import { link, replaceRoute } from "../routes.js";
import { ExecutionTable, readExecutions } from "./execution-table.js";
import { TargetSelect } from "./start-dialog.js";
import { chooseMainAlias, createRoles } from "./alias-rows.js";
import { readSummary } from "./state-machine.js";

const PAGE = 25;
const STATUSES = ["RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED", "PENDING_REDRIVE"];

export default function Executions({ route }) {
  const { name, stateMachineArn: arn } = route;
  const summary = useData(options => readSummary(arn, options), { keys: [arn], arn, kinds: ["alias", "version", "stateMachine"] });
  const crumbs = [[name, link.stateMachine(name)], ["Executions"]];
  return html`<${Page} title="Executions" lead=${`Executions of ${name}: the most recently started or ended first`} crumbs=${crumbs}>
    ${summary.error && html`<${LoadError} error=${summary.error} reload=${summary.reload}/>`}
    ${!summary.data && !summary.error && html`<${Loading} what="executions"/>`}
    ${summary.data && html`<${Filters} route=${route} machine=${summary.data}/><${List} key=${JSON.stringify(route.query)} route=${route} machine=${summary.data}/>`}</${Page}>`;
}

/** AWS filters by alias or version with the ARN, and by status with a member. */
function Filters({ route, machine }) {
  const { status = "", alias, version } = route.query;
  const change = filter => replaceRoute(link.executions(route.name, { status, alias, version, ...filter }));
  const target = value =>
    machine.aliases.some(({ name }) => name === value) ? { alias: value, version: "" } : { alias: "", version: value };
  return html`<div class="toolbar">
    <label class="inline">Status <select value=${status} onChange=${event => change({ status: event.target.value })}>
      <option value="">Any</option>${STATUSES.map(value => html`<option key=${value} value=${value} selected=${value === status}>${value}</option>`)}</select></label>
    <label class="inline">Alias or version <${TargetSelect} machine=${machine} value=${alias ?? version ?? ""} any="Any" onChange=${value => change(target(value))}/></label></div>`;
}

function List({ route, machine }) {
  const { name, stateMachineArn, query } = route;
  const [tokens, setTokens] = useState([]);
  const target = query.alias || query.version;
  const input = {
    stateMachineArn: target ? `${stateMachineArn}:${target}` : stateMachineArn,
    statusFilter: query.status || undefined,
    maxResults: PAGE,
    nextToken: tokens.at(-1),
  };
  const { data, error, reload } = useData(options => readExecutions(input, options), {
    keys: [input],
    arn: stateMachineArn,
    kinds: ["execution"],
  });
  return html`<${Card}>
    ${error && html`<${LoadError} error=${error} reload=${reload}/>`}
    ${!data && !error && html`<${Loading} what="executions"/>`}
    ${data && html`<${ExecutionTable} name=${name} executions=${data.executions} roles=${createRoles(chooseMainAlias(machine.aliases))} style="date"/>`}
    <${TokenPages} label="Pages of executions" ...${{ tokens, setTokens }} nextToken=${data?.nextToken}/></${Card}>`;
}
