'use strict'
// Writes JavaScript values as JSON for the binary. Unlike `JSON.stringify`, it
// - reads only the members that the service model declares, each once, so deep, large or cyclic objects cost nothing else;
// - rejects what JSON cannot represent (NaN, a function, a lone surrogate) instead of changing it silently;
// - writes a BigInt as a number, and does not call `toJSON`.
const types = require('node:util').types
const native = require('./native.js')

/** What the binary gets: the caller's JSON, the JSON of an object, or why the object has no JSON form. */
const SOURCE = { json: 0, object: 1, unreadable: 2 }

/** The characters that a JSON string escapes, and surrogates. */
const ESCAPED = /["\\\u0000-\u001f\ud800-\udfff]/

/** Objects whose content is not in their members, which would become `{}`. */
const NOT_PLAIN = [types.isMap, types.isSet, types.isRegExp, types.isBoxedPrimitive, types.isPromise, types.isAnyArrayBuffer]

/** Deeper values are rejected, as the binary rejects deeper JSON. */
const MAX_DEPTH = 127

/** A value without a JSON form. `message` starts with the member as a JSON pointer, in backticks. */
class InputError extends Error {
  constructor (problem, cause) {
    super(problem)
    this.problem = problem
    this.cause = cause
    this.pointer = ''
  }

  /** Prepends the member or the index that contains the value. */
  prepend (step) {
    // RFC 6901 escapes both characters.
    this.pointer = `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}${this.pointer}`
    this.message = `\`${this.pointer}\`: ${this.problem}`
    return this
  }
}

/** Pairs of an operation and the shape of its input: `members` of a structure, the `item` of a list, or `null`. */
const operationShapes = JSON.parse(native.operationShapes())
const operationsByName = new Map(operationShapes.map(([name, shape], index) => [name, { index, write: compileWriter(shape) }]))

/** Returns the index of an operation and the function that writes its input. Throws for an unknown operation. */
function findOperation (name) {
  return operationsByName.get(name) ?? operationsByName.get(String(name)) ?? native.rejectOperation(String(name))
}

/** Returns a function that writes values of a shape. */
function compileWriter (shape) {
  const writeItem = shape?.item === undefined ? undefined : compileWriter(shape.item)
  const members = (shape?.members ?? []).map(([name, member]) => ({ name, prefix: `"${name}":`, write: compileWriter(member) }))
  return value => {
    if (typeof value !== 'object' || value === null) return writeScalar(value)
    // One `undefined` or `null` is enough to reject the request.
    if (Array.isArray(value)) return writeItem === undefined ? '[]' : writeItems(value, writeItem, true)
    return writeMembers(value, members)
  }
}

/** Writes any value with all its own members. A `Date` is a number of seconds, as in the core. */
function writeAny (value, depth = 0, writeDate = date => writeScalar(date.getTime() / 1000)) {
  if (typeof value !== 'object' || value === null) return writeScalar(value)
  if (depth === MAX_DEPTH) throw new InputError(`the value has more than ${MAX_DEPTH} levels`)
  const write = child => writeAny(child, depth + 1, writeDate)
  if (Array.isArray(value)) return writeItems(value, item => write(requireItem(item)))
  if (types.isDate(value)) return writeDate(value)
  if (!isPlainObject(value)) throw new InputError('expected a plain object')
  return writeMembers(value, ownNames(value).map(name => ({ name, prefix: `${JSON.stringify(name)}:`, write })))
}

/** Like `writeAny`, for values whose form the caller decides: a `Date` has several. */
const writeJson = value => writeAny(value, 0, () => {
  throw new InputError('a Date is not a valid JSON value; use a string or a number, for example date.toISOString()')
})

function requireItem (item) {
  if (item !== undefined) return item
  throw new InputError('undefined is not a valid JSON value')
}

const isPlainObject = value =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !NOT_PLAIN.some(isKind => isKind(value))

function writeScalar (value) {
  switch (typeof value) {
    case 'string': return writeString(value)
    case 'number':
      if (!Number.isFinite(value)) throw new InputError(`${value} is not a valid JSON number`)
      return String(value)
    case 'bigint': case 'boolean': return String(value)
    case 'function': case 'symbol': throw new InputError(`a ${typeof value} is not a valid JSON value`)
    default: return 'null'
  }
}

/** Most strings need no escapes, which a regular expression finds faster than `JSON.stringify`. */
function writeString (text) {
  if (!ESCAPED.test(text)) return `"${text}"`
  if (text.isWellFormed()) return JSON.stringify(text)
  throw new InputError('the string is not valid Unicode: it contains a lone surrogate (half of a surrogate pair)')
}

function writeMembers (object, members) {
  let json = '{'
  let index = 0
  try {
    for (; index < members.length; index++) {
      const { name, prefix, write } = members[index]
      const value = object[name]
      if (value === undefined) continue
      if (json.length > 1) json += ','
      json += prefix + write(value)
    }
  } catch (error) {
    throw locateError(error, members[index].name)
  }
  return json + '}'
}

/** Writes the items; with `endsAtNull`, up to the first `undefined` or `null`. */
function writeItems (list, write, endsAtNull = false) {
  let json = '['
  let index = 0
  try {
    for (; index < list.length; index++) {
      const item = list[index]
      if (index > 0) json += ','
      json += write(item)
      if (endsAtNull && (item === undefined || item === null)) break
    }
  } catch (error) {
    throw locateError(error, index)
  }
  return json + ']'
}

function ownNames (object) {
  try {
    return Object.keys(object)
  } catch (cause) {
    throw createReadError(cause)
  }
}

/** Adds the member or the index to the error of its value, or to what its getter or a proxy threw. */
const locateError = (error, step) => (error instanceof InputError ? error : createReadError(error)).prepend(step)

const createReadError = cause => new InputError(`reading the value threw an exception: ${describe(cause)}`, cause)

/** Converts to a string; an empty one if that throws. */
function describe (value) {
  try {
    return String(value)
  } catch {
    return ''
  }
}

/** Calls `call(json, source)` with the caller's JSON, or with the JSON that `write` returns for the value. */
function callWithInput (value, write, call) {
  if (typeof value === 'string') {
    return value.isWellFormed() ? call(value, SOURCE.json) : callWithObject(value, writeString, call)
  }
  return types.isUint8Array(value) ? call(value, SOURCE.json) : callWithObject(value, write, call)
}

/** Calls `call(json, source)` with the JSON that `write` returns. `undefined` is an empty object. */
function callWithObject (value, write, call) {
  let json
  try {
    json = value === undefined ? '{}' : write(value)
  } catch (error) {
    return callUnreadable(error instanceof InputError ? error : createReadError(error), call)
  }
  return call(json, SOURCE.object)
}

/** The binary creates the error, to which this adds the cause. */
function callUnreadable (error, call) {
  try {
    return call(error.message, SOURCE.unreadable)
  } catch (thrown) {
    throw error.cause === undefined ? thrown : Object.assign(thrown, { cause: error.cause })
  }
}

/** Writes an argument that is not part of a request. */
function writeArgument (name, value, write = writeAny) {
  try {
    return value === undefined ? undefined : write(value)
  } catch (error) {
    const problem = error instanceof InputError ? error : createReadError(error)
    throw createArgumentError(`${name}: ${problem.message}`, problem.cause)
  }
}

function createArgumentError (message, cause) {
  const error = Object.assign(new TypeError(message), { code: 'ERR_INVALID_ARG_VALUE' })
  return cause === undefined ? error : Object.assign(error, { cause })
}

module.exports = {
  SOURCE,
  callWithInput,
  callWithObject,
  createArgumentError,
  findOperation,
  isPlainObject,
  operations: operationShapes.map(([name]) => name),
  writeAny,
  writeArgument,
  writeJson,
  writeMembers
}
