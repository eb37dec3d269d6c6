// Executions that end: by requests, by rules, and what the SDK gets.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import {
  CreateStateMachineCommand, DescribeExecutionCommand, ExecutionNotRedrivable, GetExecutionHistoryCommand, ListExecutionsCommand,
  paginateGetExecutionHistory, paginateListExecutions, RedriveExecutionCommand, SFNClient, StartExecutionCommand,
  StartSyncExecutionCommand, StopExecutionCommand
} from '@aws-sdk/client-sfn'
import { mockClient } from 'aws-sdk-client-mock'
import { attach, mock, serve, StepFunctions } from 'sfn-alias'

const MACHINE = 'arn:aws:states:us-east-1:000000000000:stateMachine:orders'
const ALIAS = `${MACHINE}:PROD`
const DEFINITION = '{"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}'
const machine = { name: 'orders', definition: DEFINITION, roleArn: 'arn:aws:iam::000000000000:role/orders', publish: true }
const credentials = { accessKeyId: 'none', secretAccessKey: 'none' }
const START = Date.UTC(2030, 0, 2)
const folder = mkdtempSync(join(tmpdir(), 'sfn-alias-'))
after(() => rmSync(folder, { recursive: true, force: true }))

/** Creates the state machine with two versions and an alias. */
async function createOrders (sfn, weight = 50) {
  await sfn.createStateMachine(machine)
  await sfn.updateStateMachine({ stateMachineArn: MACHINE, definition: DEFINITION.replaceAll('Done', 'End'), publish: true })
  const routingConfiguration = [[1, 100 - weight], [2, weight]].map(([version, weight]) => ({ stateMachineVersionArn: `${MACHINE}:${version}`, weight }))
  await sfn.createStateMachineAlias({ name: 'PROD', routingConfiguration })
  return sfn
}

/** A mock with these resources, that the end of the test restores, on fake timers. */
async function mockOrders (t, options) {
  t.mock.timers.enable({ apis: ['Date'], now: START })
  const { service, restore } = mock({ seed: 7, ...options })
  t.after(restore)
  return { service: await createOrders(service), client: new SFNClient({ region: 'us-east-1' }) }
}

const start = (sfn, input) => sfn.startExecution({ stateMachineArn: ALIAS, ...input }).then(({ executionArn }) => executionArn)

/** Reads all pages of a paginator. */
async function readAll (pages, member) {
  const all = []
  for await (const page of pages) all.push(page[member])
  return all
}

test('the SDK starts through the alias and polls until SUCCEEDED', async t => {
  const rule = { stateMachine: 'orders', alias: 'PROD', outputFromInput: true, after: '2s' }
  const { client } = await mockOrders(t, { outcomes: { outcomes: [rule] } })
  const { executionArn } = await client.send(new StartExecutionCommand({ stateMachineArn: ALIAS, input: '{"id": 7}' }))
  const statuses = []
  let execution
  do {
    execution = await client.send(new DescribeExecutionCommand({ executionArn }))
    statuses.push(execution.status)
    t.mock.timers.tick(500)
  } while (execution.status === 'RUNNING' && statuses.length < 10)
  assert.deepEqual(statuses, ['RUNNING', 'RUNNING', 'RUNNING', 'RUNNING', 'SUCCEEDED'])
  const { output, outputDetails, stopDate, stateMachineAliasArn, redriveStatus } = execution
  assert.deepEqual([output, outputDetails, stateMachineAliasArn, redriveStatus], ['{"id": 7}', { included: true }, ALIAS, 'NOT_REDRIVABLE'])
  assert.equal(stopDate.getTime(), START + 2000)
})

