import assert from "node:assert/strict";
import { test } from "node:test";
import * as data from "../../web/timeline-data.js";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const T0 = Date.UTC(2026, 10, 29, 9, 12);
const routing = (...weights) => weights.map(([version, weight]) => ({ version, weight }));
const canary = {
  fromVersion: 2,
  toVersion: 3,
  startedMillis: T0,
  dueMillis: T0 + 5 * MINUTE,
  stepsDone: 1,
  targetWeight: 10,
  steps: [
    { atSeconds: 0, weight: 10 },
    { atSeconds: 300, weight: 100 },
  ],
  events: [{ timeMillis: T0, type: "shift", weight: 10 }],
};

test("a scale maps times to positions", () => {
  const scale = data.createScale(100, 200, 10, 50);
  assert.deepEqual([scale(100), scale(150), scale(200)], [10, 35, 60]);
  assert.equal(data.createScale(100, 100, 10, 50)(100), 10);
});

test("elapsed times are formatted with hours and days as needed", () => {
  const cases = [
    [0, "0:00"],
    [166_000, "2:46"],
    [-20_000, "−0:20"],
    [65 * MINUTE, "1:05:00"],
    [76 * HOUR, "3 d 4:00:00"],
  ];
  for (const [millis, text] of cases) assert.equal(data.formatElapsed(millis), text);
});

test("labels of ticks have units", () => {
  const cases = [
    [0, MINUTE, "0"],
    [30_000, 30_000, "0:30"],
    [150_000, 30_000, "2:30"],
    [5 * MINUTE, MINUTE, "5 min"],
    [90 * MINUTE, 30 * MINUTE, "1 h 30"],
    [2 * HOUR, HOUR, "2 h"],
    [-5 * MINUTE, 5 * MINUTE, "−5 min"],
    [30 * HOUR, 6 * HOUR, "1 d 6 h"],
    [48 * HOUR, 24 * HOUR, "2 d"],
  ];
  for (const [millis, step, text] of cases) assert.equal(data.formatTick(millis, step), text);
});

test("ticks are multiples of a round step after the origin, up to a number", () => {
  const { step, ticks } = data.chooseTicks(T0 - 20_000, T0 + 6 * MINUTE, T0, 8);
  assert.equal(step, MINUTE);
  assert.deepEqual(
    ticks,
    [0, 1, 2, 3, 4, 5, 6].map(minutes => T0 + minutes * MINUTE),
  );
  for (const span of [1, 10_000, HOUR, 35 * HOUR, 90 * 24 * HOUR]) {
    assert.ok(data.chooseTicks(T0, T0 + span, T0, 6).ticks.length <= 7, `span ${span}`);
  }
});

test("the bucket size grows with the time span", () => {
  const sizes = [5 * MINUTE, HOUR, 2 * HOUR, 6 * HOUR, 24 * HOUR, 72 * HOUR].map(data.chooseBucketSeconds);
  assert.deepEqual(sizes, [10, 10, 60, 60, 600, 600]);
});

test("bars are multiples of the bucket size and not more than allowed", () => {
  for (const [span, bucket] of [
    [6 * MINUTE, 10_000],
    [6 * HOUR, 60_000],
    [24 * HOUR, 600_000],
    [900 * HOUR, 600_000],
  ]) {
    for (const maxBars of [30, 100, 160]) {
      const group = data.chooseGroupMillis(span, bucket, maxBars);
      assert.equal(group % bucket, 0);
      assert.ok(span / group <= maxBars, `${span} ${bucket} ${maxBars}: ${group}`);
    }
  }
  assert.equal(data.chooseGroupMillis(6 * MINUTE, 10_000, 100), 10_000);
});

test("buckets are merged per version, in order, without those outside the time", () => {
  const bucket = (seconds, ...versions) => ({
    startMillis: T0 + seconds * 1000,
    versions: versions.map(([version, starts, failures]) => ({ version, starts, failures, ended: starts })),
  });
  const buckets = [
    bucket(-60, [2, 99, 9]),
    bucket(20, [2, 4, 1], [3, 1, 0]),
    bucket(0, [2, 5, 0]),
    bucket(30, [3, 2, 2]),
    bucket(600, [2, 99, 9]),
  ];
  const groups = data.mergeBuckets(buckets, T0, T0 + 10 * MINUTE, 30_000);
  const plain = groups.map(({ startMillis, endMillis, versions }) => [startMillis - T0, endMillis - T0, Object.fromEntries(versions)]);
  assert.deepEqual(plain, [
    [0, 30_000, { 2: { starts: 9, failures: 1, ended: 9 }, 3: { starts: 1, failures: 0, ended: 1 } }],
    [30_000, 60_000, { 3: { starts: 2, failures: 2, ended: 2 } }],
  ]);
  const sums = data.sumBuckets(buckets, 10_000, T0, T0 + MINUTE);
  assert.deepEqual(Object.fromEntries(sums), { 2: { starts: 9, failures: 1, ended: 9 }, 3: { starts: 3, failures: 2, ended: 3 } });
});

