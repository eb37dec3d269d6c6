/// <reference lib="esnext.disposable" />
/* The types of the package. Inputs and outputs of the operations are compatible with the commands of
 * `@aws-sdk/client-sfn`. */

/** The supported operations. */
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
  | 'StartSyncExecution'
  | 'DescribeExecution'
  | 'DescribeStateMachineForExecution'
  | 'ListExecutions'
  | 'GetExecutionHistory'
  | 'RedriveExecution'
  | 'StopExecution'
  | 'TagResource'
  | 'UntagResource'
  | 'ListTagsForResource'
  | 'ValidateStateMachineDefinition'

/** The status of an execution. An execution that no rule and no request ends is RUNNING. PENDING_REDRIVE does not occur. */
export type ExecutionStatus = 'ABORTED' | 'FAILED' | 'PENDING_REDRIVE' | 'RUNNING' | 'SUCCEEDED' | 'TIMED_OUT'

/** Quotas and size limits. The defaults are AWS's documented values. */
export interface Limits {
  /** Aliases per state machine. Default: 100. */
  aliasesPerStateMachine?: number
  /** Versions per state machine. Default: 1000. */
  versionsPerStateMachine?: number
  /** Characters per definition. Default: 1,048,576. */
  definitionCharacters?: number
  /** Bytes per execution input and per output of `outcomes` and `endExecution`, in UTF-8. Default: 262,144. */
  inputBytes?: number
  /** Bytes per request body. Default: 1,048,576. */
  requestBytes?: number
  /** Stored executions per state machine; the oldest are deleted first. Default: 10,000. */
  executionsPerStateMachine?: number
  /** Tags per resource. Default: 50. */
  tagsPerResource?: number
}

/** The partition, account and region of the resources. */
export interface Scope {
  /** Default: `aws`. */
  partition?: string
  /** 12 digits. Default: `000000000000`. */
  account?: string
  /** Default: `us-east-1`. */
  region?: string
}

/** How an execution ends, and when. */
export interface OutcomeResult {
  /** Default: FAILED with an `error` or a `cause`, otherwise SUCCEEDED. */
  status?: 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT'
  /** The output as a JavaScript value, up to 256 KiB of JSON. Default: `{}`. */
  output?: unknown
  /** Uses the input as output. */
  outputFromInput?: boolean
  /** Up to 256 characters. */
  error?: string
  /** Up to 32,768 characters. */
  cause?: string
  /** The time until the end, in seconds or as text: `500ms`, `2s`, `5m`, `1h`. Default: 0. */
  after?: number | string
}

/** A rule: which executions it matches, and how they end. An absent matcher matches all. */
export interface OutcomeRule extends OutcomeResult {
  /** The state machine's name. */
  stateMachine?: string
  /** The version that the execution runs. */
  version?: number
  /** The name of the alias that it was started with. */
  alias?: string
  /** How the execution's name begins. */
  name?: string
  /** Results of which one is drawn by weight, with the `seed`, instead of a single result. The weights sum to 100. */
  any?: (OutcomeResult & { weight: number })[]
}

/** An error that operations return instead of their response, without writing anything. */
export interface Fault {
  /** Default: all operations. */
  operation?: Operation
  /** How an ARN of the request begins. Default: all requests. */
  arn?: string
  error: 'ThrottlingException' | 'AccessDeniedException' | 'InternalServerError' | 'ServiceUnavailable'
  /** The share of the calls, drawn with the `seed`. */
  percent?: number
  /** The number of calls, from the first one, instead of a share. */
  first?: number
}

/** Rules for how executions end and operations fail. The first rule that matches decides. A list is `outcomes`. */
export type OutcomeRules = OutcomeRule[] | {
  outcomes?: OutcomeRule[]
  faults?: Fault[]
}

/** How `endExecution` ends an execution: with `output` as SUCCEEDED, with `error` or `cause` as FAILED, or with `timedOut`. */
export interface Ending {
  /** The output as a JavaScript value, up to 256 KiB of JSON. Default: `{}`. */
  output?: unknown
  /** Up to 256 characters. */
  error?: string
  /** Up to 32,768 characters. */
  cause?: string
  /** The same as the status TIMED_OUT. */
  timedOut?: boolean
  /** Default: FAILED with an `error` or a `cause`, otherwise SUCCEEDED. */
  status?: 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT'
  /** The time until the end, in seconds or as text: `500ms`, `2s`, `5m`, `1h`. Default: 0. */
  after?: number | string
}

/** An execution that was started or redriven, as `onStart` receives it. */
export interface StartedExecution {
  executionArn: string
  /** The unqualified ARN of the state machine. */
  stateMachineArn: string
  /** The version that was started; absent if the request had neither a version ARN nor an alias ARN. */
  stateMachineVersionArn?: string
  /** The alias that was started; absent if the request had no alias ARN. */
  stateMachineAliasArn?: string
  /** The name of the execution. */
  name: string
  /** The input, a JSON text. */
  input: string
  /** The definition of the version that was started, a JSON text in Amazon States Language. */
  definition: string
  roleArn: string
  type: 'STANDARD' | 'EXPRESS'
  /** The time of the start or redrive. */
  startDate: Date
  /** The number of redrives: 0 at the start. */
  redriveCount: number
  /** The X-Ray trace header, if specified. */
  traceHeader?: string
}

/** The second argument of `onStart`. */
export interface StartContext {
  /**
   * Aborted if the promise is pending when the execution is stopped, ended, redriven or deleted through this service, or when
   * the service is closed: the result is then ignored.
   */
  readonly signal: typeof globalThis extends { AbortSignal: { prototype: infer Signal } } ? Signal : {
    readonly aborted: boolean
    addEventListener(type: 'abort', listener: () => void): void
  }
}

/** What `onStart` returns: how the execution ends, or nothing to leave it RUNNING until `endExecution` or StopExecution ends it. */
export type StartResult = Ending | null | undefined | void

