// `runDefinitions` with the engine `aws-local-stepfunctions`.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { DescribeExecutionCommand, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn'
import { mock, StepFunctions } from 'sfn-alias'
import { runDefinitions } from 'sfn-alias/local-stepfunctions'

const MACHINE = 'arn:aws:states:us-east-1:000000000000:stateMachine:orders'
const ALIAS = `${MACHINE}:PROD`
const LAMBDA = 'arn:aws:lambda:us-east-1:000000000000:function:charge'
const roleArn = 'arn:aws:iam::000000000000:role/orders'
const sleep = millis => new Promise(resolve => setTimeout(resolve, millis))

/** Waits until the execution has ended. */
async function waitForEnd (describe) {
  for (;;) {
    const { status, output, error, cause } = await describe()
    if (status !== 'RUNNING') return JSON.parse(JSON.stringify({ status, output: output && JSON.parse(output), error, cause }))
    await sleep(2)
  }
}

/** Runs a definition with an input. */
async function run (definition, { input = {}, options, type } = {}) {
  const sfn = new StepFunctions({ onStart: runDefinitions(options) })
  await sfn.createStateMachine({ name: 'orders', definition: JSON.stringify(definition), roleArn, type })
  const { executionArn } = await sfn.startExecution({ stateMachineArn: MACHINE, name: 'a', input: JSON.stringify(input) })
  return waitForEnd(() => sfn.describeExecution({ executionArn }))
}

const single = (state, name = 'Only') => ({ StartAt: name, States: { [name]: state } })

test('an application behind a 90/10 alias gets the output of the version that ran', async t => {
  const { service, restore } = mock({ seed: 7, onStart: runDefinitions() })
  t.after(restore)
  const define = discount => JSON.stringify(single({ Type: 'Pass', Result: { discount }, ResultPath: '$.quote', End: true }))
  await service.createStateMachine({ name: 'orders', definition: define(5), roleArn, publish: true })
  await service.updateStateMachine({ stateMachineArn: MACHINE, definition: define(20), publish: true })
  const routingConfiguration = [[1, 90], [2, 10]].map(([version, weight]) => ({ stateMachineVersionArn: `${MACHINE}:${version}`, weight }))
  await service.createStateMachineAlias({ name: 'PROD', routingConfiguration })

  // The application, with an unmodified client.
  const client = new SFNClient({ region: 'us-east-1' })
  const application = async order => {
    const { executionArn } = await client.send(new StartExecutionCommand({ stateMachineArn: ALIAS, input: JSON.stringify(order) }))
    const { output } = await waitForEnd(() => client.send(new DescribeExecutionCommand({ executionArn })))
    const { stateMachineVersionArn } = await client.send(new DescribeExecutionCommand({ executionArn }))
    return { version: stateMachineVersionArn.split(':').at(-1), output }
  }

  const results = await Promise.all(Array.from({ length: 50 }, (_, id) => application({ id })))
  for (const [id, { version, output }] of results.entries()) {
    assert.deepEqual(output, { id, quote: { discount: version === '1' ? 5 : 20 } })
  }
  const second = results.filter(({ version }) => version === '2').length
  assert.ok(second > 0 && second < 25, `${second} of 50 executions of version 2`)
})

