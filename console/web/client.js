// The client of the endpoint: AWS operations and the API of the console.
//
//   callAws(operation, input, options) -> Promise<output>, for example callAws('DescribeStateMachine', {stateMachineArn})
//   callApi(method, path, body, options) -> Promise<object>, for example callApi('GET', 'summary?maxResults=50')
//   checkInput(operation, input) -> Promise<[{path, code, error, message, fix}]>, empty if the input is valid
//   endExecution(input) -> Promise<{}>: `POST /executions/end`
//   listAll(operation, input, member, limit) -> Promise<{items, truncated}>: pages of a list operation
//   `options`: {signal}. All reject with AwsError {code, message, status}, also with code `NetworkError` (status 0) if
//   the endpoint does not respond and `AbortError` if `signal` was aborted.
//   now() -> millis: the endpoint's clock
//   getScope() -> {account, region}, setScope({account, region}), getEndpoint() -> context of describeCall
//   getSession(), signIn({accessKeyId, secretAccessKey, sessionToken}), signOut()
//   readInfo() -> Promise: `GET /console/api`; getInfo() -> its last response or undefined
//   connection: store of {state: 'connecting' | 'connected' | 'offline' | 'signIn', retryAtMillis, dataMillis, error}
//   createStore(value) -> {get, set(change), subscribe(listener) -> unsubscribe}

import { SignatureV4, Sha256 } from "./vendor/vendor.js";
import { setLinkScope } from "./routes.js";

/** An error of the endpoint. `code` is AWS's, for example `ValidationException`. */
export class AwsError extends Error {
  constructor({ code, message, status, problems }) {
    super(message);
    Object.assign(this, { name: "AwsError", code, status, problems });
  }
}

