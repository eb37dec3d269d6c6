/// <reference lib="esnext.disposable" />
/* Inputs and answers of the operations. Inputs are those of the commands of `@aws-sdk/client-sfn`, and the
 * answers can stand wherever theirs are expected; `dev/test/types.ts` holds the two together. */

/** The operations that are answered. */
export type Operation =
  | 'CreateStateMachineAlias'
  | 'DescribeStateMachineAlias'
  | 'ListStateMachineAliases'
  | 'UpdateStateMachineAlias'
  | 'DeleteStateMachineAlias'
  | 'CreateStateMachine'
  | 'UpdateStateMachine'
  | 'DescribeStateMachine'
  | 'ListStateMachines'
  | 'DeleteStateMachine'
  | 'PublishStateMachineVersion'
  | 'ListStateMachineVersions'
  | 'DeleteStateMachineVersion'
  | 'StartExecution'
  | 'DescribeExecution'
  | 'DescribeStateMachineForExecution'
  | 'ListExecutions'
  | 'StopExecution'
  | 'TagResource'
  | 'UntagResource'
  | 'ListTagsForResource'
  | 'ValidateStateMachineDefinition'

/** Where an execution stands. Here executions are RUNNING until they are stopped. */
export type ExecutionStatus = 'ABORTED' | 'FAILED' | 'PENDING_REDRIVE' | 'RUNNING' | 'SUCCEEDED' | 'TIMED_OUT'

/** Quotas and sizes, with AWS's documented values as defaults. */
export interface Limits {
  /** Aliases of one state machine (100). */
  aliasesPerStateMachine?: number
  /** Versions of one state machine (1000). */
  versionsPerStateMachine?: number
  /** Characters of a definition (1,048,576). */
  definitionCharacters?: number
  /** Characters of an execution input (262,144). */
  inputCharacters?: number
  /** Bytes of a request body (1,048,576). */
  requestBytes?: number
  /** Executions of one state machine that are kept, newest first (10,000). */
  executionsPerStateMachine?: number
  /** Tags of one resource (50). */
  tagsPerResource?: number
}

/** Whose resources a service sees. */
export interface Scope {
  /** `aws` by default. */
  partition?: string
  /** 12 digits, `000000000000` by default. */
  account?: string
  /** `us-east-1` by default. */
  region?: string
}

/** How a service behaves where a user may choose. */
export interface Options {
  limits?: Limits
  /** Makes draws, revision ids and generated execution names repeatable. */
  seed?: number | bigint
  /** For how long after UpdateStateMachineAlias the previous routing still holds (0: not at all). */
  updateDelaySeconds?: number
  /** For how long DeleteStateMachine leaves a state machine in status DELETING (0: not at all). */
  deletionDelaySeconds?: number
  /** Where the time comes from: a Date, or milliseconds as `Date.now` gives them. */
  clock?: () => Date | number
  scope?: Scope
}

/** What the methods reject with and the functions throw: an `Error` shaped as the SDK's. */
export interface AliasError extends Error {
  /** The AWS error code. */
  name: ErrorCode
  /** The AWS error code. */
  code: ErrorCode
  $fault: 'client' | 'server'
  $metadata: Metadata
  /** Of a ValidationException, where AWS sets one. */
  reason?: string
  /** What a getter of the input threw. */
  cause?: unknown
}

/** What the SDK gives with every answer. */
export interface Metadata {
  httpStatusCode: number
  requestId: string
  attempts: number
  totalRetryDelay: number
}

/** What every answer has. */
export interface Answer {
  $metadata: Metadata
}

/** One problem of a request. */
export interface Problem {
  /** Where, as a JSON pointer into the input; empty for the request as a whole. */
  path: string
  /** A code that stays the same in every later version, for example `weights-sum`. */
  code: string
  /** The AWS error that the problem leads to. */
  error: ErrorCode
  /** The sentence that AWS answers to this problem alone. */
  message: string
  /** What to do about it. */
  fix: string
}

/** What a create request is beside an existing alias. */
export interface Comparison {
  answer: 'new' | 'replay' | 'conflict'
  /** The members that differ; none but in a conflict. */
  differs: ('description' | 'routingConfiguration')[]
}

/** The parts of an ARN by name. Parts that its kind does not have are absent. */
export interface ArnParts {
  /** `stateMachine`, `version`, `alias`, `label`, `execution`, `express`, or another type as the ARN spells it. */
  kind: string
  partition: string
  region: string
  account: string
  /** The state machine's name. */
  stateMachine?: string
  /** The version's number, the alias's name or the label. */
  qualifier?: string
  /** The execution's name. */
  execution?: string
  /** The express execution's id. */
  id?: string
}

