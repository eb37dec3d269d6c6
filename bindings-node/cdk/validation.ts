import { Stack, type CfnResource } from 'aws-cdk-lib'
import type { IConstruct } from 'constructs'
import { mergeOptions } from './options'
import { checkStack, formatFinding } from './stack'

const validated = new WeakSet<IConstruct>()

/**
 * Makes synthesis fail if a resource has errors. Uses the options of the plugin or Aspect of the app, if any. Other
 * resources of the stack are left to the plugin or Aspect. Each stack is checked once.
 */
export function failOnErrors (resource: CfnResource): void {
  const stack = Stack.of(resource)
  if (!validated.has(stack)) stack.node.addValidation({ validate: () => findErrors(stack) })
  validated.add(stack).add(resource)
}

function findErrors (stack: Stack): string[] {
  return checkStack(stack, mergeOptions(stack))
    .filter(({ construct, finding }) => validated.has(construct) && finding.severity === 'error')
    .map(({ construct, finding }) => `${construct.node.path}: ${formatFinding(finding)}`)
}
