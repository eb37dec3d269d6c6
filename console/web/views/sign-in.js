// Sign-in with an access key of the endpoint.

import { html, useEffect, useRef, useState } from "../vendor/vendor.js";
import { connection, signIn } from "../client.js";
import { Field, Page } from "../components.js";
import { startStream, useStore } from "../live.js";

export default function SignIn() {
  const { error } = useStore(connection);
  return html`<${Page} title="Sign in"><section class="card signin">
    <p class="muted">The endpoint accepts signed requests only. Use an access key from its credentials file. The page signs requests with it in this tab,
      never sends the secret, and deletes it when you close the tab or sign out.</p>
    <${KeyForm} previousError=${error}/></section></${Page}>`;
}

function KeyForm({ previousError }) {
  const [key, setKey] = useState({ accessKeyId: "", secretAccessKey: "", sessionToken: "" });
  const [state, setState] = useState({ error: previousError });
  const first = useRef();
  useEffect(() => first.current?.querySelector("input").focus(), []);
  const send = async event => {
    event.preventDefault();
    setState({ busy: true });
    const { sessionToken, ...pair } = Object.fromEntries(Object.entries(key).map(([name, value]) => [name, value.trim()]));
    await signIn(sessionToken ? { ...pair, sessionToken } : pair).then(startStream, error => setState({ error }));
  };
  const input =
    (name, props) =>
    ({ id, describedBy }) =>
      html`<input id=${id} aria-describedby=${describedBy} autocomplete="off" spellcheck="false" required
    value=${key[name]} onInput=${event => setKey({ ...key, [name]: event.target.value })} ...${props}/>`;
  return html`<form ref=${first} onSubmit=${send}>
    <${Field} label="Access key ID">${input("accessKeyId")}</${Field}>
    <${Field} label="Secret access key">${input("secretAccessKey", { type: "password" })}</${Field}>
    <${Field} label="Session token" hint="Only for temporary keys">${input("sessionToken", { type: "password", required: false })}</${Field}>
    ${state.error && html`<div class="fault" role="alert"><span class="sign" aria-hidden="true">!</span><p class="strong">${state.error.message}</p><p class="small muted">${state.error.code}</p></div>`}
    <div class="actions"><button class="first" aria-disabled=${state.busy ? "true" : undefined}>${state.busy ? "Signing in…" : "Sign in"}</button></div></form>`;
}
