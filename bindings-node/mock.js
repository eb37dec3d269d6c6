'use strict'
// Answers Step Functions clients of the AWS SDK (`SFNClient`) without a socket and without credentials. The SDK still
// writes requests, retries, paginates, reads responses and throws its own errors.
const { createRequire } = require('node:module')
const { join } = require('node:path')
const { createArgumentError, isPlainObject } = require('./input.js')
const { RequestHandler, StepFunctions, checkService, rejectOptions } = require('./service.js')

/** The middlewares of the SDK that search for credentials and sign. */
const SIGNING = ['httpAuthSchemeMiddleware', 'httpSigningMiddleware']

/** The active mocks. The last one answers. */
const mocks = []

/** The prototypes of the command classes that consult the mocks. */
const connectedPrototypes = new WeakSet()

/** The state of attached clients before `attach`. */
const attachedClients = new WeakMap()

function mock (options = {}) {
  if (!isPlainObject(options)) throw createArgumentError('options: expected a plain object')
  const { service: existing, sdk, ...serviceOptions } = options
  if (existing !== undefined) rejectOptions(checkService(existing, 'options.service'), serviceOptions, 'alone or with `sdk`')
  for (const copy of sdk === undefined ? findSdks() : [checkSdk(sdk)]) connectCommands(copy)
  const active = { service: existing ?? new StepFunctions(serviceOptions) }
  mocks.push(active)
  const restore = () => {
    const index = mocks.indexOf(active)
    if (index === -1) return
    mocks.splice(index, 1)
    if (existing === undefined) active.service.close()
  }
  return { service: active.service, restore, [Symbol.dispose]: restore }
}

function attach (client, service) {
  checkService(service, 'service')
  detach(client)
  const { config, middlewareStack } = client
  attachedClients.set(client, { requestHandler: config.requestHandler, middlewareStack })
  config.requestHandler = new RequestHandler(service, config.region)
  // Middlewares that are added later reach the original stack.
  client.middlewareStack = Object.create(middlewareStack, { concat: { value: other => removeSigning(middlewareStack).concat(other) } })
  delete client.handlers
  return client
}

function detach (client) {
  const original = attachedClients.get(checkClient(client))
  if (original === undefined) return client
  attachedClients.delete(client)
  client.config.requestHandler = original.requestHandler
  client.middlewareStack = original.middlewareStack
  delete client.handlers
  return client
}

/**
 * Makes the commands of a copy of the SDK consult the mocks. A command, not a client, because each call of any client
 * resolves its command, also behind a stub of `send`. Without an active mock, a command behaves as before.
 */
function connectCommands (sdk) {
  const names = Object.keys(sdk).filter(name => /^[A-Z]\w*Command$/.test(name))
  for (const { prototype } of names.map(name => sdk[name])) {
    if (connectedPrototypes.has(prototype)) continue
    connectedPrototypes.add(prototype)
    const { resolveMiddleware } = prototype
    prototype.resolveMiddleware = function (stack, config, options) {
      const service = mocks.at(-1)?.service
      if (service === undefined || config.requestHandler instanceof RequestHandler) return resolveMiddleware.call(this, stack, config, options)
      const requestHandler = new RequestHandler(service, config.region)
      return resolveMiddleware.call(this, removeSigning(stack), { ...config, requestHandler }, options)
    }
  }
}

/** Returns whether a service in this process answers the client. */
function isAnsweredInProcess (client) {
  return mocks.length > 0 || client.config.requestHandler instanceof RequestHandler
}

function removeSigning (stack) {
  const unsigned = stack.clone()
  for (const name of SIGNING) unsigned.remove(name)
  return unsigned
}

/** Returns the copies of the SDK that this package and the application find, and those that are loaded. */
function findSdks () {
  const loaded = Object.entries(require.cache ?? {}).filter(([path]) => /[\\/]client-sfn[\\/]/.test(path)).map(([, module]) => module?.exports)
  const sdks = [loadOwnSdk(), loadSdkOfApplication(), ...loaded].filter(isSdk)
  if (sdks.length > 0) return sdks
  throw new Error('sfn-alias: `mock` does not find the package @aws-sdk/client-sfn\nhelp: install it, or pass its exports: `mock({ sdk })`')
}

/** In a `try` statement, esbuild accepts that the SDK is not installed. */
function loadOwnSdk () {
  try {
    return require('@aws-sdk/client-sfn')
  } catch (error) {
    if (error?.code !== 'MODULE_NOT_FOUND') throw error
  }
}

function loadSdkOfApplication () {
  try {
    return createRequire(join(process.cwd(), 'index.js'))('@aws-sdk/client-sfn')
  } catch (error) {
    if (error?.code !== 'MODULE_NOT_FOUND') throw error
  }
}

const isSdk = sdk => typeof sdk?.SFNClient === 'function'

function checkSdk (sdk) {
  if (isSdk(sdk)) return sdk
  throw createArgumentError("options.sdk: expected the exports of the SDK, as of `import * as sdk from '@aws-sdk/client-sfn'`")
}

/** Returns the client if it is one of Step Functions. */
function checkClient (client) {
  const id = client?.config?.serviceId
  if (id === 'SFN') return client
  throw createArgumentError(`client: expected an \`SFNClient\`, found ${id === undefined ? typeof client : `a client of ${id}`}`)
}

module.exports = { attach, detach, isAnsweredInProcess, mock }
