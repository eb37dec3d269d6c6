// Plans, expected starts and simulations that the endpoint computes for a form.

import { useEffect, useState } from "./vendor/vendor.js";
import { callApi } from "./client.js";

const DELAY_MILLIS = 200;
const NOTHING = { plan: undefined, expected: undefined, simulation: undefined, errors: {}, busy: true };

/** Computes the plan again after a change of the form. While that takes, the last result remains. */
export function usePlan({ request, rate, aliasArn, simulated }) {
  const [result, setResult] = useState(NOTHING);
  const key = JSON.stringify([request, rate, simulated]);
  useEffect(() => {
    if (!request) return setResult(NOTHING);
    const controller = new AbortController();
    const timer = setTimeout(async () => {
      setResult(current => ({ ...current, busy: true }));
      const computed = await computePlan({ request, rate, aliasArn, simulated }, controller.signal);
      if (!controller.signal.aborted) setResult({ ...computed, busy: false });
    }, DELAY_MILLIS);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [key]);
  return result;
}

async function computePlan({ request, rate, aliasArn, simulated }, signal) {
  const call = (method, body) =>
    callApi("POST", method, body, { signal }).then(
      value => ({ value }),
      error => ({ error }),
    );
  const plan = await call("plan", request);
  if (plan.error) return { ...NOTHING, errors: { plan: plan.error } };
  const startsPerSecond = rate.trim() === "" ? 0 : Number.isNaN(Number(rate)) ? rate : Number(rate);
  const expected = await call("expectedStarts", { plan: request, startsPerSecond });
  const simulation = simulated.enabled ? await call("simulate", createSimulation(request, aliasArn, simulated)) : {};
  return {
    plan: plan.value,
    expected: expected.value,
    simulation: simulation.value,
    errors: { rate: expected.error, simulation: simulation.error },
  };
}

/** Returns the request of a simulation in which an alarm goes off. */
export function createSimulation(plan, stateMachineAliasArn, { name, minute }) {
  const minutes = Number(minute);
  const atSeconds = minute.trim() === "" || Number.isNaN(minutes) ? minute : Math.round(minutes * 60);
  return { plan, stateMachineAliasArn, events: name === "" ? [] : [{ event: "alarm", atSeconds, name, state: "ALARM" }] };
}
