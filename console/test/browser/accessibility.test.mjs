// axe finds nothing in any view: wide and phone, light and dark.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createDirectory } from "./endpoint.mjs";
import { PHONE, startBrowser, test, WIDE } from "./support.mjs";
import { createOrders, VIEWS } from "./world.mjs";

startBrowser();

const AXE = readFileSync(new URL("../node_modules/axe-core/axe.min.js", import.meta.url), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

const STOPPED = [/net::ERR_/, /Failed to load resource/];
const directory = createDirectory({ credentials: "[default]\naws_access_key_id = AKIDEXAMPLE\naws_secret_access_key = secret\naws_account_id = 000000000000\n" });
process.on("exit", () => directory.remove());

for (const [layout, size] of [["wide", WIDE], ["phone", PHONE]]) {
  for (const colorScheme of ["light", "dark"]) {
    test(`each view, ${layout} and ${colorScheme}`, { allow: [/status of 400/] }, async ({ endpoint, client, open }) => {
      const world = await createOrders(endpoint, client);
      const page = await open("", { size, colorScheme });
      for (const view of VIEWS) {
        await view.show(page, world);
        await assertAccessible(page, view.name);
      }
    });

    test(`without data and without an endpoint, ${layout} and ${colorScheme}`, { allow: STOPPED }, async ({ endpoint, open }) => {
      const page = await open("", { size, colorScheme });
      await page.getByRole("heading", { name: "No state machines yet" }).waitFor();
      await assertAccessible(page, "empty");
      await endpoint.stop();
      await page.getByRole("button", { name: /now/ }).first().waitFor();
      await assertAccessible(page, "endpoint stopped");
    });

    test(`deployments, ${layout} and ${colorScheme}`, { serve: ["--demo"] }, async ({ endpoint, open }) => {
      const alias = "arn:aws:states:us-east-1:000000000000:stateMachine:orders:PROD";
      const response = await fetch(`${endpoint.url}/console/api/deployments?stateMachineAliasArn=${encodeURIComponent(alias)}`);
      const { deployments } = await response.json();
      assert.equal(deployments.length, 2);
      for (const { id, phase } of deployments) {
        const page = await open(`orders/aliases/PROD/deployments/${id}`, { size, colorScheme });
        await page.getByRole("heading", { name: "Timeline" }).waitFor();
        await assertAccessible(page, phase);
      }
    });

    test(`sign-in, ${layout} and ${colorScheme}`, { serve: ["--credentials", directory.file("credentials")], allow: [/status of 40[0-9]/] }, async ({ open }) => {
      const page = await open("", { size, colorScheme });
      await page.getByLabel("Secret access key").waitFor();
      await assertAccessible(page, "sign-in");
    });
  }
}

async function assertAccessible(page, name) {
  assert.deepEqual(await findViolations(page), [], name);
  assert.ok(await fitsWidth(page), `${name} is wider than the window`);
}

async function findViolations(page) {
  if (!(await page.evaluate(() => "axe" in globalThis))) await page.evaluate(AXE);
  const violations = await page.evaluate(async (values) => (await globalThis.axe.run(document, { runOnly: { type: "tag", values } })).violations, TAGS);
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html}\n${failureSummary}`));
}

async function fitsWidth(page) {
  return await page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth);
}
