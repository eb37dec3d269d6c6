/**
 * The fields of an alias as a person types them, and the request that they are sent as. Decides nothing about what is valid:
 * the endpoint's `check` does. Pure functions.
 */

import { parseVersion } from "./bulk.js";

/**
 * Creates the form of an alias (output of DescribeStateMachineAlias), or of a new one that routes to `newestVersion`.
 * Weights are texts, as typed.
 */
export function createForm(alias, newestVersion) {
  const routes = (alias?.routingConfiguration ?? []).map(route => ({
    version: parseVersion(route.stateMachineVersionArn),
    weight: String(route.weight),
  }));
  const fallback = [{ version: newestVersion ?? null, weight: "100" }];
  return {
    name: alias?.name ?? "",
    description: alias?.description ?? "",
    routes: routes.length > 0 ? orderRoutes(routes) : fallback,
    isLinked: true,
  };
}

/** Sorts routes by version, so that the older one is first in every view. AWS preserves the order, and routes equally. */
function orderRoutes(routes) {
  return [...routes].sort((one, other) => one.version - other.version);
}

/**
 * Returns the weight as it is sent: a number if the text is one, otherwise the text, so that the endpoint reports what is
 * wrong with it. Undefined for an empty text.
 */
function parseWeight(text) {
  const trimmed = text.trim();
  if (trimmed === "") return undefined;
  const number = Number(trimmed);
  return Number.isFinite(number) ? number : trimmed;
}

/** Returns the weight if it is an integer from 0 to 100, otherwise null. */
export function readWeight(text) {
  const weight = parseWeight(text);
  return Number.isInteger(weight) && weight >= 0 && weight <= 100 ? weight : null;
}

function toRoutingConfiguration(form, stateMachineArn) {
  return form.routes.map(({ version, weight }) => ({
    stateMachineVersionArn: version === null ? undefined : `${stateMachineArn}:${version}`,
    weight: parseWeight(weight),
  }));
}

/** Returns the input of CreateStateMachineAlias. */
export function toCreateInput(form, stateMachineArn) {
  return {
    name: form.name === "" ? undefined : form.name,
    description: form.description === "" ? undefined : form.description,
    routingConfiguration: toRoutingConfiguration(form, stateMachineArn),
  };
}

/** Returns the input of UpdateStateMachineAlias, with only those members that differ from the alias. */
export function toUpdateInput(form, alias, stateMachineArn) {
  const input = { stateMachineAliasArn: alias.stateMachineAliasArn };
  if (form.description !== (alias.description ?? "")) input.description = form.description;
  const routing = toRoutingConfiguration(form, stateMachineArn);
  if (!isSameRouting(routing, alias.routingConfiguration)) input.routingConfiguration = routing;
  return input;
}

/** Returns whether two routing configurations have the same routes, in any order. */
export function isSameRouting(one, other) {
  const key = routes => JSON.stringify(routes.map(route => [route.stateMachineVersionArn, route.weight]).sort());
  return key(one) === key(other);
}

/** Sets a weight. If the sum is fixed at 100 and the text is a weight, the other weight is the rest. */
export function setWeight(form, index, text) {
  const weight = readWeight(text);
  const isRest = other => other !== index && form.isLinked && form.routes.length === 2 && weight !== null;
  const update = (route, other) => (isRest(other) ? { ...route, weight: String(100 - weight) } : route);
  return { ...form, routes: form.routes.map((route, i) => (i === index ? { ...route, weight: text } : update(route, i))) };
}

/** Sets both weights: that of the first version, and the rest. */
export function setShare(form, weight) {
  const weights = [weight, 100 - weight];
  return { ...form, routes: form.routes.map((route, index) => ({ ...route, weight: String(weights[index] ?? 0) })) };
}

/** Sets the version of a route. */
export function setVersion(form, index, version) {
  return { ...form, routes: form.routes.map((route, i) => (i === index ? { ...route, version } : route)) };
}

/** Adds a second version with weight 0: the newest one without a route. */
export function addRoute(form, versions) {
  const version = versions.find(candidate => !form.routes.some(route => route.version === candidate)) ?? null;
  return { ...form, routes: [...form.routes, { version, weight: "0" }] };
}

/** Removes a route. The other version then has weight 100. */
export function removeRoute(form, index) {
  const routes = form.routes.filter((_, i) => i !== index);
  return { ...form, routes: routes.map(route => ({ ...route, weight: "100" })) };
}

/**
 * Returns the fixes of a problem whose value can be computed: a label, and the form with the fix.
 * @param problem a problem of `check`
 * @param versions the numbers of all versions, newest first
 * @returns {{label: string, form: object}[]}
 */
