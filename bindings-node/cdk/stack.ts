import { CfnElement, Stack } from 'aws-cdk-lib'
import type { IConstruct } from 'constructs'
import { checkTemplate, type TemplateFinding, type TemplateOptions } from '../index'
import { isAcknowledged } from './acknowledge'

/** A finding and its construct. */
export interface ConstructFinding {
  readonly construct: IConstruct
  readonly finding: TemplateFinding
}

/** Checks the template of a stack. Returns the findings that are not acknowledged. */
export function checkStack (stack: Stack, options?: TemplateOptions): ConstructFinding[] {
  const findings = withoutAcknowledged(checkTemplate(JSON.stringify(synthesize(stack)), options).findings)
  if (findings.length === 0) return []
  const constructs = constructsByLogicalId(stack)
  return findings
    .map(finding => ({ construct: constructs.get(finding.logicalId) ?? stack, finding }))
    .filter(({ construct, finding }) => !isAcknowledged(construct, finding))
}

/** Removes acknowledged findings. */
export const withoutAcknowledged = (findings: TemplateFinding[]): TemplateFinding[] =>
  findings.filter(({ acknowledged }) => acknowledged === undefined)

/** Returns the template. CDK has no public function for it that writes no files; its own constructs call this one. */
function synthesize (stack: Stack): object {
  return (stack as unknown as { _toCloudFormation (): object })._toCloudFormation()
}

/** Returns the constructs of the template elements by logical id. */
function constructsByLogicalId (stack: Stack): Map<string, IConstruct> {
  const own = stack.node.findAll().filter(node => CfnElement.isCfnElement(node) && Stack.of(node) === stack)
  return new Map(own.map(node => [stack.resolve((node as CfnElement).logicalId), node]))
}

/** Formats a finding: the problem, its condition, the fix. */
export const formatFinding = ({ rule, message, condition, fix }: TemplateFinding): string =>
  `${rule}: ${message.replace(/\.$/, '')}${condition === undefined ? '' : ` (when ${condition})`}. ${fix}`
