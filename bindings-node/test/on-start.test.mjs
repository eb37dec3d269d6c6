// The option `onStart`: what it receives, and how its results, exceptions and promises end executions.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { Worker } from 'node:worker_threads'
import { RedriveExecutionCommand, SFNClient, StartExecutionCommand, StartSyncExecutionCommand, StopExecutionCommand } from '@aws-sdk/client-sfn'
import { attach, mock, serve, StepFunctions } from 'sfn-alias'

const MACHINE = 'arn:aws:states:us-east-1:000000000000:stateMachine:orders'
const EXPRESS = 'arn:aws:states:us-east-1:000000000000:stateMachine:quotes'
const ALIAS = `${MACHINE}:PROD`
const DEFINITION = '{"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}'
const ROLE = 'arn:aws:iam::000000000000:role/orders'
const region = 'us-east-1'
const credentials = { accessKeyId: 'none', secretAccessKey: 'none' }
const folder = mkdtempSync(join(tmpdir(), 'sfn-alias-'))
after(() => rmSync(folder, { recursive: true, force: true }))

let files = 0
/** How to create a service: in memory, and in a file, whose operations run on other threads. */
const kinds = {
  memory: async options => new StepFunctions(options),
  file: options => StepFunctions.open(join(folder, `${files++}.db`), options)
}

/** Runs a test with both kinds of services, which have the state machines, a version and an alias. */
function testBoth (name, options, run) {
  for (const [kind, open] of Object.entries(kinds)) {
    test(`${name} (${kind})`, async t => {
      const sfn = await createResources(await open(typeof options === 'function' ? { onStart: options } : options))
      t.after(() => sfn.close())
      await run(sfn, t)
    })
  }
}

async function createResources (sfn, version = `${MACHINE}:1`) {
  await sfn.createStateMachine({ name: 'orders', definition: DEFINITION, roleArn: ROLE, publish: true })
  await sfn.createStateMachine({ name: 'quotes', definition: DEFINITION, roleArn: ROLE, type: 'EXPRESS' })
  await sfn.createStateMachineAlias({ name: 'PROD', routingConfiguration: [{ stateMachineVersionArn: version, weight: 100 }] })
  return sfn
}

const start = (sfn, input = {}, members) =>
  sfn.startExecution({ stateMachineArn: ALIAS, input: JSON.stringify(input), ...members }).then(({ executionArn }) => executionArn)

async function describe (sfn, executionArn) {
  const { status, output, error, cause } = await sfn.describeExecution({ executionArn })
  return JSON.parse(JSON.stringify({ status, output, error, cause }))
}

/** Waits until the execution has ended. */
async function waitForEnd (sfn, executionArn) {
  for (;;) {
    const execution = await describe(sfn, executionArn)
    if (execution.status !== 'RUNNING') return execution
    await new Promise(resolve => setTimeout(resolve, 2))
  }
}

const sleep = millis => new Promise(resolve => setTimeout(resolve, millis))

test('options that are not functions are errors', () => {
  for (const onStart of [1, 'x', {}, Promise.resolve()]) {
    assert.throws(() => new StepFunctions({ onStart }), {
      name: 'TypeError', code: 'ERR_INVALID_ARG_VALUE', message: 'options.onStart: expected a function, for example () => ({ output: { ok: true } })'
    })
  }
  for (const onStart of [undefined, null]) new StepFunctions({ onStart }).close()
})

