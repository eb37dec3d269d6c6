// `mock`, `attach` and `detach` with unmodified clients of the AWS SDK.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import http from 'node:http'
import Module, { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, beforeEach, test } from 'node:test'
import { CloudWatchClient, ListMetricsCommand } from '@aws-sdk/client-cloudwatch'
import {
  ConflictException, CreateStateMachineAliasCommand, CreateStateMachineCommand, DescribeActivityCommand, ListStateMachinesCommand,
  paginateListStateMachines, SFN, SFNClient, StartExecutionCommand
} from '@aws-sdk/client-sfn'
import * as sdk from '@aws-sdk/client-sfn'
import { mockClient } from 'aws-sdk-client-mock'
import { attach, detach, mock, serve, StepFunctions } from 'sfn-alias'

const DEFINITION = '{"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}'
const orders = { name: 'orders', definition: DEFINITION, roleArn: 'arn:aws:iam::000000000000:role/orders', publish: true }
const credentials = { accessKeyId: 'none', secretAccessKey: 'none' }
const list = client => client.send(new ListStateMachinesCommand({})).then(({ stateMachines }) => stateMachines.map(({ stateMachineArn }) => stateMachineArn))
const folder = mkdtempSync(join(tmpdir(), 'sfn-alias-'))
const require = createRequire(import.meta.url)

/** A server instead of AWS, which rejects each request and records its operation or path. */
const aws = http.createServer((request, response) => {
  requests.push(request.headers['x-amz-target'] ?? request.url)
  response.writeHead(400, { 'content-type': 'application/x-amz-json-1.0' }).end('{"__type":"AccessDeniedException","message":"AWS"}')
})
let requests = []
let endpoint, before

await new Promise(resolve => aws.listen(0, '127.0.0.1', resolve))
endpoint = `http://127.0.0.1:${aws.address().port}`
before = createClient()
after(() => { aws.close().closeAllConnections(); rmSync(folder, { recursive: true }) })
beforeEach(() => { requests = [] })

function createClient (options) {
  return new SFNClient({ endpoint, region: 'us-east-1', credentials, maxAttempts: 1, ...options })
}

/** A mock that the end of the test restores. */
function mockFor (t, options) {
  const active = mock(options)
  t.after(() => active.restore())
  return active
}

const assertReachesAws = client => assert.rejects(client.send(new ListStateMachinesCommand({})), { name: 'AccessDeniedException' })

test('clients created before and later are answered until restore', async () => {
  const active = mock()
  await before.send(new CreateStateMachineCommand(orders))
  for (const client of [before, createClient(), createClient({ endpoint: undefined })]) assert.equal((await list(client)).length, 1)
  assert.equal((await new SFN({ region: 'us-east-1' }).listStateMachines({})).stateMachines.length, 1)
  assert.equal((await active.service.listStateMachines()).stateMachines.length, 1)
  const later = createClient()
  active.restore()
  active.restore()
  assert.deepEqual(requests, [])
  await assertReachesAws(before)
  await assertReachesAws(later)
  assert.equal(requests.length, 2)
  await assert.rejects(active.service.listStateMachines(), { code: 'ServiceClosed' })
})

test('clients of other services do not change', async t => {
  mockFor(t)
  const { resolveMiddleware } = ListMetricsCommand.prototype
  const client = new CloudWatchClient({ endpoint, region: 'us-east-1', credentials, maxAttempts: 1 })
  await assert.rejects(client.send(new ListMetricsCommand({})))
  assert.equal(requests.length, 1)
  assert.equal(ListMetricsCommand.prototype.resolveMiddleware, resolveMiddleware)
})

test('a client needs no credentials', async t => {
  mockFor(t)
  const fail = async () => { throw new Error('credentials were read') }
  assert.deepEqual(await list(createClient({ credentials: fail })), [])
  assert.deepEqual(await list(attach(createClient({ credentials: fail }), new StepFunctions())), [])
})

test("errors are the SDK's, and paginators work", async t => {
  mockFor(t)
  const { stateMachineVersionArn } = await before.send(new CreateStateMachineCommand(orders))
  const input = { name: 'PROD', routingConfiguration: [{ stateMachineVersionArn, weight: 100 }] }
  await before.send(new CreateStateMachineAliasCommand(input))
  await assert.rejects(before.send(new CreateStateMachineAliasCommand({ ...input, description: 'other' })), ConflictException)
  await assert.rejects(before.send(new DescribeActivityCommand({ activityArn: 'arn:aws:states:us-east-1:000000000000:activity:a' })), { name: 'UnknownOperationException' })
  await before.send(new CreateStateMachineCommand({ ...orders, name: 'other' }))
  const pages = await readAll(paginateListStateMachines({ client: before, pageSize: 1 }, {}))
  assert.equal(pages.length, 2)
  assert.equal(pages.flatMap(({ stateMachines }) => stateMachines).length, 2)
})

