import { Token, type Duration } from 'aws-cdk-lib'
import type { IAlarm } from 'aws-cdk-lib/aws-cloudwatch'
import type { CfnStateMachineAlias } from 'aws-cdk-lib/aws-stepfunctions'
import { checkTemplate } from '../index'
import { formatFinding } from './stack'
import type { IStateMachineVersion } from './version'

/** Options of a deployment that shifts all traffic at once. */
export interface AllAtOnceOptions {
  /** The version to shift the traffic to. */
  readonly version: IStateMachineVersion
}

/** Options of a deployment that shifts traffic in steps. */
export interface ShiftOptions extends AllAtOnceOptions {
  /** Percentage of the traffic per step, 1 to 99. */
  readonly percentage: number
  /** Whole minutes between two steps, 1 to 2100. A linear deployment takes up to 2100 minutes in total. */
  readonly interval: Duration
  /**
   * If one of these alarms is in ALARM state before or while traffic is split, the deployment ends and all traffic
   * returns to the old version. The alarms are not checked after all traffic is shifted.
   *
   * @default - none
   */
  readonly alarms?: IAlarm[]
}

/**
 * How CloudFormation shifts the traffic of an alias from its current version to another one.
 *
 * A new alias always routes all traffic to its version at once.
 */
export class DeploymentPreference {
  /** Shifts `percentage` of the traffic first, and the rest after the interval. */
  static canary (options: ShiftOptions): DeploymentPreference {
    return new DeploymentPreference('CANARY', options.version, options)
  }

  /** Shifts `percentage` of the traffic after each interval. */
  static linear (options: ShiftOptions): DeploymentPreference {
    return new DeploymentPreference('LINEAR', options.version, options)
  }

  /** Shifts all traffic at once. CloudFormation does not check alarms in this case. */
  static allAtOnce (options: AllAtOnceOptions): DeploymentPreference {
    return new DeploymentPreference('ALL_AT_ONCE', options.version)
  }

  private constructor (
    /** `CANARY`, `LINEAR` or `ALL_AT_ONCE`. */
    readonly type: string,
    /** The version to shift the traffic to. */
    readonly version: IStateMachineVersion,
    private readonly shift?: ShiftOptions
  ) {
    if (shift !== undefined) checkShift(type, shift)
  }

  /** Returns whether CloudFormation checks alarms. */
  get watchesAlarms (): boolean {
    return this.shift !== undefined
  }

  /** The alarms of the options. */
  get alarms (): IAlarm[] {
    return this.shift?.alarms ?? []
  }

  /** Returns the property for the template. */
  render (alarms: IAlarm[]): CfnStateMachineAlias.DeploymentPreferenceProperty {
    return {
      type: this.type,
      stateMachineVersionArn: this.version.versionArn,
      percentage: this.shift?.percentage,
      interval: this.shift?.interval.toMinutes(),
      alarms: alarms.length === 0 ? undefined : alarms.map(({ alarmName }) => alarmName)
    }
  }
}

/**
 * Throws the error of `checkTemplate` for an invalid percentage, interval or duration, which would otherwise occur only
 * during synthesis. Unresolved values are replaced by valid ones.
 */
function checkShift (type: string, { percentage, interval }: ShiftOptions): void {
  const preference = {
    Type: type,
    StateMachineVersionArn: { Ref: 'Version' },
    Percentage: Token.isUnresolved(percentage) ? 99 : percentage,
    Interval: interval.isUnresolved() ? 1 : interval.toMinutes({ integral: false })
  }
  const alias = { Type: 'AWS::StepFunctions::StateMachineAlias', Properties: { Name: 'PROD', DeploymentPreference: preference } }
  const { findings } = checkTemplate(JSON.stringify({ Resources: { Alias: alias } }))
  const findAt = (member: string) => findings.find(({ path }) => path.endsWith(`/DeploymentPreference${member}`))
  const invalid = findAt('/Percentage') ?? findAt('/Interval') ?? findAt('')
  if (invalid !== undefined) throw new Error(formatFinding(invalid))
}
