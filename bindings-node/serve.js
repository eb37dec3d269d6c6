'use strict'
// An HTTP server in this process. It moves bytes between `node:http` and the binary, which handles the requests.
const http = require('node:http')
const { clearTimeout, setTimeout } = require('node:timers')
const { createArgumentError, isPlainObject } = require('./input.js')
const { StepFunctions, checkAllowedHosts, checkService, rejectOptions } = require('./service.js')

/** How long `close` waits for the requests in flight. */
const STOP_MILLIS = 5000

/** Serves a service in memory, in a file, or an existing `StepFunctions` on 127.0.0.1. */
async function serve (options = {}) {
  if (!isPlainObject(options)) throw createArgumentError('options: expected a plain object, for example { port: 8083 }')
  const { port = 0, allowHosts, service: existing, ...serviceOptions } = checkAllowedHosts(options)
  const owned = existing === undefined
  const service = owned ? await openService(serviceOptions) : useService(existing, serviceOptions)
  const server = createServer(service, allowHosts)
  try {
    await listen(server, port)
  } catch (error) {
    if (owned) service.close()
    throw error
  }
  let closed
  const close = () => { closed ??= stop(server).then(() => { if (owned) service.close() }); return closed }
  return { url: `http://127.0.0.1:${server.address().port}`, service, close, [Symbol.asyncDispose]: close }
}

async function openService ({ data, ...options }) {
  return data === undefined ? new StepFunctions(options) : await StepFunctions.open(data, options)
}

const useService = (service, options) => rejectOptions(checkService(service, 'options.service'), options, 'alone or with `port` and `allowHosts`')

/** Creates a server that, like its connections, does not keep the process alive. */
function createServer (service, allowHosts) {
  const limit = service.requestBytes
  const server = http.createServer((request, response) => {
    // The body is read only of a request that is accepted.
    const handleRequest = () => service.handleHttpRequest(request, () => readBody(request, limit), { allowHosts })
    respond(handleRequest, response).catch(() => response.destroy()).finally(() => {
      // The server was stopped during the request.
      if (!server.listening) server.closeIdleConnections()
    })
  })
  return server.unref().on('connection', socket => socket.unref())
}

function listen (server, port) {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
}

/** Stops accepting connections and finishes the requests in flight. A StartSyncExecution may wait for a promise that is never settled. */
function stop (server) {
  const stopped = new Promise(resolve => server.close(resolve))
  server.closeIdleConnections()
  const timer = setTimeout(() => server.closeAllConnections(), STOP_MILLIS)
  return stopped.finally(() => clearTimeout(timer))
}

async function respond (handleRequest, response) {
  const { status, headers, body } = await handle(handleRequest)
  response.writeHead(status, headers).end(body)
  if (!response.writableFinished && !response.destroyed) await new Promise(resolve => response.once('close', resolve))
}

/** Handles a request. An error, for example of a closed service, is a response too. */
async function handle (handleRequest) {
  try {
    return await handleRequest()
  } catch ({ code, message }) {
    return { status: 500, headers: ['content-type', 'application/x-amz-json-1.0'], body: JSON.stringify({ __type: code, message }) }
  }
}

/** Reads the body. Of a body over the limit, it reads just enough for the service to reject it. */
function readBody (request, limit) {
  return new Promise((resolve, reject) => {
    const chunks = []
    let length = 0
    const end = () => resolve(Buffer.concat(chunks))
    request.on('data', chunk => {
      if (length > limit) return
      chunks.push(chunk)
      length += chunk.length
      if (length > limit) end()
    })
    request.once('end', end)
    request.once('error', reject)
  })
}

module.exports = { serve }