test("a day of buckets of ten seconds becomes 145 bars", () => {
  const buckets = Array.from({ length: 8640 }, (_, index) => ({
    startMillis: T0 + index * 10_000,
    versions: [
      { version: 2, starts: 36, failures: 1, ended: 36 },
      { version: 3, starts: 4, failures: 1, ended: 4 },
    ],
  }));
  const groups = data.mergeBuckets(buckets, T0, T0 + 24 * HOUR, 600_000);
  // The first and the last ten minutes are shown in part.
  assert.equal(groups.length, 145);
  assert.equal(
    groups.reduce((sum, group) => sum + group.versions.get(3).starts, 0),
    4 * 8640,
  );
});

test("a routing history becomes segments, and equal routings are joined", () => {
  const changes = [
    { millis: T0, routing: routing([3, 10], [2, 90]) },
    { millis: T0 + MINUTE, routing: routing([2, 90], [3, 10]) },
    { millis: T0 + 2 * MINUTE, routing: routing([3, 100]) },
    { millis: T0 + HOUR, routing: routing([2, 100]) },
  ];
  const segments = data.buildSegments(changes, T0 - MINUTE, T0 + 3 * MINUTE, routing([2, 100]));
  assert.deepEqual(segments, [
    { start: T0 - MINUTE, end: T0, routing: routing([2, 100]) },
    { start: T0, end: T0 + 2 * MINUTE, routing: routing([3, 10], [2, 90]) },
    { start: T0 + 2 * MINUTE, end: T0 + 3 * MINUTE, routing: routing([3, 100]) },
  ]);
  assert.deepEqual(data.buildSegments(changes, T0 - MINUTE, T0 + MINUTE), [
    { start: T0, end: T0 + MINUTE, routing: routing([3, 10], [2, 90]) },
  ]);
});

test("changes before the time shown give the routing at its start", () => {
  const changes = [
    { millis: T0 - HOUR, routing: routing([1, 100]) },
    { millis: T0 - MINUTE, routing: routing([2, 100]) },
  ];
  assert.deepEqual(data.buildSegments(changes, T0, T0 + MINUTE), [{ start: T0, end: T0 + MINUTE, routing: routing([2, 100]) }]);
  assert.deepEqual(data.findRouting(changes, T0 - 2 * MINUTE), routing([1, 100]));
  assert.equal(data.findRouting(changes, T0 - 2 * HOUR), undefined);
});

test("planned segments are the steps that are not done", () => {
  const now = T0 + 166_000;
  assert.deepEqual(data.buildPlannedSegments(canary, now, T0 + 6 * MINUTE), [
    { start: now, end: T0 + 5 * MINUTE, routing: routing([3, 10], [2, 90]) },
    { start: T0 + 5 * MINUTE, end: T0 + 6 * MINUTE, routing: routing([3, 100]) },
  ]);
});

test("a rollback is planned instead of the steps", () => {
  assert.deepEqual(data.buildPlannedSegments({ ...canary, rollsBack: true, dueMillis: null }, T0, T0 + MINUTE), [
    { start: T0, end: T0 + MINUTE, routing: routing([2, 100]) },
  ]);
});

test("a step that is overdue is planned for now", () => {
  const now = T0 + 7 * MINUTE;
  const [segment, ...rest] = data.buildPlannedSegments(canary, now, T0 + 8 * MINUTE);
  assert.deepEqual([segment.start, segment.routing, rest], [now, routing([3, 100]), []]);
});

test("planned steps keep their distance", () => {
  const linear = {
    ...canary,
    steps: [20, 40, 60, 80, 100].map((weight, index) => ({ atSeconds: index * 60, weight })),
    stepsDone: 2,
    targetWeight: 40,
    dueMillis: T0 + 130_000,
  };
  const segments = data.buildPlannedSegments(linear, T0 + 100_000, T0 + HOUR);
  assert.deepEqual(
    segments.map(({ start, routing }) => [start - T0, data.findWeight(routing, 3)]),
    [
      [100_000, 40],
      [130_000, 60],
      [190_000, 80],
      [250_000, 100],
    ],
  );
});

