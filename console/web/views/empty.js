// What to do if there is nothing to show: lines to paste.

import { html } from "../vendor/vendor.js";
import { quoteShell } from "../calls.js";
import { callApi, getInfo } from "../client.js";
import { EmptyState, Page } from "../components.js";
import { plural } from "../format.js";
import { useData } from "../live.js";
import { buildArn, partitionOf, scopeLink } from "../routes.js";

/** The lines that create a state machine and an alias at this endpoint. */
export function createSteps({ region, account }, name = "orders") {
  const key = getInfo()?.signed ? "" : `\nexport AWS_ACCESS_KEY_ID=${account} AWS_SECRET_ACCESS_KEY=test`;
  return [
    {
      title: "Point your shell at this endpoint",
      label: "the variables",
      text: `export AWS_ENDPOINT_URL_SFN=${location.origin} AWS_REGION=${region}${key}`,
    },
    {
      title: "Create a state machine and publish version 1",
      label: "the command",
      text: `aws stepfunctions create-state-machine --name ${quoteShell(name)} --publish \\
  --definition '{"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}' \\
  --role-arn arn:${partitionOf(region)}:iam::${account}:role/orders`,
    },
    {
      title: "Create an alias that routes to version 1",
      label: "the command",
      text: `aws stepfunctions create-state-machine-alias --name PROD --routing-configuration \\
  ${quoteShell(`stateMachineVersionArn=${buildArn({ region, account }, "stateMachine", name, "1")},weight=100`)}`,
    },
  ];
}

export function NoStateMachine({ route }) {
  const { data } = useData(options => callApi("GET", "scopes", undefined, options));
  const others = (data?.scopes ?? []).filter(
    scope => scope.stateMachines > 0 && (scope.account !== route.account || scope.region !== route.region),
  );
  const links = others
    .slice(0, 3)
    .map(
      (scope, index) =>
        html`${index ? ", " : " "}<a href=${scopeLink(scope)}>${plural(scope.stateMachines, "state machine")} in ${scope.region}, account ${scope.account}</a>`,
    );
  const lead = html`This page shows account ${route.account} in ${route.region}. Each account and region has its own state machines${links.length ? html`. Others:${links}` : ""}.`;
  return html`<${Page} title="State machines"><${EmptyState} title="No state machines yet" lead=${lead} steps=${createSteps(route)}>
    <p class="muted">The state machine appears here when it is created. To see an example with traffic, start the endpoint with <code>sfn-alias serve --demo</code>.</p></${EmptyState}></${Page}>`;
}
