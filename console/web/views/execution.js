// An execution: status, version, alias, input, output, history; stop it, or end it with a result.

import { html, useState } from "../vendor/vendor.js";
import { callAws, endExecution } from "../client.js";
import {
  CallPanel,
  Card,
  CopyButton,
  Dialog,
  Field,
  Json,
  LoadError,
  Loading,
  OperationDialog,
  Page,
  Status,
  Table,
  Time,
  TokenPages,
  VersionBadge,
  notify,
} from "../components.js";
import { lastPart, toMillis } from "../format.js";
import { useData } from "../live.js";
import { buildArn, link } from "../routes.js";
import { Duration } from "./execution-table.js";

const EVENTS = 50;

export default function Execution({ route }) {
  const { name, stateMachineArn: arn } = route;
  const executionArn = buildArn(route, "execution", name, route.execution);
  const { data, error, reload } = useData(options => callAws("DescribeExecution", { executionArn }, options), {
    keys: [executionArn],
    arn,
    kinds: ["execution"],
  });
  if (data) return html`<${LoadedExecution} route=${route} execution=${data} reload=${reload}/>`;
  return html`<${Page} title=${route.execution} crumbs=${createCrumbs(route)}>
    ${error ? html`<${LoadError} error=${error} reload=${reload}/>` : html`<${Loading} what="the execution"/>`}</${Page}>`;
}

const createCrumbs = ({ name, execution }) => [[name, link.stateMachine(name)], ["Executions", link.executions(name)], [execution]];

function LoadedExecution({ route, execution, reload }) {
  const [dialog, setDialog] = useState();
  const { status, executionArn } = execution;
  const running = status === "RUNNING";
  const actions =
    running &&
    html`<button type="button" onClick=${() => setDialog("stop")}>Stop</button>
    <button type="button" class="first" onClick=${() => setDialog("end")}>End with a result</button>`;
  const done = text => {
    setDialog(undefined);
    reload();
    notify(text);
  };
  const close = () => setDialog(undefined);
  return html`<${Page} title=${route.execution} lead=${html`Execution of ${route.name}`} crumbs=${createCrumbs(route)} actions=${actions}>
    <${Facts} route=${route} execution=${execution}/>
    ${
      (execution.error || execution.cause) &&
      html`<section class="card outcome" aria-label="Error"><span class="sign" aria-hidden="true">✕</span><div>
      <h2 class="wrap">${execution.error || status}</h2><p class="wrap">${execution.cause}</p></div></section>`
    }
    <div class="cols even"><${Card} title="Input"><${Data} text=${execution.input} label="the input"/></${Card}>
      <${Card} title="Output"><${Data} text=${execution.output} label="the output"/></${Card}></div>
    <${History} executionArn=${executionArn} status=${status}/>
    ${dialog === "stop" && html`<${StopDialog} ...${{ executionArn }} onClose=${close} onDone=${done}/>`}
    ${dialog === "end" && html`<${EndDialog} ...${{ executionArn }} onClose=${close} onDone=${done}/>`}</${Page}>`;
}

const Data = ({ text, label }) => (text === undefined ? html`<p class="muted">none</p>` : html`<${Json} text=${text} label=${label}/>`);

function Facts({ route, execution }) {
  const { name } = route;
  const { status, stateMachineVersionArn: versionArn, stateMachineAliasArn: aliasArn, executionArn } = execution;
  const version = versionArn && Number(lastPart(versionArn));
  const [start, stop] = [toMillis(execution.startDate), toMillis(execution.stopDate)];
  return html`<section class="card" aria-label="Details"><dl class="facts">
    <div><dt>Status</dt><dd class="strong"><span role="status"><${Status} status=${status}/></span></dd></div>
    <div><dt>Version</dt><dd>${version ? html`<${VersionBadge} version=${version} href=${link.version(name, version)}/>` : "none: started without alias or version"}</dd></div>
    <div><dt>Alias</dt><dd>${aliasArn ? html`<a href=${link.alias(name, lastPart(aliasArn))}>${lastPart(aliasArn)}</a>` : html`<span class="muted">none</span>`}</dd></div>
    <div><dt>Started</dt><dd><${Time} millis=${start} style="full"/></dd></div>
    <div><dt>Ended</dt><dd>${stop ? html`<${Time} millis=${stop} style="full"/>` : html`<span class="muted">not yet</span>`}</dd></div>
    <div><dt>Duration</dt><dd><${Duration} startMillis=${start} stopMillis=${stop}/></dd></div>
    <div class="wide"><dt>ARN</dt><dd class="mono wrap">${executionArn} <${CopyButton} text=${executionArn} label="the ARN of the execution" class="plain"/></dd></div></dl></section>`;
}

function History({ executionArn, status }) {
  const [tokens, setTokens] = useState([]);
  const input = { executionArn, maxResults: EVENTS, nextToken: tokens.at(-1) };
  const { data, error, reload } = useData(options => callAws("GetExecutionHistory", input, options), { keys: [input, status], kinds: [] });
  const columns = [{ title: "Event" }, { title: "Type" }, { title: "Time" }, { title: "Details" }];
  return html`<${Card} title="History">
    ${error && html`<${LoadError} error=${error} reload=${reload}/>`}
    ${!data && !error && html`<${Loading} what="the history"/>`}
    ${data && html`<${Table} label="History" class="stack events" columns=${columns}>${data.events.map(event => html`<${EventRow} key=${event.id} event=${event}/>`)}</${Table}>`}
    <${TokenPages} label="Pages of events" ...${{ tokens, setTokens }} nextToken=${data?.nextToken}/></${Card}>`;
}