test('it receives the execution', async () => {
  const received = []
  const sfn = await createResources(new StepFunctions({ clock: () => Date.UTC(2030, 0, 2), onStart: execution => { received.push(execution) } }))
  const executionArn = 'arn:aws:states:us-east-1:000000000000:execution:orders:a'
  await start(sfn, { id: 1 }, { name: 'a', traceHeader: 'Root=1' })
  await start(sfn, { id: 1 }, { name: 'b', stateMachineArn: MACHINE })
  const common = { stateMachineArn: MACHINE, input: '{"id":1}', definition: DEFINITION, roleArn: ROLE, type: 'STANDARD', startDate: new Date('2030-01-02'), redriveCount: 0 }
  assert.deepEqual(received, [
    { ...common, executionArn, name: 'a', stateMachineVersionArn: `${MACHINE}:1`, stateMachineAliasArn: ALIAS, traceHeader: 'Root=1' },
    { ...common, executionArn: executionArn.replace(/a$/, 'b'), name: 'b' }
  ])
})

testBoth('a result ends the execution before the start returns', ({ input }) => JSON.parse(input).result, async sfn => {
  for (const [result, expected] of [
    [{ output: { b: [1, null] } }, { status: 'SUCCEEDED', output: '{"b":[1,null]}' }],
    [{}, { status: 'SUCCEEDED', output: '{}' }],
    [{ error: 'Orders.Lost', cause: 'on purpose' }, { status: 'FAILED', error: 'Orders.Lost', cause: 'on purpose' }],
    [{ timedOut: true }, { status: 'TIMED_OUT' }],
    [{ status: 'TIMED_OUT', cause: 'slow' }, { status: 'TIMED_OUT', cause: 'slow' }],
    [{ output: 1, after: '1h' }, { status: 'RUNNING' }],
    [null, { status: 'RUNNING' }],
    [undefined, { status: 'RUNNING' }]
  ]) {
    assert.deepEqual(await describe(sfn, await start(sfn, { result })), expected)
  }
})

const thrown = {
  error: () => new RangeError('no stock'),
  named: () => Object.assign(new Error('no stock'), { name: 'Orders.Lost' }),
  abort: () => AbortSignal.abort().reason,
  text: () => 'text',
  nothing: () => null,
  object: () => ({ name: 'Like', message: 'an error' }),
  hostile: () => ({ get name () { throw new Error('getter') } }),
  long: () => new Error('x'.repeat(40_000))
}
const failures = {
  error: ['RangeError', 'no stock'],
  named: ['Orders.Lost', 'no stock'],
  abort: ['AbortError', 'This operation was aborted'],
  text: ['string', 'text'],
  nothing: ['object', 'null'],
  object: ['Like', 'an error'],
  hostile: ['Error', 'the exception cannot be converted to a string'],
  long: ['Error', 'x'.repeat(32_768)]
}

const throwOrReject = ({ input }) => {
  const { kind, rejects } = JSON.parse(input)
  const exception = thrown[kind]()
  if (rejects) return Promise.reject(exception)
  throw exception
}

testBoth('exceptions and rejections are failures', throwOrReject, async sfn => {
  for (const [kind, [error, cause]] of Object.entries(failures)) {
    assert.deepEqual(await describe(sfn, await start(sfn, { kind })), { status: 'FAILED', error, cause }, kind)
    assert.deepEqual(await waitForEnd(sfn, await start(sfn, { kind, rejects: true })), { status: 'FAILED', error, cause }, kind)
  }
})

const invalid = [
  [{ outputs: 1 }, '`/outputs`: unknown member `outputs`; did you mean `output`?'],
  [{ executionArn: MACHINE }, /unknown member `executionArn`/],
  [{ output: NaN }, /`\/output`: NaN is not a valid JSON number$/],
  [{ output: '\ud800' }, /lone surrogate/],
  [{ output: 'x'.repeat(300_000) }, /262,?144/],
  [{ output: { get a () { throw new Error('getter') } } }, /reading the value threw an exception: Error: getter$/],
  [{ timedOut: 1 }, /result\.timedOut: expected a boolean$/],
  [{ timedOut: true, status: 'FAILED' }, /result: expected either `status` or `timedOut`, found both$/],
  [{ status: 'ABORTED' }, /ABORTED/],
  ['text', /result: expected a plain object, for example { output: { ok: true } }$/],
  [7, /result: expected a plain object/],
  [new Map(), /result: expected a plain object/]
]

