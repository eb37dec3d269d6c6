// Checks the files of the page: forbidden texts, and the size of all files together.

import { readdirSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { findForbidden } from "./rules.mjs";

const MAX_BYTES = 150 * 1024;
const web = new URL("../web/", import.meta.url);

const paths = readdirSync(web, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => `${entry.parentPath}/${entry.name}`.slice(web.pathname.length).replace(/^\//, ""))
  .sort();
const forbidden = paths.filter((path) => !path.endsWith(".txt")).flatMap((path) => findForbidden(path, readFileSync(new URL(path, web), "utf8")));
for (const text of forbidden) console.error(text);

const bytes = paths.reduce((sum, path) => sum + gzipSync(readFileSync(new URL(path, web))).length, 0);
console.log(`${paths.length} files of the page: ${(bytes / 1024).toFixed(1)} KiB with gzip, up to ${MAX_BYTES / 1024} KiB allowed`);
if (forbidden.length > 0 || bytes > MAX_BYTES) process.exit(1);
