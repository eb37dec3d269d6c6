import assert from "node:assert/strict";
import { test } from "node:test";
import * as state from "../../web/deployment-state.js";

const T0 = Date.UTC(2026, 10, 29, 9, 12);
const canary = {
  fromVersion: 2,
  toVersion: 3,
  phase: "waiting",
  stepsDone: 1,
  targetWeight: 10,
  nextReportMillis: T0,
  steps: [
    { atSeconds: 0, weight: 10 },
    { atSeconds: 300, weight: 100 },
  ],
  alarms: [{ name: "errors", state: "OK" }],
};

test("a driver is silent if its report is more than 30 seconds late", () => {
  assert.equal(state.isSilent(canary, T0 + 30_000), false);
  assert.equal(state.isSilent(canary, T0 + 30_001), true);
  assert.equal(state.isSilent({ ...canary, nextReportMillis: null }, T0 + 1e9), false);
  for (const phase of ["succeeded", "rolledBack", "drifted", "failed"]) assert.equal(state.isSilent({ ...canary, phase }, T0 + 1e9), false);
});

test("the state is one sentence, which changes only with the state", () => {
  const describe = (change, silent) => state.describeState({ ...canary, ...change }, silent);
  assert.equal(describe({}), "10% of the starts run version 3, step 1 of 2.");
  assert.equal(
    describe({ alarms: [{ name: "errors", state: "ALARM" }], phase: "rollingBack", rollsBack: true }),
    "10% of the starts run version 3, step 1 of 2, rolling back. In state ALARM: errors.",
  );
  assert.equal(describe({ phase: "retrying" }), "10% of the starts run version 3, step 1 of 2, retrying a failed call.");
  assert.equal(describe({}, true), "The driver does not report.");
  assert.equal(describe({ phase: "succeeded" }), "The deployment has succeeded: all starts run version 3.");
  assert.equal(describe({ phase: "rolledBack" }), "The deployment was rolled back: all starts run version 2.");
  assert.equal(describe({ phase: "drifted" }), "The deployment stopped because of drift.");
  assert.equal(describe({ phase: "failed" }), "The deployment failed.");
});

test("alarms are summarized by the worst state", () => {
  const alarms = (...states) => states.map((alarm, index) => ({ name: `a${index}`, state: alarm }));
  const cases = [
    [alarms("OK"), "OK", "OK", []],
    [alarms("ALARM"), "ALARM", "ALARM", ["a0"]],
    [alarms("OK", "OK"), "OK", "2 of 2 OK", []],
    [alarms("OK", "ALARM", "INSUFFICIENT_DATA"), "ALARM", "1 of 3 in ALARM", ["a1"]],
    [alarms("OK", "INSUFFICIENT_DATA"), "INSUFFICIENT_DATA", "1 of 2 OK", ["a1"]],
    [alarms("INSUFFICIENT_DATA"), "INSUFFICIENT_DATA", "INSUFFICIENT_DATA", ["a0"]],
    [alarms(undefined), "", "not checked yet", []],
  ];
  for (const [list, ...expected] of cases) {
    const { state: found, text, names } = state.summarizeAlarms(list);
    assert.deepEqual([found, text, names], expected);
  }
});

test("steps are missed only by a deployment that has ended", () => {
  assert.deepEqual(state.findMissedSteps(canary), []);
  assert.deepEqual(state.findMissedSteps({ ...canary, phase: "rolledBack" }), [{ atSeconds: 300, weight: 100 }]);
});

test("the reported routing is that of the last step, or that of the rollback", () => {
  assert.deepEqual(state.findReportedRouting(canary), [
    { version: 3, weight: 10 },
    { version: 2, weight: 90 },
  ]);
  assert.deepEqual(state.findReportedRouting({ ...canary, phase: "rolledBack" }), [{ version: 2, weight: 100 }]);
  assert.equal(state.routesAllTo([{ version: 2, weight: 100 }], 2), true);
  assert.equal(state.routesAllTo(state.findReportedRouting(canary), 2), false);
});
