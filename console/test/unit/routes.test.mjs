// A link is parsed as the route with the same parts.

import assert from "node:assert/strict";
import { test } from "node:test";
import { buildArn, link, parseRoute, setLinkScope } from "../../web/routes.js";

setLinkScope({ region: "eu-west-1", account: "123456789012" });
const NAME = "a/b ?#%é<b>";

test("links are parsed again", () => {
  const views = [
    [link.overview(), { view: "overview" }],
    [link.stateMachine(NAME), { view: "stateMachine", name: NAME }],
    [link.createAlias(NAME), { view: "createAlias", name: NAME }],
    [link.alias(NAME, "PROD"), { view: "alias", name: NAME, alias: "PROD" }],
    [link.plan(NAME, "PROD"), { view: "plan", name: NAME, alias: "PROD" }],
    [link.deployment(NAME, "PROD", "20260101T000000Z-00ff"), { view: "deployment", alias: "PROD", id: "20260101T000000Z-00ff" }],
    [link.version(NAME, 3), { view: "version", version: 3 }],
    [link.compare(NAME, 2, 3), { view: "compare", from: 2, to: 3 }],
    [link.executions(NAME, { status: "FAILED", alias: undefined }), { view: "executions", query: { status: "FAILED" } }],
    [link.execution(NAME, NAME), { view: "execution", name: NAME, execution: NAME }],
  ];
  for (const [hash, expected] of views) {
    const route = parseRoute(hash);
    for (const [key, value] of Object.entries({ ...expected, region: "eu-west-1", account: "123456789012" }))
      assert.deepEqual(route[key], value, hash);
  }
});

test("unknown routes and the root", () => {
  assert.equal(parseRoute("").view, "root");
  assert.equal(parseRoute("#/").view, "root");
  for (const path of ["orders/aliases", "orders/diff/2", "orders/versions/x", "orders/aliases/PROD/deployments", "orders/x"]) {
    assert.equal(parseRoute(`#/us-east-1/000000000000/${path}`).view, "unknown", path);
  }
  assert.equal(parseRoute("#/us-east-1/000000000000/%zz").name, "%zz");
});

test("ARNs have the partition of the region", () => {
  assert.equal(
    buildArn({ region: "cn-north-1", account: "1" }, "stateMachine", "a", "PROD"),
    "arn:aws-cn:states:cn-north-1:1:stateMachine:a:PROD",
  );
  assert.equal(
    parseRoute("#/us-east-1/000000000000/orders/aliases/PROD").stateMachineAliasArn,
    "arn:aws:states:us-east-1:000000000000:stateMachine:orders:PROD",
  );
});