/** Creates a value with listeners. `set` merges members. */
export function createStore(value) {
  const listeners = new Set();
  return {
    get: () => value,
    set(change) {
      value = { ...value, ...change };
      for (const listener of listeners) listener(value);
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

export const connection = createStore({ state: "connecting" });

const SESSION = "sfn-alias.session";
let scope = { account: "000000000000", region: "us-east-1" };
let session = readSession();
let info;
let clockOffset = 0;

export const getScope = () => scope;
export const getInfo = () => info;
export const getSession = () => session;
export const now = () => Date.now() + clockOffset;

export function setScope(value) {
  scope = value;
  setLinkScope(value);
}

function readSession() {
  try {
    return JSON.parse(sessionStorage.getItem(SESSION)) ?? undefined;
  } catch {
    return undefined;
  }
}

function storeSession(value) {
  session = value;
  try {
    if (value) sessionStorage.setItem(SESSION, JSON.stringify(value));
    else sessionStorage.removeItem(SESSION);
  } catch {
    // Without storage, the key is valid until the page is loaded again.
  }
}

/** Signs in with an access key. A request with it must succeed; otherwise the previous session remains. */
export async function signIn(key) {
  const previous = session;
  storeSession(key);
  try {
    await readInfo();
    await callAws("ListStateMachines", { maxResults: 1 });
    connection.set({ state: "connecting", error: undefined });
  } catch (error) {
    storeSession(previous);
    throw error;
  }
}

export function signOut() {
  storeSession(undefined);
  connection.set({ state: "signIn", error: undefined });
}

/** Reads what the endpoint is, and corrects the clock. */
export async function readInfo(options) {
  const sentMillis = Date.now();
  info = await callApi("GET", "", undefined, options);
  clockOffset = info.timeMillis - (sentMillis + Date.now()) / 2;
  return info;
}

/** Returns what an equivalent call of a program needs: URL, region, and the account if it is not the default. */
export function getEndpoint() {
  const isDefault = !info || info.signed || info.account === scope.account;
  return { url: location.origin, region: scope.region, accessKeyId: isDefault ? undefined : scope.account, signed: Boolean(info?.signed) };
}

export const callAws = (operation, input = {}, options) =>
  send(
    "POST",
    "/",
    { "content-type": "application/x-amz-json-1.0", "x-amz-target": `AWSStepFunctions.${operation}` },
    JSON.stringify(input),
    options,
  );

export function callApi(method, path, body, options) {
  const headers = body === undefined ? {} : { "content-type": "application/json" };
  return send(
    method,
    path ? `/console/api/${path}` : "/console/api",
    headers,
    body === undefined ? undefined : JSON.stringify(body),
    options,
  );
}

export const checkInput = async (operation, input, options) => (await callApi("POST", "check", { operation, input }, options)).problems;

export const endExecution = input => send("POST", "/executions/end", { "content-type": "application/json" }, JSON.stringify(input));

/** Reads the pages of a list operation, up to `limit` items. */
export async function listAll(operation, input, member, limit = 1000, options) {
  const items = [];
  let nextToken;
  do {
    const page = await callAws(operation, { ...input, ...(nextToken ? { nextToken } : {}) }, options);
    items.push(...page[member]);
    nextToken = page.nextToken;
  } while (nextToken && items.length < limit);
  return { items: items.slice(0, limit), truncated: Boolean(nextToken) || items.length > limit };
}

async function send(method, path, headers, body, options) {
  const response = await sendRequest(method, path, headers, body, options);
  const text = await response.text().catch(error => reject(error, options));
  const value = parseBody(text);
  if (!response.ok) throw reportError(createError(response, value));
  connection.set({ dataMillis: Date.now() });
  return value;
}

/** Sends a request in the current scope. Returns the response, also of an error. */
export async function sendRequest(method, path, headers, body, options = {}) {
  const authorized = await authorize(method, path, headers, body);
  return fetch(path, {
    method,
    headers: authorized,
    body,
    signal: options.signal,
    cache: "no-store",
    credentials: "omit",
    redirect: "error",
  }).catch(error => reject(error, options));
}

function reject(error, { signal } = {}) {
  if (signal?.aborted) throw new AwsError({ code: "AbortError", message: "The request was aborted.", status: 0 });
  const message = `The endpoint ${location.origin} does not respond (${error.message}).`;
  throw reportError(new AwsError({ code: "NetworkError", message, status: 0 }));
}

function parseBody(text) {
  try {
    return text === "" ? {} : JSON.parse(text);
  } catch {
    return { message: text };
  }
}

/** Creates the error of a response in AWS's form. */
export function createError(response, value) {
  const code = String(value.__type ?? value.code ?? `HTTP ${response.status}`);
  return new AwsError({
    code: code.slice(code.lastIndexOf("#") + 1),
    message: value.message ?? value.Message ?? `The endpoint returned status ${response.status}.`,
    status: response.status,
    problems: value.problems,
  });
}

const SIGN_IN_CODES = [
  "MissingAuthenticationTokenException",
  "MissingAuthenticationToken",
  "UnrecognizedClientException",
  "IncompleteSignatureException",
  "IncompleteSignature",
  "InvalidSignatureException",
  "ExpiredTokenException",
  "InvalidClientTokenId",
];

/** Returns whether an error means that the request needs another key. */
export const needsSignIn = error => error instanceof AwsError && SIGN_IN_CODES.includes(error.code);

function reportError(error) {
  if (needsSignIn(error)) connection.set({ state: "signIn", error: session ? error : undefined });
  if (error.code === "NetworkError" && connection.get().state !== "offline") connection.set({ state: "offline", error });
  return error;
}

async function authorize(method, path, headers, body) {
  return session ? signHeaders(method, path, headers, body) : { ...headers, authorization: selectScope() };
}

// Not a signature: without credentials, the endpoint reads the account and region of the request from here.
const selectScope = () =>
  `AWS4-HMAC-SHA256 Credential=${scope.account}/20260101/${scope.region}/states/aws4_request, SignedHeaders=host, Signature=0`;

async function signHeaders(method, path, headers, body) {
  const url = new URL(path, location.origin);
  const signer = new SignatureV4({ service: "states", region: scope.region, credentials: session, sha256: Sha256 });
  const request = {
    method,
    protocol: url.protocol,
    hostname: url.hostname,
    port: url.port ? Number(url.port) : undefined,
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    headers: { ...headers, host: url.host },
    body,
  };
  const { host, ...signed } = (await signer.sign(request, { signingDate: new Date(now()) })).headers;
  return signed;
}
