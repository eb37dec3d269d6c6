// Measures the time of a call from Node, compared with its lower bound, ajv and zod.
import { createRequire } from 'node:module'
import { cpus, release } from 'node:os'
import { Ajv } from 'ajv'
import { StepFunctions, check, compare, fingerprint, pick, validate } from 'sfn-alias'
import { formatTable, measure } from './slices.mjs'
import { ajvSchema, zodSchema } from './schemas.mjs'

const require = createRequire(import.meta.url)
const lowerBound = require(process.env.SFN_ALIAS_LOWER_BOUND)

const MACHINE = 'arn:aws:states:us-east-1:123456789012:stateMachine:orders'
const input = {
  description: 'live traffic of the orders state machine',
  name: 'PROD',
  routingConfiguration: [
    { stateMachineVersionArn: `${MACHINE}:1`, weight: 90 },
    { stateMachineVersionArn: `${MACHINE}:2`, weight: 10 }
  ]
}
const text = JSON.stringify(input)
const bytes = Buffer.from(text)
const ajv = new Ajv().compile(ajvSchema)
const zod = zodSchema()
const versions = ['ajv', 'zod'].map(name => `${name} ${require(`${name}/package.json`).version}`)

if (!ajv(input) || !zod.safeParse(input).success || lowerBound.object(input) !== lowerBound.text(text)) throw new Error('ajv, zod and the lower bound must accept the request')
validate('CreateStateMachineAlias', input)

console.log(`${cpus()[0].model}, ${cpus().length} cores, Linux ${release()}, Node ${process.version}, ${versions.join(', ')};`)
console.log(`200 interleaved rounds of 3 ms slices; a request of ${text.length} bytes with two routes\n`)

console.log(formatTable('an object', measure({
  'lower bound: napi-rs reads the same fields': () => lowerBound.object(input),
  'validate(operation, object)': () => validate('CreateStateMachineAlias', input),
  'check(operation, object)': () => check('CreateStateMachineAlias', input),
  'fingerprint(object)': () => fingerprint(input),
  'JSON.stringify alone': () => JSON.stringify(input)
})))

console.log('\n' + formatTable('JSON', measure({
  'ajv on the live object': () => ajv(input),
  'validate(operation, string)': () => validate('CreateStateMachineAlias', text),
  'validate(operation, Buffer)': () => validate('CreateStateMachineAlias', bytes),
  'validate(operation, object)': () => validate('CreateStateMachineAlias', input),
  'lower bound: napi-rs and serde read the same fields of the text': () => lowerBound.text(text),
  'lower bound: a call without arguments': () => lowerBound.noop(),
  'zod on the live object': () => zod.safeParse(input),
  'JSON.parse and ajv': () => ajv(JSON.parse(text))
})))
