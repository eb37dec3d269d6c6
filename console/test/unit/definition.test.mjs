// Comparison of definitions: states and lines.

import assert from "node:assert/strict";
import { test } from "node:test";
import { compareLines, compareStates, foldRows, stackRows } from "../../web/definition.js";

const workflow = states => JSON.stringify({ StartAt: "A", States: states });

test("added, removed and changed states, with what changed", () => {
  const before = workflow({ A: { Type: "Task", Retry: [], Next: "B", Parameters: { f: "x" } }, B: { Type: "Pass" } });
  const after = workflow({ A: { Type: "Task", TimeoutSeconds: 3, Next: "C", Parameters: { f: "y" } }, C: { Type: "Succeed" } });
  assert.deepEqual(compareStates(before, after), [
    {
      name: "A",
      change: "changed",
      details: ["Retry removed", 'Next changed from "B" to "C"', 'Parameters.f changed from "x" to "y"', "TimeoutSeconds added"],
    },
    { name: "C", change: "added", details: ["Succeed"] },
    { name: "B", change: "removed", details: ["Pass"] },
  ]);
});

test("states in Map and Parallel states have a path", () => {
  const nested = type =>
    workflow({
      M: { Type: "Map", ItemProcessor: { ProcessorConfig: { Mode: "INLINE" }, StartAt: "I", States: { I: { Type: type } } } },
      P: {
        Type: "Parallel",
        Branches: [
          { StartAt: "X", States: { X: { Type: "Pass" } } },
          { StartAt: "X", States: { X: { Type: type } } },
        ],
      },
    });
  assert.deepEqual(
    compareStates(nested("Pass"), nested("Fail")).map(({ name }) => name),
    ["M / I", "P / branch 2 / X"],
  );
});

test("the order of members has no meaning, and texts that are not JSON objects are not compared", () => {
  assert.deepEqual(compareStates('{"a":{"b":1,"c":[{"d":1,"e":2}]}}', '{"a":{"c":[{"e":2,"d":1}],"b":1}}'), []);
  assert.deepEqual(compareStates('{"StartAt":"A"}', '{"StartAt":"B"}'), [
    { name: "", change: "changed", details: ['StartAt changed from "A" to "B"'] },
  ]);
  for (const text of ["{", "[]", "null"]) assert.equal(compareStates(text, "{}"), undefined);
});

const LEFT = "a\nb\nc\nd";
const RIGHT = "a\nB\nC\nD\nd";

test("lines side by side, with numbers of both sides", () => {
  assert.deepEqual(compareLines(LEFT, RIGHT), [
    [
      { n: 1, text: "a", kind: undefined },
      { n: 1, text: "a", kind: undefined },
    ],
    [
      { n: 2, text: "b", kind: "del" },
      { n: 2, text: "B", kind: "add" },
    ],
    [
      { n: 3, text: "c", kind: "del" },
      { n: 3, text: "C", kind: "add" },
    ],
    [null, { n: 4, text: "D", kind: "add" }],
    [
      { n: 4, text: "d", kind: undefined },
      { n: 5, text: "d", kind: undefined },
    ],
  ]);
});

test("in one column, removed lines are before the added ones", () => {
  assert.deepEqual(
    stackRows(compareLines(LEFT, RIGHT)).map(([{ text }]) => text),
    ["a", "b", "c", "B", "C", "D", "d"],
  );
});

test("equal lines that are not near a change are folded", () => {
  const text = Array.from({ length: 20 }, (_, index) => `line ${index}`);
  const rows = compareLines(text.join("\n"), text.with(10, "changed").join("\n"));
  assert.deepEqual(
    foldRows(rows, 2).map(row => row.folded ?? row[1].text),
    [8, "line 8", "line 9", "changed", "line 11", "line 12", 7],
  );
});
