// axe finds nothing in any view: wide and phone, light and dark.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { PHONE, startBrowser, test, WIDE } from "./support.mjs";
import { createOrders, VIEWS } from "./world.mjs";

startBrowser();

const AXE = readFileSync(new URL("../node_modules/axe-core/axe.min.js", import.meta.url), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

for (const [layout, size] of [["wide", WIDE], ["phone", PHONE]]) {
  for (const colorScheme of ["light", "dark"]) {
    test(`each view, ${layout} and ${colorScheme}`, {}, async ({ endpoint, client, open }) => {
      const world = await createOrders(endpoint, client);
      const page = await open("", { size, colorScheme });
      for (const view of VIEWS) {
        await view.show(page, world);
        assert.deepEqual(await findViolations(page), [], `${view.name}, ${layout}, ${colorScheme}`);
        assert.ok(await fitsWidth(page), `${view.name} is wider than the window, ${layout}`);
      }
    });
  }
}

async function findViolations(page) {
  if (!(await page.evaluate(() => "axe" in globalThis))) await page.evaluate(AXE);
  const violations = await page.evaluate(async (values) => (await globalThis.axe.run(document, { runOnly: { type: "tag", values } })).violations, TAGS);
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html}\n${failureSummary}`));
}

async function fitsWidth(page) {
  return await page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth);
}