testBoth('results that are not valid are failures', ({ name }) => {
  const [kind, index] = name.split('-')
  return kind === 'async' ? Promise.resolve(invalid[index][0]) : invalid[index][0]
}, async sfn => {
  for (const [index, [, expected]] of invalid.entries()) {
    for (const kind of ['sync', 'async']) {
      const { status, error, cause } = await waitForEnd(sfn, await start(sfn, {}, { name: `${kind}-${index}` }))
      assert.deepEqual([status, error], ['FAILED', 'SfnAlias.CallbackError'])
      assert.ok(cause.startsWith('the result of the callback is not valid: '), cause)
      if (typeof expected === 'string') assert.ok(cause.endsWith(expected), cause)
      else assert.match(cause, expected)
    }
  }
})

test('a promise ends the execution when it is settled', async () => {
  for (const open of Object.values(kinds)) {
    const settle = {}
    const sfn = await createResources(await open({ onStart: ({ name }) => new Promise((...functions) => { settle[name] = functions }) }))
    const arns = await Promise.all(['a', 'b', 'never'].map(name => start(sfn, {}, { name })))
    for (const arn of arns) assert.deepEqual(await describe(sfn, arn), { status: 'RUNNING' })
    settle.b[0]({ output: 2 })
    settle.a[1](new TypeError('late'))
    assert.deepEqual(await waitForEnd(sfn, arns[0]), { status: 'FAILED', error: 'TypeError', cause: 'late' })
    assert.deepEqual(await waitForEnd(sfn, arns[1]), { status: 'SUCCEEDED', output: '2' })
    assert.deepEqual(await describe(sfn, arns[2]), { status: 'RUNNING' })
    sfn.close()
  }
})

testBoth('a promise without a result leaves the execution RUNNING, and a thenable is a promise', ({ name }) =>
  name === 'nothing' ? Promise.resolve() : { then: resolve => setTimeout(resolve, 1, { output: 'thenable' }) }, async sfn => {
  const nothing = await start(sfn, {}, { name: 'nothing' })
  assert.deepEqual(await waitForEnd(sfn, await start(sfn)), { status: 'SUCCEEDED', output: '"thenable"' })
  assert.deepEqual(await describe(sfn, nothing), { status: 'RUNNING' })
})

testBoth('StartSyncExecution returns the result, and waits for a promise', async ({ input }, { signal }) => {
  await sleep(20)
  if (input === '"fail"') throw new RangeError('no')
  return input === '"nothing"' ? undefined : { output: [JSON.parse(input), signal.aborted] }
}, async sfn => {
  const sync = input => sfn.startSyncExecution({ stateMachineArn: EXPRESS, input: JSON.stringify(input) })
  const { status, output } = await sync(7)
  assert.deepEqual([status, output], ['SUCCEEDED', '[7,false]'])
  const failed = await sync('fail')
  assert.deepEqual([failed.status, failed.error, failed.cause], ['FAILED', 'RangeError', 'no'])
  await assert.rejects(sync('nothing'), { code: 'UnknownOperationException' })
})

test('an asynchronous start of an EXPRESS state machine calls it', async () => {
  const types = []
  const sfn = await createResources(new StepFunctions({ onStart: async ({ type }) => { types.push(type); return { output: 1 } } }))
  await start(sfn, {}, { stateMachineArn: EXPRESS })
  assert.deepEqual(types, ['EXPRESS'])
})

test('rules decide first, and replays and errors start nothing', async () => {
  const names = []
  const sfn = await createResources(new StepFunctions({ outcomes: [{ name: 'rule', output: 1 }], onStart: ({ name }) => { names.push(name) } }))
  await start(sfn, {}, { name: 'rule' })
  await start(sfn, {}, { name: 'a' })
  await start(sfn, {}, { name: 'a' })
  await assert.rejects(start(sfn, { other: 1 }, { name: 'a' }), { code: 'ExecutionAlreadyExists' })
  await assert.rejects(start(sfn, {}, { stateMachineArn: `${MACHINE}:9` }), { code: 'StateMachineDoesNotExist' })
  assert.deepEqual(names, ['a'])
})

