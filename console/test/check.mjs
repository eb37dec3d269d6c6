// Checks the files of the page: forbidden texts.

import { readdirSync, readFileSync } from "node:fs";
import { findForbidden } from "./rules.mjs";

const web = new URL("../web/", import.meta.url);

const paths = readdirSync(web, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => `${entry.parentPath}/${entry.name}`.slice(web.pathname.length).replace(/^\//, ""))
  .sort();
const forbidden = paths.filter((path) => !path.endsWith(".txt")).flatMap((path) => findForbidden(path, readFileSync(new URL(path, web), "utf8")));
for (const text of forbidden) console.error(text);
console.log(`${paths.length} files of the page`);
if (forbidden.length > 0) process.exit(1);
