// Reports of deployments to the console of an endpoint, with unmodified SDK clients over a socket.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import http from 'node:http'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, test } from 'node:test'
import { CreateStateMachineAliasCommand, CreateStateMachineCommand, SFNClient, UpdateStateMachineCommand } from '@aws-sdk/client-sfn'
import { attach, StepFunctions } from 'sfn-alias'
import { Deployment } from 'sfn-alias/deploy'
import { repository } from './support/repository.mjs'

const MACHINE = 'arn:aws:states:us-east-1:000000000000:stateMachine:orders'
const aliasArn = `${MACHINE}:PROD`
const credentials = { accessKeyId: 'none', secretAccessKey: 'none' }
const folder = mkdtempSync(join(tmpdir(), 'sfn-alias-'))
after(() => rmSync(folder, { recursive: true, force: true }))

let files = 0
const createClient = (endpoint, options) => new SFNClient({ endpoint, region: 'us-east-1', credentials, ...options })

async function createAlias (client) {
  const definition = type => `{"StartAt": "D", "States": {"D": {"Type": "${type}"}}}`
  await client.send(new CreateStateMachineCommand({ name: 'orders', definition: definition('Succeed'), roleArn: 'arn:aws:iam::000000000000:role/r', publish: true }))
  await client.send(new UpdateStateMachineCommand({ stateMachineArn: MACHINE, definition: definition('Fail'), publish: true }))
  const routingConfiguration = [{ stateMachineVersionArn: `${MACHINE}:1`, weight: 100 }]
  await client.send(new CreateStateMachineAliasCommand({ name: 'PROD', routingConfiguration }))
}

/** Runs a deployment that an alarm rolls back. Its clock advances at once; each sleep lets the reporter send. */
async function deploy (client, options) {
  let now = 0
  const sleep = async millis => {
    now += millis
    await new Promise(resolve => setTimeout(resolve, 50))
  }
  const deployment = new Deployment({
    client, aliasArn, newVersion: `${MACHINE}:2`, preference: 'linear 40/1m', alarms: ['errors'], state: join(folder, `${files++}`),
    alarmStates: () => ({ errors: now >= 60_000 ? 'ALARM' : 'OK' }), clock: () => now, sleep, ...options
  })
  return (await deployment.run()).result
}

