/** Where an alias sends executions: one entry of a routing configuration. */
export interface RoutingConfigurationListItem {
  stateMachineVersionArn: string | undefined
  /** Percent of the starts, 0 to 100. */
  weight: number | undefined
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
 * Executions are routed and recorded, **not interpreted**: they stay RUNNING until stopped.
 */
export declare class Aliases {
  /** An empty service in memory. */
  constructor(options?: Options)
  /** A durable service in a file, made where there is none. Several processes may open the same file at once. */
  static open(path: string, options?: Options): Promise<Aliases>
  /** The same service as seen from another account, region or partition; what is left away stays. */
  inScope(scope: Scope): Aliases
  /**
   * An operation by its name, with the input and the answer of the SDK's command of that name. The
   * input may be JSON as well, as text or bytes.
   */
  call(operation: Operation | (string & {}), input?: object | string | Uint8Array): Promise<any>
  /** An operation in AWS JSON 1.0: a body in, a status and a body out. Refusals are answers here. */
  callJson(operation: Operation | (string & {}), body: string | Uint8Array): Promise<{ status: number, body: string }>
  /** How often each version of a state machine was started, and the state machine itself first. */
  startCounts(stateMachineArn: string): Promise<StartCount[]>
  /** A `requestHandler` for the AWS SDK's `SFNClient`: it answers from this service, without a socket. */
  requestHandler(): RequestHandler
  /** Lets go of the store; a file is closed once the last object of it is closed or collected. */
  close(): void
  /** r" Creates an alias; the same request again answers the original one. */
  createStateMachineAlias(input: CreateStateMachineAliasInput): Promise<CreateStateMachineAliasOutput>
  /** r" Answers an alias. */
  describeStateMachineAlias(input: DescribeStateMachineAliasInput): Promise<DescribeStateMachineAliasOutput>
  /** r" Lists a state machine's aliases, or those that lead to a version. */
  listStateMachineAliases(input: ListStateMachineAliasesInput): Promise<ListStateMachineAliasesOutput>
  /** r" Changes an alias's description, routing, or both at once. */
  updateStateMachineAlias(input: UpdateStateMachineAliasInput): Promise<UpdateStateMachineAliasOutput>
  /** r" Deletes an alias; one that is not there is no error. */
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
 * Draws that a seed makes repeatable, on every platform and in every later version. Without a seed, the
 * operating system gives one.
 */
export declare class Router {
  /** A generator. */
  constructor(seed?: number | bigint)
  /** A draw of 0 to 99. */
  draw(): number
  /** 64 random bits. */
  nextU64(): bigint
  /** Draws, and gives the ARN of the version that the draw falls on. */
  route(routingConfiguration: RoutingConfigurationListItem[]): string
}

/** All problems of a request by itself at once, also those that AWS would only reveal one deploy at a time. */
export declare function check(operation: Operation | (string & {}), input?: object | string | Uint8Array): Problem[]

/** What CreateStateMachineAlias would do beside an alias, as DescribeStateMachineAlias answered it. */
export declare function compare(existing: DescribeStateMachineAliasOutput | string | Uint8Array | null | undefined, input: CreateStateMachineAliasInput | string | Uint8Array): Comparison

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

/** The version that a draw of 0 to 99 falls on: the first route while the draw is below its weight. */
export declare function pick(routingConfiguration: RoutingConfigurationListItem[], draw: number): string

/**
 * Throws what AWS would answer to a request by itself, without looking at what is stored. The input is an
 * object, or JSON as text or bytes.
 */
export declare function validate(operation: Operation | (string & {}), input?: object | string | Uint8Array): void
