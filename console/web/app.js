// The page: routes, top bar, banner of the connection, sign-in.

import { html, render, useEffect, useRef, useState } from "./vendor/vendor.js";
import { connection, getInfo, getSession, readInfo, setScope, signOut } from "./client.js";
import { Banner, Loading, LoadError, NotFound, Notices, notify, Time, pageState } from "./components.js";
import { formatAge, formatClock } from "./format.js";
import { retryNow, startStream, stopStream, useStore } from "./live.js";
import { drawAfterPresses } from "./pressed.js";
import { link, parseRoute, scopeLink } from "./routes.js";
import { ScopeButton } from "./views/scopes.js";

const VIEWS = {
  overview: () => import("./views/overview.js"),
  stateMachine: () => import("./views/state-machine.js"),
  alias: () => import("./views/alias.js"),
  createAlias: () => import("./views/create-alias.js"),
  plan: () => import("./views/plan.js"),
  deployment: () => import("./views/deployment.js"),
  version: () => import("./views/version.js"),
  compare: () => import("./views/compare.js"),
  executions: () => import("./views/executions.js"),
  execution: () => import("./views/execution.js"),
  signIn: () => import("./views/sign-in.js"),
  unknown: async () => ({ default: () => html`<${NotFound} message="Unknown page."/>` }),
};

const selectState = ({ state }) => state;

function useRoute() {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    // `#main` is the link that skips the top bar.
    const change = () => location.hash === "#main" || setHash(location.hash);
    addEventListener("hashchange", change);
    return () => removeEventListener("hashchange", change);
  }, []);
  return parseRoute(hash);
}

/** The state machine of `serve --demo`, whose view explains what an alias does. */
const DEMO_STATE_MACHINE = "orders";

/** Opens the account and region of the endpoint if the URL has none. */
function useDefaultScope(route, state) {
  useEffect(() => {
    if (route.view !== "root" || state === "signIn") return;
    readInfo().then(
      info => location.replace(info.demo ? `${scopeLink(info)}/${DEMO_STATE_MACHINE}` : scopeLink(info)),
      () => startStream(),
    );
  }, [route.view, state]);
}

/** A key has access to its own account only. */
function useAccountOfKey({ region, account }, state) {
  useEffect(() => {
    const info = getInfo();
    if (state === "connected" && info.signed && account && account !== info.account) location.replace(scopeLink({ region, account: info.account }));
  }, [region, account, state]);
}

function useScope({ region, account }) {
  if (region) setScope({ region, account });
  useEffect(() => {
    if (region) startStream();
    return stopStream;
  }, [region, account]);
}

const loadedViews = {};

/** Returns the component of a view, or the error of its module; undefined until the module is loaded. */
function useView(view) {
  const [, repeat] = useState(0);
  useEffect(() => {
    if (loadedViews[view]?.View || !VIEWS[view]) return undefined;
    let wanted = true;
    const store = loaded => {
      loadedViews[view] = loaded;
      if (wanted) repeat(count => count + 1);
    };
    VIEWS[view]().then(
      module => store({ View: module.default }),
      error => store({ error }),
    );
    return () => {
      wanted = false;
    };
  }, [view]);
  return loadedViews[view] ?? {};
}

const THEMES = { auto: ["◐", "Auto", "dark"], dark: ["●", "Dark", "light"], light: ["○", "Light", "auto"] };

function readTheme() {
  try {
    return localStorage.getItem("sfn-alias.theme") ?? "auto";
  } catch {
    return "auto";
  }
}

