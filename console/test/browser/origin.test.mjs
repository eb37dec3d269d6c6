// A page of another origin, also by DNS rebinding, neither reads from the endpoint nor changes it.

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { INSECURE_NAME, startBrowser, test, waitFor } from "./support.mjs";

// Chromium itself blocks some of these requests, depending on its version. The endpoint must not rely on that.
startBrowser([
  "--host-resolver-rules=MAP rebind.test 127.0.0.1, MAP console.test 127.0.0.1",
  "--disable-features=LocalNetworkAccessChecks,BlockInsecurePrivateNetworkRequests,PrivateNetworkAccessRespectPreflightResults",
]);

const DEFINITION = { StartAt: "Done", States: { Done: { Type: "Succeed" } } };
const REFUSED = [/status of 403/, /blocked by CORS policy/, /net::ERR_/, /request to another origin/];

test("a name that resolves to the endpoint is rejected", { allow: REFUSED }, async ({ endpoint, client, open }) => {
  await client.createStateMachine("orders", [DEFINITION]);
  const url = `http://rebind.test:${endpoint.port}`;
  const page = await open("");
  await page.route(`${url}/rebound`, (route) => route.fulfill({ contentType: "text/html", body: "<title>another page</title>" }));
  await page.goto(`${url}/rebound`); // As if the name had an address of the other page before.
  const statuses = await page.evaluate(requestEverything);
  assert.deepEqual(statuses, { "/": 403, "/console/": 403, "/console/api": 403, "/console/api/summary": 403, "/metrics": 403, "POST /": 403, "POST /reset": 403 });
  await assertUnchanged(client);
});

test("a name of --allow-host is accepted", { serve: ["--allow-host", "console.test"], allow: INSECURE_NAME }, async ({ endpoint, client, open }) => {
  await client.createStateMachine("orders", [DEFINITION]);
  const page = await open("", { url: `http://console.test:${endpoint.port}` });
  await page.getByRole("link", { name: "orders", exact: true }).first().waitFor();
});

test("fetch, forms and images of another origin change nothing", { allow: REFUSED }, async ({ endpoint, client, open, defer }) => {
  await client.createStateMachine("orders", [DEFINITION]);
  const other = await serveOtherPage(defer);
  const page = await open("", { allow: REFUSED });
  const responses = [];
  page.context().on("response", (response) => {
    if (response.url().startsWith(endpoint.url)) responses.push(response);
  });
  await page.goto(other);
  assert.equal(await page.evaluate(fetchFromElsewhere, endpoint.url), "blocked");
  assert.equal(await page.evaluate(loadImage, `${endpoint.url}/console/icon.svg`), "blocked");
  const posts = [
    ["/", "application/x-www-form-urlencoded"],
    ["/", "text/plain"],
    ["/reset", "text/plain"],
    ["/executions/end", "multipart/form-data"],
    ["/console/api/check", "text/plain"],
  ];
  for (const [path, type] of posts) {
    const tab = await page.context().newPage();
    await tab.goto(other);
    const [response] = await Promise.all([
      tab.waitForResponse((found) => found.request().method() === "POST" && found.url() === endpoint.url + path),
      tab.evaluate(submitForm, [endpoint.url + path, type]),
    ]);
    assert.equal(response.status(), 403, `${path} as ${type}`);
    await tab.close();
  }
  await assertUnchanged(client);
  for (const response of responses) {
    assert.equal(response.headers()["access-control-allow-origin"], undefined, response.url());
  }
});

test("the page is not shown in a frame of another origin", { allow: [/frame-ancestors/, ...REFUSED] }, async ({ endpoint, open, defer }) => {
  const other = await serveOtherPage(defer);
  const page = await open("");
  await page.goto(other);
  await page.evaluate((url) => document.body.append(Object.assign(document.createElement("iframe"), { src: url })), `${endpoint.url}/console/`);
  const frame = await waitFor("the frame", () => page.frames().find((found) => found !== page.mainFrame()));
  await waitFor("the blocked frame", async () => /chrome-error/.test(frame.url()) || (await frame.content().catch(() => "")).includes("blocked"));
});

async function assertUnchanged(client) {
  const { stateMachines } = await client.call("list_state_machines");
  assert.deepEqual(stateMachines.map(({ name }) => name), ["orders"]);
}

async function serveOtherPage(defer) {
  const server = createServer((_, response) => response.setHeader("content-type", "text/html").end("<title>another page</title><body>"));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  defer(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${server.address().port}/`;
}

// The functions below run in the browser.

async function requestEverything() {
  const statuses = {};
  for (const path of ["/", "/console/", "/console/api", "/console/api/summary", "/metrics"]) statuses[path] = (await fetch(path)).status;
  const headers = { "content-type": "application/x-amz-json-1.0", "x-amz-target": "AWSStepFunctions.ListStateMachines" };
  statuses["POST /"] = (await fetch("/", { method: "POST", headers, body: "{}" })).status;
  statuses["POST /reset"] = (await fetch("/reset", { method: "POST" })).status;
  return statuses;
}

async function fetchFromElsewhere(url) {
  const headers = { "content-type": "application/x-amz-json-1.0", "x-amz-target": "AWSStepFunctions.ListStateMachines" };
  const attempts = [
    fetch(`${url}/console/api/summary`),
    fetch(`${url}/`, { method: "POST", body: "{}" }),
    fetch(`${url}/`, { method: "POST", headers, body: "{}" }),
    fetch(`${url}/reset`, { method: "POST" }),
  ];
  const results = await Promise.allSettled(attempts);
  await fetch(`${url}/reset`, { method: "POST", mode: "no-cors" });
  return results.every(({ status }) => status === "rejected") ? "blocked" : JSON.stringify(results);
}

async function loadImage(url) {
  return await new Promise((resolve) => {
    const image = new Image();
    image.onload = () => resolve("loaded");
    image.onerror = () => resolve("blocked");
    image.src = url;
  });
}

function submitForm([url, type]) {
  const form = Object.assign(document.createElement("form"), { action: url, method: "post", enctype: type });
  const field = Object.assign(document.createElement("input"), { name: '{"stateMachineArn"', value: '"x"}' });
  form.append(field);
  document.body.append(form);
  form.submit();
}
