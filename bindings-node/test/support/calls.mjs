// The two ways to call the operation of a vector's step. Both return `{ status, body }`, as `callJson` does.

/** Calls `callJson` with AWS JSON. */
export async function callJson (sfn, operation, step) {
  const { status, body } = await sfn.callJson(operation, step.body ?? JSON.stringify(step.input))
  return { status, body: JSON.parse(body) }
}

/** Calls the method of the operation's name with an object. Uses `callJson` for a raw body. */
export async function callMethod (sfn, operation, step) {
  if (step.body !== undefined) return callJson(sfn, operation, step)
  const name = operation[0]?.toLowerCase() + operation.slice(1)
  const call = typeof sfn[name] === 'function'
    ? input => sfn[name](input)
    : input => sfn.call(operation, input)
  try {
    return { status: 200, body: toWireFormat(await call(step.input)) }
  } catch (error) {
    return { status: error.$metadata.httpStatusCode, body: describeError(error) }
  }
}

/** Ends an execution, which is not an operation. */
export async function endExecution (sfn, { input: { executionArn, ...ending } }) {
  try {
    return { status: 200, body: toWireFormat(await sfn.endExecution(executionArn, ending)) }
  } catch (error) {
    return { status: error.$metadata.httpStatusCode, body: describeError(error) }
  }
}

/** Converts an output to AWS JSON: dates in seconds, no `$metadata`. */
export function toWireFormat (value) {
  if (value instanceof Date) return value.getTime() / 1000
  if (Array.isArray(value)) return value.map(toWireFormat)
  if (value === null || typeof value !== 'object') return value
  const members = Object.entries(value).filter(([name]) => name !== '$metadata')
  return Object.fromEntries(members.map(([name, member]) => [name, toWireFormat(member)]))
}

function describeError (error) {
  if (!(error instanceof Error) || error.name !== error.code) throw error
  const reason = error.reason === undefined ? {} : { reason: error.reason }
  return { code: error.code, message: error.message, ...reason }
}

/** Converts an expected error body to the expected JavaScript error: no namespace, and always a message. */
export function toExpectedError (expected) {
  const { __type: type, ...members } = expected.body
  if (typeof type !== 'string') return expected
  return { ...expected, body: { message: '$any', ...members, code: type.split('#').at(-1) } }
}
