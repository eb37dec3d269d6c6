'use strict'
// The binary creates errors and promises of the realm in which Node loads it. A test of Jest runs in another realm, where
// they are not instances of `Error` and `Promise`. This file converts them to the ones of the realm that loads the package.
const { types } = require('node:util')

/** Returns the exports of the binary for this realm: unchanged, if it is the binary's own. */
const adoptExports = binary => throwsOwnErrors(binary) ? binary : adopt(binary, Object.values(binary).filter(isClass))

function throwsOwnErrors (binary) {
  try {
    binary.parseArn('')
  } catch (error) {
    return error instanceof Error
  }
}

const isClass = value => typeof value === 'function' && Object.getOwnPropertyNames(value.prototype ?? {}).length > 1

/** Converts a value of the binary. Functions and instances of its classes become proxies that convert their results. */
function adopt (value, classes) {
  const convert = result => adopt(result, classes)
  if (types.isPromise(value)) return new Promise((resolve, reject) => value.then(result => resolve(convert(result)), error => reject(adoptError(error))))
  if (typeof value === 'function') {
    // The target is another function, because a proxy must return the static methods of its own target unchanged.
    return new Proxy(function () {}, {
      apply: (_, self, values) => convert(guard(() => Reflect.apply(value, self, values))),
      construct: (_, values) => convert(guard(() => Reflect.construct(value, values))),
      get: (_, name) => convert(value[name])
    })
  }
  if (typeof value !== 'object' || value === null || types.isUint8Array(value)) return value
  if (!classes.some(nativeClass => value instanceof nativeClass)) {
    return Array.isArray(value) ? [...value] : Object.fromEntries(Object.entries(value).map(([name, member]) => [name, convert(member)]))
  }
  return new Proxy(value, {
    get (target, name) {
      const member = guard(() => target[name])
      return typeof member === 'function' ? (...values) => convert(guard(() => member.apply(target, values))) : member
    }
  })
}

function guard (call) {
  try {
    return call()
  } catch (error) {
    throw adoptError(error)
  }
}

function adoptError (error) {
  if (!types.isNativeError(error) || error instanceof Error) return error
  const ErrorClass = error.name === 'TypeError' ? TypeError : Error
  const { $metadata, ...members } = error
  return Object.assign(new ErrorClass(error.message), members, $metadata && { $metadata: { ...$metadata } })
}

module.exports = { adoptExports }
