// Texts of numbers, times and JSON; roles of versions.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  assignRoles,
  countEnded,
  countFailed,
  expectedRange,
  formatAge,
  formatClock,
  formatDuration,
  formatJson,
  formatPercent,
  formatRate,
  formatUtc,
  plural,
} from "../../web/format.js";

test("shares and rates", () => {
  assert.deepEqual(
    [formatPercent(1, 40), formatPercent(19, 100), formatPercent(0, 9), formatPercent(3, 0), formatPercent(90)],
    ["2.5%", "19%", "0%", "–", "90%"],
  );
  assert.deepEqual([4, 0.42, 0.05, 0.001, 0, 120.4].map(formatRate), ["4/s", "0.4/s", "3/min", "0.1/min", "0/s", "120/s"]);
});

test("times and durations", () => {
  assert.deepEqual([240, 4200, 134000, 59999, 3600000, 11100000, 187200000].map(formatDuration), [
    "240 ms",
    "4.2 s",
    "2 min 14 s",
    "1 min",
    "1 h",
    "3 h 5 min",
    "2 d 4 h",
  ]);
  assert.deepEqual([0, 134, 3661, -5].map(formatClock), ["0:00", "2:14", "1:01:01", "0:00"]);
  assert.deepEqual([500, 12000, 180000, 7200000].map(formatAge), ["now", "12 s ago", "3 min ago", "2 h ago"]);
  assert.equal(formatUtc(0), "1970-01-01 00:00:00 UTC");
  assert.deepEqual([plural(1, "alias", "aliases"), plural(1200, "alias", "aliases")], ["1 alias", "1,200 aliases"]);
});

test("JSON keeps its numbers, and texts that are not JSON are unchanged", () => {
  assert.equal(
    formatJson('{"a":12345678901234567890,"b":[1.0,1e400,{"c":"x:{,"}],"d":{},"e":[ ]}'),
    `{
  "a": 12345678901234567890,
  "b": [
    1.0,
    1e400,
    {
      "c": "x:{,"
    }
  ],
  "d": {},
  "e": []
}`,
  );
  assert.deepEqual(["{", '"a\\"b"', "null"].map(formatJson), ["{", '"a\\"b"', "null"]);
});

test("the newer version of two has the role new", () => {
  const roles = (routing, deployment) =>
    assignRoles(
      routing.map(version => ({ version, weight: 1 })),
      deployment,
    ).map(({ role }) => role);
  assert.deepEqual([roles([2, 3]), roles([3, 2]), roles([3])], [["current", "new"], ["new", "current"], ["current"]]);
  assert.deepEqual(roles([2, 3], { fromVersion: 3, toVersion: 2 }), ["new", "current"]);
});

test("counts of ended executions", () => {
  assert.deepEqual([countEnded({ SUCCEEDED: 2, FAILED: 1 }), countEnded(4), countEnded(undefined)], [3, 4, 0]);
  assert.deepEqual([countFailed({ SUCCEEDED: 2, FAILED: 1, TIMED_OUT: 3 }), countFailed()], [4, 0]);
});

test("the expected range includes 95 of 100 outcomes", () => {
  assert.deepEqual(
    [expectedRange(100, 0.1), expectedRange(100, 1), expectedRange(100, 0), expectedRange(0, 0.5)],
    [
      [4, 16],
      [100, 100],
      [0, 0],
      [0, 0],
    ],
  );
});
