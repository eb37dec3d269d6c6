// The exports of the package. They cover all operations and error codes of the core.
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { Worker } from 'node:worker_threads'
import * as esm from 'sfn-alias'
import { repository } from './support/repository.mjs'

const require = createRequire(import.meta.url)
const cjs = require('sfn-alias')
const installed = dirname(require.resolve('sfn-alias/package.json'))
const names = [
  'StepFunctions', 'RequestHandler', 'WeightedPicker', 'attach', 'check', 'checkTemplate', 'compare', 'detach', 'errorKinds', 'fingerprint',
  'fingerprintEncoding', 'formatArn', 'mock', 'operations', 'parseArn', 'pick', 'serve', 'templateRules', 'validate'
]

test('the tests use the installed package, not the source tree', () => {
  assert.notEqual(installed, join(repository, 'bindings-node'))
  const files = readdirSync(installed).filter(file => !['node_modules'].includes(file)).sort()
  assert.deepEqual(files, [
    'LICENSE-APACHE', 'LICENSE-MIT', 'README.md', 'bin', 'cdk', 'deploy-report.js', 'deploy.d.ts', 'deploy.js', 'ending.js', 'index.d.mts', 'index.d.ts', 'index.js',
    'index.mjs', 'input.js', 'local-stepfunctions.d.ts', 'local-stepfunctions.js', 'mock.js', 'native.js', 'output.js', 'package.json', 'realm.js',
    'serve.js', 'service.js', 'start-callback.js'
  ])
})

test('import and require return the same exports', () => {
  for (const name of names) assert.equal(esm[name], cjs[name], name)
  assert.deepEqual(Object.keys(esm).filter(name => name !== 'default').sort(), [...names, 'ErrorCode'].sort())
})

