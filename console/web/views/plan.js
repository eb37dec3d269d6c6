// The plan of a deployment: its steps, the starts to expect, a simulation with an alarm, and how to run it.

import { html, useState } from "../vendor/vendor.js";
import { callAws, getEndpoint, now } from "../client.js";
import { Card, CopyButton, LoadError, Loading, Page } from "../components.js";
import { useTraffic } from "../deployment-data.js";
import { formatNumber, lastPart, parseRouting, plural } from "../format.js";
import { useData } from "../live.js";
import { listCommands, PROGRAMS } from "../plan-commands.js";
import * as plans from "../plan-request.js";
import { usePlan } from "../plan-result.js";
import { link } from "../routes.js";
import { Timeline } from "../timeline.js";
import * as data from "../timeline-data.js";
import { useVersions } from "../versions.js";
import { PlanForm } from "./plan-form.js";
import { SimulatedCalls, SimulationForm } from "./plan-simulation.js";

const RATE_MILLIS = 600000;

export default function PlanView({ route }) {
  const alias = useData(options => callAws("DescribeStateMachineAlias", { stateMachineAliasArn: route.stateMachineAliasArn }, options), {
    keys: [route.stateMachineAliasArn],
    arn: route.stateMachineArn,
    kinds: ["alias", "stateMachine"],
  });
  const versions = useVersions(route.stateMachineArn);
  const traffic = useTraffic(route, { spanMillis: RATE_MILLIS, live: false });
  const crumbs = [[route.name, link.stateMachine(route.name)], [route.alias, link.alias(route.name, route.alias)], ["Plan"]];
  const title = `Plan a deployment of ${route.alias}`;
  const error = alias.error ?? versions.error;
  const content =
    alias.data && !versions.loading && (traffic.data || traffic.error)
      ? html`<${Planner} route=${route} alias=${alias.data} versions=${versions} measured=${plans.measureStarts(traffic.data, now())}/>`
      : error
        ? html`<${LoadError} error=${error} reload=${alias.reload}/>`
        : html`<${Loading} what="the alias"/>`;
  return html`<${Page} title=${title} crumbs=${crumbs} lead="Shows what a deployment would do. This page changes nothing.">${content}</${Page}>`;
}

/** The newest version that the alias does not route to, otherwise the newest. */
function chooseVersion({ query }, versions, routing) {
  const asked = Number(query?.version);
  if (versions.numbers.includes(asked)) return asked;
  if (routing.length > 1) return versions.numbers[0];
  return versions.numbers.find(number => !routing.some(({ version }) => version === number)) ?? versions.numbers[0];
}

function Planner({ route, alias, versions, measured: measuredNow }) {
  const [measured] = useState(measuredNow);
  const routing = parseRouting(alias.routingConfiguration);
  const [form, setForm] = useState(plans.FIRST_FORM);
  const [version, setVersion] = useState(() => chooseVersion(route, versions, routing));
  const [rate, setRate] = useState(undefined);
  const [chosen, setSimulated] = useState({ enabled: false, name: "", minute: "2.5" });
  const rateText = rate ?? String(measured ?? 1);
  const [assumed, setAssumed] = useState(undefined);
  const currentRouting =
    assumed === undefined ? alias.routingConfiguration : [{ stateMachineVersionArn: `${route.stateMachineArn}:${assumed}`, weight: 100 }];
  const built = plans.buildPreference(form);
  const names = plans.listNames(built);
  const simulated = { ...chosen, name: names.includes(chosen.name) ? chosen.name : (names[0] ?? "") };
  const versionArn = version === undefined ? undefined : `${route.stateMachineArn}:${version}`;
  const request = built.problem ? undefined : plans.buildPlanRequest(built, currentRouting, versionArn);
  const result = usePlan({ request, rate: rateText, aliasArn: route.stateMachineAliasArn, simulated });
  const problems = built.problem
    ? [built.problem]
    : [result.errors.plan, result.errors.rate, result.errors.simulation].flatMap(error => plans.locateProblems(error, form.kind));
  const change = members => setForm(current => ({ ...current, ...members }));
  const valid = result.plan && !built.problem && !result.errors.plan;
  return html`<div class="cols plan-cols">
    <${PlanForm} ...${{ route, form, change, version, setVersion, versions, routing, problems, measured, rate: rateText, setRate }}/>
    ${valid ? html`<div><${Steps} plan=${result.plan} expected=${result.expected}/><${Run} route=${route} form=${form} built=${built} plan=${result.plan}/></div>` : html`<${NoPlan} busy=${result.busy} problems=${problems} route=${route} routing=${routing} assume=${setAssumed}/>`}</div>
    ${valid && html`<${Chart} route=${route} result=${result} simulated=${simulated} setSimulated=${setSimulated} problems=${problems}/>`}`;
}

