// `sfn-alias/cdk` with the oldest CDK that it is for.
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { test } from 'node:test'
import { Aspects, Duration } from 'aws-cdk-lib'
import { CfnStateMachineAlias } from 'aws-cdk-lib/aws-stepfunctions'
import { DeploymentPreference, SfnAliasChecks, SfnAliasPlugin, StateMachineAlias, StateMachineVersion } from 'sfn-alias/cdk'
import { annotations, createApp } from './support/cdk.mjs'

const alias = stack => new CfnStateMachineAlias(stack, 'Prod', {
  name: 'PROD',
  routingConfiguration: [{ stateMachineVersionArn: 'arn:aws:states:us-east-1:123456789012:stateMachine:orders:1', weight: 90 }]
})

const REJECTED = 'RoutingConfiguration: rejected by CreateStateMachineAlias: Sum of routing configuration weights must equal 100. Received: [90]'
const FIX = 'Set the weight to 100, or add a second route with the remaining weight.'

test('it is that CDK', () => {
  assert.equal(createRequire(import.meta.url)('aws-cdk-lib/package.json').version, '2.100.0')
})

test('the constructs synthesize', () => {
  const { app, stack, stateMachine } = createApp()
  Aspects.of(app).add(new SfnAliasChecks())
  const version = new StateMachineVersion(stack, 'Version', { stateMachine })
  new StateMachineAlias(stack, 'Prod', {
    aliasName: 'PROD', deploymentPreference: DeploymentPreference.canary({ version, percentage: 10, interval: Duration.minutes(5) })
  })
  assert.deepEqual(annotations({ app }), [])
})

test('the Aspect annotates', () => {
  const { app, stack } = createApp()
  Aspects.of(app).add(new SfnAliasChecks())
  alias(stack)
  assert.deepEqual(annotations({ app }), [`/Orders/Prod error: SFA002: ${REJECTED}. ${FIX}`])
})

test('the constructs take the options of the plugin and of the Aspect', () => {
  const made = (props, options) => {
    const { app, stack, stateMachine } = createApp(props)
    if (options !== undefined) Aspects.of(app).add(new SfnAliasChecks(options))
    const version = new StateMachineVersion(stack, 'Version', { stateMachine })
    new StateMachineAlias(stack, 'Prod', { aliasName: 'PROD', versions: [{ version, weight: 90 }] })
    return app
  }
  const expected = { message: `Validation failed with the following errors:\n  [Orders] Orders/Prod/Resource: SFA002: ${REJECTED}. ${FIX}` }
  assert.throws(() => made({}).synth(), expected)
  made({}, { disable: ['SFA002'] }).synth()
  made({ policyValidationBeta1: [new SfnAliasPlugin({ disable: ['SFA002'] })] }).synth()
})

test('the plugin works as a beta plugin', t => {
  const { app, stack } = createApp({ policyValidationBeta1: [new SfnAliasPlugin()] })
  alias(stack)
  const printed = []
  t.mock.method(console, 'log', () => {})
  t.mock.method(console, 'error', line => printed.push(line))
  app.synth()
  t.mock.restoreAll()
  assert.equal(process.exitCode, 1)
  process.exitCode = 0
  const reported = printed.join('\n').split('\n').map(line => line.trim())
  const of = label => reported.filter(line => line.startsWith(label)).map(line => line.slice(label.length))
  assert.deepEqual(
    ['Severity: ', '- Construct Path: ', '- Resource ID: ', 'Description: ', 'How to fix: '].map(of),
    [['error'], ['Orders/Prod'], ['Prod'], [REJECTED], [FIX]])
})
