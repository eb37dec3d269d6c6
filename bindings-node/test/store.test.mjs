// The durable store: it works off the main thread, is shared by several services and survives the process.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { StepFunctions } from 'sfn-alias'

const folder = mkdtempSync(join(tmpdir(), 'sfn-alias-'))
after(() => rmSync(folder, { recursive: true, force: true }))
const machine = name => ({ name, definition: '{"StartAt": "D", "States": {"D": {"Type": "Succeed"}}}', roleArn: 'arn:aws:iam::1:role/r' })

test('another process reads what was written', async () => {
  const path = join(folder, 'process.db')
  const sfn = await StepFunctions.open(path)
  await sfn.createStateMachine(machine('orders'))
  const code = "import { StepFunctions } from 'sfn-alias'; console.log((await (await StepFunctions.open(process.argv[1])).listStateMachines()).stateMachines[0].name)"
  const output = execFileSync(process.execPath, ['--input-type=module', '-e', code, path], { encoding: 'utf8' })
  assert.equal(output, 'orders\n')
})

test('concurrent writes are all stored', async () => {
  const path = join(folder, 'many.db')
  const services = await Promise.all([StepFunctions.open(path), StepFunctions.open(path)])
  const names = Array.from({ length: 60 }, (_, index) => `m${String(index).padStart(2, '0')}`)
  await Promise.all(names.map((name, index) => services[index % 2].createStateMachine(machine(name))))
  const { stateMachines } = await services[0].listStateMachines()
  assert.deepEqual(stateMachines.map(({ name }) => name), names)
})

test('the store does not block the main thread', async () => {
  const sfn = await StepFunctions.open(join(folder, 'thread.db'))
  let settled = false
  const writing = sfn.createStateMachine(machine('orders')).then(() => { settled = true })
  await Promise.resolve()
  await Promise.resolve()
  assert.equal(settled, false)
  await writing
})

test('a call has the time when it was made', async () => {
  let now = 1_000_000
  const sfn = await StepFunctions.open(join(folder, 'time.db'), { clock: () => now })
  const first = sfn.createStateMachine(machine('a'))
  now = 2_000_000
  const second = sfn.createStateMachine(machine('b'))
  assert.equal((await first).creationDate.getTime(), 1_000_000)
  assert.equal((await second).creationDate.getTime(), 2_000_000)
})

test('close finishes running calls and rejects new ones', async () => {
  const sfn = await StepFunctions.open(join(folder, 'close.db'))
  const writing = sfn.createStateMachine(machine('orders'))
  sfn.close()
  await writing
  await assert.rejects(sfn.listStateMachines(), { code: 'ServiceClosed' })
})

test('scopes share a file and are isolated', async () => {
  const sfn = await StepFunctions.open(join(folder, 'scope.db'), { scope: { account: '123456789012' } })
  const other = sfn.inScope({ region: 'eu-central-1' })
  const { stateMachineArn } = await other.createStateMachine(machine('orders'))
  assert.equal(stateMachineArn, 'arn:aws:states:eu-central-1:123456789012:stateMachine:orders')
  assert.deepEqual((await sfn.listStateMachines()).stateMachines, [])
})
