// What a caller may hand over by mistake: a clear error that names the member, and nothing is lost.
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
const unreadable = 'cannot parse the request: '

/** Inputs of CreateStateMachineAlias, with the code and the text that they lead to. */
const refused = [
  ['a number for a text', create({ name: 5 }), "`/name`: expected a string, found an integer"],
  ['a text for a number', weight('100'), "`/routingConfiguration/0/weight`: expected an integer, found a string"],
  ['a fraction', weight(99.5), "`/routingConfiguration/0/weight`: expected an integer, found a number with a fraction"],
  ['an integer beyond 64 bits', weight(2n ** 70n), "`/routingConfiguration/0/weight`: expected an integer, found an integer beyond 64 bits"],
  ['a number beyond 64 bits', weight(1e300), "`/routingConfiguration/0/weight`: expected an integer, found an integer beyond 64 bits"],
  ['NaN', weight(NaN), unreadable + "'routingConfiguration.1.member.weight': NaN is not a number that JSON has"],
  ['Infinity', weight(-Infinity), unreadable + "'routingConfiguration.1.member.weight': -Infinity is not a number that JSON has"],
  ['a text for a list', create({ routingConfiguration: 'x' }), "`/routingConfiguration`: expected a list, found a string"],
  ['an object for a list', create({ routingConfiguration: { 0: {} } }), "`/routingConfiguration`: expected a list, found a structure"],
  ['a list for a text', create({ description: [] }), "`/description`: expected a string, found a list"],
  ['a Date for a text', create({ description: new Date() }), "`/description`: expected a string, found a structure"],
  ['null in a list', create({ routingConfiguration: [null] }), "`/routingConfiguration/0`: expected a structure, found null"],
  ['a hole in a list', create({ routingConfiguration: new Array(4294967295) }), "`/routingConfiguration/0`: expected a structure, found null"],
  ['a lone surrogate', create({ name: 'a\ud800b' }), unreadable + "'name': half of a surrogate pair by itself is no text"],
  ['a lone surrogate far inside', create({ description: 'x'.repeat(5000) + '\udc00' }), unreadable + "'description': half of a surrogate pair by itself is no text"],
  ['a function', create({ name: () => 'PROD' }), unreadable + "'name': a function is not a value that JSON has"],
  ['a symbol', create({ name: Symbol('PROD') }), unreadable + "'name': a symbol is not a value that JSON has"],
  ['a list', [], unreadable + 'expected an object, found a list'],
  ['null', null, unreadable + 'expected an object, found null'],
  ['a function alone', () => {}, unreadable + 'a function is not a value that JSON has']
]

for (const [what, input, message] of refused) {
  test(`${what} is refused with the member's name`, async () => {
    const expected = { code: 'SerializationException', name: 'SerializationException', message }
    assert.throws(() => validate('CreateStateMachineAlias', input), expected)
    assert.deepEqual(check('CreateStateMachineAlias', input).map(({ message }) => message), [message])
    assert.throws(() => fingerprint(input), expected)
    for (const aliases of [new StepFunctions(), await StepFunctions.open(join(folder, 'refused.db'))]) {
      await assert.rejects(aliases.createStateMachineAlias(input), expected)
    }
  })
}

