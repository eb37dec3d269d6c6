// Executions that run their definitions, behind an alias that sends 10% of the starts to version 2. Needs the package
// `aws-local-stepfunctions`. Prints `examples/run_definitions.txt`.
import { StepFunctions } from 'sfn-alias'
import { runDefinitions } from 'sfn-alias/local-stepfunctions'

const MACHINE = 'arn:aws:states:us-east-1:000000000000:stateMachine:orders'
const ALIAS = `${MACHINE}:PROD`

// Functions instead of the resources of Task states, and milliseconds instead of the times of Wait states.
const overrides = {
  taskResourceLocalHandlers: {
    Charge: ({ total }) => {
      if (total > 1000) throw Object.assign(new Error(`${total} exceeds the limit`), { name: 'Orders.Declined' })
      return { charged: total }
    }
  },
  waitTimeOverrides: { Settle: 1 }
}
const sfn = new StepFunctions({ seed: 7, onStart: runDefinitions({ overrides }) })
await publishVersions()
await countOutputs()
await print('a declined order', { total: 2000 })
await stopReview()

/** Version 1 charges all orders. Version 2 gives away small ones, and waits for a review of the total 500. */
async function publishVersions () {
  const roleArn = 'arn:aws:iam::000000000000:role/orders'
  const charge = { Type: 'Task', Resource: 'arn:aws:lambda:us-east-1:000000000000:function:charge', Next: 'Settle' }
  const settle = { Type: 'Wait', Seconds: 3600, End: true }
  const first = { StartAt: 'Charge', States: { Charge: charge, Settle: settle } }
  const check = {
    Type: 'Choice',
    Choices: [
      { Variable: '$.total', NumericLessThan: 10, Next: 'Give' },
      { Variable: '$.total', NumericEquals: 500, Next: 'Review' }
    ],
    Default: 'Charge'
  }
  const give = { Type: 'Pass', Result: { charged: 0 }, End: true }
  const review = { Type: 'Wait', Seconds: 86_400, End: true }
  const second = { StartAt: 'Check', States: { Check: check, Give: give, Review: review, Charge: charge, Settle: settle } }
  await sfn.createStateMachine({ name: 'orders', definition: JSON.stringify(first), roleArn, publish: true })
  await sfn.updateStateMachine({ stateMachineArn: MACHINE, definition: JSON.stringify(second), publish: true })
  const routingConfiguration = [[1, 90], [2, 10]].map(([version, weight]) => ({ stateMachineVersionArn: `${MACHINE}:${version}`, weight }))
  await sfn.createStateMachineAlias({ name: 'PROD', routingConfiguration })
}

/** Starts an execution and waits until it has ended. */
async function run (stateMachineArn, input) {
  const { executionArn } = await sfn.startExecution({ stateMachineArn, input: JSON.stringify(input) })
  for (;;) {
    const execution = await sfn.describeExecution({ executionArn })
    if (execution.status !== 'RUNNING') return execution
    await new Promise(resolve => setTimeout(resolve, 1))
  }
}

async function countOutputs () {
  const counts = {}
  const executions = await Promise.all(Array.from({ length: 100 }, () => run(ALIAS, { total: 5 })))
  for (const { stateMachineVersionArn, output } of executions) {
    const key = `version ${stateMachineVersionArn.split(':').at(-1)}: ${output}`
    counts[key] = (counts[key] ?? 0) + 1
  }
  for (const key of Object.keys(counts).sort()) console.log(`${key} in ${counts[key]} of 100 executions`)
}

async function print (title, input) {
  const { status, error, cause } = await run(`${MACHINE}:1`, input)
  console.log(`${title}: ${status}, ${error}: ${cause}`)
}

/** Stops an execution in its Wait state, which also ends the run of its definition. */
async function stopReview () {
  const { executionArn } = await sfn.startExecution({ stateMachineArn: `${MACHINE}:2`, input: '{"total": 500}' })
  await sfn.stopExecution({ executionArn, error: 'Orders.Withdrawn' })
  const { status, error } = await sfn.describeExecution({ executionArn })
  console.log(`an order in review: ${status}, ${error}`)
}
