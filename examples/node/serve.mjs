// An HTTP server in this process and an unmodified SFNClient. Prints `examples/serve.txt`.
import { CreateStateMachineAliasCommand, CreateStateMachineCommand, SFNClient } from '@aws-sdk/client-sfn'
import { serve } from 'sfn-alias'

const server = await serve()
const client = new SFNClient({
  endpoint: server.url,
  region: 'us-east-1',
  credentials: { accessKeyId: '123456789012', secretAccessKey: 'none' } // 12 digits select the account
})
const { stateMachineVersionArn } = await client.send(new CreateStateMachineCommand({
  name: 'orders',
  definition: '{"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}',
  roleArn: 'arn:aws:iam::123456789012:role/orders',
  publish: true
}))
const { stateMachineAliasArn } = await client.send(new CreateStateMachineAliasCommand({
  name: 'PROD',
  routingConfiguration: [{ stateMachineVersionArn, weight: 100 }]
}))
console.log(`created ${stateMachineAliasArn}`)
await server.close()