/** The option `onStart`. */
export type StartCallback = (execution: StartedExecution, context: StartContext) => StartResult | PromiseLike<StartResult>

/** The result of `endExecution`. */
export interface EndedExecution {
  executionArn: string
  status: 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT'
  /** When it ends; in the future with `after`. */
  stopDate: Date
}

/** A rule for an alarm on the number of executions. Without `version` and `alias`, it counts all executions of the state machine. */
export interface AlarmRule {
  name: string
  metric: 'ExecutionsStarted' | 'ExecutionsSucceeded' | 'ExecutionsFailed' | 'ExecutionsTimedOut' | 'ExecutionsAborted'
  /** A state machine's name in the account and region of the service, or its ARN. */
  stateMachine: string
  /** Counts only executions of this version. Not together with `alias`, as in the dimensions of AWS's metrics. */
  version?: number
  /** Counts only executions that were started with this alias. */
  alias?: string
  threshold: number
  /** Default: `GreaterThanOrEqualToThreshold`. */
  comparison?: 'GreaterThanOrEqualToThreshold' | 'GreaterThanThreshold' | 'LessThanThreshold' | 'LessThanOrEqualToThreshold'
  /** In seconds or as text, for example `60s`. The last period ends now. Default: 60 seconds. */
  period?: number | string
  /** The number of periods, of which each is beyond the threshold. Default: 1. */
  evaluationPeriods?: number
}

/** Rules of `evaluateAlarms`. A list is `alarms`. */
export type AlarmRules = AlarmRule[] | { alarms: AlarmRule[] }

/** Options of a service. */
export interface Options {
  limits?: Limits
  /** Makes routing decisions, the draws of `outcomes`, revision ids and generated execution names repeatable. */
  seed?: number | bigint
  /** How long the previous routing stays in effect after UpdateStateMachineAlias. Default: 0. */
  updateDelaySeconds?: number
  /** How long a state machine stays in status DELETING after DeleteStateMachine. Default: 0; on AWS, about 23 seconds to minutes were observed. */
  deletionDelaySeconds?: number
  /** Returns the current time as a `Date` or in milliseconds since 1970. Default: `Date.now`, also if fake timers replace it. */
  clock?: () => Date | number
  scope?: Scope
  /** Rules for how executions end and operations fail, or their JSON text. Without rules and `onStart`, executions are RUNNING until `endExecution` or StopExecution ends them. */
  outcomes?: OutcomeRules | string
  /**
   * Called with each execution that is started or redriven and that no rule in `outcomes` ends, after it is stored. It may call the
   * service.
   *
   * - A result ends the execution before the method that started it returns. Without a result, it stays RUNNING.
   * - With a promise, the execution is RUNNING until the promise is settled. StartSyncExecution waits for it. A pending promise
   *   does not keep the process alive.
   * - An exception or rejection ends it as FAILED: `error` is the name of the error, `cause` its message. A result that is not valid
   *   is FAILED with the error `SfnAlias.CallbackError`.
   *
   * It is not called for a repeated StartExecution, which returns the existing execution. The result of an asynchronous start of an EXPRESS state machine is ignored.
   */
  onStart?: StartCallback
}

/** The error that methods reject with and functions throw. It has the members of an SDK error. */
export interface StepFunctionsError extends Error {
  /** The error code. */
  name: ErrorCode
  /** The error code. */
  code: ErrorCode
  $fault: 'client' | 'server'
  $metadata: ResponseMetadata
  /** The reason of a ValidationException, if AWS sets one. */
  reason?: string
  /** The exception that a getter of the input threw. */
  cause?: unknown
}

/** The `$metadata` of every output and error, as in the SDK. */
export interface ResponseMetadata {
  httpStatusCode: number
  requestId: string
  attempts: number
  totalRetryDelay: number
}

/** The members of every output. */
export interface MetadataBearer {
  $metadata: ResponseMetadata
}

/** One problem of a request. */
export interface Problem {
  /** A JSON pointer into the input; empty for the request as a whole. */
  path: string
  /** A code that never changes, for example `weights-sum`. */
  code: string
  /** The error code that AWS returns for the problem. */
  error: ErrorCode
  /** The message that AWS returns if this is the only problem. */
  message: string
  /** How to fix it. */
  fix: string
}

/** The result of comparing a create request with an existing alias. */
export interface Comparison {
  answer: 'new' | 'replay' | 'conflict'
  /** The members that differ; empty unless it is a conflict. */
  differs: ('description' | 'routingConfiguration')[]
}

