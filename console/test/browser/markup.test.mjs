// Markup in every text that a client chooses is shown as text.

import assert from "node:assert/strict";
import { createDirectory, REGION, ROLE, runProgram } from "./endpoint.mjs";
import { PHONE, startBrowser, test, waitFor, WIDE } from "./support.mjs";

startBrowser();

/** Markup that would run a script. The number identifies the field. */
const markup = (field) => `<img src=x onerror=globalThis.executed="${field}"><b>${field}</b>`;

const DEFINITION = {
  Comment: markup("comment"),
  StartAt: markup("state"),
  States: { [markup("state")]: { Type: "Pass", Comment: markup("first"), End: true } },
};
const CHANGED = { ...DEFINITION, States: { [markup("state")]: { Type: "Pass", Comment: markup("second"), End: true } } };

// AWS allows no `<` in names, but characters that have a meaning in HTML, URLs and shells.
const NAME = "orders-'(x)+é=@!";
const EXECUTION = "order-'(x)+é=@!";

const ALARM = markup("alarm");
const directory = createDirectory({ "states.json": JSON.stringify({ [ALARM]: "OK" }) });
process.on("exit", () => directory.remove());

for (const [layout, size] of [["wide", WIDE], ["phone", PHONE]]) {
  test(`markup is text, ${layout}`, {}, async ({ endpoint, client, open, defer }) => {
    const { name, arn } = await createWorld(endpoint, client, defer);
    const page = await open("", { size });
    const show = async (hash, fields) => {
      await page.evaluate((value) => (location.hash = value), `#/${REGION}/000000000000${hash}`);
      for (const field of fields) {
        const text = page.getByText(markup(field)).or(page.getByText(JSON.stringify(markup(field)).slice(1, -1)));
        await text.first().waitFor({ state: "attached" });
      }
      await assertNothingRan(page, hash);
    };
    const machine = `/${encodeURIComponent(name)}`;
    await show("", ["alias"]);
    await show(machine, ["alias", "version 1", "version 2"]);
    await show(`${machine}/aliases/PROD`, ["alias"]);
    // The page shows a part of the user agent, and the complete text as its title.
    await page.getByTitle(/<img src=x onerror=globalThis.executed="agent"/).first().waitFor({ state: "attached" });
    await show(`${machine}/versions/1`, ["state", "first", "version 1"]);
    await show(`${machine}/diff/1..2`, ["first", "second"]);
    await show(`${machine}/executions/${encodeURIComponent(EXECUTION)}`, ["input", "error", "cause"]);
    await show(`${machine}/executions/succeeded`, ["input", "output"]);
    await show(`${machine}/aliases/PROD/plan`, []);
    await show(`${machine}/aliases/PROD/deployments/${await findDeployment(endpoint, arn)}`, ["alarm"]);
  });
}

test("markup in what a person types and in errors is text", { allow: [/status of 400/] }, async ({ endpoint, client, open }) => {
  const arn = await client.createStateMachine("orders", [{ StartAt: "Done", States: { Done: { Type: "Succeed" } } }]);
  await client.createAlias(arn, "PROD", { 1: 100 });
  const page = await open("orders/create-alias");
  await page.getByLabel("Name").fill(markup("name"));
  await page.getByLabel("Description").fill(markup("description"));
  // Not a click: problems that appear meanwhile move the button.
  await page.getByLabel("Name", { exact: true }).press("Enter");
  // The error of the call, until the problem of the field has the same message.
  const shown = page.getByRole("alert").or(page.locator("#alias-name-problems"));
  await shown.filter({ hasText: markup("name") }).first().waitFor();
  await assertNothingRan(page, "create-alias");
  for (const hash of [markup("hash"), `orders/executions/${encodeURIComponent(markup("execution"))}`, `orders/aliases/${encodeURIComponent(markup("alias"))}`]) {
    await page.goto(`${endpoint.url}/console/#/${REGION}/000000000000/${hash}`);
    await page.getByRole("heading", { name: /not found|does not exist/i }).or(page.getByRole("alert")).first().waitFor();
    await assertNothingRan(page, hash);
  }
});

async function assertNothingRan(page, where) {
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve))));
  const result = await page.evaluate(() => [globalThis.executed, document.querySelectorAll("main img[src=x], main b:has(img), dialog img").length]);
  assert.deepEqual(result, [undefined, 0], `${where}: markup was interpreted`);
}

async function createWorld(endpoint, client, defer) {
  const arn = await client.createStateMachine(NAME, [DEFINITION, CHANGED], [markup("version 1"), markup("version 2")]);
  await client.createAlias(arn, "PROD", { 1: 100 }, markup("alias"));
  const stateMachineAliasArn = `${arn}:PROD`;
  await waitForRoutings(endpoint, stateMachineAliasArn, 1);
  const routingConfiguration = [{ stateMachineVersionArn: `${arn}:1`, weight: 99 }, { stateMachineVersionArn: `${arn}:2`, weight: 1 }];
  await client.call("update_state_machine_alias", { stateMachineAliasArn, routingConfiguration }, { userAgent: markup("agent") });
  await waitForRoutings(endpoint, stateMachineAliasArn, 2);
  await startAndEnd(endpoint, client, stateMachineAliasArn, EXECUTION, { error: markup("error"), cause: markup("cause") });
  await startAndEnd(endpoint, client, stateMachineAliasArn, "succeeded", { output: { text: markup("output") } });
  await client.call("update_state_machine", { stateMachineArn: arn, roleArn: `${ROLE}-2` });
  await client.updateAlias(stateMachineAliasArn, { 1: 100 });
  await deploy(endpoint, arn, defer);
  return { name: NAME, arn };
}

/** The endpoint stores a routing after its response. A later change of the alias would replace it. */
async function waitForRoutings(endpoint, aliasArn, count) {
  await waitFor(`${count} routings`, async () => (await readApi(endpoint, "routings", aliasArn)).routings.length >= count);
}

async function readApi(endpoint, path, aliasArn) {
  const response = await fetch(`${endpoint.url}/console/api/${path}?stateMachineAliasArn=${encodeURIComponent(aliasArn)}`);
  return await response.json();
}

async function startAndEnd(endpoint, client, stateMachineArn, name, result) {
  const input = JSON.stringify({ text: markup("input") });
  const { executionArn } = await client.call("start_execution", { stateMachineArn, name, input });
  await endpoint.endExecution(executionArn, result);
}

/** Starts a deployment with an alarm whose name is markup, and interrupts it while it waits. */
async function deploy(endpoint, arn, defer) {
  const options = ["--canary", "10/5m", "--state", directory.file(`${endpoint.port}.json`), "--description", markup("alias")];
  const alarms = ["--alarm", ALARM, "--alarm-command", `cat '${directory.file("states.json")}' #`];
  const program = runProgram(["deploy", `${arn}:PROD`, `${arn}:2`, ...options, ...alarms], { environment: { AWS_ENDPOINT_URL_SFN: endpoint.url } });
  defer(() => program.stop());
  await waitFor("the reported deployment", async () => {
    if (program.child.exitCode !== null) throw new Error(program.errors);
    return await findDeployment(endpoint, arn);
  });
}

async function findDeployment(endpoint, arn) {
  const { deployments } = await readApi(endpoint, "deployments", `${arn}:PROD`);
  return deployments.find(({ phase }) => phase === "waiting")?.id;
}

