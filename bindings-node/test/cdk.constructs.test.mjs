// Templates and errors of the constructs of `sfn-alias/cdk`.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CfnParameter, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib'
import { Alarm, Metric } from 'aws-cdk-lib/aws-cloudwatch'
import { Rule, Schedule } from 'aws-cdk-lib/aws-events'
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { StateMachine } from 'aws-cdk-lib/aws-stepfunctions'
import { templateRules } from 'sfn-alias'
import { DeploymentPreference, StateMachineAlias, StateMachineVersion } from 'sfn-alias/cdk'
import { createApp, resources } from './support/cdk.mjs'

const ALIAS = 'AWS::StepFunctions::StateMachineAlias'
const VERSION = 'AWS::StepFunctions::StateMachineVersion'
const MACHINE = 'arn:aws:states:us-east-1:123456789012:stateMachine:orders'

/** As `orders`, with a version. */
function published () {
  const app = createApp()
  return { ...app, version: new StateMachineVersion(app.stack, 'Version', { stateMachine: app.stateMachine }) }
}

const alarm = (stack, id) => new Alarm(stack, id, {
  metric: new Metric({ namespace: 'AWS/States', metricName: 'ExecutionsFailed' }), threshold: 1, evaluationPeriods: 1
})

const message = act => {
  try {
    act()
  } catch (error) {
    return error.message
  }
}

test('a version is retained, and replaced when the state machine changes', () => {
  const { stack } = published()
  assert.deepEqual(resources(stack, VERSION), {
    Version6A868472: {
      Type: VERSION,
      Properties: {
        StateMachineArn: { Ref: 'Machine6FC8AE80' },
        StateMachineRevisionId: { 'Fn::GetAtt': ['Machine6FC8AE80', 'StateMachineRevisionId'] }
      },
      UpdateReplacePolicy: 'Retain',
      DeletionPolicy: 'Retain'
    }
  })
})

test('a version with all properties', () => {
  const { stack } = createApp()
  const stateMachine = StateMachine.fromStateMachineArn(stack, 'Imported', MACHINE)
  const version = new StateMachineVersion(stack, 'Version', {
    stateMachine, description: 'the first', revisionId: 'INITIAL', removalPolicy: RemovalPolicy.DESTROY
  })
  assert.equal(version.stateMachine, stateMachine)
  assert.deepEqual(resources(stack, VERSION).Version6A868472, {
    Type: VERSION,
    Properties: { StateMachineArn: MACHINE, StateMachineRevisionId: 'INITIAL', Description: 'the first' },
    UpdateReplacePolicy: 'Delete',
    DeletionPolicy: 'Delete'
  })
})

test('the revision of an imported state machine is unknown', () => {
  const { stack } = createApp()
  new StateMachineVersion(stack, 'Version', { stateMachine: StateMachine.fromStateMachineArn(stack, 'Imported', MACHINE) })
  assert.deepEqual(resources(stack, VERSION).Version6A868472.Properties, { StateMachineArn: MACHINE })
})

test('an alias routes by weight', () => {
  const { stack, version } = published()
  const before = StateMachineVersion.fromStateMachineVersionArn(stack, 'Before', `${MACHINE}:7`)
  assert.equal(stack.resolve(before.stateMachine.stateMachineArn), MACHINE)
  new StateMachineAlias(stack, 'Prod', {
    aliasName: 'PROD', description: 'live', versions: [{ version: before, weight: 100 }]
  })
  new StateMachineAlias(stack, 'Beta', { aliasName: 'BETA', versions: [{ version, weight: 100 }] })
  assert.deepEqual(resources(stack, ALIAS), {
    Prod7A5F3219: {
      Type: ALIAS,
      Properties: {
        Name: 'PROD', Description: 'live', RoutingConfiguration: [{ StateMachineVersionArn: `${MACHINE}:7`, Weight: 100 }]
      }
    },
    BetaC60672CA: {
      Type: ALIAS,
      Properties: {
        Name: 'BETA', RoutingConfiguration: [{ StateMachineVersionArn: { 'Fn::GetAtt': ['Version6A868472', 'Arn'] }, Weight: 100 }]
      }
    }
  })
})

for (const [type, preference, more] of [
  ['CANARY', DeploymentPreference.canary, { Percentage: 10, Interval: 5 }],
  ['LINEAR', DeploymentPreference.linear, { Percentage: 10, Interval: 5 }],
  ['ALL_AT_ONCE', DeploymentPreference.allAtOnce, {}]
]) {
  test(`an alias is deployed ${type}`, () => {
    const { stack, version } = published()
    new StateMachineAlias(stack, 'Prod', {
      aliasName: 'PROD', deploymentPreference: preference({ version, percentage: 10, interval: Duration.minutes(5) })
    })
    assert.deepEqual(resources(stack, ALIAS).Prod7A5F3219.Properties, {
      Name: 'PROD',
      DeploymentPreference: { Type: type, StateMachineVersionArn: { 'Fn::GetAtt': ['Version6A868472', 'Arn'] }, ...more }
    })
  })
}

