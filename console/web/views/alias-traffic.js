// Starts and failures of an alias: per version since the current routing, and per ten seconds.

import { html } from "../vendor/vendor.js";
import { callApi, now } from "../client.js";
import { Card, LoadError, Time, VersionBadge } from "../components.js";
import { assignRoles, expectedRange, formatNumber, formatPercent, formatTime, plural } from "../format.js";
import { Hatch, useWidth } from "../flow.js";
import { useData, useNow } from "../live.js";
import { link } from "../routes.js";
import { chooseBucketSeconds, sumTraffic } from "../traffic.js";

const DAY_MILLIS = 86400000;
const CHART_BUCKETS = 60;

/** Reads the traffic of an alias. */
export function readTraffic({ stateMachineArn, alias }, fromMillis, bucketSeconds, options) {
  const query = new URLSearchParams({
    stateMachineArn,
    alias,
    fromMillis: String(Math.max(0, Math.floor(fromMillis))),
    bucketSeconds: String(bucketSeconds),
  });
  return callApi("GET", `traffic?${query}`, undefined, options);
}

/** The counts of the alias since its routing was set (`since`: of findRoutingStart), next to what the weights let expect. */
export function AliasTraffic({ route, routing, recent, running, versions, since }) {
  const fromMillis = Math.max(since.millis, now() - DAY_MILLIS);
  const bucketSeconds = chooseBucketSeconds(now() - fromMillis);
  // A bucket in which the routing changed contains starts of both routings: it is not counted, unless the alias is new.
  const firstMillis = since.isFirst ? Math.floor(fromMillis / (1000 * bucketSeconds)) * 1000 * bucketSeconds : fromMillis;
  const load = options => readTraffic(route, firstMillis, bucketSeconds, options);
  const keys = [route.stateMachineAliasArn, since.millis, since.isFirst, bucketSeconds];
  const traffic = useData(load, { keys, arn: route.stateMachineArn, kinds: ["traffic"] });
  const roles = assignRoles(routing, running);
  const note = fromMillis > since.millis ? html`last 24 hours` : html`since the routing was set, <${Time} millis=${since.millis}/>`;
  if (traffic.error && !traffic.data)
    return html`<${Card} title="Starts and failures"><${LoadError} error=${traffic.error} reload=${traffic.reload}/></${Card}>`;
  const rows = countRows(traffic.data ?? traffic.previous, firstMillis, roles);
  return html`<${Card} title="Starts and failures" note=${note} class="alias-traffic">
    <div class="traffic-cols"><${CountTable} route=${route} rows=${rows} isFirst=${since.isFirst} descriptions=${versions.descriptions}/>
    <${RecentChart} traffic=${recent.data} roles=${roles}/></div></${Card}>`;
}

/** The versions of the routing, and those that an execution started with before a bucket began. */
function countRows(traffic, fromMillis, roles) {
  const sums = traffic ? sumTraffic(traffic, fromMillis) : [];
  const starts = sums.reduce((sum, row) => sum + row.starts, 0);
  const routed = [...roles]
    .sort((one, other) => one.version - other.version)
    .map(({ version, weight, role }) => {
      const sum = sums.find(row => row.version === version) ?? { starts: 0, failures: 0, ended: 0 };
      return { ...sum, version, weight, role, expected: expectedRange(starts, weight / 100) };
    });
  const others = sums.filter(({ version }) => !roles.some(role => role.version === version)).map(row => ({ ...row, role: "" }));
  return [...routed, ...others];
}

function CountTable({ route, rows, isFirst, descriptions }) {
  const hasStarts = rows.some(({ starts }) => starts > 0);
  return html`<div><table class="counts"><thead><tr><th scope="col">Version</th><th scope="col" class="num">Starts</th><th scope="col" class="num">Expected</th><th scope="col" class="num">Failed</th></tr></thead>
    <tbody>${rows.map(
      row => html`<tr key=${row.version}>
      <td><${VersionBadge} version=${row.version} role=${row.role} href=${link.version(route.name, row.version)}/><span class="described muted small"><bdi>${descriptions.get(row.version)}</bdi></span></td>
      <td class="num"><a class="quiet" href=${link.executions(route.name, { alias: route.alias, version: row.version })} aria-label=${`${plural(row.starts, "start")} of version ${row.version}: show the executions`}>${formatNumber(row.starts)}</a></td>
      <td class="num muted">${row.expected && hasStarts ? html`<${Range} range=${row.expected} count=${row.starts}/>` : "–"}</td>
      <td class="num"><${Failures} failures=${row.failures} ended=${row.ended}/></td></tr>`,
    )}</tbody></table>
    <p class="muted small explain-range">${
      hasStarts
        ? "Each start is routed by chance. The number of starts is in the expected range 95 times of 100."
        : isFirst
          ? "No starts yet. Start executions below, or with the ARN of the alias."
          : "No starts yet. The counts begin with the first complete interval after the change."
    }</p></div>`;
}

