import type { Duration } from 'aws-cdk-lib'
import type { IAlarm } from 'aws-cdk-lib/aws-cloudwatch'
import type { CfnStateMachineAlias } from 'aws-cdk-lib/aws-stepfunctions'
import { checkTemplate } from '../index'
import { words } from './stack'
import type { IStateMachineVersion } from './version'

/** Where all traffic goes at once. */
export interface AllAtOnceOptions {
  /** The version that gets the traffic. */
  readonly version: IStateMachineVersion
}

/** How traffic is shifted step by step. */
export interface ShiftOptions extends AllAtOnceOptions {
  /** Percent of the traffic that each step shifts, 1 to 99. */
  readonly percentage: number
  /** Whole minutes between two steps, 1 to 2100; a linear deployment takes 2100 minutes at most. */
  readonly interval: Duration
  /**
   * Any of them in ALARM before or while traffic is split ends the deployment with all traffic back on the old
   * version. Nobody looks at them once all traffic is shifted.
   *
   * @default - none
   */
  readonly alarms?: IAlarm[]
}

/**
 * How CloudFormation moves the alias from the version that it routes to, to another one.
 *
 * An alias that is created routes to the version at once, whatever is asked for.
 */
export class DeploymentPreference {
  /** A part of the traffic first, the rest after the interval. */
  static canary (options: ShiftOptions): DeploymentPreference {
    return new DeploymentPreference('CANARY', options.version, options)
  }

  /** Another part of the traffic after each interval. */
  static linear (options: ShiftOptions): DeploymentPreference {
    return new DeploymentPreference('LINEAR', options.version, options)
  }

  /** All traffic at once. CloudFormation looks at no alarms then. */
  static allAtOnce (options: AllAtOnceOptions): DeploymentPreference {
    return new DeploymentPreference('ALL_AT_ONCE', options.version)
  }

  private constructor (
    /** `CANARY`, `LINEAR` or `ALL_AT_ONCE`. */
    readonly type: string,
    /** The version that gets the traffic. */
    readonly version: IStateMachineVersion,
    private readonly shift?: ShiftOptions
  ) {
    if (shift !== undefined) checkInterval(type, shift.interval)
  }

  /** Whether alarms can end the deployment. */
  get watchesAlarms (): boolean {
    return this.shift !== undefined
  }

  /** The alarms that were given with it. */
  get alarms (): IAlarm[] {
    return this.shift?.alarms ?? []
  }

  /** As the template says it. */
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
 * Throws on an interval that no deployment can have, in the words of `checkTemplate`: `Duration` would only say that
 * it cannot be converted, and only in the synthesis.
 */
function checkInterval (type: string, interval: Duration): void {
  if (interval.isUnresolved()) return
  const preference = { Type: type, StateMachineVersionArn: { Ref: 'Version' }, Percentage: 99, Interval: interval.toMinutes({ integral: false }) }
  const alias = { Type: 'AWS::StepFunctions::StateMachineAlias', Properties: { Name: 'PROD', DeploymentPreference: preference } }
  const { findings } = checkTemplate(JSON.stringify({ Resources: { Alias: alias } }))
  const wrong = findings.find(({ path }) => path.endsWith('/DeploymentPreference/Interval'))
  if (wrong !== undefined) throw new Error(words(wrong))
}