for (const [kind, open] of Object.entries(kinds)) {
  test(`it may call the service (${kind})`, async () => {
    const sfn = await open({
      async onStart ({ name, executionArn }) {
        const { status } = await sfn.describeExecution({ executionArn })
        if (name === 'outer') return { output: await waitForEnd(sfn, await start(sfn, {}, { name: 'inner' })) }
        if (name === 'stopped') await sfn.stopExecution({ executionArn, error: 'Stopped' })
        if (name === 'ended') await sfn.endExecution(executionArn, { output: 'first' })
        return { output: status }
      }
    })
    await createResources(sfn)
    assert.equal((await waitForEnd(sfn, await start(sfn, {}, { name: 'outer' }))).output, '{"status":"SUCCEEDED","output":"\\"RUNNING\\""}')
    assert.deepEqual(await waitForEnd(sfn, await start(sfn, {}, { name: 'stopped' })), { status: 'ABORTED', error: 'Stopped' })
    assert.deepEqual(await waitForEnd(sfn, await start(sfn, {}, { name: 'ended' })), { status: 'SUCCEEDED', output: '"first"' })
    sfn.close()
  })

  test(`a call in flight is finished after close (${kind})`, async () => {
    const path = join(folder, `close-${kind}.db`)
    const onStart = () => { sfn.close(); return { output: 1 } }
    const sfn = await createResources(kind === 'file' ? await StepFunctions.open(path, { onStart }) : new StepFunctions({ onStart }))
    const executionArn = await start(sfn)
    await assert.rejects(sfn.describeExecution({ executionArn }), { code: 'ServiceClosed' })
    if (kind === 'memory') return
    const again = await StepFunctions.open(path)
    assert.deepEqual(await describe(again, executionArn), { status: 'SUCCEEDED', output: '1' })
    again.close()
  })
}

testBoth('a redrive calls it again, and the result of an earlier run is ignored', execution => {
  const { results } = JSON.parse(execution.input)
  const [millis, result] = results[execution.redriveCount]
  return millis === 0 ? result : sleep(millis).then(() => result)
}, async sfn => {
  const failed = await start(sfn, { results: [[0, { error: 'First' }], [0, { output: 2 }]] })
  assert.equal((await describe(sfn, failed)).error, 'First')
  await sfn.redriveExecution({ executionArn: failed })
  assert.deepEqual(await describe(sfn, failed), { status: 'SUCCEEDED', output: '2' })

  const stopped = await start(sfn, { results: [[40, { output: 'first' }], [120, { output: 'second' }]] })
  await sfn.stopExecution({ executionArn: stopped })
  await sfn.redriveExecution({ executionArn: stopped })
  assert.deepEqual(await waitForEnd(sfn, stopped), { status: 'SUCCEEDED', output: '"second"' })
})

/** What ends an execution from outside, for `signal`. */
const ends = {
  stop: (sfn, executionArn) => sfn.stopExecution({ executionArn }),
  json: (sfn, executionArn) => sfn.callJson('StopExecution', JSON.stringify({ executionArn })),
  scope: (sfn, executionArn) => sfn.inScope({ region: 'eu-west-1' }).inScope({ region }).stopExecution({ executionArn }),
  client: (sfn, executionArn) => attach(new SFNClient({ region }), sfn).send(new StopExecutionCommand({ executionArn })),
  http: async (sfn, executionArn) => {
    const server = await serve({ service: sfn })
    await new SFNClient({ endpoint: server.url, region, credentials }).send(new StopExecutionCommand({ executionArn }))
    await server.close()
  },
  end: (sfn, executionArn) => sfn.endExecution(executionArn, { output: 1 }),
  later: (sfn, executionArn) => sfn.endExecution(executionArn, { output: 1, after: '1h' }),
  delete: sfn => sfn.deleteStateMachine({ stateMachineArn: MACHINE }),
  reset: sfn => sfn.reset(),
  close: sfn => sfn.close()
}

