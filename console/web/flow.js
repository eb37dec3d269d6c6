// The flow picture: callers start an alias, and each start runs one of its versions.
//
//   Flow({alias, routing, startsPerSecond, descriptions, deployment, versionHref})
//     routing: [{version, weight}]; startsPerSecond: of the alias, undefined if unknown; descriptions: Map of version to text;
//     deployment: {fromVersion, toVersion}, for the colors; versionHref(version) -> link of a version's label
//   layoutFlow({width, routing}) -> the geometry: pure, for tests
//
// The dots are starts: as many are on their way as a rate of one per `1 / startsPerSecond` needs, up to MAX_DOTS.
// Their animation runs in the compositor; without traffic, or with `prefers-reduced-motion`, nothing moves.

import { html, useEffect, useRef, useState } from "./vendor/vendor.js";
import { assignRoles, formatRate } from "./format.js";

const MIN_WIDTH = 280;
const PADDING = 26;
const TEXT_WIDTH = 124;
const TRAVEL_MILLIS = 5000;
const MAX_DOTS = 20;
const MAX_PERIOD_MILLIS = 30000;

/** Returns a ref and the width of its element, again when it changes. */
export function useWidth(initial = 640) {
  const ref = useRef();
  const [width, setWidth] = useState(initial);
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => setWidth(Math.max(MIN_WIDTH, Math.round(entry.contentRect.width))));
    observer.observe(ref.current);
    return () => observer.disconnect();
  }, []);
  return [ref, width];
}

/** Returns the positions of the picture for a width in pixels. */
export function layoutFlow({ width, routing }) {
  const isSmall = width < 520;
  const isSplit = routing.length > 1;
  const total = isSmall ? 96 : 112;
  const gap = isSplit ? 28 : 0;
  // The label of a thin ribbon at the bottom is higher than the ribbon.
  const height = PADDING + total + gap + (isSplit ? 22 : 12);
  const top = PADDING + gap / 2;
  const aliasWidth = Math.round(Math.min(isSmall ? 92 : 148, width * 0.28));
  const aliasLeft = Math.round(width * (isSmall ? 0.25 : 0.3));
  const left = aliasLeft + aliasWidth;
  const right = Math.round(width - Math.max(isSmall ? 96 : 176, width * 0.3));
  let inset = 0;
  const bands = routing.map((route, index) => {
    const thickness = Math.max(route.weight > 0 ? 3 : 0, (total * route.weight) / 100);
    const from = Math.min(top + inset, top + total - thickness);
    const to = from + (isSplit ? (index === 0 ? -gap / 2 : gap / 2) : 0);
    inset += (total * route.weight) / 100;
    return { ...route, thickness, from, to };
  });
  return { isSmall, width, height, top, total, middle: top + total / 2, aliasLeft, aliasWidth, left, right, bands };
}

function formatRibbon({ left, right }, { from, to, thickness }) {
  const bend = (left + right) / 2;
  const upper = `M${left},${from} C${bend},${from} ${bend},${to} ${right},${to}`;
  return `${upper} V${to + thickness} C${bend},${to + thickness} ${bend},${from + thickness} ${left},${from + thickness} Z`;
}

/** The middle of a ribbon. */
function formatLine({ left, right }, { from, to, thickness }) {
  const [bend, start, end] = [(left + right) / 2, from + thickness / 2, to + thickness / 2];
  return `M${left},${start} C${bend},${start} ${bend},${end} ${right - 4},${end}`;
}

/** The way of a dot, from the right of the callers' text to the end of a ribbon. */
function formatPath(layout, band) {
  const start = `${layout.left},${band.from + band.thickness / 2}`;
  const first = Math.min(layout.aliasLeft - 8, TEXT_WIDTH);
  return `M${first},${layout.middle} L${layout.aliasLeft},${layout.middle} L${start} ${formatLine(layout, band).replace(/^M[^C]*/, "")}`;
}

/** The flow picture. */
export function Flow({ alias, routing, startsPerSecond, descriptions, deployment, versionHref }) {
  const [ref, width] = useWidth(700);
  const ordered = assignRoles(routing, deployment ?? {}).sort((one, other) => Number(one.role === "new") - Number(other.role === "new"));
  const layout = layoutFlow({ width, routing: ordered });
  const { isSmall, height, top, total, aliasLeft, aliasWidth, right, bands } = layout;
  const callersBox = { left: "0", top: `${top}px`, width: `${aliasLeft}px`, height: `${total}px` };
  const aliasBox = { left: `${aliasLeft}px`, top: `${top - 10}px`, width: `${aliasWidth}px`, height: `${total + 20}px` };
  return html`<figure class=${"flow" + (isSmall ? " small-flow" : "")} ref=${ref} style=${{ height: `${height}px` }} aria-label=${`Starts of ${alias}`}>
    <svg width=${width} height=${height} viewBox=${`0 0 ${width} ${height}`} aria-hidden="true">
      <${Hatch} />
      ${bands.map(band => html`<${Ribbon} key=${band.version} layout=${layout} band=${band} />`)}
    </svg>
    <div class="flow-callers" style=${callersBox}>
      <span class="flow-title">Callers</span>
      ${
        startsPerSecond === undefined
          ? html`<span class="flow-note">start the alias</span>`
          : html`<span class="flow-figure">${formatRate(startsPerSecond)}</span><span class="flow-note">${startsPerSecond > 0 ? "starts" : "no starts now"}</span>`
      }
    </div>
    <${Dots} layout=${layout} startsPerSecond=${startsPerSecond} />
    <div class="flow-alias" style=${aliasBox} title=${alias}>
      <span class=${"flow-name" + (alias.length > 12 ? " long" : "")}>${alias}</span><span class="flow-kind">alias</span>
    </div>
    ${bands.map(
      band => html`<${RouteLabel} key=${band.version} band=${band} x=${right + 14} y=${band.to + band.thickness / 2} startsPerSecond=${startsPerSecond}
      description=${descriptions?.get(band.version)} href=${versionHref?.(band.version)} />`,
    )}
  </figure>`;
}

