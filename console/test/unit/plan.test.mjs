import assert from "node:assert/strict";
import { test } from "node:test";
import { listCommands, shortenPreference } from "../../web/plan-commands.js";
import * as plans from "../../web/plan-request.js";

const MACHINE = "arn:aws:states:us-east-1:000000000000:stateMachine:orders";
const form = change => ({ ...plans.FIRST_FORM, ...change });
const routes = (...weights) => weights.map(([version, weight]) => ({ stateMachineVersionArn: `${MACHINE}:${version}`, weight }));

test("a form becomes a preference; text that is not a number is sent as it is", () => {
  assert.deepEqual(plans.buildPreference(form({ alarms: " errors \n\nlatency" })), {
    preference: { Type: "CANARY", Percentage: 10, Interval: 5 },
    alarms: ["errors", "latency"],
  });
  const linear = plans.buildPreference(form({ kind: "linear", percentage: "many", interval: " " }));
  assert.deepEqual(linear, { preference: { Type: "LINEAR", Percentage: "many" }, alarms: undefined });
  assert.deepEqual(plans.buildPreference(form({ kind: "allAtOnce" })).preference, { Type: "ALL_AT_ONCE" });
  const steps = [
    { percentage: "5", interval: "1" },
    { percentage: "-1", interval: "" },
  ];
  const custom = plans.buildPreference(form({ kind: "custom", steps })).preference;
  assert.deepEqual(custom, { Type: "CUSTOM", Steps: [{ Percentage: 5, Interval: 1 }, { Percentage: "-1" }] });
});

test("JSON that cannot be parsed is a problem of its field", () => {
  const { problem } = plans.buildPreference(form({ kind: "json", json: "{" }));
  assert.equal(problem.path, "/json");
  assert.match(problem.message, /^The text is not valid JSON: /);
});

test("a version in the preference replaces the selected one", () => {
  const current = routes([2, 100]);
  const own = { preference: { StateMachineVersionArn: `${MACHINE}:4`, Type: "ALL_AT_ONCE" } };
  assert.deepEqual(plans.buildPlanRequest(own, current, `${MACHINE}:3`), { ...own, currentRouting: current });
  const other = { preference: { Type: "ALL_AT_ONCE" } };
  assert.deepEqual(plans.buildPlanRequest(other, current, `${MACHINE}:3`), {
    ...other,
    currentRouting: current,
    newVersion: `${MACHINE}:3`,
  });
  for (const preference of [null, 3, []]) assert.equal(plans.buildPlanRequest({ preference }, current, "v").newVersion, "v");
});

test("problems belong to the field of the member that they are about", () => {
  const problem = (code, path) => ({ code, path, message: code });
  const error = problems => ({ code: "ValidationException", message: "m", problems });
  const paths = (kind, ...problems) => plans.locateProblems(error(problems), kind).map(({ path }) => path);
  assert.deepEqual(paths("canary", problem("percentage-range", "/Percentage"), problem("interval-required", "")), [
    "/Percentage",
    "/Interval",
  ]);
  assert.deepEqual(paths("linear", problem("linear-too-long", "")), ["/Interval"]);
  assert.deepEqual(paths("canary", problem("alarm-repeated", "/Alarms/1")), ["/Alarms/1"]);
  assert.deepEqual(paths("custom", problem("step-not-increasing", "/Steps/1")), ["/Steps/1"]);
  assert.deepEqual(paths("json", problem("percentage-range", "/Percentage"), problem("type-missing", "")), ["/json", "/json"]);
  assert.deepEqual(plans.locateProblems(undefined, "canary"), []);
});

test("an error without problems belongs to the member that its message states", () => {
  const path = (message, kind = "canary") => plans.locateProblems({ code: "ValidationException", message }, kind)[0].path;
  assert.equal(path("Failed to start deployment of type 'CANARY', invalid initial state detected. Expected"), "/currentRouting");
  assert.equal(path('invalid plan request: invalid value: string "x", expected an integer for `Percentage`'), "/Percentage");
  assert.equal(path('invalid plan request: invalid value: string "x", expected an integer for `Interval`', "custom"), "/Steps");
  assert.equal(path("`-1` is not a valid rate; use 0 to 1000000 executions per second"), "/startsPerSecond");
  assert.equal(path("something else"), "");
});

test("fixes are changes to the form", () => {
  assert.deepEqual(plans.findFix({ path: "/currentRouting", code: "" }), { label: "Use all at once", change: { kind: "allAtOnce" } });
  assert.deepEqual(plans.findFix({ path: "/Interval", code: "interval-range" }).change, { interval: "5" });
  assert.deepEqual(plans.findFix({ path: "/Percentage", code: "interval-and-percentage-required" }).change, {
    percentage: "10",
    interval: "5",
  });
  assert.equal(plans.findFix({ path: "/Alarms/0", code: "alarm-length" }), undefined);
});

test("the measured rate is that since the first start, with two digits", () => {
  const bucket = (startMillis, starts) => ({ startMillis, versions: [{ starts }] });
  const measure = (nowMillis, ...buckets) => plans.measureStarts({ buckets }, nowMillis);
  assert.equal(measure(600_000, bucket(0, 2000), bucket(10_000, 470)), 4.1);
  assert.equal(measure(600_000, bucket(0, 0), bucket(480_000, 480)), 4);
  assert.equal(measure(1000, bucket(0, 6)), 0.1);
  assert.equal(measure(600_000, bucket(0, 0)), undefined);
  assert.equal(plans.measureStarts(undefined, 600_000), undefined);
});

