// Invalid inputs: the error names the member, and nothing is lost.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { StepFunctions, check, compare, fingerprint, formatArn, parseArn, pick, validate, WeightedPicker } from 'sfn-alias'

const VERSION = 'arn:aws:states:us-east-1:000000000000:stateMachine:orders:1'
const folder = mkdtempSync(join(tmpdir(), 'sfn-alias-'))
after(() => rmSync(folder, { recursive: true, force: true }))

const create = changes => ({ name: 'PROD', routingConfiguration: [{ stateMachineVersionArn: VERSION, weight: 100 }], ...changes })
const weight = weight => create({ routingConfiguration: [{ stateMachineVersionArn: VERSION, weight }] })
const parseError = 'cannot parse the request: '

/** Inputs of CreateStateMachineAlias with their messages. */
const invalidInputs = [
  ['a number instead of a string', create({ name: 5 }), "`/name`: expected a string, found an integer"],
  ['a string instead of a number', weight('100'), "`/routingConfiguration/0/weight`: expected an integer, found a string"],
  ['a fraction', weight(99.5), "`/routingConfiguration/0/weight`: expected an integer, found a floating-point number"],
  ['an integer beyond 64 bits', weight(2n ** 70n), "`/routingConfiguration/0/weight`: expected an integer, found an integer beyond 64 bits"],
  ['a number beyond 64 bits', weight(1e300), "`/routingConfiguration/0/weight`: expected an integer, found an integer beyond 64 bits"],
  ['NaN', weight(NaN), parseError + "`/routingConfiguration/0/weight`: NaN is not a valid JSON number"],
  ['Infinity', weight(-Infinity), parseError + "`/routingConfiguration/0/weight`: -Infinity is not a valid JSON number"],
  ['a string instead of a list', create({ routingConfiguration: 'x' }), "`/routingConfiguration`: expected a list, found a string"],
  ['an object instead of a list', create({ routingConfiguration: { 0: {} } }), "`/routingConfiguration`: expected a list, found an object"],
  ['a list instead of a string', create({ description: [] }), "`/description`: expected a string, found a list"],
  ['a Date instead of a string', create({ description: new Date() }), "`/description`: expected a string, found an object"],
  ['null in a list', create({ routingConfiguration: [null] }), "`/routingConfiguration/0`: expected an object, found null"],
  ['a hole in a list', create({ routingConfiguration: new Array(4294967295) }), "`/routingConfiguration/0`: expected an object, found null"],
  ['a lone surrogate', create({ name: 'a\ud800b' }), parseError + "`/name`: the string is not valid Unicode: it contains a lone surrogate (half of a surrogate pair)"],
  ['a lone surrogate in a long string', create({ description: 'x'.repeat(5000) + '\udc00' }), parseError + "`/description`: the string is not valid Unicode: it contains a lone surrogate (half of a surrogate pair)"],
  ['a function', create({ name: () => 'PROD' }), parseError + "`/name`: a function is not a valid JSON value"],
  ['a symbol', create({ name: Symbol('PROD') }), parseError + "`/name`: a symbol is not a valid JSON value"],
  ['a list as input', [], parseError + 'expected an object, found a list'],
  ['null as input', null, parseError + 'expected an object, found null'],
  ['a function as input', () => {}, parseError + 'a function is not a valid JSON value']
]

for (const [what, input, message] of invalidInputs) {
  test(`the error names the member: ${what}`, async () => {
    const expected = { code: 'SerializationException', name: 'SerializationException', message }
    assert.throws(() => validate('CreateStateMachineAlias', input), expected)
    assert.deepEqual(check('CreateStateMachineAlias', input).map(({ message }) => message), [message])
    assert.throws(() => fingerprint(input), expected)
    for (const sfn of [new StepFunctions(), await StepFunctions.open(join(folder, 'invalid.db'))]) {
      await assert.rejects(sfn.createStateMachineAlias(input), expected)
    }
  })
}

