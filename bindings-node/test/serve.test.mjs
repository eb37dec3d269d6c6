// The HTTP server in this process and the program, each with an unmodified SFNClient.
import assert from 'node:assert/strict'
import http from 'node:http'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import {
  ConflictException, CreateStateMachineAliasCommand, CreateStateMachineCommand, DescribeStateMachineAliasCommand,
  ListStateMachinesCommand, SFNClient, StartExecutionCommand
} from '@aws-sdk/client-sfn'
import { StepFunctions, serve } from 'sfn-alias'

const folder = mkdtempSync(join(tmpdir(), 'sfn-alias-'))
after(() => rmSync(folder, { recursive: true, force: true }))
const machine = { name: 'orders', definition: '{"StartAt": "D", "States": {"D": {"Type": "Succeed"}}}', roleArn: 'arn:aws:iam::1:role/r', publish: true }
const createClient = (endpoint, accessKeyId = 'none') =>
  new SFNClient({ endpoint, region: 'us-east-1', credentials: { accessKeyId, secretAccessKey: 'none' } })
const target = operation => ({ 'X-Amz-Target': `AWSStepFunctions.${operation}` })

/** Sends a request. Returns status, content type, connection header and body of the response. */
async function post (url, headers, ...chunks) {
  const request = http.request(url, { method: 'POST', headers })
  for (const chunk of chunks) request.write(chunk)
  request.end()
  const [response] = await once(request, 'response')
  const body = (await response.toArray()).join('')
  return { status: response.statusCode, type: response.headers['content-type'], connection: response.headers.connection, body }
}

async function useAlias (client) {
  const { stateMachineVersionArn } = await client.send(new CreateStateMachineCommand(machine))
  const input = { name: 'PROD', routingConfiguration: [{ stateMachineVersionArn, weight: 100 }] }
  const { stateMachineAliasArn, $metadata } = await client.send(new CreateStateMachineAliasCommand(input))
  assert.match($metadata.requestId, /^[0-9a-f-]{36}$/)
  const described = await client.send(new DescribeStateMachineAliasCommand({ stateMachineAliasArn }))
  assert.deepEqual(described.routingConfiguration, input.routingConfiguration)
  await client.send(new StartExecutionCommand({ stateMachineArn: stateMachineAliasArn }))
  const conflict = await client.send(new CreateStateMachineAliasCommand({ ...input, description: 'other' })).catch(error => error)
  assert.ok(conflict instanceof ConflictException)
  assert.equal(conflict.message, 'Failed to create alias because an alias with the same name and a different routing configuration already exists.')
  client.destroy()
  return stateMachineAliasArn
}

test('the SDK over HTTP, in memory', async () => {
  const { url, service: sfn, close } = await serve()
  const arn = await useAlias(createClient(url, '123456789012'))
  assert.equal(arn, 'arn:aws:states:us-east-1:123456789012:stateMachine:orders:PROD')
  const { name } = await sfn.inScope({ account: '123456789012' }).describeStateMachineAlias({ stateMachineAliasArn: arn })
  assert.equal(name, 'PROD')
  await close()
  await close()
  await assert.rejects(sfn.listStateMachines(), { message: 'the service is closed' })
  await assert.rejects(post(url, {}), { code: 'ECONNREFUSED' })
})

test('the SDK over HTTP, in a file', async () => {
  const data = join(folder, 'life.db')
  const server = await serve({ data })
  const stateMachineAliasArn = await useAlias(createClient(server.url))
  await server[Symbol.asyncDispose]()
  const sfn = await StepFunctions.open(data)
  assert.equal((await sfn.describeStateMachineAlias({ stateMachineAliasArn })).name, 'PROD')
  sfn.close()
})

test('close leaves a passed service open', async () => {
  const sfn = new StepFunctions({ clock: () => 1744230237250, scope: { region: 'eu-central-1' } })
  const server = await serve({ service: sfn })
  assert.equal(server.service, sfn)
  const { status, body } = await post(server.url, target('CreateStateMachine'), JSON.stringify(machine))
  assert.equal(status, 200)
  assert.equal(JSON.parse(body).creationDate, 1744230237.25)
  await server.close()
  assert.equal((await sfn.listStateMachines()).stateMachines[0].stateMachineArn, 'arn:aws:states:eu-central-1:000000000000:stateMachine:orders')
})

