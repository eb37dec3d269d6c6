// The Aspect of `sfn-alias/cdk` in apps that are synthesized.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Annotations, Aspects, CfnCondition, CfnParameter, Fn, Stack, Stage, Validations } from 'aws-cdk-lib'
import { CfnStateMachineAlias, CfnStateMachineVersion } from 'aws-cdk-lib/aws-stepfunctions'
import { acknowledge, SfnAliasChecks, SfnAliasPlugin, StateMachineAlias, StateMachineVersion } from 'sfn-alias/cdk'
import { annotations, orders, silently } from './support/cdk.mjs'

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

const WEIGHT = 'SFA002: RoutingConfiguration: rejected by CreateStateMachineAlias: Sum of routing configuration weights must ' +
  'equal 100. Received: [90]. Set its weight to 100, or add a second route with the rest.'
const RETAIN = 'SFA015: DeletionPolicy and UpdateReplacePolicy of this version, which alias Prod leads to, are not Retain. ' +
  'Set `DeletionPolicy: Retain` and `UpdateReplacePolicy: Retain` on the version.'

test('errors are annotated where they are', () => {
  const app = checked()
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

test('what holds under a condition says so', () => {
  const app = checked()
  alias(app.stack, weightInProduction(app.stack))
  assert.deepEqual(annotations(app), [`/Orders/Prod error: ${IN_PRODUCTION}`])
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

/** What the synthesis says to an alias of ours. */
function guarded ({ app, stack, stateMachine }, weight = 90) {
  const version = new StateMachineVersion(stack, 'Version', { stateMachine })
  new StateMachineAlias(stack, 'Prod', { aliasName: 'PROD', versions: [{ version, weight }] })
  try {
    silently(() => app.synth())
  } catch ({ message }) {
    return message
  }
}

const failed = words => `Validation failed with the following errors:\n  [Orders] Orders/Prod/Resource: ${words}`

test('errors of our constructs say when they hold', () => {
  const app = orders()
  const weight = weightInProduction(app.stack)
  assert.equal(guarded(app, weight), failed(IN_PRODUCTION))
})

for (const [what, add] of [
  ['the plugin', ({ app }, options) => Validations.of(app).addPlugins(new SfnAliasPlugin(options))],
  ['the Aspect', ({ app }, options) => Aspects.of(app).add(new SfnAliasChecks(options))],
  ['the Aspect of the stack', ({ stack }, options) => Aspects.of(stack).add(new SfnAliasChecks(options))]
]) {
  test(`our constructs take the options of ${what}`, () => {
    for (const options of [{ disable: ['single-route-weight'] }, { acknowledge: [{ rule: 'SFA002', reason: 'to be filled' }] }]) {
      const app = orders()
      add(app, options)
      assert.equal(guarded(app), undefined)
    }
    const app = orders()
    add(app, { disable: ['SFA001'] })
    assert.equal(guarded(app), failed(WEIGHT))
  })

  test(`our constructs take the parameters of ${what}`, () => {
    for (const [weight, expected] of [['100', undefined], ['90', failed(WEIGHT)]]) {
      const app = orders()
      add(app, { parameters: { Weight: weight } })
      const { valueAsNumber } = new CfnParameter(app.stack, 'Weight', { type: 'Number', default: 80 })
      assert.equal(guarded(app, valueAsNumber), expected)
    }
  })
}

test('our constructs in a stage take the options of the app and of the stage', () => {
  const { app } = orders()
  Aspects.of(app).add(new SfnAliasChecks({ disable: ['SFA007'] }))
  const stage = new Stage(app, 'Beta')
  Aspects.of(stage).add(new SfnAliasChecks({ disable: ['SFA002'] }))
  const stack = new Stack(stage, 'Orders')
  const fixed = 'arn:aws:states:us-east-1:123456789012:stateMachine:orders:1'
  const version = StateMachineVersion.fromStateMachineVersionArn(stack, 'Version', fixed)
  new StateMachineAlias(stack, 'Prod', { aliasName: '1', versions: [{ version, weight: 90 }] })
  silently(() => app.synth())
})
