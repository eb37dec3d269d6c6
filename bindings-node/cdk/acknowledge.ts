import { CfnResource } from 'aws-cdk-lib'
import type { IConstruct } from 'constructs'
import type { TemplateFinding } from '../index'

/** Where CDK keeps what `Validations.of(..).acknowledge(..)` was told, in 2.276 and later. */
const ACKNOWLEDGED = 'aws:cdk:acknowledged-rules'

/** The name under which a rule is acknowledged to CDK itself: `sfn-alias::SFA001`. */
export const cdkId = (rule: string): string => `sfn-alias::${rule}`

/**
 * Acknowledges a rule, by its id or its name, for the resources in a construct.
 *
 * It is written into the template, as metadata of each resource, and so holds wherever the template is checked:
 * by the plugin, the Aspect, the `sfn-alias` program and cfn-lint.
 */
export function acknowledge (construct: IConstruct, rule: string, reason: string): void {
  for (const node of construct.node.findAll()) {
    if (!CfnResource.isCfnResource(node)) continue
    const before: { acknowledge?: object[] } = node.getMetadata('sfn-alias') ?? {}
    node.addMetadata('sfn-alias', { ...before, acknowledge: [...before.acknowledge ?? [], { rule, reason }] })
  }
}

/** Whether `Validations.of(..).acknowledge(..)` was told so of the construct, or of one that it is in. */
export function isAcknowledged (construct: IConstruct, finding: TemplateFinding): boolean {
  return construct.node.scopes.some(scope =>
    scope.node.metadata.some(({ type, data }) => type === ACKNOWLEDGED && cdkId(finding.rule) in data))
}