/** The parts of an ARN. Parts that do not apply to its kind are absent. */
export interface ArnParts {
  /** `stateMachine`, `version`, `alias`, `label`, `execution`, `express`, or another type as it is spelled in the ARN. */
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

/** The number of starts of a version or of the unqualified state machine. */
export interface StartCount {
  /** The version number; `null` for starts with the unqualified state machine ARN. */
  version: number | null
  count: number
}

/** Options of `serve` that open a new service. */
export interface ServeOptions extends Options {
  /** Default: 0, any free port. */
  port?: number
  /** Names under which clients reach the server, besides IP addresses and `localhost`. Requests for other names are rejected, because a page in a browser can use a name that resolves to this machine. */
  allowHosts?: string[]
  /** Stores data in this SQLite file, which is created if it does not exist. Default: in memory. */
  data?: string
  service?: undefined
}

/** Options of `serve` for an existing service, which has its own options. */
export type ServeServiceOptions = { port?: number, allowHosts?: string[], service: StepFunctions } & { [name in keyof Options | 'data']?: undefined }

/** An HTTP server in this process. */
export interface Server extends AsyncDisposable {
  /** The value for `endpoint` of an `SFNClient`, or for `AWS_ENDPOINT_URL_SFN`. */
  readonly url: string
  /** The service that handles the requests. */
  readonly service: StepFunctions
  /** Finishes the requests in flight, for up to 5 seconds. Also closes the service, unless it was passed to `serve`. */
  close (): Promise<void>
}

/**
 * Starts an HTTP server on 127.0.0.1 for any AWS client. It serves a new service or an existing one. It does not keep the
 * process alive.
 */
export declare function serve (options?: ServeOptions | ServeServiceOptions): Promise<Server>

/** One entry of a routing configuration. */
export interface RoutingConfigurationListItem {
  /** The version's ARN. */
  stateMachineVersionArn: string | undefined
  /** Percentage of the starts, 0 to 100. */
  weight: number | undefined
}

/** Input of CreateStateMachineAlias. */
export interface CreateStateMachineAliasInput {
  /** Up to 256 characters. */
  description?: string | undefined
  /** 1 to 80 letters, digits, `_`, `-` and `.`; not only digits. */
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
  /** A state machine, or a version to list only the aliases that route to it. */
  stateMachineArn: string | undefined
  /** The pagination token of the previous output. */
  nextToken?: string | undefined
  /** Page size; 0 or absent means 100. */
  maxResults?: number | undefined
}

/** Input of UpdateStateMachineAlias. */
export interface UpdateStateMachineAliasInput {
  /** The alias's ARN. */
  stateMachineAliasArn: string | undefined
  /** The new description; unchanged if absent. */
  description?: string | undefined
  /** The complete new routing; unchanged if absent. */
  routingConfiguration?: RoutingConfigurationListItem[] | undefined
}

/** Input of DeleteStateMachineAlias. */
export interface DeleteStateMachineAliasInput {
  /** The alias's ARN. */
  stateMachineAliasArn: string | undefined
}

/** A log group. */
export interface CloudWatchLogsLogGroup {
  /** The log group's ARN. */
  logGroupArn?: string | undefined
}

/** A destination of logs. */
export interface LogDestination {
  /** The log group. */
  cloudWatchLogsLogGroup?: CloudWatchLogsLogGroup | undefined
}

/** Logging. Stored and returned; nothing is logged. */
export interface LoggingConfiguration {
  /** The level. */
  level?: 'ALL' | 'ERROR' | 'FATAL' | 'OFF' | undefined
  /** Whether input and output are logged. */
  includeExecutionData?: boolean | undefined
  /** The destinations. */
  destinations?: LogDestination[] | undefined
}

/** X-Ray tracing. Stored and returned; nothing is traced. */
export interface TracingConfiguration {
  /** Whether tracing is enabled. */
  enabled?: boolean | undefined
}

/** Encryption. Stored and returned; nothing is encrypted. */
export interface EncryptionConfiguration {
  /** The KMS key. */
  kmsKeyId?: string | undefined
  /** How long a data key is reused, in seconds. */
  kmsDataKeyReusePeriodSeconds?: number | undefined
  /** The type of the key. */
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
  /** Default: STANDARD. */
  type?: 'STANDARD' | 'EXPRESS' | undefined
  /** Logging. */
  loggingConfiguration?: LoggingConfiguration | undefined
  /** Up to 50 tags. */
  tags?: Tag[] | undefined
  /** Tracing. */
  tracingConfiguration?: TracingConfiguration | undefined
  /** Also publishes a version. */
  publish?: boolean | undefined
  /** The version's description. Requires `publish`. */
  versionDescription?: string | undefined
  /** Encryption. */
  encryptionConfiguration?: EncryptionConfiguration | undefined
}

/** Input of UpdateStateMachine. Absent members stay unchanged. */
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
  /** Also publishes a version. */
  publish?: boolean | undefined
  /** The version's description. Requires `publish`. */
  versionDescription?: string | undefined
  /** Encryption. */
  encryptionConfiguration?: EncryptionConfiguration | undefined
}

/** Input of DescribeStateMachine. */
export interface DescribeStateMachineInput {
  /** A state machine or a version. */
  stateMachineArn: string | undefined
  /** METADATA_ONLY omits definition and input. */
  includedData?: 'ALL_DATA' | 'METADATA_ONLY' | undefined
}

/** Input of ListStateMachines. */
export interface ListStateMachinesInput {
  /** Page size; 0 or absent means 100. */
  maxResults?: number | undefined
  /** The pagination token of the previous output. */
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
  /** Publishes only if this is the current revision; `INITIAL` before the first update. */
  revisionId?: string | undefined
  /** The version's description. */
  description?: string | undefined
}

/** Input of ListStateMachineVersions. */
export interface ListStateMachineVersionsInput {
  /** The state machine. */
  stateMachineArn: string | undefined
  /** The pagination token of the previous output. */
  nextToken?: string | undefined
  /** Page size; 0 or absent means 100. */
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
  /** Up to 50 tags. */
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
  /** Default: STANDARD. */
  type?: 'STANDARD' | 'EXPRESS' | undefined
  /** The minimum severity of diagnostics. */
  severity?: 'ERROR' | 'WARNING' | undefined
  /** Maximum number of diagnostics; 0 or absent means 100. */
  maxResults?: number | undefined
}

/** Input of StartExecution. */
export interface StartExecutionInput {
  /** A state machine, version or alias. */
  stateMachineArn: string | undefined
  /** The execution's name. Default: a UUID. */
  name?: string | undefined
  /** JSON text. Default: `{}`. */
  input?: string | undefined
  /** The X-Ray trace header. */
  traceHeader?: string | undefined
}

/** Input of DescribeExecution. */
export interface DescribeExecutionInput {
  /** The execution's ARN. */
  executionArn: string | undefined
  /** METADATA_ONLY omits definition and input. */
  includedData?: 'ALL_DATA' | 'METADATA_ONLY' | undefined
}

/** Input of DescribeStateMachineForExecution. */
export interface DescribeStateMachineForExecutionInput {
  /** The execution's ARN. */
  executionArn: string | undefined
  /** METADATA_ONLY omits definition and input. */
  includedData?: 'ALL_DATA' | 'METADATA_ONLY' | undefined
}

