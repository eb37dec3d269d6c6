// Compiled, but not run: checks the types of `sfn-alias/cdk`.
import { App, Aspects, Duration, Stack, Validations, type IPolicyValidationPlugin } from 'aws-cdk-lib'
import { Alarm, type IAlarm } from 'aws-cdk-lib/aws-cloudwatch'
import type { Grant, IRole } from 'aws-cdk-lib/aws-iam'
import { DefinitionBody, StateMachine } from 'aws-cdk-lib/aws-stepfunctions'
import { checkTemplate, templateRules, type TemplateFinding, type TemplateOptions, type TemplateRule } from 'sfn-alias'
import {
  acknowledge, DeploymentPreference, type IStateMachineAlias, type IStateMachineVersion, SfnAliasChecks, SfnAliasPlugin,
  StateMachineAlias, StateMachineVersion
} from 'sfn-alias/cdk'

export function app (role: IRole, alarm: IAlarm): Grant {
  const app = new App()
  const options: TemplateOptions = { disable: ['SFA001'], acknowledge: [{ rule: 'SFA002', reason: 'a test' }] }
  const plugin: IPolicyValidationPlugin = new SfnAliasPlugin(options)
  Validations.of(app).addPlugins(plugin)
  Aspects.of(app).add(new SfnAliasChecks(options))
  const stack = new Stack(app, 'Orders')
  const stateMachine = new StateMachine(stack, 'Machine', { definitionBody: DefinitionBody.fromString('{}') })
  const version: IStateMachineVersion = new StateMachineVersion(stack, 'Version', { stateMachine })
  const deploymentPreference = DeploymentPreference.canary({ version, percentage: 10, interval: Duration.minutes(5), alarms: [alarm] })
  const alias = new StateMachineAlias(stack, 'Prod', { aliasName: 'PROD', deploymentPreference })
  alias.addAlarms(Alarm.fromAlarmArn(stack, 'Alarm', 'arn'))
  const other: IStateMachineAlias = StateMachineAlias.fromStateMachineAliasArn(stack, 'Other', alias.aliasArn)
  acknowledge(alias, 'SFA001', 'a test')
  return other.grantStartExecution(role)
}

export function wrong (stack: Stack, version: IStateMachineVersion): void {
  // @ts-expect-error all-at-once has no alarms
  DeploymentPreference.allAtOnce({ version, alarms: [] })
  // @ts-expect-error an interval is a Duration
  DeploymentPreference.linear({ version, percentage: 10, interval: 5 })
  // @ts-expect-error a version, not its ARN
  new StateMachineAlias(stack, 'Prod', { aliasName: 'PROD', versions: [{ version: 'arn', weight: 100 }] })
  // @ts-expect-error no such option
  checkTemplate('', { disabled: [] })
}

export const findings: TemplateFinding[] = checkTemplate('{}').findings
export const rules: TemplateRule[] = templateRules()
export const line: number | undefined = findings[0]?.line
