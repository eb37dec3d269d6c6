// Create, update and delete an alias, and start executions through it.

import assert from "node:assert/strict";
import { PHONE, startBrowser, test, waitFor, waitForFocus, WIDE } from "./support.mjs";
import { runShell } from "./endpoint.mjs";
import { FIRST, SECOND } from "./world.mjs";

startBrowser();

const SUM = "Sum of routing configuration weights must equal 100. Received: [90, 11]";

const createOrders = async (client, routing) => {
  const arn = await client.createStateMachine("orders", [FIRST, SECOND]);
  if (routing) await client.createAlias(arn, "PROD", routing);
  return arn;
};

const weightOf = (page, version) => page.getByLabel(`Weight of version ${version}, in percent`);

test("create an alias", { allow: [/status of 400/] }, async ({ client, open }) => {
  const arn = await createOrders(client);
  const page = await open("orders/create-alias");
  await page.getByLabel("Name", { exact: true }).fill("LIVE");
  await page.getByLabel(/^Description/).fill("What the shop calls");
  await page.getByLabel("Version", { exact: true }).selectOption("1");
  await page.getByRole("button", { name: "Add a second version" }).click();
  await weightOf(page, 2).fill("25");
  await page.getByRole("button", { name: "Create the alias" }).click();
  await page.getByRole("heading", { level: 1, name: "LIVE" }).waitFor();
  assert.deepEqual(await client.describeRouting(`${arn}:LIVE`), { 1: 75, 2: 25 });
  const { description } = await client.call("describe_state_machine_alias", { stateMachineAliasArn: `${arn}:LIVE` });
  assert.equal(description, "What the shop calls");
});

test("a name that AWS rejects, and one that exists", { allow: [/status of 40[09]/] }, async ({ client, open }) => {
  await createOrders(client, { 1: 100 });
  const page = await open("orders/create-alias");
  const name = page.getByLabel("Name", { exact: true });
  await name.fill("not valid");
  // Not a click: problems that appear meanwhile move the button.
  await name.press("Enter");
  const problems = page.locator(`#${await name.getAttribute("aria-describedby")}`);
  await problems.getByText("Value 'not valid' at 'name' failed to satisfy constraint").waitFor();
  assert.equal(await name.getAttribute("aria-invalid"), "true");
  await name.fill("PROD");
  await name.press("Enter");
  await page.getByRole("alert").filter({ hasText: "ConflictException" }).waitFor();
  await page.getByRole("link", { name: "Open PROD" }).click();
  await page.getByRole("heading", { level: 1, name: "PROD" }).waitFor();
});

test("a press of a button is not lost if a problem appears before the release", { allow: [/status of 400/] }, async ({ client, open }) => {
  await createOrders(client, { 1: 100 });
  const page = await open("orders/create-alias");
  let answer;
  const isPressed = new Promise((resolve) => { answer = resolve; });
  await page.route("**/console/api/check", (route) => isPressed.then(() => route.continue()));
  const check = page.waitForRequest((request) => request.postData()?.includes("not valid"));
  await page.getByLabel("Name", { exact: true }).fill("not valid");
  const answered = (await check).response();
  const button = page.getByRole("button", { name: "Create the alias" });
  await button.hover();
  await page.mouse.down();
  const { y } = await button.boundingBox();
  answer();
  await answered;
  await page.waitForTimeout(500);
  assert.equal((await button.boundingBox()).y, y);
  const call = page.waitForRequest((request) => request.headers()["x-amz-target"] === "AWSStepFunctions.CreateStateMachineAlias");
  await page.mouse.up();
  await call;
  await waitFor("the problem above the button", async () => (await button.boundingBox()).y > y);
});

for (const [layout, size] of [["wide", WIDE], ["phone", PHONE]]) {
  test(`AWS's error and the fix appear at the weights, ${layout}`, { allow: [/status of 400/] }, async ({ client, open }) => {
    const arn = await createOrders(client, { 1: 90, 2: 10 });
    const page = await open("orders/aliases/PROD", { size });
    await page.getByLabel("Keep the sum of the weights at 100").uncheck();
    await weightOf(page, 2).fill("11");
    const problem = page.getByRole("group", { name: "Routing" }).getByText(SUM);
    await problem.waitFor();
    assert.equal(await weightOf(page, 2).getAttribute("aria-invalid"), "true");
    await page.getByRole("button", { name: "Update PROD" }).click();
    await waitForFocus("the weight with the error", weightOf(page, 1));
    await problem.waitFor();
    assert.deepEqual(await client.describeRouting(`${arn}:PROD`), { 1: 90, 2: 10 });

    await page.getByRole("button", { name: "Set v1 to 89%" }).click();
    await problem.waitFor({ state: "detached" });
    assert.equal(await weightOf(page, 1).inputValue(), "89");
    await page.getByRole("button", { name: "Update PROD" }).click();
    await page.getByRole("status").filter({ hasText: "Updated." }).waitFor();
    assert.deepEqual(await client.describeRouting(`${arn}:PROD`), { 1: 89, 2: 11 });
    await page.getByRole("img", { name: "version 1 89%, version 2 11%" }).first().waitFor();
  });
}