test("the routing of the past is that of the alias, or that of the reports", () => {
  const stored = [
    { timeMillis: T0 + 1000, routing: routing([3, 10], [2, 90]) },
    { timeMillis: T0 - HOUR, routing: routing([2, 100]) },
  ];
  assert.deepEqual(
    data.listChanges(canary, stored, T0 + HOUR).map(change => change.millis - T0),
    [-HOUR, 1000],
  );
  assert.deepEqual(data.listChanges(canary, stored.slice(1), T0 + HOUR), [{ millis: T0, routing: routing([3, 10], [2, 90]) }]);
  assert.deepEqual(data.listChanges(canary, undefined, T0 + HOUR).length, 1);
});

test("a history that no longer has the first routings is not used", () => {
  const stored = Array.from({ length: 200 }, (_, index) => ({ timeMillis: T0 + HOUR - index * 1000, routing: routing([2, 100]) }));
  assert.equal(data.listChanges(canary, stored.slice(1), T0 + HOUR).length, 199);
  assert.deepEqual(data.listChanges(canary, stored, T0 + HOUR), [{ millis: T0, routing: routing([3, 10], [2, 90]) }]);
});

test("a routing is split by the weight of the new version", () => {
  assert.deepEqual(data.splitRouting(2, 3, 0), routing([2, 100]));
  assert.deepEqual(data.splitRouting(2, 3, 10), routing([3, 10], [2, 90]));
  assert.deepEqual(data.splitRouting(2, 3, 100), routing([3, 100]));
  assert.deepEqual(data.splitRouting(3, 3, 40), routing([3, 100]));
});

test("expected starts follow the share in each bucket", () => {
  const bucket = (seconds, current, fresh) => ({
    startMillis: T0 + seconds * 1000,
    versions: [
      { version: 2, starts: current },
      { version: 3, starts: fresh },
    ],
  });
  const buckets = [bucket(0, 90, 10), bucket(10, 45, 55), bucket(20, 100, 0)];
  const segments = [
    { start: T0, end: T0 + 10_000, routing: routing([3, 10], [2, 90]) },
    { start: T0 + 10_000, end: T0 + 20_000, routing: routing([3, 50], [2, 50]) },
    { start: T0 + 20_000, end: T0 + 30_000, routing: routing([2, 100]) },
  ];
  const fresh = data.expectStarts(buckets, 10_000, segments, 3, T0, T0 + 30_000);
  assert.equal(fresh.starts, 65);
  assert.equal(fresh.expected, 60);
  // Variance 9 + 25 + 0.
  assert.deepEqual([fresh.low, fresh.high], [48, 72]);
  const half = data.expectStarts([bucket(5, 0, 0)], 10_000, segments, 3, T0, T0 + 30_000);
  assert.deepEqual([half.starts, half.low, half.high], [0, 0, 0]);
});

test("a bucket with two routings has their average share", () => {
  const buckets = [{ startMillis: T0, versions: [{ version: 2, starts: 100 }] }];
  const segments = [
    { start: T0 - MINUTE, end: T0 + 5000, routing: routing([2, 100]) },
    { start: T0 + 5000, end: T0 + MINUTE, routing: routing([3, 20], [2, 80]) },
  ];
  assert.equal(data.expectStarts(buckets, 10_000, segments, 3, T0, T0 + MINUTE).expected, 10);
});

test("alarms have spans of equal states, alarms in state ALARM first", () => {
  const alarm = (seconds, name, state) => ({ timeMillis: T0 + seconds * 1000, type: "alarm", alarm: name, state });
  const deployment = {
    ...canary,
    events: [alarm(0, "latency", "OK"), alarm(0, "errors", "OK"), alarm(60, "errors", "OK"), alarm(120, "errors", "ALARM")],
    alarms: [
      { name: "latency", state: "INSUFFICIENT_DATA", sinceMillis: T0 + 60_000 },
      { name: "errors", state: "ALARM" },
      { name: "new" },
    ],
  };
  const spans = data.listAlarmSpans(deployment, T0 + 180_000);
  assert.deepEqual(
    spans.map(({ name }) => name),
    ["errors", "latency", "new"],
  );
  assert.deepEqual(spans[0].spans, [
    { start: T0, end: T0 + 120_000, state: "OK" },
    { start: T0 + 120_000, end: T0 + 180_000, state: "ALARM" },
  ]);
  assert.deepEqual(
    spans[1].spans.map(({ end, state }) => [end - T0, state]),
    [
      [60_000, "OK"],
      [180_000, "INSUFFICIENT_DATA"],
    ],
  );
  assert.deepEqual(spans[2].spans, []);
});

