// What the tests show: a state machine `orders` with aliases, versions and executions.

import { ORDERS } from "./endpoint.mjs";

export const FIRST = {
  StartAt: "CheckStock",
  States: {
    CheckStock: { Type: "Task", Resource: "arn:aws:states:::lambda:invoke", Next: "ChargeCard" },
    ChargeCard: { Type: "Task", Resource: "arn:aws:states:::lambda:invoke", TimeoutSeconds: 30, End: true },
  },
};

export const SECOND = {
  StartAt: "CheckStock",
  States: {
    CheckStock: { ...FIRST.States.CheckStock, Next: "ReserveStock" },
    ReserveStock: { Type: "Task", Resource: "arn:aws:states:::lambda:invoke", Next: "ChargeCard" },
    ChargeCard: { ...FIRST.States.ChargeCard, TimeoutSeconds: 10 },
  },
};

/** Creates `orders` with versions 1 and 2, the aliases PROD (90 to 10) and DEV (2), and three executions. Returns ARNs. */
export async function createOrders(endpoint, client) {
  const arn = await client.createStateMachine("orders", [FIRST, SECOND], ["First version", "Reserve stock before the charge"]);
  await client.createAlias(arn, "PROD", { 1: 90, 2: 10 }, "What the shop calls");
  await client.createAlias(arn, "DEV", { 2: 100 });
  const start = async (name) => (await client.call("start_execution", { stateMachineArn: `${arn}:PROD`, name, input: '{"order": 17}' })).executionArn;
  const [succeeded, failed, running] = [await start("order-1"), await start("order-2"), await start("order-3")];
  await endpoint.endExecution(succeeded, { output: { paid: true } });
  await endpoint.endExecution(failed, { error: "Orders.Declined", cause: "no funds" });
  return { arn, succeeded, failed, running };
}

const goTo = async (page, hash) => {
  await page.evaluate((value) => (location.hash = value), `#/us-east-1/000000000000${hash && `/${hash}`}`);
};

/** The views of `orders`. `show` opens one and waits until its data is there. */
export const VIEWS = [
  view("overview", "", (page) => page.getByRole("link", { name: "orders", exact: true })),
  view("state machine", "orders", (page) => page.getByRole("link", { name: "order-1", exact: true })),
  view("alias", "orders/aliases/PROD", (page) => page.getByRole("heading", { level: 1, name: /PROD/ })),
  view("create an alias", "orders/create-alias", (page) => page.getByRole("heading", { level: 1 })),
  // The alias splits its starts, so the endpoint rejects the first plan with a 400.
  view("plan", "orders/aliases/PROD/plan", (page) => page.getByRole("button", { name: /^Plan as if/ })),
  view("version", "orders/versions/1", (page) => page.getByText("ChargeCard")),
  view("compare", "orders/diff/1..2", (page) => page.getByText("ReserveStock")),
  view("executions", "orders/executions", (page) => page.getByRole("link", { name: "order-2", exact: true })),
  view("execution that failed", "orders/executions/order-2", (page) => page.getByText("Orders.Declined")),
  view("execution that runs", "orders/executions/order-3", (page) => page.getByText("RUNNING")),
];

function view(name, hash, find) {
  return {
    name,
    hash,
    async show(page) {
      await goTo(page, hash);
      await find(page).first().waitFor();
    },
  };
}

export { ORDERS };
