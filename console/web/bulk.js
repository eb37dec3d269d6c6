/** The limits of the executions that the page starts at once, and their pace. Pure functions, without requests and timers. */

/** The maximum number of executions of a run. */
export const MAX_STARTS = 1000;
/** The maximum number of starts per second. */
export const MAX_RATE = 50;
/** The maximum number of requests in flight: browsers open six connections per host, and the page needs some of them. */
export const MAX_IN_FLIGHT = 4;

/**
 * Parses the count of a run.
 * @returns {{value?: number, problem?: string}}
 */
export function parseCount(text) {
  return parseInteger(text, MAX_STARTS, "number of executions");
}

/**
 * Parses the rate of a run, in starts per second.
 * @returns {{value?: number, problem?: string}}
 */
export function parseRate(text) {
  return parseInteger(text, MAX_RATE, "number of starts per second");
}

function parseInteger(text, max, name) {
  const digits = String(text).trim();
  const value = Number(digits);
  if (/^\d{1,9}$/.test(digits) && value >= 1 && value <= max) return { value };
  return { problem: `${digits ? `“${digits.slice(0, 20)}” is not a valid ${name}` : `The ${name} is missing`}. Use 1 to ${max}.` };
}

/**
 * Parses the input of an execution, which is sent as it is. The endpoint validates it.
 * @returns {{value?: string, problem?: string}} the text, `undefined` for an empty one
 */
export function parseInput(text) {
  if (!text.trim()) return {};
  try {
    JSON.parse(text);
    return { value: text };
  } catch (error) {
    return { value: text, problem: `The input is not valid JSON: ${error.message}.` };
  }
}

/**
 * Decides how many executions to start now: `count` in total, `rate` per second, and `MAX_IN_FLIGHT` at once.
 *
 * Browsers run the timers of a tab in the background once per second. The starts of up to one second are therefore made up
 * for; those of a longer interruption are not, so that an endpoint never receives a burst after the computer slept.
 */
export class Pacer {
  #sent = 0;
  #available = 1;
  #updatedMillis;

  constructor({ count, rate, nowMillis }) {
    this.count = Math.min(count, MAX_STARTS);
    this.rate = Math.min(rate, MAX_RATE);
    this.#updatedMillis = nowMillis;
  }

  /** The number of executions that [`take`] has returned. */
  get sent() {
    return this.#sent;
  }

  /** Whether all executions were started. */
  get isDone() {
    return this.#sent >= this.count;
  }

  /** Returns the number of executions to start now, while `inFlight` requests wait for their response. */
  take(nowMillis, inFlight) {
    const elapsedMillis = Math.max(0, nowMillis - this.#updatedMillis);
    this.#updatedMillis = nowMillis;
    this.#available = Math.min(this.rate, this.#available + (elapsedMillis * this.rate) / 1000);
    // Sums of fractions may be slightly less than an integer.
    const due = Math.floor(this.#available + 1e-9);
    const starts = Math.max(0, Math.min(due, this.count - this.#sent, MAX_IN_FLIGHT - inFlight));
    this.#available -= starts;
    this.#sent += starts;
    return starts;
  }

  /** Returns the time until the next start is due, in milliseconds. */
  delay() {
    return Math.max(5, Math.ceil(((1 - this.#available) * 1000) / this.rate));
  }
}

/**
 * Returns the prefix of the names of a run's executions. They are unique for each run, so that the page recognizes its own
 * executions in ListExecutions.
 */
export function createPrefix(nowMillis, randomDigits) {
  const time = new Date(nowMillis).toISOString().replace(/[-:]|\.\d+/g, "");
  return `console-${time}-${randomDigits}-`;
}

/** Returns the name of the execution with this index in a run. */
export function formatName(prefix, index) {
  return prefix + String(index + 1).padStart(4, "0");
}

/**
 * Counts the executions of a run by version.
 * @param executions items of ListExecutions
 * @returns {Map<number | null, {starts: number, running: number, failed: number}>}
 */
export function countByVersion(executions) {
  const counts = new Map();
  for (const execution of executions) {
    const version = parseVersion(execution.stateMachineVersionArn);
    const count = counts.get(version) ?? { starts: 0, running: 0, failed: 0 };
    count.starts += 1;
    count.running += execution.status === "RUNNING" ? 1 : 0;
    count.failed += isFailure(execution.status) ? 1 : 0;
    counts.set(version, count);
  }
  return counts;
}

/** Returns whether a status is a failure in the counts of the page. ABORTED is not: a person stopped the execution. */
export function isFailure(status) {
  return status === "FAILED" || status === "TIMED_OUT";
}

/** Returns the number of a version's ARN, or null. */
export function parseVersion(arn) {
  const number = /:(\d+)$/.exec(arn ?? "");
  return number ? Number(number[1]) : null;
}

/**
 * Returns the mean weight of a version, from 0 to 1, over starts with different routings.
 * @param segments `[{starts, routing}]`
 */
export function meanShare(segments, version) {
  const total = segments.reduce((sum, segment) => sum + segment.starts, 0);
  if (total === 0) return 0;
  const weight = routing => routing.find(route => route.version === version)?.weight ?? 0;
  return segments.reduce((sum, segment) => sum + segment.starts * weight(segment.routing), 0) / (100 * total);
}
