// The durable store from Node: off the main thread, several at once, and there when the process is gone.
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

test('what was answered is there in another process', async () => {
  const path = join(folder, 'process.db')
  const aliases = await StepFunctions.open(path)
  await aliases.createStateMachine(machine('orders'))
  const code = "import { StepFunctions } from 'sfn-alias'; console.log((await (await StepFunctions.open(process.argv[1])).listStateMachines()).stateMachines[0].name)"
  const told = execFileSync(process.execPath, ['--input-type=module', '-e', code, path], { encoding: 'utf8' })
  assert.equal(told, 'orders\n')
})

test('many at once lose nothing', async () => {
  const path = join(folder, 'many.db')
  const services = await Promise.all([StepFunctions.open(path), StepFunctions.open(path)])
  const names = Array.from({ length: 60 }, (_, index) => `m${String(index).padStart(2, '0')}`)
  await Promise.all(names.map((name, index) => services[index % 2].createStateMachine(machine(name))))
  const { stateMachines } = await services[0].listStateMachines()
  assert.deepEqual(stateMachines.map(({ name }) => name), names)
})

test('the main thread goes on while the store works', async () => {
  const aliases = await StepFunctions.open(join(folder, 'thread.db'))
  let settled = false
  const writing = aliases.createStateMachine(machine('orders')).then(() => { settled = true })
  await Promise.resolve()
  await Promise.resolve()
  assert.equal(settled, false)
  await writing
})

test('the time of a call is that at which it was made', async () => {
  let now = 1_000_000
  const aliases = await StepFunctions.open(join(folder, 'time.db'), { clock: () => now })
  const first = aliases.createStateMachine(machine('a'))
  now = 2_000_000
  const second = aliases.createStateMachine(machine('b'))
  assert.equal((await first).creationDate.getTime(), 1_000_000)
  assert.equal((await second).creationDate.getTime(), 2_000_000)
})

test('work goes on after close, and the object refuses', async () => {
  const aliases = await StepFunctions.open(join(folder, 'close.db'))
  const writing = aliases.createStateMachine(machine('orders'))
  aliases.close()
  await writing
  await assert.rejects(aliases.listStateMachines(), { code: 'ServiceClosed' })
})

test('scopes share a file and do not see each other', async () => {
  const aliases = await StepFunctions.open(join(folder, 'scope.db'), { scope: { account: '123456789012' } })
  const other = aliases.inScope({ region: 'eu-central-1' })
  const { stateMachineArn } = await other.createStateMachine(machine('orders'))
  assert.equal(stateMachineArn, 'arn:aws:states:eu-central-1:123456789012:stateMachine:orders')
  assert.deepEqual((await aliases.listStateMachines()).stateMachines, [])
})