function NoPlan({ busy, problems, route, routing, assume }) {
  const before = Math.min(...routing.map(({ version }) => version));
  const split = problems.some(({ path }) => path === "/currentRouting");
  return html`<${Card} title="Steps">${
    busy && !problems.length
      ? html`<${Loading} what="the plan"/>`
      : html`<p class="muted">Correct the marked fields to see the steps.</p>
        ${
          split &&
          html`<p class="gap">${route.alias} splits its starts now. End that first: <a href=${link.alias(route.name, route.alias)}>route all starts to one version</a>.</p>
        <button type="button" class="gap" onClick=${() => assume(before)}>Plan as if ${route.alias} routed all starts to v${before}</button>`
        }`
  }</${Card}>`;
}

const range = ({ expected, low, high }) =>
  html`${formatNumber(Math.round(expected))} <span class="muted">(${formatNumber(low)} to ${formatNumber(high)})</span>`;

/** The steps with the starts of each version until the next step, and the notes. */
function Steps({ plan, expected }) {
  const [from, to] = [data.parseVersion(plan.origin), data.parseVersion(plan.target)];
  const unchanged = from === to;
  const startsOf = step => expected?.steps.find(({ offsetSeconds }) => offsetSeconds === step.offsetSeconds);
  const weightOf = (step, version) => data.findWeight(data.parseRoutes(step.routing), version);
  const row = (step, index) => {
    const starts = step.then.kind === "wait" ? startsOf(step) : undefined;
    return html`<tr><td>${index + 1}</td><td class="num">${data.formatElapsed(step.offsetSeconds * 1000)}</td><td class="num strong">${weightOf(step, to)}%</td>
      <td class="num">${starts ? range(starts.target) : step.then.kind === "wait" ? "" : html`<span class="muted">all</span>`}</td>
      ${!unchanged && html`<td class="num">${starts ? range(starts.origin) : step.then.kind === "wait" ? "" : html`<span class="muted">none</span>`}</td>`}</tr>`;
  };
  const duration = plan.durationSeconds ? `takes ${data.formatElapsed(plan.durationSeconds * 1000)}` : "one update";
  return html`<${Card} title="Steps" note=${`${plural(plan.steps.length, "step")}, ${duration}`}>
    <${Notes} plan=${plan}/>
    <div class="scroll steps" tabindex="0" role="region" aria-label="Steps of the plan"><table><thead><tr><th scope="col">Step</th><th scope="col" class="num">After</th><th scope="col" class="num">v${to}</th>
      <th scope="col" class="num">Starts of v${to}</th>${!unchanged && html`<th scope="col" class="num">Starts of v${from}</th>`}</tr></thead>
      <tbody>${plan.steps.map(row)}</tbody>
      ${expected && plan.steps.length > 2 && html`<tfoot><tr><td colspan="3">Total</td><td class="num">${range(expected.total.target)}</td><td class="num">${range(expected.total.origin)}</td></tr></tfoot>`}</table></div>
    ${expected && plan.steps.length > 1 && html`<p class="small muted">Starts until the next step, at ${expected.startsPerSecond} per second. In parentheses: the range of 95 of 100 deployments, because each start is routed by chance.</p>`}</${Card}>`;
}

/** Alarms that a deployment ignores, and the absence of alarms, are warnings. */
const WARNINGS = ["no-alarms", "alarms-ignored", "gradual-members-ignored"];

function Notes({ plan }) {
  if (!plan.notes.length) return "";
  const sentence = text => text.replace(/^[a-z]/, letter => letter.toUpperCase()).replace(/[^.]$/, "$&.");
  return html`<ul class="notes" aria-label="Notes">${plan.notes.map(
    ({ code, message }) =>
      html`<li key=${code} class=${WARNINGS.includes(code) ? "warning" : ""}><span class="sign" aria-hidden="true">${WARNINGS.includes(code) ? "!" : "i"}</span><span>${sentence(message)}</span></li>`,
  )}</ul>`;
}