test('endExecution ends with every status, in memory and in a file', async () => {
  let now = START
  for (const sfn of [new StepFunctions({ clock: () => now }), await StepFunctions.open(join(folder, 'end.db'), { clock: () => now })]) {
    await createOrders(sfn)
    for (const [ending, expected] of [
      [undefined, { status: 'SUCCEEDED', output: '{}' }],
      [{ output: { b: 1, a: [1, null, 'x'] } }, { status: 'SUCCEEDED', output: '{"b":1,"a":[1,null,"x"]}' }],
      [{ output: null }, { status: 'SUCCEEDED', output: 'null' }],
      [{ output: 'text' }, { status: 'SUCCEEDED', output: '"text"' }],
      [{ error: 'Orders.Broken', cause: 'on purpose' }, { status: 'FAILED', error: 'Orders.Broken', cause: 'on purpose' }],
      [{ cause: 'only' }, { status: 'FAILED', cause: 'only' }],
      [{ timedOut: true }, { status: 'TIMED_OUT' }],
      [{ status: 'FAILED' }, { status: 'FAILED' }],
      [{ status: 'TIMED_OUT', cause: 'slow', timedOut: false }, { status: 'TIMED_OUT', cause: 'slow' }],
      [{ timedOut: false }, { status: 'SUCCEEDED', output: '{}' }]
    ]) {
      const executionArn = await start(sfn)
      const ended = await sfn.endExecution(executionArn, ending)
      assert.deepEqual(ended, { executionArn, status: expected.status, stopDate: new Date(START) })
      assert.deepEqual(await sfn.endExecution(executionArn, ending), ended)
      const { status, output, error, cause } = await sfn.describeExecution({ executionArn })
      assert.deepEqual({ status, output, error, cause }, { output: undefined, error: undefined, cause: undefined, ...expected })
    }
    sfn.close()
  }
})

test('endExecution with `after`: RUNNING until then, and replaced by another request', async () => {
  let now = START
  const sfn = await createOrders(new StepFunctions({ clock: () => now }))
  const executionArn = await start(sfn)
  const status = () => sfn.describeExecution({ executionArn }).then(({ status }) => status)
  for (const [after, millis] of [['500ms', 500], [1.5, 1500], ['5m', 300_000], ['2s', 2000]]) {
    assert.deepEqual((await sfn.endExecution(executionArn, { error: 'E', after })).stopDate, new Date(START + millis))
  }
  now += 1999
  assert.equal(await status(), 'RUNNING')
  now += 1
  assert.equal(await status(), 'FAILED')
  await assert.rejects(sfn.endExecution(executionArn, { output: 1 }), {
    name: 'ValidationException', $fault: 'client', message: /has already ended with status FAILED; redrive it, or start another execution$/
  })
})

test('endExecution rejects invalid endings and leaves the execution RUNNING', async () => {
  const sfn = await createOrders(new StepFunctions())
  const executionArn = await start(sfn)
  for (const [ending, expected] of [
    ['x', { name: 'TypeError', message: 'ending: expected a plain object, for example { output: { ok: true } }' }],
    [{ timedOut: true, status: 'FAILED' }, { name: 'TypeError', message: 'ending: expected either `status` or `timedOut`, found both' }],
    [{ executionArn }, { name: 'TypeError', message: 'ending: unknown member `executionArn`; it is the first argument' }],
    [{ status: 'ABORTED' }, { name: 'ValidationException', message: /`\/status`/ }],
    [{ timedOut: 'yes' }, { name: 'TypeError', message: 'ending.timedOut: expected a boolean' }],
    [{ output: { at: new Date() } }, { message: /`\/output\/at`: a Date is not a valid JSON value/ }],
    [{ output: [1, undefined] }, { message: /`\/output\/1`: undefined is not a valid JSON value/ }],
    [{ output: NaN }, { message: /`\/output`: NaN is not a valid JSON number/ }],
    [{ output: 'x'.repeat(262_144) }, { name: 'ValidationException', message: /`\/output`: expected up to 262144 bytes, found 262146; / }],
    [{ error: 'x'.repeat(257) }, { name: 'ValidationException', message: /`\/error`: expected up to 256 characters, found 257; / }],
    [{ outputt: 1 }, { message: /`outputt`.*`output`/ }],
    [{ after: -1 }, { message: /after/ }],
    [{ after: '2 weeks' }, { message: /after/ }],
    [{ output: 1, error: 'E' }, { message: /output/ }]
  ]) await assert.rejects(sfn.endExecution(executionArn, ending), expected, JSON.stringify(ending).slice(0, 60))
  await assert.rejects(sfn.endExecution(executionArn.replace(/[^:]+$/, 'none')), { name: 'ExecutionDoesNotExist' })
  await assert.rejects(sfn.endExecution(MACHINE), { name: 'InvalidArn' })
  await assert.rejects(sfn.endExecution(), { $fault: 'client' })
  assert.equal((await sfn.describeExecution({ executionArn })).status, 'RUNNING')
})