test('declarations contain no Rust syntax', () => {
  for (const file of ['index.d.ts', 'deploy.d.ts', 'local-stepfunctions.d.ts']) {
    assert.doesNotMatch(readFileSync(join(installed, file), 'utf8'), /\br#*"/, file)
  }
})

test('index.d.ts declares the exports and nothing else', () => {
  const declared = [...readFileSync(join(installed, 'index.d.ts'), 'utf8').matchAll(/^export declare (?:class|const|function) (\w+)|^export declare const enum|^export function (\w+)/gm)]
  assert.deepEqual([...new Set(declared.map(([, name]) => name))].sort(), [...names, 'ErrorCode'].filter(name => name !== undefined).sort())
})

test('every operation is a method', () => {
  const methods = Object.getOwnPropertyNames(esm.StepFunctions.prototype)
  const expected = esm.operations().map(name => name[0].toLowerCase() + name.slice(1))
  assert.equal(expected.length, 25)
  const ours = ['constructor', 'inScope', 'call', 'callJson', 'startCounts', 'requestHandler', 'reset', 'handleHttpRequest', 'requestBytes', 'close', 'endExecution', 'evaluateAlarms', 'setOutcomes']
  assert.deepEqual(methods.sort(), [...expected, ...ours].sort())
})

test('every error code has its number', () => {
  assert.deepEqual(esm.errorKinds(), expectedKinds())
  assert.deepEqual(Object.keys(esm.ErrorCode).sort(), expectedKinds().map(({ code }) => code).sort())
  const [, declared] = /^export type ErrorCode =\n((?:  \| '\w+'\n)+)/m.exec(readFileSync(join(installed, 'index.d.ts'), 'utf8'))
  assert.deepEqual([...declared.matchAll(/\w+/g)].map(([code]) => code).sort(), Object.keys(esm.ErrorCode).sort())
})

/** The numbers must never change, so the test repeats them. */
function expectedKinds () {
  return [
    ['ConflictException', 10], ['ExecutionAlreadyExists', 20], ['ExecutionDoesNotExist', 30], ['ExecutionNotRedrivable', 35], ['InvalidArn', 40],
    ['InvalidDefinition', 50], ['InvalidEncryptionConfiguration', 55], ['InvalidExecutionInput', 60],
    ['InvalidLoggingConfiguration', 65], ['InvalidName', 70], ['InvalidToken', 80],
    ['MissingRequiredParameter', 90], ['ResourceNotFound', 100], ['ServiceQuotaExceededException', 110],
    ['StateMachineAlreadyExists', 120], ['StateMachineDeleting', 130], ['StateMachineDoesNotExist', 140],
    ['StateMachineTypeNotSupported', 150], ['TooManyTags', 160], ['ValidationException', 170],
    ['AccessDeniedException', 172], ['ThrottlingException', 174],
    ['UnknownOperationException', 180], ['SerializationException', 190],
    ['RequestEntityTooLargeException', 200, 413], ['InternalServerError', 202, 500], ['ServiceUnavailable', 204, 503],
    ['InternalFailure', 210, 500],
    ['StorageFailure', 220, 500], ['ServiceClosed', 230, 500], ['EntropyFailure', 240, 500]
  ].map(([code, number, status = 400]) => ({ code, number, status }))
}

test('outputs and errors have the members of the SDK', async () => {
  const sfn = new esm.StepFunctions({ clock: () => new Date(1744230237250) })
  const created = await sfn.createStateMachine({
    name: 'orders', definition: '{"StartAt": "D", "States": {"D": {"Type": "Succeed"}}}', roleArn: 'arn:aws:iam::1:role/r'
  })
  assert.deepEqual(created.creationDate, new Date(1744230237250))
  const { requestId, ...metadata } = created.$metadata
  assert.deepEqual(metadata, { httpStatusCode: 200, attempts: 1, totalRetryDelay: 0 })
  assert.match(requestId, /^[0-9a-f-]{36}$/)
  const error = await sfn.updateStateMachineAlias({ stateMachineAliasArn: created.stateMachineArn + ':PROD' })
    .catch(error => error)
  assert.ok(error instanceof Error)
  assert.equal(error.name, 'ValidationException')
  assert.equal(error.code, 'ValidationException')
  assert.equal(error.message, 'Either the description or the routing configuration must be specified')
  assert.equal(error.reason, 'MISSING_REQUIRED_PARAMETER')
  assert.equal(error.$fault, 'client')
  assert.equal(error.$metadata.httpStatusCode, 400)
})

test('startCounts counts the starts of each version', async () => {
  const sfn = new esm.StepFunctions()
  const { stateMachineArn, stateMachineVersionArn } = await sfn.createStateMachine({
    name: 'orders', definition: '{"StartAt": "D", "States": {"D": {"Type": "Succeed"}}}', roleArn: 'arn:aws:iam::1:role/r', publish: true
  })
  await sfn.startExecution({ stateMachineArn })
  await sfn.startExecution({ stateMachineArn: stateMachineVersionArn })
  await sfn.startExecution({ stateMachineArn: stateMachineVersionArn })
  assert.deepEqual(await sfn.startCounts(stateMachineArn), [{ version: null, count: 1 }, { version: 1, count: 2 }])
  const error = await sfn.startCounts('orders').catch(error => error)
  assert.equal(error.code, 'InvalidArn')
})

test('a closed service rejects all calls, in all scopes', async () => {
  const sfn = new esm.StepFunctions()
  const other = sfn.inScope({ region: 'eu-central-1' })
  const handler = sfn.requestHandler()
  sfn.close()
  sfn.close()
  const closed = { name: 'ServiceClosed', code: 'ServiceClosed', message: 'the service is closed' }
  for (const call of [
    () => sfn.listStateMachines(), () => other.listStateMachines(), () => sfn.call('ListStateMachines'), () => sfn.callJson('ListStateMachines', '{}'),
    () => sfn.startCounts('x'), () => sfn.endExecution('x'), () => sfn.evaluateAlarms({ alarms: [] }), () => sfn.reset(), () => sfn.handleHttpRequest({ method: 'GET', url: '/health', rawHeaders: [] }, ''),
    () => handler.handle({ headers: {} })
  ]) await assert.rejects(call, closed)
  for (const call of [() => sfn.inScope({}), () => sfn.setOutcomes(null), () => sfn.requestBytes]) assert.throws(call, closed)
})

test('reset empties all scopes and restarts routing from the seed', async () => {
  const sfn = new esm.StepFunctions({ seed: 7 })
  const other = sfn.inScope({ region: 'eu-central-1' })
  const machine = { name: 'orders', definition: '{"StartAt": "D", "States": {"D": {"Type": "Succeed"}}}', roleArn: 'arn:aws:iam::1:role/r' }
  const names = []
  for (let time = 0; time < 2; time++) {
    await other.createStateMachine(machine)
    const { stateMachineArn, stateMachineVersionArn } = await sfn.createStateMachine({ ...machine, publish: true })
    const { stateMachineVersionArn: second } = await sfn.updateStateMachine({ stateMachineArn, definition: machine.definition.replaceAll('D"', 'E"'), publish: true })
    const routingConfiguration = [stateMachineVersionArn, second].map(stateMachineVersionArn => ({ stateMachineVersionArn, weight: 50 }))
    const { stateMachineAliasArn } = await sfn.createStateMachineAlias({ name: 'PROD', routingConfiguration })
    for (let start = 0; start < 20; start++) await sfn.startExecution({ stateMachineArn: stateMachineAliasArn })
    names.push(await sfn.startCounts(stateMachineArn))
    assert.equal(await sfn.reset(), undefined)
    assert.deepEqual((await sfn.listStateMachines()).stateMachines, [])
    assert.deepEqual((await other.listStateMachines()).stateMachines, [])
  }
  assert.deepEqual(names[0], names[1])
})

test('classes need `new`, and wrong options are named', () => {
  for (const create of [esm.StepFunctions, esm.WeightedPicker]) assert.throws(() => create(), TypeError)
  const invalid = message => ({ name: 'TypeError', code: 'ERR_INVALID_ARG_VALUE', message })
  assert.throws(() => new esm.StepFunctions('x.db'), invalid('options: expected a plain object; to open a file, use `StepFunctions.open(path)`'))
  for (const options of [5, [], null]) assert.throws(() => new esm.StepFunctions(options), invalid('options: expected a plain object'))
  assert.throws(() => new esm.StepFunctions({ limits: 5 }), invalid('options: `/limits`: invalid type: integer `5`, expected a plain object'))
  assert.throws(() => new esm.StepFunctions({ scope: 'eu-west-1' }), invalid('options: `/scope`: invalid type: string "eu-west-1", expected a plain object'))
  assert.throws(() => new esm.StepFunctions({ scope: { account: 1 } }), invalid('options: `/scope/account`: invalid type: integer `1`, expected a string'))
  assert.throws(() => new esm.StepFunctions().inScope('eu-west-1'), invalid('scope: invalid type: string "eu-west-1", expected a plain object'))
  assert.throws(() => esm.formatArn('x'), invalid(/^parts: invalid type: string "x", expected /))
  assert.throws(() => esm.checkTemplate('{}', 'x'), invalid(/^options: invalid type: string "x", expected /))
})

test('the package works in worker threads', async () => {
  const code = `
    const { StepFunctions } = require(${JSON.stringify(require.resolve('sfn-alias'))})
    new StepFunctions().listStateMachines().then(({ stateMachines }) => require('node:worker_threads').parentPort.postMessage(stateMachines))`
  const workers = Array.from({ length: 4 }, () => new Promise((resolve, reject) => {
    new Worker(code, { eval: true }).once('message', resolve).once('error', reject)
  }))
  assert.deepEqual(await Promise.all(workers), [[], [], [], []])
})