test('a client of the application reads AWS_ENDPOINT_URL_SFN', async () => {
  const { url, service, close } = await serve()
  await service.createStateMachine(machine)
  const code = `
    import { SFN } from '@aws-sdk/client-sfn'
    console.log((await new SFN({ region: 'us-east-1' }).listStateMachines({})).stateMachines.length)`
  const env = { ...process.env, AWS_ENDPOINT_URL_SFN: url, AWS_ACCESS_KEY_ID: 'none', AWS_SECRET_ACCESS_KEY: 'none' }
  const client = spawn(process.execPath, ['--input-type=module', '-e', code], { env })
  assert.equal((await client.stdout.toArray()).join(''), '1\n')
  await close()
})

test('a server whose service is closed answers with the error', async () => {
  const { url, service, close } = await serve()
  service.close()
  const { status, body } = await post(url, target('ListStateMachines'), '{}')
  assert.deepEqual([status, JSON.parse(body)], [500, { __type: 'ServiceClosed', message: 'the service is closed' }])
  await close()
})

test('a server that is not closed does not keep the process alive', () => {
  const code = `
    import { serve } from 'sfn-alias'
    const { url } = await serve()
    console.log((await fetch(url + '/health')).status)`
  const { stdout, status } = spawnSync(process.execPath, ['--input-type=module', '-e', code], { encoding: 'utf8', timeout: 60_000 })
  assert.deepEqual([stdout, status], ['200\n', 0])
})

test('responses follow the AWS JSON protocol', async () => {
  const { url, close } = await serve({ limits: { requestBytes: 100 } })
  const type = 'application/x-amz-json-1.0'
  const list = { status: 200, type, connection: 'keep-alive', body: '{"stateMachines":[]}' }
  const unknown = { status: 400, type, connection: 'keep-alive', body: '{"__type":"com.amazon.coral.service#UnknownOperationException"}' }
  assert.deepEqual(await post(url, target('ListStateMachines'), '{}'), list)
  assert.deepEqual(await post(url, target('ListStateMachines'), '{', '}'), list)
  assert.deepEqual(await post(url, { ...target('ListStateMachines'), 'Content-Encoding': 'gzip' }, gzipSync('{}')), list)
  assert.deepEqual(await post(url, {}, '{}'), unknown)
  assert.deepEqual(await post(url, { ...target('ListStateMachines'), Authorization: 'caf\u00e9' }, '{}'), list)
  const long = await post(url, target('ListStateMachines'), 'x'.repeat(101))
  assert.equal(long.status, 413)
  assert.equal(long.connection, 'close')
  assert.match(JSON.parse(long.body).__type, /RequestEntityTooLargeException$/)
  const bomb = await post(url, { ...target('ListStateMachines'), 'Content-Encoding': 'gzip' }, gzipSync('x'.repeat(10_000)))
  assert.equal(bomb.status, 413)
  const health = await (await fetch(`${url}/health`)).json()
  assert.equal(health.status, 'ok')
  await close()
})

test('close finishes requests in flight', async () => {
  const { url, close } = await serve({ data: join(folder, 'finish.db') })
  const request = http.request(url, { method: 'POST', headers: target('CreateStateMachine'), agent: new http.Agent({ keepAlive: true }) })
  request.write(JSON.stringify(machine).slice(0, 10))
  while (!(request.socket?.bytesWritten > 0)) await new Promise(resolve => setImmediate(resolve))
  await post(url, target('ListStateMachines'), '{}')
  const closing = close()
  request.end(JSON.stringify(machine).slice(10))
  const [response] = await once(request, 'response')
  assert.equal(response.statusCode, 200)
  response.resume()
  await closing
})

test('a used port and invalid options are errors', async () => {
  const { url, close } = await serve()
  const port = Number(new URL(url).port)
  await assert.rejects(serve({ port }), { code: 'EADDRINUSE' })
  await close()
  await assert.rejects(serve({ prot: 1 }), { name: 'TypeError', code: 'ERR_INVALID_ARG_VALUE' })
  await assert.rejects(serve({ service: new StepFunctions(), seed: 7 }), {
    name: 'TypeError', message: 'options: `service` cannot be combined with `seed`; expected `service` alone or with `port` and `allowHosts`'
  })
})

/** Sends a GET request for a host name. Returns the status. */
async function getAs (url, Host, headers = {}) {
  const [response] = await once(http.get(url, { headers: { Host, ...headers } }), 'response')
  response.resume()
  return response.statusCode
}

