'use strict'
// An HTTP server in this process. It moves bytes between `node:http` and the binary, which handles the requests.
const http = require('node:http')
const { StepFunctions } = require('./service.js')

/** Serves a service in memory, in a file, or an existing `StepFunctions` on 127.0.0.1. */
async function serve ({ port = 0, service: existing, ...options } = {}) {
  const owned = existing === undefined
  const service = owned ? await openService(options) : checkExclusive(existing, options)
  const server = createServer(service)
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

/** An existing service has its own options, so no others are accepted. */
function checkExclusive (service, options) {
  const [name] = Object.keys(options)
  if (name === undefined) return service
  const message = `options: \`service\` cannot be combined with \`${name}\`; expected \`service\` alone or with \`port\``
  throw Object.assign(new TypeError(message), { code: 'ERR_INVALID_ARG_VALUE' })
}

function createServer (service) {
  const server = http.createServer((request, response) => {
    respond(service, request, response).catch(() => response.destroy()).finally(() => {
      // The server was stopped during the request.
      if (!server.listening) server.closeIdleConnections()
    })
  })
  return server
}

function listen (server, port) {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
}

/** Stops accepting connections and finishes the requests in flight. */
function stop (server) {
  const stopped = new Promise(resolve => server.close(resolve))
  server.closeIdleConnections()
  return stopped
}

async function respond (service, request, response) {
  const requestBody = await readBody(request, service.requestBytes)
  const { status, headers, body } = await service.handleHttpRequest(request, requestBody)
  response.writeHead(status, headers).end(body)
  if (!response.writableFinished) await new Promise(resolve => response.once('close', resolve))
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