function applyTheme(theme) {
  if (theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  try {
    localStorage.setItem("sfn-alias.theme", theme);
  } catch {
    // Without storage, the theme is that of this page only.
  }
}

function ThemeButton() {
  const [theme, setTheme] = useState(readTheme);
  const [sign, name, next] = THEMES[theme] ?? THEMES.auto;
  useEffect(() => applyTheme(theme), [theme]);
  return html`<button class="plain" aria-label=${`Colors: ${name}. Change to ${THEMES[next][1]}`} onClick=${() => setTheme(next)}>
    <span aria-hidden="true">${sign}</span> <span class="hide-small">${name}</span></button>`;
}

const CONNECTIONS = {
  connecting: ["Connecting", "off"],
  connected: ["Live", ""],
  offline: ["Not connected", "off"],
  signIn: ["Signed out", "off"],
};

function TopBar({ route }) {
  const state = useStore(connection, selectState);
  const { crumbs } = useStore(pageState);
  const [text, name] = CONNECTIONS[state];
  return html`<a class="skip" href="#main">Skip to the content</a><header class="top">
    <a class="brand" href=${route.region ? link.overview() : "#/"}><img src="icon.svg" alt=""/>sfn-alias</a>
    <nav class="crumbs" aria-label="Path"><ol>${crumbs.map(
      ([title, href], index) => html`<li key=${index}>
      ${href ? html`<a href=${href}>${title}</a>` : html`<span aria-current="page" class="strong">${title}</span>`}</li>`,
    )}</ol></nav>
    ${route.region && html`<${ScopeButton} route=${route}/>`}
    <span class=${`live ${name}`} role="status"><i></i>${text}</span>
    ${getSession() && html`<button class="plain" onClick=${signOut}>Sign out</button>`}
    <${ThemeButton}/></header>`;
}

function OfflineBanner() {
  const state = useStore(connection, selectState);
  const [, repeat] = useState(0);
  useEffect(() => {
    if (state !== "offline") return undefined;
    const timer = setInterval(() => repeat(count => count + 1), 1000);
    return () => clearInterval(timer);
  }, [state]);
  if (state !== "offline") return null;
  const { dataMillis, retryAtMillis, error } = connection.get();
  const isResponse = error?.status > 0;
  const wait = Math.max(0, Math.ceil(((retryAtMillis ?? Date.now()) - Date.now()) / 1000));
  const age = dataMillis
    ? html`The data on this page is from <${Time} millis=${dataMillis} style="time"/> (${formatAge(Date.now() - dataMillis)}).`
    : "";
  return html`<${Banner} kind="bad" live=${false} title=${html`<span role="alert">${isResponse ? error.message : "The endpoint does not respond."}</span>`} actions=${html`<button onClick=${retryNow}>Retry now</button>`}>
    ${age} ${wait > 0 ? `Next attempt in ${formatClock(wait)}.` : "Connecting…"} ${!isResponse && html`Check that <code>sfn-alias serve</code> is running.`}</${Banner}>`;
}

const STORAGE = { memory: "data in memory, deleted when it stops", file: "data in a file", etcd: "data in etcd" };

function Footer() {
  // After a connection, the information about the endpoint is there.
  useStore(connection, selectState);
  const info = getInfo();
  return html`<footer>${info && `sfn-alias ${info.version} · ${location.host} · ${STORAGE[info.storage] ?? info.storage}${info.demo ? " · demo with example traffic" : ""}`}</footer>`;
}

function Content({ route }) {
  const state = useStore(connection, selectState);
  const view = state === "signIn" ? "signIn" : route.view;
  const { View, error } = useView(view);
  const key = JSON.stringify({ ...route, query: undefined, view });
  useFocusOfHeading(key, view === "root");
  if (error) return html`<${LoadError} error=${error} reload=${() => location.reload()}/>`;
  return View ? html`<${View} key=${key} route=${route}/>` : html`<${Loading} what="the page"/>`;
}

/** After a change of the route, the heading has the focus, so that screen readers announce the page. */
function useFocusOfHeading(key, isRoot) {
  const previous = useRef();
  const moved = useRef(false);
  const pending = useRef(false);
  const page = useStore(pageState);
  useEffect(() => {
    document.title = page.title ? `${page.title} · sfn-alias` : "sfn-alias console";
  }, [page.title]);
  useEffect(() => {
    if (isRoot) return;
    const isNew = previous.current !== undefined && previous.current !== key;
    previous.current = key;
    moved.current ||= isNew;
    pending.current ||= isNew;
    if (isNew) scrollTo(0, 0);
    const heading = document.querySelector("h1");
    // A view replaces its heading when its data arrives: the focus is then nowhere.
    const isLost = moved.current && document.activeElement === document.body;
    if (!heading || !(pending.current || isLost)) return;
    pending.current = false;
    heading.focus({ preventScroll: true });
  }, [key, page]);
}

function App() {
  const route = useRoute();
  useScope(route);
  const state = useStore(connection, selectState);
  useDefaultScope(route, state);
  useAccountOfKey(route, state);
  return html`<${TopBar} route=${route}/><main id="main" tabindex="-1"><${OfflineBanner}/><${Content} route=${route}/></main><${Footer}/><${Notices}/>`;
}

addEventListener("error", ({ error }) => error && notify(`The page has an error: ${error.message}. Load the page again.`));
applyTheme(readTheme());
drawAfterPresses();
render(html`<${App}/>`, document.getElementById("app"));
