// The doors that a step of a vector can go through. Each answers `{ status, body }` as the JSON door does.

/** `callJson`: what comes and goes is AWS JSON. */
export async function json (aliases, operation, step) {
  const { status, body } = await aliases.callJson(operation, step.body ?? JSON.stringify(step.input))
  return { status, body: JSON.parse(body) }
}

/** The method of the operation's name, with objects. Raw bodies are no objects, and go through `callJson`. */
export async function method (aliases, operation, step) {
  if (step.body !== undefined) return json(aliases, operation, step)
  const name = operation[0]?.toLowerCase() + operation.slice(1)
  const call = typeof aliases[name] === 'function'
    ? input => aliases[name](input)
    : input => aliases.call(operation, input)
  try {
    return { status: 200, body: plain(await call(step.input)) }
  } catch (error) {
    return { status: error.$metadata.httpStatusCode, body: refusal(error) }
  }
}

/** Dates are seconds on the wire, and `$metadata` is the SDK's. */
export function plain (value) {
  if (value instanceof Date) return value.getTime() / 1000
  if (Array.isArray(value)) return value.map(plain)
  if (value === null || typeof value !== 'object') return value
  const members = Object.entries(value).filter(([name]) => name !== '$metadata')
  return Object.fromEntries(members.map(([name, member]) => [name, plain(member)]))
}

function refusal (error) {
  if (!(error instanceof Error) || error.name !== error.code) throw error
  const reason = error.reason === undefined ? {} : { reason: error.reason }
  return { code: error.code, message: error.message, ...reason }
}

/** What a refusal's body says to whoever catches an error: no namespace, and always a message. */
export function asError (expected) {
  const { __type: type, ...members } = expected.body
  if (typeof type !== 'string') return expected
  return { ...expected, body: { message: '$any', ...members, code: type.split('#').at(-1) } }
}
