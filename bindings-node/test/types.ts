// Compiled, but not run: checks the declared types, and that inputs and outputs are compatible with the SDK's.
import type * as sdk from '@aws-sdk/client-sfn'
import * as ours from 'sfn-alias'
import { StepFunctions, WeightedPicker, check, compare, errorKinds, fingerprint, mock, pick, serve, validate, type StepFunctionsError } from 'sfn-alias'
import { Deployment, plan, type DeploymentOutcome, type Plan } from 'sfn-alias/deploy'
import { runDefinitions, type RunOptions } from 'sfn-alias/local-stepfunctions'

type Commands = Exclude<ours.Operation, never>

/** The SDK's input types by operation. */
interface Inputs {
  CreateStateMachineAlias: sdk.CreateStateMachineAliasCommandInput
  DescribeStateMachineAlias: sdk.DescribeStateMachineAliasCommandInput
  ListStateMachineAliases: sdk.ListStateMachineAliasesCommandInput
  UpdateStateMachineAlias: sdk.UpdateStateMachineAliasCommandInput
  DeleteStateMachineAlias: sdk.DeleteStateMachineAliasCommandInput
  CreateStateMachine: sdk.CreateStateMachineCommandInput
  UpdateStateMachine: sdk.UpdateStateMachineCommandInput
  DescribeStateMachine: sdk.DescribeStateMachineCommandInput
  ListStateMachines: sdk.ListStateMachinesCommandInput
  DeleteStateMachine: sdk.DeleteStateMachineCommandInput
  PublishStateMachineVersion: sdk.PublishStateMachineVersionCommandInput
  ListStateMachineVersions: sdk.ListStateMachineVersionsCommandInput
  DeleteStateMachineVersion: sdk.DeleteStateMachineVersionCommandInput
  StartExecution: sdk.StartExecutionCommandInput
  StartSyncExecution: sdk.StartSyncExecutionCommandInput
  DescribeExecution: sdk.DescribeExecutionCommandInput
  DescribeStateMachineForExecution: sdk.DescribeStateMachineForExecutionCommandInput
  ListExecutions: sdk.ListExecutionsCommandInput
  GetExecutionHistory: sdk.GetExecutionHistoryCommandInput
  RedriveExecution: sdk.RedriveExecutionCommandInput
  StopExecution: sdk.StopExecutionCommandInput
  TagResource: sdk.TagResourceCommandInput
  UntagResource: sdk.UntagResourceCommandInput
  ListTagsForResource: sdk.ListTagsForResourceCommandInput
  ValidateStateMachineDefinition: sdk.ValidateStateMachineDefinitionCommandInput
}

/** The SDK's output types by operation. */
interface Outputs {
  CreateStateMachineAlias: sdk.CreateStateMachineAliasCommandOutput
  DescribeStateMachineAlias: sdk.DescribeStateMachineAliasCommandOutput
  ListStateMachineAliases: sdk.ListStateMachineAliasesCommandOutput
  UpdateStateMachineAlias: sdk.UpdateStateMachineAliasCommandOutput
  DeleteStateMachineAlias: sdk.DeleteStateMachineAliasCommandOutput
  CreateStateMachine: sdk.CreateStateMachineCommandOutput
  UpdateStateMachine: sdk.UpdateStateMachineCommandOutput
  DescribeStateMachine: sdk.DescribeStateMachineCommandOutput
  ListStateMachines: sdk.ListStateMachinesCommandOutput
  DeleteStateMachine: sdk.DeleteStateMachineCommandOutput
  PublishStateMachineVersion: sdk.PublishStateMachineVersionCommandOutput
  ListStateMachineVersions: sdk.ListStateMachineVersionsCommandOutput
  DeleteStateMachineVersion: sdk.DeleteStateMachineVersionCommandOutput
  StartExecution: sdk.StartExecutionCommandOutput
  StartSyncExecution: sdk.StartSyncExecutionCommandOutput
  DescribeExecution: sdk.DescribeExecutionCommandOutput
  DescribeStateMachineForExecution: sdk.DescribeStateMachineForExecutionCommandOutput
  ListExecutions: sdk.ListExecutionsCommandOutput
  GetExecutionHistory: sdk.GetExecutionHistoryCommandOutput
  RedriveExecution: sdk.RedriveExecutionCommandOutput
  StopExecution: sdk.StopExecutionCommandOutput
  TagResource: sdk.TagResourceCommandOutput
  UntagResource: sdk.UntagResourceCommandOutput
  ListTagsForResource: sdk.ListTagsForResourceCommandOutput
  ValidateStateMachineDefinition: sdk.ValidateStateMachineDefinitionCommandOutput
}

type Method<Name extends string> = Uncapitalize<Name> & keyof StepFunctions
type OurInput<Name extends Commands> = Parameters<StepFunctions[Method<Name>]>[0]
type OurOutput<Name extends Commands> = Awaited<ReturnType<StepFunctions[Method<Name>]>>

/** `true` if the first type is assignable to the second. */
type IsAssignable<Value, Expected> = [Value] extends [Expected] ? true : false

/** The members of the first type that the second does not have. */
type ExtraMembers<A, B> = Exclude<keyof A, keyof B>

type InputsAccepted = { [Name in Commands]: IsAssignable<Inputs[Name], OurInput<Name>> }
type OutputsCompatible = { [Name in Commands]: IsAssignable<OurOutput<Name>, Outputs[Name]> }
type MissingMembers = { [Name in Commands]: ExtraMembers<Inputs[Name], NonNullable<OurInput<Name>>> }
type UnknownMembers = { [Name in Commands]: ExtraMembers<NonNullable<OurInput<Name>>, Inputs[Name]> | ExtraMembers<OurOutput<Name>, Outputs[Name]> }

