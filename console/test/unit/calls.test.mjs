// The equivalent calls must reach the program with the same values: a shell and Python read them here.

import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { test } from "node:test";
import { describeCall, describeRequest, formatPython, quoteShell } from "../../web/calls.js";

const endpoint = { url: "http://127.0.0.1:8083", region: "us-east-1" };
const TRICKY = [
  "plain-word_1.2:3/4",
  "two words",
  'it\'s "quoted"',
  "a\nb\n",
  "tab\there",
  "$HOME ${HOME} $(id) `id` !history",
  "back\\slash \\n \\",
  "straße 日本 🙂",
  "\u2028line\u2029separators",
  "escape \u001b[31mred\u0007'\\$",
  "c1 \u0085 \u009b",
  "-leading hyphen",
  "--option",
  "*?[a] ~ {a,b} ; & | < > #",
  "file:///etc/passwd",
  "",
  '{"a": [1, "$b", null]}',
];

/** Returns the words that bash passes to a program. */
function splitShell(command) {
  const script = `print() { for word in "$@"; do printf '%s\\0' "$word"; done; }\nprint ${command}`;
  return execFileSync("bash", ["-c", script], { encoding: "utf8", env: { ...process.env, LC_ALL: "C.UTF-8" } })
    .split("\0")
    .slice(0, -1);
}

test("a shell reads a quoted text as one unchanged word", () => {
  assert.deepEqual(splitShell(TRICKY.map(quoteShell).join(" ")), TRICKY);
});

test("the AWS CLI gets each member as an option", () => {
  const input = {
    stateMachineArn: "arn:aws:states:us-east-1:000000000000:stateMachine:orders",
    publish: true,
    routingConfiguration: [{ weight: 90 }],
    description: "it's $5",
  };
  const words = splitShell(describeCall("UpdateStateMachine", input, endpoint).cli);
  assert.deepEqual(words, [
    "aws",
    "stepfunctions",
    "update-state-machine",
    "--endpoint-url",
    "http://127.0.0.1:8083",
    "--region",
    "us-east-1",
    "--state-machine-arn",
    input.stateMachineArn,
    "--publish",
    "--routing-configuration",
    '[{"weight":90}]',
    "--description",
    "it's $5",
  ]);
});

test("the AWS CLI gets every text unchanged", () => {
  for (const input of TRICKY) {
    const words = splitShell(describeCall("StartExecution", { input }, endpoint).cli);
    const option = words[7];
    const value = option === "--cli-input-json" ? JSON.parse(words[8]).input : (words[8] ?? option.replace(/^--input=/, ""));
    assert.equal(value, input, option);
    // argparse reads a separate word that begins with a hyphen as an option.
    assert.ok(words[8] === undefined || !words[8].startsWith("-"), option);
  }
});

test("a text that the AWS CLI would read from a file or URL is part of a JSON object", () => {
  for (const cause of ["file:///etc/passwd", "fileb://x", "http://a", "https://a"]) {
    const words = splitShell(describeCall("StopExecution", { executionArn: "a", cause }, endpoint).cli);
    assert.deepEqual(words.slice(7), ["--cli-input-json", JSON.stringify({ executionArn: "a", cause })]);
  }
});

test("an account that is not the default is selected by the access key id", () => {
  const { cli, boto3 } = describeCall("ListStateMachines", {}, { ...endpoint, accessKeyId: "123456789012" });
  assert.match(cli, /^AWS_ACCESS_KEY_ID=123456789012 AWS_SECRET_ACCESS_KEY=test aws stepfunctions list-state-machines \\\n/);
  assert.match(boto3, /aws_access_key_id="123456789012",\n {4}aws_secret_access_key="test",\n\)\nsfn\.list_state_machines\(\)$/);
});

test("the call for boto3", () => {
  const input = {
    stateMachineAliasArn: "a:PROD",
    description: undefined,
    routingConfiguration: [{ stateMachineVersionArn: "arn:aws:states:us-east-1:000000000000:stateMachine:orders:2", weight: 100 }],
  };
  assert.equal(
    describeCall("UpdateStateMachineAlias", input, endpoint).boto3,
    `import boto3

sfn = boto3.client(
    "stepfunctions",
    endpoint_url="http://127.0.0.1:8083",
    region_name="us-east-1",
)
sfn.update_state_machine_alias(
    stateMachineAliasArn="a:PROD",
    routingConfiguration=[
        {"stateMachineVersionArn": "arn:aws:states:us-east-1:000000000000:stateMachine:orders:2", "weight": 100},
    ],
)`,
  );
});

test("Python reads a literal as the same value", t => {
  const python = process.env.PYTHON ?? "python3";
  if (spawnSync(python, ["--version"]).status !== 0) return t.skip("needs Python");
  const value = { texts: TRICKY, nested: [{ a: true, b: false, c: null }, [], {}], numbers: [0, -1.5, 1e21] };
  const program = `import json\nprint(json.dumps(${formatPython(value)}))`;
  assert.deepEqual(JSON.parse(execFileSync(python, ["-"], { input: program, encoding: "utf8" })), value);
});

test("a request that AWS does not have, for curl", () => {
  const words = splitShell(describeRequest("/executions/end", { error: "it's" }, endpoint).curl);
  assert.deepEqual(words, [
    "curl",
    "http://127.0.0.1:8083/executions/end",
    "--aws-sigv4",
    "aws:amz:us-east-1:states",
    "--user",
    "000000000000:test",
    "--header",
    "Content-Type: application/json",
    "--data-raw",
    `{"error":"it's"}`,
  ]);
});