/** How often a version, or the state machine itself, was started. */
export interface StartCount {
  /** The version's number; `null` for starts with the state machine's own ARN. */
  version: number | null
  count: number
}

/** What `serve` takes, beside the options of the service. */
export interface ServeOptions extends Options {
  /** 0, or none: any that is free. */
  port?: number
  /** Keeps everything in this file, made where there is none; without it, in memory. */
  data?: string
  aliases?: undefined
}

/** As `ServeOptions`, for a service that is there already, with its options. */
export type ServeAliases = { port?: number, aliases: StepFunctions } & { [name in keyof Options | 'data']?: undefined }

/** An endpoint in this process. */
export interface Server extends AsyncDisposable {
  /** For `endpoint` of an `SFNClient`, and `AWS_ENDPOINT_URL_SFN`. */
  readonly url: string
  /** The service that it answers from. */
  readonly aliases: StepFunctions
  /** Finishes what was accepted, and lets go of a store that was opened for this endpoint. */
  close (): Promise<void>
}

/** Serves on 127.0.0.1, for any AWS client: a store of its own, or that of an `StepFunctions`. */
export declare function serve (options?: ServeOptions | ServeAliases): Promise<Server>

/** One entry of a routing configuration. */
export interface RoutingConfigurationListItem {
  /** The version's ARN. */
  stateMachineVersionArn: string | undefined
  /** Percent of the starts, 0 to 100. */
  weight: number | undefined
}

/** Input of CreateStateMachineAlias. */
export interface CreateStateMachineAliasInput {
  /** What the alias is for, at most 256 characters. */
  description?: string | undefined
  /** 1 to 80 of letters, digits, `_`, `-`, `.`, not all digits. */
  name: string | undefined
  /** One or two routes whose weights add up to 100. */
  routingConfiguration: RoutingConfigurationListItem[] | undefined
}

/** Input of DescribeStateMachineAlias. */
export interface DescribeStateMachineAliasInput {
  /** The alias's ARN. */
  stateMachineAliasArn: string | undefined
}

/** Input of ListStateMachineAliases. */
export interface ListStateMachineAliasesInput {
  /** A state machine, or a version whose aliases are wanted. */
  stateMachineArn: string | undefined
  /** Where the page before ended. */
  nextToken?: string | undefined
  /** At most so many; 0 or absent: 100. */
  maxResults?: number | undefined
}

/** Input of UpdateStateMachineAlias. */
export interface UpdateStateMachineAliasInput {
  /** The alias's ARN. */
  stateMachineAliasArn: string | undefined
  /** The new description; absent: unchanged. */
  description?: string | undefined
  /** The new routing, whole; absent: unchanged. */
  routingConfiguration?: RoutingConfigurationListItem[] | undefined
}

/** Input of DeleteStateMachineAlias. */
export interface DeleteStateMachineAliasInput {
  /** The alias's ARN. */
  stateMachineAliasArn: string | undefined
}

/** Where logs go. */
export interface CloudWatchLogsLogGroup {
  /** The log group's ARN. */
  logGroupArn?: string | undefined
}

/** Where logs go. */
export interface LogDestination {
  /** The log group. */
  cloudWatchLogsLogGroup?: CloudWatchLogsLogGroup | undefined
}

/** What is logged. Kept and given back; nothing is logged here. */
export interface LoggingConfiguration {
  /** How much. */
  level?: 'ALL' | 'ERROR' | 'FATAL' | 'OFF' | undefined
  /** Whether data is included. */
  includeExecutionData?: boolean | undefined
  /** Where to. */
  destinations?: LogDestination[] | undefined
}

/** Whether X-Ray traces. Kept and given back. */
export interface TracingConfiguration {
  /** Whether it is on. */
  enabled?: boolean | undefined
}

/** How data is encrypted. Kept and given back. */
export interface EncryptionConfiguration {
  /** The key. */
  kmsKeyId?: string | undefined
  /** Seconds. */
  kmsDataKeyReusePeriodSeconds?: number | undefined
  /** The type. */
  type: 'AWS_OWNED_KEY' | 'CUSTOMER_MANAGED_KMS_KEY' | undefined
}

/** A tag. */
export interface Tag {
  /** The key. */
  key?: string | undefined
  /** The value. */
  value?: string | undefined
}