function EventRow({ event }) {
  const { id, type, timestamp, previousEventId, ...details } = event;
  const text = JSON.stringify(Object.values(details)[0] ?? {}, null, 2);
  return html`<tr><td class="muted">${id}</td><td class="grow">${type}</td><td class="muted"><${Time} millis=${toMillis(timestamp)} style="time"/></td>
    <td class="full">${text === "{}" ? "" : html`<details class="event"><summary>Details</summary><pre class="wrap">${text}</pre></details>`}</td></tr>`;
}

function StopDialog({ executionArn, onClose, onDone }) {
  const [error, setError] = useState("");
  const [cause, setCause] = useState("");
  const input = { executionArn, error: error || undefined, cause: cause || undefined };
  return html`<${OperationDialog} title="Stop the execution" operation="StopExecution" ...${{ input, onClose }} submit="Stop" danger onDone=${() => onDone("Stopped the execution.")}>
    ${state => html`<p class="muted">The execution ends now with status ABORTED.</p>
      <${TextField} label="Error" path="/error" hint="Optional" value=${error} onInput=${setError} ...${state}/>
      <${TextField} label="Cause" path="/cause" hint="Optional" value=${cause} onInput=${setCause} ...${state}/>`}</${OperationDialog}>`;
}

const TextField = ({
  label,
  path,
  hint,
  value,
  onInput,
  error,
  problems,
  rows,
}) => html`<${Field} ...${{ label, path, hint, error, problems }}>
  ${({ id, invalid, describedBy }) =>
    rows
      ? html`<textarea id=${id} rows=${rows} spellcheck="false" aria-invalid=${invalid} aria-describedby=${describedBy} value=${value} onInput=${event => onInput(event.target.value)}></textarea>`
      : html`<input id=${id} aria-invalid=${invalid} aria-describedby=${describedBy} value=${value} onInput=${event => onInput(event.target.value)}/>`}</${Field}>`;

const RESULTS = [
  ["SUCCEEDED", "Succeed"],
  ["FAILED", "Fail"],
  ["TIMED_OUT", "Time out"],
];

/** AWS has no such request: the work of the execution ends it. Here, a person does. */
function EndDialog({ executionArn, onClose, onDone }) {
  const [status, setStatus] = useState("SUCCEEDED");
  const [output, setOutput] = useState("{}");
  const [failure, setFailure] = useState({ error: "", cause: "" });
  const [{ busy, problem }, setState] = useState({});
  const { body, invalid } = createEnding({ executionArn, status, output, ...failure });
  const send = async event => {
    event.preventDefault();
    if (busy || invalid) return setState({ problem: invalid });
    setState({ busy: true });
    await endExecution(body).then(
      () => onDone("Ended the execution."),
      error => setState({ problem: error }),
    );
  };
  return html`<${Dialog} title="End the execution with a result" onClose=${onClose}><form onSubmit=${send} novalidate>
    <p class="muted">At this endpoint, an execution runs until it is ended. AWS ends it when its work is done.</p>
    <fieldset><legend>Result</legend><div class="actions">${RESULTS.map(
      ([value, title]) => html`<label class="check" key=${value}>
      <input type="radio" name="result" value=${value} checked=${status === value} onChange=${() => setStatus(value)}/>${title}</label>`,
    )}</div></fieldset>
    ${status === "SUCCEEDED" && html`<${TextField} label="Output (JSON)" value=${output} onInput=${setOutput} rows="5"/>`}
    ${
      status === "FAILED" &&
      html`<${TextField} label="Error" value=${failure.error} onInput=${error => setFailure({ ...failure, error })}/>
      <${TextField} label="Cause" value=${failure.cause} onInput=${cause => setFailure({ ...failure, cause })}/>`
    }
    ${problem && html`<div class="fault" role="alert"><span class="sign" aria-hidden="true">!</span><p class="strong">${problem.message}</p><p class="small muted">${problem.code}</p></div>`}
    <div class="actions"><button class="first" aria-disabled=${busy ? "true" : undefined}>End the execution</button><button type="button" onClick=${onClose}>Cancel</button></div>
    <${CallPanel} request=${{ path: "/executions/end", body }}/></form></${Dialog}>`;
}

/** Returns the body of the request, and the error of an output that is not JSON: the body needs its value. */
function createEnding({ executionArn, status, output, error, cause }) {
  if (status === "TIMED_OUT") return { body: { executionArn, status } };
  if (status === "FAILED") return { body: { executionArn, error, cause } };
  try {
    return { body: { executionArn, output: JSON.parse(output) } };
  } catch (failure) {
    return {
      body: { executionArn, output },
      invalid: { code: "InvalidOutput", message: `The output is not valid JSON: ${failure.message}` },
    };
  }
}
