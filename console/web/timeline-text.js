// Texts of timelines.

import { formatNumber, formatTime } from "./format.js";
import { formatElapsed } from "./timeline-data.js";

export const MAX_ALARMS = 6;

/** Returns the values at a time as text. */
export function describeTime(chart, millis) {
  const { segments, planned = [], known, now, buckets, groups, expected, alarms = [] } = chart;
  const future = now !== undefined && millis > known;
  const inside = span => millis >= span.start && millis < span.end;
  const segment = segments.find(inside) ?? planned.find(inside) ?? (millis >= chart.until ? [...segments, ...planned].at(-1) : undefined);
  const parts = [`${formatMoment(chart, millis)}${future ? " (planned)" : ""}: ${segment ? formatRouting(segment.routing) : "no routing"}`];
  const group = buckets && !future && groups.find(group => millis >= group.startMillis && millis < group.endMillis);
  if (group) parts.push(`in ${formatInterval(chart.groupMillis)}: ${describeGroup(chart, group)}`);
  const step = expected?.find(inside);
  if (step)
    parts.push(
      `expected per second: ${step.versions.map(({ version, perSecond }) => `v${version} ${formatDecimal(perSecond)}`).join(", ")}`,
    );
  for (const alarm of future ? [] : alarms.slice(0, MAX_ALARMS)) {
    const span = alarm.spans.find(inside);
    if (span) parts.push(`${alarm.name} ${span.state}`);
  }
  return parts.join("; ");
}

function describeGroup({ versions }, group) {
  const found = versions.filter(version => group.versions.has(version));
  return found
    .map(version => {
      const { starts, failures } = group.versions.get(version);
      return `v${version} ${formatNumber(starts)} started, ${formatNumber(failures)} failed`;
    })
    .join(", ");
}

export const formatRouting = routing =>
  [...routing]
    .sort((a, b) => a.version - b.version)
    .map(({ version, weight }) => `v${version} ${weight}%`)
    .join(", ");

export function formatMoment({ origin, from, until }, millis) {
  if (origin !== undefined) return formatElapsed(millis - origin);
  return formatTime(millis, until - from > 43_200_000 ? "date" : "time");
}

export const shorten = (text, length) => (text.length > length ? `${text.slice(0, length - 1)}…` : text);
export const formatDecimal = number => (number >= 100 ? formatNumber(Math.round(number)) : String(Number(number.toPrecision(3))));
let compact;

export function formatCompact(number) {
  if (number < 10_000) return formatNumber(number);
  compact ??= new Intl.NumberFormat("en-US", { notation: "compact", maximumFractionDigits: 1 });
  return compact.format(number);
}

export const formatInterval = millis =>
  millis < 60_000 ? `${millis / 1000} s` : millis < 3_600_000 ? `${millis / 60_000} min` : `${millis / 3_600_000} h`;

/** Returns the next number of a few and their multiples by ten, so that the scale rarely changes. */
export function roundUp(number) {
  const power = 10 ** Math.floor(Math.log10(number));
  return [1, 1.5, 2, 3, 4, 5, 6, 8, 10].map(factor => factor * power).find(candidate => candidate >= number * 0.999) ?? number;
}
