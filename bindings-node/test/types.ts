// Compiled, never run: the types say what the package does, and inputs and answers are those of the SDK.
import type * as sdk from '@aws-sdk/client-sfn'
import * as ours from 'sfn-alias'
import { StepFunctions, WeightedPicker, check, compare, errorKinds, fingerprint, pick, serve, validate, type AliasError } from 'sfn-alias'
import { Deployment, plan, type DeploymentOutcome, type Plan } from 'sfn-alias/deploy'

type Commands = Exclude<ours.Operation, never>

/** The SDK's inputs by operation. */
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
  DescribeExecution: sdk.DescribeExecutionCommandInput
  DescribeStateMachineForExecution: sdk.DescribeStateMachineForExecutionCommandInput
  ListExecutions: sdk.ListExecutionsCommandInput
  StopExecution: sdk.StopExecutionCommandInput
  TagResource: sdk.TagResourceCommandInput
  UntagResource: sdk.UntagResourceCommandInput
  ListTagsForResource: sdk.ListTagsForResourceCommandInput
  ValidateStateMachineDefinition: sdk.ValidateStateMachineDefinitionCommandInput
}

/** The SDK's answers by operation. */
interface Answers {
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
  DescribeExecution: sdk.DescribeExecutionCommandOutput
  DescribeStateMachineForExecution: sdk.DescribeStateMachineForExecutionCommandOutput
  ListExecutions: sdk.ListExecutionsCommandOutput
  StopExecution: sdk.StopExecutionCommandOutput
  TagResource: sdk.TagResourceCommandOutput
  UntagResource: sdk.UntagResourceCommandOutput
  ListTagsForResource: sdk.ListTagsForResourceCommandOutput
  ValidateStateMachineDefinition: sdk.ValidateStateMachineDefinitionCommandOutput
}

type Method<Name extends string> = Uncapitalize<Name> & keyof StepFunctions
type Given<Name extends Commands> = Parameters<StepFunctions[Method<Name>]>[0]
type Told<Name extends Commands> = Awaited<ReturnType<StepFunctions[Method<Name>]>>

/** `true` only where the first fits wherever the second is expected. */
type Fits<Value, Expected> = [Value] extends [Expected] ? true : false

/** Members that the SDK has and we have not, and the other way round: a member that is forgotten does not compile. */
type Unlike<A, B> = Exclude<keyof A, keyof B>

type Taken = { [Name in Commands]: Fits<Inputs[Name], Given<Name>> }
type Stands = { [Name in Commands]: Fits<Told<Name>, Answers[Name]> }
type Forgotten = { [Name in Commands]: Unlike<Inputs[Name], NonNullable<Given<Name>>> }
type Invented = { [Name in Commands]: Unlike<NonNullable<Given<Name>>, Inputs[Name]> | Unlike<Told<Name>, Answers[Name]> }

const taken: Record<Commands, true> = {} as Taken
const stands: Record<Commands, true> = {} as Stands
const forgotten: Record<Commands, never> = {} as Forgotten
const invented: Record<Commands, never> = {} as Invented
void [taken, stands, forgotten, invented]

export async function use (): Promise<void> {
  const aliases = new StepFunctions({ seed: 7n, limits: { aliasesPerStateMachine: 2 }, clock: Date.now, scope: { region: 'eu-central-1' } })
  const durable: StepFunctions = await StepFunctions.open('aliases.db', { updateDelaySeconds: 1.5 })
  const { creationDate } = await aliases.createStateMachineAlias({ name: 'PROD', routingConfiguration: [] })
  const date: Date = creationDate
  const described = await durable.inScope({ account: '123456789012' }).describeStateMachineAlias({ stateMachineAliasArn: 'x' })
  const answer: 'new' | 'replay' | 'conflict' = compare(described, { name: 'PROD', routingConfiguration: described.routingConfiguration }).answer
  const arn: string = pick(described.routingConfiguration, 7) || new WeightedPicker(7).pick(described.routingConfiguration)
  const codes: ours.ErrorCode[] = [...errorKinds().map(kind => kind.code), ...check('StartExecution', '{}').map(problem => problem.error)]
  validate('CreateStateMachineAlias', Buffer.from('{}'))
  const { status, body } = await aliases.callJson('ListStateMachines', '{}')
  const replied: [number, string] = [status, body]
  const client: sdk.SFNClientConfig = { requestHandler: aliases.requestHandler() }
  await using server = await serve({ port: 0, data: 'aliases.db', seed: 7 })
  const endpoint: sdk.SFNClientConfig = { endpoint: server.url }
  const served: StepFunctions = (await serve({ aliases })).aliases
  void [endpoint, served]
  try {
    await aliases.call('StopExecution', { executionArn: arn })
  } catch (error) {
    const { code, $fault, reason } = error as AliasError
    void [code, $fault, reason]
  }
  void [date, answer, codes, replied, client, fingerprint('{}').length]
  // @ts-expect-error: a member of another type
  await aliases.startExecution({ stateMachineArn: 5 })
  // @ts-expect-error: an option that there is not
  void new StepFunctions({ limitz: {} })
  // @ts-expect-error: options that an `StepFunctions` has already
  await serve({ aliases, seed: 7 })
}

const planned: Plan = plan({ preference: '10/5m', currentRouting: [] })
const ended: Promise<DeploymentOutcome> = new Deployment({ client: {}, aliasArn: '', preference: 'all-at-once', state: '' }).run(({ text }) => text.length)
void [planned, ended]
