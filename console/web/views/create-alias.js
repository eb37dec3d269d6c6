// A new alias of a state machine.

import { html, useRef, useState } from "../vendor/vendor.js";
import { Card, EmptyState, LoadError, Loading, Page } from "../components.js";
import { readRouting } from "../alias-form.js";
import { describeCall } from "../calls.js";
import { getEndpoint } from "../client.js";
import { Flow } from "../flow.js";
import { go, link } from "../routes.js";
import { useVersions } from "../versions.js";
import { AliasEditor } from "./alias-editor.js";

/** The view with the form of a new alias. */
export default function CreateAliasView({ route }) {
  const versions = useVersions(route.stateMachineArn);
  const crumbs = [[route.name, link.stateMachine(route.name)], ["New alias"]];
  const lead = "An alias is a name that clients start. It routes each start to one version, or splits the starts between two.";
  const isEmpty = !versions.loading && versions.numbers.length === 0;
  return html`<${Page} title="Create an alias" lead=${lead} crumbs=${crumbs}>
    ${
      versions.error && versions.numbers.length === 0
        ? html`<${LoadError} error=${versions.error}/>`
        : versions.loading
          ? html`<${Loading} what="the versions"/>`
          : isEmpty
            ? html`<${NoVersion} route=${route}/>`
            : html`<${Form} route=${route} versions=${versions}/>`
    }</${Page}>`;
}

/** The form, next to the picture of what it describes. */
function Form({ route, versions }) {
  const [form, setForm] = useState();
  const last = useRef();
  last.current = (form && readRouting(form)) ?? last.current;
  const save = name => go(link.alias(route.name, name));
  return html`<div class="cols"><${AliasEditor} stateMachineArn=${route.stateMachineArn} versions=${versions} onSaved=${save} onChange=${setForm}/>
    ${
      last.current &&
      html`<${Card} title="Where starts will go"><${Flow} alias=${form.name || "New alias"} routing=${last.current} descriptions=${versions.descriptions}/>
      <p class="muted small gap">Callers start the ARN of the alias. You can change its routing at any time, and callers change nothing.</p></${Card}>`
    }</div>`;
}

function NoVersion({ route }) {
  const input = { stateMachineArn: route.stateMachineArn, description: "First version" };
  const text = describeCall("PublishStateMachineVersion", input, getEndpoint()).cli;
  const steps = [{ title: "Publish the current definition as version 1", text, label: "the command" }];
  return html`<${EmptyState} title="An alias requires a version" lead="A version is a definition that never changes. This state machine has none yet." steps=${steps}>
    <p class="muted">This page shows the form when the version exists.</p></${EmptyState}>`;
}
