// A new alias of a state machine.

import { html } from "../vendor/vendor.js";
import { EmptyState, LoadError, Loading, Page } from "../components.js";
import { describeCall } from "../calls.js";
import { getEndpoint } from "../client.js";
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
            : html`<div class="single"><${AliasEditor} stateMachineArn=${route.stateMachineArn} versions=${versions} onSaved=${name => go(link.alias(route.name, name))}/></div>`
    }</${Page}>`;
}

function NoVersion({ route }) {
  const input = { stateMachineArn: route.stateMachineArn, description: "First version" };
  const text = describeCall("PublishStateMachineVersion", input, getEndpoint()).cli;
  const steps = [{ title: "Publish the current definition as version 1", text, label: "the command" }];
  return html`<${EmptyState} title="An alias requires a version" lead="A version is a definition that never changes. This state machine has none yet." steps=${steps}>
    <p class="muted">This page shows the form when the version exists.</p></${EmptyState}>`;
}
