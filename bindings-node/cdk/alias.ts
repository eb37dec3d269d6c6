import { Lazy, Resource, Token, type IResource } from 'aws-cdk-lib'
import type { IAlarm } from 'aws-cdk-lib/aws-cloudwatch'
import type { Grant, IGrantable } from 'aws-cdk-lib/aws-iam'
import { CfnStateMachineAlias, StateMachine, type IStateMachine } from 'aws-cdk-lib/aws-stepfunctions'
import type { Construct } from 'constructs'
import { aliasName, machineArn } from './arn'
import type { DeploymentPreference } from './deployment'
import { guard } from './guard'
import { inStackOf } from './same-stack'
import type { IStateMachineVersion } from './version'

/** An alias of a state machine. */
export interface IStateMachineAlias extends IResource {
  /** The alias's ARN: what StartExecution takes as `stateMachineArn`. */
  readonly aliasArn: string
  /** The alias's name. */
  readonly aliasName: string
  /** The state machine that it is an alias of. */
  readonly stateMachine: IStateMachine
  /**
   * Lets a principal start executions through the alias. AWS authorizes that on the ARN of the state machine: a
   * statement on the alias's ARN gives AccessDenied.
   */
  grantStartExecution (grantee: IGrantable): Grant
  /** The same for StartSyncExecution, which express workflows answer. */
  grantStartSyncExecution (grantee: IGrantable): Grant
}

/** A version and its part of the traffic. */
export interface WeightedVersion {
  readonly version: IStateMachineVersion
  /** Percent of the starts, 0 to 100. */
  readonly weight: number
}

/** Properties of {@link StateMachineAlias}: either `versions` or `deploymentPreference`. */
export interface StateMachineAliasProps {
  /** 1 to 80 of letters, digits, `_`, `-`, `.`, not all digits. Another name is another alias. */
  readonly aliasName: string
  /**
   * What the alias is for, at most 256 characters.
   *
   * @default - none
   */
  readonly description?: string
  /** One or two versions whose weights add up to 100; an empty list is none. */
  readonly versions?: WeightedVersion[]
  /** How to move to another version. */
  readonly deploymentPreference?: DeploymentPreference
}

abstract class Base extends Resource implements IStateMachineAlias {
  abstract readonly aliasArn: string
  abstract readonly aliasName: string
  abstract readonly stateMachine: IStateMachine

  grantStartExecution (grantee: IGrantable): Grant {
    return this.stateMachine.grantStartExecution(grantee)
  }

  grantStartSyncExecution (grantee: IGrantable): Grant {
    return this.stateMachine.grantStartSyncExecution(grantee)
  }
}

/**
 * Routes starts to one or two versions of a state machine.
 *
 * The synthesis fails when it could not be deployed, or not work: with the rules and in the words of
 * `checkTemplate`. What a plugin or an Aspect in the app is told to disable or acknowledge is let through.
 */
export class StateMachineAlias extends Base {
  /** An alias that exists. */
  static fromStateMachineAliasArn (scope: Construct, id: string, aliasArn: string): IStateMachineAlias {
    const stateMachineArn = machineArn(aliasArn, 'alias')
    class Imported extends Base {
      readonly aliasArn = aliasArn
      readonly aliasName = aliasName(aliasArn)
      readonly stateMachine = StateMachine.fromStateMachineArn(this, 'StateMachine', stateMachineArn)
    }
    return new Imported(scope, id, { environmentFromArn: aliasArn })
  }

  readonly aliasArn: string
  readonly aliasName: string
  readonly stateMachine: IStateMachine
  private readonly deploymentPreference?: DeploymentPreference
  private readonly alarms: IAlarm[]

  constructor (scope: Construct, id: string, given: StateMachineAliasProps) {
    super(scope, id)
    const props = this.one(given)
    this.deploymentPreference = props.deploymentPreference
    this.alarms = [...props.deploymentPreference?.alarms ?? []]
    this.stateMachine = this.machineOf(props)
    const resource = this.resource(props)
    this.aliasArn = resource.attrArn
    this.aliasName = props.aliasName
    guard(resource)
  }

  /** Has more alarms watched while traffic is shifted. */
  addAlarms (...alarms: IAlarm[]): void {
    if (this.deploymentPreference?.watchesAlarms !== true) {
      throw new Error(`${this.node.path}: CloudFormation looks at alarms in a canary or linear deployment only: ` +
        'give the alias such a deploymentPreference')
    }
    this.alarms.push(...alarms)
  }

  /** No versions are none, as if there were no list. */
  private one ({ versions, ...props }: StateMachineAliasProps): StateMachineAliasProps {
    if (versions === undefined || versions.length === 0) return props
    if (props.deploymentPreference === undefined) return { ...props, versions }
    throw new Error(`${this.node.path}: \`versions\` and a \`deploymentPreference\` both say where starts go: give one of the two`)
  }

  private machineOf ({ versions = [], deploymentPreference }: StateMachineAliasProps): IStateMachine {
    const routed = [...versions.map(({ version }) => version), ...deploymentPreference ? [deploymentPreference.version] : []]
    const [first] = routed
    if (first === undefined) throw new Error(`${this.node.path}: give \`versions\` or a \`deploymentPreference\``)
    routed.filter(({ versionArn }) => Token.isUnresolved(versionArn))
      .forEach(version => inStackOf(version, this, 'an alias must be in the stack of its versions'))
    return first.stateMachine
  }

  private resource ({ aliasName: name, description, versions, deploymentPreference }: StateMachineAliasProps): CfnStateMachineAlias {
    return new CfnStateMachineAlias(this, 'Resource', {
      name,
      description,
      routingConfiguration: versions?.map(({ version, weight }) => ({ stateMachineVersionArn: version.versionArn, weight })),
      deploymentPreference: deploymentPreference && Lazy.any({ produce: () => deploymentPreference.render(this.alarms) })
    })
  }
}
