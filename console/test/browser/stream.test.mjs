// The page shows changes of other clients, and finds the endpoint again after a restart.

import assert from "node:assert/strict";
import { createDirectory } from "./endpoint.mjs";
import { startBrowser, test } from "./support.mjs";
import { createOrders } from "./world.mjs";

startBrowser();

test("changes of another client appear", {}, async ({ endpoint, client, open }) => {
  const { arn } = await createOrders(endpoint, client);
  const page = await open("orders");
  await page.getByRole("img", { name: "version 1 90%, version 2 10%" }).first().waitFor();
  await client.updateAlias(`${arn}:PROD`, { 1: 70, 2: 30 });
  await page.getByRole("img", { name: "version 1 70%, version 2 30%" }).first().waitFor();
  await client.call("start_execution", { stateMachineArn: `${arn}:PROD`, name: "from-boto3" });
  await page.getByRole("link", { name: "from-boto3" }).waitFor();
  await client.createAlias(arn, "CANARY", { 2: 100 });
  await page.getByRole("link", { name: "CANARY" }).first().waitFor();
});

const directory = createDirectory();
process.on("exit", () => directory.remove());

// The browser reports each request that fails while the endpoint is stopped.
const STOPPED = [/net::ERR_/];

test("after a restart, the page connects again", { serve: ["--data", directory.file("orders.db")], allow: STOPPED }, async ({ endpoint, client, open }) => {
  const { arn } = await createOrders(endpoint, client);
  const page = await open("orders");
  await page.getByRole("status").filter({ hasText: "Live" }).waitFor();
  const split = page.getByRole("img", { name: "version 1 90%, version 2 10%" }).first();
  await split.waitFor();

  await endpoint.stop();
  await page.getByRole("alert").filter({ hasText: "The endpoint does not respond" }).waitFor();
  await page.getByText(/The data on this page is from/).waitFor();
  await page.getByText(/Next attempt in/).waitFor();
  assert.ok(await split.isVisible(), "the page shows the last data meanwhile");

  await endpoint.restart();
  await page.getByRole("button", { name: "Retry now" }).click({ timeout: 5_000 }).catch(() => {}); // It may have connected before.
  await page.getByRole("status").filter({ hasText: "Live" }).waitFor();
  await page.getByText("The endpoint does not respond").waitFor({ state: "detached" });
  await client.updateAlias(`${arn}:PROD`, { 1: 60, 2: 40 });
  await page.getByRole("img", { name: "version 1 60%, version 2 40%" }).first().waitFor();
});

test("without a click, the page connects again", { serve: ["--data", directory.file("other.db")], allow: STOPPED }, async ({ endpoint, client, open }) => {
  await createOrders(endpoint, client);
  const page = await open("orders");
  await page.getByRole("status").filter({ hasText: "Live" }).waitFor();
  await endpoint.stop();
  await page.getByText("The endpoint does not respond").waitFor();
  await endpoint.restart();
  await page.getByRole("status").filter({ hasText: "Live" }).waitFor();
});
