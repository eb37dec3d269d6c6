// Publish, compare and delete versions; start, stop and end executions.

import assert from "node:assert/strict";
import { startBrowser, test } from "./support.mjs";
import { createOrders, FIRST, SECOND } from "./world.mjs";

startBrowser();

const BLOCKED = /Version to be deleted must not be referenced by an alias\. Current list of aliases referencing this version: \[/;

test("publish the current definition, and a changed one", {}, async ({ client, open }) => {
  const arn = await client.createStateMachine("orders", [FIRST]);
  await client.call("update_state_machine", { stateMachineArn: arn, definition: JSON.stringify(SECOND) });
  const page = await open("orders");
  await page.getByRole("button", { name: "Publish a version" }).click();
  const dialog = page.getByRole("dialog", { name: "Publish a version" });
  await dialog.getByLabel("Description of the version").fill("Reserve stock");
  await dialog.getByText("publish-state-machine-version").waitFor();
  await dialog.getByRole("button", { name: "Publish", exact: true }).click();
  await page.getByRole("table", { name: "Versions" }).getByRole("row").filter({ hasText: "Reserve stock" }).getByRole("link", { name: "v2", exact: true }).waitFor();
  const second = await client.call("describe_state_machine", { stateMachineArn: `${arn}:2` });
  assert.deepEqual([second.description, JSON.parse(second.definition)], ["Reserve stock", SECOND]);

  await page.getByRole("button", { name: "Publish a version" }).click();
  await dialog.getByLabel("Change the definition first").check();
  await dialog.getByLabel("Definition", { exact: true }).fill(JSON.stringify(FIRST));
  await dialog.getByLabel("Description of the version").fill("As before");
  await dialog.getByText("update-state-machine").waitFor();
  await dialog.getByRole("button", { name: "Publish", exact: true }).click();
  await page.getByRole("row").filter({ hasText: "As before" }).waitFor();
  const third = await client.call("describe_state_machine", { stateMachineArn: `${arn}:3` });
  assert.deepEqual(JSON.parse(third.definition), FIRST);
});

test("a definition that AWS rejects", { allow: [/status of 400/] }, async ({ client, open }) => {
  const arn = await client.createStateMachine("orders", [FIRST]);
  const page = await open("orders");
  await page.getByRole("button", { name: "Publish a version" }).click();
  const dialog = page.getByRole("dialog", { name: "Publish a version" });
  await dialog.getByLabel("Change the definition first").check();
  await dialog.getByLabel("Definition", { exact: true }).fill("{");
  await dialog.getByRole("button", { name: "Publish", exact: true }).click();
  await dialog.getByRole("alert").filter({ hasText: "InvalidDefinition" }).first().waitFor();
  const { stateMachineVersions } = await client.call("list_state_machine_versions", { stateMachineArn: arn });
  assert.equal(stateMachineVersions.length, 1);
});

test("compare two versions", {}, async ({ endpoint, client, open }) => {
  await createOrders(endpoint, client);
  const page = await open("orders");
  await page.getByRole("link", { name: "Compare with v1" }).click();
  await page.getByRole("heading", { level: 1, name: "Compare v1 and v2" }).waitFor();
  const changes = page.getByRole("table", { name: "Changes" });
  await changes.getByRole("row", { name: /ReserveStock.*added/ }).waitFor();
  await changes.getByRole("row", { name: /ChargeCard.*changed.*TimeoutSeconds/ }).waitFor();
  const lines = page.getByRole("region", { name: /line by line/ });
  await lines.getByRole("row").filter({ hasText: '"TimeoutSeconds": 30' }).filter({ hasText: '"TimeoutSeconds": 10' }).waitFor();
  await lines.getByText('"ReserveStock": {').waitFor();
  await page.getByRole("link", { name: "Swap" }).click();
  await page.getByRole("heading", { level: 1, name: "Compare v2 and v1" }).waitFor();
  await changes.getByRole("row", { name: /ReserveStock.*removed/ }).waitFor();
});

test("a version to which aliases route is not deleted", { allow: [/status of 40[09]/] }, async ({ endpoint, client, open }) => {
  const { arn } = await createOrders(endpoint, client);
  const page = await open("orders/versions/1");
  await page.getByRole("button", { name: "Delete", exact: true }).click();
  const dialog = page.getByRole("dialog", { name: "Delete version 1" });
  await dialog.getByRole("link", { name: "PROD" }).waitFor();
  await dialog.getByRole("button", { name: "Delete version 1" }).click();
  await dialog.getByRole("alert").filter({ hasText: BLOCKED }).waitFor();
  await dialog.getByRole("button", { name: "Cancel" }).click();

  await client.updateAlias(`${arn}:PROD`, { 2: 100 });
  await page.getByRole("button", { name: "Delete", exact: true }).click();
  await dialog.getByRole("button", { name: "Delete version 1" }).click();
  await page.getByRole("heading", { level: 1, name: "orders" }).waitFor();
  const { stateMachineVersions } = await client.call("list_state_machine_versions", { stateMachineArn: arn });
  assert.deepEqual(stateMachineVersions.map(({ stateMachineVersionArn }) => stateMachineVersionArn), [`${arn}:2`]);
});

test("start one execution through an alias, and stop it", {}, async ({ client, open }) => {
  const arn = await client.createStateMachine("orders", [FIRST, SECOND]);
  await client.createAlias(arn, "PROD", { 2: 100 });
  const page = await open("orders");
  await page.getByRole("button", { name: "Start an execution" }).click();
  const dialog = page.getByRole("dialog", { name: "Start an execution" });
  await dialog.getByLabel("Name").fill("order-17");
  await dialog.getByLabel("Input (JSON)").fill('{"order": 17}');
  await dialog.getByRole("button", { name: "Start", exact: true }).click();
  await page.getByRole("link", { name: "execution order-17" }).click();
  await page.getByRole("heading", { level: 1, name: "order-17" }).waitFor();
  const executionArn = `${arn.replace("stateMachine", "execution")}:order-17`;
  const started = await client.call("describe_execution", { executionArn });
  assert.deepEqual([started.status, started.stateMachineAliasArn, started.stateMachineVersionArn, started.input], ["RUNNING", `${arn}:PROD`, `${arn}:2`, '{"order": 17}']);

  await page.getByRole("button", { name: "Stop", exact: true }).click();
  const stop = page.getByRole("dialog", { name: "Stop the execution" });
  await stop.getByLabel("Error").fill("Orders.Cancelled");
  await stop.getByLabel("Cause").fill("by a person");
  await stop.getByRole("button", { name: "Stop", exact: true }).click();
  await page.getByRole("status").filter({ hasText: "ABORTED" }).waitFor();
  const stopped = await client.call("describe_execution", { executionArn });
  assert.deepEqual([stopped.status, stopped.error, stopped.cause], ["ABORTED", "Orders.Cancelled", "by a person"]);
});

test("an input that is not JSON", { allow: [/status of 400/] }, async ({ endpoint, client, open }) => {
  await createOrders(endpoint, client);
  const page = await open("orders");
  await page.getByRole("button", { name: "Start an execution" }).click();
  const dialog = page.getByRole("dialog", { name: "Start an execution" });
  const input = dialog.getByLabel("Input (JSON)");
  await input.fill("{order");
  await dialog.getByRole("button", { name: "Start", exact: true }).click();
  await dialog.getByRole("alert").filter({ hasText: /Invalid/ }).first().waitFor();
});

test("end executions with a result", {}, async ({ endpoint, client, open }) => {
  const { running: executionArn } = await createOrders(endpoint, client);
  const page = await open("orders/executions/order-3");
  await page.getByRole("button", { name: "End with a result" }).click();
  const dialog = page.getByRole("dialog", { name: "End the execution with a result" });
  await dialog.getByLabel("Output (JSON)").fill("{not json");
  await dialog.getByRole("button", { name: "End the execution" }).click();
  await dialog.getByRole("alert").waitFor();
  await dialog.getByLabel("Output (JSON)").fill('{"paid": true}');
  await dialog.getByRole("button", { name: "End the execution" }).click();
  await page.getByRole("status").filter({ hasText: "SUCCEEDED" }).waitFor();
  const ended = await client.call("describe_execution", { executionArn });
  assert.deepEqual([ended.status, JSON.parse(ended.output)], ["SUCCEEDED", { paid: true }]);
});

test("fail an execution", {}, async ({ endpoint, client, open }) => {
  const { running: executionArn } = await createOrders(endpoint, client);
  const page = await open("orders/executions/order-3");
  await page.getByRole("button", { name: "End with a result" }).click();
  const dialog = page.getByRole("dialog", { name: "End the execution with a result" });
  await dialog.getByLabel("Fail", { exact: true }).check();
  await dialog.getByLabel("Error").fill("Orders.Declined");
  await dialog.getByLabel("Cause").fill("no funds");
  await dialog.getByRole("button", { name: "End the execution" }).click();
  await page.getByRole("status").filter({ hasText: "FAILED" }).waitFor();
  await page.getByRole("heading", { name: "Orders.Declined" }).waitFor();
  const ended = await client.call("describe_execution", { executionArn });
  assert.deepEqual([ended.status, ended.error, ended.cause], ["FAILED", "Orders.Declined", "no funds"]);
});

test("the list of executions, by status and version", {}, async ({ endpoint, client, open }) => {
  await createOrders(endpoint, client);
  const page = await open("orders");
  await page.getByRole("link", { name: "All executions" }).click();
  const rows = page.getByRole("table", { name: "Executions" }).getByRole("row");
  await rows.filter({ hasText: "order-1" }).waitFor();
  await page.getByLabel("Status").selectOption("FAILED");
  await rows.filter({ hasText: "order-1" }).waitFor({ state: "detached" });
  assert.match(await rows.nth(1).textContent(), /FAILED.*order-2.*Orders\.Declined: no funds/s);
  assert.equal(await rows.count(), 2);
});
