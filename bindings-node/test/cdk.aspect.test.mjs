// The Aspect of `sfn-alias/cdk` in synthesized apps.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Annotations, Aspects, CfnCondition, CfnParameter, Fn, Stack, Stage, Validations } from 'aws-cdk-lib'
import { CfnStateMachineAlias, CfnStateMachineVersion } from 'aws-cdk-lib/aws-stepfunctions'
import { acknowledge, SfnAliasChecks, SfnAliasPlugin, StateMachineAlias, StateMachineVersion } from 'sfn-alias/cdk'
import { annotations, createApp, muteErrors } from './support/cdk.mjs'

/** Creates an app with the Aspect. */
function appWithAspect (options) {
  const app = createApp()
  Aspects.of(app.app).add(new SfnAliasChecks(options))
  return app
}

const alias = (stack, weight, id = 'Prod') => new CfnStateMachineAlias(stack, id, {
  name: 'PROD',
  routingConfiguration: [{ stateMachineVersionArn: 'arn:aws:states:us-east-1:123456789012:stateMachine:orders:1', weight }]
})

/** Adds an alias with a version that is not retained. */
function addUnretainedVersion ({ stack, stateMachine }) {
  const version = new CfnStateMachineVersion(stack, 'Version', {
    stateMachineArn: stateMachine.stateMachineArn, stateMachineRevisionId: stateMachine.stateMachineRevisionId
  })
  return new CfnStateMachineAlias(stack, 'Prod', {
    name: 'PROD', routingConfiguration: [{ stateMachineVersionArn: version.attrArn, weight: 100 }]
  })
}

const WEIGHT = 'SFA002: RoutingConfiguration: rejected by CreateStateMachineAlias: Sum of routing configuration weights must ' +
  'equal 100. Received: [90]. Set the weight to 100, or add a second route with the remaining weight.'
const RETAIN = 'SFA015: Expected `Retain` as DeletionPolicy and UpdateReplacePolicy of this version, because alias Prod uses it. ' +
  'Set `DeletionPolicy: Retain` and `UpdateReplacePolicy: Retain` on the version.'

test('errors become annotations of their construct', () => {
  const app = appWithAspect()
  alias(app.stack, 90)
  assert.deepEqual(annotations(app), [`/Orders/Prod error: ${WEIGHT}`])
})

/** A weight of 90 in production only. */
function weightInProduction (stack) {
  const stage = new CfnParameter(stack, 'Stage').valueAsString
  new CfnCondition(stack, 'IsProd', { expression: Fn.conditionEquals(stage, 'prod') })
  return Fn.conditionIf('IsProd', 90, 100)
}

const IN_PRODUCTION = WEIGHT.replace('[90].', '[90] (when IsProd is true).')

test('annotations contain the condition', () => {
  const app = appWithAspect()
  alias(app.stack, weightInProduction(app.stack))
  assert.deepEqual(annotations(app), [`/Orders/Prod error: ${IN_PRODUCTION}`])
})

test('changes by other Aspects and escape hatches are checked', () => {
  const app = appWithAspect()
  Aspects.of(app.stack).add({
    visit (node) {
      if (node instanceof CfnStateMachineAlias) node.addPropertyOverride('RoutingConfiguration.0.Weight', 90)
    }
  })
  alias(app.stack, 100)
  assert.deepEqual(annotations(app), [`/Orders/Prod error: ${WEIGHT}`])
})

test('warnings become annotations of their construct', () => {
  const app = appWithAspect()
  addUnretainedVersion(app)
  assert.deepEqual(annotations(app), [`/Orders/Version warning: ${RETAIN} [ack: sfn-alias::SFA015]`])
})

test('acknowledging a warning', () => {
  const app = appWithAspect()
  addUnretainedVersion(app)
  Annotations.of(app.stack).acknowledgeWarning('sfn-alias::SFA015', 'a test stack')
  assert.deepEqual(annotations(app), [])
})

test('acknowledging an error in the template', () => {
  const app = appWithAspect()
  acknowledge(alias(app.stack, 90), 'SFA002', 'to be filled')
  assert.deepEqual(annotations(app), [])
})

test('acknowledging an error in CDK', () => {
  const app = appWithAspect()
  alias(app.stack, 90)
  Validations.of(app.stack).acknowledge({ id: 'sfn-alias::SFA002', reason: 'to be filled' })
  assert.deepEqual(annotations(app), [])
})

