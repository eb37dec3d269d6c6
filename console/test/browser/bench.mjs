// Measures the main-thread work of the page with 100 aliases and 10,000 executions, from a trace of Chromium, and prints it.
// A figure is the sum of the tasks of the page's main thread: scripts, style, layout and paint, without the time that it waits.

import { launchChromium, openPage, waitFor } from "./support.mjs";
import { Client, Endpoint } from "./endpoint.mjs";

const ALIASES = 100;
const EXECUTIONS = 10_000;
const REPEATS = 5;
const GOAL_MILLIS = 100;
const CATEGORIES = ["toplevel", "devtools.timeline", "disabled-by-default-devtools.timeline"];
const DEFINITION = { StartAt: "Done", States: { Done: { Type: "Succeed" } } };

const VIEWS = [
  { name: "overview", hash: "" },
  { name: "state machine", hash: "orders" },
  { name: "alias", hash: "orders/aliases/alias-0" },
  { name: "executions", hash: "orders/executions" },
];

const cleanups = [];
const defer = (cleanup) => cleanups.unshift(cleanup);

async function main() {
  const endpoint = await Endpoint.start();
  defer(() => endpoint.stop());
  const client = new Client(endpoint.url);
  defer(() => client.stop());
  const browser = await launchChromium();
  defer(() => browser.close());
  const arn = await createWorld(endpoint, client);
  console.log(`${ALIASES} aliases, ${EXECUTIONS} executions; median of ${REPEATS}, goal: up to ${GOAL_MILLIS} ms of main-thread work`);
  console.log("view           first render   longest task   update   longest task");
  await measureFloor(endpoint, browser);
  for (const view of VIEWS) {
    const renders = [];
    const updates = [];
    for (let count = 0; count < REPEATS; count++) {
      const { render, update } = await measureView({ endpoint, client, browser, arn, view });
      renders.push(render);
      updates.push(update);
    }
    printRow(view.name, renders, updates);
  }
}

/** Measures what Chromium itself does for a page without a script: a picture. */
async function measureFloor(endpoint, browser) {
  const renders = [];
  for (let count = 0; count < REPEATS; count++) {
    const pageCleanups = [];
    const page = await openPage({ endpoint, browser, url: "about:blank", defer: (cleanup) => pageCleanups.push(cleanup) });
    renders.push(
      await trace(browser, page, async () => {
        await page.goto(`${endpoint.url}/console/icon.svg`);
        await waitUntilIdle(page);
      }),
    );
    for (const cleanup of pageCleanups) await cleanup();
  }
  printRow("floor: picture", renders, []);
}

/** Measures the first render of a view, and what the page does when an alias and an execution change. */
async function measureView({ endpoint, client, browser, arn, view }) {
  const pageCleanups = [];
  try {
    const page = await openPage({ endpoint, browser, url: "about:blank", defer: (cleanup) => pageCleanups.push(cleanup) });
    const render = await trace(browser, page, async () => {
      await page.goto(`${endpoint.url}/console/#/us-east-1/000000000000${view.hash && `/${view.hash}`}`);
      await page.getByRole("heading", { level: 1 }).waitFor();
      await waitUntilIdle(page);
    });
    const before = await page.locator("main").innerText();
    const update = await trace(browser, page, async () => {
      await client.updateAlias(`${arn}:alias-0`, Math.random() < 0.5 ? { 1: 50, 2: 50 } : { 1: 51, 2: 49 });
      await client.call("start_execution", { stateMachineArn: `${arn}:alias-0` });
      await waitFor("the update", async () => (await page.locator("main").innerText()) !== before);
      await waitUntilIdle(page);
    });
    return { render, update };
  } finally {
    for (const cleanup of pageCleanups) await cleanup();
  }
}

/** Waits until no request is running for a while. */
async function waitUntilIdle(page) {
  await page.waitForTimeout(1500);
}

async function trace(browser, page, act) {
  await browser.startTracing(page, { categories: CATEGORIES });
  await act();
  const events = JSON.parse((await browser.stopTracing()).toString()).traceEvents;
  return sumTasks(events);
}

/** Returns the sum and the longest of the tasks on the busiest main thread of a page. */
function sumTasks(events) {
  const isMain = new Set(events.filter(({ name, args }) => name === "thread_name" && args.name === "CrRendererMain").map(threadOf));
  const threads = new Map();
  for (const event of events) {
    if (event.name !== "RunTask" && event.name !== "ThreadControllerImpl::RunTask") continue;
    if (!isMain.has(threadOf(event)) || !event.dur) continue;
    const thread = `${threadOf(event)} ${event.name}`;
    const { sum, longest } = threads.get(thread) ?? { sum: 0, longest: 0 };
    threads.set(thread, { sum: sum + event.dur / 1000, longest: Math.max(longest, event.dur / 1000) });
  }
  if (threads.size === 0) throw new Error("the trace has no tasks of the page");
  return [...threads.values()].sort((a, b) => b.sum - a.sum)[0];
}

const threadOf = ({ pid, tid }) => `${pid} ${tid}`;

function printRow(name, renders, updates) {
  const cells = [renders, updates].flatMap((samples) => [samples.map(({ sum }) => sum), samples.map(({ longest }) => longest)]).map(median);
  const [render, renderTask, update, updateTask] = cells.map((millis) => (millis === undefined ? "-" : `${millis.toFixed(0)} ms`));
  console.log(`${name.padEnd(14)} ${render.padStart(12)}   ${renderTask.padStart(12)}   ${update.padStart(6)}   ${updateTask.padStart(12)}`);
}

function median(samples) {
  return [...samples].sort((a, b) => a - b)[Math.floor(samples.length / 2)];
}

async function createWorld(endpoint, client) {
  const arn = await client.createStateMachine("orders", [DEFINITION, { Comment: "second", ...DEFINITION }]);
  for (let index = 0; index < ALIASES; index++) await client.createAlias(arn, `alias-${index}`, { 1: 90, 2: 10 });
  const aliases = Array.from({ length: ALIASES }, (_, index) => `${arn}:alias-${index}`);
  const starts = Array.from({ length: EXECUTIONS }, (_, index) => aliases[index % ALIASES]);
  await Promise.all(Array.from({ length: 16 }, () => startExecutions(endpoint.url, starts)));
  return arn;
}

/** Starts executions from the shared list until it is empty. */
async function startExecutions(url, starts) {
  const headers = { "content-type": "application/x-amz-json-1.0", "x-amz-target": "AWSStepFunctions.StartExecution" };
  for (let stateMachineArn = starts.pop(); stateMachineArn; stateMachineArn = starts.pop()) {
    const response = await fetch(url, { method: "POST", headers, body: JSON.stringify({ stateMachineArn, input: '{"order": 1}' }) });
    if (!response.ok) throw new Error(await response.text());
    await response.arrayBuffer();
  }
}

try {
  await main();
} finally {
  for (const cleanup of cleanups) await cleanup();
}