test('a proxy that throws is an error of the request', () => {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  const message = /^cannot parse the request: reading the value threw an exception: TypeError: /
  assert.throws(() => validate('CreateStateMachineAlias', proxy), { code: 'SerializationException', message })
})

test('an object without members of its own is not an empty one', () => {
  for (const options of [new Map(), new Set(), /x/, new String('x'), new ArrayBuffer(1)]) {
    assert.throws(() => new StepFunctions(options), { code: 'ERR_INVALID_ARG_VALUE', message: /expected a plain object$/ })
  }
})

test('missing members are reported together', () => {
  const message = "2 validation errors detected: Value null at 'name' failed to satisfy constraint: Member must not be null; Value null at 'routingConfiguration' failed to satisfy constraint: Member must not be null"
  for (const input of [{}, undefined, { name: undefined }, { name: null }, '{}', Buffer.from('{}')]) {
    assert.throws(() => validate('CreateStateMachineAlias', input), { code: 'ValidationException', message })
  }
})

test('50.0 is 50, and so is 50n', () => {
  const halves = (first, second) => create({ routingConfiguration: [
    { stateMachineVersionArn: VERSION, weight: first }, { stateMachineVersionArn: VERSION.slice(0, -1) + 2, weight: second }] })
  assert.equal(fingerprint(halves(50.0, 50n)), fingerprint(halves(50, 50)))
})

test('the exception of a getter is the cause of the error', async () => {
  const boom = new Error('boom')
  const input = { ...create(), get description () { throw boom } }
  const expected = { code: 'SerializationException', message: parseError + "`/description`: reading the value threw an exception: Error: boom", cause: boom }
  assert.throws(() => validate('CreateStateMachineAlias', input), expected)
  await assert.rejects(new StepFunctions().createStateMachineAlias(input), expected)
  await assert.rejects((await StepFunctions.open(join(folder, 'getter.db'))).createStateMachineAlias(input), expected)
  const proxy = new Proxy({}, { get (_, name) { throw new TypeError(`no ${String(name)}`) } })
  assert.throws(() => validate('CreateStateMachineAlias', proxy), { message: parseError + "`/description`: reading the value threw an exception: TypeError: no description" })
  assert.throws(() => fingerprint(create({ routingConfiguration: [{ get weight () { throw null } }] })),
    { message: parseError + "`/routingConfiguration/0/weight`: reading the value threw an exception: null" })
})

test('each member is read once', () => {
  const read = []
  const watched = target => new Proxy(target, { get (object, name) { read.push(name); return object[name] } })
  validate('CreateStateMachineAlias', watched(create({ description: 'd', other: 1 })))
  assert.deepEqual(read, ['description', 'name', 'routingConfiguration'])
})

test('NUL is a valid character', async () => {
  const sfn = new StepFunctions()
  await sfn.createStateMachine({ name: 'orders', definition: '{"StartAt": "D", "States": {"D": {"Type": "Succeed"}}}', roleArn: 'arn:aws:iam::1:role/r', publish: true })
  await sfn.createStateMachineAlias(create({ description: 'a\0b' }))
  const { description } = await sfn.describeStateMachineAlias({ stateMachineAliasArn: VERSION.slice(0, -1) + 'PROD' })
  assert.equal(description, 'a\0b')
  assert.throws(() => validate('CreateStateMachineAlias', create({ name: 'a\0b' })), { code: 'ValidationException' })
})

test('Unicode is stored unchanged', async () => {
  const sfn = new StepFunctions()
  const description = 'é 漢字 🦀 \u{10FFFF}'
  await sfn.createStateMachine({ name: 'orders', definition: '{"StartAt": "D", "States": {"D": {"Type": "Succeed"}}}', roleArn: 'arn:aws:iam::1:role/r', publish: true })
  await sfn.createStateMachineAlias(create({ description }))
  assert.equal((await sfn.describeStateMachineAlias({ stateMachineAliasArn: VERSION.slice(0, -1) + 'PROD' })).description, description)
})

