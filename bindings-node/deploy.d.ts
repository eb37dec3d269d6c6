import type { RoutingConfigurationListItem } from './index'

/** CloudFormation's `DeploymentPreference`, as in a template. The type `CUSTOM` with `Steps` is an extension. */
export interface DeploymentPreference {
  StateMachineVersionArn?: string
  Type: 'ALL_AT_ONCE' | 'CANARY' | 'LINEAR' | 'CUSTOM'
  /** Percentage of the traffic that each step shifts, 1 to 99. */
  Percentage?: number
  /** Minutes between two steps, 1 to 2100. */
  Interval?: number
  /** Names of CloudWatch alarms that roll the deployment back. */
  Alarms?: string[]
  Steps?: { Percentage: number, Interval: number }[]
}

/** The input of `plan`, `simulate`, `expectedStarts` and `render`. */
export interface PlanRequest {
  /** A preference, or its shorthand: `10/5m`, `linear 10/1m`, `5/1m,25/10m`, `all-at-once`. */
  preference: DeploymentPreference | string
  /** The current routing of the alias. */
  currentRouting: RoutingConfigurationListItem[]
  /** The version to deploy, if the preference does not specify one. */
  newVersion?: string
  /** Names of alarms, if the preference does not specify any. */
  alarms?: string[]
}

/** The planned steps of a deployment. */
export interface Plan {
  type: DeploymentPreference['Type']
  /** `CloudFormation` for its deployment types, `sfn-alias` for `CUSTOM`. */
  source: 'CloudFormation' | 'sfn-alias'
  origin: string
  target: string
  before: RoutingConfigurationListItem[]
  steps: Step[]
  durationSeconds: number
  notes: { code: string, message: string }[]
}

/** One update of the alias. */
export interface Step {
  /** Seconds after the first update. */
  offsetSeconds: number
  routing: RoutingConfigurationListItem[]
  /** Percentage of the traffic that the new version receives. */
  targetWeight: number
  then: { kind: 'wait', seconds: number, pollSeconds: number, alarms: string[] } | { kind: 'done' }
}

/** How a deployment ended. */
export type DeploymentOutcome =
  | { result: 'succeeded' }
  | { result: 'rolledBack', message: string, alarms: string[] }
  | { result: 'drifted', message: string, routing: RoutingConfigurationListItem[] }
  | { result: 'failed', code: string, message: string }

/** An event of a simulation. */
export type SimulationEvent =
  | { event: 'alarm', atSeconds: number, name: string, state: 'OK' | 'ALARM' | 'INSUFFICIENT_DATA' | 'MISSING' }
  | { event: 'drift', atSeconds: number, routingConfiguration: RoutingConfigurationListItem[] }
  | { event: 'crash', atSeconds: number, restartAtSeconds: number }
  | { event: 'crashAtCall', call: number, applied: boolean, restartAfterSeconds: number }
  | { event: 'failure', atSeconds: number, call?: 'describeAlias' | 'describeAlarms' | 'updateAlias', times: number, code: string, message: string, status?: number, applied?: boolean }

/** Executions that are started through the alias during a simulation. */
export interface Traffic {
  /** Executions per minute, 1 to 1000000. */
  startsPerMinute: number
  /** The rules that decide how the executions end, for example `{ outcomes: [{ version: 2, status: 'FAILED' }] }`. */
  outcomes: object
  /** Seed of the random numbers. Default: 0. */
  seed?: number
  /** All alarms are in state ALARM after a minute in which this many executions of the new version or more failed or timed
   * out. Default: 1. */
  alarmThreshold?: number
}

/** The executions of a version in a simulation. */
export interface VersionStarts {
  stateMachineVersionArn: string
  starts: number
  /** How many executions have each status when the simulation ends. */
  statuses: Record<string, number>
}

/** A call that a deployment makes. `input` is that of the SDK command. */
export type Call =
  | { action: 'describeAlias', input: { stateMachineAliasArn: string } }
  | { action: 'describeAlarms', input: { AlarmNames: string[], AlarmTypes: string[], MaxRecords: number } }
  | { action: 'updateAlias', input: { stateMachineAliasArn: string, description?: string, routingConfiguration: RoutingConfigurationListItem[] } }

