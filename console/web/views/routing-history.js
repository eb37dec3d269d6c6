// The routings of an alias over time with its traffic: also of updates that no driver reports, such as those of CloudFormation.

import { html, useState } from "../vendor/vendor.js";
import { now } from "../client.js";
import { Card, LoadError, Loading } from "../components.js";
import { useTraffic } from "../deployment-data.js";
import { useNow } from "../live.js";
import { Timeline } from "../timeline.js";
import * as data from "../timeline-data.js";

const RANGES = { "15 min": 900000, "1 h": 3600000, "6 h": 21600000, "24 h": 86400000 };

/** `routings` is the response of `GET /console/api/routings`, or `undefined` while it is read. */
export function RoutingHistory({ route, routings }) {
  const [clicked, setChosen] = useState(undefined);
  const chosen = clicked ?? chooseRange(routings?.routings);
  const buttons = Object.keys(RANGES).map(
    range => html`<button type="button" key=${range} aria-pressed=${range === chosen} onClick=${() => setChosen(range)}>${range}</button>`,
  );
  return html`<${Card} title="Timeline" note="routings, starts and failures of the alias"><span class="tabs" role="group" aria-label="Time shown">${buttons}</span>
    ${routings ? html`<${Chart} key=${chosen} route=${route} routings=${routings.routings} spanMillis=${RANGES[chosen]}/>` : html`<${Loading} what="the routings"/>`}</${Card}>`;
}

/** A young alias has 15 minutes, so that its changes are not a line at the right. */
function chooseRange(routings = []) {
  const firstMillis = routings.at(-1)?.timeMillis;
  return firstMillis > now() - RANGES["15 min"] ? "15 min" : "1 h";
}

function Chart({ route, routings, spanMillis }) {
  const bucketMillis = data.chooseBucketSeconds(spanMillis) * 1000;
  const { data: traffic, error, reload } = useTraffic(route, { spanMillis });
  const nowMillis = useNow(Math.min(10000, Math.max(1000, spanMillis / 1000)));
  const until = Math.ceil(nowMillis / bucketMillis) * bucketMillis;
  const from = until - spanMillis;
  const changes = routings.map(({ timeMillis, routing }) => ({ millis: timeMillis, routing })).reverse();
  const segments = data.buildSegments(changes, from, Math.min(nowMillis, until));
  if (error && !traffic) return html`<${LoadError} error=${error} reload=${reload}/>`;
  return html`<${Timeline} label=${`routing of ${route.alias}`} ...${{ from, until, segments, bucketMillis }} now=${nowMillis} buckets=${traffic?.buckets ?? []} dataFrom=${traffic?.fromMillis}/>`;
}
