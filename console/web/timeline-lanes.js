// The lanes, the axis and the marks of a timeline, as SVG.

import { html } from "./vendor/vendor.js";
import { assignRoles } from "./format.js";
import * as data from "./timeline-data.js";
import { formatCompact, formatDecimal, shorten } from "./timeline-text.js";

// The width of a character of a label, at most.
const CHARACTER_PIXELS = 6.9;

export function Patterns({ hatch, soft, cross }) {
  const pattern = (
    id,
    size,
    line,
    fill,
    opacity,
  ) => html`<pattern id=${id} width=${size} height=${size} patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
    <rect width=${line} height=${size} fill=${fill} opacity=${opacity}/></pattern>`;
  return html`<defs>${pattern(hatch, 6, 2, "var(--on-new)", 0.16)}${pattern(soft, 7, 1.5, "var(--new-text)", 0.35)}${pattern(cross, 4, 1.2, "var(--surface)", 0.6)}</defs>`;
}

export function LaneTitle({ lane, chart }) {
  if (chart.small) {
    return html`<text x="0" y=${lane.y - 14} class="ink b title">${lane.title} <tspan class="quiet">${shorten(lane.subtitle ?? "", 34)}</tspan></text>`;
  }
  return html`<text x="0" y=${lane.y + 12} class="ink b">${lane.title}</text>${lane.subtitle && html`<text x="0" y=${lane.y + 28}>${lane.subtitle}</text>`}`;
}

function Ticks({ lane, chart, values, max }) {
  return values.map(value => {
    const y = lane.y + lane.height * (1 - value / max);
    return html`<line class="grid" x1=${chart.left} x2=${chart.left + chart.plot} y1=${y} y2=${y}/>
      <text x=${chart.left - 6} y=${y + 4} text-anchor="end">${value >= 1000 ? formatCompact(value) : formatDecimal(value)}</text>`;
  });
}

/** A path of rectangles `[x, y, width, height]`: one element instead of hundreds. */
const toPath = rectangles =>
  rectangles.map(([x, y, width, height]) => `M${round(x)},${round(y)}h${round(width)}v${round(height)}h${round(-width)}z`).join("");

