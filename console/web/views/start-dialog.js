// Starts one execution, through an alias, a version, or the state machine itself.

import { html, useState } from "../vendor/vendor.js";
import { Field, OperationDialog, notify } from "../components.js";
import { link } from "../routes.js";

/** `target` is the alias or version that is selected first. */
export function StartDialog({ route, machine, target = "", onClose }) {
  const [chosen, setChosen] = useState(String(target));
  const [name, setName] = useState("");
  const [text, setText] = useState("{}");
  const stateMachineArn = chosen ? `${route.stateMachineArn}:${chosen}` : route.stateMachineArn;
  const input = { stateMachineArn, name: name || undefined, input: text };
  const done = ({ executionArn }) => {
    onClose();
    notify(html`Started <${ExecutionLink} route=${route} executionArn=${executionArn}/>.`);
  };
  return html`<${OperationDialog} title="Start an execution" operation="StartExecution" ...${{ input, onClose }} submit="Start" onDone=${done}>
    ${({ error, problems }) => html`
      <${Field} label="Start" path="/stateMachineArn" ...${{ error, problems }}>
        ${props => html`<${TargetSelect} ...${props} machine=${machine} value=${chosen} onChange=${setChosen}/>`}</${Field}>
      <${Field} label="Name" path="/name" hint="Optional. Without a name, the execution gets a random one." ...${{ error, problems }}>
        ${({
          id,
          invalid,
          describedBy,
        }) => html`<input id=${id} value=${name} aria-invalid=${invalid} aria-describedby=${describedBy} autocomplete="off"
          onInput=${event => setName(event.target.value)}/>`}</${Field}>
      <${Field} label="Input (JSON)" path="/input" ...${{ error, problems }}>
        ${({
          id,
          invalid,
          describedBy,
        }) => html`<textarea id=${id} rows="6" spellcheck="false" aria-invalid=${invalid} aria-describedby=${describedBy}
          value=${text} onInput=${event => setText(event.target.value)}></textarea>`}</${Field}>`}</${OperationDialog}>`;
}

/** An alias, a version, or nothing for the state machine itself. */
export const TargetSelect = ({
  id,
  invalid,
  describedBy,
  machine,
  value,
  onChange,
  any = "The state machine without alias or version",
}) => html`
  <select id=${id} value=${value} aria-invalid=${invalid} aria-describedby=${describedBy} onChange=${event => onChange(event.target.value)}>
    ${
      machine.aliases.length > 0 &&
      html`<optgroup label="Aliases">${machine.aliases.map(
        ({ name, routing }) => html`<option key=${name} value=${name}>
      ${name} (${routing.map(({ version, weight }) => `v${version} ${weight}%`).join(", ")})</option>`,
      )}</optgroup>`
    }
    ${machine.versions.length > 0 && html`<optgroup label="Versions">${machine.versions.map(({ version }) => html`<option key=${version} value=${String(version)}>Version ${version}</option>`)}</optgroup>`}
    <option value="">${any}</option></select>`;

function ExecutionLink({ route, executionArn }) {
  const parts = executionArn.split(":");
  if (parts[5] !== "execution") return "an execution";
  return html`<a href=${link.execution(route.name, parts[7])}>execution ${parts[7]}</a>`;
}
