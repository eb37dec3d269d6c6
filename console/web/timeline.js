// A chart with one time axis: routing, starts, failures per version and alarms. The past is solid, the future hatched.
//
//   <Timeline label from until now origin segments planned fromVersion toVersion buckets bucketMillis dataFrom
//             expected alarms marks missed />
//
// `from`, `until` and `now` (absent for a plan) are milliseconds. With `origin`, labels are times after it; otherwise they
// are times of the day. `segments` and `planned` are those of timeline-data.js. `expected` are the starts of a plan per
// step: `[{start, end, perSecond, versions: [{version, perSecond}]}]`. `marks` are `[{millis, kind, text}]`, `missed` are
// the planned segments that were not reached.

import { html, useEffect, useMemo, useRef, useState } from './vendor/vendor.js'
import { assignRoles, formatNumber, formatTime } from './format.js'
import * as data from './timeline-data.js'

const HEIGHTS = { routing: 150, starts: 64, failures: 34, alarm: 24 }
const MAX_VERSIONS = 4
const MAX_ALARMS = 6
const BAR_PIXELS = 7
const CHARACTER_PIXELS = 6.9

let timelineCount = 0

/** Returns a reference to an element and its width. */
export function useWidth(initial) {
  const ref = useRef()
  const [width, setWidth] = useState(initial)
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => setWidth(Math.max(260, Math.round(entry.contentRect.width))))
    observer.observe(ref.current)
    return () => observer.disconnect()
  }, [])
  return [ref, width]
}

export function Timeline(props) {
  const [ref, width] = useWidth(1000)
  const [at, setAt] = useState(null)
  const id = useRef(undefined)
  if (!id.current) {
    timelineCount += 1
    id.current = `timeline-${timelineCount}`
  }
  const chart = useChart(props, width)
  const patterns = { hatch: `${id.current}-hatch`, soft: `${id.current}-soft`, cross: `${id.current}-cross` }
  const readout = describeTime(chart, at ?? chart.now ?? chart.from)
  return html`<div class="timeline">
    <p class="readout" aria-hidden="true">${at === null ? html`<span>Point at the chart, or focus it and use the arrow keys, to read single values.</span>` : readout}</p>
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
  </div>`
}

/** Returns the geometry of the chart and its lanes. */
function useChart(props, width) {
  const { from, until, now, buckets, bucketMillis } = props
  const small = width < 620
  const [left, right] = small ? [34, 8] : [132, 20]
  const plot = width - left - right
  const groupMillis = buckets ? data.chooseGroupMillis(until - from, bucketMillis, Math.max(20, plot / BAR_PIXELS)) : chooseStep(props)
  const groups = useMemo(() => buckets ? data.mergeBuckets(buckets, from, until, groupMillis) : [], [buckets, from, until, groupMillis])
  const versions = useMemo(() => listVersions(props, groups), [groups, props.segments, props.planned])
  const chart = {
    ...props, width, small, left, plot, groups, groupMillis, versions, x: data.createScale(from, until, left, plot),
    toMillis: x => from + (x - left) / plot * (until - from), known: Math.min(now ?? until, until),
  }
  return { ...chart, ...placeLanes(chooseLanes(chart), small) }
}

const chooseStep = ({ from, until }) => Math.max(10_000, data.chooseGroupMillis(until - from, 10_000, 60))

function listVersions({ segments, planned = [], fromVersion, toVersion }, groups) {
  const found = new Set([toVersion, fromVersion].filter(version => version !== undefined))
  for (const { routing } of [...segments, ...planned]) for (const { version } of routing) found.add(version)
  for (const { versions } of groups) for (const version of versions.keys()) found.add(version)
  const counted = version => groups.some(({ versions }) => versions.has(version))
  const listed = [...found].filter(version => version === toVersion || version === fromVersion || counted(version))
  const ordered = listed.sort((a, b) => (b === toVersion) - (a === toVersion) || b - a)
  return ordered.slice(0, MAX_VERSIONS)
}