export function drawRouting(lane, chart, patterns) {
  const past = splitAreas(lane, chart, chart.segments);
  const future = splitAreas(lane, chart, chart.planned ?? []);
  return html`<${Ticks} lane=${lane} chart=${chart} values=${[0, 50, 100]} max=${100}/>
    <path class="soft-current" d=${toPath(future.current)}/><path class="soft-new" d=${toPath(future.new)}/><path fill=${`url(#${patterns.soft})`} d=${toPath(future.new)}/>
    <path class="f-current" d=${toPath(past.current)}/><path class="f-new" d=${toPath(past.new)}/><path fill=${`url(#${patterns.hatch})`} d=${toPath(past.new)}/>
    <path class="edge-new" d=${past.edge}/><path class="plan" d=${future.edge}/>
    ${chart.missed?.length ? html`<path class="missed" d=${splitAreas(lane, chart, chart.missed).edge}/>` : ""}
    ${labelSegments(lane, chart, chart.segments, { current: "on-current", new: "on-new" })}
    ${labelSegments(lane, chart, chart.planned ?? [], { current: "t-current", new: "t-new" })}`;
}

/** Returns the rectangles of each role, and the line between them. */
function splitAreas(lane, chart, segments) {
  const areas = { current: [], new: [], edge: "" };
  let previous;
  for (const segment of segments) {
    const [x, end] = [chart.x(segment.start), chart.x(segment.end)];
    const height = (lane.height * shareOfNew(chart, segment)) / 100;
    const y = lane.y + lane.height - height;
    if (height < lane.height) areas.current.push([x, lane.y, end - x, lane.height - height]);
    if (height > 0) areas.new.push([x, y, end - x, height]);
    // Without a new version there is no line between the areas.
    if (height > 0) areas.edge += `${previous === segment.start ? `V${round(y)}` : `M${round(x)},${round(y)}`}H${round(end)}`;
    if (height > 0) previous = segment.end;
  }
  return areas;
}

const shareOfNew = (chart, segment) =>
  findRoles(chart, segment.routing)
    .filter(route => route.role === "new")
    .reduce((sum, route) => sum + route.weight, 0);

/** In a deployment, the version to deploy is the new one; in a history, the newer one of a split. */
function findRoles({ toVersion }, routing) {
  if (toVersion === undefined) return assignRoles(routing);
  return routing.map(route => ({ ...route, role: route.version === toVersion ? "new" : "current" }));
}

/** Labels where they fit: the current version at the top of its area, the new one inside its area or above it. */
function labelSegments(lane, chart, segments, classes) {
  return segments.flatMap(segment => {
    const [x, width] = [chart.x(segment.start) + 8, chart.x(segment.end) - chart.x(segment.start) - 12];
    const height = (lane.height * shareOfNew(chart, segment)) / 100;
    const routes = findRoles(chart, segment.routing).filter(route => route.weight > 0);
    return ["current", "new"].map(role => {
      const text = chooseLabel(
        routes.filter(route => route.role === role),
        role,
        width,
      );
      const place = text && placeLabel(lane, height, role);
      return place && html`<text x=${x} y=${place.y} class=${`b ${classes[place.area]}`}>${text}</text>`;
    });
  });
}

function chooseLabel(routes, role, width) {
  if (!routes.length) return undefined;
  const full = routes.map(({ version, weight }) => `v${version} ${weight}%`).join(", ");
  const short =
    role === "new" ? routes.map(({ weight }) => `${weight}%`).join(", ") : routes.map(({ version }) => `v${version}`).join(", ");
  return [full, short].find(text => text.length * CHARACTER_PIXELS <= width);
}

/** `height` is that of the new version's area. */
function placeLabel({ y, height: all }, height, role) {
  if (role === "current") return all - height < (height < 15 ? 40 : 18) ? undefined : { y: y + 20, area: "current" };
  if (height < 15) return { y: y + all - height - 5, area: "current" };
  return { y: y + all - height + Math.max(12, height / 2 + 4), area: "new" };
}

export function drawStarts(lane, chart, patterns) {
  const bars = { current: [], new: [] };
  for (const group of chart.groups) {
    const [x, width] = placeBar(chart, group);
    if (width <= 0) continue;
    let y = lane.y + lane.height;
    for (const role of ["new", "current"]) {
      const height = (lane.height * startsOfRole(chart, group, role)) / lane.max;
      y -= height;
      if (height > 0) bars[role].push([x, y, width, height]);
    }
  }
  return html`<${Ticks} lane=${lane} chart=${chart} values=${[0, lane.max]} max=${lane.max}/><${NotStored} lane=${lane} chart=${chart}/>
    <path class="f-current" d=${toPath(bars.current)}/><path class="f-new" d=${toPath(bars.new)}/><path fill=${`url(#${patterns.hatch})`} d=${toPath(bars.new)}/>`;
}

function placeBar(chart, group) {
  const [start, end] = [Math.max(chart.from, group.startMillis), Math.min(chart.known, group.endMillis)];
  const width = chart.x(end) - chart.x(start);
  const gap = width > 5 ? 1.5 : width > 2.5 ? 0.75 : 0;
  return [chart.x(start) + gap / 2, Math.max(width > 0 ? 1.5 : 0, width - gap)];
}

function startsOfRole(chart, group, role) {
  const segment = chart.segments.findLast(segment => segment.start < group.endMillis) ?? chart.segments[0];
  const roles = new Map(segment ? findRoles(chart, segment.routing).map(route => [route.version, route.role]) : []);
  const roleOf = version => roles.get(version) ?? (version === chart.toVersion ? "new" : "current");
  let sum = 0;
  for (const [version, { starts }] of group.versions) if (roleOf(version) === role) sum += starts;
  return sum;
}

export function drawFailures(lane, chart, patterns) {
  const bars = [];
  for (const group of chart.groups) {
    const failures = group.versions.get(lane.version)?.failures ?? 0;
    const [x, width] = placeBar(chart, group);
    const height = (lane.height * failures) / lane.max;
    if (height > 0 && width > 0) bars.push([x, lane.y + lane.height - height, width, height]);
  }
  return html`<${Ticks} lane=${lane} chart=${chart} values=${[0, lane.max]} max=${lane.max}/><${NotStored} lane=${lane} chart=${chart}/>
    <path class="f-bad" d=${toPath(bars)}/><path fill=${`url(#${patterns.cross})`} d=${toPath(bars)}/>`;
}

function NotStored({ lane, chart }) {
  if (!(chart.dataFrom > chart.from)) return "";
  const width = chart.x(Math.min(chart.dataFrom, chart.until)) - chart.left;
  return html`<rect class="unknown" x=${chart.left} y=${lane.y} width=${width} height=${lane.height}/>
    ${width > 150 && html`<text x=${chart.left + 8} y=${lane.y + 20}>older than 24 h: not stored</text>`}`;
}

export function drawExpected(lane, chart, patterns) {
  const bars = { current: [], new: [] };
  for (const step of chart.expected) {
    const [x, end] = [chart.x(step.start), chart.x(Math.min(step.end, chart.until))];
    let y = lane.y + lane.height;
    for (const role of ["new", "current"]) {
      const of = step.versions.filter(({ version }) => (version === chart.toVersion ? "new" : "current") === role);
      const height = (lane.height * of.reduce((sum, { perSecond }) => sum + perSecond, 0)) / lane.max;
      y -= height;
      if (height > 0) bars[role].push([x, y, end - x, height]);
    }
  }
  return html`<${Ticks} lane=${lane} chart=${chart} values=${[0, lane.max]} max=${lane.max}/><path class="soft-current" d=${toPath(bars.current)}/>
    <path class="soft-new" d=${toPath(bars.new)}/><path fill=${`url(#${patterns.soft})`} d=${toPath(bars.new)}/>`;
}

const ALARM_STYLES = {
  OK: ["state-ok", "t-ok", "✓ OK"],
  ALARM: ["f-bad", "t-on-bad", "! ALARM"],
  INSUFFICIENT_DATA: ["state-unknown", "t-muted", "? INSUFFICIENT_DATA"],
  MISSING: ["state-unknown", "t-muted", "? not found"],
};

export function drawAlarm(lane, chart) {
  return lane.alarm.spans.map(span => {
    const [fill, color, text] = ALARM_STYLES[span.state] ?? ALARM_STYLES.INSUFFICIENT_DATA;
    const [x, end] = [chart.x(Math.max(chart.from, span.start)), chart.x(Math.min(chart.until, span.end))];
    if (end <= x) return "";
    const label = [text, text.slice(0, 1)].find(label => label.length * CHARACTER_PIXELS + 12 <= end - x);
    return html`<rect class=${fill} x=${x} width=${end - x} y=${lane.y} height=${lane.height} rx="3"/>
      ${label && html`<text x=${x + 8} y=${lane.y + 16} class=${`b ${color}`}>${label}</text>`}`;
  });
}

export function Axis({ chart }) {
  const { from, until, origin, bottom, plot } = chart;
  const { step, ticks } = data.chooseTicks(
    from,
    until,
    origin ?? data.findMidnight(from),
    Math.max(3, plot / (origin === undefined ? 84 : 64)),
  );
  const label = tick => (origin !== undefined ? data.formatTick(tick - origin, step) : formatClockTick(tick, step));
  return ticks.map(
    tick => html`<line class="tick" x1=${chart.x(tick)} x2=${chart.x(tick)} y1=${bottom} y2=${bottom + 5}/>
    <text x=${chart.x(tick)} y=${bottom + 20} text-anchor=${chart.x(tick) + 20 > chart.width ? "end" : "middle"}>${label(tick)}</text>`,
  );
}

const CLOCK = { hour: "2-digit", minute: "2-digit" };
const styles = { day: { day: "numeric", month: "short" }, minutes: CLOCK, seconds: { ...CLOCK, second: "2-digit" } };
const formatters = {};

function formatClockTick(millis, step) {
  const isMidnight = new Date(millis).setHours(0, 0, 0, 0) === millis;
  const style = isMidnight ? "day" : step < 60_000 ? "seconds" : "minutes";
  formatters[style] ??= new Intl.DateTimeFormat(undefined, styles[style]);
  return formatters[style].format(millis);
}

export function Marks({ chart }) {
  const now =
    chart.now !== undefined && chart.now < chart.until
      ? [
          {
            millis: chart.now,
            kind: "now",
            text: `now${chart.origin === undefined ? "" : ` ${data.formatElapsed(chart.now - chart.origin)}`}`,
          },
        ]
      : [];
  const missed = chart.missed?.length ? [{ millis: chart.missed[0].start, kind: "missed", text: "dashed: planned, not reached" }] : [];
  const marks = [...(chart.marks ?? []), ...now, ...missed].filter(mark => mark.millis >= chart.from && mark.millis <= chart.until);
  const taken = [];
  return marks.map(mark => {
    const { x, anchor, span } = placeMark(chart, mark);
    const free = taken.every(([start, end]) => span[1] < start || span[0] > end);
    if (free) taken.push(span);
    return html`${mark.kind !== "missed" && html`<line class=${mark.kind} x1=${chart.x(mark.millis)} x2=${chart.x(mark.millis)} y1=${chart.top - 4} y2=${chart.bottom}/>`}
      ${free && html`<text x=${x} y=${chart.top - (chart.small ? 26 : 10)} text-anchor=${anchor} class=${`b ${mark.kind === "now" ? "ink" : `t-${mark.kind}`}`}>${mark.text}</text>`}`;
  });
}

function placeMark(chart, { millis, kind, text }) {
  const [x, width] = [chart.x(millis), text.length * CHARACTER_PIXELS];
  const end = chart.left + chart.plot;
  if (kind === "missed") return { x: end, anchor: "end", span: [end - width, end] };
  if (x + width / 2 > end) return { x: end, anchor: "end", span: [end - width, end] };
  if (x - width / 2 < chart.left) return { x: chart.left, anchor: "start", span: [chart.left, chart.left + width] };
  return { x, anchor: "middle", span: [x - width / 2, x + width / 2] };
}

const round = number => Math.round(number * 10) / 10;
