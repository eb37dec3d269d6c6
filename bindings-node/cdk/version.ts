import { RemovalPolicy, Resource, type IResource } from 'aws-cdk-lib'
import { CfnStateMachineVersion, StateMachine, type IStateMachine } from 'aws-cdk-lib/aws-stepfunctions'
import type { Construct } from 'constructs'
import { machineArn } from './arn'
import { failOnErrors } from './validation'
import { requireSameStack } from './same-stack'

/** A version of a state machine. */
export interface IStateMachineVersion extends IResource {
  /** The ARN of the version. */
  readonly versionArn: string
  /** The state machine of the version. */
  readonly stateMachine: IStateMachine
}

/** Properties of {@link StateMachineVersion}. */
export interface StateMachineVersionProps {
  /** The state machine. Use one version resource per state machine: it publishes every revision, and a second one would fail. */
  readonly stateMachine: IStateMachine
  /**
   * A description of up to 256 characters. If it changes, CloudFormation replaces the version. AWS rejects that unless
   * the state machine changes as well: keep the description, or change both.
   *
   * @default - none
   */
  readonly description?: string
  /**
   * The revision to publish. CloudFormation publishes a version each time it changes.
   *
   * @default - the current revision of a `StateMachine` in this app. For an imported state machine: the revision at
   * creation of the version; later revisions are not published
   */
  readonly revisionId?: string
  /**
   * What happens to a version when a later one replaces it, and to the last version when it is removed from the stack.
   *
   * @default RemovalPolicy.RETAIN - an alias still routes to the old version during the replacement, and running
   * executions and rollbacks need it. AWS stores up to 1000 versions per state machine
   */
  readonly removalPolicy?: RemovalPolicy
}

/**
 * A version of a state machine. Each deployment that changes the state machine publishes a new version.
 *
 * The logical id stays the same. CloudFormation replaces the version when `StateMachineRevisionId` of the state machine
 * changes. AWS changes it with the definition, role, logging or tracing, but not with tags.
 */
export class StateMachineVersion extends Resource implements IStateMachineVersion {
  /** Imports an existing version, for example the previous one, to route traffic to it and to a new version. */
  static fromStateMachineVersionArn (scope: Construct, id: string, versionArn: string): IStateMachineVersion {
    const stateMachineArn = machineArn(versionArn, 'version')
    class Imported extends Resource implements IStateMachineVersion {
      readonly versionArn = versionArn
      readonly stateMachine = StateMachine.fromStateMachineArn(this, 'StateMachine', stateMachineArn)
    }
    return new Imported(scope, id, { environmentFromArn: versionArn })
  }

  readonly versionArn: string
  readonly stateMachine: IStateMachine

  constructor (scope: Construct, id: string, props: StateMachineVersionProps) {
    super(scope, id)
    const { stateMachine, description, removalPolicy = RemovalPolicy.RETAIN } = props
    const resource = new CfnStateMachineVersion(this, 'Resource', {
      stateMachineArn: stateMachine.stateMachineArn,
      stateMachineRevisionId: props.revisionId ?? this.revisionOf(stateMachine),
      description
    })
    resource.applyRemovalPolicy(removalPolicy)
    failOnErrors(resource)
    this.versionArn = resource.attrArn
    this.stateMachine = stateMachine
  }

  private revisionOf (stateMachine: IStateMachine): string | undefined {
    const { stateMachineRevisionId } = stateMachine as Partial<StateMachine>
    if (stateMachineRevisionId !== undefined) requireSameStack(stateMachine, this, 'a version must be in the stack of its state machine')
    return stateMachineRevisionId
  }
}