/** Input of CreateStateMachine. */
export interface CreateStateMachineInput {
  /** 1 to 80 characters. */
  name: string | undefined
  /** The definition, Amazon States Language as JSON text. */
  definition: string | undefined
  /** The role's ARN. */
  roleArn: string | undefined
  /** STANDARD (also when absent) or EXPRESS. */
  type?: 'STANDARD' | 'EXPRESS' | undefined
  /** Logging. */
  loggingConfiguration?: LoggingConfiguration | undefined
  /** Tags, 50 at most. */
  tags?: Tag[] | undefined
  /** Tracing. */
  tracingConfiguration?: TracingConfiguration | undefined
  /** Whether to publish a version as well. */
  publish?: boolean | undefined
  /** The version's description; only with `publish`. */
  versionDescription?: string | undefined
  /** Encryption. */
  encryptionConfiguration?: EncryptionConfiguration | undefined
}

/** Input of UpdateStateMachine. Absent members stay as they are. */
export interface UpdateStateMachineInput {
  /** The state machine. */
  stateMachineArn: string | undefined
  /** The definition, Amazon States Language as JSON text. */
  definition?: string | undefined
  /** The role's ARN. */
  roleArn?: string | undefined
  /** Logging. */
  loggingConfiguration?: LoggingConfiguration | undefined
  /** Tracing. */
  tracingConfiguration?: TracingConfiguration | undefined
  /** Whether to publish a version as well. */
  publish?: boolean | undefined
  /** The version's description; only with `publish`. */
  versionDescription?: string | undefined
  /** Encryption. */
  encryptionConfiguration?: EncryptionConfiguration | undefined
}

/** Input of DescribeStateMachine. */
export interface DescribeStateMachineInput {
  /** A state machine or a version. */
  stateMachineArn: string | undefined
  /** METADATA_ONLY leaves definition and input out. */
  includedData?: 'ALL_DATA' | 'METADATA_ONLY' | undefined
}

/** Input of ListStateMachines. */
export interface ListStateMachinesInput {
  /** At most so many; 0 or absent: 100. */
  maxResults?: number | undefined
  /** Where the page before ended. */
  nextToken?: string | undefined
}

/** Input of DeleteStateMachine. */
export interface DeleteStateMachineInput {
  /** The state machine. */
  stateMachineArn: string | undefined
}

/** Input of PublishStateMachineVersion. */
export interface PublishStateMachineVersionInput {
  /** The state machine. */
  stateMachineArn: string | undefined
  /** Publish only this revision; `INITIAL` before the first update. */
  revisionId?: string | undefined
  /** The version's description. */
  description?: string | undefined
}

/** Input of ListStateMachineVersions. */
export interface ListStateMachineVersionsInput {
  /** The state machine. */
  stateMachineArn: string | undefined
  /** Where the page before ended. */
  nextToken?: string | undefined
  /** At most so many; 0 or absent: 100. */
  maxResults?: number | undefined
}

/** Input of DeleteStateMachineVersion. */
export interface DeleteStateMachineVersionInput {
  /** The version's ARN. */
  stateMachineVersionArn: string | undefined
}

/** Input of TagResource. */
export interface TagResourceInput {
  /** The state machine's ARN. */
  resourceArn: string | undefined
  /** Tags, 50 at most. */
  tags: Tag[] | undefined
}

/** Input of UntagResource. */
export interface UntagResourceInput {
  /** The state machine's ARN. */
  resourceArn: string | undefined
  /** Keys to remove. */
  tagKeys: string[] | undefined
}

/** Input of ListTagsForResource. */
export interface ListTagsForResourceInput {
  /** The state machine's ARN. */
  resourceArn: string | undefined
}

/** Input of ValidateStateMachineDefinition. */
export interface ValidateStateMachineDefinitionInput {
  /** The definition, Amazon States Language as JSON text. */
  definition: string | undefined
  /** STANDARD (also when absent) or EXPRESS. */
  type?: 'STANDARD' | 'EXPRESS' | undefined
  /** The least severity wanted. */
  severity?: 'ERROR' | 'WARNING' | undefined
  /** At most so many diagnostics; 0 or absent: 100. */
  maxResults?: number | undefined
}

/** Input of StartExecution. */
export interface StartExecutionInput {
  /** A state machine, version or alias. */
  stateMachineArn: string | undefined
  /** The execution's name; absent: a UUID. */
  name?: string | undefined
  /** JSON text; absent: `{}`. */
  input?: string | undefined
  /** X-Ray's header. */
  traceHeader?: string | undefined
}

/** Input of DescribeExecution. */
export interface DescribeExecutionInput {
  /** The execution's ARN. */
  executionArn: string | undefined
  /** METADATA_ONLY leaves definition and input out. */
  includedData?: 'ALL_DATA' | 'METADATA_ONLY' | undefined
}