const signals = {}
for (const [name, end] of Object.entries(ends)) {
  testBoth(`the signal is aborted by ${name}`, ({ name }, { signal }) => {
    signals[name] = signal
    return new Promise(() => {})
  }, async sfn => {
    const executionArn = await start(sfn, {}, { name: 'a' })
    await start(sfn, {}, { name: 'b', stateMachineArn: EXPRESS })
    await sfn.describeExecution({ executionArn })
    assert.equal(signals.a.aborted, false)
    await end(sfn, executionArn)
    assert.equal(signals.a.aborted, true)
    assert.equal(signals.b.aborted, name === 'close')
  })
}

testBoth('the signal of a start in flight is aborted by close', ({ name }, { signal }) => {
  signals[name] = signal
  return new Promise(() => {})
}, async sfn => {
  const started = start(sfn, {}, { name: 'in-flight' })
  sfn.close()
  await started
  assert.equal(signals['in-flight'].aborted, true)
})

test('the signal of an execution that ended is not aborted', async () => {
  let signal
  const sfn = await createResources(new StepFunctions({ onStart: async (execution, context) => { signal = context.signal; return { output: 1 } } }))
  await waitForEnd(sfn, await start(sfn))
  sfn.close()
  assert.equal(signal.aborted, false)
})

test('a mock, an attached client and a server call it', async () => {
  const onStart = async ({ stateMachineArn }) => ({ output: stateMachineArn.split(':')[3] })
  const active = mock({ onStart })
  const server = await serve({ data: join(folder, 'serve.db'), onStart })
  try {
    await createResources(active.service)
    await createResources(server.service)
    const clients = [
      [new SFNClient({ region }), active.service],
      [attach(new SFNClient({ region }), active.service), active.service],
      [new SFNClient({ endpoint: server.url, region, credentials, requestHandler: undefined, disableHostPrefix: true }), server.service]
    ]
    for (const [client, sfn] of clients) {
      if (sfn === server.service) active.restore()
      const { executionArn } = await client.send(new StartExecutionCommand({ stateMachineArn: ALIAS }))
      assert.deepEqual(await waitForEnd(sfn, executionArn), { status: 'SUCCEEDED', output: '"us-east-1"' })
      const { output } = await client.send(new StartSyncExecutionCommand({ stateMachineArn: EXPRESS }))
      assert.equal(output, '"us-east-1"')
      await assert.rejects(client.send(new RedriveExecutionCommand({ executionArn })), { name: 'ExecutionNotRedrivable' })
      await assert.rejects(client.send(new StartExecutionCommand({ stateMachineArn: `${MACHINE}:9` })), { name: 'StateMachineDoesNotExist' })
    }
  } finally {
    active.restore()
    await server.close()
  }
})

test('a client that aborts, and close, do not wait for a promise that is never settled', async () => {
  let called
  const nextCall = () => new Promise(resolve => { called = resolve })
  const first = nextCall()
  const server = await serve({ onStart: () => { called(); return new Promise(() => {}) } })
  await createResources(server.service)
  const input = { stateMachineArn: EXPRESS }
  const controller = new AbortController()
  const attached = attach(new SFNClient({ region }), server.service).send(new StartSyncExecutionCommand(input), { abortSignal: controller.signal })
  await first
  controller.abort()
  await assert.rejects(attached, { name: 'AbortError' })
  const client = new SFNClient({ endpoint: server.url, region, credentials, disableHostPrefix: true, maxAttempts: 1 })
  const second = nextCall()
  const served = assert.rejects(client.send(new StartSyncExecutionCommand(input)), { code: 'ECONNRESET' })
  await second
  await server.close()
  await served
})

