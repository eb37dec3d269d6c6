// The form of an alias: requests, linked weights, and fixes whose value can be computed.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  addRoute, createForm, isSameRouting, readWeight, removeRoute, setShare, setVersion, setWeight, suggestFixes, toCreateInput, toUpdateInput,
} from "../../web/alias-form.js";

const ORDERS = "arn:aws:states:us-east-1:123456789012:stateMachine:orders";
const routes = (...pairs) => pairs.map(([version, weight]) => ({ stateMachineVersionArn: `${ORDERS}:${version}`, weight }));
const PROD = { name: "PROD", description: "What the shop calls", stateMachineAliasArn: `${ORDERS}:PROD`, routingConfiguration: routes([3, 10], [2, 90]) };
const weights = form => form.routes.map(({ weight }) => weight);

test("the form of an alias has the older version first", () => {
  const form = createForm(PROD);
  assert.deepEqual(form.routes, [{ version: 2, weight: "90" }, { version: 3, weight: "10" }]);
  assert.deepEqual([form.name, form.description, form.isLinked], ["PROD", "What the shop calls", true]);
});

test("a new alias routes to the newest version", () => {
  const form = createForm(undefined, 3);
  assert.deepEqual(form.routes, [{ version: 3, weight: "100" }]);
  assert.deepEqual(toCreateInput({ ...form, name: "PROD" }, ORDERS), { name: "PROD", description: undefined, routingConfiguration: routes([3, 100]) });
});

test("an update has only the members that differ", () => {
  const form = createForm(PROD);
  assert.deepEqual(toUpdateInput(form, PROD, ORDERS), { stateMachineAliasArn: PROD.stateMachineAliasArn });
  assert.deepEqual(toUpdateInput({ ...form, description: "" }, PROD, ORDERS), { stateMachineAliasArn: PROD.stateMachineAliasArn, description: "" });
  const changed = toUpdateInput(setShare(form, 50), PROD, ORDERS);
  assert.deepEqual(changed, { stateMachineAliasArn: PROD.stateMachineAliasArn, routingConfiguration: routes([2, 50], [3, 50]) });
  assert.equal(isSameRouting(routes([2, 90], [3, 10]), PROD.routingConfiguration), true);
});

test("a weight is sent as it is typed, so that the endpoint reports what is wrong", () => {
  const sent = text => toUpdateInput(setWeight({ ...createForm(PROD), isLinked: false }, 1, text), PROD, ORDERS).routingConfiguration[1].weight;
  assert.deepEqual(["11", " 7 ", "1.5", "-1", "101", "ten", "", "2e1"].map(sent), [11, 7, 1.5, -1, 101, "ten", undefined, 20]);
  assert.deepEqual(["0", "100", "101", "-1", "1.5", "", "x"].map(readWeight), [0, 100, null, null, null, null, null]);
});

test("linked weights sum to 100", () => {
  const form = createForm(PROD);
  assert.deepEqual(weights(setWeight(form, 1, "25")), ["75", "25"]);
  assert.deepEqual(weights(setWeight(form, 0, "0")), ["0", "100"]);
  assert.deepEqual(weights(setWeight(form, 1, "101")), ["90", "101"], "not a weight");
  assert.deepEqual(weights(setWeight({ ...form, isLinked: false }, 1, "25")), ["90", "25"]);
  assert.deepEqual(weights(setShare(form, 40)), ["40", "60"]);
});

test("a second version begins without starts, and the remaining one receives all", () => {
  const one = createForm(undefined, 3);
  const two = addRoute(one, [3, 2, 1]);
  assert.deepEqual(two.routes, [{ version: 3, weight: "100" }, { version: 2, weight: "0" }]);
  assert.deepEqual(addRoute(one, [3]).routes[1], { version: null, weight: "0" });
  assert.deepEqual(removeRoute(two, 0).routes, [{ version: 2, weight: "100" }]);
  assert.equal(setVersion(two, 1, 1).routes[1].version, 1);
});

