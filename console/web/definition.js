// Comparison of two definitions.
//
//   compareStates(before, after) -> [{name, change: 'added' | 'removed' | 'changed', details: [text]}]: of two definitions as texts;
//     `name` is the path of a state in a Map or Parallel state, for example `Orders / Charge`; undefined if a text is not JSON
//   compareLines(before, after) -> rows [[left, right]] with {n, text, kind: 'del' | 'add' | undefined} or null;
//     undefined if the comparison takes too long
//   stackRows(rows) -> rows of one cell for narrow windows: removed lines before the added ones
//   foldRows(rows, context) -> rows and {folded: count, rows} for equal rows that are not near a change

import { diffLines } from "./vendor/vendor.js";

const TIMEOUT_MILLIS = 1000;

export function compareStates(before, after) {
  const [old, fresh] = [parse(before), parse(after)];
  if (!old || !fresh) return undefined;
  const [oldStates, newStates] = [listStates(old), listStates(fresh)];
  const top = describeMembers(withoutStates(old), withoutStates(fresh));
  const changes = top.length ? [{ name: "", change: "changed", details: top }] : [];
  for (const [name, state] of newStates) {
    const previous = oldStates.get(name);
    const details = previous ? describeMembers(withoutStates(previous), withoutStates(state)) : [state.Type];
    if (!previous || details.length) changes.push({ name, change: previous ? "changed" : "added", details });
  }
  const removed = [...oldStates].filter(([name]) => !newStates.has(name));
  return [...changes, ...removed.map(([name, state]) => ({ name, change: "removed", details: [state.Type] }))];
}

function parse(text) {
  try {
    return isObject(JSON.parse(text)) ? JSON.parse(text) : undefined;
  } catch {
    return undefined;
  }
}

const isObject = value => typeof value === "object" && value !== null && !Array.isArray(value);

/** Returns the workflows in a Map or Parallel state, with their names. */
function listWorkflows(state) {
  const branches = Array.isArray(state.Branches) ? state.Branches : [];
  const several = branches.length > 1;
  return [
    ...branches.map((workflow, index) => [several ? `branch ${index + 1}` : "", workflow]),
    ["", state.ItemProcessor],
    ["", state.Iterator],
  ].filter(([, workflow]) => isObject(workflow));
}

function listStates(workflow, prefix = "", found = new Map()) {
  for (const [name, state] of Object.entries(isObject(workflow.States) ? workflow.States : {})) {
    if (!isObject(state)) continue;
    found.set(prefix + name, state);
    for (const [branch, inner] of listWorkflows(state)) listStates(inner, `${prefix}${name} / ${branch && `${branch} / `}`, found);
  }
  return found;
}

/** Removes the states in a workflow, which are compared one by one. */
function withoutStates({ States: _, Branches: branches, ...rest }) {
  const inner = Object.fromEntries(
    ["ItemProcessor", "Iterator"].filter(key => isObject(rest[key])).map(key => [key, withoutStates(rest[key])]),
  );
  return {
    ...rest,
    ...inner,
    ...(branches ? { Branches: branches.map(branch => (isObject(branch) ? withoutStates(branch) : branch)) } : {}),
  };
}

/** Returns what differs in two objects: `Retry removed`, `TimeoutSeconds added`, `Parameters.FunctionName changed`. */
function describeMembers(before, after, prefix = "") {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names.flatMap(name => {
    const [old, fresh, path] = [before[name], after[name], prefix + name];
    if (old === undefined) return [`${path} added`];
    if (fresh === undefined) return [`${path} removed`];
    if (isObject(old) && isObject(fresh)) return describeMembers(old, fresh, `${path}.`);
    return stringify(old) === stringify(fresh) ? [] : [`${path} ${describeChange(old, fresh)}`];
  });
}

const MAX_VALUE = 40;

function describeChange(old, fresh) {
  const [from, to] = [stringify(old), stringify(fresh)];
  return from.length + to.length <= MAX_VALUE * 2 && !isObject(old) ? `changed from ${from} to ${to}` : "changed";
}

/** JSON with sorted members: their order has no meaning. */
const stringify = value =>
  JSON.stringify(value, (_, inner) => (isObject(inner) ? Object.fromEntries(Object.entries(inner).sort()) : inner));

export function compareLines(before, after) {
  const parts = diffLines(before, after, { timeout: TIMEOUT_MILLIS });
  if (!parts) return undefined;
  const rows = [];
  const numbers = [1, 1];
  const add = (side, lines, kind) => lines.map((text, index) => ({ n: numbers[side] + index, text, kind }));
  for (const [old, fresh, equal] of pairParts(parts)) {
    const left = add(0, old, equal ? undefined : "del");
    const right = add(1, fresh, equal ? undefined : "add");
    for (let line = 0; line < Math.max(left.length, right.length); line += 1) rows.push([left[line] ?? null, right[line] ?? null]);
    numbers[0] += old.length;
    numbers[1] += fresh.length;
  }
  return rows;
}

/** Returns [lines before, lines after, whether they are equal]. Removed lines are next to the added lines that replace them. */
function pairParts(parts) {
  const pairs = [];
  for (let index = 0; index < parts.length; index += 1) {
    const { value, removed, added } = parts[index];
    const lines = splitLines(value);
    const replaced = removed && parts[index + 1]?.added;
    if (replaced) index += 1;
    if (removed) pairs.push([lines, replaced ? splitLines(parts[index].value) : [], false]);
    else pairs.push(added ? [[], lines, false] : [lines, lines, true]);
  }
  return pairs;
}

const splitLines = text => text.replace(/\n$/, "").split("\n");

const isChanged = row => row.some(cell => !cell || cell.kind);

export function stackRows(rows) {
  const stacked = [];
  let added = [];
  for (const row of rows) {
    const [left, right] = row;
    if (!isChanged(row)) {
      stacked.push(...added, [right]);
      added = [];
    } else {
      if (left) stacked.push([left]);
      if (right) added.push([right]);
    }
  }
  return [...stacked, ...added];
}

export function foldRows(rows, context = 3) {
  const near = new Uint8Array(rows.length);
  for (const [index, row] of rows.entries()) {
    if (isChanged(row)) near.fill(1, Math.max(0, index - context), index + context + 1);
  }
  const folded = [];
  for (let index = 0; index < rows.length; ) {
    let end = index;
    while (end < rows.length && !near[end]) end += 1;
    if (end > index) folded.push({ folded: end - index, rows: rows.slice(index, end) });
    else folded.push(rows[index]);
    index = Math.max(end, index + 1);
  }
  return folded;
}
