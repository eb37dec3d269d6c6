// Publishes a version: of the current definition, or of a changed definition.

import { html, useState } from "../vendor/vendor.js";
import { callAws } from "../client.js";
import { Dialog, Field, LoadError, Loading, OperationDialog, notify } from "../components.js";
import { formatJson, lastPart } from "../format.js";
import { useData } from "../live.js";
import { link } from "../routes.js";

export function PublishDialog({ route, onClose }) {
  const { stateMachineArn } = route;
  const { data, error, reload } = useData(options => callAws("DescribeStateMachine", { stateMachineArn }, options), {
    keys: [stateMachineArn],
    kinds: [],
  });
  if (data) return html`<${PublishForm} route=${route} current=${data} onClose=${onClose}/>`;
  return html`<${Dialog} title="Publish a version" onClose=${onClose}>
    ${error ? html`<${LoadError} error=${error} reload=${reload}/>` : html`<${Loading} what="the definition"/>`}</${Dialog}>`;
}

function PublishForm({ route, current, onClose }) {
  const { stateMachineArn, name } = route;
  const [description, setDescription] = useState("");
  const [definition, setDefinition] = useState(() => formatJson(current.definition));
  const [changes, setChanges] = useState(false);
  const operation = changes ? "UpdateStateMachine" : "PublishStateMachineVersion";
  const input = changes
    ? { stateMachineArn, definition, publish: true, versionDescription: description || undefined }
    : { stateMachineArn, description: description || undefined };
  const done = output => {
    const version = lastPart(output.stateMachineVersionArn);
    onClose();
    notify(html`Published <a href=${link.version(name, version)}>version ${version}</a> of ${name}.`);
  };
  return html`<${OperationDialog} title="Publish a version" key=${operation} ...${{ operation, input, onClose, wide: changes }} submit="Publish" onDone=${done}>
    ${({ error, problems }) => html`
      <p class="muted">A version is a copy of the definition that never changes. AWS returns the newest version if nothing changed since its publication.</p>
      <${Field} label="Description of the version" path=${changes ? "/versionDescription" : "/description"} ...${{ error, problems }}>
        ${({
          id,
          invalid,
          describedBy,
        }) => html`<input id=${id} value=${description} aria-invalid=${invalid} aria-describedby=${describedBy} autofocus
          onInput=${event => setDescription(event.target.value)}/>`}</${Field}>
      <label class="check"><input type="checkbox" checked=${changes} onChange=${event => setChanges(event.target.checked)}/>Change the definition first</label>
      ${
        changes &&
        html`<${Field} label="Definition" path="/definition" ...${{ error, problems }}>
        ${({
          id,
          invalid,
          describedBy,
        }) => html`<textarea id=${id} rows="16" spellcheck="false" aria-invalid=${invalid} aria-describedby=${describedBy}
          value=${definition} onInput=${event => setDefinition(event.target.value)}></textarea>`}</${Field}>`
      }`}</${OperationDialog}>`;
}
