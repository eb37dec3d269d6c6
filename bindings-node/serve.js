'use strict'
// An endpoint in this process. It receives bytes and sends bytes: what they mean is decided in Rust.
const http = require('node:http')
const { StepFunctions } = require('./index.js')

/** Serves a store in memory, that of a file, or that of an `StepFunctions`, on 127.0.0.1. */
async function serve ({ port = 0, aliases: given, ...options } = {}) {
  const aliases = given === undefined ? await open(options) : await alone(given, options)
  const own = given === undefined
  const server = http.createServer((request, response) => {
    answer(aliases, request, response).catch(() => response.destroy()).finally(() => {
      // Told to stop meanwhile: the connection is not needed any more.
      if (!server.listening) server.closeIdleConnections()
    })
  })
  try {
    await listen(server, port)
  } catch (error) {
    if (own) aliases.close()
    throw error
  }
  let closed
  const close = () => { closed ??= stop(server).then(() => { if (own) aliases.close() }); return closed }
  return { url: `http://127.0.0.1:${server.address().port}`, aliases, close, [Symbol.asyncDispose]: close }
}

async function open ({ data, ...options }) {
  return data === undefined ? new StepFunctions(options) : await StepFunctions.open(data, options)
}

async function alone (aliases, options) {
  if (Object.keys(options).length === 0) return aliases
  throw Object.assign(new TypeError('options: `aliases` has its options already: give it alone, or with `port`'), { code: 'ERR_INVALID_ARG_VALUE' })
}

function listen (server, port) {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
}

/** Finishes what was accepted. */
function stop (server) {
  const stopped = new Promise(resolve => server.close(resolve))
  server.closeIdleConnections()
  return stopped
}

async function answer (aliases, request, response) {
  const body = await receive(request, aliases.requestBytes)
  const { status, headers, body: answered } = await aliases.answer(request, body)
  response.writeHead(status, headers).end(answered)
  if (!response.writableFinished) await new Promise(resolve => response.once('close', resolve))
}

/** The body; of one that is too long, enough to be told so. */
function receive (request, limit) {
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