test("weights by slider, and the calls that the page shows work", {}, async ({ endpoint, client, open }) => {
  const arn = await createOrders(client, { 1: 90, 2: 10 });
  const page = await open("orders/aliases/PROD");
  const slider = page.getByLabel("Share of v1");
  await slider.fill("40");
  assert.equal(await weightOf(page, 2).inputValue(), "60");
  await page.getByRole("button", { name: "boto3" }).first().click();
  const boto3 = await page.getByRole("region", { name: "boto3 call" }).first().textContent();
  await slider.fill("30");
  await page.getByRole("button", { name: "AWS CLI" }).first().click();
  const cli = await page.getByRole("region", { name: "AWS CLI call" }).first().textContent();

  await runShell('python -c "$CALL"', { CALL: boto3 });
  assert.deepEqual(await client.describeRouting(`${arn}:PROD`), { 1: 40, 2: 60 });
  await runShell(cli);
  assert.deepEqual(await client.describeRouting(`${arn}:PROD`), { 1: 30, 2: 70 });
  assert.ok(boto3.includes(endpoint.url) && cli.includes(endpoint.url));
});

// The page may read the alias once more after its deletion.
test("delete an alias", { allow: [/status of 40[04]/] }, async ({ client, open }) => {
  const arn = await createOrders(client, { 1: 100 });
  const page = await open("orders/aliases/PROD");
  await page.getByRole("button", { name: "Delete", exact: true }).click();
  const dialog = page.getByRole("dialog", { name: "Delete the alias PROD" });
  await dialog.getByText("delete-state-machine-alias").waitFor();
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await dialog.waitFor({ state: "detached" });
  assert.deepEqual(await client.describeRouting(`${arn}:PROD`), { 1: 100 });
  await page.getByRole("button", { name: "Delete", exact: true }).click();
  await dialog.getByRole("button", { name: "Delete the alias" }).click();
  await page.getByRole("heading", { level: 1, name: "orders" }).waitFor();
  const { stateMachineAliases } = await client.call("list_state_machine_aliases", { stateMachineArn: arn });
  assert.deepEqual(stateMachineAliases, []);
});

test("start one, and many at a rate, and watch the distribution", {}, async ({ client, open }) => {
  const arn = await createOrders(client, { 1: 70, 2: 30 });
  const page = await open("orders/aliases/PROD");
  const card = page.getByRole("region", { name: "Start executions" });
  await card.getByRole("button", { name: "Start 1", exact: true }).click();
  await card.getByRole("status").filter({ hasText: "All started" }).waitFor();
  await card.getByLabel("Executions", { exact: true }).fill("60");
  await card.getByLabel("Starts per second").fill("30");
  await card.getByLabel(/^Input/).fill('{"order": 17}');
  await card.getByRole("button", { name: "Start 60, 30 per second" }).click();
  await card.getByText("60 of 60 executions").waitFor();
  const counts = await waitFor("the counts", async () => {
    const found = await card.getByRole("link", { name: /starts? of version/ }).allTextContents();
    return found.map(Number).reduce((sum, count) => sum + count, 0) === 60 && found.map(Number);
  });
  assert.equal(counts.length, 2);
  const { executions } = await client.call("list_executions", { stateMachineArn: `${arn}:PROD` });
  assert.equal(executions.length, 61);
  const ofSecond = executions.slice(0, 60).filter(({ stateMachineVersionArn }) => stateMachineVersionArn.endsWith(":2"));
  assert.equal(counts[1], ofSecond.length);
  const { input } = await client.call("describe_execution", { executionArn: executions[0].executionArn });
  assert.equal(input, '{"order": 17}');
  await card.getByText(/As expected|Outside the expected range/).waitFor();
});

test("a run can be stopped", {}, async ({ client, open }) => {
  const arn = await createOrders(client, { 1: 70, 2: 30 });
  const page = await open("orders/aliases/PROD");
  const card = page.getByRole("region", { name: "Start executions" });
  await card.getByLabel("Executions", { exact: true }).fill("1000");
  await card.getByLabel("Starts per second").fill("5");
  await card.getByRole("button", { name: /^Start 1,?000/ }).click();
  await card.getByRole("button", { name: "Stop", exact: true }).click();
  await card.getByRole("status").filter({ hasText: "Stopped" }).waitFor();
  const list = async () => (await client.call("list_executions", { stateMachineArn: `${arn}:PROD` })).executions.length;
  assert.ok((await list()) < 100);
});