/** Input of ListExecutions. */
export interface ListExecutionsInput {
  /** A state machine, version or alias. */
  stateMachineArn?: string | undefined
  /** Lists only executions with this status. */
  statusFilter?: ExecutionStatus | undefined
  /** Page size; 0 or absent means 100. */
  maxResults?: number | undefined
  /** The pagination token of the previous output. */
  nextToken?: string | undefined
  /** A map run. Map runs are not emulated. */
  mapRunArn?: string | undefined
  /** Lists only executions that were, or were not, redriven. For map runs only. */
  redriveFilter?: 'REDRIVEN' | 'NOT_REDRIVEN' | undefined
}

/** Input of GetExecutionHistory. */
export interface GetExecutionHistoryInput {
  /** The execution's ARN. */
  executionArn: string | undefined
  /** Page size; 0 or absent means 100. */
  maxResults?: number | undefined
  /** Lists the latest events first. */
  reverseOrder?: boolean | undefined
  /** The pagination token of the previous output. */
  nextToken?: string | undefined
  /** Whether events contain input and output. Default: true. */
  includeExecutionData?: boolean | undefined
}

/** Input of RedriveExecution. */
export interface RedriveExecutionInput {
  /** The execution's ARN. */
  executionArn: string | undefined
  /** Makes repeated requests idempotent. */
  clientToken?: string | undefined
}

