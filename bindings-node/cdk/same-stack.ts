import { Stack } from 'aws-cdk-lib'
import type { IConstruct } from 'constructs'

/**
 * Throws an error if two constructs are in different stacks. CloudFormation would export the value, and cannot change
 * an export that another stack uses: the second deployment would fail.
 */
export function requireSameStack (leader: IConstruct, follower: IConstruct, rule: string): void {
  if (Stack.of(leader) === Stack.of(follower)) return
  throw new Error(`${follower.node.path}: ${rule}: CloudFormation cannot change a value that another stack uses. ` +
    `Create it in ${Stack.of(leader).node.path}`)
}