test("expected starts of segments add up", () => {
  const segments = [
    {
      start: 0,
      end: 100_000,
      routing: [
        { version: 3, weight: 10 },
        { version: 2, weight: 90 },
      ],
    },
    { start: 100_000, end: 200_000, routing: [{ version: 2, weight: 100 }] },
  ];
  // Variance 4 * 100 * 0.1 * 0.9 = 36.
  assert.deepEqual(plans.expectVersion(segments, 3, 4), { expected: 40, low: 28, high: 52 });
  assert.deepEqual(plans.expectSegments(segments, 4)[0].versions, [
    { version: 3, perSecond: 0.4 },
    { version: 2, perSecond: 3.6 },
  ]);
});

test("simulated calls are described", () => {
  const describe = row => Object.values(plans.describeSimulated(row)).slice(0, 2).join(" | ");
  const update = { action: "updateAlias", input: { routingConfiguration: routes([3, 10], [2, 90]) } };
  assert.equal(
    describe({ kind: "call", action: update, observation: { observed: "updated" } }),
    "UpdateStateMachineAlias: 10% v3, 90% v2 | updated",
  );
  const failed = { observed: "failed", code: "ThrottlingException", message: "Rate exceeded" };
  assert.equal(
    describe({ kind: "call", action: update, observation: failed }),
    "UpdateStateMachineAlias: 10% v3, 90% v2 | ThrottlingException: Rate exceeded",
  );
  assert.equal(describe({ kind: "checks", count: 4 }), "4 reads of the alias and the alarms | routing unchanged, no alarm in state ALARM");
  const read = { action: "describeAlarms", input: { AlarmNames: ["errors"] } };
  assert.equal(
    describe({ kind: "call", action: read, observation: { observed: "alarms", alarms: [{ name: "errors", state: "ALARM" }] } }),
    "DescribeAlarms errors | errors ALARM",
  );
  assert.equal(describe({ kind: "event", event: { name: "errors", state: "ALARM" } }), "Alarm errors changes its state | ALARM");
});

const plan = change => {
  const built = plans.buildPreference(form(change));
  const arns = { aliasArn: `${MACHINE}:PROD`, versionArn: `${MACHINE}:3`, version: 3, name: "orders", alias: "PROD" };
  return { form: form(change), ...built, ...arns, url: "http://127.0.0.1:8083", region: "us-east-1" };
};

test("a preference has a short form, except JSON", () => {
  const cases = [
    [{}, "10/5m"],
    [{ kind: "linear" }, "linear 10/5m"],
    [{ kind: "allAtOnce" }, "all-at-once"],
    [{ kind: "custom" }, "5/1m,25/10m"],
    [{ kind: "custom", steps: [{ percentage: "5", interval: "1" }] }, "custom 5/1m"],
    [{ kind: "json", json: "{}" }, undefined],
  ];
  for (const [change, text] of cases) assert.equal(shortenPreference(plan(change)), text);
});

test("the command of the program has the options of the plan, quoted for a shell", () => {
  assert.equal(
    listCommands(plan({})).deploy,
    `sfn-alias deploy ${MACHINE}:PROD \\\n  ${MACHINE}:3 \\\n  --endpoint-url http://127.0.0.1:8083 \\\n  --state orders-PROD.json \\\n  --canary 10/5m`,
  );
  const { deploy } = listCommands(plan({ kind: "linear", alarms: "it's late\n-x" }));
  assert.match(deploy, / --linear 10\/5m /);
  assert.ok(deploy.includes("--alarm 'it'\\''s late' \\\n  --alarm=-x \\\n  --alarm-command 'sfn-alias alarms alarms.json'"), deploy);
  assert.ok(deploy.startsWith("cat > alarms.json <<'END'\n"), deploy);
  const rules = JSON.parse(deploy.slice(deploy.indexOf("\n"), deploy.indexOf("\nEND\n")));
  assert.deepEqual(rules.alarms[1], { name: "-x", metric: "ExecutionsFailed", stateMachine: "orders", version: 3, threshold: 3 });
  const json = listCommands(
    plan({ kind: "json", json: '{"Type": "CANARY", "Percentage": 1, "Interval": 2, "Alarms": ["errors"]}' }),
  ).deploy;
  assert.ok(json.includes(`--preference '{"Type":"CANARY","Percentage":1,"Interval":2,"Alarms":["errors"]}' \\\n  --alarm-command`), json);
});

test("the program code has the same values", () => {
  const { python, node } = listCommands(plan({ alarms: "errors" }));
  assert.ok(
    python.includes(
      '    "10/5m",\n    "' +
        MACHINE +
        ':3",\n    alarms=["errors"],\n    cloudwatch=boto3.client("cloudwatch"),\n    state="orders-PROD.json",\n',
    ),
    python,
  );
  assert.ok(
    node.includes(
      `  preference: "10/5m",\n  newVersion: "${MACHINE}:3",\n  alarms: ["errors"],\n  cloudwatch: new CloudWatchClient({}),\n`,
    ),
    node,
  );
  const own = listCommands(plan({ kind: "json", json: JSON.stringify({ StateMachineVersionArn: `${MACHINE}:4`, Type: "ALL_AT_ONCE" }) }));
  assert.ok(!own.python.includes(`${MACHINE}:3`) && !own.node.includes("newVersion"));
});

test("CloudFormation has no custom steps", () => {
  const { cloudformation } = listCommands(plan({ alarms: "errors" }));
  assert.ok(
    cloudformation.endsWith(`      DeploymentPreference:
        StateMachineVersionArn: "${MACHINE}:3"
        Type: CANARY
        Percentage: 10
        Interval: 5
        Alarms: ["errors"]`),
    cloudformation,
  );
  assert.equal(listCommands(plan({ kind: "custom" })).cloudformation, undefined);
});
