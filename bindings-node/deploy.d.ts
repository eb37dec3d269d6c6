import type { RoutingConfigurationListItem } from './index'

/** CloudFormation's `DeploymentPreference` as a template writes it; `CUSTOM` with `Steps` is our own. */
export interface DeploymentPreference {
  StateMachineVersionArn?: string
  Type: 'ALL_AT_ONCE' | 'CANARY' | 'LINEAR' | 'CUSTOM'
  /** Percent of the starts that a shift moves, 1 to 99. */
  Percentage?: number
  /** Minutes between two shifts, 1 to 2100. */
  Interval?: number
  /** Names of CloudWatch alarms that end the deployment. */
  Alarms?: string[]
  Steps?: { Percentage: number, Interval: number }[]
}

/** What a plan is made of. */
export interface PlanRequest {
  /** A preference, or its short form: `10/5m`, `linear 10/1m`, `5/1m,25/10m`, `all-at-once`. */
  preference: DeploymentPreference | string
  /** Where the alias leads now. */
  currentRouting: RoutingConfigurationListItem[]
  /** The version to deploy, where the preference does not say. */
  newVersion?: string
  /** Names of alarms, where the preference has none. */
  alarms?: string[]
}

/** What a deployment will do. */
export interface Plan {
  type: DeploymentPreference['Type']
  /** Whose steps these are. */
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
  /** Percent of the starts that the new version gets. */
  targetWeight: number
  then: { kind: 'wait', seconds: number, pollSeconds: number, alarms: string[] } | { kind: 'done' }
}

/** How a deployment ended. */
export type DeploymentOutcome =
  | { result: 'succeeded' }
  | { result: 'rolledBack', message: string, alarms: string[] }
  | { result: 'drifted', message: string, routing: RoutingConfigurationListItem[] }
  | { result: 'failed', code: string, message: string }

/** Something that happens in a simulation. */
export type SimulationEvent =
  | { event: 'alarm', atSeconds: number, name: string, state: 'OK' | 'ALARM' | 'INSUFFICIENT_DATA' | 'MISSING' }
  | { event: 'drift', atSeconds: number, routingConfiguration: RoutingConfigurationListItem[] }
  | { event: 'crash', atSeconds: number, restartAtSeconds: number }
  | { event: 'crashAtCall', call: number, applied: boolean, restartAfterSeconds: number }
  | { event: 'failure', atSeconds: number, call?: 'describeAlias' | 'describeAlarms' | 'updateAlias', times: number, code: string, message: string, applied?: boolean }

/** A call that a deployment makes; `input` is the SDK's. */
export type Call =
  | { action: 'describeAlias', input: { stateMachineAliasArn: string } }
  | { action: 'describeAlarms', input: { AlarmNames: string[], AlarmTypes: string[], MaxRecords: number } }
  | { action: 'updateAlias', input: { stateMachineAliasArn: string, description?: string, routingConfiguration: RoutingConfigurationListItem[] } }

/** The whole course of a deployment. */
export interface Simulation {
  entries: ({ entry: 'call' | 'wait' | 'event' | 'restart', atSeconds: number } & Record<string, unknown>)[]
  outcome: DeploymentOutcome
  endedAtSeconds: number
  routing: RoutingConfigurationListItem[]
  updates: number
  /** Where CloudFormation sets the alias next, rolling back the stack. */
  stackRollback?: RoutingConfigurationListItem[]
  /** Events that did not happen before it ended. */
  unusedEvents?: SimulationEvent[]
}

/** Starts on a version: the mean, the standard deviation, and a 95 % interval. */
export interface CountEstimate { expected: number, standardDeviation: number, low: number, high: number }

/** Starts in a step, or in all. */
export interface StepStarts { offsetSeconds: number, seconds: number, starts: number, target: CountEstimate, origin: CountEstimate }

/** How far a deployment is. */
export interface Progress {
  stepsDone: number
  steps: number
  targetWeight: number
  /** When the next step is due, in milliseconds since 1970. */
  dueMillis?: number
  /** One line that says it. */
  text: string
}

/** What will be done. */
export declare function plan (request: PlanRequest): Plan
/** The whole course when these events happen, without waiting. */
export declare function simulate (request: PlanRequest & { events?: SimulationEvent[] }): Simulation
/** How many starts each version sees while the deployment runs. */
export declare function expectedStarts (request: PlanRequest & { startsPerSecond: number }): { startsPerSecond: number, steps: StepStarts[], total: StepStarts }
/** A plan to look at. */
export declare function render (request: PlanRequest & { format?: 'table' | 'timeline' | 'ascii' | 'svg' }): string

/** There is no such deployment. Where CloudFormation's provider refuses it too, the text is the provider's; one that
 * goes on from a state file names the file before it. */
export declare class DeploymentError extends Error {
  code: string
  /** Everything that is wrong with the preference. */
  problems: { path: string, code: string, source: 'provider code' | 'provider schema' | 'own', message: string }[]
}

/** What a deployment is made of. */
export interface DeploymentOptions {
  /** An `SFNClient` of the AWS SDK, or `StepFunctions`. */
  client: object
  aliasArn: string
  preference: DeploymentPreference | string
  newVersion?: string
  alarms?: string[]
  /** The alias's new description, sent with every update, that of a rollback included; absent: it stays. */
  description?: string
  /** The file that the deployment is resumed from, only its owner's to read. It remembers how the deployment ended:
   * delete it to deploy the same anew. Another deployment takes the file of one that has ended. */
  state: string
  /** A `CloudWatchClient` of the AWS SDK. */
  cloudwatch?: object
  /** In its place: the states of these alarms by name, each `OK`, `ALARM` or `INSUFFICIENT_DATA`; one that is left
   * away is not in alarm. What it throws is a failure to read the alarms, with the code of an AWS error, `NetworkError` for an error of the system or of `fetch`
   * and what one has caused, or its `name`. As for CloudWatch's own, codes that may pass are retried; with another, a
   * deployment that has shifted is rolled back, and one that has not has failed. */
  alarmStates?: (names: string[]) => Record<string, string> | Promise<Record<string, string>>
  /** Milliseconds since 1970. */
  clock?: () => number
  sleep?: (millis: number) => Promise<void>
}

/** A deployment over a client. It may be killed at any point: with the same state file it goes on without a wrong
 * or repeated shift, and what it leaves behind is always a valid routing. One driver at a time: nothing here keeps a
 * second one from the state file. */
export declare class Deployment {
  constructor (options: DeploymentOptions)
  /** What it will do, or is doing. */
  plan (): Promise<Plan>
  /** Its whole course when these events happen, without touching the alias. */
  simulate (events?: SimulationEvent[]): Promise<Simulation>
  /** The calls that it would make if nothing happened to it. It reads the alias, and changes nothing. */
  dryRun (): Promise<Call[]>
  /** Goes to the end. `onProgress` is told at each call, and at least once a minute. One that has failed goes on. One
   * that has ended is not made again, whatever the alias leads to now: a rollback or a drift is answered as it was
   * until `state` is deleted, and one that has succeeded is `drifted` where the alias leads elsewhere. Where `state`
   * cannot be written, no shift is made any more; what was shifted is watched, and rolled back where alarms say so,
   * before the error is thrown. */
  run (onProgress?: (progress: Progress) => void): Promise<DeploymentOutcome>
}