function chooseLanes(chart) {
  const { buckets, groups, versions, alarms = [], expected, small, groupMillis } = chart
  const lanes = [{ kind: 'routing', title: 'Routing', subtitle: '% of starts', draw: drawRouting }]
  const interval = formatInterval(groupMillis)
  if (buckets) {
    const total = Math.max(1, ...groups.map(group => sumOf(group, 'starts')))
    lanes.push({ kind: 'starts', title: 'Starts', subtitle: `per ${interval}`, max: roundUp(total), draw: drawStarts })
    const failures = Math.max(3, ...groups.flatMap(group => [...group.versions.values()].map(counts => counts.failures)))
    for (const version of versions) lanes.push(createFailureLane(chart, version, roundUp(failures)))
  }
  if (expected) {
    const max = roundUp(Math.max(0.1, ...expected.map(step => step.perSecond)))
    lanes.push({ kind: 'starts', title: 'Expected starts', subtitle: 'per second', max, draw: drawExpected })
  }
  const shown = alarms.length > MAX_ALARMS ? alarms.slice(0, MAX_ALARMS - 1) : alarms
  for (const alarm of shown) lanes.push({ kind: 'alarm', title: small ? 'Alarm' : shorten(alarm.name, 18), subtitle: small ? alarm.name : 'alarm', alarm, draw: drawAlarm })
  if (shown.length < alarms.length) lanes.push({ kind: 'alarm', title: `${alarms.length - shown.length} more alarms`, alarm: mergeAlarms(alarms.slice(shown.length)), draw: drawAlarm })
  return lanes
}

function createFailureLane({ groups, small, totals, groupMillis }, version, max) {
  const count = key => totals?.get(version)?.[key] ?? (totals ? 0 : groups.reduce((sum, group) => sum + (group.versions.get(version)?.[key] ?? 0), 0))
  const total = `${formatCompact(count('failures'))} of ${formatCompact(count('ended'))}`
  const subtitle = small ? `${total}, per ${formatInterval(groupMillis)}` : total
  return { kind: 'failures', title: `v${version} failed`, subtitle, version, max, draw: drawFailures }
}

/** The alarms without a lane: they are in state ALARM if one of them is. */
function mergeAlarms(alarms) {
  const states = alarms.map(alarm => alarm.spans.at(-1)?.state)
  const state = states.find(state => state === 'ALARM') ?? states.find(state => state && state !== 'OK') ?? 'OK'
  const last = alarms.find(alarm => alarm.spans.at(-1)?.state === state)
  return { name: `${alarms.length} more`, spans: last ? [last.spans.at(-1)] : [] }
}

function placeLanes(lanes, small) {
  let y = small ? 16 : 4
  const placed = lanes.map(lane => {
    y += small ? 36 : 22
    const height = HEIGHTS[lane.kind]
    const result = { ...lane, y, height }
    y += height
    return result
  })
  return { lanes: placed, top: placed[0].y, bottom: y + 6, height: y + 34 }
}

/** The slider makes the chart readable by keyboard: its value is a time, its text the values at that time. */
function Slider({ chart, at, setAt, label, readout }) {
  const { from, until, groupMillis } = chart
  const snap = millis => Math.min(until, Math.max(from, Math.round(millis / groupMillis) * groupMillis))
  const move = event => {
    const x = event.clientX - event.currentTarget.getBoundingClientRect().left
    setAt(x < chart.left - 6 || x > chart.left + chart.plot + 6 ? null : snap(chart.toMillis(x)))
  }
  const press = event => {
    const steps = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 6, PageDown: -6 }[event.key]
    const target = { Home: from, End: until, Escape: null }[event.key]
    if (steps === undefined && target === undefined) return
    event.preventDefault()
    setAt(steps === undefined ? target : snap((at ?? chart.now ?? from) + steps * groupMillis))
  }
  const seconds = millis => Math.round((millis - from) / 1000)
  return html`<div role="slider" tabindex="0" aria-label=${`Time in: ${label}`} aria-valuemin="0" aria-valuemax=${seconds(until)}
    aria-valuenow=${seconds(Math.min(until, at ?? chart.now ?? from))} aria-valuetext=${readout} onPointerMove=${move} onPointerDown=${move}
    onPointerLeave=${() => setAt(null)} onKeyDown=${press} onBlur=${() => setAt(null)}></div>`
}