/** Serves the AWS operations, and a console that `respond` answers. Returns its URL and the requests of the console. */
async function serveConsole (t, respond) {
  const service = new StepFunctions()
  const requests = []
  const server = http.createServer(async (request, response) => {
    const body = (await request.toArray()).join('')
    if (request.url.startsWith('/console/')) {
      const { method, url: path, headers } = request
      requests.push({ method, path, headers, body })
      return respond(response, requests.at(-1))
    }
    const { status, body: text } = await service.callJson(request.headers['x-amz-target'].split('.')[1], body)
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(text)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => { server.closeAllConnections(); server.close() })
  const client = createClient(`http://127.0.0.1:${server.address().port}`)
  await createAlias(client)
  t.after(() => client.destroy())
  return { client, requests, endpoint: `http://127.0.0.1:${server.address().port}` }
}

const acceptReports = (response, { method }) => response.end(method === 'GET' ? '{"version": "0.1.0"}' : '{}')

function collectWarnings (t) {
  const warnings = []
  const add = ({ message }) => { if (message.includes('console')) warnings.push(message) }
  process.on('warning', add)
  t.after(() => process.off('warning', add))
  return warnings
}

test('reports a deployment that is rolled back, signed as by the client', async t => {
  const { client, requests } = await serveConsole(t, acceptReports)
  assert.equal(await deploy(client), 'rolledBack')
  const [{ method, path, headers }, ...reports] = requests
  assert.deepEqual([method, path], ['GET', '/console/api'])
  assert.match(headers.authorization, /^AWS4-HMAC-SHA256 Credential=none\/\d{8}\/us-east-1\/states\/aws4_request, /)
  assert.ok(reports.length >= 2, `${reports.length} reports`)
  assert.equal(new Set(reports.map(({ method, path }) => `${method} ${path}`)).size, 1)
  assert.match(reports[0].path, /^\/console\/api\/deployments\/[\w-]{1,64}$/)
  const bodies = reports.map(({ body }) => JSON.parse(body))
  assert.equal(bodies[0].stateMachineAliasArn, aliasArn)
  assert.match(bodies[0].driver, /^sfn-alias\/deploy \d+\.\d+\.\d+$/)
  assert.equal(bodies.at(-1).checkpoint.phase.outcome.result, 'rolledBack')
  assert.deepEqual(bodies.at(-1).alarms, [{ name: 'errors', state: 'ALARM' }])
})

test('finds an endpoint of the environment', async t => {
  const { requests, endpoint } = await serveConsole(t, acceptReports)
  process.env.AWS_ENDPOINT_URL_SFN = endpoint
  t.after(() => { delete process.env.AWS_ENDPOINT_URL_SFN })
  const client = createClient(undefined)
  assert.equal(await deploy(client), 'rolledBack')
  client.destroy()
  assert.equal(requests.at(-1).method, 'PUT')
})

test('an endpoint without a console receives one request', async t => {
  for (const [status, body] of [[404, '{"version": "1"}'], [200, 'ok'], [200, '{}']]) {
    const { client, requests } = await serveConsole(t, response => response.writeHead(status).end(body))
    assert.equal(await deploy(client), 'rolledBack')
    assert.deepEqual(requests.map(({ method, path }) => `${method} ${path}`), ['GET /console/api'])
  }
})

test('a console that does not respond delays only the end, by up to a second', async t => {
  const warnings = collectWarnings(t)
  for (const hanging of ['GET', 'PUT']) {
    const { client } = await serveConsole(t, (response, request) => request.method === hanging || acceptReports(response, request))
    const start = Date.now()
    assert.equal(await deploy(client), 'rolledBack')
    assert.ok(Date.now() - start < 6000, `${Date.now() - start} ms`)
  }
  assert.deepEqual(warnings, [])
})

test('a console that closes connections changes nothing, and there is one warning', async t => {
  const warnings = collectWarnings(t)
  const { client, requests } = await serveConsole(t, (response, request) => request.method === 'PUT' ? response.destroy() : acceptReports(response, request))
  const start = Date.now()
  assert.equal(await deploy(client, { preference: 'linear 5/1m', alarmStates: () => ({}) }), 'succeeded')
  assert.ok(Date.now() - start < 20_000, `${Date.now() - start} ms`)
  assert.ok(requests.length > 5)
  assert.equal(warnings.length, 1, warnings.join('\n'))
  assert.match(warnings[0], /^the console does not receive reports: .+; the deployment continues$/)
})

test('AWS, a service in this process, and `report: false` receive no request', async t => {
  const { client, requests } = await serveConsole(t, acceptReports)
  assert.equal(await deploy(client, { report: false }), 'rolledBack')
  assert.deepEqual(requests, [])
  const service = new StepFunctions()
  for (const endpoint of [undefined, 'https://vpce-1.states.us-east-1.vpce.amazonaws.com', 'https://STATES.us-east-1.api.aws.']) {
    const urls = []
    // Not the service's own handler, which is never asked.
    const handler = service.requestHandler()
    const requestHandler = { metadata: handler.metadata, handle: (request, options) => { urls.push(request.path); return handler.handle(request, options) } }
    const aws = createClient(endpoint, { requestHandler })
    if (endpoint === undefined) await createAlias(aws)
    assert.equal(await deploy(aws), 'rolledBack')
    assert.deepEqual(urls.filter(path => path !== '/'), [])
  }
  const attached = attach(createClient('http://127.0.0.1:1'), service)
  assert.equal(await deploy(attached), 'rolledBack')
})

test('the domains of AWS are those of the program', () => {
  const listDomains = (file, expression) => expression.exec(readFileSync(file, 'utf8'))[1].match(/[a-z.]+/g)
  const installed = dirname(createRequire(import.meta.url).resolve('sfn-alias/package.json'))
  assert.deepEqual(listDomains(join(installed, 'deploy-report.js'), /AWS_DOMAINS = \[(.*?)\]/s),
    listDomains(join(repository, 'cli/src/signing.rs'), /AWS_DOMAINS: \[&str; 5\] =\s*\[(.*?)\]/s))
})

test('the console of the program has the deployment', async t => {
  const program = spawn('node_modules/.bin/sfn-alias', ['serve', '--port', '0', '--log', 'off'], { stdio: ['ignore', 'pipe', 'ignore'] })
  t.after(() => program.kill())
  const [output] = await once(program.stdout, 'data')
  const [url] = /http:\/\/127\.0\.0\.1:\d+/.exec(output)
  const client = createClient(url)
  await createAlias(client)
  assert.equal(await deploy(client), 'rolledBack')
  client.destroy()
  const response = await fetch(`${url}/console/api/deployments?stateMachineAliasArn=${encodeURIComponent(aliasArn)}`)
  const { deployments: [{ phase, driver, toVersion }, ...others] } = await response.json()
  assert.deepEqual([phase, driver.split(' ')[0], toVersion, others], ['rolledBack', 'sfn-alias/deploy', 2, []])
})
