// The plan of a deployment: steps, errors at their field, a simulation, and commands. The endpoint computes all of them.

import assert from "node:assert/strict";
import { startBrowser, test } from "./support.mjs";

startBrowser();

const FIRST = { StartAt: "Done", States: { Done: { Type: "Succeed" } } };
const SECOND = { ...FIRST, Comment: "Second" };
/** Chromium reports each response with an error in its console. */
const REJECTED = /status of 400/;

async function openPlan({ client, open }, routing = { 1: 100 }) {
  const arn = await client.createStateMachine("orders", [FIRST, SECOND]);
  await client.createAlias(arn, "PROD", routing);
  const page = await open("orders/aliases/PROD/plan");
  await page.getByRole("heading", { level: 1, name: "Plan a deployment of PROD" }).waitFor();
  return { page, arn };
}

const step = (page, text) => page.getByRole("region", { name: "Steps of the plan" }).getByRole("row").filter({ hasText: text });

test("a canary has two steps, expected starts, notes and commands", {}, async (context) => {
  const { page, arn } = await openPlan(context);
  await page.getByLabel("Starts per second").fill("4");
  await step(page, "10%").getByText("120 (99 to 141)").waitFor();
  await step(page, "10%").getByText("1,080 (1,059 to 1,101)").waitFor();
  await page.getByText("No alarm is specified: this deployment is not rolled back automatically.").waitFor();
  const code = page.getByRole("region", { name: "sfn-alias code" });
  const command = `sfn-alias deploy ${arn}:PROD \\\n  ${arn}:2 \\\n  --endpoint-url ${context.endpoint.url} \\\n  --state orders-PROD.json \\\n  --canary 10/5m`;
  assert.equal(await code.textContent(), command);
  await page.getByRole("button", { name: "CloudFormation", exact: true }).click();
  await page.getByRole("region", { name: "CloudFormation code" }).getByText("Type: CANARY").waitFor();
});

test("errors are at their field, with a fix", { allow: [REJECTED] }, async (context) => {
  const { page } = await openPlan(context);
  await page.getByRole("radio", { name: "Linear" }).check();
  await page.getByLabel("Share per step").fill("0");
  await page.getByText("`Percentage` must be an integer from 1 to 99: found `0`").waitFor();
  assert.equal(await page.getByLabel("Share per step").getAttribute("aria-invalid"), "true");
  assert.equal(await page.getByLabel("Every").getAttribute("aria-invalid"), null);
  await page.getByRole("button", { name: "Set 10%" }).click();
  await page.getByLabel("Every").fill("");
  await page.getByText("require an interval for traffic shifting").waitFor();
  assert.equal(await page.getByLabel("Every").getAttribute("aria-invalid"), "true");
  await page.getByRole("button", { name: "Set 5 minutes" }).click();
  await page.getByText("10 steps, takes 45:00").waitFor();
  await page.getByRole("radio", { name: "CloudFormation JSON" }).check();
  await page.getByLabel("DeploymentPreference").fill('{"Type": "CANARY", "Percentage": 10, "Intervals": 5}');
  await page.getByText("unknown field `Intervals`").waitFor();
  assert.equal(await page.getByLabel("DeploymentPreference").getAttribute("aria-invalid"), "true");
});

test("an alias that splits its starts is planned all at once", { allow: [REJECTED] }, async (context) => {
  const { page } = await openPlan(context, { 1: 90, 2: 10 });
  await page.getByText("Failed to start deployment of type 'CANARY'").waitFor();
  await page.getByRole("button", { name: "Use all at once" }).click();
  await page.getByText("1 step, one update").waitFor();
  await page.getByRole("radio", { name: "Canary" }).check();
  await page.getByRole("button", { name: "Plan as if PROD routed all starts to v1" }).click();
  await step(page, "10%").waitFor();
});

test("a simulated alarm rolls the deployment back", {}, async (context) => {
  const { page } = await openPlan(context);
  await page.getByLabel("Alarms").fill("orders-errors");
  await page.getByLabel("Simulate an alarm").check();
  await page.getByLabel("in state ALARM at minute").fill("1.5");
  await page.getByText("Rolled back at 2:00").waitFor();
  await page.getByText("at the check 30 s after the alarm").waitFor();
  await page.getByText("Show the simulated calls").click();
  const calls = page.getByRole("region", { name: "Simulated calls" });
  await calls.getByRole("row").filter({ hasText: "2:00" }).filter({ hasText: "UpdateStateMachineAlias: 100% v1" }).waitFor();
  await calls.getByRole("row").filter({ hasText: "1:30" }).filter({ hasText: "ALARM" }).waitFor();
  await page.getByLabel("in state ALARM at minute").fill("9");
  await page.getByText("Succeeds at 5:00.").waitFor();
});

test("the timeline is read with the arrow keys", {}, async (context) => {
  const { page } = await openPlan(context);
  const slider = page.getByRole("slider", { name: "Time in: plan of v2 on PROD" });
  await slider.focus();
  await slider.press("End");
  assert.match(await slider.getAttribute("aria-valuetext"), /: v2 100%/);
  await slider.press("Home");
  assert.match(await slider.getAttribute("aria-valuetext"), /: v1 100%/);
  await slider.press("PageDown");
  await slider.press("Escape");
  await page.getByText("Show as a table").first().click();
  await page.getByRole("region", { name: "plan of v2 on PROD, as a table" }).getByRole("row").filter({ hasText: "v1 90%, v2 10%" }).waitFor();
});