test('allowHosts are the names of the server', async () => {
  const { url, close } = await serve({ allowHosts: ['SFN.example.com', 'sfn-alias'] })
  for (const host of ['sfn.example.com:8083', 'sfn-alias', 'localhost', '127.0.0.1:1']) assert.equal(await getAs(`${url}/health`, host), 200)
  for (const host of ['example.com', 'a.sfn-alias']) assert.equal(await getAs(`${url}/health`, host), 403)
  await close()
  const existing = await serve({ service: new StepFunctions(), allowHosts: ['sfn'] })
  assert.deepEqual([await getAs(`${existing.url}/health`, 'sfn'), await getAs(`${existing.url}/health`, 'sfn-alias')], [200, 403])
  await existing.close()
  const invalid = message => ({ name: 'TypeError', code: 'ERR_INVALID_ARG_VALUE', message })
  const list = invalid('options: `/allowHosts`: expected an array of host names, for example ["sfn.example.com"]')
  for (const allowHosts of ['sfn', [1], null]) await assert.rejects(serve({ allowHosts }), list)
  await assert.rejects(serve({ allowHosts: ['a', 'http://sfn'] }), invalid(
    'options: `/allowHosts/1`: expected a host name without scheme and port, for example sfn.example.com, found `http://sfn`'
  ))
})

test('a request of a page of another origin is rejected before its body', async () => {
  const { url, close } = await serve()
  const headers = { ...target('ListStateMachines'), Origin: 'https://example.com', 'Content-Length': 1000 }
  const request = http.request(url, { method: 'POST', headers })
  request.flushHeaders()
  const [response] = await once(request, 'response')
  const { __type, message } = JSON.parse((await response.toArray()).join(''))
  assert.deepEqual([response.statusCode, __type], [403, 'com.amazon.coral.service#AccessDeniedException'])
  assert.match(message, /`https:\/\/example\.com` \(header Origin\)/)
  request.on('error', () => {}).destroy()
  const own = await post(url, { ...target('ListStateMachines'), Origin: url }, '{}')
  assert.deepEqual([own.status, own.body], [200, '{"stateMachines":[]}'])
  assert.equal(await getAs(`${url}/health`, new URL(url).host, { 'Sec-Fetch-Site': 'same-site' }), 403)
  await close()
})

test('another HTTP server reads the body of accepted requests', async () => {
  const sfn = new StepFunctions({ onStart: () => {} })
  const handle = (host, options) => {
    let reads = 0
    const readBody = async () => { reads++; return '{}' }
    const request = { method: 'POST', url: '/', rawHeaders: ['Host', host, 'X-Amz-Target', 'AWSStepFunctions.ListStateMachines'] }
    return sfn.handleHttpRequest(request, readBody, options).then(({ status }) => [status, reads])
  }
  assert.deepEqual(await handle('localhost'), [200, 1])
  assert.deepEqual(await handle('sfn'), [403, 0])
  assert.deepEqual(await handle('sfn', { allowHosts: ['sfn'] }), [200, 1])
  const head = { method: 'POST', url: '/', rawHeaders: ['Host', 'sfn', 'X-Amz-Target', 'AWSStepFunctions.StartExecution'] }
  assert.equal((await sfn.handleHttpRequest(head, '{}')).status, 403)
  await assert.rejects(handle('sfn', { allowHosts: ['*'] }), { code: 'ERR_INVALID_ARG_VALUE' })
  sfn.close()
})

for (const signal of ['SIGTERM', 'SIGINT']) {
  test(`sfn-alias serve stops on ${signal}`, async () => {
    const program = spawn('node_modules/.bin/sfn-alias', ['serve', '--port', '0', '--log', 'off'], { stdio: ['ignore', 'pipe', 'pipe'] })
    const [line] = await once(program.stdout, 'data')
    const [, url] = /^export AWS_ENDPOINT_URL_SFN=(.*)\n$/.exec(line)
    await createClient(url).send(new ListStateMachinesCommand({}))
    const ended = once(program, 'exit')
    program.kill(signal)
    assert.deepEqual(await ended, [0, null])
  })
}

test('npx sfn-alias prints its version and returns the exit codes of the program', () => {
  const npx = spawnSync('npx', ['sfn-alias', '--version'], { encoding: 'utf8' })
  const { version } = JSON.parse(readFileSync('node_modules/sfn-alias/package.json', 'utf8'))
  assert.equal(npx.stdout, `sfn-alias ${version}\n`)
  const run = (...args) => spawnSync('node_modules/.bin/sfn-alias', args, { encoding: 'utf8' })
  const statuses = [['--version'], ['check', 'CreateStateMachineAlias', '{}'], ['no-such-command']].map(args => run(...args).status)
  assert.deepEqual(statuses, [0, 1, 2])
})
