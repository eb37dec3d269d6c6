// Finds Chromium. As a program, prints its path, or exits with 1.

import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

const NAMES = ["chromium", "chromium-browser", "google-chrome"];

/** Returns the path in `CHROMIUM`, otherwise the first of the usual names in `PATH`, otherwise undefined. */
export function findChromium(environment = process.env) {
  const folders = (environment.PATH ?? "").split(delimiter);
  const paths = environment.CHROMIUM ? [environment.CHROMIUM] : NAMES.flatMap((name) => folders.map((folder) => join(folder, name)));
  return paths.find(isExecutable);
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

if (process.argv[1] === import.meta.filename) {
  const path = findChromium();
  if (path) console.log(path);
  process.exitCode = path ? 0 : 1;
}
