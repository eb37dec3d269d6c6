// Limits and pace of the executions that the page starts.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  countByVersion, createPrefix, formatName, MAX_IN_FLIGHT, MAX_RATE, MAX_STARTS, meanShare, Pacer, parseCount, parseInput, parseRate, parseVersion,
} from "../../web/bulk.js";

test("counts and rates have limits", () => {
  assert.deepEqual([MAX_STARTS, MAX_RATE], [1000, 50]);
  assert.deepEqual(parseCount("1000"), { value: 1000 });
  assert.deepEqual(parseRate(" 50 "), { value: 50 });
  for (const text of ["1001", "0", "-1", "1.5", "1e2", "ten", "1000000000000"]) {
    assert.deepEqual(parseCount(text), { problem: `“${text}” is not a valid number of executions. Use 1 to 1000.` });
  }
  assert.deepEqual(parseRate("51"), { problem: "“51” is not a valid number of starts per second. Use 1 to 50." });
  assert.deepEqual(parseRate(""), { problem: "The number of starts per second is missing. Use 1 to 50." });
});

test("an input is sent as it is typed, and an empty one is not sent", () => {
  assert.deepEqual(parseInput(' {"order": 1.0} '), { value: ' {"order": 1.0} ' });
  assert.deepEqual(parseInput(" \n"), {});
  assert.match(parseInput("{order: 1}").problem, /^The input is not valid JSON: /);
});

/** Runs a pacer with a timer of this interval, and returns the starts of each second. */
function startsPerSecond({ count, rate, intervalMillis, inFlight = 0 }) {
  const pacer = new Pacer({ count, rate, nowMillis: 0 });
  const seconds = [];
  for (let millis = 0; !pacer.isDone && millis < 100000; millis += intervalMillis) {
    const second = Math.floor(millis / 1000);
    seconds[second] = (seconds[second] ?? 0) + pacer.take(millis, inFlight);
  }
  assert.equal(pacer.sent, Math.min(count, MAX_STARTS));
  return seconds;
}

test("a run starts at its rate", () => {
  assert.deepEqual(startsPerSecond({ count: 60, rate: 20, intervalMillis: 10 }), [20, 20, 20]);
  assert.deepEqual(startsPerSecond({ count: 3, rate: 1, intervalMillis: 50 }), [1, 1, 1]);
  assert.equal(startsPerSecond({ count: 1000, rate: 50, intervalMillis: 20 }).length, 20);
});

test("a run never exceeds the limits", () => {
  const seconds = startsPerSecond({ count: 5000, rate: 9999, intervalMillis: 10 });
  assert.ok(Math.max(...seconds) <= MAX_RATE + 1, seconds.join());
});

test("the first start is immediate, and the next one is due after a pause", () => {
  const pacer = new Pacer({ count: 10, rate: 2, nowMillis: 500 });
  assert.equal(pacer.take(500, 0), 1);
  assert.equal(pacer.delay(), 500);
  assert.equal(pacer.take(999, 0), 0);
  assert.equal(pacer.take(1000, 0), 1);
});

test("starts wait while as many requests are in flight as allowed", () => {
  const pacer = new Pacer({ count: 100, rate: 50, nowMillis: 0 });
  assert.equal(pacer.take(1000, 0), MAX_IN_FLIGHT);
  assert.equal(pacer.take(2000, MAX_IN_FLIGHT), 0);
  assert.equal(pacer.take(3000, MAX_IN_FLIGHT - 1), 1);
});

test("an interruption causes no burst", () => {
  const pacer = new Pacer({ count: 1000, rate: 3, nowMillis: 0 });
  pacer.take(0, 0);
  let starts = 0;
  for (let requests = 0; requests < 10; requests += 1) starts += pacer.take(3600000, 0);
  assert.equal(starts, 3);
  assert.equal(pacer.take(3599000, 0), 0, "a clock that goes back");
});

test("names of executions have a common prefix and are valid", () => {
  const prefix = createPrefix(Date.UTC(2026, 10, 30, 4, 12, 0), "0af3");
  assert.equal(formatName(prefix, 0), "console-20261130T041200Z-0af3-0001");
  assert.equal(formatName(prefix, 999), "console-20261130T041200Z-0af3-1000");
});

test("executions are counted by version", () => {
  const arn = version => `arn:aws:states:us-east-1:123456789012:stateMachine:orders:${version}`;
  const counts = countByVersion([
    { stateMachineVersionArn: arn(2), status: "SUCCEEDED" },
    { stateMachineVersionArn: arn(2), status: "TIMED_OUT" },
    { stateMachineVersionArn: arn(3), status: "RUNNING" },
    { stateMachineVersionArn: arn(3), status: "ABORTED" },
    { status: "FAILED" },
  ]);
  assert.deepEqual([...counts], [
    [2, { starts: 2, running: 0, failed: 1 }],
    [3, { starts: 2, running: 1, failed: 0 }],
    [null, { starts: 1, running: 0, failed: 1 }],
  ]);
  assert.equal(parseVersion("arn:aws:states:us-east-1:123456789012:stateMachine:orders"), null);
});

test("the expected share is the mean of the routings during the run", () => {
  const routing = weight => [{ version: 2, weight: 100 - weight }, { version: 3, weight }];
  assert.equal(meanShare([{ starts: 10, routing: routing(10) }], 3), 0.1);
  assert.equal(meanShare([{ starts: 10, routing: routing(10) }, { starts: 30, routing: routing(50) }], 3), 0.4);
  assert.equal(meanShare([{ starts: 10, routing: routing(10) }], 4), 0);
  assert.equal(meanShare([], 3), 0);
});