test('types of states', async t => {
  const choice = {
    StartAt: 'Check',
    States: {
      Check: { Type: 'Choice', Choices: [{ Variable: '$.total', NumericGreaterThan: 10, Next: 'Large' }], Default: 'Small' },
      Large: { Type: 'Pass', Result: 'large', End: true },
      Small: { Type: 'Fail', Error: 'Orders.Small', Cause: 'not enough' }
    }
  }
  const pass = { Type: 'Pass', End: true }
  const parallel = single({ Type: 'Parallel', End: true, Branches: [single(pass, 'First'), single({ ...pass, Result: 2 }, 'Second')] })
  const item = single({ Type: 'Pass', Parameters: { 'item.$': '$' }, End: true }, 'Item')
  const map = single({ Type: 'Map', ItemsPath: '$.items', ItemProcessor: item, End: true })
  const task = { Type: 'Task', Resource: LAMBDA, End: true }
  const charge = { overrides: { taskResourceLocalHandlers: { Only: async ({ total }) => ({ charged: total, at: new Date(0), nothing: undefined }) } } }
  const broken = { overrides: { taskResourceLocalHandlers: { Only: () => { throw new RangeError('no stock') } } } }
  const failsTwice = () => {
    let calls = 0
    return () => { if (calls++ < 2) throw new Error('again'); return calls }
  }
  const retries = { overrides: { taskResourceLocalHandlers: { Only: failsTwice() }, retryIntervalOverrides: { Only: 1 } } }
  const caught = { ...single({ ...task, Catch: [{ ErrorEquals: ['RangeError'], Next: 'Caught' }] }) }
  caught.States.Caught = pass
  for (const [name, definition, { input, options }, expected] of [
    ['Pass', single(pass), { input: [1, 'x', null] }, { status: 'SUCCEEDED', output: [1, 'x', null] }],
    ['Choice', choice, { input: { total: 11 } }, { status: 'SUCCEEDED', output: 'large' }],
    ['Fail', choice, { input: { total: 1 } }, { status: 'FAILED', error: 'Orders.Small', cause: 'not enough' }],
    ['Fail with an error', single({ Type: 'Fail', Error: 'Only' }), {}, { status: 'FAILED', error: 'Only' }],
    ['Fail without an error', single({ Type: 'Fail' }), {}, { status: 'FAILED' }],
    ['Succeed', single({ Type: 'Succeed', OutputPath: '$.a' }), { input: { a: 1 } }, { status: 'SUCCEEDED', output: 1 }],
    ['Wait', single({ Type: 'Wait', Seconds: 3600, End: true }), { options: { overrides: { waitTimeOverrides: { Only: 1 } } } }, { status: 'SUCCEEDED', output: {} }],
    ['Parallel', parallel, { input: 1 }, { status: 'SUCCEEDED', output: [1, 2] }],
    ['Map', map, { input: { items: [1, 2] } }, { status: 'SUCCEEDED', output: [{ item: 1 }, { item: 2 }] }],
    ['Task', single(task), { input: { total: 7 }, options: charge }, { status: 'SUCCEEDED', output: { charged: 7, at: '1970-01-01T00:00:00.000Z' } }],
    ['Task without output', single(task), { options: { overrides: { taskResourceLocalHandlers: { Only: () => {} } } } }, { status: 'SUCCEEDED', output: null }],
    ['Task that fails', single(task), { options: broken }, { status: 'FAILED', error: 'RangeError', cause: 'no stock' }],
    ['Task with retries', single({ ...task, Retry: [{ ErrorEquals: ['States.ALL'] }] }), { options: retries }, { status: 'SUCCEEDED', output: 3 }],
    ['Task with a catcher', caught, { options: broken }, { status: 'SUCCEEDED', output: { Error: 'RangeError', Cause: 'no stock' } }],
    ['TimeoutSeconds', { ...single({ Type: 'Wait', Seconds: 3600, End: true }), TimeoutSeconds: 1 }, {}, { status: 'TIMED_OUT' }]
  ]) {
    await t.test(name, async () => assert.deepEqual(await run(definition, { input, options }), expected))
  }
})

test('a function that changes its input changes no later execution', async () => {
  const taskResourceLocalHandlers = { Add: input => { input.count++; return input } }
  const sfn = new StepFunctions({ onStart: runDefinitions({ overrides: { taskResourceLocalHandlers } }) })
  const definition = { StartAt: 'Zero', States: { Zero: { Type: 'Pass', Result: { count: 0 }, Next: 'Add' }, Add: { Type: 'Task', Resource: LAMBDA, End: true } } }
  await sfn.createStateMachine({ name: 'orders', definition: JSON.stringify(definition), roleArn })
  for (let index = 0; index < 3; index++) {
    const started = await sfn.startExecution({ stateMachineArn: MACHINE })
    assert.deepEqual(await waitForEnd(() => sfn.describeExecution(started)), { status: 'SUCCEEDED', output: { count: 1 } })
  }
})

test('exceptions of functions that are not errors', async () => {
  const task = single({ Type: 'Task', Resource: LAMBDA, End: true })
  for (const [exception, error, cause] of [['text', 'string', 'text'], [{ a: 1 }, 'object', '[object Object]']]) {
    const options = { overrides: { taskResourceLocalHandlers: { Only: async () => { throw exception } } } }
    assert.deepEqual(await run(task, { options }), { status: 'FAILED', error, cause })
  }
})

