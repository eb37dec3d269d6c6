// Jest runs each test file in its own realm and with its own module registry.
const { ListStateMachinesCommand, CreateStateMachineCommand, SFNClient } = require('@aws-sdk/client-sfn')
const { Deployment, plan } = require('sfn-alias/deploy')
const { runDefinitions } = require('sfn-alias/local-stepfunctions')
const { attach, mock, serve, StepFunctions, validate, WeightedPicker } = require('sfn-alias')

const orders = { name: 'orders', definition: '{"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}', roleArn: 'arn:aws:iam::000000000000:role/orders' }
const client = new SFNClient({ region: 'eu-west-1' })
let active

beforeEach(() => { active = mock() })
afterEach(() => active.restore())

test('mock answers a client that was created before', async () => {
  const { creationDate } = await client.send(new CreateStateMachineCommand(orders))
  expect(creationDate).toBeInstanceOf(Date)
  expect((await new SFNClient({ region: 'eu-west-1' }).send(new ListStateMachinesCommand({}))).stateMachines).toHaveLength(1)
})

test('each test has an empty store', async () => {
  expect((await client.send(new ListStateMachinesCommand({}))).stateMachines).toEqual([])
})

test('a client that the application creates, after a reset of modules', async () => {
  jest.resetModules()
  const fresh = require('@aws-sdk/client-sfn')
  expect(fresh.SFNClient).not.toBe(SFNClient)
  const again = require('sfn-alias').mock()
  expect((await new fresh.SFNClient({ region: 'eu-west-1' }).send(new fresh.ListStateMachinesCommand({}))).stateMachines).toEqual([])
  again.restore()
})

test('fake timers decide the time', async () => {
  jest.useFakeTimers({ now: Date.UTC(2030, 0, 2) })
  try {
    const { creationDate } = await client.send(new CreateStateMachineCommand(orders))
    expect(creationDate).toEqual(new Date('2030-01-02T00:00:00Z'))
    expect(creationDate).toBeInstanceOf(Date)
    jest.advanceTimersByTime(5000)
    expect((await active.service.createStateMachine({ ...orders, name: 'b' })).creationDate).toBeInstanceOf(Date)
    const { executionArn } = await active.service.startExecution({ stateMachineArn: 'arn:aws:states:us-east-1:000000000000:stateMachine:b' })
    expect((await active.service.endExecution(executionArn, { error: 'E', after: '5s' })).stopDate).toEqual(new Date('2030-01-02T00:00:10Z'))
    expect((await active.service.describeExecution({ executionArn })).status).toBe('RUNNING')
    jest.setSystemTime(Date.UTC(2030, 0, 2, 0, 0, 10))
    expect((await active.service.describeExecution({ executionArn })).status).toBe('FAILED')
    jest.setSystemTime(Date.UTC(2030, 0, 2, 0, 0, 5))
    expect((await active.service.describeStateMachine({ stateMachineArn: 'arn:aws:states:us-east-1:000000000000:stateMachine:b' })).creationDate.toISOString()).toBe('2030-01-02T00:00:05.000Z')
  } finally {
    jest.useRealTimers()
  }
})

test('dates, errors, promises and objects are those of the test', async () => {
  const sfn = new StepFunctions({ clock: () => new Date(0) })
  const promise = sfn.createStateMachine(orders)
  expect(promise).toBeInstanceOf(Promise)
  expect((await promise).creationDate).toBeInstanceOf(Date)
  const error = await sfn.updateStateMachine({ stateMachineArn: 'x' }).catch(error => error)
  expect(error).toBeInstanceOf(Error)
  expect(error).toMatchObject({ name: 'InvalidArn', code: 'InvalidArn', $fault: 'client', $metadata: { httpStatusCode: 400 } })
  expect(Object.getPrototypeOf(error.$metadata)).toBe(Object.prototype)
  expect(await sfn.callJson('ListTagsForResource', '{')).toStrictEqual({ status: 400, body: expect.any(String) })
  await expect(sfn.endExecution('x')).rejects.toBeInstanceOf(Error)
  for (const call of [() => validate('StartExecution', {}), () => sfn.setOutcomes('x'), () => new StepFunctions({ seed: 'x' }), () => new WeightedPicker('x'), () => sfn.inScope({ account: 1 })]) {
    expect(call).toThrow(Error)
    try { call() } catch (thrown) { expect(thrown).toBeInstanceOf(Error) }
  }
  expect(() => new StepFunctions({ seed: 'x' })).toThrow(TypeError)
  sfn.close()
  await expect(sfn.listStateMachines()).rejects.toBeInstanceOf(Error)
})

