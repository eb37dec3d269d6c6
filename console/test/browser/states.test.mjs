// States without data, and times.

import assert from "node:assert/strict";
import { startBrowser, test } from "./support.mjs";
import { createOrders } from "./world.mjs";

startBrowser();

test("an empty endpoint says what to paste, and shows what is created", {}, async ({ endpoint, client, open }) => {
  const page = await open("");
  await page.getByRole("heading", { name: "No state machines yet" }).waitFor();
  const commands = await page.locator("pre").allInnerTexts();
  assert.ok(commands.some((text) => text.includes(`AWS_ENDPOINT_URL_SFN=${endpoint.url}`)), String(commands));
  assert.ok(commands.some((text) => text.includes("create-state-machine ")), String(commands));
  assert.ok(commands.some((text) => text.includes("create-state-machine-alias")), String(commands));
  await createOrders(endpoint, client);
  await page.getByRole("link", { name: "orders", exact: true }).first().waitFor();
});

test("what does not exist", { allow: [/status of 40[04]/] }, async ({ endpoint, client, open }) => {
  await createOrders(endpoint, client);
  const page = await open("payments");
  await page.getByText("arn:aws:states:us-east-1:000000000000:stateMachine:payments").first().waitFor();
  await page.goto(`${endpoint.url}/console/#/us-east-1/000000000000/orders/aliases/TEST`);
  await page.getByRole("heading", { name: "The alias does not exist" }).waitFor();
  await page.goto(`${endpoint.url}/console/#/us-east-1/000000000000/orders/what/is/this`);
  await page.getByText("Unknown page").waitFor();
});

test("times are local, with UTC in the title", {}, async ({ endpoint, client, open }) => {
  const { arn } = await createOrders(endpoint, client);
  const page = await open("orders", { timezoneId: "Asia/Tokyo" });
  const time = page.locator("time").first();
  await time.waitFor();
  const millis = Date.parse(await time.getAttribute("datetime"));
  assert.ok(Math.abs(Date.now() - millis) < 120_000, "the time of the creation");
  const tokyo = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: "Asia/Tokyo" }).format(millis);
  assert.ok((await time.innerText()).includes(tokyo), `${await time.innerText()} has ${tokyo}`);
  const utc = new Date(millis).toISOString().slice(0, 16).replace("T", " ");
  const title = await time.getAttribute("title");
  assert.ok(title.startsWith(utc) && title.endsWith("UTC"), title);
  assert.ok(arn);
});

test("a state machine without versions, and a version without an alias", {}, async ({ client, open }) => {
  const definition = JSON.stringify({ StartAt: "Done", States: { Done: { Type: "Succeed" } } });
  const { stateMachineArn } = await client.call("create_state_machine", { name: "orders", definition, roleArn: "arn:aws:iam::000000000000:role/orders" });
  const page = await open("orders");
  await page.getByText("Publish a version first").waitFor();
  await page.getByRole("button", { name: "Publish version 1" }).waitFor();
  await client.call("publish_state_machine_version", { stateMachineArn });
  await page.getByText("create-state-machine-alias").first().waitFor();
});