test('missing members are told together', () => {
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

test('what a getter throws is the cause of an error that names the member', async () => {
  const boom = new Error('boom')
  const input = { ...create(), get description () { throw boom } }
  const expected = { code: 'SerializationException', message: unreadable + "'description': reading it threw Error: boom", cause: boom }
  assert.throws(() => validate('CreateStateMachineAlias', input), expected)
  await assert.rejects(new StepFunctions().createStateMachineAlias(input), expected)
  await assert.rejects((await StepFunctions.open(join(folder, 'getter.db'))).createStateMachineAlias(input), expected)
  const proxy = new Proxy({}, { get (_, name) { throw new TypeError(`no ${String(name)}`) } })
  assert.throws(() => validate('CreateStateMachineAlias', proxy), { message: unreadable + "'description': reading it threw TypeError: no description" })
  assert.throws(() => fingerprint(create({ routingConfiguration: [{ get weight () { throw null } }] })),
    { message: unreadable + "'routingConfiguration.1.member.weight': reading it threw null" })
})

test('each member is read once', () => {
  const read = []
  const watched = target => new Proxy(target, { get (object, name) { read.push(name); return object[name] } })
  validate('CreateStateMachineAlias', watched(create({ description: 'd', other: 1 })))
  assert.deepEqual(read, ['description', 'name', 'routingConfiguration'])
})

test('NUL is a character', async () => {
  const aliases = new StepFunctions()
  await aliases.createStateMachine({ name: 'orders', definition: '{"StartAt": "D", "States": {"D": {"Type": "Succeed"}}}', roleArn: 'arn:aws:iam::1:role/r', publish: true })
  await aliases.createStateMachineAlias(create({ description: 'a\0b' }))
  const { description } = await aliases.describeStateMachineAlias({ stateMachineAliasArn: VERSION.slice(0, -1) + 'PROD' })
  assert.equal(description, 'a\0b')
  assert.throws(() => validate('CreateStateMachineAlias', create({ name: 'a\0b' })), { code: 'ValidationException' })
})

test('all of Unicode is told as it came', async () => {
  const aliases = new StepFunctions()
  const description = 'é 漢字 🦀 \u{10FFFF}'
  await aliases.createStateMachine({ name: 'orders', definition: '{"StartAt": "D", "States": {"D": {"Type": "Succeed"}}}', roleArn: 'arn:aws:iam::1:role/r', publish: true })
  await aliases.createStateMachineAlias(create({ description }))
  assert.equal((await aliases.describeStateMachineAlias({ stateMachineAliasArn: VERSION.slice(0, -1) + 'PROD' })).description, description)
})

test('10 MB are refused by their length', async () => {
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
  assert.throws(() => validate('CreateStateMachineAlias', cycle), { message: "`/description`: expected a string, found a structure" })
  const deep = '['.repeat(100_000) + ']'.repeat(100_000)
  assert.throws(() => validate('CreateStateMachineAlias', `{"name": ${deep}}`), { code: 'SerializationException' })
  const aliases = await StepFunctions.open(join(folder, 'deep.db'))
  await assert.rejects(aliases.createStateMachineAlias(cycle), { message: "`/description`: expected a string, found a structure" })
})

test('an input that changes when it is read twice is refused all the same', () => {
  let times = 0
  const input = { get name () { return times++ === 0 ? 5 : 'PROD' } }
  assert.throws(() => validate('CreateStateMachineAlias', input), { code: 'SerializationException' })
})

test('unknown operations are named', async () => {
  const expected = { code: 'UnknownOperationException', message: /^unknown operation `Nope`: / }
  assert.throws(() => validate('Nope', {}), expected)
  await assert.rejects(new StepFunctions().call('Nope', {}), expected)
  assert.throws(() => validate(5, {}), { message: /^unknown operation `5`: / })
  assert.throws(() => validate(), { code: 'UnknownOperationException' })
})

test('JSON of another type than text or bytes is refused', async () => {
  assert.deepEqual(JSON.parse((await new StepFunctions().callJson('ListStateMachines', {})).body), { __type: 'com.amazon.coral.service#SerializationException' })
  assert.deepEqual(JSON.parse((await new StepFunctions().callJson('ListStateMachines', new Uint8Array([0xff, 0xfe]))).body), { __type: 'com.amazon.coral.service#SerializationException' })
})

/** Options, with the text that they lead to. */
const options = [
  [{ limitz: {} }, 'options: unknown field `limitz`, expected one of `limits`, `seed`, `updateDelaySeconds`, `deletionDelaySeconds`, `clock`, `scope`'],
  [{ limits: { aliasesPerStateMachine: -1 } }, "options: 'limits.aliasesPerStateMachine': invalid value: integer `-1`, expected a whole number from 0"],
  [{ limits: { aliasesPerStateMachine: 1.5 } }, "options: 'limits.aliasesPerStateMachine': invalid type: floating point `1.5`, expected a whole number from 0"],
  [{ seed: 'x' }, "options: 'seed': invalid type: string \"x\", expected a whole number from 0"],
  [{ updateDelaySeconds: -1 }, "options: 'updateDelaySeconds': invalid value: integer `-1`, expected seconds from 0"],
  [{ updateDelaySeconds: NaN }, "options: 'updateDelaySeconds': NaN is not a number that JSON has"],
  [{ clock: 5 }, "options: 'clock': must be a function, for example Date.now"],
  [{ scope: { account: '1' } }, 'options.scope: `account` must be 12 digits, for example `123456789012`'],
  [{ get seed () { throw new Error('boom') } }, "options: 'seed': reading it threw Error: boom"]
]

for (const [given, message] of options) {
  test(`options: ${message}`, async () => {
    const expected = { name: 'TypeError', code: 'ERR_INVALID_ARG_VALUE', message }
    assert.throws(() => new StepFunctions(given), expected)
    assert.throws(() => StepFunctions.open(join(folder, 'options.db'), given), expected)
  })
}

test('a clock that throws or tells no time rejects the call', async () => {
  const boom = new Error('no time')
  await assert.rejects(new StepFunctions({ clock () { throw boom } }).listStateMachines(), boom)
  await assert.rejects(new StepFunctions({ clock: () => 'noon' }).listStateMachines(), { name: 'TypeError', message: /^options.clock must answer a Date/ })
})

test('other arguments', () => {
  assert.throws(() => StepFunctions.open(5), { name: 'TypeError', message: 'path: must be a string' })
  assert.throws(() => new WeightedPicker(-1), { name: 'TypeError', message: /^seed: / })
  assert.throws(() => pick(create().routingConfiguration, 100), { name: 'TypeError', message: 'percent: must be a whole number from 0 to 99' })
  assert.throws(() => pick([], 1), { code: 'ValidationException' })
  assert.throws(() => pick(5, 1), { message: "`/routingConfiguration`: expected a list, found an integer" })
  assert.throws(() => parseArn(5), { code: 'InvalidArn', message: "Invalid Arn: 'Invalid ARN prefix: 5'" })
  assert.throws(() => formatArn({ kind: 'alias' }), { code: 'InvalidArn' })
  assert.throws(() => formatArn({ kind: 5 }), { name: 'TypeError', message: /^parts: 'kind': / })
  assert.throws(() => compare({ name: 'PROD' }, create()), { code: 'SerializationException', message: /existing: missing field/ })
  assert.throws(() => new StepFunctions().inScope({ region: 'a b' }), { name: 'TypeError', message: /^scope: `region` must be/ })
  assert.throws(() => StepFunctions.prototype.listStateMachines.call({}), Error)
})

test('a store that cannot be opened is told, and nothing is lost', async () => {
  const failure = { code: 'StorageFailure', $fault: 'server' }
  await assert.rejects(StepFunctions.open(folder), failure)
  await assert.rejects(StepFunctions.open(join(folder, 'none', 'a.db')), failure)
  await assert.rejects(StepFunctions.open(join(folder, 'a\0b.db')), failure)
  const foreign = join(folder, 'foreign.db')
  writeFileSync(foreign, 'not a store, but somebody else\'s file')
  await assert.rejects(StepFunctions.open(foreign), failure)
})

test('a file that cannot be written is told, and can be read', async t => {
  const path = join(folder, 'read-only.db')
  const aliases = await StepFunctions.open(path)
  await aliases.createStateMachine({ name: 'orders', definition: '{"StartAt": "D", "States": {"D": {"Type": "Succeed"}}}', roleArn: 'arn:aws:iam::1:role/r' })
  aliases.close()
  chmodSync(path, 0o444)
  chmodSync(folder, 0o555)
  t.after(() => chmodSync(folder, 0o755))
  const code = `
    import { StepFunctions } from 'sfn-alias'
    const told = error => \`\${error.code}: \${error.$fault}\`
    const aliases = await StepFunctions.open(process.argv[1]).catch(told)
    if (typeof aliases === 'string') console.log(aliases)
    else console.log(await aliases.deleteStateMachine({ stateMachineArn: '${VERSION.slice(0, -2)}' }).catch(told))`
  // Root may write everywhere: then the test is nobody's.
  const nobody = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {}
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', code, path], { encoding: 'utf8', ...nobody })
  if (/ERR_MODULE_NOT_FOUND|EACCES/.test(stderr)) return t.skip('nobody may not read this folder')
  assert.equal(stdout, 'StorageFailure: server\n', stderr)
})