test('10 MB are rejected because of their length', async () => {
  const long = 'x'.repeat(10_000_000)
  const message = "1 validation error detected: Value at 'description' failed to satisfy constraint: Member must have length less than or equal to 256"
  assert.throws(() => validate('CreateStateMachineAlias', create({ description: long })), { message })
  await assert.rejects(new StepFunctions().createStateMachineAlias(create({ description: long })), { message })
  const text = JSON.stringify(create({ description: long }))
  assert.throws(() => validate('CreateStateMachineAlias', text), { code: 'RequestEntityTooLargeException' })
  assert.throws(() => validate('CreateStateMachineAlias', Buffer.from(text)), { code: 'RequestEntityTooLargeException' })
  assert.equal((await new StepFunctions().callJson('CreateStateMachineAlias', text)).status, 413)
})

test('depth and cycles are harmless', async () => {
  const cycle = create()
  cycle.self = cycle
  validate('CreateStateMachineAlias', cycle)
  cycle.description = cycle
  assert.throws(() => validate('CreateStateMachineAlias', cycle), { message: "`/description`: expected a string, found an object" })
  const deep = '['.repeat(100_000) + ']'.repeat(100_000)
  assert.throws(() => validate('CreateStateMachineAlias', `{"name": ${deep}}`), { code: 'SerializationException' })
  const sfn = await StepFunctions.open(join(folder, 'deep.db'))
  await assert.rejects(sfn.createStateMachineAlias(cycle), { message: "`/description`: expected a string, found an object" })
})

test('an input that changes between two reads is rejected', () => {
  let times = 0
  const input = { get name () { return times++ === 0 ? 5 : 'PROD' } }
  assert.throws(() => validate('CreateStateMachineAlias', input), { code: 'SerializationException' })
})

test('an unknown operation is an error', async () => {
  const expected = { code: 'UnknownOperationException', message: /^unknown operation `Nope`; / }
  assert.throws(() => validate('Nope', {}), expected)
  await assert.rejects(new StepFunctions().call('Nope', {}), expected)
  assert.throws(() => validate(5, {}), { message: /^unknown operation `5`; / })
  assert.throws(() => validate(), { code: 'UnknownOperationException' })
})

test('callJson rejects bodies that are neither JSON strings nor bytes', async () => {
  assert.deepEqual(JSON.parse((await new StepFunctions().callJson('ListStateMachines', {})).body), { __type: 'com.amazon.coral.service#SerializationException' })
  assert.deepEqual(JSON.parse((await new StepFunctions().callJson('ListStateMachines', new Uint8Array([0xff, 0xfe]))).body), { __type: 'com.amazon.coral.service#SerializationException' })
})

/** Invalid options with their messages. */
const invalidOptions = [
  [{ limitz: {} }, 'options: unknown field `limitz`, expected one of `limits`, `seed`, `updateDelaySeconds`, `deletionDelaySeconds`, `clock`, `scope`, `outcomes`, `onStart`'],
  [{ limits: { aliasesPerStateMachine: -1 } }, "options: `/limits/aliasesPerStateMachine`: invalid value: integer `-1`, expected a non-negative integer"],
  [{ limits: { aliasesPerStateMachine: 1.5 } }, "options: `/limits/aliasesPerStateMachine`: invalid type: floating point `1.5`, expected a non-negative integer"],
  [{ seed: 'x' }, "options: `/seed`: invalid type: string \"x\", expected a non-negative integer"],
  [{ updateDelaySeconds: -1 }, "options: `/updateDelaySeconds`: invalid value: integer `-1`, expected a non-negative number of seconds"],
  [{ updateDelaySeconds: NaN }, "options: `/updateDelaySeconds`: NaN is not a valid JSON number"],
  [{ clock: 5 }, "options.clock: expected a function, for example Date.now"],
  [{ scope: { account: '1' } }, 'options.scope: `account` must be 12 digits, for example `123456789012`'],
  [{ get seed () { throw new Error('boom') } }, "options: `/seed`: reading the value threw an exception: Error: boom"]
]