/** Input of DescribeStateMachineForExecution. */
export interface DescribeStateMachineForExecutionInput {
  /** The execution's ARN. */
  executionArn: string | undefined
  /** METADATA_ONLY leaves definition and input out. */
  includedData?: 'ALL_DATA' | 'METADATA_ONLY' | undefined
}

/** Input of ListExecutions. */
export interface ListExecutionsInput {
  /** A state machine, version or alias. */
  stateMachineArn?: string | undefined
  /** Only executions of this status. */
  statusFilter?: ExecutionStatus | undefined
  /** At most so many; 0 or absent: 100. */
  maxResults?: number | undefined
  /** Where the page before ended. */
  nextToken?: string | undefined
  /** A map run; there are none here. */
  mapRunArn?: string | undefined
  /** Only executions (not) redriven; none is here. */
  redriveFilter?: 'REDRIVEN' | 'NOT_REDRIVEN' | undefined
}

/** Input of StopExecution. */
export interface StopExecutionInput {
  /** The execution's ARN. */
  executionArn: string | undefined
  /** An error code. */
  error?: string | undefined
  /** A cause. */
  cause?: string | undefined
}

/** Answer of CreateStateMachineAlias. */
export interface CreateStateMachineAliasOutput extends Answer {
  /** When the alias was created; of a replay: the original date. */
  creationDate: Date
  /** The alias's ARN. */
  stateMachineAliasArn: string
}

/** Answer of DescribeStateMachineAlias. */
export interface DescribeStateMachineAliasOutput extends Answer {
  /** When it was created. */
  creationDate: Date
  /** Absent when it was never set. */
  description?: string
  /** The alias's name. */
  name: string
  /** In the order of the request that set it. */
  routingConfiguration: RoutingConfigurationListItem[]
  /** The alias's ARN. */
  stateMachineAliasArn: string
  /** When it was last updated. */
  updateDate: Date
}

/** An alias in a list. */
export interface StateMachineAliasListItem {
  /** When it was created. */
  creationDate: Date
  /** The alias's ARN. */
  stateMachineAliasArn: string
}

/** Answer of ListStateMachineAliases. */
export interface ListStateMachineAliasesOutput extends Answer {
  /** Given when there are more. */
  nextToken?: string
  /** Oldest first, by name where dates are equal. */
  stateMachineAliases: StateMachineAliasListItem[]
}

/** Answer of UpdateStateMachineAlias. */
export interface UpdateStateMachineAliasOutput extends Answer {
  /** Now. */
  updateDate: Date
}

/** Answer of CreateStateMachine. */
export interface CreateStateMachineOutput extends Answer {
  /** When it was created. */
  creationDate: Date
  /** Its ARN. */
  stateMachineArn: string
  /** The version, when one was published. */
  stateMachineVersionArn?: string
}

/** Answer of UpdateStateMachine. */
export interface UpdateStateMachineOutput extends Answer {
  /** Absent until the first effective update. */
  revisionId?: string
  /** The version, with `publish`. */
  stateMachineVersionArn?: string
  /** When the current content came. */
  updateDate: Date
}

/** Answer of DescribeStateMachine. */
export interface DescribeStateMachineOutput extends Answer {
  /** Of the state machine, or of the version asked for. */
  creationDate: Date
  /** As given; `{}` with METADATA_ONLY. */
  definition: string
  /** The version's description. */
  description?: string
  /** As given. */
  encryptionConfiguration?: EncryptionConfiguration
  /** As given, or OFF. */
  loggingConfiguration: LoggingConfiguration
  /** The state machine's name. */
  name: string
  /** Absent until the first effective update. */
  revisionId?: string
  /** The role. */
  roleArn: string
  /** The ARN asked for. */
  stateMachineArn: string
  /** ACTIVE or DELETING. */
  status: 'ACTIVE' | 'DELETING'
  /** As given, or off. */
  tracingConfiguration: TracingConfiguration
  /** STANDARD or EXPRESS. */
  type: 'STANDARD' | 'EXPRESS'
}

/** A state machine in a list. */
export interface StateMachineListItem {
  /** When it was created. */
  creationDate: Date
  /** Its name. */
  name: string
  /** Its ARN. */
  stateMachineArn: string
  /** STANDARD or EXPRESS. */
  type: 'STANDARD' | 'EXPRESS'
}

/** Answer of ListStateMachines. */
export interface ListStateMachinesOutput extends Answer {
  /** Given when there are more. */
  nextToken?: string
  /** By name. */
  stateMachines: StateMachineListItem[]
}