/** Returns the values at a time as text. */
function describeTime(chart, millis) {
  const { segments, planned = [], known, now, buckets, groups, expected, alarms = [] } = chart
  const future = now !== undefined && millis > known
  const inside = span => millis >= span.start && millis < span.end
  const segment = segments.find(inside) ?? planned.find(inside) ?? (millis >= chart.until ? [...segments, ...planned].at(-1) : undefined)
  const parts = [`${formatMoment(chart, millis)}${future ? ' (planned)' : ''}: ${segment ? formatRouting(segment.routing) : 'no routing'}`]
  const group = buckets && !future && groups.find(group => millis >= group.startMillis && millis < group.endMillis)
  if (group) parts.push(`in ${formatInterval(chart.groupMillis)}: ${describeGroup(chart, group)}`)
  const step = expected?.find(inside)
  if (step) parts.push(`expected per second: ${step.versions.map(({ version, perSecond }) => `v${version} ${formatDecimal(perSecond)}`).join(', ')}`)
  for (const alarm of future ? [] : alarms.slice(0, MAX_ALARMS)) {
    const span = alarm.spans.find(inside)
    if (span) parts.push(`${alarm.name} ${span.state}`)
  }
  return parts.join('; ')
}

function describeGroup({ versions }, group) {
  const found = versions.filter(version => group.versions.has(version))
  return found.map(version => {
    const { starts, failures } = group.versions.get(version)
    return `v${version} ${formatNumber(starts)} started, ${formatNumber(failures)} failed`
  }).join(', ')
}

const formatRouting = routing => [...routing].sort((a, b) => a.version - b.version).map(({ version, weight }) => `v${version} ${weight}%`).join(', ')

function formatMoment({ origin, from, until }, millis) {
  if (origin !== undefined) return data.formatElapsed(millis - origin)
  return formatTime(millis, until - from > 43_200_000 ? 'date' : 'time')
}

function Patterns({ hatch, soft, cross }) {
  const pattern = (id, size, line, fill, opacity) => html`<pattern id=${id} width=${size} height=${size} patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
    <rect width=${line} height=${size} fill=${fill} opacity=${opacity}/></pattern>`
  return html`<defs>${pattern(hatch, 6, 2, 'var(--on-new)', 0.16)}${pattern(soft, 7, 1.5, 'var(--new-text)', 0.35)}${pattern(cross, 4, 1.2, 'var(--surface)', 0.6)}</defs>`
}

function LaneTitle({ lane, chart }) {
  if (chart.small) {
    return html`<text x="0" y=${lane.y - 14} class="ink b title">${lane.title} <tspan class="quiet">${shorten(lane.subtitle ?? '', 34)}</tspan></text>`
  }
  return html`<text x="0" y=${lane.y + 12} class="ink b">${lane.title}</text>${lane.subtitle && html`<text x="0" y=${lane.y + 28}>${lane.subtitle}</text>`}`
}

function Ticks({ lane, chart, values, max }) {
  return values.map(value => {
    const y = lane.y + lane.height * (1 - value / max)
    return html`<line class="grid" x1=${chart.left} x2=${chart.left + chart.plot} y1=${y} y2=${y}/>
      <text x=${chart.left - 6} y=${y + 4} text-anchor="end">${value >= 1000 ? formatCompact(value) : formatDecimal(value)}</text>`
  })
}

/** A path of rectangles `[x, y, width, height]`: one element instead of hundreds. */
const toPath = rectangles => rectangles.map(([x, y, width, height]) => `M${round(x)},${round(y)}h${round(width)}v${round(height)}h${round(-width)}z`).join('')