test('the history has the start, the end and redrives, in both directions and by pages', async t => {
  const { service, client } = await mockOrders(t)
  const executionArn = await start(service, { input: '{"id":7}' })
  await service.endExecution(executionArn, { error: 'E', cause: 'C', after: '1s' })
  t.mock.timers.tick(1000)
  await client.send(new RedriveExecutionCommand({ executionArn }))
  await service.endExecution(executionArn, { output: { ok: true } })
  const read = (input, pageSize) => readAll(paginateGetExecutionHistory({ client, pageSize }, { executionArn, ...input }), 'events')
  const pages = await read({}, 1)
  assert.equal(pages.length, 4)
  const [started, failed, redriven, succeeded] = pages.flat()
  assert.deepEqual(started, {
    id: 1, previousEventId: 0, type: 'ExecutionStarted', timestamp: new Date(START),
    executionStartedEventDetails: {
      input: '{"id":7}', inputDetails: { truncated: false }, roleArn: machine.roleArn, stateMachineAliasArn: ALIAS,
      stateMachineVersionArn: (await service.describeExecution({ executionArn })).stateMachineVersionArn
    }
  })
  assert.deepEqual([failed.type, failed.timestamp, failed.executionFailedEventDetails], ['ExecutionFailed', new Date(START + 1000), { error: 'E', cause: 'C' }])
  assert.deepEqual([redriven.type, redriven.executionRedrivenEventDetails], ['ExecutionRedriven', { redriveCount: 1 }])
  assert.deepEqual(succeeded.executionSucceededEventDetails, { output: '{"ok":true}', outputDetails: { truncated: false } })
  assert.deepEqual((await read({ reverseOrder: true }, 3)).flat(), pages.flat().reverse())
  const { events } = await service.getExecutionHistory({ executionArn, includeExecutionData: false })
  assert.deepEqual(events.map(({ id, timestamp }) => [id, timestamp.getTime() - START]), [[1, 0], [2, 1000], [3, 1000], [4, 1000]])
  assert.equal(events[0].executionStartedEventDetails.input, undefined)
})

test('redrives: the SDK\'s exception, the count and the date', async t => {
  const { service, client } = await mockOrders(t)
  const executionArn = await start(service)
  const running = await client.send(new RedriveExecutionCommand({ executionArn })).catch(error => error)
  assert.ok(running instanceof ExecutionNotRedrivable)
  assert.equal(running.message, 'Execution is RUNNING and cannot be redriven')
  await assert.rejects(service.redriveExecution({ executionArn }), { code: 'ExecutionNotRedrivable' })
  await client.send(new StopExecutionCommand({ executionArn }))
  t.mock.timers.tick(1000)
  const { redriveDate } = await client.send(new RedriveExecutionCommand({ executionArn, clientToken: 'a' }))
  t.mock.timers.tick(1000)
  assert.deepEqual((await client.send(new RedriveExecutionCommand({ executionArn, clientToken: 'a' }))).redriveDate, redriveDate)
  const execution = await client.send(new DescribeExecutionCommand({ executionArn }))
  assert.deepEqual([execution.status, execution.redriveCount, execution.redriveDate], ['RUNNING', 1, new Date(START + 1000)])
})

