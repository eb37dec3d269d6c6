// The main actions with the keyboard only.

import assert from "node:assert/strict";
import { startBrowser, test, waitForFocus } from "./support.mjs";
import { createOrders } from "./world.mjs";

startBrowser();

/** Presses Tab until the element has the focus. */
async function tabTo(page, locator) {
  for (let count = 0; count < 150; count++) {
    if (await locator.evaluate((element) => element === document.activeElement).catch(() => false)) return;
    await page.keyboard.press("Tab");
  }
  assert.fail(`Tab does not reach ${locator}`);
}

async function press(page, locator, key = "Enter") {
  await locator.waitFor();
  await tabTo(page, locator);
  await page.keyboard.press(key);
}

test("skip the top bar, open an alias and change its weights", {}, async ({ endpoint, client, open }) => {
  const { arn } = await createOrders(endpoint, client);
  const page = await open("orders");
  await page.getByRole("link", { name: "PROD", exact: true }).first().waitFor();
  await page.keyboard.press("Tab");
  const skip = page.getByRole("link", { name: "Skip to the content" });
  await waitForFocus("the link that skips the top bar, the first element,", skip);
  await page.keyboard.press("Enter");
  await waitForFocus("the content", page.getByRole("main"));

  await press(page, page.getByRole("main").getByRole("link", { name: "PROD", exact: true }).first());
  await page.getByRole("heading", { level: 1, name: "PROD" }).waitFor();
  await waitForFocus("the heading of the new page", page.getByRole("heading", { level: 1 }));

  await press(page, page.getByLabel("Share of v1"), "ArrowLeft");
  await press(page, page.getByRole("button", { name: "Update PROD" }));
  await page.getByRole("status").filter({ hasText: "Updated." }).waitFor();
  assert.deepEqual(await client.describeRouting(`${arn}:PROD`), { 1: 89, 2: 11 });
});

test("a dialog has the focus, closes with Escape, and returns the focus", {}, async ({ endpoint, client, open }) => {
  await createOrders(endpoint, client);
  const page = await open("orders");
  const publish = page.getByRole("button", { name: "Publish a version" });
  await press(page, publish);
  const dialog = page.getByRole("dialog", { name: "Publish a version" });
  await dialog.getByLabel("Description of the version").waitFor();
  await waitForFocus("the dialog", dialog);
  for (let count = 0; count < 30; count++) {
    await page.keyboard.press("Tab");
    const outside = await page.evaluate(() => document.activeElement !== document.body && !document.activeElement.closest("dialog"));
    assert.ok(!outside, "the focus remains in the dialog");
  }
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
  await waitForFocus("the button that opened the dialog", publish);
});

test("publish, start and stop", {}, async ({ endpoint, client, open }) => {
  const { arn } = await createOrders(endpoint, client);
  await client.call("update_state_machine", { stateMachineArn: arn, roleArn: "arn:aws:iam::000000000000:role/other" });
  const page = await open("orders");
  await press(page, page.getByRole("button", { name: "Publish a version" }));
  const description = page.getByLabel("Description of the version");
  await description.waitFor();
  await tabTo(page, description);
  await page.keyboard.type("with the keyboard");
  await page.keyboard.press("Enter");
  await page.getByRole("row").filter({ hasText: "with the keyboard" }).waitFor();

  await press(page, page.getByRole("button", { name: "Start an execution" }));
  const name = page.getByRole("dialog").getByLabel("Name");
  await name.waitFor();
  await tabTo(page, name);
  await page.keyboard.type("order-18");
  await page.keyboard.press("Enter");
  await press(page, page.getByRole("table", { name: "Executions" }).getByRole("link", { name: "order-18" }));
  await press(page, page.getByRole("button", { name: "Stop", exact: true }));
  await press(page, page.getByRole("dialog").getByRole("button", { name: "Stop", exact: true }));
  await page.getByRole("status").filter({ hasText: "ABORTED" }).waitFor();
});