/** An expected range, with a sign if the count is outside. */
export function Range({ range: [low, high], count }) {
  const text = low === high ? formatNumber(low) : `${formatNumber(low)} to ${formatNumber(high)}`;
  if (count >= low && count <= high) return text;
  return html`<span class="outside"><span aria-hidden="true">${count < low ? "▼" : "▲"}</span> ${text}<span class="sr">, ${count < low ? "fewer" : "more"} than expected</span></span>`;
}

/** Failures as a share of the executions that ended. */
export function Failures({ failures, ended }) {
  if (ended === 0) return html`<span class="muted">–</span>`;
  if (failures === 0) return html`<span class="muted">0</span>`;
  return html`<span class="bad strong">${formatNumber(failures)}</span> <span class="muted">${formatPercent(failures, ended)}</span>`;
}

/** Starts per ten seconds as stacked bars, failures below. */
function RecentChart({ traffic, roles }) {
  const [ref, width] = useWidth(420);
  const nowMillis = useNow(5000);
  const last = Math.floor(nowMillis / 10000);
  const buckets = new Map((traffic?.buckets ?? []).map(({ startMillis, versions }) => [Math.round(startMillis / 10000), versions]));
  const columns = Array.from({ length: CHART_BUCKETS }, (_, index) => buckets.get(last - CHART_BUCKETS + 1 + index) ?? []);
  const count = (versions, member) => versions.reduce((sum, version) => sum + version[member], 0);
  const [maxStarts, maxFailures] = ["starts", "failures"].map(member => Math.max(1, ...columns.map(versions => count(versions, member))));
  const total = columns.reduce((sum, versions) => sum + count(versions, "starts"), 0);
  const failures = columns.reduce((sum, versions) => sum + count(versions, "failures"), 0);
  return html`<figure class="recent" ref=${ref}><figcaption class="small"><span class="strong">Last 10 minutes</span> <span class="muted">starts per 10 s${total > 0 ? `, up to ${formatNumber(maxStarts)}` : ""}</span></figcaption>
    <svg width=${width} height="128" viewBox=${`0 0 ${width} 128`} role="img" aria-label=${`Last 10 minutes: ${plural(total, "start")}, ${plural(failures, "failure")}`}>
      <${Hatch}/><line class="grid" x1="0" x2=${width} y1="80.5" y2="80.5"/>
      ${columns.map((versions, index) => html`<${Column} key=${last - CHART_BUCKETS + index} ...${{ versions, index, width, maxStarts, maxFailures, roles }}/>`)}
      ${total === 0 && html`<text x=${width / 2} y="46" text-anchor="middle">No starts</text>`}
      <text x="0" y="124">${formatTime((last - CHART_BUCKETS + 1) * 10000, "time")}</text><text x=${width} y="124" text-anchor="end">now</text>
    </svg></figure>`;
}

const ORDER = { new: 0, current: 1 };

function Column({ versions, index, width, maxStarts, maxFailures, roles }) {
  const step = width / CHART_BUCKETS;
  const x = index * step;
  const barWidth = Math.max(1, step - 2);
  const roleOf = version => roles.find(role => role.version === version)?.role ?? "other";
  const sorted = [...versions].sort((one, other) => (ORDER[roleOf(one.version)] ?? 2) - (ORDER[roleOf(other.version)] ?? 2));
  let base = 80;
  const failures = versions.reduce((sum, version) => sum + version.failures, 0);
  const failed = (24 * failures) / maxFailures;
  return html`${sorted
    .filter(({ starts }) => starts > 0)
    .map(({ version, starts }) => {
      const height = (76 * starts) / maxStarts;
      base -= height;
      const box = { x, y: base, width: barWidth, height };
      return html`<rect key=${version} class=${`f-${roleOf(version)}`} ...${box}/>${roleOf(version) === "new" && html`<rect class="f-hatch" ...${box}/>`}`;
    })}${failures > 0 && html`<rect class="f-bad" x=${x} y="83" width=${barWidth} height=${Math.max(2, failed)}/>`}`;
}
