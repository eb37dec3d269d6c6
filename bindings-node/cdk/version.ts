import { RemovalPolicy, Resource, type IResource } from 'aws-cdk-lib'
import { CfnStateMachineVersion, StateMachine, type IStateMachine } from 'aws-cdk-lib/aws-stepfunctions'
import type { Construct } from 'constructs'
import { machineArn } from './arn'
import { guard } from './guard'
import { inStackOf } from './same-stack'

/** A version of a state machine. */
export interface IStateMachineVersion extends IResource {
  /** The version's ARN. */
  readonly versionArn: string
  /** The state machine that it is a version of. */
  readonly stateMachine: IStateMachine
}

/** Properties of {@link StateMachineVersion}. */
export interface StateMachineVersionProps {
  /** The state machine. One version resource publishes all its revisions: a second one for it would fail. */
  readonly stateMachine: IStateMachine
  /**
   * Text of at most 256 characters. CloudFormation replaces the version when it changes, which AWS refuses unless
   * the state machine changes as well: leave it as it is, or change both.
   *
   * @default - none
   */
  readonly description?: string
  /**
   * The revision to publish. Each time that it changes, CloudFormation publishes a version.
   *
   * @default - the revision that a `StateMachine` of this app is at; of an imported one, what it is at when the
   * version is created, and no later one
   */
  readonly revisionId?: string
  /**
   * What becomes of a version that a later one replaces, and of the last one when it leaves the stack.
   *
   * @default RemovalPolicy.RETAIN - an alias still routes to the old version while it is replaced, and running
   * executions and rollbacks need it; AWS keeps up to 1000 versions of a state machine
   */
  readonly removalPolicy?: RemovalPolicy
}

/**
 * Publishes a version of a state machine, and another one each time that a deployment changes it.
 *
 * The logical id stays. CloudFormation replaces the version when the state machine's `StateMachineRevisionId`
 * changes, which AWS decides: a change of definition, role, logging or tracing publishes, one of tags does not.
 */
export class StateMachineVersion extends Resource implements IStateMachineVersion {
  /** A version that exists, for example the one before, to route to beside a new one. */
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
    guard(resource)
    this.versionArn = resource.attrArn
    this.stateMachine = stateMachine
  }

  private revisionOf (stateMachine: IStateMachine): string | undefined {
    const { stateMachineRevisionId } = stateMachine as Partial<StateMachine>
    if (stateMachineRevisionId !== undefined) inStackOf(stateMachine, this, 'a version must be in the stack of its state machine')
    return stateMachineRevisionId
  }
}
