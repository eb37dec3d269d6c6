// Vitest, with its default pool and with `vmThreads`, where tests run in another realm.
import { CreateStateMachineCommand, ListStateMachinesCommand, SFNClient } from '@aws-sdk/client-sfn'
import { mock, StepFunctions } from 'sfn-alias'
import { runDefinitions } from 'sfn-alias/local-stepfunctions'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

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

test('fake timers decide the time', async () => {
  vi.useFakeTimers({ now: Date.UTC(2030, 0, 2) })
  try {
    const { creationDate } = await client.send(new CreateStateMachineCommand(orders))
    expect(creationDate).toEqual(new Date('2030-01-02T00:00:00Z'))
    vi.advanceTimersByTime(5000)
    expect((await active.service.createStateMachine({ ...orders, name: 'b' })).creationDate.toISOString()).toBe('2030-01-02T00:00:05.000Z')
  } finally {
    vi.useRealTimers()
  }
})

test('errors are those of the test', async () => {
  const error = await new StepFunctions().updateStateMachine({ stateMachineArn: 'x' }).catch(error => error)
  expect(error).toBeInstanceOf(Error)
  expect(() => new StepFunctions({ seed: 'x' })).toThrow(TypeError)
})

test('the functions of executions', async () => {
  const onStart = async ({ startDate, input }, { signal }) => {
    if (input === '"fail"') throw new RangeError('no')
    return { output: [startDate instanceof Date, signal.aborted] }
  }
  for (const [callback, input, expected] of [
    [onStart, '1', { status: 'SUCCEEDED', output: '[true,false]' }],
    [onStart, '"fail"', { status: 'FAILED', error: 'RangeError', cause: 'no' }],
    [runDefinitions(), '1', { status: 'SUCCEEDED', output: '1' }]
  ]) {
    const sfn = new StepFunctions({ onStart: callback })
    const { stateMachineArn } = await sfn.createStateMachine(orders)
    const { executionArn } = await sfn.startExecution({ stateMachineArn, input })
    await vi.waitFor(async () => expect(await sfn.describeExecution({ executionArn })).toMatchObject(expected), { timeout: 10_000 })
    sfn.close()
  }
})