test('the region of a client is the one of its executions', async () => {
  const sfn = new StepFunctions({ onStart: async () => ({ output: 1 }) })
  const other = await createResources(sfn.inScope({ region: 'eu-west-1' }), `${MACHINE}:1`.replace(region, 'eu-west-1'))
  const client = attach(new SFNClient({ region: 'eu-west-1' }), sfn)
  const { executionArn } = await client.send(new StartExecutionCommand({ stateMachineArn: ALIAS.replace(region, 'eu-west-1') }))
  assert.equal((await waitForEnd(other, executionArn)).status, 'SUCCEEDED')
})

testBoth('a slow promise does not block other calls', ({ name }) => name === 'slow' ? new Promise(() => {}) : { output: 2 }, async sfn => {
  const slow = start(sfn, {}, { name: 'slow' })
  assert.equal((await waitForEnd(sfn, await start(sfn))).output, '2')
  assert.equal((await describe(sfn, await slow)).status, 'RUNNING')
})

testBoth('many starts at once each get their own result', async ({ name }) => ({ output: name }), async sfn => {
  const arns = await Promise.all(Array.from({ length: 50 }, (_, index) => start(sfn, {}, { name: `n${index}` })))
  for (const [index, arn] of arns.entries()) assert.equal((await waitForEnd(sfn, arn)).output, `"n${index}"`)
})

/** Runs a program until it exits. */
function runProgram (code) {
  const header = `import { StepFunctions } from 'sfn-alias'\nconst definition = '${DEFINITION}'\n`
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--unhandled-rejections=strict', '--input-type=module', '-e', header + code], { encoding: 'utf8', timeout: 60_000 })
  assert.equal(stderr, '')
  assert.equal(status, 0)
  return stdout
}

const startInProgram = `
const { stateMachineArn } = await sfn.createStateMachine({ name: 'orders', definition, roleArn: '${ROLE}' })
const { executionArn } = await sfn.startExecution({ stateMachineArn })`

test('a pending promise does not keep the process alive', () => {
  for (const open of ['new StepFunctions(options)', `await StepFunctions.open(${JSON.stringify(join(folder, 'pending.db'))}, options)`]) {
    const code = `const options = { onStart: () => new Promise(() => {}) }\nconst sfn = ${open}${startInProgram}`
    assert.equal(runProgram(`${code}\nconsole.log((await sfn.describeExecution({ executionArn })).status)`), 'RUNNING\n')
  }
})

test('results after close, and rejections, are not unhandled', () => {
  for (const [index, settle] of ['resolve({ output: 1 })', 'reject(new Error())', 'reject()'].entries()) {
    for (const open of ['new StepFunctions(options)', `await StepFunctions.open(${JSON.stringify(join(folder, `closed-${index}.db`))}, options)`]) {
      const options = `const options = { onStart: () => new Promise((resolve, reject) => setTimeout(() => ${settle}, 50)) }`
      const code = `${options}\nconst sfn = ${open}${startInProgram}\nsfn.close()\nsetTimeout(() => console.log('end'), 100)`
      assert.equal(runProgram(code), 'end\n')
    }
  }
})

test('it works in a worker thread', async () => {
  const code = `
    const { parentPort } = require('node:worker_threads')
    const { StepFunctions } = require('sfn-alias')
    const sfn = new StepFunctions({ onStart: async () => ({ output: 7 }) })
    const run = async () => {
      const { stateMachineArn } = await sfn.createStateMachine({ name: 'orders', definition: '${DEFINITION}', roleArn: '${ROLE}' })
      const { executionArn } = await sfn.startExecution({ stateMachineArn })
      await new Promise(resolve => setTimeout(resolve, 10))
      parentPort.postMessage((await sfn.describeExecution({ executionArn })).output)
    }
    run()`
  const worker = new Worker(code, { eval: true })
  assert.deepEqual(await once(worker, 'message'), ['7'])
})
