// Synthesizes CDK apps: `node apps.mjs DIRECTORY` writes `correct/cdk-*.json` and `faulty/cdk-*.json`.
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

const directory = process.argv[2]

/** Synthesizes a stack and writes its template. */
function writeTemplate (name, build) {
  const app = new App({ outdir: mkdtempSync(join(tmpdir(), 'cdk-')), analyticsReporting: false })
  const stack = new Stack(app, 'Shop')
  build(stack)
  app.synth()
  const template = JSON.parse(readFileSync(join(app.outdir, 'Shop.template.json'), 'utf8'))
  writeFileSync(join(directory, `${name}.json`), JSON.stringify(template, null, 1) + '\n')
}

const stateMachine = (stack, id, body) => new StateMachine(stack, id, { definitionBody: body ?? DefinitionBody.fromChainable(
  new Pass(stack, `${id}Prepare`).next(new Wait(stack, `${id}Wait`, { time: WaitTime.duration(Duration.minutes(1)) }))) })

/** Creates a version, by default with the retention that the CDK documentation recommends. */
function version (stack, stateMachine, retained = true) {
  const version = new CfnStateMachineVersion(stack, `${stateMachine.node.id}Version`, {
    stateMachineArn: stateMachine.stateMachineArn, stateMachineRevisionId: stateMachine.stateMachineRevisionId
  })
  if (retained) {
    version.cfnOptions.deletionPolicy = CfnDeletionPolicy.RETAIN
    version.cfnOptions.updateReplacePolicy = CfnDeletionPolicy.RETAIN
  }
  return version
}

const alias = (stack, stateMachine, version) => new CfnStateMachineAlias(stack, `${stateMachine.node.id}Prod`, {
  name: 'PROD', routingConfiguration: [{ stateMachineVersionArn: version.attrArn, weight: 100 }]
})

/** Grants starts on the state machine. AWS checks this permission for starts through an alias, too. */
const grantStart = (stateMachine, role) => stateMachine.grantStartExecution(role)

/** Creates an EventBridge rule that starts an alias. Uses an L1 construct, because the L2 target accepts only state machines. */
function nightly (stack, stateMachine, alias) {
  const role = new Role(stack, 'Events', { assumedBy: new ServicePrincipal('events.amazonaws.com') })
  grantStart(stateMachine, role)
  return new CfnRule(stack, 'Nightly', {
    scheduleExpression: Schedule.rate(Duration.days(1)).expressionString,
    targets: [{ id: 'orders', arn: alias.attrArn, roleArn: role.roleArn }]
  })
}

/** Creates an API Gateway method that starts executions with an ARN. */
function api (stack, stateMachine, arn) {
  const role = new Role(stack, 'Caller', { assumedBy: new ServicePrincipal('apigateway.amazonaws.com') })
  grantStart(stateMachine, role)
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

writeTemplate('correct/cdk-routing', stack => {
  const orders = stateMachine(stack, 'Orders')
  const prod = alias(stack, orders, version(stack, orders))
  nightly(stack, orders, prod)
  api(stack, orders, prod.attrArn)
  const caller = stateMachine(stack, 'Caller2', DefinitionBody.fromChainable(new StepFunctionsStartExecution(stack, 'Start', {
    stateMachine: StateMachine.fromStateMachineArn(stack, 'Other', 'arn:aws:states:eu-west-1:123456789012:stateMachine:other'),
    integrationPattern: IntegrationPattern.RUN_JOB,
    input: TaskInput.fromJsonPathAt('$')
  })))
  grantStart(orders, caller)
  new CfnOutput(stack, 'Alias', { value: prod.attrArn })
})

writeTemplate('correct/cdk-canary', stack => {
  const orders = stateMachine(stack, 'Orders')
  const errors = new Alarm(stack, 'Errors', { metric: orders.metricFailed(), threshold: 1, evaluationPeriods: 1 })
  const deploymentPreference = {
    stateMachineVersionArn: version(stack, orders).attrArn, type: 'CANARY', percentage: 10, interval: 5, alarms: [errors.alarmName]
  }
  const prod = new CfnStateMachineAlias(stack, 'Prod', { name: 'PROD', deploymentPreference })
  nightly(stack, orders, prod)
})

// No alias: CDK's own constructs correctly start the state machine.
writeTemplate('correct/cdk-no-alias', stack => {
  const orders = stateMachine(stack, 'Orders')
  new Rule(stack, 'Nightly', { schedule: Schedule.rate(Duration.days(1)), targets: [new SfnStateMachine(orders)] })
  const quotes = new StateMachine(stack, 'Quotes', {
    stateMachineType: StateMachineType.EXPRESS, definitionBody: DefinitionBody.fromChainable(new Pass(stack, 'Quote'))
  })
  new RestApi(stack, 'Api').root.addMethod('POST', StepFunctionsIntegration.startExecution(quotes))
  stateMachine(stack, 'Caller', DefinitionBody.fromChainable(new StepFunctionsStartExecution(stack, 'Start', {
    stateMachine: orders, integrationPattern: IntegrationPattern.RUN_JOB
  })))
})

// Escape hatches that break the template.
writeTemplate('faulty/cdk-hatches', stack => {
  const orders = stateMachine(stack, 'Orders')
  const prod = alias(stack, orders, version(stack, orders))
  prod.addPropertyOverride('RoutingConfiguration.0.Weight', 90)
  prod.addPropertyOverride('Name', '2024')
  stack.node.findChild('OrdersVersion').addOverride('DeletionPolicy', 'Delete')
  nightly(stack, orders, prod).addPropertyOverride('Targets.0.Arn', orders.stateMachineArn)
  api(stack, orders, orders.stateMachineArn)
})

writeTemplate('faulty/cdk-constructs', stack => {
  const orders = stateMachine(stack, 'Orders')
  const prod = alias(stack, orders, version(stack, orders, false))
  new Rule(stack, 'Nightly', { schedule: Schedule.rate(Duration.days(1)), targets: [new SfnStateMachine(orders)] })
  stateMachine(stack, 'Caller', DefinitionBody.fromChainable(new StepFunctionsStartExecution(stack, 'Start', {
    stateMachine: orders, integrationPattern: IntegrationPattern.RUN_JOB
  })))
  new Policy(stack, 'Starters', {
    roles: [new Role(stack, 'Starter', { assumedBy: new ServicePrincipal('scheduler.amazonaws.com') })],
    statements: [new PolicyStatement({ actions: ['states:StartExecution'], resources: [prod.attrArn] })]
  })
})

// An EXPRESS state machine behind API Gateway, with CDK's own integration.
writeTemplate('faulty/cdk-express-api', stack => {
  const quotes = new StateMachine(stack, 'Quotes', {
    stateMachineType: StateMachineType.EXPRESS, definitionBody: DefinitionBody.fromChainable(new Pass(stack, 'Quote'))
  })
  alias(stack, quotes, version(stack, quotes))
  new RestApi(stack, 'Api').root.addMethod('POST', StepFunctionsIntegration.startExecution(quotes))
})
