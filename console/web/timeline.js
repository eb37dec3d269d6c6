// A chart with one time axis: routing, starts, failures per version and alarms. The past is solid, the future hatched.
//
//   <Timeline label from until now origin segments planned fromVersion toVersion buckets bucketMillis dataFrom
//             expected alarms marks missed />
//
// `from`, `until` and `now` (absent for a plan) are milliseconds. With `origin`, labels are times after it; otherwise they
// are times of the day. `segments` and `planned` are those of timeline-data.js. `expected` are the starts of a plan per
// step: `[{start, end, perSecond, versions: [{version, perSecond}]}]`. `marks` are `[{millis, kind, text}]`, `missed` are
// the planned segments that were not reached.

import { html, useMemo, useRef, useState } from "./vendor/vendor.js";
import { useWidth } from "./flow.js";
import { formatNumber } from "./format.js";
import * as data from "./timeline-data.js";
import { Axis, drawAlarm, drawExpected, drawFailures, drawRouting, drawStarts, LaneTitle, Marks, Patterns } from "./timeline-lanes.js";
import { describeTime, formatCompact, formatInterval, formatMoment, formatRouting, MAX_ALARMS, roundUp, shorten } from "./timeline-text.js";

const HEIGHTS = { routing: 150, starts: 64, failures: 34, alarm: 24 };
const MAX_VERSIONS = 4;
const BAR_PIXELS = 7;

let timelineCount = 0;

export function Timeline(props) {
  const [ref, width] = useWidth(1000);
  const [at, setAt] = useState(null);
  const id = useRef(undefined);
  if (!id.current) {
    timelineCount += 1;
    id.current = `timeline-${timelineCount}`;
  }
  const chart = useChart(props, width);
  const patterns = { hatch: `${id.current}-hatch`, soft: `${id.current}-soft`, cross: `${id.current}-cross` };
  const readout = describeTime(chart, at ?? chart.now ?? chart.from);
  return html`<div class="timeline">
    <p class=${`readout ${at === null ? "" : "active"}`} aria-hidden="true">${at === null ? html`<span>Point at the chart, or focus it and use the arrow keys, to read single values.</span>` : readout}</p>
    <div class="chart" ref=${ref}>
      <svg height=${chart.height} viewBox=${`0 0 ${width} ${chart.height}`} aria-hidden="true">
        <${Patterns} ...${patterns}/>
        ${chart.lanes.map(lane => html`<${LaneTitle} lane=${lane} chart=${chart}/>${lane.draw(lane, chart, patterns)}`)}
        <${Axis} chart=${chart}/><${Marks} chart=${chart}/>
        ${at !== null && html`<line class="cursor" x1=${chart.x(at)} x2=${chart.x(at)} y1=${chart.top} y2=${chart.bottom}/>`}
      </svg>
      <${Slider} chart=${chart} at=${at} setAt=${setAt} label=${props.label} readout=${readout}/>
    </div>
    <${DataTable} chart=${chart} label=${props.label}/>
  </div>`;
}

/** Returns the geometry of the chart and its lanes. */
function useChart(props, width) {
  const { from, until, now, buckets, bucketMillis } = props;
  const small = width < 620;
  const [left, right] = small ? [34, 8] : [132, 20];
  const plot = width - left - right;
  const groupMillis = buckets ? data.chooseGroupMillis(until - from, bucketMillis, Math.max(20, plot / BAR_PIXELS)) : chooseStep(props);
  const groups = useMemo(() => (buckets ? data.mergeBuckets(buckets, from, until, groupMillis) : []), [buckets, from, until, groupMillis]);
  const versions = useMemo(() => listVersions(props, groups), [groups, props.segments, props.planned]);
  const chart = {
    ...props,
    width,
    small,
    left,
    plot,
    groups,
    groupMillis,
    versions,
    x: data.createScale(from, until, left, plot),
    toMillis: x => from + ((x - left) / plot) * (until - from),
    known: Math.min(now ?? until, until),
  };
  return { ...chart, ...placeLanes(chooseLanes(chart), small) };
}

const chooseStep = ({ from, until }) => Math.max(10_000, data.chooseGroupMillis(until - from, 10_000, 60));

function listVersions({ segments, planned = [], fromVersion, toVersion }, groups) {
  const found = new Set([toVersion, fromVersion].filter(version => version !== undefined));
  for (const { routing } of [...segments, ...planned]) for (const { version } of routing) found.add(version);
  for (const { versions } of groups) for (const version of versions.keys()) found.add(version);
  const counted = version => groups.some(({ versions }) => versions.has(version));
  const listed = [...found].filter(version => version === toVersion || version === fromVersion || counted(version));
  const ordered = listed.sort((a, b) => (b === toVersion) - (a === toVersion) || b - a);
  return ordered.slice(0, MAX_VERSIONS);
}

function chooseLanes(chart) {
  const { buckets, groups, versions, alarms = [], expected, small, groupMillis } = chart;
  const lanes = [{ kind: "routing", title: "Routing", subtitle: "% of starts", draw: drawRouting }];
  const interval = formatInterval(groupMillis);
  if (buckets) {
    const total = Math.max(1, ...groups.map(group => sumOf(group, "starts")));
    lanes.push({ kind: "starts", title: "Starts", subtitle: `per ${interval}`, max: roundUp(total), draw: drawStarts });
    const failures = Math.max(3, ...groups.flatMap(group => [...group.versions.values()].map(counts => counts.failures)));
    for (const version of versions) lanes.push(createFailureLane(chart, version, roundUp(failures)));
  }
  if (expected) {
    const max = roundUp(Math.max(0.1, ...expected.map(step => step.perSecond)));
    lanes.push({ kind: "starts", title: "Expected starts", subtitle: "per second", max, draw: drawExpected });
  }
  const shown = alarms.length > MAX_ALARMS ? alarms.slice(0, MAX_ALARMS - 1) : alarms;
  for (const alarm of shown)
    lanes.push({
      kind: "alarm",
      title: small ? "Alarm" : shorten(alarm.name, 18),
      subtitle: small ? alarm.name : "alarm",
      alarm,
      draw: drawAlarm,
    });
  if (shown.length < alarms.length)
    lanes.push({
      kind: "alarm",
      title: `${alarms.length - shown.length} more alarms`,
      alarm: mergeAlarms(alarms.slice(shown.length)),
      draw: drawAlarm,
    });
  return lanes;
}

