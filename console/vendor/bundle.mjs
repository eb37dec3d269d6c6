// Writes ../web/vendor/vendor.js and LICENSES.txt. With `--check`, compares them with the committed files instead.

import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const output = join(here, "../web/vendor");

const bundle = await build({
  absWorkingDir: here,
  entryPoints: ["index.js"],
  bundle: true,
  minify: true,
  format: "esm",
  platform: "browser",
  target: "es2022",
  charset: "ascii",
  legalComments: "none",
  metafile: true,
  write: false,
  outfile: "vendor.js",
});
const files = {
  "vendor.js": bundle.outputFiles[0].text,
  "LICENSES.txt": renderLicenses(listPackages(bundle.metafile)),
};
for (const [name, text] of Object.entries(files)) {
  if (process.argv.includes("--check")) compareFile(name, text);
  else writeFileSync(join(output, name), text);
}

/** Returns the folders of the packages that have a file in the bundle, for example `node_modules/@smithy/core`. */
function listPackages(metafile) {
  const folders = Object.keys(metafile.inputs).flatMap((input) => input.match(/^.*node_modules\/(?:@[^/]+\/)?[^/]+/) ?? []);
  return [...new Set(folders)].sort();
}

/** Returns each license text once, below the packages that it belongs to. */
function renderLicenses(folders) {
  const packagesOfText = new Map();
  for (const folder of folders) {
    const { name, version, license } = JSON.parse(readFileSync(join(here, folder, "package.json"), "utf8"));
    const text = readLicense(folder);
    packagesOfText.set(text, [...(packagesOfText.get(text) ?? []), `${name} ${version} (${license})`]);
  }
  return [...packagesOfText].map(([text, packages]) => `${packages.join("\n")}\n\n${text}\n`).join(`\n${"-".repeat(80)}\n\n`);
}

function readLicense(folder) {
  const files = readdirSync(join(here, folder)).filter((name) => /^(licen[cs]e|copying|notice)(\.|$)/i.test(name));
  if (!files.some((name) => !/^notice/i.test(name))) throw new Error(`${folder} has no license file`);
  const texts = files.sort().map((name) => readFileSync(join(here, folder, name), "utf8"));
  return texts.map((text) => text.replaceAll("\r\n", "\n").replace(/[ \t]+$/gm, "").trim()).join("\n\n");
}

function compareFile(name, text) {
  if (readFileSync(join(output, name), "utf8") === text) return;
  console.error(`web/vendor/${name} differs from the libraries in vendor/package-lock.json; help: run \`make -C console vendor\``);
  process.exitCode = 1;
}
