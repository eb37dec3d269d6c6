import { CfnResource } from 'aws-cdk-lib'
import type { IConstruct } from 'constructs'
import type { TemplateFinding } from '../index'

/** The metadata that `Validations.of(..).acknowledge(..)` writes, in CDK 2.276 and later. */
const ACKNOWLEDGED = 'aws:cdk:acknowledged-rules'

/** Returns the rule id for CDK's own acknowledgements: `sfn-alias::SFA001`. */
export const cdkId = (rule: string): string => `sfn-alias::${rule}`

/**
 * Acknowledges a rule, by id or name, for all resources in a construct.
 *
 * The acknowledgement becomes metadata of the resources in the template. It applies to every check of the template:
 * the plugin, the Aspect, the `sfn-alias` program and cfn-lint.
 */
export function acknowledge (construct: IConstruct, rule: string, reason: string): void {
  for (const node of construct.node.findAll()) {
    if (!CfnResource.isCfnResource(node)) continue
    const before: { acknowledge?: object[] } = node.getMetadata('sfn-alias') ?? {}
    node.addMetadata('sfn-alias', { ...before, acknowledge: [...before.acknowledge ?? [], { rule, reason }] })
  }
}

/** Returns whether `Validations.of(..).acknowledge(..)` was called for the construct or a parent of it. */
export function isAcknowledged (construct: IConstruct, finding: TemplateFinding): boolean {
  return construct.node.scopes.some(scope =>
    scope.node.metadata.some(({ type, data }) => type === ACKNOWLEDGED && cdkId(finding.rule) in data))
}