/** A pattern over the new version, so that no meaning depends on color. */
export const Hatch =
  () => html`<defs><pattern id="flow-hatch" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
  <rect class="hatch" width="2" height="7"/></pattern></defs>`;

function Ribbon({ layout, band }) {
  if (band.weight === 0) return html`<path class="flow-unused" d=${formatLine(layout, band)} />`;
  const d = formatRibbon(layout, band);
  const isNew = band.role === "new";
  return html`<path class=${`f-${band.role}`} d=${d} />${isNew && html`<path class="f-hatch" d=${d} /><path class="edge-new" d=${d} />`}`;
}

function RouteLabel({ band, x, y, startsPerSecond, description, href }) {
  const name = html`${band.weight}% <span class="flow-version">v${band.version}</span>`;
  const rate = startsPerSecond === undefined || startsPerSecond === 0 ? undefined : formatRate((startsPerSecond * band.weight) / 100);
  return html`<div class=${`flow-route${band.weight === 0 ? " unused" : ` t-${band.role}`}`} style=${{ left: `${x}px`, top: `${y}px` }}>
    <span class="flow-share">${href ? html`<a href=${href}>${name}</a>` : name}</span>
    <span class="flow-note" title=${description}>${rate && html`<span>${rate}</span>`}${description && html`<bdi>${description}</bdi>`}</span>
  </div>`;
}

function useReducedMotion() {
  const query = useRef(matchMedia("(prefers-reduced-motion: reduce)"));
  const [isReduced, setReduced] = useState(query.current.matches);
  useEffect(() => {
    const listener = event => setReduced(event.matches);
    query.current.addEventListener("change", listener);
    return () => query.current.removeEventListener("change", listener);
  }, []);
  return isReduced;
}

function Dots({ layout, startsPerSecond }) {
  const ref = useRef();
  const isReduced = useReducedMotion();
  const rate = isReduced ? 0 : roundRate(startsPerSecond ?? 0);
  const shape = JSON.stringify([layout.width, layout.bands.map(band => [band.version, band.weight])]);
  useEffect(() => (rate > 0 ? animateDots(ref.current, layout, rate) : undefined), [shape, rate]);
  return html`<div class="flow-dots" ref=${ref} aria-hidden="true"></div>`;
}

/** Rounds a rate to a power of the square root of two, so that the dots do not start over at each update. */
const roundRate = rate => (rate > 0 ? 2 ** (Math.round(2 * Math.log2(rate)) / 2) : 0);

/** Moves dots until the returned function is called. Each dot chooses a route again for each start. */
function animateDots(parent, layout, rate) {
  const paths = layout.bands.map(band => ({ weight: band.weight, frames: samplePath(formatPath(layout, band)) }));
  const count = Math.min(MAX_DOTS, Math.max(1, Math.round((rate * TRAVEL_MILLIS) / 1000)));
  const period = Math.min(MAX_PERIOD_MILLIS, Math.max(TRAVEL_MILLIS, (count / rate) * 1000));
  const choose = createChooser(paths);
  const running = new Set();
  const run = (dot, elapsed) => {
    const options = { duration: TRAVEL_MILLIS, endDelay: period - TRAVEL_MILLIS, fill: "none" };
    const animation = dot.animate(choose().frames, options);
    animation.currentTime = elapsed;
    running.add(animation);
    animation.onfinish = () => {
      running.delete(animation);
      run(dot, 0);
    };
  };
  for (let index = 0; index < count; index += 1) {
    run(parent.appendChild(document.createElement("i")), ((index + 0.35) * period) / count);
  }
  return () => {
    for (const animation of running) animation.cancel();
    parent.replaceChildren();
  };
}

/** Returns a function that returns the paths in proportion to their weights, evenly mixed and always in the same order. */
function createChooser(paths) {
  let position = 0.31;
  return () => {
    position = (position + 0.618034) % 1;
    // Up to two routes: the first one, or the rest.
    return position * 100 < paths[0].weight ? paths[0] : paths.at(-1);
  };
}

/** Returns the keyframes of a move along a path. */
function samplePath(d, samples = 24) {
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", d);
  const length = path.getTotalLength();
  const frames = Array.from({ length: samples + 1 }, (_, index) => {
    const { x, y } = path.getPointAtLength((length * index) / samples);
    return { transform: `translate(${x.toFixed(1)}px, ${y.toFixed(1)}px)`, opacity: index === 0 || index === samples ? 0 : 1 };
  });
  return frames;
}
