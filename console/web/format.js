// Texts of numbers, times and routings.
//
//   formatNumber(n), formatPercent(part, whole), formatRate(perSecond), formatDuration(millis), formatClock(seconds),
//   formatTime(millis, style), formatUtc(millis), formatAge(millis), plural(n, word), formatBytes(n)
//   expectedRange(n, p) -> [low, high]: how many of n starts run a version with probability p (95 of 100 times)
//   assignRoles(routing, {fromVersion, toVersion}) -> [{version, weight, role}]: 'current' or 'new', for colors
//   parseRouting(routingConfiguration) -> [{version, weight}], toMillis(date of AWS) -> millis, lastPart(arn)
//   countEnded(ended), countFailed(ended): `ended` of the summary, counts per status
//   formatJson(text) -> the text with an indent of two spaces, unchanged if it is not JSON

/** Returns an integer with commas: `10,000`. */
export const formatNumber = n => String(n).replace(/\B(?=(\d{3})+$)/g, ",");

/** Returns a share as text: `2.5%`, `19%`, `–` without a whole. */
export function formatPercent(part, whole = 100) {
  if (!whole) return "–";
  const percent = (100 * part) / whole;
  const digits = percent > 0 && percent < 10 && !Number.isInteger(percent) ? 1 : 0;
  return `${percent.toFixed(digits)}%`;
}

/** Returns starts per second as text: `4/s`, `0.4/s`, `3/min` below 0.1 per second. */
export function formatRate(perSecond) {
  if (!perSecond) return "0/s";
  if (perSecond < 0.1) return `${(perSecond * 60).toFixed(perSecond * 60 < 1 ? 1 : 0)}/min`;
  return `${perSecond < 10 ? Number(perSecond.toFixed(1)) : Math.round(perSecond)}/s`;
}

/** Returns a duration as text with up to two units: `240 ms`, `4.2 s`, `2 min 14 s`, `3 h 5 min`, `2 d 4 h`. */
export function formatDuration(millis) {
  if (millis < 1000) return `${Math.max(0, Math.round(millis))} ms`;
  const seconds = millis / 1000;
  if (seconds < 10) return `${Number(seconds.toFixed(1))} s`;
  const units = [
    ["d", 86400],
    ["h", 3600],
    ["min", 60],
    ["s", 1],
  ];
  const total = Math.round(seconds);
  const first = units.findIndex(([, size]) => total >= size);
  const [name, size] = units[first];
  const next = units[first + 1];
  const rest = next ? Math.floor((total % size) / next[1]) : 0;
  return `${Math.floor(total / size)} ${name}${rest ? ` ${rest} ${next[0]}` : ""}`;
}

/** Returns minutes and seconds as text, for example `2:14`, with hours if there are any. */
export function formatClock(seconds) {
  const total = Math.max(0, Math.floor(seconds));
  const [hours, minutes, rest] = [Math.floor(total / 3600), Math.floor(total / 60) % 60, String(total % 60).padStart(2, "0")];
  return hours ? `${hours}:${String(minutes).padStart(2, "0")}:${rest}` : `${minutes}:${rest}`;
}

const styles = {
  time: { hour: "2-digit", minute: "2-digit", second: "2-digit" },
  date: { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" },
  full: { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", second: "2-digit" },
};
// A formatter takes milliseconds to create.
const formats = {};

/** Returns a local time. `style` is `time`, `date` or `full`. */
export function formatTime(millis, style = "date") {
  formats[style] ??= new Intl.DateTimeFormat(undefined, styles[style]);
  return formats[style].format(millis);
}

export const formatUtc = millis =>
  new Date(millis)
    .toISOString()
    .replace("T", " ")
    .replace(/\.000Z$|Z$/, " UTC");

/** Returns how old data is: `now`, `12 s ago`, `3 min ago`. */
export function formatAge(millis) {
  if (millis < 2000) return "now";
  const seconds = Math.round(millis / 1000);
  if (seconds < 120) return `${seconds} s ago`;
  return seconds < 7200 ? `${Math.round(seconds / 60)} min ago` : `${Math.round(seconds / 3600)} h ago`;
}

export const plural = (n, word, many = `${word}s`) => `${formatNumber(n)} ${n === 1 ? word : many}`;

export function formatBytes(n) {
  return n < 1024 ? plural(n, "byte") : n < 1024 * 1024 ? `${(n / 1024).toFixed(1)} KiB` : `${(n / 1024 / 1024).toFixed(1)} MiB`;
}

/**
 * Returns the range in which the number of starts of a version with probability `p` is 95 of 100 times: the normal
 * approximation with continuity correction, within 0 and n.
 */
export function expectedRange(n, p) {
  const spread = 1.96 * Math.sqrt(n * p * (1 - p));
  const correction = p > 0 && p < 1 ? 0.5 : 0;
  return [Math.max(0, Math.ceil(n * p - spread - correction)), Math.min(n, Math.floor(n * p + spread + correction))];
}

/** Returns a routing with the role of each version: the older version is `current` and the newer one `new`. */
export function assignRoles(routing, { fromVersion, toVersion } = {}) {
  if (routing.some(({ version }) => version === toVersion)) {
    return routing.map(route => ({
      ...route,
      role: route.version === toVersion && (routing.length > 1 || fromVersion !== undefined) ? "new" : "current",
    }));
  }
  const newest = routing.length > 1 ? Math.max(...routing.map(({ version }) => version)) : undefined;
  return routing.map(route => ({ ...route, role: route.version === newest ? "new" : "current" }));
}

/** Returns the number of ended executions, from a number or from counts per status. */
export const countEnded = ended => (typeof ended === "number" ? ended : Object.values(ended ?? {}).reduce((sum, count) => sum + count, 0));

/** Returns the number of executions that ended FAILED or TIMED_OUT. */
export const countFailed = (ended = {}) => (ended.FAILED ?? 0) + (ended.TIMED_OUT ?? 0);

export const lastPart = arn => arn.slice(arn.lastIndexOf(":") + 1);

/** Returns the routing of AWS's `routingConfiguration`. */
export const parseRouting = (configuration = []) =>
  configuration.map(({ stateMachineVersionArn, weight }) => ({ version: Number(lastPart(stateMachineVersionArn)), weight }));

/** AWS's dates are seconds since 1970. */
export const toMillis = date => (date === undefined || date === null ? undefined : Math.round(date * 1000));

const TOKENS = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g;

export function formatJson(text) {
  try {
    JSON.parse(text);
  } catch {
    return text;
  }
  return indentTokens(text.match(TOKENS));
}

/** Indents JSON without a change of its numbers, which JavaScript may not represent. */
function indentTokens(tokens) {
  let depth = 0;
  const line = () => `\n${"  ".repeat(depth)}`;
  return tokens
    .map((token, index) => {
      if (token === ",") return token + line();
      if (token === ":") return ": ";
      const next = tokens[index + 1];
      if (token === "{" || token === "[") {
        if (next === "}" || next === "]") return token;
        depth += 1;
        return token + line();
      }
      if (token !== "}" && token !== "]") return token;
      if (tokens[index - 1] === "{" || tokens[index - 1] === "[") return token;
      depth -= 1;
      return line() + token;
    })
    .join("");
}