test('a Task state without a function fails instead of calling AWS', async () => {
  const task = single({ Type: 'Task', Resource: LAMBDA, End: true })
  const missing = { status: 'FAILED', error: 'SfnAlias.NoTaskHandler', cause: 'the Task state `Only` has no function in `overrides.taskResourceLocalHandlers`' }
  for (const options of [undefined, {}, { overrides: { taskResourceLocalHandlers: { Other: () => 1 } } }]) assert.deepEqual(await run(task, { options }), missing)
  assert.deepEqual(await run({ StartAt: 'toString', States: { toString: task.States.Only } }), { ...missing, cause: missing.cause.replace('Only', 'toString') })
  // With a configuration for AWS, the engine rejects the incomplete one.
  const { error, cause } = await run(task, { options: { awsConfig: {} } })
  assert.deepEqual([error, cause], ['States.Runtime', "'awsConfig' option was specified in state machine constructor, but 'region' property is not set."])
})

test('the context object has execution and state machine, and the members of the option', async () => {
  const Parameters = {
    'id.$': '$$.Execution.Id', 'name.$': '$$.Execution.Name', 'input.$': '$$.Execution.Input', 'role.$': '$$.Execution.RoleArn', 'machine.$': '$$.StateMachine', 'own.$': '$$.Own'
  }
  const { output } = await run(single({ Type: 'Pass', Parameters, End: true }), { input: { a: 1 }, options: { context: { Own: 7 } } })
  assert.deepEqual(output, {
    id: 'arn:aws:states:us-east-1:000000000000:execution:orders:a', name: 'a', input: { a: 1 }, role: roleArn, machine: { Id: MACHINE, Name: 'orders' }, own: 7
  })
})

