// Routes of the page, in the hash of the URL: `#/REGION/ACCOUNT/NAME/...`.
//
//   parseRoute(hash) -> route: {view, region, account, name, alias, version, from, to, id, execution, query,
//                               stateMachineArn, stateMachineAliasArn, versionArn}
//   link.overview(), link.stateMachine(name), link.alias(name, alias), link.createAlias(name), link.plan(name, alias),
//   link.deployment(name, alias, id), link.version(name, version), link.compare(name, from, to),
//   link.executions(name, {status, version, alias}), link.execution(name, execution) -> href in the current scope
//   scopeLink({region, account}) -> href of the overview of another account or region
//   go(href), replaceRoute(href), buildArn(kind, ...parts), partitionOf(region)

let scope = { region: "us-east-1", account: "000000000000" };

/** Sets the region and account of `link`. */
export function setLinkScope(value) {
  scope = value;
}

// As in the core's `Scope::partition_for_region`.
const PARTITIONS = [
  ["cn-", "aws-cn"],
  ["us-gov-", "aws-us-gov"],
  ["us-iso-", "aws-iso"],
  ["us-isob-", "aws-iso-b"],
  ["eu-isoe-", "aws-iso-e"],
  ["us-isof-", "aws-iso-f"],
  ["eusc-", "aws-eusc"],
];

export function partitionOf(region) {
  return PARTITIONS.find(([prefix]) => region.startsWith(prefix))?.[1] ?? "aws";
}

/** Returns an ARN in a scope, for example `buildArn(route, 'stateMachine', 'orders', 'PROD')`. */
export function buildArn({ region, account }, kind, ...parts) {
  return ["arn", partitionOf(region), "states", region, account, kind, ...parts].join(":");
}

const href = (...parts) => "#/" + [scope.region, scope.account, ...parts].map(encodeURIComponent).join("/");

function withQuery(path, query = {}) {
  const members = Object.entries(query).filter(([, value]) => value !== undefined && value !== null && value !== "");
  const text = new URLSearchParams(members.map(([key, value]) => [key, String(value)])).toString();
  return text ? `${path}?${text}` : path;
}

export const scopeLink = ({ region, account }) => `#/${encodeURIComponent(region)}/${encodeURIComponent(account)}`;

export const link = {
  overview: query => withQuery(href(), query),
  stateMachine: name => href(name),
  alias: (name, alias) => href(name, "aliases", alias),
  createAlias: name => href(name, "create-alias"),
  plan: (name, alias, query) => withQuery(href(name, "aliases", alias, "plan"), query),
  deployment: (name, alias, id) => href(name, "aliases", alias, "deployments", id),
  version: (name, version) => href(name, "versions", String(version)),
  compare: (name, from, to) => `${href(name, "diff")}/${from}..${to}`,
  executions: (name, query) => withQuery(href(name, "executions"), query),
  execution: (name, execution) => href(name, "executions", execution),
};

/** Parses the hash of the URL. `view` is `root` without a scope and `unknown` for an unknown route. */
export function parseRoute(hash) {
  const [path, search = ""] = hash.replace(/^#/, "").split("?", 2);
  const parts = path
    .split("/")
    .slice(1)
    .map(decodePart)
    .filter(part => part !== "");
  const query = Object.fromEntries(new URLSearchParams(search));
  const [region, account, name, ...rest] = parts;
  if (!region || !account) return { view: "root", query };
  return addArns({ ...parseView(name, rest), region, account, name, query });
}

function decodePart(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function parseView(name, [section, item, subsection, id, extra]) {
  if (name === undefined) return { view: "overview" };
  if (section === undefined) return { view: "stateMachine" };
  if (section === "create-alias" && item === undefined) return { view: "createAlias" };
  if (section === "versions" && /^\d+$/.test(item) && subsection === undefined) return { view: "version", version: Number(item) };
  if (section === "diff" && subsection === undefined) return parseCompare(item);
  if (section === "executions" && subsection === undefined)
    return item === undefined ? { view: "executions" } : { view: "execution", execution: item };
  if (section === "aliases" && item !== undefined && extra === undefined) return parseAlias(item, subsection, id);
  return { view: "unknown" };
}

function parseCompare(item = "") {
  const match = /^(\d+)\.\.(\d+)$/.exec(item);
  return match ? { view: "compare", from: Number(match[1]), to: Number(match[2]) } : { view: "unknown" };
}

function parseAlias(alias, subsection, id) {
  if (subsection === undefined) return { view: "alias", alias };
  if (subsection === "plan" && id === undefined) return { view: "plan", alias };
  if (subsection === "deployments" && id !== undefined) return { view: "deployment", alias, id };
  return { view: "unknown" };
}

function addArns(route) {
  if (route.name === undefined) return route;
  const stateMachineArn = buildArn(route, "stateMachine", route.name);
  return {
    ...route,
    stateMachineArn,
    stateMachineAliasArn: route.alias === undefined ? undefined : `${stateMachineArn}:${route.alias}`,
    versionArn: route.version === undefined ? undefined : `${stateMachineArn}:${route.version}`,
  };
}

export function go(target) {
  location.hash = target;
}

/** Changes the route without an entry in the browser's history, for example after a filter. */
export function replaceRoute(target) {
  history.replaceState(null, "", target);
  dispatchEvent(new HashChangeEvent("hashchange"));
}
