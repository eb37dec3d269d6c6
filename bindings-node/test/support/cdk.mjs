// CDK apps for the tests, for aws-cdk-lib 2.100 to 2.276.
import { App, Stack } from 'aws-cdk-lib'
import { DefinitionBody, Pass, StateMachine } from 'aws-cdk-lib/aws-stepfunctions'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

// CDK's own template validation is not tested here and takes seconds.
process.env.CDK_VALIDATION = 'false'

const folders = []
process.on('exit', () => folders.forEach(folder => rmSync(folder, { recursive: true })))

/** Creates an app with a stack and a state machine. */
export function createApp (props) {
  const outdir = mkdtempSync(join(tmpdir(), 'sfn-alias-cdk-'))
  folders.push(outdir)
  const app = new App({ outdir, analyticsReporting: false, ...props })
  const stack = new Stack(app, 'Orders', { env: { account: '123456789012', region: 'us-east-1' } })
  return { app, stack, stateMachine: createMachine(stack, 'Machine') }
}

/** Creates a state machine with one state. */
export const createMachine = (stack, id) => new StateMachine(stack, id, { definitionBody: DefinitionBody.fromChainable(new Pass(stack, `${id}Done`)) })

/** Runs a function with `console.error` muted. */
export function muteErrors (run) {
  const { error } = console
  console.error = () => {}
  try {
    return run()
  } finally {
    console.error = error
  }
}

/** Returns the resources of these types in a stack's template, by logical id. */
export function resources (stack, ...types) {
  const { Resources } = stack.node.root.synth({ force: true }).getStackByName(stack.stackName).template
  return Object.fromEntries(Object.entries(Resources).filter(([, { Type }]) => types.includes(Type)))
}

/** Synthesizes the app. Returns its annotations as text. */
export function annotations ({ app }) {
  const { stacks } = muteErrors(() => app.synth({ force: true }))
  return stacks.flatMap(({ messages }) => messages.map(({ id, level, entry }) => `${id} ${level}: ${entry.data}`))
}