async function readAll (pages) {
  const all = []
  for await (const page of pages) all.push(page)
  return all
}

test('callbacks work', async t => {
  mockFor(t)
  const { stateMachines } = await new Promise((resolve, reject) =>
    before.send(new ListStateMachinesCommand({}), (error, output) => error ? reject(error) : resolve(output)))
  assert.deepEqual(stateMachines, [])
})

test('a client with the request handler of a service keeps its service', async t => {
  const { service } = mockFor(t)
  await service.createStateMachine(orders)
  assert.deepEqual(await list(createClient({ requestHandler: new StepFunctions().requestHandler() })), [])
  assert.deepEqual(await list(attach(createClient(), new StepFunctions())), [])
})

test('the last active mock answers', async () => {
  const outer = mock()
  await outer.service.createStateMachine(orders)
  const inner = mock()
  assert.equal((await list(before)).length, 0)
  outer.restore()
  assert.equal((await list(before)).length, 0)
  inner.restore()
  await assertReachesAws(before)
})

test('the mock of a service leaves it open', async () => {
  const service = new StepFunctions({ seed: 7 })
  const active = mock({ service })
  assert.equal(active.service, service)
  await before.send(new CreateStateMachineCommand(orders))
  active[Symbol.dispose]()
  assert.equal((await service.listStateMachines()).stateMachines.length, 1)
})

test('attach and detach', async t => {
  const service = new StepFunctions()
  await service.createStateMachine(orders)
  const client = createClient()
  assert.equal(attach(client, new StepFunctions()), client)
  assert.equal(attach(client, service), client)
  client.middlewareStack.add(next => args => { seen = args.request.headers.authorization ?? 'unsigned'; return next(args) }, { step: 'finalizeRequest', priority: 'low' })
  let seen
  assert.equal((await list(client)).length, 1)
  assert.equal(seen, 'unsigned')
  assert.equal(detach(client), client)
  assert.equal(detach(client), client)
  await assertReachesAws(client)
  assert.match(seen, /^AWS4-HMAC-SHA256 /)
  mockFor(t)
  assert.equal((await list(client)).length, 0)
})

for (const [name, connect] of Object.entries({
  mock: (service, region) => createClient({ region }),
  attach: (service, region) => attach(createClient({ region }), service),
  requestHandler: (service, region) => createClient({ region, requestHandler: service.requestHandler() })
})) {
  test(`the region of the client and the account of the service decide the ARNs: ${name}`, async t => {
    const service = new StepFunctions({ scope: { account: '123456789012', region: 'eu-west-3' } })
    mockFor(t, { service: name === 'mock' ? service : new StepFunctions() })
    for (const [region, partition] of [['eu-central-1', 'aws'], ['cn-north-1', 'aws-cn'], ['us-gov-west-1', 'aws-us-gov']]) {
      const client = connect(service, region)
      const { stateMachineArn } = await client.send(new CreateStateMachineCommand({ ...orders, publish: false }))
      assert.equal(stateMachineArn, `arn:${partition}:states:${region}:123456789012:stateMachine:orders`)
      assert.deepEqual(await list(client), [stateMachineArn])
      assert.equal((await service.inScope({ partition, region }).listStateMachines()).stateMachines.length, 1)
    }
    assert.deepEqual((await service.listStateMachines()).stateMachines, [])
  })
}

test('a closed service is an error that the SDK does not retry', async t => {
  for (const connect of [service => mockFor(t, { service }), service => attach(before, service)]) {
    const service = new StepFunctions()
    connect(service)
    service.close()
    await assert.rejects(before.send(new ListStateMachinesCommand({})), error => {
      assert.deepEqual([error.name, error.code, error.message, error.$metadata?.attempts], ['ServiceClosed', 'ServiceClosed', 'the service is closed', 1])
      return true
    })
  }
  detach(before)
})

for (const order of ['before', 'after']) {
  test(`aws-sdk-client-mock, created ${order} mock`, async () => {
    let stub, active
    const create = [() => { stub = mockClient(SFNClient) }, () => { active = mock() }]
    for (const step of order === 'before' ? create : create.reverse()) step()
    stub.send.callThrough()
    stub.on(StartExecutionCommand).resolves({ executionArn: 'stubbed' })
    await before.send(new CreateStateMachineCommand(orders))
    assert.equal((await list(before)).length, 1)
    assert.equal((await before.send(new StartExecutionCommand({ stateMachineArn: 'x' }))).executionArn, 'stubbed')
    stub.restore()
    assert.equal((await list(before)).length, 1)
    active.restore()
    await assertReachesAws(before)
  })
}