/** Answer of PublishStateMachineVersion. */
export interface PublishStateMachineVersionOutput extends Answer {
  /** When the version was published. */
  creationDate: Date
  /** The version. */
  stateMachineVersionArn: string
}

/** A version in a list. */
export interface StateMachineVersionListItem {
  /** When it was published. */
  creationDate: Date
  /** The version. */
  stateMachineVersionArn: string
}

/** Answer of ListStateMachineVersions. */
export interface ListStateMachineVersionsOutput extends Answer {
  /** Given when there are more. */
  nextToken?: string
  /** Highest number first. */
  stateMachineVersions: StateMachineVersionListItem[]
}

/** Answer of ListTagsForResource. */
export interface ListTagsForResourceOutput extends Answer {
  /** In the order in which their keys were first set. */
  tags: Tag[]
}

/** A fault in a definition. */
export interface Diagnostic {
  /** ERROR. */
  severity: 'ERROR' | 'WARNING'
  /** SCHEMA_VALIDATION_FAILED or INVALID_JSON_DESCRIPTION. */
  code: string
  /** What is wrong. */
  message: string
  /** Where, as a JSON pointer. */
  location?: string
}

/** Answer of ValidateStateMachineDefinition. It checks that the definition is JSON with `StartAt` and `States`, and no more. */
export interface ValidateStateMachineDefinitionOutput extends Answer {
  /** OK or FAIL. */
  result: 'OK' | 'FAIL'
  /** What is wrong. */
  diagnostics: Diagnostic[]
  /** Always false. */
  truncated: boolean
}

/** Answer of StartExecution. */
export interface StartExecutionOutput extends Answer {
  /** The execution's ARN, without version or alias. */
  executionArn: string
  /** When it was started. */
  startDate: Date
}

/** Whether data is included. */
export interface CloudWatchEventsExecutionDataDetails {
  /** True. */
  included: boolean
}

/** Answer of DescribeExecution. Executions are routed and recorded, not interpreted: RUNNING until stopped. */
export interface DescribeExecutionOutput extends Answer {
  /** The cause given to StopExecution. */
  cause?: string
  /** The error code given to StopExecution. */
  error?: string
  /** The execution's ARN. */
  executionArn: string
  /** The input as given; left out with METADATA_ONLY. */
  input?: string
  /** Whether the input is included. */
  inputDetails?: CloudWatchEventsExecutionDataDetails
  /** The execution's name. */
  name: string
  /** Always 0: nothing is redriven here. */
  redriveCount: number
  /** NOT_REDRIVABLE while running, REDRIVABLE once stopped. */
  redriveStatus: 'REDRIVABLE' | 'NOT_REDRIVABLE' | 'REDRIVABLE_BY_MAP_RUN'
  /** Why it is not redrivable. */
  redriveStatusReason?: string
  /** When it was started. */
  startDate: Date
  /** The alias that it was started with. */
  stateMachineAliasArn?: string
  /** The state machine, without version or alias. */
  stateMachineArn: string
  /** The version that it runs, when started with a version or an alias. */
  stateMachineVersionArn?: string
  /** RUNNING or ABORTED. */
  status: ExecutionStatus
  /** When it was stopped. */
  stopDate?: Date
  /** As given. */
  traceHeader?: string
}

/** Answer of DescribeStateMachineForExecution: the content that the execution was started with. */
export interface DescribeStateMachineForExecutionOutput extends Answer {
  /** `{}` with METADATA_ONLY. */
  definition: string
  /** As given. */
  encryptionConfiguration?: EncryptionConfiguration
  /** As given, or OFF. */
  loggingConfiguration: LoggingConfiguration
  /** The state machine's name. */
  name: string
  /** Absent for the content that the state machine was created with. */
  revisionId?: string
  /** The role. */
  roleArn: string
  /** Without version or alias. */
  stateMachineArn: string
  /** As given, or off. */
  tracingConfiguration: TracingConfiguration
  /** When this content came. */
  updateDate: Date
}

/** An execution in a list. */
export interface ExecutionListItem {
  /** The execution's ARN. */
  executionArn: string
  /** The execution's name. */
  name: string
  /** Always 0. */
  redriveCount: number
  /** When it was started. */
  startDate: Date
  /** The alias that it was started with. */
  stateMachineAliasArn?: string
  /** Without version or alias. */
  stateMachineArn: string
  /** The version that it runs, when started with a version or an alias. */
  stateMachineVersionArn?: string
  /** RUNNING or ABORTED. */
  status: ExecutionStatus
  /** When it was stopped. */
  stopDate?: Date
}

/** Answer of ListExecutions. */
export interface ListExecutionsOutput extends Answer {
  /** Newest first. */
  executions: ExecutionListItem[]
  /** Given when there are more. */
  nextToken?: string
}