const problem = (code, path, message = "") => ({ code, path, message });
const labels = (fixes) => fixes.map(({ label }) => label);

test("fixes of a sum", () => {
  const form = setWeight({ ...createForm(PROD), isLinked: false }, 1, "11");
  const fixes = suggestFixes(problem("weights-sum", "/routingConfiguration"), form, [3, 2, 1]);
  assert.deepEqual(labels(fixes), ["Set v3 to 10%", "Set v2 to 89%"]);
  assert.deepEqual(fixes.map(fix => weights(fix.form)), [["90", "10"], ["89", "11"]]);
  const single = { ...form, routes: [{ version: 2, weight: "99" }] };
  assert.deepEqual(labels(suggestFixes(problem("weights-sum", "/routingConfiguration"), single, [3, 2])), ["Set v2 to 100%"]);
  const large = setWeight(form, 0, "300");
  assert.deepEqual(labels(suggestFixes(problem("weights-sum", "/routingConfiguration"), large, [3, 2])), ["Set v2 to 89%"]);
});

test("fixes of a weight", () => {
  const form = { ...createForm(PROD), isLinked: false };
  const fix = (code, index, text) => suggestFixes(problem(code, `/routingConfiguration/${index}/weight`), setWeight(form, index, text), [3, 2]);
  assert.deepEqual(labels(fix("required", 1, "")), ["Set v3 to 10%"]);
  assert.deepEqual(labels(fix("wrong-type", 0, "ten")), ["Set v2 to 90%"]);
  assert.deepEqual(labels(fix("too-large", 0, "101")), ["Set v2 to 100%, v3 to 0%"]);
  assert.deepEqual(labels(fix("too-small", 1, "-1")), ["Set v2 to 100%, v3 to 0%"]);
  assert.deepEqual(weights(fix("too-large", 1, "101")[0].form), ["0", "100"]);
  assert.deepEqual(suggestFixes(problem("required", "/routingConfiguration/1/weight"), { ...form, routes: [{ version: 2, weight: "x" }, { version: 3, weight: "" }] }, []), []);
});

test("fixes of a repeated version", () => {
  const form = setVersion(createForm(PROD), 1, 2);
  const fixes = suggestFixes(problem("version-repeated", "/routingConfiguration/1/stateMachineVersionArn"), form, [3, 2, 1]);
  assert.deepEqual(labels(fixes), ["Use v3 for the second", "Use only v2"]);
  assert.deepEqual(fixes[1].form.routes, [{ version: 2, weight: "100" }]);
  assert.deepEqual(labels(suggestFixes(problem("version-repeated", "/routingConfiguration/1/stateMachineVersionArn"), form, [2])), ["Use only v2"]);
});

test("fixes of a name", () => {
  const suggest = name => suggestFixes(problem("pattern", "/name"), { ...createForm(undefined, 1), name }, []).map(({ form }) => form.name);
  assert.deepEqual(suggest("123"), ["v123"]);
  assert.deepEqual(suggest("prod env"), ["prod-env"]);
  assert.deepEqual(suggest("Größe/2"), ["Gro-e-2"]);
  assert.deepEqual(suggest("привет"), []);
  assert.deepEqual(suggest("<b>x</b>"), ["b-x-b"]);
});

test("fixes of a text that is too long", () => {
  const message = "1 validation error detected: Value at 'description' failed to satisfy constraint: Member must have length less than or equal to 256";
  const cut = description => suggestFixes(problem("too-long", "/description", message), { ...createForm(PROD), description }, [])[0].form.description;
  assert.equal(cut("a".repeat(300)), "a".repeat(256));
  assert.equal(cut("🚀".repeat(300)), "🚀".repeat(256));
  assert.deepEqual(suggestFixes(problem("too-long", "/description", "another text"), createForm(PROD), []), []);
});
