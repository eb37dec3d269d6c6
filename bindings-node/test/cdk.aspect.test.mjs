// The Aspect of `sfn-alias/cdk` in apps that are synthesized.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Annotations, Aspects, Validations } from 'aws-cdk-lib'
import { CfnStateMachineAlias, CfnStateMachineVersion } from 'aws-cdk-lib/aws-stepfunctions'
import { acknowledge, SfnAliasChecks, StateMachineAlias, StateMachineVersion } from 'sfn-alias/cdk'
import { annotations, orders } from './support/cdk.mjs'

/** An app that is checked by the Aspect. */
function checked (options) {
  const app = orders()
  Aspects.of(app.app).add(new SfnAliasChecks(options))
  return app
}

const alias = (stack, weight, id = 'Prod') => new CfnStateMachineAlias(stack, id, {
  name: 'PROD',
  routingConfiguration: [{ stateMachineVersionArn: 'arn:aws:states:us-east-1:123456789012:stateMachine:orders:1', weight }]
})

/** A version that is not retained, under an alias. */
function unretained ({ stack, stateMachine }) {
  const version = new CfnStateMachineVersion(stack, 'Version', { stateMachineArn: stateMachine.stateMachineArn })
  return new CfnStateMachineAlias(stack, 'Prod', {
    name: 'PROD', routingConfiguration: [{ stateMachineVersionArn: version.attrArn, weight: 100 }]
  })
}

const WEIGHT = 'SFA002: RoutingConfiguration: CreateStateMachineAlias refuses it: Sum of routing configuration weights must ' +
  'equal 100. Received: [90]. Set its weight to 100, or add a second route with the rest.'
const RETAIN = 'SFA015: DeletionPolicy and UpdateReplacePolicy of this version, which alias Prod leads to, are not Retain. ' +
  'Set `DeletionPolicy: Retain` and `UpdateReplacePolicy: Retain` on the version.'

test('errors are annotated where they are', () => {
  const app = checked()
  alias(app.stack, 90)
  assert.deepEqual(annotations(app), [`/Orders/Prod error: ${WEIGHT}`])
})

test('what other Aspects and escape hatches did is seen', () => {
  const app = checked()
  Aspects.of(app.stack).add({
    visit (node) {
      if (node instanceof CfnStateMachineAlias) node.addPropertyOverride('RoutingConfiguration.0.Weight', 90)
    }
  })
  alias(app.stack, 100)
  assert.deepEqual(annotations(app), [`/Orders/Prod error: ${WEIGHT}`])
})

test('warnings are annotated where they are', () => {
  const app = checked()
  unretained(app)
  assert.deepEqual(annotations(app), [`/Orders/Version warning: ${RETAIN} [ack: sfn-alias::SFA015]`])
})

test('a warning is acknowledged as any other', () => {
  const app = checked()
  unretained(app)
  Annotations.of(app.stack).acknowledgeWarning('sfn-alias::SFA015', 'a test stack')
  assert.deepEqual(annotations(app), [])
})

test('an error is acknowledged in the template', () => {
  const app = checked()
  acknowledge(alias(app.stack, 90), 'SFA002', 'to be filled')
  assert.deepEqual(annotations(app), [])
})

test('an error is acknowledged to CDK', () => {
  const app = checked()
  alias(app.stack, 90)
  Validations.of(app.stack).acknowledge({ id: 'sfn-alias::SFA002', reason: 'to be filled' })
  assert.deepEqual(annotations(app), [])
})

test('rules are switched off', () => {
  const app = checked({ disable: ['SFA002'] })
  alias(app.stack, 90)
  assert.deepEqual(annotations(app), [])
})

test('a correct app has no annotations', () => {
  const app = checked()
  const version = new StateMachineVersion(app.stack, 'Version', { stateMachine: app.stateMachine })
  new StateMachineAlias(app.stack, 'Prod', { aliasName: 'PROD', versions: [{ version, weight: 100 }] })
  assert.deepEqual(annotations(app), [])
})

test('an annotation stands once, however often the app is synthesized', () => {
  const app = checked()
  alias(app.stack, 90)
  assert.deepEqual(annotations(app), [`/Orders/Prod error: ${WEIGHT}`])
  assert.deepEqual(annotations(app), [`/Orders/Prod error: ${WEIGHT}`])
})

test('errors of our constructs fail the synthesis, whoever checks', () => {
  for (const make of [orders, checked]) {
    const { app, stack, stateMachine } = make()
    const version = new StateMachineVersion(stack, 'Version', { stateMachine })
    const prod = new StateMachineAlias(stack, 'Prod', { aliasName: 'PROD', versions: [{ version, weight: 90 }] })
    alias(stack, 90, 'NotOurs')
    assert.throws(() => app.synth(), { message: `Validation failed with the following errors:\n  [Orders] Orders/Prod/Resource: ${WEIGHT}` })
    acknowledge(prod, 'SFA002', 'to be filled')
    app.synth()
  }
})