/** Answer of StopExecution. */
export interface StopExecutionOutput extends Answer {
  /** When it was stopped. */
  stopDate: Date
}

/** Answer of DeleteStateMachineAlias: no members. */
export interface DeleteStateMachineAliasOutput extends Answer {}

/** Answer of DeleteStateMachine: no members. */
export interface DeleteStateMachineOutput extends Answer {}

/** Answer of DeleteStateMachineVersion: no members. */
export interface DeleteStateMachineVersionOutput extends Answer {}

/** Answer of TagResource: no members. */
export interface TagResourceOutput extends Answer {}

/** Answer of UntagResource: no members. */
export interface UntagResourceOutput extends Answer {}


/** How a template is checked. */
export interface TemplateOptions {
  /** Values of parameters, in place of their defaults. */
  parameters?: Record<string, string>
  /** Rules, by id or name, that are not looked at. */
  disable?: string[]
  /** Findings that are known and accepted; they stay in the report, with the reason. */
  acknowledge?: { rule: string, logicalId?: string, reason: string }[]
  /** The file's name, for messages. */
  file?: string
  /** The template as it was deployed last, for what changed. */
  previous?: string
}

/** How bad a finding is. An `error`: the deploy fails, or what was deployed cannot work. */
export type TemplateSeverity = 'error' | 'warning' | 'info'

/** What is wrong with a template, and what to do. */
export interface TemplateFinding {
  /** The rule's id, for example `SFA001`. It stays the same in every later version. */
  rule: string
  /** The rule's name, for example `weights-sum`. It stays the same, too. */
  name: string
  severity: TemplateSeverity
  logicalId: string
  resourceType: string
  /** Where it is, as a JSON pointer into the template. */
  path: string
  /** Where it is in the text, both from 1; absent where the template was handed over as an object. */
  line?: number
  column?: number
  /** What is wrong. */
  message: string
  /** Why it matters. */
  description: string
  /** What to do about it. */
  fix: string
  /** AWS's documentation. */
  url: string
  /** When it is so, where that depends on the template's conditions or parameters. */
  condition?: string
  /** The reason for which it was acknowledged. */
  acknowledged?: string
}

/** What `checkTemplate` found. */
export interface TemplateReport {
  /** In the order of the file, acknowledged ones included. */
  findings: TemplateFinding[]
  /** Errors, warnings and notes that are not acknowledged. */
  errors: number
  warnings: number
  infos: number
  /** Findings that are. */
  acknowledged: number
}

/** A rule that templates are checked by. */
export interface TemplateRule {
  /** For example `SFA001`. It stays the same in every later version. */
  id: string
  /** For example `weights-sum`. It stays the same, too. */
  name: string
  severity: TemplateSeverity
  /** What is looked for, in one line. */
  title: string
  /** Why it matters. */
  description: string
  /** What to do about it. */
  fix: string
  /** AWS's documentation. */
  url: string
}

/**
 * Which binding artifact the generated loader actually loaded: `'native'` for
 * a native addon, otherwise the `platformArchABI` of the WASI flavor. Every
 * flavor napi-rs can build is listed, because `NAPI_RS_NATIVE_LIBRARY_PATH`
 * can point the loader at a WASI artifact this package does not build itself.
 */
export declare const __napiBindingTarget: 'native' | 'wasm32-wasi' | 'wasm32-wasip1'

/**
 * State machines, versions, aliases and executions that answer as AWS does, in memory or in a file.
 *
 * Executions are routed and recorded, **not interpreted**: an execution stays RUNNING until it is stopped.
 */