test('lists: by alias, by version, by status, in pages, latest first', async t => {
  const { service, client } = await mockOrders(t)
  for (let id = 0; id < 10; id++) {
    const executionArn = await start(service, { name: `${id}` })
    if (id % 2 === 0) await service.endExecution(executionArn, id % 4 === 0 ? {} : { error: 'E' })
    t.mock.timers.tick(1000)
  }
  await service.startExecution({ stateMachineArn: `${MACHINE}:1`, name: 'direct' })
  const list = (stateMachineArn, statusFilter, pageSize = 3) =>
    readAll(paginateListExecutions({ client, pageSize }, { stateMachineArn, statusFilter }), 'executions')
      .then(pages => pages.flat().map(({ name }) => name))
  assert.deepEqual(await list(ALIAS), ['9', '8', '7', '6', '5', '4', '3', '2', '1', '0'])
  assert.deepEqual(await list(MACHINE), ['direct', ...await list(ALIAS)])
  const [first, second] = [await list(`${MACHINE}:1`), await list(`${MACHINE}:2`)]
  assert.deepEqual([...first, ...second].sort(), [...await list(MACHINE)].sort())
  assert.ok(first.includes('direct') && second.length > 0)
  assert.deepEqual(await list(ALIAS, 'SUCCEEDED', 2), ['8', '4', '0'])
  assert.deepEqual(await list(ALIAS, 'FAILED'), ['6', '2'])
  assert.deepEqual(await list(ALIAS, 'TIMED_OUT'), [])
  await service.endExecution(`${ALIAS.replace('stateMachine', 'execution').replace(/PROD$/, '1')}`, { timedOut: true })
  assert.deepEqual((await client.send(new ListExecutionsCommand({ stateMachineArn: ALIAS, maxResults: 1 }))).executions.map(({ name, status }) => [name, status]), [['1', 'TIMED_OUT']])
})

const BROKEN = {
  stateMachine: 'orders', version: 2,
  any: [{ weight: 20, error: 'Orders.Broken', cause: 'on purpose' }, { weight: 30, status: 'TIMED_OUT' }, { weight: 50, output: { ok: true } }]
}

test('rules with weights are the same for a seed, and routing does not depend on them', async t => {
  const runs = []
  for (const outcomes of [{ outcomes: [BROKEN] }, JSON.stringify({ outcomes: [BROKEN] }), undefined]) {
    const sfn = await createOrders(new StepFunctions({ seed: 7, outcomes }))
    for (let id = 0; id < 100; id++) await start(sfn, { name: `${id}` })
    const { executions } = await sfn.listExecutions({ stateMachineArn: ALIAS })
    const results = executions.map(({ name, status, stateMachineVersionArn }) => [Number(name), status, stateMachineVersionArn.at(-1)]).sort(([a], [b]) => a - b)
    runs.push(results)
  }
  const [object, text, none] = runs
  assert.deepEqual(object, text)
  assert.deepEqual(object.map(([,, version]) => version), none.map(([,, version]) => version))
  assert.ok(none.every(([, status]) => status === 'RUNNING'))
  const count = (version, status) => object.filter(([, found, of]) => of === version && found === status).length
  assert.equal(count('1', 'RUNNING') + count('2', 'RUNNING'), count('1', 'RUNNING'))
  const ended = ['FAILED', 'TIMED_OUT', 'SUCCEEDED'].map(status => count('2', status))
  assert.ok(ended.every(number => number > 0) && ended[0] < ended[2], String(ended))
})