function drawRouting(lane, chart, patterns) {
  const past = splitAreas(lane, chart, chart.segments)
  const future = splitAreas(lane, chart, chart.planned ?? [])
  return html`<${Ticks} lane=${lane} chart=${chart} values=${[0, 50, 100]} max=${100}/>
    <path class="soft-current" d=${toPath(future.current)}/><path class="soft-new" d=${toPath(future.new)}/><path fill=${`url(#${patterns.soft})`} d=${toPath(future.new)}/>
    <path class="f-current" d=${toPath(past.current)}/><path class="f-new" d=${toPath(past.new)}/><path fill=${`url(#${patterns.hatch})`} d=${toPath(past.new)}/>
    <path class="edge-new" d=${past.edge}/><path class="plan" d=${future.edge}/>
    ${chart.missed?.length ? html`<path class="missed" d=${splitAreas(lane, chart, chart.missed).edge}/>` : ''}
    ${labelSegments(lane, chart, chart.segments, { current: 'on-current', new: 'on-new' })}
    ${labelSegments(lane, chart, chart.planned ?? [], { current: 't-current', new: 't-new' })}`
}

/** Returns the rectangles of each role, and the line between them. */
function splitAreas(lane, chart, segments) {
  const areas = { current: [], new: [], edge: '' }
  let previous
  for (const segment of segments) {
    const [x, end] = [chart.x(segment.start), chart.x(segment.end)]
    const height = lane.height * shareOfNew(chart, segment) / 100
    const y = lane.y + lane.height - height
    if (height < lane.height) areas.current.push([x, lane.y, end - x, lane.height - height])
    if (height > 0) areas.new.push([x, y, end - x, height])
    // Without a new version there is no line between the areas.
    if (height > 0) areas.edge += `${previous === segment.start ? `V${round(y)}` : `M${round(x)},${round(y)}`}H${round(end)}`
    if (height > 0) previous = segment.end
  }
  return areas
}

const shareOfNew = (chart, segment) => findRoles(chart, segment.routing).filter(route => route.role === 'new').reduce((sum, route) => sum + route.weight, 0)

/** In a deployment, the version to deploy is the new one; in a history, the newer one of a split. */
function findRoles({ toVersion }, routing) {
  if (toVersion === undefined) return assignRoles(routing)
  return routing.map(route => ({ ...route, role: route.version === toVersion ? 'new' : 'current' }))
}

/** Labels where they fit: the current version at the top of its area, the new one inside its area or above it. */
function labelSegments(lane, chart, segments, classes) {
  return segments.flatMap(segment => {
    const [x, width] = [chart.x(segment.start) + 8, chart.x(segment.end) - chart.x(segment.start) - 12]
    const height = lane.height * shareOfNew(chart, segment) / 100
    const routes = findRoles(chart, segment.routing).filter(route => route.weight > 0)
    return ['current', 'new'].map(role => {
      const text = chooseLabel(routes.filter(route => route.role === role), role, width)
      const place = text && placeLabel(lane, height, role)
      return place && html`<text x=${x} y=${place.y} class=${`b ${classes[place.area]}`}>${text}</text>`
    })
  })
}

function chooseLabel(routes, role, width) {
  if (!routes.length) return undefined
  const full = routes.map(({ version, weight }) => `v${version} ${weight}%`).join(', ')
  const short = role === 'new' ? routes.map(({ weight }) => `${weight}%`).join(', ') : routes.map(({ version }) => `v${version}`).join(', ')
  return [full, short].find(text => text.length * CHARACTER_PIXELS <= width)
}

/** `height` is that of the new version's area. */
function placeLabel({ y, height: all }, height, role) {
  if (role === 'current') return all - height < (height < 15 ? 40 : 18) ? undefined : { y: y + 20, area: 'current' }
  if (height < 15) return { y: y + all - height - 5, area: 'current' }
  return { y: y + all - height + Math.max(12, height / 2 + 4), area: 'new' }
}

function drawStarts(lane, chart, patterns) {
  const bars = { current: [], new: [] }
  for (const group of chart.groups) {
    const [x, width] = placeBar(chart, group)
    if (width <= 0) continue
    let y = lane.y + lane.height
    for (const role of ['new', 'current']) {
      const height = lane.height * startsOfRole(chart, group, role) / lane.max
      y -= height
      if (height > 0) bars[role].push([x, y, width, height])
    }
  }
  return html`<${Ticks} lane=${lane} chart=${chart} values=${[0, lane.max]} max=${lane.max}/><${NotStored} lane=${lane} chart=${chart}/>
    <path class="f-current" d=${toPath(bars.current)}/><path class="f-new" d=${toPath(bars.new)}/><path fill=${`url(#${patterns.hatch})`} d=${toPath(bars.new)}/>`
}

function placeBar(chart, group) {
  const [start, end] = [Math.max(chart.from, group.startMillis), Math.min(chart.known, group.endMillis)]
  const width = chart.x(end) - chart.x(start)
  const gap = width > 5 ? 1.5 : width > 2.5 ? 0.75 : 0
  return [chart.x(start) + gap / 2, Math.max(width > 0 ? 1.5 : 0, width - gap)]
}

function startsOfRole(chart, group, role) {
  const segment = chart.segments.findLast(segment => segment.start < group.endMillis) ?? chart.segments[0]
  const roles = new Map(segment ? findRoles(chart, segment.routing).map(route => [route.version, route.role]) : [])
  const roleOf = version => roles.get(version) ?? (version === chart.toVersion ? 'new' : 'current')
  let sum = 0
  for (const [version, { starts }] of group.versions) if (roleOf(version) === role) sum += starts
  return sum
}

function drawFailures(lane, chart, patterns) {
  const bars = []
  for (const group of chart.groups) {
    const failures = group.versions.get(lane.version)?.failures ?? 0
    const [x, width] = placeBar(chart, group)
    const height = lane.height * failures / lane.max
    if (height > 0 && width > 0) bars.push([x, lane.y + lane.height - height, width, height])
  }
  return html`<${Ticks} lane=${lane} chart=${chart} values=${[0, lane.max]} max=${lane.max}/><${NotStored} lane=${lane} chart=${chart}/>
    <path class="f-bad" d=${toPath(bars)}/><path fill=${`url(#${patterns.cross})`} d=${toPath(bars)}/>`
}

function NotStored({ lane, chart }) {
  if (!(chart.dataFrom > chart.from)) return ''
  const width = chart.x(Math.min(chart.dataFrom, chart.until)) - chart.left
  return html`<rect class="unknown" x=${chart.left} y=${lane.y} width=${width} height=${lane.height}/>
    ${width > 150 && html`<text x=${chart.left + 8} y=${lane.y + 20}>older than 24 h: not stored</text>`}`
}

function drawExpected(lane, chart, patterns) {
  const bars = { current: [], new: [] }
  for (const step of chart.expected) {
    const [x, end] = [chart.x(step.start), chart.x(Math.min(step.end, chart.until))]
    let y = lane.y + lane.height
    for (const role of ['new', 'current']) {
      const of = step.versions.filter(({ version }) => (version === chart.toVersion ? 'new' : 'current') === role)
      const height = lane.height * of.reduce((sum, { perSecond }) => sum + perSecond, 0) / lane.max
      y -= height
      if (height > 0) bars[role].push([x, y, end - x, height])
    }
  }
  return html`<${Ticks} lane=${lane} chart=${chart} values=${[0, lane.max]} max=${lane.max}/><path class="soft-current" d=${toPath(bars.current)}/>
    <path class="soft-new" d=${toPath(bars.new)}/><path fill=${`url(#${patterns.soft})`} d=${toPath(bars.new)}/>`
}

const ALARM_STYLES = {
  OK: ['state-ok', 't-ok', '✓ OK'], ALARM: ['f-bad', 't-on-bad', '! ALARM'],
  INSUFFICIENT_DATA: ['state-unknown', 't-muted', '? INSUFFICIENT_DATA'], MISSING: ['state-unknown', 't-muted', '? not found'],
}

function drawAlarm(lane, chart) {
  return lane.alarm.spans.map(span => {
    const [fill, color, text] = ALARM_STYLES[span.state] ?? ALARM_STYLES.INSUFFICIENT_DATA
    const [x, end] = [chart.x(Math.max(chart.from, span.start)), chart.x(Math.min(chart.until, span.end))]
    if (end <= x) return ''
    const label = [text, text.slice(0, 1)].find(label => label.length * CHARACTER_PIXELS + 12 <= end - x)
    return html`<rect class=${fill} x=${x} width=${end - x} y=${lane.y} height=${lane.height} rx="3"/>
      ${label && html`<text x=${x + 8} y=${lane.y + 16} class=${`b ${color}`}>${label}</text>`}`
  })
}

function Axis({ chart }) {
  const { from, until, origin, bottom, plot } = chart
  const { step, ticks } = data.chooseTicks(from, until, origin ?? data.findMidnight(from), Math.max(3, plot / (origin === undefined ? 84 : 64)))
  const label = tick => origin !== undefined ? data.formatTick(tick - origin, step) : formatClockTick(tick, step)
  return ticks.map(tick => html`<line class="tick" x1=${chart.x(tick)} x2=${chart.x(tick)} y1=${bottom} y2=${bottom + 5}/>
    <text x=${chart.x(tick)} y=${bottom + 20} text-anchor=${chart.x(tick) + 20 > chart.width ? 'end' : 'middle'}>${label(tick)}</text>`)
}

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' })
const clockWithSeconds = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit' })
const day = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' })

function formatClockTick(millis, step) {
  if (new Date(millis).setHours(0, 0, 0, 0) === millis) return day.format(millis)
  return (step < 60_000 ? clockWithSeconds : clock).format(millis)
}

function Marks({ chart }) {
  const now = chart.now !== undefined && chart.now < chart.until ? [{ millis: chart.now, kind: 'now', text: `now${chart.origin === undefined ? '' : ` ${data.formatElapsed(chart.now - chart.origin)}`}` }] : []
  const missed = (chart.missed ?? []).slice(0, 1).map(({ start, routing }) => ({ millis: start, kind: 'missed', text: `${data.findWeight(routing, chart.toVersion)}% planned, not reached` }))
  const marks = [...(chart.marks ?? []), ...now, ...missed].filter(mark => mark.millis >= chart.from && mark.millis <= chart.until)
  const taken = []
  return marks.map(mark => {
    const { x, anchor, span } = placeMark(chart, mark)
    const free = taken.every(([start, end]) => span[1] < start || span[0] > end)
    if (free) taken.push(span)
    return html`${mark.kind !== 'missed' && html`<line class=${mark.kind} x1=${chart.x(mark.millis)} x2=${chart.x(mark.millis)} y1=${chart.top - 4} y2=${chart.bottom}/>`}
      ${free && html`<text x=${x} y=${chart.top - (chart.small ? 26 : 10)} text-anchor=${anchor} class=${`b ${mark.kind === 'now' ? 'ink' : `t-${mark.kind}`}`}>${mark.text}</text>`}`
  })
}

function placeMark(chart, { millis, kind, text }) {
  const [x, width] = [chart.x(millis), text.length * CHARACTER_PIXELS]
  const end = chart.left + chart.plot
  if (kind === 'missed' && x + width <= end) return { x, anchor: 'start', span: [x, x + width] }
  if (x + width / 2 > end) return { x: end, anchor: 'end', span: [end - width, end] }
  if (x - width / 2 < chart.left) return { x: chart.left, anchor: 'start', span: [chart.left, chart.left + width] }
  return { x, anchor: 'middle', span: [x - width / 2, x + width / 2] }
}

/** The values as a table. Its rows are created when it is opened. */
function DataTable({ chart, label }) {
  const [open, setOpen] = useState(false)
  return html`<details onToggle=${event => setOpen(event.currentTarget.open)}><summary>Show as a table</summary>
    ${open && html`<div class="scroll" tabindex="0" role="region" aria-label=${`${label}, as a table`}>${chart.buckets ? html`<${BucketTable} chart=${chart}/>` : html`<${SegmentTable} chart=${chart}/>`}</div>`}</details>`
}

function BucketTable({ chart }) {
  const { groups, versions, segments } = chart
  const routingAt = group => segments.findLast(segment => segment.start < group.endMillis && segment.end > group.startMillis)?.routing
  return html`<table><thead><tr><th>From</th><th>Routing</th>${versions.map(version => html`<th class="num">v${version} starts</th><th class="num">v${version} failed</th>`)}</tr></thead>
    <tbody>${groups.map(group => html`<tr><td>${formatMoment(chart, group.startMillis)}</td><td>${routingAt(group) ? formatRouting(routingAt(group)) : 'none'}</td>
      ${versions.map(version => html`<td class="num">${formatNumber(group.versions.get(version)?.starts ?? 0)}</td><td class="num">${formatNumber(group.versions.get(version)?.failures ?? 0)}</td>`)}</tr>`)}
      ${!groups.length && html`<tr><td colspan=${2 + 2 * versions.length} class="muted">No start in this time.</td></tr>`}</tbody></table>`
}

function SegmentTable({ chart }) {
  return html`<table><thead><tr><th>From</th><th>To</th><th>Routing</th></tr></thead><tbody>${[...chart.segments, ...(chart.planned ?? [])].map(segment => html`<tr>
    <td>${formatMoment(chart, segment.start)}</td><td>${formatMoment(chart, segment.end)}</td><td>${formatRouting(segment.routing)}</td></tr>`)}</tbody></table>`
}

const sumOf = (group, key) => [...group.versions.values()].reduce((sum, counts) => sum + counts[key], 0)
const round = number => Math.round(number * 10) / 10
const shorten = (text, length) => text.length > length ? `${text.slice(0, length - 1)}…` : text
const formatDecimal = number => number >= 100 ? formatNumber(Math.round(number)) : String(Number(number.toPrecision(3)))
const compact = new Intl.NumberFormat('en-US', { notation: 'compact', maximumFractionDigits: 1 })
const formatCompact = number => number < 10_000 ? formatNumber(number) : compact.format(number)
const formatInterval = millis => millis < 60_000 ? `${millis / 1000} s` : millis < 3_600_000 ? `${millis / 60_000} min` : `${millis / 3_600_000} h`

/** Returns the next number of a few and their multiples by ten, so that the scale rarely changes. */
function roundUp(number) {
  const power = 10 ** Math.floor(Math.log10(number))
  return [1, 1.5, 2, 3, 4, 5, 6, 8, 10].map(factor => factor * power).find(candidate => candidate >= number * 0.999) ?? number
}
