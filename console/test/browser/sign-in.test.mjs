// With --credentials, the page signs in over plain HTTP, where browsers offer no WebCrypto, and stores the key in the tab only.

import assert from "node:assert/strict";
import { createDirectory } from "./endpoint.mjs";
import { INSECURE_NAME, startBrowser, test, waitFor } from "./support.mjs";

startBrowser(["--host-resolver-rules=MAP console.test 127.0.0.1"]);

const KEY = { AWS_ACCESS_KEY_ID: "AKIDEXAMPLE", AWS_SECRET_ACCESS_KEY: "wJalrXUtnFEMI" };
const CREDENTIALS = `[default]\naws_access_key_id = ${KEY.AWS_ACCESS_KEY_ID}\naws_secret_access_key = ${KEY.AWS_SECRET_ACCESS_KEY}\naws_account_id = 000000000000\n`;
const directory = createDirectory({ credentials: CREDENTIALS });
process.on("exit", () => directory.remove());

const options = { serve: ["--credentials", directory.file("credentials")], client: KEY, allow: [/status of 40[0-9]/, ...INSECURE_NAME] };

/** `fill` types where the focus is, and the page moves the focus after it is drawn. */
async function fill(field, value) {
  await waitFor("the filled field", async () => {
    await field.fill(value);
    return (await field.inputValue()) === value;
  });
}

async function signIn(page, { accessKeyId = KEY.AWS_ACCESS_KEY_ID, secretAccessKey = KEY.AWS_SECRET_ACCESS_KEY } = {}) {
  await fill(page.getByLabel("Access key ID"), accessKeyId);
  await fill(page.getByLabel("Secret access key"), secretAccessKey);
  await page.getByRole("button", { name: "Sign in" }).click();
}

test("the key is stored in the tab only", options, async ({ endpoint, client, open }) => {
  await client.createStateMachine("orders", [{ StartAt: "Done", States: { Done: { Type: "Succeed" } } }]);
  const page = await open("", { url: `http://console.test:${endpoint.port}` });
  const isSecure = await page.evaluate(() => isSecureContext || crypto.subtle !== undefined);
  assert.equal(isSecure, false, "this test needs an address without WebCrypto");

  await signIn(page, { secretAccessKey: "wrong" });
  await page.getByRole("alert").filter({ hasText: /signature/i }).waitFor();
  await signIn(page);
  await page.getByRole("link", { name: "orders", exact: true }).first().waitFor();

  const stored = await page.evaluate(() => [JSON.stringify({ ...localStorage }), document.cookie, location.href].join());
  assert.ok(!stored.includes(KEY.AWS_SECRET_ACCESS_KEY), stored);
  assert.deepEqual(await page.evaluate(async () => await indexedDB.databases()), []);
  await page.reload();
  await page.getByRole("link", { name: "orders", exact: true }).first().waitFor();

  const tab = await page.context().newPage();
  await tab.goto(page.url());
  await tab.getByLabel("Secret access key").waitFor();
  assert.equal(await tab.getByLabel("Secret access key").inputValue(), "");
  await tab.close();

  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByLabel("Secret access key").waitFor();
  const session = await page.evaluate(() => JSON.stringify({ ...sessionStorage }));
  assert.ok(!session.includes(KEY.AWS_SECRET_ACCESS_KEY), session);
});

test("a signed change", options, async ({ endpoint, client, open }) => {
  await client.createStateMachine("orders", [{ StartAt: "Done", States: { Done: { Type: "Succeed" } } }]);
  const page = await open("orders", { url: `http://console.test:${endpoint.port}` });
  await signIn(page);
  await page.getByRole("heading", { level: 1, name: "orders" }).waitFor();
  await page.getByRole("button", { name: "Publish a version" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Description of the version").fill("signed");
  await dialog.getByRole("button", { name: "Publish", exact: true }).click();
  await dialog.waitFor({ state: "detached" });
  const { stateMachineVersions } = await client.call("list_state_machine_versions", { stateMachineArn: "arn:aws:states:us-east-1:000000000000:stateMachine:orders" });
  assert.equal(stateMachineVersions.length, 1);
});
