import { Stack, type CfnResource } from 'aws-cdk-lib'
import type { IConstruct } from 'constructs'
import { optionsOf } from './options'
import { checkStack, words } from './stack'

const guarded = new WeakSet<IConstruct>()

/**
 * Lets the synthesis fail on errors of a resource, with the options of the app's plugin or Aspect where it has one.
 * What else is in its stack is for these. A stack is checked once, however many of its resources are guarded.
 */
export function guard (resource: CfnResource): void {
  const stack = Stack.of(resource)
  if (!guarded.has(stack)) stack.node.addValidation({ validate: () => errors(stack) })
  guarded.add(stack).add(resource)
}

function errors (stack: Stack): string[] {
  return checkStack(stack, optionsOf(stack))
    .filter(({ construct, finding }) => guarded.has(construct) && finding.severity === 'error')
    .map(({ construct, finding }) => `${construct.node.path}: ${words(finding)}`)
}
