// The chooser of the account and region.

import { html, useState } from "../vendor/vendor.js";
import { callApi, getInfo } from "../client.js";
import { Dialog, Field, LoadError, Loading } from "../components.js";
import { plural } from "../format.js";
import { useData } from "../live.js";
import { go, scopeLink } from "../routes.js";

export function ScopeButton({ route }) {
  const [open, setOpen] = useState(false);
  const { account, region } = route;
  return html`<button class="plain scope" aria-haspopup="dialog" onClick=${() => setOpen(true)}>
    <span class="sr">Account and region: </span><span class="account">${account} · </span>${region} <span aria-hidden="true">▾</span></button>
    ${open && html`<${ScopeDialog} route=${route} onClose=${() => setOpen(false)}/>`}`;
}

function ScopeDialog({ route, onClose }) {
  const { data, error, reload } = useData(options => callApi("GET", "scopes", undefined, options));
  const [account, setAccount] = useState(route.account);
  const [region, setRegion] = useState(route.region);
  const open = event => {
    event.preventDefault();
    onClose();
    go(scopeLink({ account: account.trim(), region: region.trim() }));
  };
  return html`<${Dialog} title="Account and region" onClose=${onClose}>
    <p class="muted">Each account and region has its own state machines. A client selects them with its credential and its region.</p>
    ${error ? html`<${LoadError} error=${error} reload=${reload}/>` : data ? html`<${ScopeList} data=${data} route=${route} onClose=${onClose}/>` : html`<${Loading} what="accounts and regions"/>`}
    <form onSubmit=${open}><div class="pair">
      <${Field} label="Account">${({ id }) => html`<input id=${id} value=${account} inputmode="numeric" pattern="[0-9]{12}" title="12 digits" required readonly=${Boolean(getInfo()?.signed)} onInput=${event => setAccount(event.target.value)}/>`}</${Field}>
      <${Field} label="Region">${({ id }) => html`<input id=${id} value=${region} required onInput=${event => setRegion(event.target.value)}/>`}</${Field}></div>
      <div class="actions"><button class="first">Open</button></div></form></${Dialog}>`;
}

const ScopeList = ({ data, route, onClose }) => html`<ul class="choices">${data.scopes.map(
  ({ account, region, stateMachines }) => html`<li key=${account + region}>
  <a href=${scopeLink({ account, region })} aria-current=${account === route.account && region === route.region ? "true" : undefined} onClick=${onClose}>
    <span class="strong">${account} · ${region}</span><span class="muted small">${plural(stateMachines, "state machine")}</span></a></li>`,
)}</ul>
  ${data.truncated && html`<p class="muted small">Only the first ${data.scopes.length} are listed.</p>`}`;