test('without callThrough, aws-sdk-client-mock answers undefined', async t => {
  mockFor(t)
  const stub = mockClient(before)
  assert.equal(await before.send(new ListStateMachinesCommand({})), undefined)
  stub.restore()
})

test('mock.timers decides the time', async t => {
  t.mock.timers.enable({ apis: ['Date'], now: Date.UTC(2030, 0, 2) })
  const { service } = mockFor(t, { updateDelaySeconds: 5 })
  const { creationDate } = await before.send(new CreateStateMachineCommand(orders))
  assert.equal(creationDate.toISOString(), '2030-01-02T00:00:00.000Z')
  t.mock.timers.tick(5000)
  const { startDate } = await service.startExecution({ stateMachineArn: 'arn:aws:states:us-east-1:000000000000:stateMachine:orders' })
  assert.equal(startDate.toISOString(), '2030-01-02T00:00:05.000Z')
  const durable = await StepFunctions.open(join(folder, 'time.db'))
  assert.equal((await durable.createStateMachine(orders)).creationDate.toISOString(), '2030-01-02T00:00:05.000Z')
  durable.close()
})

test('a clock takes precedence over mock.timers', async t => {
  t.mock.timers.enable({ apis: ['Date'], now: 0 })
  const { creationDate } = await new StepFunctions({ clock: () => new Date(1000) }).createStateMachine(orders)
  assert.equal(creationDate.getTime(), 1000)
})

test('another copy of the SDK is answered: a loaded one, or the one that `sdk` specifies', async t => {
  const copy = join(folder, 'node_modules/@aws-sdk/client-sfn')
  const source = join(require.resolve('@aws-sdk/client-sfn/package.json'), '..')
  for (const name of ['package.json', 'dist-cjs']) cpSync(join(source, name), join(copy, name), { recursive: true })
  // The copy finds its dependencies in the project.
  process.env.NODE_PATH = join(process.cwd(), 'node_modules')
  Module._initPaths()
  const other = createRequire(join(folder, 'index.js'))('@aws-sdk/client-sfn')
  assert.notEqual(other.SFNClient, SFNClient)
  mockFor(t)
  const client = new other.SFNClient({ endpoint, region: 'us-east-1' })
  assert.deepEqual((await client.send(new other.ListStateMachinesCommand({}))).stateMachines, [])
  mockFor(t, { sdk })
  assert.deepEqual(await list(before), [])
})

test('without the SDK, the error says what to do', () => {
  const code = `
    const Module = require('node:module')
    const resolve = Module._resolveFilename
    Module._resolveFilename = (name, ...rest) => {
      if (name.startsWith('@aws-sdk')) throw Object.assign(new Error('missing'), { code: 'MODULE_NOT_FOUND' })
      return resolve(name, ...rest)
    }
    try { require('sfn-alias').mock() } catch ({ message }) { console.log(message) }`
  const { stdout } = spawnSync(process.execPath, ['-e', code], { encoding: 'utf8' })
  assert.equal(stdout, 'sfn-alias: `mock` does not find the package @aws-sdk/client-sfn\nhelp: install it, or pass its exports: `mock({ sdk })`\n')
})

test('wrong arguments', async () => {
  const cloudWatch = new CloudWatchClient({ region: 'us-east-1' })
  const sfn = new StepFunctions()
  for (const [call, message] of [
    [() => mock('x'), 'options: expected a plain object'],
    [() => mock({ seeed: 1 }), /^options: unknown field `seeed`/],
    [() => mock({ service: {} }), 'options.service: expected a `StepFunctions`, found object'],
    [() => mock({ service: sfn, seed: 1 }), 'options: `service` cannot be combined with `seed`; expected `service` alone or with `sdk`'],
    [() => mock({ sdk: {} }), "options.sdk: expected the exports of the SDK, as of `import * as sdk from '@aws-sdk/client-sfn'`"],
    [() => attach(cloudWatch, sfn), 'client: expected an `SFNClient`, found a client of CloudWatch'],
    [() => attach(sfn, before), 'service: expected a `StepFunctions`, found object'],
    [() => attach(undefined, sfn), 'client: expected an `SFNClient`, found undefined'],
    [() => detach(cloudWatch), 'client: expected an `SFNClient`, found a client of CloudWatch']
  ]) assert.throws(call, { name: 'TypeError', code: 'ERR_INVALID_ARG_VALUE', message })
  await assert.rejects(serve(8083), { message: 'options: expected a plain object, for example { port: 8083 }' })
  await assert.rejects(serve({ service: 5 }), { message: 'options.service: expected a `StepFunctions`, found number' })
  await assertReachesAws(before)
})
