// While a button or a link is pressed, the page is not drawn again: one that moves before the release would get no click.

import { options } from "./vendor/vendor.js";

/** If the release is not reported. */
const MAX_MILLIS = 2000;

let waiting; // What to draw after the release, while something is pressed.
let timer;

function drawWaiting() {
  clearTimeout(timer);
  const draws = waiting ?? [];
  waiting = undefined;
  for (const draw of draws) draw();
}

function press({ target }) {
  if (waiting || !target.closest?.("button, a, summary")) return;
  waiting = [];
  timer = setTimeout(drawWaiting, MAX_MILLIS);
}

/** Draws after the click, which follows the release at once. */
const release = () => setTimeout(drawWaiting);

/** From now on, draws changes after the release while a button or a link is pressed. */
export function drawAfterPresses() {
  options.debounceRendering = draw => (waiting ? waiting.push(draw) : queueMicrotask(draw));
  addEventListener("pointerdown", press, { capture: true });
  addEventListener("pointerup", release, { capture: true });
  addEventListener("pointercancel", release, { capture: true });
}