export declare class StepFunctions {
  /** An empty service in memory. */
  constructor(options?: Options)
  /** A durable service in a file, made where there is none. Several processes may open the same file at once. */
  static open(path: string, options?: Options): Promise<StepFunctions>
  /** The same service as seen from another account, region or partition; what is left away stays. */
  inScope(scope: Scope): StepFunctions
  /** An operation by its name, with the input and the answer of the SDK's command of that name. */
  call(operation: Operation | (string & {}), input?: object): Promise<any>
  /** An operation in AWS JSON 1.0: a body in, a status and a body out. Refusals are answers here. */
  callJson(operation: Operation | (string & {}), body: string | Uint8Array): Promise<{ status: number, body: string }>
  /** How often each version of a state machine was started, and the state machine itself first. */
  startCounts(stateMachineArn: string): Promise<StartCount[]>
  /** A `requestHandler` for the AWS SDK's `SFNClient`: it answers from this service, without a socket. */
  requestHandler(): RequestHandler
  /** Answers an HTTP request as the endpoint at a URL does, whoever received it: `serve` is made of this. */
  answer(request: { method?: string, url?: string, rawHeaders: string[] }, body: string | Uint8Array): Promise<{ status: number, headers: string[], body: Buffer }>
  /** The most bytes that a request may have; `answer` refuses longer ones. */
  get requestBytes(): number
  /** Lets go of the store; a file is closed once the last object of it is closed or collected. */
  close(): void
  /** r" Creates an alias. Idempotent: repeating the request returns the original alias. */
  createStateMachineAlias(input: CreateStateMachineAliasInput): Promise<CreateStateMachineAliasOutput>
  /** r" Answers an alias. */
  describeStateMachineAlias(input: DescribeStateMachineAliasInput): Promise<DescribeStateMachineAliasOutput>
  /** r" Lists a state machine's aliases, or those that lead to a version. */
  listStateMachineAliases(input: ListStateMachineAliasesInput): Promise<ListStateMachineAliasesOutput>
  /** r" Changes an alias's description, routing, or both at once. */
  updateStateMachineAlias(input: UpdateStateMachineAliasInput): Promise<UpdateStateMachineAliasOutput>
  /** r" Deletes an alias. Succeeds if it does not exist. */
  deleteStateMachineAlias(input: DeleteStateMachineAliasInput): Promise<DeleteStateMachineAliasOutput>
  /** r" Creates a state machine, and with `publish` its version 1. */
  createStateMachine(input: CreateStateMachineInput): Promise<CreateStateMachineOutput>
  /** r" Changes a state machine's content; with `publish` makes a version of it. */
  updateStateMachine(input: UpdateStateMachineInput): Promise<UpdateStateMachineOutput>
  /** r" Answers a state machine or a version. */
  describeStateMachine(input: DescribeStateMachineInput): Promise<DescribeStateMachineOutput>
  /** r" Lists the state machines of this scope by name. */
  listStateMachines(input?: ListStateMachinesInput): Promise<ListStateMachinesOutput>
  /** r" Deletes a state machine with its versions, aliases and executions. */
  deleteStateMachine(input: DeleteStateMachineInput): Promise<DeleteStateMachineOutput>
  /** r" Publishes the current content; one version a revision. */
  publishStateMachineVersion(input: PublishStateMachineVersionInput): Promise<PublishStateMachineVersionOutput>
  /** r" Lists a state machine's versions, highest number first. */
  listStateMachineVersions(input: ListStateMachineVersionsInput): Promise<ListStateMachineVersionsOutput>
  /** r" Deletes a version, unless an alias leads to it. */
  deleteStateMachineVersion(input: DeleteStateMachineVersionInput): Promise<DeleteStateMachineVersionOutput>
  /** r" Starts a state machine, a version, or the version that an alias's weights draw. The execution is recorded, not interpreted. */
  startExecution(input: StartExecutionInput): Promise<StartExecutionOutput>
  /** r" Answers an execution: RUNNING until stopped. */
  describeExecution(input: DescribeExecutionInput): Promise<DescribeExecutionOutput>
  /** r" Answers the content that an execution was started with. */
  describeStateMachineForExecution(input: DescribeStateMachineForExecutionInput): Promise<DescribeStateMachineForExecutionOutput>
  /** r" Lists executions of a state machine, a version or an alias, newest first. */
  listExecutions(input?: ListExecutionsInput): Promise<ListExecutionsOutput>
  /** r" Stops an execution. */
  stopExecution(input: StopExecutionInput): Promise<StopExecutionOutput>
  /** r" Sets tags of a state machine. */
  tagResource(input: TagResourceInput): Promise<TagResourceOutput>
  /** r" Removes tags of a state machine. */
  untagResource(input: UntagResourceInput): Promise<UntagResourceOutput>
  /** r" Lists the tags of a state machine. */
  listTagsForResource(input: ListTagsForResourceInput): Promise<ListTagsForResourceOutput>
  /** r" Checks that a definition is JSON with `StartAt` and `States`, and no more. */
  validateStateMachineDefinition(input: ValidateStateMachineDefinitionInput): Promise<ValidateStateMachineDefinitionOutput>
}

/** What an unmodified `SFNClient` takes as `requestHandler`. */
export declare class RequestHandler {
  /** Answers one request of the SDK's. */
  handle(request: { headers: Record<string, string>, body?: any }, options?: { abortSignal?: any }): Promise<{ response: any }>
  /** What the SDK asks of every handler; there is nothing to configure. */
  updateHttpClientConfig(key: string, value: any): void
  /** What the SDK asks of every handler; there is nothing to configure. */
  httpHandlerConfigs(): Record<string, never>
  /** What `SFNClient.destroy()` calls. The service lives on. */
  destroy(): void
}