test("the axis has all steps of a running deployment, and some time after the end", () => {
  const running = data.findDeploymentSpan(canary, T0, T0 + MINUTE);
  assert.ok(running.from < T0 && running.until >= T0 + 6 * MINUTE, JSON.stringify(running));
  const late = data.findDeploymentSpan({ ...canary, dueMillis: T0 + 50 * MINUTE }, T0, T0 + 49 * MINUTE);
  assert.ok(late.until > T0 + 50 * MINUTE);
});

test("a long plan that was stopped early does not hide what happened", () => {
  const linear = {
    ...canary,
    steps: [10, 20, 30, 40, 50, 60, 70, 80, 90, 100].map((weight, index) => ({ atSeconds: index * 3600, weight })),
  };
  const { until } = data.findDeploymentSpan({ ...linear, endedMillis: T0 + 4 * MINUTE }, T0, T0 + 24 * HOUR);
  assert.ok(until <= T0 + 10 * MINUTE, `${until - T0}`);
  const atOnce = data.findDeploymentSpan({ ...canary, steps: [{ atSeconds: 0, weight: 100 }], endedMillis: T0 }, T0, T0 + HOUR);
  assert.ok(atOnce.from < T0 && atOnce.until >= T0 + MINUTE);
});

const machine = "arn:aws:states:us-east-1:000000000000:stateMachine:orders";
const routes = (...weights) => weights.map(([version, weight]) => ({ stateMachineVersionArn: `${machine}:${version}`, weight }));

test("a plan has the segment before it and one per step", () => {
  const plan = {
    before: routes([2, 100]),
    steps: [
      { offsetSeconds: 0, routing: routes([3, 10], [2, 90]) },
      { offsetSeconds: 300, routing: routes([3, 100]) },
    ],
  };
  assert.deepEqual(data.buildPlanSegments(plan, -20_000, 360_000), [
    { start: -20_000, end: 0, routing: routing([2, 100]) },
    { start: 0, end: 300_000, routing: routing([3, 10], [2, 90]) },
    { start: 300_000, end: 360_000, routing: routing([3, 100]) },
  ]);
});

test("a simulation has the changes that took effect, its alarms, and one row for checks without a result", () => {
  const call = (atSeconds, action, input, observation) => ({
    entry: "call",
    atSeconds,
    extraRead: false,
    action: { action, input },
    observation,
  });
  const checks = at => [
    call(at, "describeAlias", {}, { observed: "alias", routingConfiguration: [] }),
    call(at, "describeAlarms", {}, { observed: "alarms", alarms: [{ name: "errors", state: "OK" }] }),
    { entry: "wait", atSeconds: at, untilSeconds: at + 60 },
  ];
  const simulation = {
    entries: [
      call(0, "updateAlias", { routingConfiguration: routes([3, 10], [2, 90]) }, { observed: "updated" }),
      ...checks(60),
      ...checks(120),
      { entry: "event", atSeconds: 130, event: { event: "alarm", atSeconds: 130, name: "errors", state: "ALARM" } },
      call(180, "describeAlarms", {}, { observed: "alarms", alarms: [{ name: "errors", state: "ALARM" }] }),
      call(180, "updateAlias", { routingConfiguration: routes([2, 100]) }, { observed: "failed" }),
      call(181, "updateAlias", { routingConfiguration: routes([2, 100]) }, { observed: "updated" }),
    ],
  };
  assert.deepEqual(data.listSimulatedChanges(simulation), [
    { millis: 0, routing: routing([3, 10], [2, 90]) },
    { millis: 181_000, routing: routing([2, 100]) },
  ]);
  assert.deepEqual(data.listSimulatedAlarms(simulation, ["errors"], 200_000), [
    {
      name: "errors",
      spans: [
        { start: 0, end: 130_000, state: "OK" },
        { start: 130_000, end: 200_000, state: "ALARM" },
      ],
    },
  ]);
  const rows = data
    .listSimulatedCalls(simulation)
    .map(({ kind, atSeconds, untilSeconds, count }) => [kind, atSeconds, untilSeconds, count]);
  assert.deepEqual(rows, [
    ["call", 0, undefined, undefined],
    ["checks", 60, 120, 4],
    ["event", 130, undefined, undefined],
    ["call", 180, undefined, undefined],
    ["call", 180, undefined, undefined],
    ["call", 181, undefined, undefined],
  ]);
});
