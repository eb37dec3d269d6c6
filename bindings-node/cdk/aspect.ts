import { Annotations, Stack, type IAspect } from 'aws-cdk-lib'
import type { IConstruct } from 'constructs'
import type { TemplateOptions } from '../index'
import { cdkId } from './acknowledge'
import { checkStack, formatFinding, type ConstructFinding } from './stack'

/**
 * Adds annotations for problems with aliases, versions and resources that start executions. Errors stop `cdk deploy`.
 *
 * For apps with aws-cdk-lib before 2.276; use {@link SfnAliasPlugin} with later releases. Aspects do not visit stages:
 * add this Aspect to each `Stage` as well.
 *
 * The check of a stack runs when CDK validates the tree. At that time all Aspects and escape hatches have been applied,
 * and references between stacks are resolved.
 *
 * @example
 * Aspects.of(app).add(new SfnAliasChecks())
 */
export class SfnAliasChecks implements IAspect {
  constructor (readonly options?: TemplateOptions) {}

  /** CDK calls this method. */
  visit (node: IConstruct): void {
    if (!Stack.isStack(node)) return
    node.node.addValidation({
      validate: () => {
        checkStack(node, this.options).forEach(annotate)
        return []
      }
    })
  }
}

function annotate ({ construct, finding }: ConstructFinding): void {
  const annotations = Annotations.of(construct)
  if (finding.severity === 'error') annotations.addError(formatFinding(finding))
  else if (finding.severity === 'warning') annotations.addWarningV2(cdkId(finding.rule), formatFinding(finding))
  else annotations.addInfo(formatFinding(finding))
}
