// Runs `sfn-alias serve` and a boto3 client for the tests, and ends them.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";

const PROGRAM = process.env.SFN_ALIAS ?? new URL("../../../target/debug/sfn-alias", import.meta.url).pathname;
const PYTHON = process.env.BOTO3_PYTHON ?? new URL("../../../target/console/python/bin/python", import.meta.url).pathname;
const CLIENT = new URL("client.py", import.meta.url).pathname;

export const ACCOUNT = "000000000000";
export const REGION = "us-east-1";
export const ROLE = `arn:aws:iam::${ACCOUNT}:role/orders`;
export const ORDERS = `arn:aws:states:${REGION}:${ACCOUNT}:stateMachine:orders`;

/** Creates a directory with files, `{name: text}`. */
export function createDirectory(files = {}) {
  const path = mkdtempSync(join(tmpdir(), "sfn-alias-console-"));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text);
  return { path, file: (name) => join(path, name), remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** A child process that ends with `stop`, and in any case with this process. */
export class Program {
  constructor(command, commandArguments, { environment = {}, input = "ignore", directory } = {}) {
    this.output = "";
    this.errors = "";
    this.child = spawn(command, commandArguments, {
      cwd: directory,
      env: { ...clientEnvironment(), ...environment },
      stdio: [input, "pipe", "pipe"],
    });
    this.closed = once(this.child, "close").then(([code]) => code);
    this.child.stdout.on("data", (data) => (this.output += data));
    this.child.stderr.on("data", (data) => (this.errors += data));
    this.end = () => this.child.kill("SIGKILL");
    process.once("exit", this.end);
    this.closed.catch(() => {}).then(() => process.off("exit", this.end));
  }

  /** Returns the first line of the output that matches. */
  async readLine(pattern) {
    for await (const line of createInterface({ input: this.child.stdout })) {
      const found = line.match(pattern);
      if (found) return found;
    }
    throw new Error(`${this.child.spawnargs.join(" ")} ended without ${pattern}:\n${this.errors}`);
  }

  async stop(signal = "SIGTERM") {
    this.child.kill(signal);
    return await this.closed;
  }
}

/** The environment without the user's profile, credentials and endpoints. */
function clientEnvironment() {
  const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(AWS|SFN_ALIAS)_/.test(name)));
  return {
    ...environment,
    AWS_CONFIG_FILE: "/dev/null",
    AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
    AWS_REGION: REGION,
    AWS_DEFAULT_REGION: REGION,
  };
}

/** Runs the program with these arguments. `--endpoint-url` is one of them if it needs an endpoint. */
export function runProgram(programArguments, options) {
  return new Program(PROGRAM, programArguments, options);
}

/** Runs a command of a POSIX shell, with `aws` and a Python that has boto3. Returns its output. */
export async function runShell(command, environment = {}) {
  const path = `${dirname(PYTHON)}:${process.env.PATH}`;
  const program = new Program("bash", ["-c", command], { environment: { PATH: path, ...environment } });
  const code = await program.closed;
  if (code !== 0) throw new Error(`${command}\nended with ${code}:\n${program.errors}`);
  return program.output;
}

/** An endpoint on a free port, which `restart` uses again. */
export class Endpoint {
  static async start(options = [], { host = "127.0.0.1" } = {}) {
    const endpoint = new Endpoint();
    endpoint.options = ["--host", host, "--seed", "7", "--log", "warn", ...options];
    endpoint.port = "0";
    await endpoint.restart();
    return endpoint;
  }

  async restart() {
    this.program = runProgram(["serve", "--port", this.port, ...this.options]);
    const [, url] = await this.program.readLine(/^export AWS_ENDPOINT_URL_SFN=(\S+)/);
    this.url = url;
    this.port = new URL(url).port;
  }

  async stop() {
    await this.program.stop();
  }

  /** Ends the execution with a result: `{output}`, or `{error, cause}`. */
  async endExecution(executionArn, result) {
    const response = await fetch(`${this.url}/executions/end`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ executionArn, ...result }),
    });
    if (!response.ok) throw new Error(await response.text());
  }
}

/** A process with a boto3 client: an unmodified client of AWS, whose requests the page must show. */
export class Client {
  constructor(url, environment = {}) {
    this.program = new Program(PYTHON, [CLIENT], { input: "pipe", environment: { AWS_ENDPOINT_URL_SFN: url, ...environment } });
    this.waiting = new Map();
    this.sent = 0;
    createInterface({ input: this.program.child.stdout }).on("line", (line) => this.receive(JSON.parse(line)));
    this.program.closed.then(() => this.fail(new Error(`the boto3 client ended: ${this.program.errors}`)));
  }

  /** Calls an operation, for example `call("start_execution", {stateMachineArn})`. */
  async call(operation, input = {}, { times = 1, rate = 0, userAgent = "" } = {}) {
    const id = ++this.sent;
    const response = new Promise((resolve, reject) => this.waiting.set(id, { resolve, reject }));
    this.program.child.stdin.write(`${JSON.stringify({ id, operation, input, times, rate, userAgent })}\n`);
    return await response;
  }

  receive({ id, response, error }) {
    const { resolve, reject } = this.waiting.get(id);
    this.waiting.delete(id);
    if (error) reject(new Error(error));
    else resolve(response);
  }

  fail(error) {
    for (const { reject } of this.waiting.values()) reject(error);
    this.waiting.clear();
  }

  async stop() {
    await this.program.stop();
  }

  /** Creates a state machine and publishes versions, one per definition. Returns its ARN. */
  async createStateMachine(name, definitions, descriptions = []) {
    const [first, ...others] = definitions.map((definition) => JSON.stringify(definition, null, 2));
    const created = await this.call("create_state_machine", {
      name,
      definition: first,
      roleArn: ROLE,
      publish: true,
      ...(descriptions[0] && { versionDescription: descriptions[0] }),
    });
    for (const [index, definition] of others.entries()) {
      const versionDescription = descriptions[index + 1];
      const input = { stateMachineArn: created.stateMachineArn, definition, publish: true };
      await this.call("update_state_machine", { ...input, ...(versionDescription && { versionDescription }) });
    }
    return created.stateMachineArn;
  }

  /** Creates an alias of the state machine. The routing is `{version: weight}`. */
  async createAlias(stateMachineArn, name, routing, description) {
    const routingConfiguration = toRoutingConfiguration(stateMachineArn, routing);
    await this.call("create_state_machine_alias", { name, routingConfiguration, ...(description && { description }) });
    return `${stateMachineArn}:${name}`;
  }

  async updateAlias(stateMachineAliasArn, routing) {
    const stateMachineArn = stateMachineAliasArn.replace(/:[^:]*$/, "");
    const routingConfiguration = toRoutingConfiguration(stateMachineArn, routing);
    await this.call("update_state_machine_alias", { stateMachineAliasArn, routingConfiguration });
  }

  /** Returns the routing of an alias as `{version: weight}`. */
  async describeRouting(stateMachineAliasArn) {
    const { routingConfiguration } = await this.call("describe_state_machine_alias", { stateMachineAliasArn });
    return Object.fromEntries(routingConfiguration.map(({ stateMachineVersionArn, weight }) => [stateMachineVersionArn.match(/\d+$/)[0], weight]));
  }
}

function toRoutingConfiguration(stateMachineArn, routing) {
  return Object.entries(routing).map(([version, weight]) => ({ stateMachineVersionArn: `${stateMachineArn}:${version}`, weight }));
}