test('a store in a file', async () => {
  const path = require('node:path').join(require('node:os').tmpdir(), `sfn-alias-jest-${process.pid}.db`)
  const opening = StepFunctions.open(path)
  expect(opening).toBeInstanceOf(Promise)
  const sfn = await opening
  expect(sfn).toBeInstanceOf(StepFunctions)
  expect((await sfn.inScope({ region: 'eu-west-1' }).createStateMachine(orders)).creationDate).toBeInstanceOf(Date)
  await expect(sfn.describeStateMachine({ stateMachineArn: 'x' })).rejects.toBeInstanceOf(Error)
  await sfn.reset()
  expect(sfn.requestBytes).toBe(1048576)
  sfn.close()
  for (const suffix of ['', '-wal', '-shm', '-lock']) require('node:fs').rmSync(path + suffix, { force: true })
  await expect(StepFunctions.open('/nowhere/a.db')).rejects.toBeInstanceOf(Error)
})

test('a deployment', () => {
  const preference = { Type: 'ALL_AT_ONCE', StateMachineVersionArn: 'arn:aws:states:us-east-1:123456789012:stateMachine:orders:2' }
  expect(plan({ preference, currentRouting: [{ stateMachineVersionArn: preference.StateMachineVersionArn.replace(/2$/, '1'), weight: 100 }] })).toBeInstanceOf(Object)
  expect(() => plan({ preference: 'x' })).toThrow(Error)
  expect(Deployment).toBeInstanceOf(Function)
})

test('an attached client, and a server that is not closed', async () => {
  const server = await serve()
  expect((await attach(new SFNClient({ region: 'eu-west-1' }), server.service).send(new ListStateMachinesCommand({}))).stateMachines).toEqual([])
  const overHttp = new SFNClient({ endpoint: server.url, requestHandler: undefined, region: 'eu-west-1', credentials: { accessKeyId: 'none', secretAccessKey: 'none' } })
  active.restore()
  expect((await overHttp.send(new ListStateMachinesCommand({}))).stateMachines).toEqual([])
})

test('the functions of executions', async () => {
  const path = require('node:path').join(require('node:os').tmpdir(), `sfn-alias-jest-start-${process.pid}.db`)
  const onStart = async ({ startDate, input }, { signal }) => {
    if (input === '"fail"') throw new RangeError('no')
    return { output: [startDate instanceof Date, signal.aborted] }
  }
  for (const [sfn, output] of [[new StepFunctions({ onStart }), '[true,false]'], [await StepFunctions.open(path, { onStart }), '[true,false]'], [new StepFunctions({ onStart: runDefinitions() }), '1']]) {
    const { stateMachineArn } = await sfn.createStateMachine(orders)
    const run = async input => {
      const { executionArn } = await sfn.startExecution({ stateMachineArn, input })
      for (;;) {
        const execution = await sfn.describeExecution({ executionArn })
        if (execution.status !== 'RUNNING') return execution
        await new Promise(resolve => setTimeout(resolve, 5))
      }
    }
    expect(await run('1')).toMatchObject({ status: 'SUCCEEDED', output })
    if (output !== '1') expect(await run('"fail"')).toMatchObject({ status: 'FAILED', error: 'RangeError', cause: 'no' })
    sfn.close()
  }
  for (const suffix of ['', '-wal', '-shm', '-lock']) require('node:fs').rmSync(path + suffix, { force: true })
})