function createFailureLane({ groups, small, totals, groupMillis }, version, max) {
  const count = key =>
    totals?.get(version)?.[key] ?? (totals ? 0 : groups.reduce((sum, group) => sum + (group.versions.get(version)?.[key] ?? 0), 0));
  const total = `${formatCompact(count("failures"))} of ${formatCompact(count("ended"))}`;
  const subtitle = small ? `${total}, per ${formatInterval(groupMillis)}` : total;
  return { kind: "failures", title: `v${version} failed`, subtitle, version, max, draw: drawFailures };
}

/** The alarms without a lane: they are in state ALARM if one of them is. */
function mergeAlarms(alarms) {
  const states = alarms.map(alarm => alarm.spans.at(-1)?.state);
  const state = states.find(state => state === "ALARM") ?? states.find(state => state && state !== "OK") ?? "OK";
  const last = alarms.find(alarm => alarm.spans.at(-1)?.state === state);
  return { name: `${alarms.length} more`, spans: last ? [last.spans.at(-1)] : [] };
}

function placeLanes(lanes, small) {
  let y = small ? 16 : 4;
  const placed = lanes.map(lane => {
    y += small ? 36 : 22;
    const height = HEIGHTS[lane.kind];
    const result = { ...lane, y, height };
    y += height;
    return result;
  });
  return { lanes: placed, top: placed[0].y, bottom: y + 6, height: y + 34 };
}

/** The slider makes the chart readable by keyboard. With the focus, its time stays, so that screen readers do not read it each second. */
function Slider({ chart, at, setAt, label, readout }) {
  const { from, until, groupMillis } = chart;
  const snap = millis => Math.min(until, Math.max(from, Math.round(millis / groupMillis) * groupMillis));
  const move = event => {
    const x = event.clientX - event.currentTarget.getBoundingClientRect().left;
    setAt(x < chart.left - 6 || x > chart.left + chart.plot + 6 ? null : snap(chart.toMillis(x)));
  };
  const press = event => {
    const steps = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 6, PageDown: -6 }[event.key];
    const target = { Home: from, End: until, Escape: null }[event.key];
    if (steps === undefined && target === undefined) return;
    event.preventDefault();
    setAt(steps === undefined ? target : snap((at ?? chart.now ?? from) + steps * groupMillis));
  };
  const seconds = millis => Math.round((millis - from) / 1000);
  return html`<div role="slider" tabindex="0" aria-label=${`Time in: ${label}`} aria-valuemin="0" aria-valuemax=${seconds(until)}
    aria-valuenow=${seconds(Math.min(until, at ?? chart.now ?? from))} aria-valuetext=${readout} onPointerMove=${move} onPointerDown=${move}
    onPointerLeave=${() => setAt(null)} onKeyDown=${press} onBlur=${() => setAt(null)}
    onFocus=${() => setAt(current => current ?? snap(chart.now ?? from))}></div>`;
}

/** The values as a table. Its rows are created when it is opened. */
function DataTable({ chart, label }) {
  const [open, setOpen] = useState(false);
  return html`<details onToggle=${event => setOpen(event.currentTarget.open)}><summary>Show as a table</summary>
    ${open && html`<div class="scroll" tabindex="0" role="region" aria-label=${`${label}, as a table`}>${chart.buckets ? html`<${BucketTable} chart=${chart}/>` : html`<${SegmentTable} chart=${chart}/>`}</div>`}</details>`;
}

function BucketTable({ chart }) {
  const { groups, versions, segments } = chart;
  const routingAt = group => segments.findLast(segment => segment.start < group.endMillis && segment.end > group.startMillis)?.routing;
  return html`<table><thead><tr><th>From</th><th>Routing</th>${versions.map(version => html`<th class="num">v${version} starts</th><th class="num">v${version} failed</th>`)}</tr></thead>
    <tbody>${groups.map(
      group => html`<tr><td>${formatMoment(chart, group.startMillis)}</td><td>${routingAt(group) ? formatRouting(routingAt(group)) : "none"}</td>
      ${versions.map(version => html`<td class="num">${formatNumber(group.versions.get(version)?.starts ?? 0)}</td><td class="num">${formatNumber(group.versions.get(version)?.failures ?? 0)}</td>`)}</tr>`,
    )}
      ${!groups.length && html`<tr><td colspan=${2 + 2 * versions.length} class="muted">No start in this time.</td></tr>`}</tbody></table>`;
}

function SegmentTable({ chart }) {
  return html`<table><thead><tr><th>From</th><th>To</th><th>Routing</th></tr></thead><tbody>${[
    ...chart.segments,
    ...(chart.planned ?? []),
  ].map(
    segment => html`<tr>
    <td>${formatMoment(chart, segment.start)}</td><td>${formatMoment(chart, segment.end)}</td><td>${formatRouting(segment.routing)}</td></tr>`,
  )}</tbody></table>`;
}

const sumOf = (group, key) => [...group.versions.values()].reduce((sum, counts) => sum + counts[key], 0);
