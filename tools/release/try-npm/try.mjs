// Starts an execution behind an alias with an unmodified client of the AWS SDK.
import assert from 'node:assert/strict'
import { CreateStateMachineAliasCommand, CreateStateMachineCommand, DescribeExecutionCommand, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn'
import { serve, StepFunctions } from 'sfn-alias'

const service = new StepFunctions({ outcomes: [{ stateMachine: 'orders', outputFromInput: true }] })
const client = new SFNClient({
  requestHandler: service.requestHandler(),
  region: 'us-east-1',
  credentials: { accessKeyId: 'none', secretAccessKey: 'none' }
})
const { stateMachineVersionArn } = await client.send(new CreateStateMachineCommand({
  name: 'orders',
  definition: '{"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}',
  roleArn: 'arn:aws:iam::000000000000:role/orders',
  publish: true
}))
const { stateMachineAliasArn } = await client.send(new CreateStateMachineAliasCommand({
  name: 'PROD',
  routingConfiguration: [{ stateMachineVersionArn, weight: 100 }]
}))
const { executionArn } = await client.send(new StartExecutionCommand({ stateMachineArn: stateMachineAliasArn, input: '{"id":7}' }))
const execution = await client.send(new DescribeExecutionCommand({ executionArn }))
assert.deepEqual([execution.status, execution.output], ['SUCCEEDED', '{"id":7}'])
assert.equal(execution.stateMachineAliasArn, stateMachineAliasArn)

const server = await serve({ service })
await server.close()
