// The policy validation plugin of `sfn-alias/cdk` in synthesized apps.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { CfnParameter, Duration, Fn, NestedStack, Stack, Stage, Validations } from 'aws-cdk-lib'
import { Rule, Schedule } from 'aws-cdk-lib/aws-events'
import { Policy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { CfnStateMachineAlias, CfnStateMachineVersion } from 'aws-cdk-lib/aws-stepfunctions'
import { templateRules } from 'sfn-alias'
import { acknowledge, DeploymentPreference, SfnAliasPlugin, StateMachineAlias, StateMachineVersion } from 'sfn-alias/cdk'
import { createApp, muteErrors } from './support/cdk.mjs'

/** Creates an app with the plugin. */
function appWithPlugin (options) {
  const app = createApp()
  Validations.of(app.app).addPlugins(new SfnAliasPlugin(options))
  return app
}

/** Synthesizes the app. Returns whether it passes, and the report of the plugin. */
function synthesize ({ app }) {
  let passes = true
  try {
    muteErrors(() => app.synth())
  } catch (error) {
    assert.match(error.message, /^Validation failed\. A copy of this report can be found in: /)
    passes = false
  }
  const { pluginReports } = JSON.parse(readFileSync(join(app.outdir, 'validation-report.json'), 'utf8'))
  return { passes, report: pluginReports.find(({ pluginName }) => pluginName === 'sfn-alias') }
}

/** Returns the violations as text: construct, rule, severity, description. */
const violations = app => (synthesize(app).report?.violations ?? []).flatMap(({ ruleName, severity, description, violatingConstructs }) =>
  violatingConstructs.map(({ constructPath }) => `${constructPath}: ${ruleName} ${severity}: ${description}`))

const alias = (stack, ...weights) => new CfnStateMachineAlias(stack, 'Prod', {
  name: 'PROD',
  routingConfiguration: weights.map((weight, index) => (
    { stateMachineVersionArn: `arn:aws:states:us-east-1:123456789012:stateMachine:orders:${index + 1}`, weight }))
})

test('name, version and rule ids of the plugin', () => {
  const plugin = new SfnAliasPlugin()
  assert.equal(plugin.name, 'sfn-alias')
  assert.match(plugin.version, /^\d+\.\d+\.\d+$/)
  assert.deepEqual(plugin.ruleIds, templateRules().map(({ id }) => id))
})

test('a correct app has no findings', () => {
  const app = appWithPlugin()
  const { stack, stateMachine } = app
  const version = new StateMachineVersion(stack, 'Version', { stateMachine })
  const prod = new StateMachineAlias(stack, 'Prod', {
    aliasName: 'PROD',
    deploymentPreference: DeploymentPreference.linear({ version, percentage: 10, interval: Duration.minutes(5) })
  })
  const role = new Role(stack, 'Events', { assumedBy: new ServicePrincipal('events.amazonaws.com') })
  prod.grantStartExecution(role)
  new Rule(stack, 'Nightly', { schedule: Schedule.rate(Duration.days(1)) }).addTarget({ bind: () => ({ arn: prod.aliasArn, role }) })
  const before = new StateMachineAlias(stack, 'Before', {
    aliasName: 'BEFORE',
    versions: [{ version: StateMachineVersion.fromStateMachineVersionArn(stack, 'Fixed', `arn:aws:states:us-east-1:123456789012:stateMachine:orders:7`), weight: 100 }]
  })
  before.grantStartExecution(role)
  alias(new Stack(app.app, 'Other'), 90, 10)
  assert.deepEqual(synthesize(app), { passes: true, report: undefined })
})

test('all members of a violation', () => {
  const app = appWithPlugin()
  alias(app.stack, 90, 9)
  const { passes, report } = synthesize(app)
  assert.equal(passes, false)
  const [{ violatingConstructs: [{ stackTraces, libraryVersion, ...construct }], ...violation }, ...others] = report.violations
  assert.deepEqual(others, [])
  const { title, fix, ...rule } = templateRules()[0]
  assert.deepEqual(violation, {
    ruleName: 'SFA001',
    description: 'RoutingConfiguration: rejected by CreateStateMachineAlias: Sum of routing configuration weights must equal 100. Received: [90, 9]',
    severity: 'error',
    suggestedFix: fix,
    ruleMetadata: { name: rule.name, description: rule.description, url: rule.url }
  })
  assert.deepEqual(construct, {
    constructPath: 'Orders/Prod',
    constructFqn: 'aws-cdk-lib.aws_stepfunctions.CfnStateMachineAlias',
    cloudFormationResource: {
      templatePath: 'Orders.template.json', logicalId: 'Prod', propertyPaths: ['Properties.RoutingConfiguration']
    }
  })
})

const REJECTED = 'RoutingConfiguration: rejected by CreateStateMachineAlias: Sum of routing configuration weights must equal 100. Received:'

test('escape hatches are checked', () => {
  const app = appWithPlugin()
  alias(app.stack, 90, 10).addPropertyOverride('RoutingConfiguration.1.Weight', 11)
  assert.deepEqual(violations(app), [`Orders/Prod: SFA001 error: ${REJECTED} [90, 11]`])
})

test('escape hatches on our constructs are checked', () => {
  const app = appWithPlugin()
  const version = new StateMachineVersion(app.stack, 'Version', { stateMachine: app.stateMachine })
  version.node.defaultChild.addOverride('DeletionPolicy', 'Delete')
  new StateMachineAlias(app.stack, 'Prod', { aliasName: 'PROD', versions: [{ version, weight: 100 }] })
  assert.deepEqual(violations(app), [
    'Orders/Version/Resource: SFA015 warning: Expected `Retain` as DeletionPolicy of this version, because alias Prod7A5F3219 uses it'
  ])
})

test('unknown weights give no findings', () => {
  const app = appWithPlugin()
  const weight = new CfnParameter(app.stack, 'Weight', { type: 'Number' }).valueAsNumber
  alias(app.stack, weight, 10)
  assert.deepEqual(violations(app), [])
})

test('parameters option', () => {
  const app = appWithPlugin({ parameters: { Weight: '80' } })
  const weight = new CfnParameter(app.stack, 'Weight', { type: 'Number' }).valueAsNumber
  alias(app.stack, weight, 10)
  assert.deepEqual(violations(app), [`Orders/Prod: SFA001 error: ${REJECTED} [80, 10]`])
})

test('values of another stack give no findings', () => {
  const app = appWithPlugin()
  const other = new Stack(app.app, 'Other', { env: { account: '123456789012', region: 'us-east-1' } })
  const version = new CfnStateMachineVersion(app.stack, 'Version', { stateMachineArn: app.stateMachine.stateMachineArn })
  new CfnStateMachineAlias(other, 'Prod', {
    name: 'PROD', routingConfiguration: [{ stateMachineVersionArn: version.attrArn, weight: 100 }]
  })
  new CfnStateMachineAlias(other, 'Beta', {
    name: 'BETA', routingConfiguration: [{ stateMachineVersionArn: Fn.importValue('Version'), weight: 100 }]
  })
  assert.deepEqual(violations(app), [])
})

test('a warning does not make synthesis fail', () => {
  const app = appWithPlugin()
  const { stateMachineArn, stateMachineRevisionId } = app.stateMachine
  const version = new CfnStateMachineVersion(app.stack, 'Version', { stateMachineArn, stateMachineRevisionId })
  new CfnStateMachineAlias(app.stack, 'Prod', {
    name: 'PROD', routingConfiguration: [{ stateMachineVersionArn: version.attrArn, weight: 100 }]
  })
  const { passes, report } = synthesize(app)
  assert.equal(passes, true)
  assert.deepEqual(report.violations.map(({ ruleName, severity, description }) => [ruleName, severity, description]), [[
    'SFA015', 'warning', 'Expected `Retain` as DeletionPolicy and UpdateReplacePolicy of this version, because alias Prod uses it'
  ]])
})

test('a policy on the ARN of the alias', () => {
  const app = appWithPlugin()
  const { stack, stateMachine } = app
  const version = new StateMachineVersion(stack, 'Version', { stateMachine })
  const prod = new StateMachineAlias(stack, 'Prod', { aliasName: 'PROD', versions: [{ version, weight: 100 }] })
  new Policy(stack, 'Start', {
    roles: [new Role(stack, 'Events', { assumedBy: new ServicePrincipal('events.amazonaws.com') })],
    statements: [new PolicyStatement({ actions: ['states:StartExecution'], resources: [prod.aliasArn] })]
  })
  assert.deepEqual(violations(app), [
    'Orders/Start/Resource: SFA017 error: Resource `${Prod7A5F3219.Arn}` is an alias, but states:StartExecution is ' +
    'authorized with the ARN of the state machine, `${Machine6FC8AE80}`'
  ])
})

test('nested stacks and stages are checked', () => {
  const app = appWithPlugin()
  alias(new NestedStack(new NestedStack(app.stack, 'Nested'), 'Inner'), 90)
  alias(new Stack(new Stage(app.app, 'Beta'), 'Staged'), 80)
  assert.deepEqual(violations(app).sort(), [`Beta/Staged/Prod: SFA002 error: ${REJECTED} [80]`, `Orders/Nested/Inner/Prod: SFA002 error: ${REJECTED} [90]`])
})

test('acknowledging a rule in CDK', () => {
  const app = appWithPlugin()
  Validations.of(alias(app.stack, 90)).acknowledge({ id: 'sfn-alias::SFA002', reason: 'to be filled' })
  const { passes, report } = synthesize(app)
  assert.equal(passes, true)
  assert.deepEqual(report.violations, [])
  assert.deepEqual(report.suppressedViolations.map(({ ruleName, reason }) => [ruleName, reason]), [['SFA002', 'to be filled']])
})

test('acknowledging a rule in the template', () => {
  const app = appWithPlugin()
  acknowledge(alias(app.stack, 90), 'SFA002', 'to be filled')
  assert.deepEqual(synthesize(app), { passes: true, report: undefined })
  const { Metadata } = app.app.synth().getStackByName('Orders').template.Resources.Prod
  assert.deepEqual(Metadata, { 'sfn-alias': { acknowledge: [{ rule: 'SFA002', reason: 'to be filled' }] } })
})

test('acknowledging two rules, one by name', () => {
  const app = appWithPlugin()
  const prod = alias(app.stack, 90)
  prod.name = '123'
  acknowledge(app.stack, 'single-route-weight', 'to be filled')
  acknowledge(prod, 'SFA007', 'to be named')
  assert.deepEqual(synthesize(app), { passes: true, report: undefined })
})

test('disabling rules', () => {
  const app = appWithPlugin({ disable: ['weights-sum'] })
  alias(app.stack, 90, 9)
  assert.deepEqual(synthesize(app), { passes: true, report: undefined })
})

test('invalid options make synthesis fail', () => {
  const app = appWithPlugin({ disable: ['weights'] })
  const { passes, report } = synthesize(app)
  assert.equal(passes, false)
  assert.equal(
    report.metadata.error,
    "Validation plugin 'sfn-alias' failed: disable/0: unknown rule `weights`; use a rule id or name, for example SFA001 or weights-sum")
})