/** Input of StartSyncExecution. */
export interface StartSyncExecutionInput {
  /** An EXPRESS state machine, or one of its versions or aliases. */
  stateMachineArn: string | undefined
  /** The execution's name. Default: a UUID. */
  name?: string | undefined
  /** JSON text. Default: `{}`. */
  input?: string | undefined
  /** The X-Ray trace header. */
  traceHeader?: string | undefined
  /** METADATA_ONLY omits input and output. */
  includedData?: 'ALL_DATA' | 'METADATA_ONLY' | undefined
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

/** Output of CreateStateMachineAlias. */
export interface CreateStateMachineAliasOutput extends MetadataBearer {
  /** Creation time. A repeated request returns the original time. */
  creationDate: Date
  /** The alias's ARN. */
  stateMachineAliasArn: string
}

/** Output of DescribeStateMachineAlias. */
export interface DescribeStateMachineAliasOutput extends MetadataBearer {
  /** When it was created. */
  creationDate: Date
  /** Absent if it was never set. */
  description?: string
  /** The alias's name. */
  name: string
  /** In the order of the request. */
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

/** Output of ListStateMachineAliases. */
export interface ListStateMachineAliasesOutput extends MetadataBearer {
  /** Present if there are more results. */
  nextToken?: string
  /** Oldest first; aliases created at the same time by name. */
  stateMachineAliases: StateMachineAliasListItem[]
}

/** Output of UpdateStateMachineAlias. */
export interface UpdateStateMachineAliasOutput extends MetadataBearer {
  /** Update time. */
  updateDate: Date
}

/** Output of CreateStateMachine. */
export interface CreateStateMachineOutput extends MetadataBearer {
  /** When it was created. */
  creationDate: Date
  /** Its ARN. */
  stateMachineArn: string
  /** The published version, with `publish`. */
  stateMachineVersionArn?: string
}

/** Output of UpdateStateMachine. */
export interface UpdateStateMachineOutput extends MetadataBearer {
  /** Absent until the first update that changed something. */
  revisionId?: string
  /** The published version, with `publish`. */
  stateMachineVersionArn?: string
  /** Last update time. */
  updateDate: Date
}

/** Output of DescribeStateMachine. */
export interface DescribeStateMachineOutput extends MetadataBearer {
  /** Creation time of the state machine, or of the version if its ARN was specified. */
  creationDate: Date
  /** As specified; `{}` with METADATA_ONLY. */
  definition: string
  /** The version's description. */
  description?: string
  /** As specified; a key that AWS owns by default. */
  encryptionConfiguration: EncryptionConfiguration
  /** As specified; `OFF` by default. */
  loggingConfiguration: LoggingConfiguration
  /** The state machine's name. */
  name: string
  /** Absent until the first update that changed something. */
  revisionId?: string
  /** The role. */
  roleArn: string
  /** The ARN of the request. */
  stateMachineArn: string
  /** ACTIVE or DELETING. */
  status: 'ACTIVE' | 'DELETING'
  /** As specified; disabled by default. */
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

/** Output of ListStateMachines. */
export interface ListStateMachinesOutput extends MetadataBearer {
  /** Present if there are more results. */
  nextToken?: string
  /** Sorted by name. */
  stateMachines: StateMachineListItem[]
}

/** Output of PublishStateMachineVersion. */
export interface PublishStateMachineVersionOutput extends MetadataBearer {
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

/** Output of ListStateMachineVersions. */
export interface ListStateMachineVersionsOutput extends MetadataBearer {
  /** Present if there are more results. */
  nextToken?: string
  /** Highest number first. */
  stateMachineVersions: StateMachineVersionListItem[]
}

/** Output of ListTagsForResource. */
export interface ListTagsForResourceOutput extends MetadataBearer {
  /** In the order in which their keys were first set. */
  tags: Tag[]
}

/** A problem in a definition. */
export interface Diagnostic {
  /** Always ERROR. */
  severity: 'ERROR' | 'WARNING'
  /** SCHEMA_VALIDATION_FAILED or INVALID_JSON_DESCRIPTION. */
  code: string
  /** What is wrong. */
  message: string
  /** The location in the definition, for example `/States/A/Next`. */
  location?: string
}

/** Output of ValidateStateMachineDefinition. The fields of each type of state are not checked. */
export interface ValidateStateMachineDefinitionOutput extends MetadataBearer {
  /** OK or FAIL. */
  result: 'OK' | 'FAIL'
  /** The problems. */
  diagnostics: Diagnostic[]
  /** Whether there are more problems than `maxResults`. */
  truncated: boolean
}

/** Output of StartExecution. */
export interface StartExecutionOutput extends MetadataBearer {
  /** The execution's ARN, without version or alias. */
  executionArn: string
  /** When it was started. */
  startDate: Date
}

/** Whether data is included. */
export interface CloudWatchEventsExecutionDataDetails {
  /** False if the output was requested without data. */
  included: boolean
}

/** Output of DescribeExecution. */
export interface DescribeExecutionOutput extends MetadataBearer {
  /** Why the execution did not succeed. */
  cause?: string
  /** The error code of an execution that did not succeed. */
  error?: string
  /** The execution's ARN. */
  executionArn: string
  /** The input as specified; absent with METADATA_ONLY. */
  input?: string
  /** Whether the input is included. */
  inputDetails?: CloudWatchEventsExecutionDataDetails
  /** The execution's name. */
  name: string
  /** The output of an execution that succeeded; absent with METADATA_ONLY. */
  output?: string
  /** Whether the output is included. */
  outputDetails?: CloudWatchEventsExecutionDataDetails
  /** The number of redrives. */
  redriveCount: number
  /** When it was last redriven. */
  redriveDate?: Date
  /** REDRIVABLE if RedriveExecution would succeed, or else NOT_REDRIVABLE. */
  redriveStatus: 'REDRIVABLE' | 'NOT_REDRIVABLE' | 'REDRIVABLE_BY_MAP_RUN'
  /** Why it is not redrivable. */
  redriveStatusReason?: string
  /** When it was started. */
  startDate: Date
  /** The alias that it was started with. */
  stateMachineAliasArn?: string
  /** The state machine, without version or alias. */
  stateMachineArn: string
  /** The version that it runs, if it was started with a version or an alias. */
  stateMachineVersionArn?: string
  /** RUNNING, SUCCEEDED, FAILED, TIMED_OUT or ABORTED. */
  status: ExecutionStatus
  /** When it ended. */
  stopDate?: Date
  /** As specified. */
  traceHeader?: string
}

/** Output of DescribeStateMachineForExecution: the revision that the execution was started with. */
export interface DescribeStateMachineForExecutionOutput extends MetadataBearer {
  /** `{}` with METADATA_ONLY. */
  definition: string
  /** As specified; a key that AWS owns by default. */
  encryptionConfiguration: EncryptionConfiguration
  /** As specified; `OFF` by default. */
  loggingConfiguration: LoggingConfiguration
  /** The state machine's name. */
  name: string
  /** Absent for the revision that the state machine was created with. */
  revisionId?: string
  /** The role. */
  roleArn: string
  /** Without version or alias. */
  stateMachineArn: string
  /** As specified; disabled by default. */
  tracingConfiguration: TracingConfiguration
  /** When this revision was created. */
  updateDate: Date
}

/** An execution in a list. */
export interface ExecutionListItem {
  /** The execution's ARN. */
  executionArn: string
  /** The execution's name. */
  name: string
  /** The number of redrives. */
  redriveCount: number
  /** When it was last redriven. */
  redriveDate?: Date
  /** When it was started. */
  startDate: Date
  /** The alias that it was started with. */
  stateMachineAliasArn?: string
  /** Without version or alias. */
  stateMachineArn: string
  /** The version that it runs, if it was started with a version or an alias. */
  stateMachineVersionArn?: string
  /** RUNNING, SUCCEEDED, FAILED, TIMED_OUT or ABORTED. */
  status: ExecutionStatus
  /** When it ended. */
  stopDate?: Date
}

/** Output of ListExecutions. */
export interface ListExecutionsOutput extends MetadataBearer {
  /** Latest first, by the stop time of executions that have ended, and by the last start or redrive of the others. */
  executions: ExecutionListItem[]
  /** Present if there are more results. */
  nextToken?: string
}

/** Whether data of an event is complete. */
export interface HistoryEventExecutionDataDetails {
  /** Always false. */
  truncated: boolean
}

/** Details of the event ExecutionStarted. */
export interface ExecutionStartedEventDetails {
  /** The input; absent without `includeExecutionData`. */
  input?: string
  /** Whether the input is complete. */
  inputDetails?: HistoryEventExecutionDataDetails
  /** The role. */
  roleArn: string
  /** The alias that the execution was started with. */
  stateMachineAliasArn?: string
  /** The version that it runs, if it was started with a version or an alias. */
  stateMachineVersionArn?: string
}

/** Details of the event ExecutionSucceeded. */
export interface ExecutionSucceededEventDetails {
  /** The output; absent without `includeExecutionData`. */
  output?: string
  /** Whether the output is complete. */
  outputDetails?: HistoryEventExecutionDataDetails
}

/** Details of the events ExecutionFailed, ExecutionTimedOut and ExecutionAborted. */
export interface FailureEventDetails {
  /** Why the execution did not succeed. */
  cause?: string
  /** The error code. */
  error?: string
}

/** Details of the event ExecutionRedriven. */
export interface ExecutionRedrivenEventDetails {
  /** The number of redrives, including this one. */
  redriveCount: number
}

/** An event of an execution, with the details of its type. */
export interface HistoryEvent {
  executionAbortedEventDetails?: FailureEventDetails
  executionFailedEventDetails?: FailureEventDetails
  executionRedrivenEventDetails?: ExecutionRedrivenEventDetails
  executionStartedEventDetails?: ExecutionStartedEventDetails
  executionSucceededEventDetails?: ExecutionSucceededEventDetails
  executionTimedOutEventDetails?: FailureEventDetails
  /** The event's number, from 1. */
  id: number
  /** The number of the event before it, or 0. */
  previousEventId: number
  /** When it happened. */
  timestamp: Date
  type: 'ExecutionAborted' | 'ExecutionFailed' | 'ExecutionRedriven' | 'ExecutionStarted' | 'ExecutionSucceeded' | 'ExecutionTimedOut'
}

/** Output of GetExecutionHistory. Definitions are not interpreted, so there are no events of states. */
export interface GetExecutionHistoryOutput extends MetadataBearer {
  /** In the order of the request. */
  events: HistoryEvent[]
  /** Present if there are more results. */
  nextToken?: string
}

/** Output of RedriveExecution. */
export interface RedriveExecutionOutput extends MetadataBearer {
  /** When it was redriven. */
  redriveDate: Date
}

/** What AWS would bill. */
export interface BillingDetails {
  /** The duration in milliseconds. */
  billedDurationInMilliseconds: number
  /** The memory in MB. */
  billedMemoryUsedInMB: number
}

/** Output of StartSyncExecution. */
export interface StartSyncExecutionOutput extends MetadataBearer {
  /** What AWS would bill. */
  billingDetails: BillingDetails
  /** Why the execution did not succeed. */
  cause?: string
  /** The error code of an execution that did not succeed. */
  error?: string
  /** The execution's ARN. */
  executionArn: string
  /** The input; absent with METADATA_ONLY. */
  input?: string
  /** Whether the input is included. */
  inputDetails: CloudWatchEventsExecutionDataDetails
  /** The execution's name. */
  name: string
  /** The output of an execution that succeeded; absent with METADATA_ONLY. */
  output?: string
  /** Whether the output is included. */
  outputDetails: CloudWatchEventsExecutionDataDetails
  /** When it was started. */
  startDate: Date
  /** The state machine, without version or alias. */
  stateMachineArn: string
  /** How it ended. */
  status: 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT'
  /** When it ended. */
  stopDate: Date
  /** As specified. */
  traceHeader?: string
}

/** Output of StopExecution. */
export interface StopExecutionOutput extends MetadataBearer {
  /** When it was stopped. */
  stopDate: Date
}

/** Output of DeleteStateMachineAlias: no members. */
export interface DeleteStateMachineAliasOutput extends MetadataBearer {}

/** Output of DeleteStateMachine: no members. */
export interface DeleteStateMachineOutput extends MetadataBearer {}

/** Output of DeleteStateMachineVersion: no members. */
export interface DeleteStateMachineVersionOutput extends MetadataBearer {}

/** Output of TagResource: no members. */
export interface TagResourceOutput extends MetadataBearer {}

/** Output of UntagResource: no members. */
export interface UntagResourceOutput extends MetadataBearer {}

/** Options of `checkTemplate`. */
export interface TemplateOptions {
  /** Parameter values; they override the defaults in the template. */
  parameters?: Record<string, string>
  /** Rules to skip, by id or name. */
  disable?: string[]
  /** Accepted findings. They stay in the report with the reason, but do not count as errors. */
  acknowledge?: { rule: string, logicalId?: string, reason: string }[]
  /** The file name for messages. */
  file?: string
  /** The last deployed template, for rules about changes. */
  previous?: string
}

/** The severity of a finding. `error` means that the deploy fails or the deployed stack cannot work. */
export type TemplateSeverity = 'error' | 'warning' | 'info'

/** A problem in a template. */
export interface TemplateFinding {
  /** The rule id, for example `SFA001`. It never changes. */
  rule: string
  /** The rule name, for example `weights-sum`. It never changes. */
  name: string
  severity: TemplateSeverity
  logicalId: string
  resourceType: string
  /** A JSON pointer into the template. */
  path: string
  /** Position in the text, starting at 1. Absent if the template was passed as an object. */
  line?: number
  column?: number
  /** What is wrong. */
  message: string
  /** Why it matters. */
  description: string
  /** How to fix it. */
  fix: string
  /** The AWS documentation. */
  url: string
  /** The conditions and parameters under which it occurs; absent if it always occurs. */
  condition?: string
  /** The reason why it was acknowledged. */
  acknowledged?: string
}

/** What a template contains that the rules check. */
export interface TemplateCheckedCounts {
  aliases: number
  versions: number
  policies: number
}

/** The result of `checkTemplate`. */
export interface TemplateReport {
  /** All findings in file order, including acknowledged ones. */
  findings: TemplateFinding[]
  /** Numbers of errors, warnings and infos that are not acknowledged. */
  errors: number
  warnings: number
  infos: number
  /** Number of acknowledged findings. */
  acknowledged: number
  checked: TemplateCheckedCounts
}

/** A rule of `checkTemplate`. */
export interface TemplateRule {
  /** For example `SFA001`. It never changes. */
  id: string
  /** For example `weights-sum`. It never changes. */
  name: string
  severity: TemplateSeverity
  /** The problem in one line. */
  title: string
  /** Why it matters. */
  description: string
  /** How to fix it. */
  fix: string
  /** The AWS documentation. */
  url: string
}

/** A `requestHandler` for an unmodified `SFNClient`. */
export declare class RequestHandler {
  /** Handles one request of the SDK. */
  handle(request: { headers: Record<string, string>, body?: any }, options?: { abortSignal?: any }): Promise<{ response: any }>
  /** Does nothing. The SDK requires this method. */
  updateHttpClientConfig(key: string, value: any): void
  /** Returns an empty object: there is nothing to configure. The SDK requires this method. */
  httpHandlerConfigs(): Record<string, never>
  /** Does nothing: `SFNClient.destroy()` does not close the service. */
  destroy(): void
}

/**
 * An emulated Step Functions service: state machines, versions, aliases, executions and tags, in memory or in a file.
 *
 * Executions are routed and recorded, **not interpreted**: an execution ends as `outcomes`, `onStart` or `endExecution` specify, and
 * is RUNNING until then. `runDefinitions` of `sfn-alias/local-stepfunctions` is an `onStart` that interprets definitions.
 */
export declare class StepFunctions {
  /** Creates an empty service in memory. */
  constructor(options?: Options)
  /** Opens a durable service in a file, which is created if it does not exist. Several processes can share one file. */
  static open(path: string, options?: Options): Promise<StepFunctions>
  /** Returns the same service in another account, region or partition. Omitted members stay the same. */
  inScope(scope: Scope): StepFunctions
  /** Calls an operation by name. Input and output are those of the SDK command of that name. */
  call(operation: Operation | (string & {}), input?: object): Promise<any>
  /** Calls an operation with an AWS JSON 1.0 body. Returns status and body, also for an error. */
  callJson(operation: Operation | (string & {}), body: string | Uint8Array): Promise<{ status: number, body: string }>
  /** Returns the number of starts of the unqualified state machine, followed by each of its versions. */
  startCounts(stateMachineArn: string): Promise<StartCount[]>
  /**
   * Sets how and when an execution ends. It is RUNNING until then. Repeating the same request returns the existing ending,
   * and an ending in the future is replaced. Fails with a ValidationException if the execution has ended otherwise.
   */
  endExecution(executionArn: string, ending?: Ending): Promise<EndedExecution>
  /** Replaces the rules of the option `outcomes`, in all scopes. Executions that were started before keep their ends. */
  setOutcomes(outcomes: OutcomeRules | string | null | undefined): void
  /** Returns the states of alarms by name, from the executions of this service. `alarmStates` of a deployment can return it. */
  evaluateAlarms(rules: AlarmRules | string): Promise<Record<string, 'ALARM' | 'OK'>>
  /**
   * Returns a `requestHandler` for the AWS SDK's `SFNClient`. It calls this service without a socket, in the region of
   * the client.
   */
  requestHandler(): RequestHandler
  /**
   * Handles an HTTP request as the endpoint does. `serve` uses it; use it to serve with another HTTP server. A function that
   * reads the body is called only if no page of another origin can have sent the request. `allowHosts` is that of `serve`.
   */
  handleHttpRequest(request: { method?: string, url?: string, rawHeaders: string[] }, body: string | Uint8Array | (() => Promise<string | Uint8Array>), options?: { allowHosts?: string[] }): Promise<{ status: number, headers: string[], body: Uint8Array }>
  /** The maximum size of a request body in bytes. `handleHttpRequest` rejects longer ones. */
  get requestBytes(): number
  /**
   * Deletes all state machines in all scopes, with their versions, aliases, executions and tags. With a seed, routing
   * and the draws of `outcomes` start again from the seed.
   */
  reset(): Promise<void>
  /** Closes the service, in all scopes and for all clients. Later calls throw an error with the code `ServiceClosed`. */
  close(): void
  /** Creates an alias for one or two versions. Repeating the same request returns the existing alias. */
  createStateMachineAlias(input: CreateStateMachineAliasInput): Promise<CreateStateMachineAliasOutput>
  /** Returns an alias. */
  describeStateMachineAlias(input: DescribeStateMachineAliasInput): Promise<DescribeStateMachineAliasOutput>
  /** Lists the aliases of a state machine, or those that route to a version, oldest first. */
  listStateMachineAliases(input: ListStateMachineAliasesInput): Promise<ListStateMachineAliasesOutput>
  /** Updates the description of an alias, its routing configuration, or both. */
  updateStateMachineAlias(input: UpdateStateMachineAliasInput): Promise<UpdateStateMachineAliasOutput>
  /** Deletes an alias. Succeeds if it does not exist. */
  deleteStateMachineAlias(input: DeleteStateMachineAliasInput): Promise<DeleteStateMachineAliasOutput>
  /** Creates a state machine. With `publish`, also publishes version 1. Repeating the same request returns the existing state machine. */
  createStateMachine(input: CreateStateMachineInput): Promise<CreateStateMachineOutput>
  /** Updates a state machine. With `publish`, also publishes the current revision as a version. */
  updateStateMachine(input: UpdateStateMachineInput): Promise<UpdateStateMachineOutput>
  /** Returns a state machine, or one of its versions. */
  describeStateMachine(input: DescribeStateMachineInput): Promise<DescribeStateMachineOutput>
  /** Lists the state machines of this account and region, ordered by name. */
  listStateMachines(input?: ListStateMachinesInput): Promise<ListStateMachinesOutput>
  /** Deletes a state machine with its versions, aliases, executions and tags. Succeeds if it does not exist. */
  deleteStateMachine(input: DeleteStateMachineInput): Promise<DeleteStateMachineOutput>
  /** Publishes the current revision as a version. Returns the existing version if the revision is already published. */
  publishStateMachineVersion(input: PublishStateMachineVersionInput): Promise<PublishStateMachineVersionOutput>
  /** Lists the versions of a state machine, highest number first. */
  listStateMachineVersions(input: ListStateMachineVersionsInput): Promise<ListStateMachineVersionsOutput>
  /** Deletes a version. Fails if an alias routes to it; succeeds if it does not exist. */
  deleteStateMachineVersion(input: DeleteStateMachineVersionInput): Promise<DeleteStateMachineVersionOutput>
  /** Starts an execution of a state machine, a version, or the version that an alias selects by weight. It ends as `outcomes`, `onStart` or `endExecution` specify. */
  startExecution(input: StartExecutionInput): Promise<StartExecutionOutput>
  /** Starts an execution of an EXPRESS state machine, one of its versions, or the version that an alias selects by weight, and returns its result. A rule in `outcomes` or `onStart` decides the result. */
  startSyncExecution(input: StartSyncExecutionInput): Promise<StartSyncExecutionOutput>
  /** Returns an execution. */
  describeExecution(input: DescribeExecutionInput): Promise<DescribeExecutionOutput>
  /** Returns the state machine revision that an execution was started with. */
  describeStateMachineForExecution(input: DescribeStateMachineForExecutionInput): Promise<DescribeStateMachineForExecutionOutput>
  /** Lists the executions of a state machine, a version or an alias, latest first. */
  listExecutions(input?: ListExecutionsInput): Promise<ListExecutionsOutput>
  /** Returns the events of an execution: its start, its end and its redrives. Definitions are not interpreted, so there are no events of states. */
  getExecutionHistory(input: GetExecutionHistoryInput): Promise<GetExecutionHistoryOutput>
  /** Starts an execution again that failed, timed out or was stopped in the last 14 days. */
  redriveExecution(input: RedriveExecutionInput): Promise<RedriveExecutionOutput>
  /** Stops an execution. It is ABORTED afterwards. */
  stopExecution(input: StopExecutionInput): Promise<StopExecutionOutput>
  /** Adds tags to a state machine. Replaces the values of existing keys. */
  tagResource(input: TagResourceInput): Promise<TagResourceOutput>
  /** Removes tags from a state machine. */
  untagResource(input: UntagResourceInput): Promise<UntagResourceOutput>
  /** Lists the tags of a state machine. */
  listTagsForResource(input: ListTagsForResourceInput): Promise<ListTagsForResourceOutput>
  /** Validates the JSON, the schema of workflows and the structure of a definition. Does not check the fields of each type of state. */
  validateStateMachineDefinition(input: ValidateStateMachineDefinitionInput): Promise<ValidateStateMachineDefinitionOutput>
}

/**
 * Picks versions at random, by weight. With a seed, the picks are the same on every platform and in every release.
 * Without a seed, the operating system provides one.
 */
export declare class WeightedPicker {
  /** Creates a picker. */
  constructor(seed?: number | bigint)
  /** Returns the next random number from 0 to 99. */
  nextPercent(): number
  /** Picks a version at random and returns its ARN. */
  pick(routingConfiguration: RoutingConfigurationListItem[]): string
}

/**
 * Connects a client of the AWS SDK to a service, in the client's region, and returns the client. The client then opens no
 * socket and needs no credentials. `detach` reverses it.
 */
export declare function attach<Client extends object>(client: Client, service: StepFunctions): Client

/** Returns all problems of a request at once. AWS reports some of them only after others are fixed. */
export declare function check(operation: Operation | (string & {}), input?: object | string | Uint8Array): Problem[]

/**
 * Finds errors in the aliases, versions and their callers in a CloudFormation or SAM template (JSON or YAML) or a
 * Terraform plan (JSON). A template may also be an object.
 */
export declare function checkTemplate(template: string | Uint8Array | object, options?: TemplateOptions): TemplateReport

/**
 * Compares a CreateStateMachineAlias request with an existing alias, an output of DescribeStateMachineAlias.
 * `null` or `undefined` means that no alias exists.
 */
export declare function compare(existing: DescribeStateMachineAliasOutput | string | Uint8Array | null | undefined, input: CreateStateMachineAliasInput | string | Uint8Array): Comparison

/** Reverses `attach` and returns the client. */
export declare function detach<Client extends object>(client: Client): Client

/** The error codes that calls can return. */
export type ErrorCode =
  | 'ConflictException'
  | 'ExecutionAlreadyExists'
  | 'ExecutionDoesNotExist'
  | 'ExecutionNotRedrivable'
  | 'InvalidArn'
  | 'InvalidDefinition'
  | 'InvalidEncryptionConfiguration'
  | 'InvalidExecutionInput'
  | 'InvalidLoggingConfiguration'
  | 'InvalidName'
  | 'InvalidToken'
  | 'MissingRequiredParameter'
  | 'ResourceNotFound'
  | 'ServiceQuotaExceededException'
  | 'StateMachineAlreadyExists'
  | 'StateMachineDeleting'
  | 'StateMachineDoesNotExist'
  | 'StateMachineTypeNotSupported'
  | 'TooManyTags'
  | 'ValidationException'
  | 'AccessDeniedException'
  | 'ThrottlingException'
  | 'UnknownOperationException'
  | 'SerializationException'
  | 'RequestEntityTooLargeException'
  | 'InternalServerError'
  | 'ServiceUnavailable'
  | 'InternalFailure'
  | 'StorageFailure'
  | 'ServiceClosed'
  | 'EntropyFailure'

/** The error codes as constants: `ErrorCode.ConflictException` is `'ConflictException'`. */
export declare const ErrorCode: { readonly [Code in ErrorCode]: Code }

/** Returns all error codes with their HTTP statuses and their numbers, which never change. */
export declare function errorKinds(): { code: ErrorCode, number: number, status: number }[]

/**
 * Returns the fingerprint of a CreateStateMachineAlias request, 64 hexadecimal digits. Two requests have the same
 * fingerprint exactly if AWS treats them as the same request.
 */
export declare function fingerprint(input: CreateStateMachineAliasInput | string | Uint8Array): string

/** Returns the bytes whose SHA-256 is the fingerprint. */
export declare function fingerprintEncoding(input: CreateStateMachineAliasInput | string | Uint8Array): Uint8Array

/** Formats an ARN from its parts. `parseArn` returns the same parts. */
export declare function formatArn(parts: ArnParts): string

/** Options of `mock`: those of a new service, or an existing one. */
export type MockOptions = (Options & { service?: undefined } | { service: StepFunctions }) & {
  /** The exports of the SDK, if the application contains its own copy, for example in a bundle. */
  sdk?: object
}

/** An active mock. */
export interface Mock extends Disposable {
  /** The service that answers. */
  readonly service: StepFunctions
  /** Ends the mock. Closes the service if `mock` created it. */
  restore(): void
}

/**
 * Answers all Step Functions clients of the AWS SDK in this process, created before or later, until `restore`. Clients of
 * other services do not change, and a client with a `requestHandler` of this package keeps its service. The last active
 * mock answers.
 */
export declare function mock(options?: MockOptions): Mock

/** Returns the names of the supported operations. */
export declare function operations(): Operation[]

/** Parses a Step Functions ARN. */
export declare function parseArn(arn: string): ArnParts

/** Returns the ARN of the version that a number from 0 to 99 selects: the first route if `percent` is below its weight. */
export declare function pick(routingConfiguration: RoutingConfigurationListItem[], percent: number): string

/** Returns the rules that `checkTemplate` applies. */
export declare function templateRules(): TemplateRule[]

/**
 * Throws the error that AWS would return for a request, without access to stored resources. The input is an
 * object, or JSON as a string or bytes.
 */
export declare function validate(operation: Operation | (string & {}), input?: object | string | Uint8Array): void