test('setOutcomes replaces the rules for later starts, in all scopes', async () => {
  const sfn = await createOrders(new StepFunctions({ outcomes: { outcomes: [{ output: 'first' }] } }))
  const output = async service => (await service.describeExecution({ executionArn: await start(service) })).output
  assert.equal(await output(sfn), '"first"')
  sfn.inScope({ region: 'eu-west-1' }).setOutcomes('{"outcomes": [{"output": "second"}]}')
  assert.equal(await output(sfn), '"second"')
  for (const wrong of ['{', { outcomes: 5 }, 5]) assert.throws(() => sfn.setOutcomes(wrong), { name: 'TypeError' })
  assert.equal(await output(sfn), '"second"')
  for (const none of [null, undefined, {}]) {
    sfn.setOutcomes(none)
    assert.equal(await output(sfn), undefined)
  }
})

test('rules that are not valid: the error has the position or the member, and help', async () => {
  const text = '{"outcomes": [\n  {"stateMachin": "orders"}\n]}'
  for (const [outcomes, pattern] of [
    [text, /line 2 column \d+: .*`stateMachin`.*`stateMachine`/],
    [JSON.parse(text), /`\/outcomes\/0(\/stateMachin)?`: .*`stateMachin`.*`stateMachine`/],
    [{ outcomes: [{ any: [{ weight: 99, output: 1 }] }] }, /`\/outcomes\/0\/any.*99/],
    [{ outcomes: [{ output: { at: new Date() } }] }, /`\/outcomes\/0\/output\/at`: a Date is not a valid JSON value/],
    [{ faults: [{ error: 'Throttled', first: 1 }] }, /`\/faults\/0\/error`: /]
  ]) {
    for (const [argument, call] of [
      ['options', () => new StepFunctions({ outcomes })], ['options', () => mock({ outcomes })],
      ['options', () => StepFunctions.open(join(folder, 'rules.db'), { outcomes })], ['outcomes', () => new StepFunctions().setOutcomes(outcomes)]
    ]) {
      assert.throws(call, error => {
        assert.deepEqual([error.name, error.code], ['TypeError', 'ERR_INVALID_ARG_VALUE'])
        assert.match(error.message.replace('`/outcomes/outcomes', '`/outcomes').replace('`/outcomes/faults', '`/faults'), pattern)
        return error.message.startsWith(`${argument}: `)
      })
    }
    await assert.rejects(serve({ outcomes }), { name: 'TypeError' })
  }
})

test('the SDK retries throttling and failures of the service, and nothing is written before', async t => {
  const { service } = await mockOrders(t)
  const client = new SFNClient({ region: 'us-east-1', maxAttempts: 3, retryStrategy: undefined })
  const send = () => client.send(new StartExecutionCommand({ stateMachineArn: ALIAS }))
  const count = () => service.startCounts(MACHINE).then(counts => counts.reduce((sum, { count }) => sum + count, 0))
  for (const error of ['ThrottlingException', 'InternalServerError', 'ServiceUnavailable']) {
    const before = await count()
    service.setOutcomes({ faults: [{ operation: 'StartExecution', error, first: 2 }] })
    assert.equal((await send()).$metadata.attempts, 3, error)
    assert.equal(await count(), before + 1)
    service.setOutcomes({ faults: [{ operation: 'StartExecution', arn: MACHINE, error, percent: 100 }] })
    await assert.rejects(send(), thrown => {
      assert.deepEqual([thrown.name, thrown.$metadata.attempts], [error, 3])
      return true
    })
    assert.equal(await count(), before + 1)
  }
  service.setOutcomes({ faults: [{ operation: 'StartExecution', error: 'AccessDeniedException', percent: 100 }] })
  await assert.rejects(send(), thrown => {
    assert.deepEqual([thrown.name, thrown.$fault, thrown.$metadata.attempts], ['AccessDeniedException', 'client', 1])
    return true
  })
  await assert.rejects(start(service), { name: 'AccessDeniedException', code: 'AccessDeniedException' })
  assert.equal((await client.send(new ListExecutionsCommand({ stateMachineArn: ALIAS }))).executions.length, 3)
})

test('a share of the calls fails, the same calls for a seed', async () => {
  const faults = [{ operation: 'DescribeStateMachine', error: 'ThrottlingException', percent: 30 }]
  const [first, second] = await Promise.all([0, 1].map(async () => {
    const sfn = await createOrders(new StepFunctions({ seed: 7, outcomes: { faults } }))
    const calls = []
    for (let call = 0; call < 100; call++) calls.push(await sfn.describeStateMachine({ stateMachineArn: MACHINE }).then(() => 'ok', ({ code }) => code))
    return calls
  }))
  assert.deepEqual(first, second)
  const failed = first.filter(result => result === 'ThrottlingException').length
  assert.ok(failed > 10 && failed < 50, String(failed))
})

test('StartSyncExecution: its host prefix does not matter in process, and `disableHostPrefix` is needed over HTTP', async () => {
  const outcomes = { outcomes: [{ name: 'bad', error: 'E', cause: 'C' }, { outputFromInput: true, after: '250ms' }] }
  const sfn = new StepFunctions({ outcomes, clock: () => START })
  const { stateMachineVersionArn } = await sfn.createStateMachine({ ...machine, type: 'EXPRESS' })
  await sfn.createStateMachineAlias({ name: 'PROD', routingConfiguration: [{ stateMachineVersionArn, weight: 100 }] })
  const server = await serve({ service: sfn })
  const createClient = options => new SFNClient({ region: 'us-east-1', credentials, maxAttempts: 1, ...options })
  const { restore } = mock({ service: sfn })
  const mocked = createClient()
  const stub = mockClient(mocked)
  stub.send.callThrough()
  const clients = {
    mock: createClient(),
    'mock, another endpoint': createClient({ endpoint: server.url }),
    'aws-sdk-client-mock': mocked,
    attach: attach(createClient(), sfn),
    requestHandler: createClient({ requestHandler: sfn.requestHandler() })
  }
  const call = async (name, client) => {
    for (const stateMachineArn of [MACHINE, `${MACHINE}:1`, ALIAS]) {
      const { executionArn, name: _, $metadata, ...result } = await client.send(new StartSyncExecutionCommand({ stateMachineArn, input: '[7]' }))
      assert.match(executionArn, /:express:orders:/, name)
      assert.deepEqual(result, {
        status: 'SUCCEEDED', input: '[7]', inputDetails: { included: true }, output: '[7]', outputDetails: { included: true },
        startDate: new Date(START), stopDate: new Date(START + 250), stateMachineArn: MACHINE,
        billingDetails: { billedDurationInMilliseconds: 300, billedMemoryUsedInMB: 64 }
      }, name)
    }
    const { status, error, cause, output } = await client.send(new StartSyncExecutionCommand({ stateMachineArn: ALIAS, name: 'bad-1' }))
    assert.deepEqual([status, error, cause, output], ['FAILED', 'E', 'C', undefined])
  }
  for (const [name, client] of Object.entries(clients)) await call(name, client)
  stub.restore()
  restore()
  await call('serve', createClient({ endpoint: server.url, disableHostPrefix: true }))
  // Without it, the SDK asks for this host, which does not exist.
  const hosts = []
  const client = createClient({ endpoint: server.url })
  client.middlewareStack.add(next => args => { hosts.push(args.request.hostname); return next(args) }, { step: 'finalizeRequest', priority: 'low' })
  await client.send(new StartSyncExecutionCommand({ stateMachineArn: ALIAS })).catch(() => {})
  assert.deepEqual(hosts, ['sync-127.0.0.1'])
  await server.close()
  const { stopDate } = await sfn.startSyncExecution({ stateMachineArn: ALIAS })
  assert.deepEqual(stopDate, new Date(START + 250))
  sfn.setOutcomes(null)
  await assert.rejects(sfn.startSyncExecution({ stateMachineArn: ALIAS }), { message: /neither a rule in `outcomes` nor a callback decides .*; add a rule$/ })
})

test('stubs of aws-sdk-client-mock for the operations of executions', async t => {
  const { client, service } = await mockOrders(t)
  const stub = mockClient(client)
  stub.send.callThrough()
  stub.on(GetExecutionHistoryCommand).resolves({ events: [] })
  const executionArn = await start(service)
  assert.deepEqual((await client.send(new GetExecutionHistoryCommand({ executionArn }))).events, [])
  assert.equal((await client.send(new DescribeExecutionCommand({ executionArn }))).status, 'RUNNING')
  stub.restore()
  assert.equal((await client.send(new GetExecutionHistoryCommand({ executionArn }))).events.length, 1)
})

test('endings and rules of `serve` and of its HTTP routes', async () => {
  const server = await serve({ outcomes: '{"outcomes": [{"stateMachine": "orders", "name": "done", "output": [1]}]}', data: join(folder, 'serve.db') })
  const client = new SFNClient({ endpoint: server.url, region: 'us-east-1', credentials })
  await client.send(new CreateStateMachineCommand(machine))
  const { executionArn } = await client.send(new StartExecutionCommand({ stateMachineArn: MACHINE, name: 'done-1' }))
  assert.equal((await client.send(new DescribeExecutionCommand({ executionArn }))).output, '[1]')
  const { executionArn: running } = await client.send(new StartExecutionCommand({ stateMachineArn: MACHINE }))
  const post = (path, body) => fetch(server.url + path, { method: 'POST', body: JSON.stringify(body) }).then(response => response.json())
  assert.equal((await post('/executions/end', { executionArn: running, error: 'E' })).status, 'FAILED')
  assert.equal((await client.send(new DescribeExecutionCommand({ executionArn: running }))).error, 'E')
  const alarms = { alarms: [{ name: 'failed', metric: 'ExecutionsFailed', stateMachine: 'orders', threshold: 1 }] }
  assert.deepEqual(await post('/alarms', alarms), { failed: 'ALARM' })
  assert.deepEqual(await server.service.evaluateAlarms(alarms), { failed: 'ALARM' })
  await server.close()
})

test('evaluateAlarms: by version and by alias, in a period', async t => {
  const { service } = await mockOrders(t, { outcomes: { outcomes: [{ version: 2, error: 'E' }, { output: 1 }] } })
  for (let id = 0; id < 10; id++) await start(service)
  const alarm = rule => ({ name: JSON.stringify(rule), stateMachine: 'orders', metric: 'ExecutionsFailed', threshold: 1, ...rule })
  const rules = { alarms: [{}, { version: 1 }, { version: 2 }, { alias: 'PROD' }, { threshold: 11 }].map(alarm) }
  const states = { '{}': 'ALARM', '{"version":1}': 'OK', '{"version":2}': 'ALARM', '{"alias":"PROD"}': 'ALARM', '{"threshold":11}': 'OK' }
  assert.deepEqual(await service.evaluateAlarms(rules), states)
  for (const same of [rules.alarms, JSON.stringify(rules), Buffer.from(JSON.stringify(rules))]) assert.deepEqual(await service.evaluateAlarms(same), states)
  t.mock.timers.tick(61_000)
  assert.ok(Object.values(await service.evaluateAlarms(rules)).every(state => state === 'OK'))
  await assert.rejects(service.evaluateAlarms({ alarms: [alarm({ metric: 'ExecutionsFailedCount' })] }), {
    name: 'ValidationException', message: /`\/alarms\/0\/metric`: expected a metric, found `"ExecutionsFailedCount"`; use `ExecutionsStarted`, /
  })
  await assert.rejects(service.evaluateAlarms([alarm({ alias: 'TEST' })]), {
    name: 'StateMachineDoesNotExist', message: "State Machine Does Not Exist: 'arn:aws:states:us-east-1:000000000000:stateMachine:orders:TEST'"
  })
  for (const wrong of [undefined, 5, '{', { alarms: [{ version: 1, alias: 'PROD' }] }]) await assert.rejects(service.evaluateAlarms(wrong), { $fault: 'client' })
})