for (const [options, message] of invalidOptions) {
  test(`options: ${message}`, async () => {
    const expected = { name: 'TypeError', code: 'ERR_INVALID_ARG_VALUE', message }
    assert.throws(() => new StepFunctions(options), expected)
    assert.throws(() => StepFunctions.open(join(folder, 'options.db'), options), expected)
  })
}

test('an error of the clock rejects the call', async () => {
  const boom = new Error('no time')
  await assert.rejects(new StepFunctions({ clock () { throw boom } }).listStateMachines(), boom)
  await assert.rejects(new StepFunctions({ clock: () => 'noon' }).listStateMachines(), { name: 'TypeError', message: /^options.clock: expected the function to return a Date/ })
})

test('other invalid arguments', () => {
  assert.throws(() => StepFunctions.open(5), { name: 'TypeError', message: 'path: expected a string' })
  assert.throws(() => new WeightedPicker(-1), { name: 'TypeError', message: /^seed: / })
  assert.throws(() => pick(create().routingConfiguration, 100), { name: 'TypeError', message: 'percent: expected an integer from 0 to 99' })
  assert.throws(() => pick([], 1), { code: 'ValidationException' })
  assert.throws(() => pick(5, 1), { message: "`/routingConfiguration`: expected a list, found an integer" })
  assert.throws(() => parseArn(5), { code: 'InvalidArn', message: "Invalid Arn: 'Invalid ARN prefix: 5'" })
  assert.throws(() => formatArn({ kind: 'alias' }), { code: 'InvalidArn' })
  assert.throws(() => formatArn({ kind: 5 }), { name: 'TypeError', message: /^parts: `\/kind`: / })
  assert.throws(() => compare({ name: 'PROD' }, create()), { code: 'SerializationException', message: /existing: missing field/ })
  assert.throws(() => new StepFunctions().inScope({ region: 'a b' }), { name: 'TypeError', message: /^scope: `region` must be/ })
  assert.throws(() => StepFunctions.prototype.listStateMachines.call({}), Error)
})

test('a store that cannot be opened is a StorageFailure', async () => {
  const failure = { code: 'StorageFailure', $fault: 'server' }
  await assert.rejects(StepFunctions.open(folder), failure)
  await assert.rejects(StepFunctions.open(join(folder, 'none', 'a.db')), failure)
  await assert.rejects(StepFunctions.open(join(folder, 'a\0b.db')), failure)
  const foreign = join(folder, 'foreign.db')
  writeFileSync(foreign, 'not a store, but another file')
  await assert.rejects(StepFunctions.open(foreign), failure)
})

test('a read-only file is a StorageFailure', async t => {
  const path = join(folder, 'read-only.db')
  const sfn = await StepFunctions.open(path)
  await sfn.createStateMachine({ name: 'orders', definition: '{"StartAt": "D", "States": {"D": {"Type": "Succeed"}}}', roleArn: 'arn:aws:iam::1:role/r' })
  sfn.close()
  chmodSync(path, 0o444)
  chmodSync(folder, 0o555)
  t.after(() => chmodSync(folder, 0o755))
  const code = `
    import { StepFunctions } from 'sfn-alias'
    const describe = error => \`\${error.code}: \${error.$fault}\`
    const sfn = await StepFunctions.open(process.argv[1]).catch(describe)
    if (typeof sfn === 'string') console.log(sfn)
    else console.log(await sfn.deleteStateMachine({ stateMachineArn: '${VERSION.slice(0, -2)}' }).catch(describe))`
  // Root can write everywhere, so the process is unprivileged.
  const unprivileged = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {}
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', code, path], { encoding: 'utf8', ...unprivileged })
  if (/ERR_MODULE_NOT_FOUND|EACCES/.test(stderr)) return t.skip('unprivileged cannot read this directory')
  assert.equal(stdout, 'StorageFailure: server\n', stderr)
})