/** The plan as a timeline, with the simulation if there is one. */
function Chart({ route, result, simulated, setSimulated, problems }) {
  const { plan, expected } = result;
  const names = plans.findPlanAlarms(plan);
  const simulation = names.length ? result.simulation : undefined;
  const [from, to] = [data.parseVersion(plan.origin), data.parseVersion(plan.target)];
  const span = findPlanSpan(plan);
  const planned = data.buildPlanSegments(plan, span.from, span.until);
  const rate = expected?.startsPerSecond ?? 0;
  const before = data.parseRoutes(plan.before);
  const simulatedSegments = simulation && data.buildSegments(data.listSimulatedChanges(simulation), span.from, span.until, before);
  const segments = simulatedSegments ?? planned;
  const ended = simulation && simulation.endedAtSeconds * 1000;
  const missed =
    simulation && simulation.outcome.result !== "succeeded" ? planned.filter(segment => segment.end > ended && segment.start > ended) : [];
  const alarms = simulation ? data.listSimulatedAlarms(simulation, names, span.until) : [];
  return html`<${Card} title="Timeline" note=${simulation ? "simulated; time after the first shift" : "time after the first shift"}>
    <${SimulationForm} ...${{ plan, names, simulated, setSimulated, simulation, problems, segments, rate }}/>
    <${Timeline} label=${`plan of v${to} on ${route.alias}`} from=${span.from} until=${span.until} origin=${0} segments=${[]} planned=${segments} missed=${missed}
      fromVersion=${from} toVersion=${to} expected=${rate > 0 ? plans.expectSegments(segments, rate) : undefined} alarms=${alarms} marks=${findMarks(simulation)}/>
    ${simulation && html`<${SimulatedCalls} simulation=${simulation}/>`}</${Card}>`;
}

function findPlanSpan(plan) {
  const planned = plan.durationSeconds * 1000;
  return { from: -Math.max(20000, planned * 0.06), until: planned + Math.max(60000, planned * 0.15) };
}

function findMarks(simulation) {
  if (!simulation) return [];
  const alarm = simulation.entries.find(({ entry, event }) => entry === "event" && event.state === "ALARM");
  const ended = simulation.endedAtSeconds * 1000;
  const marks = alarm
    ? [{ millis: alarm.atSeconds * 1000, kind: "alarm", text: `alarm ${data.formatElapsed(alarm.atSeconds * 1000)}` }]
    : [];
  if (simulation.outcome.result !== "rolledBack") return marks;
  return [{ millis: ended, kind: "rollback", text: `← rolled back ${data.formatElapsed(ended)}` }, ...marks];
}

/** The plan as a command or program, ready to copy. */
function Run({ route, form, built, plan }) {
  const [chosen, setChosen] = useState("deploy");
  const { url, region } = getEndpoint();
  const version = data.parseVersion(plan.target);
  const commands = listCommands({
    form,
    ...built,
    aliasArn: route.stateMachineAliasArn,
    versionArn: plan.target,
    version,
    name: route.name,
    alias: route.alias,
    url,
    region,
  });
  const kind = chosen in commands ? chosen : "deploy";
  const alarmed = plans.findPlanAlarms(plan).length > 0;
  return html`<${Card} title="Run it" note=${`deploys ${lastPart(plan.target) === String(version) ? `v${version}` : plan.target} to ${route.alias}`}>
    <div class="callhead"><span class="tabs" role="group" aria-label="Program">${Object.keys(commands).map(
      key => html`<button type="button" key=${key} aria-pressed=${key === kind} onClick=${() => setChosen(key)}>${PROGRAMS[key]}</button>`,
    )}</span><${CopyButton} text=${commands[kind]} label=${`the ${PROGRAMS[kind]} code`}/></div>
    <div class="call" tabindex="0" role="region" aria-label=${`${PROGRAMS[kind]} code`}><pre>${commands[kind]}</pre></div>
    <p class="small muted gap">${RUN_TEXTS[kind]}${alarmed && ["deploy"].includes(kind) ? " alarms.json has the rules of the alarms: they count the failures of this endpoint. Change the thresholds as needed, or use CloudWatch instead of --alarm-command." : ""}</p>
    ${form.kind === "custom" && html`<p class="small muted">CloudFormation does not support custom steps.</p>`}</${Card}>`;
}

const RUN_TEXTS = {
  deploy: "The command reports to this page while it runs. You can interrupt it: the same command resumes.",
  python: "Needs the packages sfn-alias and boto3.",
  node: "Needs the packages sfn-alias and @aws-sdk/client-sfn.",
  cloudformation: "Add it to a template in which the alias has this name.",
};