test('disabling rules', () => {
  const app = appWithAspect({ disable: ['SFA002'] })
  alias(app.stack, 90)
  assert.deepEqual(annotations(app), [])
})

test('a correct app has no annotations', () => {
  const app = appWithAspect()
  const version = new StateMachineVersion(app.stack, 'Version', { stateMachine: app.stateMachine })
  new StateMachineAlias(app.stack, 'Prod', { aliasName: 'PROD', versions: [{ version, weight: 100 }] })
  assert.deepEqual(annotations(app), [])
})

test('repeated synthesis adds an annotation once', () => {
  const app = appWithAspect()
  alias(app.stack, 90)
  assert.deepEqual(annotations(app), [`/Orders/Prod error: ${WEIGHT}`])
  assert.deepEqual(annotations(app), [`/Orders/Prod error: ${WEIGHT}`])
})

test('errors of our constructs make synthesis fail, with or without an Aspect', () => {
  for (const make of [createApp, appWithAspect]) {
    const { app, stack, stateMachine } = make()
    const version = new StateMachineVersion(stack, 'Version', { stateMachine })
    const prod = new StateMachineAlias(stack, 'Prod', { aliasName: 'PROD', versions: [{ version, weight: 90 }] })
    alias(stack, 90, 'NotOurs')
    assert.throws(() => app.synth(), { message: `Validation failed with the following errors:\n  [Orders] Orders/Prod/Resource: ${WEIGHT}` })
    acknowledge(prod, 'SFA002', 'to be filled')
    app.synth()
  }
})

/** Synthesizes an alias of ours. Returns the message of the error, if there is one. */
function synthesisError ({ app, stack, stateMachine }, weight = 90) {
  const version = new StateMachineVersion(stack, 'Version', { stateMachine })
  new StateMachineAlias(stack, 'Prod', { aliasName: 'PROD', versions: [{ version, weight }] })
  try {
    muteErrors(() => app.synth())
  } catch ({ message }) {
    return message
  }
}

const failureMessage = message => `Validation failed with the following errors:\n  [Orders] Orders/Prod/Resource: ${message}`

test('errors of our constructs contain the condition', () => {
  const app = createApp()
  const weight = weightInProduction(app.stack)
  assert.equal(synthesisError(app, weight), failureMessage(IN_PRODUCTION))
})

for (const [what, add] of [
  ['the plugin', ({ app }, options) => Validations.of(app).addPlugins(new SfnAliasPlugin(options))],
  ['the Aspect', ({ app }, options) => Aspects.of(app).add(new SfnAliasChecks(options))],
  ['the Aspect of the stack', ({ stack }, options) => Aspects.of(stack).add(new SfnAliasChecks(options))]
]) {
  test(`our constructs use the options of ${what}`, () => {
    for (const options of [{ disable: ['single-route-weight'] }, { acknowledge: [{ rule: 'SFA002', reason: 'to be filled' }] }]) {
      const app = createApp()
      add(app, options)
      assert.equal(synthesisError(app), undefined)
    }
    const app = createApp()
    add(app, { disable: ['SFA001'] })
    assert.equal(synthesisError(app), failureMessage(WEIGHT))
  })

  test(`our constructs use the parameters of ${what}`, () => {
    for (const [weight, expected] of [['100', undefined], ['90', failureMessage(WEIGHT)]]) {
      const app = createApp()
      add(app, { parameters: { Weight: weight } })
      const { valueAsNumber } = new CfnParameter(app.stack, 'Weight', { type: 'Number', default: 80 })
      assert.equal(synthesisError(app, valueAsNumber), expected)
    }
  })
}

test('our constructs in a stage use the options of the app and of the stage', () => {
  const { app } = createApp()
  Aspects.of(app).add(new SfnAliasChecks({ disable: ['SFA007'] }))
  const stage = new Stage(app, 'Beta')
  Aspects.of(stage).add(new SfnAliasChecks({ disable: ['SFA002'] }))
  const stack = new Stack(stage, 'Orders')
  const fixed = 'arn:aws:states:us-east-1:123456789012:stateMachine:orders:1'
  const version = StateMachineVersion.fromStateMachineVersionArn(stack, 'Version', fixed)
  new StateMachineAlias(stack, 'Prod', { aliasName: '1', versions: [{ version, weight: 90 }] })
  muteErrors(() => app.synth())
})
