import { Lazy, Resource, Token, type IResource } from 'aws-cdk-lib'
import type { IAlarm } from 'aws-cdk-lib/aws-cloudwatch'
import type { Grant, IGrantable } from 'aws-cdk-lib/aws-iam'
import { CfnStateMachineAlias, StateMachine, type IStateMachine } from 'aws-cdk-lib/aws-stepfunctions'
import type { Construct } from 'constructs'
import { aliasName, machineArn } from './arn'
import type { DeploymentPreference } from './deployment'
import { failOnErrors } from './validation'
import { requireSameStack } from './same-stack'
import type { IStateMachineVersion } from './version'

/** An alias of a state machine. */
export interface IStateMachineAlias extends IResource {
  /** The ARN of the alias. Use it as `stateMachineArn` of StartExecution. */
  readonly aliasArn: string
  /** The name of the alias. */
  readonly aliasName: string
  /** The state machine of the alias. */
  readonly stateMachine: IStateMachine
  /**
   * Allows a principal to start executions through the alias. The statement contains the ARN of the state machine,
   * because AWS denies access if it contains the ARN of the alias.
   */
  grantStartExecution (grantee: IGrantable): Grant
  /** Allows StartSyncExecution, for express workflows. */
  grantStartSyncExecution (grantee: IGrantable): Grant
}

/** A version and its share of the traffic. */
export interface WeightedVersion {
  readonly version: IStateMachineVersion
  /** Percentage of executions, 0 to 100. */
  readonly weight: number
}

/** Properties of {@link StateMachineAlias}: either `versions` or `deploymentPreference`. */
export interface StateMachineAliasProps {
  /** 1 to 80 letters, digits, `_`, `-` and `.`, not only digits. If the name changes, CloudFormation replaces the alias. */
  readonly aliasName: string
  /**
   * A description of up to 256 characters.
   *
   * @default - none
   */
  readonly description?: string
  /** One or two versions whose weights add up to 100. An empty list counts as missing. */
  readonly versions?: WeightedVersion[]
  /** How CloudFormation shifts traffic to another version. */
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
 * An alias that routes executions to one or two versions of a state machine.
 *
 * Synthesis fails if `checkTemplate` reports errors for the alias. Rules that a plugin or an Aspect of the app disables
 * or acknowledges are not reported.
 */
export class StateMachineAlias extends Base {
  /** Imports an existing alias. */
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

  constructor (scope: Construct, id: string, originalProps: StateMachineAliasProps) {
    super(scope, id)
    const props = this.normalizeProps(originalProps)
    this.deploymentPreference = props.deploymentPreference
    this.alarms = [...props.deploymentPreference?.alarms ?? []]
    this.stateMachine = this.findStateMachine(props)
    const resource = this.createResource(props)
    this.aliasArn = resource.attrArn
    this.aliasName = props.aliasName
    failOnErrors(resource)
  }

  /** Adds alarms that CloudFormation checks while it shifts traffic. */
  addAlarms (...alarms: IAlarm[]): void {
    if (this.deploymentPreference?.watchesAlarms !== true) {
      throw new Error(`${this.node.path}: CloudFormation checks alarms only in canary and linear deployments; ` +
        'add a deploymentPreference of one of these types to the alias')
    }
    this.alarms.push(...alarms)
  }

  /** Treats an empty list of versions as missing. */
  private normalizeProps ({ versions, ...props }: StateMachineAliasProps): StateMachineAliasProps {
    if (versions === undefined || versions.length === 0) return props
    if (props.deploymentPreference === undefined) return { ...props, versions }
    throw new Error(`${this.node.path}: \`versions\` and \`deploymentPreference\` cannot be combined; remove one of them`)
  }

  private findStateMachine ({ versions = [], deploymentPreference }: StateMachineAliasProps): IStateMachine {
    const routed = [...versions.map(({ version }) => version), ...deploymentPreference ? [deploymentPreference.version] : []]
    const [first] = routed
    if (first === undefined) throw new Error(`${this.node.path}: expected \`versions\` or \`deploymentPreference\`, found neither; add one of them`)
    routed.filter(({ versionArn }) => Token.isUnresolved(versionArn))
      .forEach(version => requireSameStack(version, this, 'an alias must be in the stack of its versions'))
    return first.stateMachine
  }

  private createResource ({ aliasName: name, description, versions, deploymentPreference }: StateMachineAliasProps): CfnStateMachineAlias {
    return new CfnStateMachineAlias(this, 'Resource', {
      name,
      description,
      routingConfiguration: versions?.map(({ version, weight }) => ({ stateMachineVersionArn: version.versionArn, weight })),
      deploymentPreference: deploymentPreference && Lazy.any({ produce: () => deploymentPreference.render(this.alarms) })
    })
  }
}
