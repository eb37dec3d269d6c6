// Writes pictures of each view, wide and phone, light and dark, to docs/pictures/console: `sfn-alias serve --demo` with a fixed seed.

import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import sharp from "sharp";
import { createDirectory, Endpoint } from "./endpoint.mjs";
import { launchChromium, openPage } from "./support.mjs";

const OUTPUT = new URL("../../../docs/pictures/console/", import.meta.url);
const MAX_BYTES = 1.5 * 1024 * 1024;
const COLORS = 24;
const MAX_HEIGHT = 1100;
/** The demo shows figures of the newest traffic, which arrive up to a second later. */
const SETTLE_MILLIS = 1200;
const SIZES = { wide: { width: 1280, height: 900 }, phone: { width: 390, height: 844 } };
const SCHEMES = ["light", "dark"];

const heading = (page) => page.getByRole("heading", { level: 1 });
const DEMO_VIEWS = [
  { name: "overview", hash: "", find: heading },
  { name: "state-machine", hash: "orders", find: heading },
  { name: "alias", hash: "orders/aliases/PROD", find: heading },
  { name: "plan", hash: "orders/aliases/PROD/plan", find: heading },
  { name: "deployment", readHash: readDeployment, find: heading },
  { name: "compare", hash: "orders/diff/2..3", find: heading },
  { name: "executions", hash: "orders/executions", find: heading },
];

async function readDeployment(endpoint) {
  const alias = "arn:aws:states:us-east-1:000000000000:stateMachine:orders:PROD";
  const response = await fetch(`${endpoint.url}/console/api/deployments?stateMachineAliasArn=${encodeURIComponent(alias)}`);
  const { deployments } = await response.json();
  return `orders/aliases/PROD/deployments/${deployments[0].id}`;
}

const cleanups = [];
const defer = (cleanup) => cleanups.unshift(cleanup);
const directory = createDirectory({ credentials: "[default]\naws_access_key_id = AKIDEXAMPLE\naws_secret_access_key = example\naws_account_id = 000000000000\n" });
defer(() => directory.remove());
try {
  await main();
} finally {
  for (const cleanup of cleanups) await cleanup();
}

async function main() {
  mkdirSync(OUTPUT, { recursive: true });
  for (const name of readdirSync(OUTPUT).filter((file) => file.endsWith(".png"))) rmSync(new URL(name, OUTPUT));
  const browser = await launchChromium(["--force-color-profile=srgb", "--font-render-hinting=none"]);
  defer(() => browser.close());
  await takePictures(browser, ["--demo"], DEMO_VIEWS);
  await takePictures(browser, [], [{ name: "empty", hash: "", find: (page) => page.getByRole("heading", { name: "No state machines yet" }) }]);
  const signIn = { name: "sign-in", hash: "", find: (page) => page.getByLabel("Secret access key") };
  await takePictures(browser, ["--credentials", directory.file("credentials")], [signIn]);
  const bytes = readdirSync(OUTPUT).reduce((sum, name) => sum + statSync(new URL(name, OUTPUT)).size, 0);
  console.log(`${readdirSync(OUTPUT).length} pictures, ${(bytes / 1024).toFixed(0)} KiB, up to ${MAX_BYTES / 1024} KiB allowed`);
  if (bytes > MAX_BYTES) throw new Error("the pictures are too large");
}

async function takePictures(browser, options, views) {
  const endpoint = await Endpoint.start(options);
  defer(() => endpoint.stop());
  for (const view of views) {
    if (view.readHash) view.hash = await view.readHash(endpoint);
    for (const [layout, size] of Object.entries(SIZES)) {
      for (const colorScheme of SCHEMES) await takePicture({ endpoint, browser, view, size, colorScheme, layout });
    }
  }
}

async function takePicture({ endpoint, browser, view, size, colorScheme, layout }) {
  const closing = [];
  try {
    const page = await openPage({ endpoint, browser, hash: view.hash, size, colorScheme, defer: (cleanup) => closing.push(cleanup) });
    await view.find(page).first().waitFor();
    await page.waitForFunction(() => document.querySelector("main .loading") === null);
    await page.waitForTimeout(SETTLE_MILLIS);
    await page.evaluate(() => document.fonts.ready);
    const height = await page.evaluate(() => document.documentElement.scrollHeight);
    await page.setViewportSize({ ...size, height: Math.min(MAX_HEIGHT, Math.max(size.height, height)) });
    const picture = await page.screenshot({ animations: "disabled", caret: "hide" });
    const compressed = await sharp(picture).png({ palette: true, colours: COLORS, effort: 10, compressionLevel: 9, dither: 0 }).toBuffer();
    writeFileSync(new URL(`${view.name}-${layout}-${colorScheme}.png`, OUTPUT), compressed);
  } finally {
    for (const cleanup of closing) await cleanup();
  }
}