/** The result of a simulation. */
export interface Simulation {
  entries: ({ entry: 'call' | 'wait' | 'event' | 'restart', atSeconds: number } & Record<string, unknown>)[]
  outcome: DeploymentOutcome
  endedAtSeconds: number
  routing: RoutingConfigurationListItem[]
  updates: number
  /** The executions of each version, if the simulation has traffic. */
  starts?: VersionStarts[]
  /** The routing that CloudFormation sets next, when it rolls back the stack. */
  stackRollback?: RoutingConfigurationListItem[]
  /** Events that had not occurred when the deployment ended. */
  unusedEvents?: SimulationEvent[]
}

/** The expected number of starts: mean, standard deviation and 95 % interval. */
export interface CountEstimate { expected: number, standardDeviation: number, low: number, high: number }

/** The expected starts during one step or during the whole deployment. */
export interface StepStarts { offsetSeconds: number, seconds: number, starts: number, target: CountEstimate, origin: CountEstimate }

/** The progress of a deployment. */
export interface Progress {
  stepsDone: number
  steps: number
  targetWeight: number
  /** The time of the next step, in milliseconds since 1970. */
  dueMillis?: number
  /** The progress as one line of text. */
  text: string
}

/** Plans a deployment. */
export declare function plan (request: PlanRequest): Plan
/** Simulates a deployment with these events on a virtual clock. */
export declare function simulate (request: PlanRequest & { events?: SimulationEvent[], traffic?: Traffic }): Simulation
/** Returns the expected number of starts of each version during the deployment. */
export declare function expectedStarts (request: PlanRequest & { startsPerSecond: number }): { startsPerSecond: number, steps: StepStarts[], total: StepStarts }
/** Renders a plan as text or SVG. */
export declare function render (request: PlanRequest & { format?: 'table' | 'timeline' | 'ascii' | 'svg' }): string

/** Thrown for an invalid deployment. The message is CloudFormation's if CloudFormation rejects it too. If the problem is
 * in a state file, the message starts with the file name. */
export declare class DeploymentError extends Error {
  code: string
  /** All problems of the preference. */
  problems: { path: string, code: string, source: 'provider code' | 'provider schema' | 'own', message: string }[]
}

/** Options of `rollback` and `abort`. */
export interface RollbackOptions {
  /** An `SFNClient` of the AWS SDK, or a `StepFunctions`. */
  client: object
  aliasArn: string
  /** Description to set. Default: unchanged. */
  description?: string
  /** Whether to make only the calls that change nothing. */
  dryRun?: boolean
  /** Waits. Default: `setTimeout`. */
  sleep?: (millis: number) => Promise<void>
}

/** What a rollback did, or would do in a dry run. */
export interface RollbackReport {
  stateMachineAliasArn: string
  previousRouting: RoutingConfigurationListItem[]
  routing: RoutingConfigurationListItem[]
  changed: boolean
  dryRun: boolean
}

/** Routes all traffic of an alias to the version before the deployment of the state file `state`, or to the version `to`. A
 * routing that someone else has set since the deployment is changed only with `to`. The state file records the rollback. */
export declare function rollback (options: RollbackOptions & { to?: string, state?: string }): Promise<RollbackReport>
/** Ends the deployment of the state file: routes all traffic to the version before it now. If another process runs the
 * deployment, waits until that process has read the new routing and ended, up to 75 seconds. */
export declare function abort (options: RollbackOptions & { state: string }): Promise<RollbackReport>

/** Options of `prune`. */
export interface PruneOptions {
  /** An `SFNClient` of the AWS SDK, or a `StepFunctions`. */
  client: object
  stateMachineArn: string
  /** How many of the newest versions are kept. */
  keep: number
  /** State files of deployments. The versions that they have replaced or deploy are kept. */
  states?: string[]
  /** Whether to make only the calls that change nothing. */
  dryRun?: boolean
  onProgress?: (event: OperationEvent) => void
  /** Waits. Default: `setTimeout`. */
  sleep?: (millis: number) => Promise<void>
}