test('alarms of the preference and added alarms', () => {
  const { stack, version } = published()
  const alias = new StateMachineAlias(stack, 'Prod', {
    aliasName: 'PROD',
    deploymentPreference: DeploymentPreference.canary({
      version, percentage: 10, interval: Duration.hours(1), alarms: [alarm(stack, 'First')]
    })
  })
  alias.addAlarms(alarm(stack, 'Second'), alarm(stack, 'Third'))
  const { Alarms, Interval } = resources(stack, ALIAS).Prod7A5F3219.Properties.DeploymentPreference
  assert.deepEqual(Alarms.map(({ Ref }) => Ref.slice(0, -8)), ['First', 'Second', 'Third'])
  assert.equal(Interval, 60)
})

test('alarms without a gradual deployment are an error', () => {
  const { stack, version } = published()
  const text = ': CloudFormation checks alarms only in canary and linear deployments; add a deploymentPreference of one of these types to the alias'
  const once = new StateMachineAlias(stack, 'Once', { aliasName: 'ONCE', deploymentPreference: DeploymentPreference.allAtOnce({ version }) })
  assert.equal(message(() => once.addAlarms(alarm(stack, 'First'))), `Orders/Once${text}`)
  const fixed = new StateMachineAlias(stack, 'Fixed', { aliasName: 'FIXED', versions: [{ version, weight: 100 }] })
  assert.equal(message(() => fixed.addAlarms(alarm(stack, 'Second'))), `Orders/Fixed${text}`)
})

test('grants use the ARN of the state machine, not of the alias', () => {
  const { stack, version } = published()
  const alias = new StateMachineAlias(stack, 'Prod', { aliasName: 'PROD', versions: [{ version, weight: 100 }] })
  const role = new Role(stack, 'Events', { assumedBy: new ServicePrincipal('events.amazonaws.com') })
  alias.grantStartExecution(role)
  alias.grantStartSyncExecution(role)
  new Rule(stack, 'Nightly', { schedule: Schedule.rate(Duration.days(1)) })
    .addTarget({ bind: () => ({ arn: alias.aliasArn, role }) })
  const { EventsDefaultPolicy } = named(resources(stack, 'AWS::IAM::Policy'))
  assert.deepEqual(EventsDefaultPolicy.Properties.PolicyDocument.Statement, [
    { Action: 'states:StartExecution', Effect: 'Allow', Resource: { Ref: 'Machine6FC8AE80' } },
    { Action: 'states:StartSyncExecution', Effect: 'Allow', Resource: { Ref: 'Machine6FC8AE80' } }
  ])
  const { Nightly } = named(resources(stack, 'AWS::Events::Rule'))
  assert.deepEqual(Nightly.Properties.Targets[0].Arn, { 'Fn::GetAtt': ['Prod7A5F3219', 'Arn'] })
})

/** By ids without their hashes. */
const named = resources => Object.fromEntries(Object.entries(resources).map(([id, resource]) => [id.slice(0, -8), resource]))

test('import of an alias', () => {
  const { stack } = createApp()
  const alias = StateMachineAlias.fromStateMachineAliasArn(stack, 'Prod', `${MACHINE}:PROD`)
  assert.deepEqual([alias.aliasArn, alias.aliasName, alias.stateMachine.stateMachineArn], [`${MACHINE}:PROD`, 'PROD', MACHINE])
  alias.grantStartExecution(new Role(stack, 'Events', { assumedBy: new ServicePrincipal('events.amazonaws.com') }))
  const { EventsDefaultPolicy } = named(resources(stack, 'AWS::IAM::Policy'))
  assert.deepEqual(EventsDefaultPolicy.Properties.PolicyDocument.Statement, [
    { Action: 'states:StartExecution', Effect: 'Allow', Resource: MACHINE }
  ])
})

test('import of an alias by an unresolved ARN', () => {
  const { stack } = createApp()
  const arn = new CfnParameter(stack, 'AliasArn').valueAsString
  const alias = StateMachineAlias.fromStateMachineAliasArn(stack, 'Prod', arn)
  const part = number => ({ 'Fn::Select': [number, { 'Fn::Split': [':', { Ref: 'AliasArn' }] }] })
  assert.deepEqual(stack.resolve(alias.aliasName), part(7))
  assert.deepEqual(stack.resolve(alias.stateMachine.stateMachineArn), { 'Fn::Join': [':', [0, 1, 2, 3, 4, 5, 6].map(part)] })
})