/**
 * Picks versions at random, by weight. A seed makes the picks the same on every platform and in every
 * release. Without a seed, the operating system provides one.
 */
export declare class WeightedPicker {
  /** Creates a picker. */
  constructor(seed?: number | bigint)
  /** Returns the next random number from 0 to 99. */
  nextPercent(): number
  /** Picks a version at random and returns its ARN. */
  pick(routingConfiguration: RoutingConfigurationListItem[]): string
}

/** All problems of a request by itself at once, also those that AWS would only reveal one deploy at a time. */
export declare function check(operation: Operation | (string & {}), input?: object | string | Uint8Array): Problem[]

/**
 * What is wrong with the aliases, the versions and what starts them in a CloudFormation or SAM template, as
 * JSON or YAML, or in a Terraform plan, as JSON. A template may also be an object.
 */
export declare function checkTemplate(template: string | Uint8Array | object, options?: TemplateOptions): TemplateReport

/** What CreateStateMachineAlias would do beside an alias, as DescribeStateMachineAlias answered it. */
export declare function compare(existing: DescribeStateMachineAliasOutput | string | Uint8Array | null | undefined, input: CreateStateMachineAliasInput | string | Uint8Array): Comparison

/**
 * Gradual deployments in JSON: what `sfn-alias/deploy` is made of. `method` is one of plan, simulate,
 * resume, step, dryRun, starts and render; the answer is JSON, of a refusal `{"error": {"code", "message", "problems"}}`.
 */
export declare function deploymentJson(method: string, request: string): string

/** The AWS error codes that can be answered. */
export declare const enum ErrorCode {
  ConflictException = 'ConflictException',
  ExecutionAlreadyExists = 'ExecutionAlreadyExists',
  ExecutionDoesNotExist = 'ExecutionDoesNotExist',
  InvalidArn = 'InvalidArn',
  InvalidDefinition = 'InvalidDefinition',
  InvalidExecutionInput = 'InvalidExecutionInput',
  InvalidName = 'InvalidName',
  InvalidToken = 'InvalidToken',
  MissingRequiredParameter = 'MissingRequiredParameter',
  ResourceNotFound = 'ResourceNotFound',
  ServiceQuotaExceededException = 'ServiceQuotaExceededException',
  StateMachineAlreadyExists = 'StateMachineAlreadyExists',
  StateMachineDeleting = 'StateMachineDeleting',
  StateMachineDoesNotExist = 'StateMachineDoesNotExist',
  StateMachineTypeNotSupported = 'StateMachineTypeNotSupported',
  TooManyTags = 'TooManyTags',
  ValidationException = 'ValidationException',
  UnknownOperationException = 'UnknownOperationException',
  SerializationException = 'SerializationException',
  RequestEntityTooLargeException = 'RequestEntityTooLargeException',
  InternalFailure = 'InternalFailure',
  StorageFailure = 'StorageFailure',
  ServiceClosed = 'ServiceClosed',
  EntropyFailure = 'EntropyFailure',
}

/** The AWS error codes that can be answered, with their numbers, which never change, and HTTP statuses. */
export declare function errorKinds(): { code: ErrorCode, number: number, status: number }[]

/**
 * The fingerprint of a create request, 64 hexadecimal digits: equal for requests that AWS takes for the
 * same, and for no others.
 */
export declare function fingerprint(input: CreateStateMachineAliasInput | string | Uint8Array): string

/** The bytes that `fingerprint` hashes, for whoever recomputes it. */
export declare function fingerprintEncoding(input: CreateStateMachineAliasInput | string | Uint8Array): Buffer

/** The ARN of parts: what `parseArn` takes apart again into the same parts. */
export declare function formatArn(parts: ArnParts): string

/** The operations that are answered. */
export declare function operations(): Operation[]

/** Takes an ARN of Step Functions apart. */
export declare function parseArn(arn: string): ArnParts

/** Returns the ARN of the version that a percent value of 0 to 99 selects: the first route if `percent` is below its weight. */
export declare function pick(routingConfiguration: RoutingConfigurationListItem[], percent: number): string

/** The rules that templates are checked by. */
export declare function templateRules(): TemplateRule[]

/**
 * Throws what AWS would answer to a request by itself, without looking at what is stored. The input is an
 * object, or JSON as text or bytes.
 */
export declare function validate(operation: Operation | (string & {}), input?: object | string | Uint8Array): void
