// The ways to run a plan, ready to copy: program, Python, Node, CloudFormation. No DOM.
//
//   listCommands({form, preference, alarms, aliasArn, versionArn, name, alias, url, region}) ->
//     {deploy, python, node, cloudformation}: texts; `cloudformation` is absent if CloudFormation does not support the plan

import { formatPython, quoteShell } from "./calls.js";
import { listNames } from "./plan-request.js";

export const PROGRAMS = { deploy: "sfn-alias", python: "Python", node: "Node", cloudformation: "CloudFormation" };

export function listCommands(plan) {
  const commands = { deploy: describeDeploy(plan), python: describePython(plan), node: describeNode(plan) };
  return plan.preference.Type === "CUSTOM" ? commands : { ...commands, cloudformation: describeTemplate(plan) };
}

const stateFile = ({ name, alias }) => `${name}-${alias}.json`;
const formatStep = ({ Percentage, Interval }) => `${Percentage}/${Interval}m`;

/** Returns the short form of a preference, or `undefined` for the JSON of a template. */
export function shortenPreference({ form, preference }) {
  if (form.kind === "canary") return formatStep(preference);
  if (form.kind === "linear") return `linear ${formatStep(preference)}`;
  if (form.kind === "allAtOnce") return "all-at-once";
  if (form.kind !== "custom") return undefined;
  const steps = preference.Steps.map(formatStep).join(",");
  return preference.Steps.length === 1 ? `custom ${steps}` : steps;
}

function formatOption({ form, preference }) {
  if (form.kind === "canary") return `--canary ${formatStep(preference)}`;
  if (form.kind === "linear") return `--linear ${formatStep(preference)}`;
  if (form.kind === "allAtOnce") return "--all-at-once";
  if (form.kind === "custom") return `--steps ${preference.Steps.map(formatStep).join(",")}`;
  return `--preference ${quoteShell(JSON.stringify(preference))}`;
}

/** Rules that read the alarms from the executions of the endpoint, because it has no CloudWatch. */
function describeAlarmFile({ name, version }, alarms) {
  const rules = alarms.map(alarm => JSON.stringify({ name: alarm, metric: "ExecutionsFailed", stateMachine: name, version, threshold: 3 }));
  return `cat > alarms.json <<'END'\n{"alarms": [\n  ${rules.join(",\n  ")}\n]}\nEND\n`;
}

function describeDeploy(plan) {
  const alarms = listNames(plan);
  const lines = [
    `sfn-alias deploy ${quoteShell(plan.aliasArn)}`,
    quoteShell(plan.versionArn),
    `--endpoint-url ${quoteShell(plan.url)}`,
    `--state ${quoteShell(stateFile(plan))}`,
    formatOption(plan),
    ...(plan.alarms ?? []).map(alarm => (alarm.startsWith("-") ? `--alarm=${quoteShell(alarm)}` : `--alarm ${quoteShell(alarm)}`)),
    ...(alarms.length ? ["--alarm-command 'sfn-alias alarms alarms.json'"] : []),
  ];
  return (alarms.length ? describeAlarmFile(plan, alarms) : "") + lines.join(" \\\n  ");
}

function describePython(plan) {
  const { aliasArn, versionArn, url, region, preference } = plan;
  const text = value => formatPython(value, "    ");
  const alarms = listNames(plan);
  const members = [
    "sfn",
    text(aliasArn),
    text(shortenPreference(plan) ?? preference),
    ...(preference.StateMachineVersionArn ? [] : [text(versionArn)]),
    ...(plan.alarms ? [`alarms=${text(plan.alarms)}`] : []),
    ...(alarms.length ? ['cloudwatch=boto3.client("cloudwatch")'] : []),
    `state=${text(stateFile(plan))}`,
  ];
  return `import boto3\nfrom sfn_alias import deploy\n\nsfn = boto3.client("stepfunctions", endpoint_url=${text(url)}, region_name=${text(region)})
deployment = deploy.Deployment(\n${members.map(member => `    ${member},\n`).join("")})
print(deployment.run(on_progress=lambda progress: print(progress["text"])))`;
}

function describeNode(plan) {
  const { aliasArn, versionArn, url, region, preference } = plan;
  const alarms = listNames(plan);
  const members = [
    "client",
    `aliasArn: ${JSON.stringify(aliasArn)}`,
    `preference: ${JSON.stringify(shortenPreference(plan) ?? preference)}`,
    ...(preference.StateMachineVersionArn ? [] : [`newVersion: ${JSON.stringify(versionArn)}`]),
    ...(plan.alarms ? [`alarms: ${JSON.stringify(plan.alarms)}`] : []),
    ...(alarms.length ? ["cloudwatch: new CloudWatchClient({})"] : []),
    `state: ${JSON.stringify(stateFile(plan))}`,
  ];
  const imports = alarms.length ? "import { CloudWatchClient } from '@aws-sdk/client-cloudwatch'\n" : "";
  return `${imports}import { SFNClient } from '@aws-sdk/client-sfn'\nimport { Deployment } from 'sfn-alias/deploy'\n
const client = new SFNClient({ endpoint: ${JSON.stringify(url)}, region: ${JSON.stringify(region)} })
const deployment = new Deployment({\n${members.map(member => `  ${member},\n`).join("")}})\nconsole.log(await deployment.run(progress => console.log(progress.text)))`;
}

function describeTemplate(plan) {
  const { alias, versionArn, preference, alarms } = plan;
  const all = { StateMachineVersionArn: versionArn, ...preference, ...(alarms ? { Alarms: alarms } : {}) };
  const format = value => (typeof value === "string" && /^[A-Z_]+$/.test(value) ? value : JSON.stringify(value));
  const lines = Object.entries(all).map(([member, value]) => `        ${member}: ${format(value)}`);
  return `Resources:\n  Alias:\n    Type: AWS::StepFunctions::StateMachineAlias\n    Properties:\n      Name: ${JSON.stringify(alias)}\n      DeploymentPreference:\n${lines.join("\n")}`;
}
