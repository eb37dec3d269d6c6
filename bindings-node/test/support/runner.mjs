// Runs the vectors of the repository's `vectors/`: see CONTRIBUTING.md.
import { StepFunctions } from 'sfn-alias'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { asError, json } from './doors.mjs'
import { run as runFunction } from './functions.mjs'
import { expand, mismatch, substitute } from './matching.mjs'
import { repository } from './places.mjs'

/** 2025-04-09T20:23:57Z, when the first of the recordings was made. */
const START = 1744230237000

/** All vectors, file by file in order of name. */
export function load () {
  const folder = join(repository, 'vectors')
  const files = readdirSync(folder).filter(file => file.endsWith('.json')).sort()
  return files.map(file => [file, JSON.parse(exact(readFileSync(join(folder, file), 'utf8')))])
}

/** Seeds of more than 53 bits are a BigInt in JavaScript, whose JSON.parse would round them. */
const exact = text => text.replace(/("seed": )(\d{16,})/g, '$1{ "$bigint": "$2" }')

/** Runs a vector from its first step; answers what differed, or nothing. */
export async function run (vector, door, durable) {
  const folder = durable && mkdtempSync(join(tmpdir(), 'sfn-alias-'))
  try {
    return await steps(vector, door, await Runner.of(vector.options, door, folder))
  } finally {
    if (folder) rmSync(folder, { recursive: true, force: true })
  }
}

async function steps (vector, door, runner) {
  for (const [index, step] of (vector.given ?? []).entries()) {
    for (let time = 0; time < (step.times ?? 1); time++) {
      const difference = await runner.compare(step, step.expect ?? { status: 200, body: '$any' })
      if (difference) return `given ${index}: ${difference}`
    }
  }
  return runner.compare(vector.call, vector.expect)
}

class Runner {
  now = START
  saved = new Map()

  static async of (options, door, folder) {
    const runner = new Runner()
    const all = { ...expand(options ?? {}), clock: () => runner.now, scope: { account: '123456789012' } }
    runner.aliases = folder ? await StepFunctions.open(join(folder, 'vectors.db'), all) : new StepFunctions(all)
    runner.door = door
    return runner
  }

  async compare (step, expect) {
    const answer = await this.step(step)
    const filled = this.filled(expect)
    const asIs = step.function || step.body !== undefined || this.door === json
    const expected = asIs ? filled : asError(filled)
    const place = mismatch(expected, answer)
    return place === undefined
      ? undefined
      : `at ${place}\n  expected ${JSON.stringify(expected)}\n  answered ${JSON.stringify(answer)}`
  }

  async step (step) {
    this.now += 1000 * (1 + (step.after ?? 0))
    const { input = {}, ...rest } = step
    const filled = this.filled({ ...rest, input })
    const answer = step.function
      ? runFunction(step.function, filled, this.door === json)
      : await this.door(step.scope ? this.aliases.inScope(step.scope) : this.aliases, step.operation, filled)
    for (const [name, pointer] of Object.entries(step.save ?? {})) {
      this.saved.set(name, at(answer.body ?? answer, pointer))
    }
    return answer
  }

  filled (value) {
    return expand(substitute(value, this.saved))
  }
}

const at = (value, pointer) => pointer.split('/').slice(1).reduce((found, name) => found[name], value)