export function suggestFixes(problem, form, versions) {
  const [, index] = /^\/routingConfiguration\/(\d+)/.exec(problem.path) ?? [];
  const route = index === undefined ? null : Number(index);
  const suggest = SUGGESTIONS[problem.code];
  return suggest ? suggest({ problem, form, versions, route }) : [];
}

const SUGGESTIONS = {
  "weights-sum": ({ form }) => suggestSums(form),
  "version-repeated": ({ form, versions }) => suggestDistinct(form, versions),
  required: ({ problem, form, route }) => (problem.path.endsWith("/weight") ? suggestRest(form, route) : []),
  "too-large": ({ form, route }) => suggestLimit(form, route, 100),
  "too-small": ({ form, route }) => suggestLimit(form, route, 0),
  "wrong-type": ({ problem, form, route }) => (problem.path.endsWith("/weight") ? suggestRest(form, route) : []),
  pattern: ({ problem, form }) => (problem.path === "/name" ? suggestName(form) : []),
  "too-long": ({ problem, form }) => suggestShorter(problem, form),
};

function label(form, weights) {
  return `Set ${form.routes
    .map((route, i) => (weights[i] === undefined ? "" : `v${route.version} to ${weights[i]}%`))
    .filter(Boolean)
    .join(", ")}`;
}

function withWeights(form, weights) {
  const routes = form.routes.map((route, i) => (weights[i] === undefined ? route : { ...route, weight: String(weights[i]) }));
  return { label: label(form, weights), form: { ...form, routes } };
}

/** The last weight first: a person types from left to right. */
function suggestSums(form) {
  if (form.routes.length === 1) return [withWeights(form, [100])];
  const [first, second] = form.routes.map(route => readWeight(route.weight));
  const fixes = [];
  if (first !== null) fixes.push(withWeights(form, [undefined, 100 - first]));
  if (second !== null) fixes.push(withWeights(form, [100 - second]));
  return fixes;
}

/** The weight that remains for a route without a valid one. */
function suggestRest(form, route) {
  if (form.routes.length === 1) return [withWeights(form, [100])];
  const other = readWeight(form.routes[1 - route]?.weight ?? "");
  if (other === null) return [];
  return [withWeights(form, route === 0 ? [100 - other] : [undefined, 100 - other])];
}

function suggestLimit(form, route, weight) {
  if (route === null || form.routes.length === 1) return form.routes.length === 1 ? [withWeights(form, [100])] : [];
  return [withWeights(form, route === 0 ? [weight, 100 - weight] : [100 - weight, weight])];
}

function suggestDistinct(form, versions) {
  const [{ version }] = form.routes;
  const single = { ...form, routes: [{ version, weight: "100" }] };
  const other = versions.find(candidate => candidate !== version);
  const fixes = other === undefined ? [] : [{ label: `Use v${other} for the second`, form: setVersion(form, 1, other) }];
  return [...fixes, { label: `Use only v${version}`, form: single }];
}

/** A name of the allowed characters, with a letter if it has only digits. */
function suggestName(form) {
  const characters = form.name.normalize("NFKD").replace(/\p{M}/gu, "");
  const allowed = characters.replace(/[^\w.-]+/g, "-").replace(/^-+|-+$/g, "");
  const name = /^\d+$/.test(allowed) ? `v${allowed}` : allowed;
  return name && name !== form.name ? [{ label: `Use ${shorten(name)}`, form: { ...form, name } }] : [];
}

/** The first characters, up to the limit in AWS's message. */
function suggestShorter(problem, form) {
  const [, member] = /^\/(name|description)$/.exec(problem.path) ?? [];
  const [, limit] = /less than or equal to (\d+)$/.exec(problem.message) ?? [];
  if (!member || !limit) return [];
  const text = cutText(form[member], Number(limit));
  return [{ label: `Use the first ${limit} characters`, form: { ...form, [member]: text } }];
}

/** The endpoint counts characters, not the units of JavaScript's strings. */
const cutText = (text, limit) => [...text].slice(0, limit).join("");

function shorten(text) {
  return text.length > 24 ? `${text.slice(0, 23)}…` : text;
}

/** Returns the routing that the form describes, or undefined if it is not complete. For the picture only. */
export function readRouting(form) {
  const routing = form.routes.map(({ version, weight }) => ({ version, weight: readWeight(weight) }));
  const isComplete = routing.every(({ version, weight }) => version !== null && weight !== null);
  const sum = routing.reduce((total, { weight }) => total + weight, 0);
  return isComplete && sum === 100 && new Set(routing.map(({ version }) => version)).size === routing.length ? routing : undefined;
}
