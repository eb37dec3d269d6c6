// Runs the vectors of the repository's `vectors/`: see CONTRIBUTING.md.
import { StepFunctions } from 'sfn-alias'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { callJson, endExecution, toExpectedError } from './calls.mjs'
import { runFunction } from './functions.mjs'
import { expand, findDifference, substitute } from './placeholders.mjs'
import { repository } from './repository.mjs'

/** 2025-04-09T20:23:57Z, the time of the first recording. */
const START = 1744230237000

/** Loads all vectors, with names in `given` replaced by steps. Returns pairs of file name and vectors, sorted by name. */
export function loadVectors () {
  const folder = join(repository, 'vectors/operations')
  const load = file => JSON.parse(quoteLongSeeds(readFileSync(join(folder, file), 'utf8')))
  const { values, steps } = load('fixtures.json')
  const files = readdirSync(folder).filter(file => !['fixtures.json', 'sources.json'].includes(file)).sort()
  const resolveGiven = vector => ({ ...vector, given: vector.given?.map(step => steps[step] ?? step) })
  const resolve = vector => substitute(resolveGiven(vector), new Map(Object.entries(values)))
  return files.map(file => [file, load(file).map(resolve)])
}

/** JSON.parse would round seeds of more than 53 bits, so they become a BigInt. */
const quoteLongSeeds = text => text.replace(/("seed": )(\d{16,})/g, '$1{ "$bigint": "$2" }')

/** Runs a vector. Returns a description of the first difference; `undefined` if there is none. */
export async function runVector (vector, call, durable) {
  const folder = durable && mkdtempSync(join(tmpdir(), 'sfn-alias-'))
  try {
    return await runSteps(vector, await Runner.create(vector.options, call, folder))
  } finally {
    if (folder) rmSync(folder, { recursive: true, force: true })
  }
}

async function runSteps (vector, runner) {
  for (const [index, step] of (vector.given ?? []).entries()) {
    for (let time = 0; time < (step.times ?? 1); time++) {
      const difference = await runner.compareStep(step, step.expect ?? { status: 200, body: '$any' })
      if (difference) return `given ${index}: ${difference}`
    }
  }
  return runner.compareStep(vector.call, vector.expect)
}

class Runner {
  now = START
  saved = new Map()

  static async create (options, call, folder) {
    const runner = new Runner()
    const all = { ...expand(options ?? {}), clock: () => runner.now, scope: { account: '123456789012' } }
    runner.service = folder ? await StepFunctions.open(join(folder, 'vectors.db'), all) : new StepFunctions(all)
    runner.call = call
    return runner
  }

  async compareStep (step, expect) {
    const actual = await this.runStep(step)
    const resolved = this.resolve(expect)
    const isJson = step.function || step.body !== undefined || this.call === callJson
    const expected = isJson && !isEnding(step) ? resolved : toExpectedError(resolved)
    const pointer = findDifference(expected, actual)
    return pointer === undefined
      ? undefined
      : `at ${pointer}\n  expected ${JSON.stringify(expected)}\n  found ${JSON.stringify(actual)}`
  }

  async runStep (step) {
    this.now += 1000 * (1 + (step.after ?? 0))
    const { input = {}, ...rest } = step
    const resolved = this.resolve({ ...rest, input })
    const result = await this.runCall(step, resolved)
    for (const [name, pointer] of Object.entries(step.save ?? {})) {
      this.saved.set(name, readPointer(result.body ?? result, pointer))
    }
    return result
  }

  runCall (step, resolved) {
    if (step.function && !isEnding(step)) return runFunction(step.function, resolved, this.call === callJson)
    const service = step.scope ? this.service.inScope(step.scope) : this.service
    return isEnding(step) ? endExecution(service, resolved) : this.call(service, step.operation, resolved)
  }

  resolve (value) {
    return expand(substitute(value, this.saved))
  }
}

/** Whether the step ends an execution. This function needs the service, and its result is that of a request. */
export const isEnding = step => step.function === 'end_execution'

const readPointer = (value, pointer) => pointer.split('/').slice(1).reduce((parent, name) => parent[name], value)
