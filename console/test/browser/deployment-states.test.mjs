// The states of a deployment, reported by a driver that the test plays.

import assert from "node:assert/strict";
import { startBrowser, test } from "./support.mjs";

startBrowser();

const FIRST = { StartAt: "Done", States: { Done: { Type: "Succeed" } } };
const SECOND = { ...FIRST, Comment: "Second" };
const MINUTE = 60_000;

/** Creates an alias that routes 10 % to version 2, and returns a function that reports its deployment. */
async function createDeployment({ endpoint, client }) {
  const arn = await client.createStateMachine("orders", [FIRST, SECOND]);
  const alias = `${arn}:PROD`;
  await client.createAlias(arn, "PROD", { 1: 100 });
  await client.updateAlias(alias, { 1: 90, 2: 10 });
  const startedMillis = Date.now();
  const report = async (change = {}, rest = {}) => {
    const currentRouting = [{ stateMachineVersionArn: `${arn}:1`, weight: 100 }];
    const plan = { shorthand: "10/5m", alarms: ["errors", "latency"], currentRouting, newVersion: `${arn}:2` };
    const phase = { kind: "waiting", untilMillis: startedMillis + MINUTE, reason: { kind: "interval" } };
    const checkpoint = { stateMachineAliasArn: alias, plan, stepsDone: 1, lastShiftAtMillis: startedMillis, phase, ...change };
    const alarms = [{ name: "errors", state: "OK" }, { name: "latency", state: "OK" }];
    const body = { stateMachineAliasArn: alias, driver: "test driver", checkpoint, alarms, startedMillis, command: "test-driver --resume", ...rest };
    const response = await fetch(`${endpoint.url}/console/api/deployments/20261130T120000Z-abcd`, { method: "PUT", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
    assert.equal(response.status, 200, await response.text());
  };
  await report();
  return { arn, alias, report };
}

const HASH = "orders/aliases/PROD/deployments/20261130T120000Z-abcd";
const done = (outcome) => ({ phase: { kind: "done", outcome } });

test("a running deployment", {}, async (context) => {
  const { report } = await createDeployment(context);
  const page = await context.open(HASH);
  await page.getByRole("heading", { level: 1, name: "v1 to v2 on PROD" }).waitFor();
  await page.getByText("canary 10/5m, reported by test driver").waitFor();
  await page.getByText("2 of 2 OK").waitFor();
  await page.getByText("Step 2 of 2: 100% run v2, unless an alarm is in state ALARM").waitFor();
  await page.getByRole("region", { name: "What you can do" }).getByText("test-driver --resume").waitFor();
  const alarms = [{ name: "errors", state: "OK" }, { name: "latency", state: "ALARM" }];
  await report({}, { alarms });
  await page.getByText("1 of 2 in ALARM").waitFor();
  await page.getByRole("status").getByText("10% of the starts run version 2, step 1 of 2. In state ALARM: latency.").waitFor();
});

test("a driver that does not report", {}, async (context) => {
  const { report } = await createDeployment(context);
  const past = Date.now() - 10 * MINUTE;
  await report({ lastShiftAtMillis: past, phase: { kind: "waiting", untilMillis: past + MINUTE, reason: { kind: "interval" } } });
  const page = await context.open(HASH);
  await page.clock.install();
  await page.reload();
  await page.clock.fastForward(10 * MINUTE);
  await page.getByText("The driver does not report.").first().waitFor();
  await page.getByText("overdue").waitFor();
});

test("a rollback whose call is repeated", {}, async (context) => {
  const { report } = await createDeployment(context);
  const intent = { kind: "rollBack", message: "Aborting.", alarms: ["errors"] };
  const reason = { kind: "retry", code: "ThrottlingException", message: "Rate exceeded", failures: 1 };
  const failures = { describeAlias: 0, describeAlarms: 0, updateAlias: 1 };
  await report({ intent, failures, phase: { kind: "waiting", untilMillis: Date.now() + MINUTE, reason } }, { alarms: [{ name: "errors", state: "ALARM" }] });
  const page = await context.open(HASH);
  await page.getByText("A call failed; the rollback repeats it.").waitFor();
  await page.getByText(/The next attempt is at .*\. ThrottlingException: Rate exceeded/).waitFor();
  await page.getByRole("region", { name: "Current state" }).getByText("rolling back").waitFor();
});

test("a rollback while the page is open", {}, async (context) => {
  const { alias, report } = await createDeployment(context);
  const page = await context.open(HASH);
  await page.getByText("10% run v2").waitFor();
  await context.client.updateAlias(alias, { 1: 100 });
  const outcome = { result: "rolledBack", message: "Aborting.", alarms: ["errors"] };
  await report(done(outcome), { alarms: [{ name: "errors", state: "ALARM" }] });
  await page.getByRole("heading", { name: /Rolled back .*All starts of PROD run v1 again\./ }).waitFor();
  await page.getByText("100% run v1").waitFor();
  await page.getByRole("status").getByText("The deployment was rolled back: all starts run version 1.").waitFor();
});

test("all starts are routed to the version before", {}, async (context) => {
  const { alias } = await createDeployment(context);
  const page = await context.open(HASH);
  await page.getByRole("button", { name: "Route all starts to v1" }).click();
  const dialog = page.getByRole("dialog", { name: "Route all starts of PROD to v1?" });
  await dialog.getByText("aws stepfunctions update-state-machine-alias").waitFor();
  await dialog.getByRole("button", { name: "Route all starts to v1" }).click();
  await dialog.waitFor({ state: "detached" });
  await page.getByText("100% run v1").waitFor();
  assert.deepEqual(await context.client.describeRouting(alias), { 1: 100 });
});

test("a deployment that stopped because of drift", {}, async (context) => {
  const { arn, alias, report } = await createDeployment(context);
  await context.client.updateAlias(alias, { 1: 50, 2: 50 });
  const routing = [{ stateMachineVersionArn: `${arn}:1`, weight: 50 }, { stateMachineVersionArn: `${arn}:2`, weight: 50 }];
  await report(done({ result: "drifted", message: "The routing was updated.", routing }));
  const page = await context.open(HASH);
  await page.getByRole("heading", { name: /Stopped .*: someone else changed the routing\./ }).waitFor();
  await page.getByText("The routing was updated.").first().waitFor();
  await page.getByText("left it unchanged: 50% v1, 50% v2").waitFor();
});

test("a deployment that failed", {}, async (context) => {
  const { report } = await createDeployment(context);
  await report(done({ result: "failed", code: "AccessDeniedException", message: "not <b>authorized</b>" }));
  const page = await context.open(HASH);
  await page.getByRole("heading", { name: /Failed .*last completed step/ }).waitFor();
  await page.getByText("AccessDeniedException: not <b>authorized</b>").first().waitFor();
  await page.getByText("Then the same command resumes the deployment.").waitFor();
});

test("a deployment that succeeded", {}, async (context) => {
  const { alias, report } = await createDeployment(context);
  await context.client.updateAlias(alias, { 2: 100 });
  await report({ stepsDone: 2, ...done({ result: "succeeded" }) });
  const page = await context.open(HASH);
  await page.getByRole("heading", { name: /Succeeded .*All starts of PROD run v2\./ }).waitFor();
  await page.getByText("100% run v2").waitFor();
  await context.client.updateAlias(alias, { 1: 90, 2: 10 });
  await page.getByRole("heading", { name: /Succeeded .*The routing has changed since\./ }).waitFor();
  await page.getByText("has changed since the deployment: 90% v1, 10% v2.").waitFor();
  await page.getByText("Show as a table").click();
  await page.getByRole("region", { name: "deployment of v2 to PROD, as a table" }).waitFor();
});

test("a deployment that does not exist", { allow: [/status of 404/] }, async (context) => {
  await createDeployment(context);
  const page = await context.open("orders/aliases/PROD/deployments/none");
  await page.getByRole("heading", { name: "Not found" }).waitFor();
});
