// The versions of a state machine: description, aliases that route there, starts.

import { html, useState } from "../vendor/vendor.js";
import { Card, LoadError, Loading, Table, Time, VersionBadge } from "../components.js";
import { countEnded, countFailed, formatNumber, formatPercent } from "../format.js";
import { link } from "../routes.js";
import { useVersions } from "../versions.js";

const PAGE = 10;
const COLUMNS = [
  { title: "Version" },
  { title: "Description" },
  { title: "Aliases that route here" },
  { title: "Starts", num: true },
  { title: "Failed", num: true },
  { title: "Published" },
  { title: "Comparison", hidden: true, num: true },
];

export function VersionsCard({ route, machine, roles, onPublish }) {
  const [first, setFirst] = useState(0);
  const [needed, setNeeded] = useState([]);
  const versions = useVersions(route.stateMachineArn, needed);
  const { numbers, error, loading } = versions;
  const show = index => {
    setFirst(index);
    setNeeded(numbers.slice(index, index + PAGE));
  };
  const page = numbers.slice(first, first + PAGE);
  return html`<${Card} title="Versions" note="A version never changes. Each publication creates the next version.">
    ${error && html`<${LoadError} error=${error}/>`}
    ${loading && html`<${Loading} what="versions"/>`}
    ${!loading && !error && numbers.length === 0 && html`<p class="muted">No version yet. <button type="button" onClick=${onPublish}>Publish version 1</button></p>`}
    ${
      page.length > 0 &&
      html`<${Table} label="Versions" columns=${COLUMNS}>${page.map(
        (number, index) => html`<${VersionRow} key=${number}
      ...${{ name: route.name, machine, number, roles, versions }} previous=${numbers[first + index + 1]}/>`,
      )}</${Table}>`
    }
    <${Pager} first=${first} count=${numbers.length} onShow=${show}/></${Card}>`;
}

/** Returns the aliases of a summary that route to a version, with the weight. */
export const findAliases = (machine, number) =>
  machine.aliases.flatMap(({ name, routing }) =>
    routing.filter(({ version }) => version === number).map(({ weight }) => ({ name, weight })),
  );

const MAX_ALIASES = 3;

export function AliasLinks({ name, aliases }) {
  if (aliases.length === 0) return html`<span class="muted">none</span>`;
  const links = aliases
    .slice(0, MAX_ALIASES)
    .map((alias, index) => html`${index ? ", " : ""}<a href=${link.alias(name, alias.name)}>${alias.name}</a> ${alias.weight}%`);
  return html`${links}${aliases.length > MAX_ALIASES && html` and ${aliases.length - MAX_ALIASES} more`}`;
}

function VersionRow({ name, machine, number, previous, roles, versions }) {
  const counts = machine.versions.find(({ version }) => version === number);
  const description = versions.descriptions.get(number);
  const ended = countEnded(counts?.ended);
  return html`<tr><td><${VersionBadge} version=${number} role=${roles(number)} href=${link.version(name, number)}/></td>
    <td class="wrap grow">${description || html`<span class="muted">no description</span>`}</td>
    <td class="full" data-k="Aliases"><${AliasLinks} name=${name} aliases=${findAliases(machine, number)}/></td>
    <td class="num" data-k="Starts">${counts ? formatNumber(counts.starts) : html`<span class="muted">unknown</span>`}</td>
    <td class="num" data-k="Failed">${counts ? formatPercent(countFailed(counts.ended), ended) : html`<span class="muted">unknown</span>`}</td>
    <td class="muted full"><${Time} millis=${versions.dates.get(number)}/></td>
    <td class="num">${previous !== undefined && html`<a class="small nowrap" href=${link.compare(name, previous, number)}>Compare with v${previous}</a>`}</td></tr>`;
}

export function Pager({ first, count, onShow }) {
  if (count <= PAGE) return null;
  return html`<nav class="pages" aria-label="Pages of versions"><span class="muted small">${first + 1} to ${Math.min(count, first + PAGE)} of ${formatNumber(count)}</span>
    <button type="button" aria-disabled=${first === 0 ? "true" : undefined} onClick=${() => first > 0 && onShow(Math.max(0, first - PAGE))}>Newer</button>
    <button type="button" aria-disabled=${first + PAGE >= count ? "true" : undefined} onClick=${() => first + PAGE < count && onShow(first + PAGE)}>Older</button></nav>`;
}
