// Opens the page of an endpoint in Chromium. After each test, checks that the page reported no error and loaded nothing from elsewhere.

import assert from "node:assert/strict";
import { after, before, test as nodeTest } from "node:test";
import { chromium } from "playwright-core";
import { findChromium } from "./chromium.mjs";
import { ACCOUNT, Client, Endpoint, REGION } from "./endpoint.mjs";

const TEST_TIMEOUT = 120_000;
/** How long the page may take for what a test waits for. Generous, because the machine also does other work. */
const WAIT_TIMEOUT = Number(process.env.WAIT_TIMEOUT ?? 20_000);

export const WIDE = { width: 1280, height: 900 };
export const PHONE = { width: 390, height: 844 };

/** Chromium ignores this header on plain HTTP with a name that is not localhost, and reports that as an error. */
export const INSECURE_NAME = [/Cross-Origin-Opener-Policy header has been ignored/];

let browser;

/** Starts Chromium before the tests of the file and ends it after them. */
export function startBrowser(extraArguments = []) {
  before(async () => {
    browser = await launchChromium(extraArguments);
  });
  after(async () => {
    await browser?.close();
  });
}

export async function launchChromium(extraArguments = []) {
  const isRoot = process.getuid?.() === 0;
  return await chromium.launch({
    executablePath: findChromium(),
    chromiumSandbox: !isRoot,
    args: ["--disable-background-networking", "--disable-component-update", ...extraArguments],
  });
}

/**
 * Runs a test with an endpoint, a boto3 client and `open`, which opens a page; ends all of them after it.
 *
 * Options: `serve` (options of the endpoint), `host`, and `allow`: patterns of messages in the browser's console that the test causes, for
 * example the one about a response with status 400.
 */
export function test(name, { serve = [], host, allow = [], client: environment } = {}, run) {
  nodeTest(name, { timeout: TEST_TIMEOUT }, async () => {
    const cleanups = [];
    const defer = (cleanup) => cleanups.unshift(cleanup);
    try {
      const endpoint = await Endpoint.start(serve, { host });
      defer(() => endpoint.stop());
      const client = new Client(endpoint.url, environment);
      defer(() => client.stop());
      const faults = [];
      const open = async (hash, options) => await openPage({ endpoint, hash, faults, defer, allow, ...options });
      await run({ endpoint, client, open, defer, faults });
      assert.deepEqual(faults, [], "the page reported errors");
    } finally {
      for (const cleanup of cleanups) await cleanup();
    }
  });
}

/**
 * Opens the page at a route, for example `orders/aliases/PROD`.
 *
 * Options: `size` (WIDE or PHONE), `colorScheme`, `timezoneId`, `reducedMotion`, `url` (instead of the endpoint's).
 */
export async function openPage({ endpoint, hash = "", faults = [], defer, allow = [], size = WIDE, url = endpoint.url, ...options }) {
  const context = await (options.browser ?? browser).newContext({
    viewport: size,
    locale: "en-GB",
    timezoneId: "UTC",
    reducedMotion: "reduce",
    ...options,
  });
  defer(() => context.close());
  context.setDefaultTimeout(WAIT_TIMEOUT);
  await context.addInitScript(reportViolations);
  const page = await context.newPage();
  watchPage(page, new URL(url).origin, faults, allow);
  await page.goto(`${url}/console/#/${REGION}/${ACCOUNT}${hash && `/${hash}`}`);
  return page;
}

function reportViolations() {
  addEventListener("securitypolicyviolation", (event) => {
    console.error(`violation of ${event.violatedDirective} by ${event.blockedURI}`);
  });
}

/** Adds what the page must not do to `faults`: errors in the console, exceptions, and requests to another origin. */
function watchPage(page, origin, faults, allow) {
  const report = (text) => {
    if (!allow.some((pattern) => pattern.test(text))) faults.push(text);
  };
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) report(`${message.type()}: ${message.text()} (${message.location().url})`);
  });
  page.on("pageerror", (error) => report(`exception: ${error.stack ?? error.message}`));
  page.on("request", (request) => {
    if (new URL(request.url()).origin !== origin) report(`request to another origin: ${request.url()}`);
  });
}

/** Waits until a function returns a value that is not false, undefined or null, and returns it. */
export async function waitFor(what, read, timeout = WAIT_TIMEOUT) {
  const deadline = Date.now() + timeout;
  for (;;) {
    const value = await read();
    if (value) return value;
    assert.ok(Date.now() < deadline, `timeout: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Waits until an element, or one in it, has the focus: the page sets the focus after it is drawn. */
export async function waitForFocus(what, locator) {
  await waitFor(`${what} has the focus`, () => locator.evaluate((element) => element.contains(document.activeElement)));
}
