// Counts of the traffic API, and the geometry of the flow picture.

import assert from "node:assert/strict";
import { test } from "node:test";
import { layoutFlow } from "../../web/flow.js";
import { chooseBucketSeconds, describeUserAgent, findRoutingStart, measureRate, sumTraffic } from "../../web/traffic.js";

const bucket = (startMillis, ...versions) => ({ startMillis, versions: versions.map(([version, starts, failures, ended]) => ({ version, starts, failures, ended })) });

test("the rate is that of the last minute", () => {
  const buckets = Array.from({ length: 12 }, (_, index) => bucket(index * 10000, [2, 36, 0, 36], [3, 4, 1, 4]));
  const traffic = { bucketSeconds: 10, buckets };
  assert.equal(measureRate(traffic, 120000), 4);
  assert.equal(measureRate({ ...traffic, buckets: buckets.slice(0, 6) }, 120000), 0);
  assert.equal(measureRate({ bucketSeconds: 10, buckets: [] }, 120000), 0);
  assert.equal(measureRate(undefined, 120000), undefined);
});

test("the sum begins with the first bucket after a time", () => {
  const traffic = { bucketSeconds: 10, buckets: [bucket(0, [2, 10, 1, 9]), bucket(10000, [3, 2, 0, 1]), bucket(20000, [2, 5, 1, 4], [3, 1, 1, 1])] };
  assert.deepEqual(sumTraffic(traffic, 5000), [
    { version: 2, starts: 5, failures: 1, ended: 4 },
    { version: 3, starts: 3, failures: 1, ended: 2 },
  ]);
});

test("a response has up to about 200 buckets", () => {
  const minute = 60000;
  assert.deepEqual([1, 30, 31, 180, 181, 1440].map(minutes => chooseBucketSeconds(minutes * minute)), [10, 10, 60, 60, 600, 600]);
});

test("a user agent is shortened to the program", () => {
  const cases = {
    "Boto3/1.40.1 md/Botocore#1.40.1 ua/2.1 os/linux#6.1": "Boto3 1.40.1",
    "aws-cli/2.27.1 md/awscrt#0.25 ua/2.1": "AWS CLI 2.27.1",
    "sfn-alias/0.1.0 deploy": "sfn-alias 0.1.0",
    "APN/1.0 HashiCorp/1.0 Terraform/1.9.0 aws-sdk-go-v2/1.30": "Terraform 1.9.0",
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36": "a browser",
    "aws-sdk-js/3.800.0 ua/2.1": "AWS SDK for JavaScript 3.800.0",
    "": "an unknown client",
  };
  for (const [text, name] of Object.entries(cases)) assert.equal(describeUserAgent(text), name);
  assert.equal(describeUserAgent("x".repeat(500)).length, 40);
});

test("ribbons are as wide as their share and stay inside the picture", () => {
  for (const width of [280, 390, 700, 1200]) {
    for (const weight of [0, 1, 10, 50, 99, 100]) {
      const { bands, top, total, height, left, right } = layoutFlow({ width, routing: [{ version: 2, weight: 100 - weight }, { version: 3, weight }] });
      assert.ok(left < right && right < width, `${width}: ${left} to ${right}`);
      for (const band of bands) {
        assert.ok(band.from >= top && band.from + band.thickness <= top + total + 1e-9);
        assert.ok(band.to >= 0 && band.to + band.thickness <= height);
      }
      assert.ok(Math.abs(bands[1].thickness - Math.max(weight > 0 ? 3 : 0, (total * weight) / 100)) < 1e-9);
    }
  }
});

test("the current routing begins with the oldest entry of the newest ones that are equal", () => {
  const alias = {
    creationDate: 1,
    updateDate: 9,
    routingConfiguration: [{ stateMachineVersionArn: "arn:aws:states:us-east-1:123456789012:stateMachine:orders:3", weight: 10 }, { stateMachineVersionArn: "arn:aws:states:us-east-1:123456789012:stateMachine:orders:2", weight: 90 }],
  };
  const entry = (timeMillis, weight) => ({ timeMillis, routing: [{ version: 2, weight: 100 - weight }, { version: 3, weight }] });
  assert.deepEqual(findRoutingStart([entry(8000, 10), entry(7000, 10), entry(5000, 50), entry(1000, 10)], alias), { millis: 7000, isFirst: false });
  assert.deepEqual(findRoutingStart([entry(8000, 10), entry(1200, 10)], alias), { millis: 1200, isFirst: true });
  assert.deepEqual(findRoutingStart([], alias), { millis: 9000, isFirst: false });
  assert.deepEqual(findRoutingStart(undefined, { ...alias, updateDate: 1 }), { millis: 1000, isFirst: true });
});
