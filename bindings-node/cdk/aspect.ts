import { Annotations, Stack, type IAspect } from 'aws-cdk-lib'
import type { IConstruct } from 'constructs'
import type { TemplateOptions } from '../index'
import { cdkId } from './acknowledge'
import { checkStack, words, type Found } from './stack'

/**
 * Annotates what is wrong with aliases, versions and what starts them: errors keep `cdk deploy` from deploying.
 *
 * For apps whose aws-cdk-lib is older than 2.276; later ones take {@link SfnAliasPlugin}. Aspects do not enter
 * stages: add it to each `Stage` as well.
 *
 * A stack is looked at when CDK validates the tree, which is after all Aspects and escape hatches, and when
 * references between stacks are made.
 *
 * @example
 * Aspects.of(app).add(new SfnAliasChecks())
 */
export class SfnAliasChecks implements IAspect {
  constructor (readonly options?: TemplateOptions) {}

  /** Called by CDK. */
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

function annotate ({ construct, finding }: Found): void {
  const annotations = Annotations.of(construct)
  if (finding.severity === 'error') annotations.addError(words(finding))
  else if (finding.severity === 'warning') annotations.addWarningV2(cdkId(finding.rule), words(finding))
  else annotations.addInfo(words(finding))
}
