// A deployment that is rolled back, watched from start to end: `sfn-alias deploy` drives it while boto3 starts executions.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { Client, createDirectory, runProgram } from "./endpoint.mjs";
import { startBrowser, test, waitFor } from "./support.mjs";
import { FIRST, SECOND } from "./world.mjs";

startBrowser();

const PROGRAM = process.env.SFN_ALIAS ?? new URL("../../../target/debug/sfn-alias", import.meta.url).pathname;
const OUTCOMES = {
  outcomes: [
    { stateMachine: "orders", version: 2, error: "Orders.Broken", after: "50ms" },
    { stateMachine: "orders", output: { ok: true }, after: "50ms" },
  ],
};
const ALARM = { name: "orders-errors", metric: "ExecutionsFailed", stateMachine: "orders", version: 2, threshold: 3 };
const MESSAGE = "Aborting deployment. The following CloudWatch alarms are in an 'ALARM' state: [orders-errors].";

const directory = createDirectory({ "outcomes.json": JSON.stringify(OUTCOMES), "alarms.json": JSON.stringify({ alarms: [ALARM] }) });
process.on("exit", () => directory.remove());

test("a rollback, from start to end", { serve: ["--outcomes", directory.file("outcomes.json")] }, async ({ endpoint, client, open, defer }) => {
  const arn = await client.createStateMachine("orders", [FIRST, SECOND]);
  await client.createAlias(arn, "PROD", { 1: 100 });
  startTraffic(endpoint, `${arn}:PROD`, defer);
  const page = await open("orders/aliases/PROD");
  await page.getByRole("img", { name: "version 1 100%" }).first().waitFor();

  const first = startDeployment(endpoint, arn, defer);
  await page.getByText("A deployment is under way").waitFor();
  await page.getByRole("link", { name: "Show the deployment" }).click();
  await page.getByRole("heading", { level: 1, name: /v1 to v2/ }).waitFor();
  await page.getByText(/canary 20\/1m/).first().waitFor();
  await page.getByText("orders-errors").first().waitFor();
  await page.getByRole("img", { name: "version 1 80%, version 2 20%" }).first().waitFor();
  await waitFor("the saved state", () => isWaiting());
  await waitForFailures(client, arn);

  assert.equal(await first.stop(), 3, first.errors);
  advanceAMinute();
  const second = startDeployment(endpoint, arn, defer);
  assert.equal(await second.closed, 1, second.errors);

  await page.getByRole("heading", { name: /Rolled back/ }).waitFor();
  await page.getByText(MESSAGE).first().waitFor();
  await page.getByText(/ALARM/).first().waitFor();
  await page.getByRole("img", { name: "version 1 100%" }).first().waitFor();
  assert.deepEqual(await client.describeRouting(`${arn}:PROD`), { 1: 100 });

  await page.goto(`${endpoint.url}/console/#/us-east-1/000000000000/orders/aliases/PROD`);
  await page.getByText("Rolled back").first().waitFor();
});

test("a deployment that succeeds", {}, async ({ endpoint, client, open, defer }) => {
  const arn = await client.createStateMachine("orders", [FIRST, SECOND]);
  await client.createAlias(arn, "PROD", { 1: 100 });
  const page = await open("orders/aliases/PROD");
  await page.getByRole("img", { name: "version 1 100%" }).first().waitFor();
  const deployment = deploy(endpoint, [`${arn}:PROD`, `${arn}:2`, "--all-at-once", "--state", directory.file("at-once.json")], defer);
  assert.equal(await deployment.closed, 0, deployment.errors);
  await page.getByRole("img", { name: "version 2 100%" }).first().waitFor();
  await page.getByText("Succeeded").first().waitFor();
  await page.getByRole("link", { name: "v1 to v2" }).click();
  await page.getByRole("heading", { level: 1, name: /v1 to v2/ }).waitFor();
});

test("an alias that CloudFormation would update has a history of routings", {}, async ({ client, open }) => {
  const arn = await client.createStateMachine("orders", [FIRST, SECOND]);
  await client.createAlias(arn, "PROD", { 1: 100 });
  await client.updateAlias(`${arn}:PROD`, { 1: 95, 2: 5 });
  const page = await open("orders/aliases/PROD");
  await page.getByRole("heading", { name: "History of routings" }).waitFor();
  await page.getByRole("listitem").filter({ hasText: /UpdateStateMachineAlias by .*Boto3/i }).getByRole("img", { name: "version 1 95%, version 2 5%" }).waitFor();
});

function startTraffic(endpoint, stateMachineArn, defer) {
  const traffic = new Client(endpoint.url);
  defer(() => traffic.stop());
  traffic.call("start_execution", { stateMachineArn }, { times: 10_000, rate: 20 }).catch(() => {}); // It ends with the process.
}

function startDeployment(endpoint, arn, defer) {
  const alarms = `'${PROGRAM}' alarms '${directory.file("alarms.json")}'`;
  const options = ["--canary", "20/1m", "--state", directory.file("state.json"), "--alarm", "orders-errors", "--alarm-command", alarms];
  return deploy(endpoint, [`${arn}:PROD`, `${arn}:2`, ...options], defer);
}

function deploy(endpoint, deployArguments, defer) {
  const program = runProgram(["deploy", ...deployArguments, "--json", "--endpoint-url", endpoint.url], { environment: { AWS_ENDPOINT_URL_SFN: endpoint.url } });
  defer(() => program.stop());
  return program;
}

function readState() {
  try {
    return JSON.parse(readFileSync(directory.file("state.json"), "utf8"));
  } catch {
    return undefined; // Not written yet.
  }
}

const isWaiting = () => readState()?.phase.untilMillis !== undefined;

async function waitForFailures(client, arn) {
  const input = { stateMachineArn: `${arn}:2`, statusFilter: "FAILED" };
  await waitFor("failures of version 2", async () => (await client.call("list_executions", input)).executions.length >= ALARM.threshold);
}

/** A deployment checks its alarms once per minute. Changes its state file as if the minute had passed. */
function advanceAMinute() {
  const state = readState();
  state.lastShiftAtMillis -= 60_000;
  state.phase.untilMillis -= 60_000;
  writeFileSync(directory.file("state.json"), JSON.stringify(state));
}