test('import of another ARN is an error', () => {
  const { stack } = createApp()
  assert.equal(
    message(() => StateMachineAlias.fromStateMachineAliasArn(stack, 'Prod', `${MACHINE}:1`)),
    `expected the ARN of a state machine alias, found \`${MACHINE}:1\` (version)`)
  assert.equal(
    message(() => StateMachineVersion.fromStateMachineVersionArn(stack, 'Version', MACHINE)),
    `expected the ARN of a state machine version, found \`${MACHINE}\` (stateMachine)`)
  assert.equal(
    message(() => StateMachineAlias.fromStateMachineAliasArn(stack, 'Other', 'orders')),
    "Invalid Arn: 'Invalid ARN prefix: orders'")
})

test('an alias needs a version', () => {
  const { stack } = createApp()
  assert.equal(message(() => new StateMachineAlias(stack, 'Prod', { aliasName: 'PROD' })), 'Orders/Prod: expected `versions` or `deploymentPreference`, found neither; add one of them')
})

test('an alias has either versions or a preference', () => {
  const { stack, version } = published()
  const deploymentPreference = DeploymentPreference.allAtOnce({ version })
  assert.equal(
    message(() => new StateMachineAlias(stack, 'Both', { aliasName: 'BOTH', versions: [{ version, weight: 100 }], deploymentPreference })),
    'Orders/Both: `versions` and `deploymentPreference` cannot be combined; remove one of them')
  assert.equal(
    message(() => new StateMachineAlias(stack, 'None', { aliasName: 'NONE', versions: [] })),
    'Orders/None: expected `versions` or `deploymentPreference`, found neither; add one of them')
  new StateMachineAlias(stack, 'Prod', { aliasName: 'PROD', versions: [], deploymentPreference })
  assert.deepEqual(resources(stack, ALIAS).Prod7A5F3219.Properties, {
    Name: 'PROD',
    DeploymentPreference: { Type: 'ALL_AT_ONCE', StateMachineVersionArn: { 'Fn::GetAtt': ['Version6A868472', 'Arn'] } }
  })
})

for (const shift of [DeploymentPreference.canary, DeploymentPreference.linear]) {
  test(`an invalid interval of ${shift.name} is an error`, () => {
    const { stack, version } = published()
    const { fix } = templateRules().find(({ id }) => id === 'SFA014')
    const said = interval => message(() => shift({ version, percentage: 99, interval }))
    for (const [interval, given] of [
      [Duration.seconds(90), '1.5'], [Duration.minutes(0), '0'], [Duration.minutes(2101), '2101'], [Duration.days(2), '2880']
    ]) {
      assert.equal(said(interval), `SFA014: \`Interval\` must be an integer from 1 to 2100 (minutes): found \`${given}\`. ${fix}`)
    }
    // A linear deployment with 99 percent has two updates.
    const longest = Duration.minutes(shift.name === 'linear' ? 1050 : 2100)
    for (const interval of [Duration.seconds(60), longest]) assert.equal(said(interval), undefined)
    const minutes = new CfnParameter(stack, 'Minutes', { type: 'Number' }).valueAsNumber
    assert.equal(said(Duration.minutes(minutes)), undefined)
  })

  test(`an invalid percentage of ${shift.name} is an error`, () => {
    const { stack, version } = published()
    const { fix } = templateRules().find(({ id }) => id === 'SFA014')
    const said = percentage => message(() => shift({ version, percentage, interval: Duration.minutes(5) }))
    for (const percentage of [100, 0, -1, 1.5]) {
      assert.equal(said(percentage), `SFA014: \`Percentage\` must be an integer from 1 to 99: found \`${percentage}\`. ${fix}`)
    }
    for (const percentage of [1, 99]) assert.equal(said(percentage), undefined)
    assert.equal(said(new CfnParameter(stack, 'Percentage', { type: 'Number' }).valueAsNumber), undefined)
  })
}

test('a linear deployment that takes too long is an error', () => {
  const { version } = published()
  assert.match(
    message(() => DeploymentPreference.linear({ version, percentage: 1, interval: Duration.minutes(22) })),
    /estimated to take 2200 minutes, which exceeds the maximum allowable deployment time of 2100 minutes/)
})

test('versions and aliases must be in the stack of their state machine', () => {
  const { app, stack, stateMachine, version } = published()
  const other = new Stack(app, 'Other')
  assert.equal(
    message(() => new StateMachineVersion(other, 'Version', { stateMachine })),
    'Other/Version: a version must be in the stack of its state machine: CloudFormation cannot change a value that another stack uses. Create it in Orders')
  assert.equal(
    message(() => new StateMachineAlias(other, 'Prod', { aliasName: 'PROD', versions: [{ version, weight: 100 }] })),
    'Other/Prod: an alias must be in the stack of its versions: CloudFormation cannot change a value that another stack uses. Create it in Orders')
  const fixed = StateMachineVersion.fromStateMachineVersionArn(stack, 'Fixed', `${MACHINE}:1`)
  new StateMachineAlias(other, 'Beta', { aliasName: 'BETA', versions: [{ version: fixed, weight: 100 }] })
  app.synth()
})