const inputsAccepted: Record<Commands, true> = {} as InputsAccepted
const outputsCompatible: Record<Commands, true> = {} as OutputsCompatible
const missingMembers: Record<Commands, never> = {} as MissingMembers
const unknownMembers: Record<Commands, never> = {} as UnknownMembers
void [inputsAccepted, outputsCompatible, missingMembers, unknownMembers]

export async function use (): Promise<void> {
  const sfn = new StepFunctions({ seed: 7n, limits: { aliasesPerStateMachine: 2 }, clock: Date.now, scope: { region: 'eu-central-1' } })
  const durable: StepFunctions = await StepFunctions.open('aliases.db', { updateDelaySeconds: 1.5 })
  const { creationDate } = await sfn.createStateMachineAlias({ name: 'PROD', routingConfiguration: [] })
  const date: Date = creationDate
  const described = await durable.inScope({ account: '123456789012' }).describeStateMachineAlias({ stateMachineAliasArn: 'x' })
  const answer: 'new' | 'replay' | 'conflict' = compare(described, { name: 'PROD', routingConfiguration: described.routingConfiguration }).answer
  const arn: string = pick(described.routingConfiguration, 7) || new WeightedPicker(7).pick(described.routingConfiguration)
  const codes: ours.ErrorCode[] = [...errorKinds().map(kind => kind.code), ...check('StartExecution', '{}').map(problem => problem.error)]
  validate('CreateStateMachineAlias', Buffer.from('{}'))
  const { status, body } = await sfn.callJson('ListStateMachines', '{}')
  const reply: [number, string] = [status, body]
  const client: sdk.SFNClientConfig = { requestHandler: sfn.requestHandler() }
  await using server = await serve({ port: 0, data: 'aliases.db', seed: 7 })
  const endpoint: sdk.SFNClientConfig = { endpoint: server.url }
  const served: StepFunctions = (await serve({ service: sfn, allowHosts: ['sfn'] })).service
  void [endpoint, served]
  try {
    await sfn.call('StopExecution', { executionArn: arn })
  } catch (error) {
    const { code, $fault, reason } = error as StepFunctionsError
    void [code, $fault, reason]
  }
  void [date, answer, codes, reply, client, fingerprint('{}').length]
  const outcomes: ours.OutcomeRules = {
    outcomes: [{ stateMachine: 'orders', version: 2, any: [{ weight: 20, error: 'E' }, { weight: 80, output: [null] }] }, { status: 'TIMED_OUT', after: '5m' }],
    faults: [{ operation: 'StartExecution', error: 'ThrottlingException', first: 2 }]
  }
  for (const rules of [outcomes, outcomes.outcomes, '[]', null, undefined]) sfn.setOutcomes(rules)
  const { service } = mock({ outcomes })
  const { stopDate } = await service.endExecution(arn, { output: { ok: true }, after: 2 })
  const states: Record<string, 'ALARM' | 'OK'> = await service.evaluateAlarms([{ name: 'failed', metric: 'ExecutionsFailed', stateMachine: 'orders', threshold: 1 }])
  void new Deployment({ client: sfn, aliasArn: '', preference: '10/5m', state: '', alarmStates: () => service.evaluateAlarms({ alarms: [] }) })
  void [stopDate.getTime(), states, await serve({ outcomes: [{ output: 1 }], allowHosts: ['sfn'] })]
  const onStart: ours.StartCallback = async ({ input, startDate, stateMachineAliasArn }, { signal }) => {
    await fetch('http://127.0.0.1', { signal })
    return stateMachineAliasArn === undefined ? undefined : { output: [input, startDate.getTime()], after: '2s' }
  }
  const options: RunOptions = { overrides: { taskResourceLocalHandlers: { Charge: ({ total }) => total }, waitTimeOverrides: { Settle: 1 } } }
  for (const callback of [onStart, runDefinitions(), runDefinitions(options), () => {}, () => ({ error: 'E' }), () => null]) {
    void [new StepFunctions({ onStart: callback }), mock({ onStart: callback }), await serve({ onStart: callback })]
  }
  // @ts-expect-error: an unknown member of the result
  void new StepFunctions({ onStart: () => ({ outputs: 1 }) })
  // @ts-expect-error: not a function
  void new StepFunctions({ onStart: {} })
  // @ts-expect-error: an unknown option of the engine
  runDefinitions({ override: {} })
  // @ts-expect-error: a metric that does not exist
  await service.evaluateAlarms([{ name: 'failed', metric: 'ExecutionsFailedCount', stateMachine: 'orders', threshold: 1 }])
  // @ts-expect-error: an unknown member of a rule
  sfn.setOutcomes([{ stateMachin: 'orders' }])
  // @ts-expect-error: a member of the wrong type
  await sfn.startExecution({ stateMachineArn: 5 })
  // @ts-expect-error: an unknown option
  void new StepFunctions({ limitz: {} })
  // @ts-expect-error: options together with a service
  await serve({ service: sfn, seed: 7 })
}

const planned: Plan = plan({ preference: '10/5m', currentRouting: [] })
const ended: Promise<DeploymentOutcome> = new Deployment({ client: {}, aliasArn: '', preference: 'all-at-once', state: '' }).run(({ text }) => text.length)
void [planned, ended]
