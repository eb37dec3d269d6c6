// Apps that are synthesized into templates: `node apps.mjs FOLDER` writes `correct/cdk-*.json` and `faulty/cdk-*.json`.
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { App, CfnDeletionPolicy, CfnOutput, Duration, Stack } from 'aws-cdk-lib'
import { PassthroughBehavior, AwsIntegration, RestApi, StepFunctionsIntegration } from 'aws-cdk-lib/aws-apigateway'
import { Alarm } from 'aws-cdk-lib/aws-cloudwatch'
import { CfnRule, Rule, Schedule } from 'aws-cdk-lib/aws-events'
import { SfnStateMachine } from 'aws-cdk-lib/aws-events-targets'
import { Policy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import {
  CfnStateMachineAlias, CfnStateMachineVersion, DefinitionBody, IntegrationPattern, Pass, StateMachine, StateMachineType,
  TaskInput, Wait, WaitTime
} from 'aws-cdk-lib/aws-stepfunctions'
import { StepFunctionsStartExecution } from 'aws-cdk-lib/aws-stepfunctions-tasks'

const folder = process.argv[2]

/** Synthesizes a stack, without what is the bootstrap's. */
function write (name, build) {
  const app = new App({ outdir: mkdtempSync(join(tmpdir(), 'cdk-')), analyticsReporting: false })
  const stack = new Stack(app, 'Shop')
  build(stack)
  app.synth()
  const template = JSON.parse(readFileSync(join(app.outdir, 'Shop.template.json'), 'utf8'))
  writeFileSync(join(folder, `${name}.json`), JSON.stringify(template, null, 1) + '\n')
}

const machine = (stack, id, body) => new StateMachine(stack, id, { definitionBody: body ?? DefinitionBody.fromChainable(
  new Pass(stack, `${id}Prepare`).next(new Wait(stack, `${id}Wait`, { time: WaitTime.duration(Duration.minutes(1)) }))) })

/** A version that CDK retains, as its documentation has it. */
function version (stack, of, retained = true) {
  const version = new CfnStateMachineVersion(stack, `${of.node.id}Version`, {
    stateMachineArn: of.stateMachineArn, stateMachineRevisionId: of.stateMachineRevisionId
  })
  if (retained) {
    version.cfnOptions.deletionPolicy = CfnDeletionPolicy.RETAIN
    version.cfnOptions.updateReplacePolicy = CfnDeletionPolicy.RETAIN
  }
  return version
}

const alias = (stack, of, to) => new CfnStateMachineAlias(stack, `${of.node.id}Prod`, {
  name: 'PROD', routingConfiguration: [{ stateMachineVersionArn: to.attrArn, weight: 100 }]
})

/** A grant on the machine for starts through the alias, which is what AWS authorises. */
const mayStart = (of, role) => of.grantStartExecution(role)

/** An alias under EventBridge, by the L1: CDK's target takes a state machine only. */
function nightly (stack, of, to) {
  const role = new Role(stack, 'Events', { assumedBy: new ServicePrincipal('events.amazonaws.com') })
  mayStart(of, role)
  return new CfnRule(stack, 'Nightly', {
    scheduleExpression: Schedule.rate(Duration.days(1)).expressionString,
    targets: [{ id: 'orders', arn: to.attrArn, roleArn: role.roleArn }]
  })
}

/** A method of API Gateway that starts an ARN. */
function api (stack, of, arn) {
  const role = new Role(stack, 'Caller', { assumedBy: new ServicePrincipal('apigateway.amazonaws.com') })
  mayStart(of, role)
  new RestApi(stack, 'Api').root.addMethod('POST', new AwsIntegration({
    service: 'states',
    action: 'StartExecution',
    options: {
      credentialsRole: role,
      passthroughBehavior: PassthroughBehavior.NEVER,
      requestTemplates: { 'application/json': `{"input": "$util.escapeJavaScript($input.json('$'))", "stateMachineArn": "${arn}"}` },
      integrationResponses: [{ statusCode: '200' }]
    }
  }), { methodResponses: [{ statusCode: '200' }] })
}

write('correct/cdk-routing', stack => {
  const orders = machine(stack, 'Orders')
  const prod = alias(stack, orders, version(stack, orders))
  nightly(stack, orders, prod)
  api(stack, orders, prod.attrArn)
  const caller = machine(stack, 'Caller2', DefinitionBody.fromChainable(new StepFunctionsStartExecution(stack, 'Start', {
    stateMachine: StateMachine.fromStateMachineArn(stack, 'Other', 'arn:aws:states:eu-west-1:123456789012:stateMachine:other'),
    integrationPattern: IntegrationPattern.RUN_JOB,
    input: TaskInput.fromJsonPathAt('$')
  })))
  mayStart(orders, caller)
  new CfnOutput(stack, 'Alias', { value: prod.attrArn })
})

write('correct/cdk-canary', stack => {
  const orders = machine(stack, 'Orders')
  const errors = new Alarm(stack, 'Errors', { metric: orders.metricFailed(), threshold: 1, evaluationPeriods: 1 })
  const deploymentPreference = {
    stateMachineVersionArn: version(stack, orders).attrArn, type: 'CANARY', percentage: 10, interval: 5, alarms: [errors.alarmName]
  }
  const prod = new CfnStateMachineAlias(stack, 'Prod', { name: 'PROD', deploymentPreference })
  nightly(stack, orders, prod)
})

// No alias: what CDK's own constructs start is the machine, and right.
write('correct/cdk-no-alias', stack => {
  const orders = machine(stack, 'Orders')
  new Rule(stack, 'Nightly', { schedule: Schedule.rate(Duration.days(1)), targets: [new SfnStateMachine(orders)] })
  const quotes = new StateMachine(stack, 'Quotes', {
    stateMachineType: StateMachineType.EXPRESS, definitionBody: DefinitionBody.fromChainable(new Pass(stack, 'Quote'))
  })
  new RestApi(stack, 'Api').root.addMethod('POST', StepFunctionsIntegration.startExecution(quotes))
  machine(stack, 'Caller', DefinitionBody.fromChainable(new StepFunctionsStartExecution(stack, 'Start', {
    stateMachine: orders, integrationPattern: IntegrationPattern.RUN_JOB
  })))
})

// Escape hatches, and constructs that know of no alias.
write('faulty/cdk-hatches', stack => {
  const orders = machine(stack, 'Orders')
  const prod = alias(stack, orders, version(stack, orders))
  prod.addPropertyOverride('RoutingConfiguration.0.Weight', 90)
  prod.addPropertyOverride('Name', '2024')
  stack.node.findChild('OrdersVersion').addOverride('DeletionPolicy', 'Delete')
  nightly(stack, orders, prod).addPropertyOverride('Targets.0.Arn', orders.stateMachineArn)
  api(stack, orders, orders.stateMachineArn)
})

write('faulty/cdk-constructs', stack => {
  const orders = machine(stack, 'Orders')
  const prod = alias(stack, orders, version(stack, orders, false))
  new Rule(stack, 'Nightly', { schedule: Schedule.rate(Duration.days(1)), targets: [new SfnStateMachine(orders)] })
  machine(stack, 'Caller', DefinitionBody.fromChainable(new StepFunctionsStartExecution(stack, 'Start', {
    stateMachine: orders, integrationPattern: IntegrationPattern.RUN_JOB
  })))
  new Policy(stack, 'Starters', {
    roles: [new Role(stack, 'Starter', { assumedBy: new ServicePrincipal('scheduler.amazonaws.com') })],
    statements: [new PolicyStatement({ actions: ['states:StartExecution'], resources: [prod.attrArn] })]
  })
})

// An Express state machine behind API Gateway, by CDK's own integration.
write('faulty/cdk-express-api', stack => {
  const quotes = new StateMachine(stack, 'Quotes', {
    stateMachineType: StateMachineType.EXPRESS, definitionBody: DefinitionBody.fromChainable(new Pass(stack, 'Quote'))
  })
  alias(stack, quotes, version(stack, quotes))
  new RestApi(stack, 'Api').root.addMethod('POST', StepFunctionsIntegration.startExecution(quotes))
})
