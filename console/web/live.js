// Live data: the stream of changes, and values that are read again when they change.
//
//   useData(load, {keys, arn, kinds}) -> {data, error, loading, ageMillis, reload}
//     `load({signal})` returns a promise. It runs again if an element of `keys` changes, if the stream reports a change
//     of the state machine `arn` (any if omitted) of one of `kinds` (any if omitted), after a reconnection, and by
//     `reload()`; up to once per second, and never while the tab is hidden.
//   useStore(store, select) -> its value, or the part of it that `select` returns: only a change of it renders again;
//   useNow(intervalMillis) -> the endpoint's time, again after each interval
//   startStream(), retryNow(), stopStream()
//   kinds: 'traffic', 'execution', 'alias', 'version', 'stateMachine', 'deployment'

import { useCallback, useEffect, useRef, useState } from "./vendor/vendor.js";
import { connection, createError, createStore, needsSignIn, now, readInfo, sendRequest } from "./client.js";

const MIN_INTERVAL = 1000;
const SILENCE = 40000; // The endpoint sends a line every 15 s.
const MAX_BACKOFF = 30000;

const changes = createStore({ sequence: 0, events: [] });
let current; // {controller} of the running stream
let attempts = 0;
let retryTimer;

export function useStore(store, select = value => value) {
  const [value, setValue] = useState(() => select(store.get()));
  useEffect(() => {
    const change = changed => setValue(select(changed));
    change(store.get());
    return store.subscribe(change);
  }, [store]);
  return value;
}

export function useNow(intervalMillis = 1000) {
  const [time, setTime] = useState(now());
  useEffect(() => {
    const timer = setInterval(() => document.hidden || setTime(now()), intervalMillis);
    return () => clearInterval(timer);
  }, [intervalMillis]);
  return time;
}

/** Opens the stream, again after a change of the account or region. */
export function startStream() {
  stopStream();
  if (!document.hidden) readStream({ controller: new AbortController() });
}

export function stopStream() {
  clearTimeout(retryTimer);
  current?.controller.abort();
  current = undefined;
}

export function retryNow() {
  attempts = 0;
  startStream();
}

async function readStream(stream) {
  current = stream;
  try {
    await readInfo({ signal: stream.controller.signal });
    const response = await sendRequest("GET", "/console/api/stream", {}, undefined, { signal: stream.controller.signal });
    if (!response.ok) throw createError(response, await response.json().catch(() => ({})));
    await readLines(response.body.getReader(), stream);
    throw new Error("The stream ended.");
  } catch (error) {
    if (current === stream) retryLater(error);
  }
}

async function readLines(reader, stream) {
  const decoder = new TextDecoder();
  let rest = "";
  for (;;) {
    const { done, value } = await readBefore(reader, SILENCE);
    if (done || current !== stream) return;
    const lines = (rest + decoder.decode(value, { stream: true })).split("\n");
    rest = lines.pop();
    for (const line of lines.filter(Boolean)) handleEvent(JSON.parse(line));
  }
}

/** Reads the next part. Ends the stream if there is none for `millis`. */
async function readBefore(reader, millis) {
  const timer = setTimeout(() => reader.cancel().catch(() => {}), millis);
  try {
    return await reader.read();
  } finally {
    clearTimeout(timer);
  }
}

function handleEvent(event) {
  if (event.type === "ready") {
    attempts = 0;
    connection.set({ state: "connected", error: undefined, retryAtMillis: undefined });
    publish({ all: true });
  }
  if (event.type === "changes") publish(event);
}

function publish({ all, changes: list = [] }) {
  changes.set({ sequence: changes.get().sequence + 1, events: all ? "all" : list });
}

function retryLater(error) {
  current = undefined;
  if (needsSignIn(error)) return connection.set({ state: "signIn" });
  const delay = Math.min(MAX_BACKOFF, 1000 * 2 ** attempts) * (0.75 + Math.random() / 4);
  attempts += 1;
  connection.set({ state: "offline", error, retryAtMillis: Date.now() + delay });
  retryTimer = setTimeout(startStream, delay);
}

// A request failed although the stream is open: the endpoint may have stopped without a word.
let previousState;
connection.subscribe(({ state, error }) => {
  const isLost = state === "offline" && previousState !== "offline";
  previousState = state;
  if (!isLost || !current) return;
  stopStream();
  retryLater(error);
});

// A hidden tab reads nothing. Browsers also limit the connections of all tabs to an origin.
if (typeof document !== "undefined") {
  document.addEventListener("visibilitychange", () => (document.hidden ? stopStream() : connection.get().state === "signIn" || retryNow()));
}

const concerns = (events, arn, kinds) =>
  events === "all" ||
  events.some(event => (!arn || event.stateMachineArn === arn) && (!kinds || event.kinds.some(kind => kinds.includes(kind))));

export function useData(load, { keys = [], arn, kinds } = {}) {
  const [state, setState] = useState({ loading: true });
  const latest = useRef();
  latest.current = { load, arn, kinds: kinds?.join() };
  const reader = useRef();
  useEffect(() => {
    const own = createReader(options => latest.current.load(options), setState);
    reader.current = own;
    own.read();
    const unsubscribe = changes.subscribe(({ events }) => concerns(events, latest.current.arn, kinds) && own.readSoon());
    return () => {
      unsubscribe();
      own.stop();
    };
  }, [JSON.stringify(keys), arn, kinds?.join()]);
  const reload = useCallback(() => reader.current?.read(), []);
  return { ...state, ageMillis: state.readMillis === undefined ? undefined : Date.now() - state.readMillis, reload };
}

/** Creates a reader of a value: one read at a time, `readSoon` up to once per second. */
function createReader(load, setState) {
  let startedMillis = 0;
  let timer;
  let controller;
  let waiting = false;
  setState({ loading: true });
  async function read() {
    clearTimeout(timer);
    timer = undefined;
    waiting = Boolean(controller);
    if (controller) return;
    const own = new AbortController();
    controller = own;
    startedMillis = Date.now();
    const change = await Promise.resolve({ signal: own.signal })
      .then(load)
      .then(
        data => ({ data, error: undefined, readMillis: Date.now() }),
        error => ({ error }),
      );
    if (own.signal.aborted) return;
    controller = undefined;
    setState(state => ({ ...state, ...change, loading: false }));
    if (waiting) readSoon();
  }
  function readSoon() {
    if (document.hidden) return;
    if (controller) waiting = true;
    else timer ??= setTimeout(read, Math.max(0, startedMillis + MIN_INTERVAL - Date.now()));
  }
  function stop() {
    clearTimeout(timer);
    controller?.abort();
  }
  return { read, readSoon, stop };
}