/** Progress of `prune`. */
export type OperationEvent =
  | { event: 'deleted', stateMachineVersionArn: string, done: number, total: number }
  | { event: 'retry', operation: string, code: string, message: string }

/** A version that is kept, and why. */
export interface KeptVersion {
  stateMachineVersionArn: string
  reason: { kind: 'newest' } | { kind: 'routed', aliases: string[] } | { kind: 'deployment', alias: string } | { kind: 'refused', message: string }
}

/** The versions to delete, those that were deleted (none in a dry run), and those that are kept. */
export interface PruneReport { delete: string[], deleted: string[], kept: KeptVersion[] }

/** Deletes old versions. Keeps the newest ones, and those that an alias or a recorded deployment uses. */
export declare function prune (options: PruneOptions): Promise<PruneReport>

/** Options of a deployment. */
export interface DeploymentOptions {
  /** An `SFNClient` of the AWS SDK, or a `StepFunctions`. */
  client: object
  aliasArn: string
  preference: DeploymentPreference | string
  newVersion?: string
  alarms?: string[]
  /** Description to set with every update, including a rollback. Default: unchanged. */
  description?: string
  /** Whether to create the alias if it does not exist, with all traffic on the version. */
  createAlias?: boolean
  /** Path of the state file, from which an interrupted deployment resumes. Only its owner can read it. It also stores the
   * outcome: delete it to run the same deployment again. Another deployment replaces the file of a finished one. The lock
   * file has the suffix `.lock`. */
  state: string
  /** A `CloudWatchClient` of the AWS SDK. */
  cloudwatch?: object
  /** Alternative to `cloudwatch`: returns the states of alarms by name, each `OK`, `ALARM` or `INSUFFICIENT_DATA`. An
   * omitted alarm is not in alarm. If it throws, the alarms cannot be read. The code is that of an AWS error,
   * `NetworkError` for errors of the system or of `fetch` (also as a cause), or else the error's `name`. Transient codes
   * are retried, as with CloudWatch. With another code, the deployment rolls back if it has shifted traffic, and fails
   * otherwise. */
  alarmStates?: (names: string[]) => Record<string, string> | Promise<Record<string, string>>
  /** Whether `run` reports the progress to the web console of the client's endpoint, if it is one of `sfn-alias serve`. Without
   * effect on the deployment, which neither waits for the console nor fails because of it. Default: true. */
  report?: boolean
  /** Returns the current time in milliseconds since 1970. Default: `Date.now`. */
  clock?: () => number
  /** Waits. Default: `setTimeout`. */
  sleep?: (millis: number) => Promise<void>
}

/** A gradual deployment of a version to an alias. The process can be killed at any point: the routing stays valid, and a
 * deployment with the same state file resumes without a wrong or repeated shift. `run` locks the state file: a second
 * `run` with the same file rejects with an error with the code `EAGAIN`. */
export declare class Deployment {
  constructor (options: DeploymentOptions)
  /** Returns the plan. If the deployment was interrupted, it is the plan in the state file. */
  plan (): Promise<Plan>
  /** Simulates the deployment with these events. The alias is read, but not changed. */
  simulate (events?: SimulationEvent[], options?: { traffic?: Traffic }): Promise<Simulation>
  /** Returns the calls of a deployment without incidents. The alias is read, but not changed. */
  dryRun (): Promise<Call[]>
  /** Runs the deployment until it ends. `onProgress` is called for each call and at least once per minute.
   *
   * A failed deployment resumes. After a rollback or a drift, `run` returns the same outcome until `state` is deleted.
   * After a success, `run` returns `succeeded`, or `drifted` if the alias routes elsewhere by now. If `state` cannot be
   * written, no further traffic is shifted: alarms are still checked and a rollback is still made, then the error is
   * thrown. */
  run (onProgress?: (progress: Progress) => void): Promise<DeploymentOutcome>
}
