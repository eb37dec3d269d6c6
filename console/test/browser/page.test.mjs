import assert from "node:assert/strict";
import { test, startBrowser } from "./support.mjs";

startBrowser();

test("the page loads", {}, async ({ client, open }) => {
  await client.createStateMachine("orders", [{ StartAt: "Done", States: { Done: { Type: "Succeed" } } }]);
  const page = await open("");
  await page.getByRole("main").waitFor();
  assert.match(await page.title(), /sfn-alias/);
  await page.getByRole("link", { name: "orders" }).first().waitFor();
});