test('what the engine would ignore is refused, at any depth', async t => {
  const pass = { Type: 'Pass', End: true }
  const jsonata = single({ ...pass, QueryLanguage: 'JSONata', Output: '{% 1 %}' })
  const nest = (type, member, definition) =>
    single({ Type: type, [member]: member === 'Branches' ? [single(pass, 'First'), definition] : definition, End: true }, member)
  const distributed = { ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' }, ...single(pass, 'Item') }
  const definition = 'JSONata (`QueryLanguage` of the definition)'
  const state = 'JSONata (`QueryLanguage` of the state `Only`)'
  for (const [name, refused, expected] of [
    ['definition', { QueryLanguage: 'JSONata', ...single(pass) }, definition],
    ['state', jsonata, state],
    ['Branches', nest('Parallel', 'Branches', jsonata), state],
    ['ItemProcessor', nest('Map', 'ItemProcessor', jsonata), state],
    ['Iterator', nest('Map', 'Iterator', jsonata), state],
    ['nested twice', nest('Map', 'ItemProcessor', nest('Parallel', 'Branches', jsonata)), state],
    ['Assign', single({ ...pass, Assign: { a: 1 } }), '`Assign` (in the state `Only`)'],
    ['Assign of a choice', { StartAt: 'Only', States: { Only: { Type: 'Choice', Choices: [{ Variable: '$.a', IsPresent: true, Assign: { a: 1 }, Next: 'Done' }] }, Done: { Type: 'Succeed' } } }, '`Assign` (in the state `Only`)'],
    ['ToleratedFailureCount', single({ Type: 'Map', ToleratedFailureCount: 1, ItemProcessor: distributed, End: true }), '`ToleratedFailureCount` (in the state `Only`)'],
    ['Result null', single({ ...pass, Result: null }), 'the `Result` null (of the state `Only`)'],
    ['Result false', single({ ...pass, Result: false }), 'the `Result` false (of the state `Only`)']
  ]) {
    await t.test(name, async () => {
      const cause = `aws-local-stepfunctions does not support ${expected}; run it with an engine behind \`sfn-alias serve --upstream\`, or decide its result with \`outcomes\``
      assert.deepEqual(await run(refused), { status: 'FAILED', error: 'SfnAlias.NotSupported', cause })
    })
  }
})

test('JSONata as data, and JSONPath by name, are not refused', async () => {
  const data = { QueryLanguage: 'JSONata', Assign: 1, nested: [{ QueryLanguage: 'JSONata' }] }
  assert.deepEqual(await run({ QueryLanguage: 'JSONPath', ...single({ Type: 'Pass', Result: data, End: true }) }), { status: 'SUCCEEDED', output: data })
})

test('a definition that only the engine rejects is FAILED', async () => {
  const definition = single({ Type: 'Task', Resource: 'not an ARN', End: true })
  const { status, error, cause } = await run(definition)
  assert.deepEqual([status, error], ['FAILED', 'Error'])
  assert.match(cause, /^State machine definition is invalid, see error\(s\) below:/)
  const options = { validationOptions: { checkArn: false }, overrides: { taskResourceLocalHandlers: { Only: () => 1 } } }
  assert.deepEqual(await run(definition, { options }), { status: 'SUCCEEDED', output: 1 })
})

test('StopExecution ends the run in a Wait state', async () => {
  const called = []
  const overrides = { taskResourceLocalHandlers: { Record: input => { called.push(input); return input } }, waitTimeOverrides: { Settle: 30 } }
  const sfn = new StepFunctions({ onStart: runDefinitions({ overrides }) })
  const definition = { StartAt: 'Settle', States: { Settle: { Type: 'Wait', Seconds: 60, Next: 'Record' }, Record: { Type: 'Task', Resource: LAMBDA, End: true } } }
  await sfn.createStateMachine({ name: 'orders', definition: JSON.stringify(definition), roleArn })
  const [stopped, other] = await Promise.all(['1', '2'].map(input => sfn.startExecution({ stateMachineArn: MACHINE, input })))
  await sfn.stopExecution({ ...stopped, error: 'Orders.Withdrawn' })
  assert.deepEqual(await waitForEnd(() => sfn.describeExecution(other)), { status: 'SUCCEEDED', output: 2 })
  await sleep(30)
  assert.deepEqual(called, [2])
  assert.deepEqual(await waitForEnd(() => sfn.describeExecution(stopped)), { status: 'ABORTED', error: 'Orders.Withdrawn' })
  // A redrive runs the definition from its start.
  await sfn.redriveExecution(stopped)
  assert.deepEqual(await waitForEnd(() => sfn.describeExecution(stopped)), { status: 'SUCCEEDED', output: 1 })
})

test('StartSyncExecution returns the output', async () => {
  const sfn = new StepFunctions({ onStart: runDefinitions() })
  await sfn.createStateMachine({ name: 'orders', definition: JSON.stringify(single({ Type: 'Pass', End: true })), roleArn, type: 'EXPRESS' })
  const { status, output } = await sfn.startSyncExecution({ stateMachineArn: MACHINE, input: '{"a": 1}' })
  assert.deepEqual([status, output], ['SUCCEEDED', '{"a":1}'])
})

test('options that are not objects are errors', () => {
  for (const options of [null, 'x', () => {}]) {
    assert.throws(() => runDefinitions(options), { name: 'TypeError', message: 'options: expected a plain object, for example { overrides: {} }' })
  }
})

test('without the engine, the error says what to install', t => {
  const folder = mkdtempSync(join(tmpdir(), 'sfn-alias-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  for (const name of ['sfn-alias', `sfn-alias-${process.platform}-${process.arch}-gnu`]) {
    cpSync(join('node_modules', name), join(folder, 'node_modules', name), { recursive: true, dereference: true, filter: path => !path.includes('cdk') })
  }
  const code = "try { require('sfn-alias/local-stepfunctions').runDefinitions() } catch (error) { console.log(error.message) }"
  const { stdout } = spawnSync(process.execPath, ['-e', code], { cwd: folder, encoding: 'utf8' })
  assert.equal(stdout, 'sfn-alias: the package aws-local-stepfunctions is not installed\nhelp: run `npm install --save-dev aws-local-stepfunctions@3`\n')
})

test('close ends the runs, so that the process exits', () => {
  const code = `
    import { StepFunctions } from 'sfn-alias'
    import { runDefinitions } from 'sfn-alias/local-stepfunctions'
    const sfn = new StepFunctions({ onStart: runDefinitions() })
    const definition = JSON.stringify(${JSON.stringify(single({ Type: 'Wait', Seconds: 3600, End: true }))})
    const { stateMachineArn } = await sfn.createStateMachine({ name: 'orders', definition, roleArn: '${roleArn}' })
    await sfn.startExecution({ stateMachineArn })
    sfn.close()`
  const { status, signal } = spawnSync(process.execPath, ['--input-type=module', '-e', code], { encoding: 'utf8', timeout: 60_000 })
  assert.deepEqual([status, signal], [0, null])
})
