import { CfnElement, Stack } from 'aws-cdk-lib'
import type { IConstruct } from 'constructs'
import { checkTemplate, type TemplateFinding, type TemplateOptions } from '../index'
import { isAcknowledged } from './acknowledge'

/** A finding, and the construct that it is about. */
export interface Found {
  readonly construct: IConstruct
  readonly finding: TemplateFinding
}

/** What is found in a stack's template as it will be deployed, but for what was acknowledged. */
export function checkStack (stack: Stack, options?: TemplateOptions): Found[] {
  const findings = open(checkTemplate(JSON.stringify(template(stack)), options).findings)
  if (findings.length === 0) return []
  const constructs = elements(stack)
  return findings
    .map(finding => ({ construct: constructs.get(finding.logicalId) ?? stack, finding }))
    .filter(({ construct, finding }) => !isAcknowledged(construct, finding))
}

/** Findings that nobody has acknowledged. */
export const open = (findings: TemplateFinding[]): TemplateFinding[] =>
  findings.filter(({ acknowledged }) => acknowledged === undefined)

/** The template, for which CDK has no public function that leaves files alone; its own constructs call this one. */
function template (stack: Stack): object {
  return (stack as unknown as { _toCloudFormation (): object })._toCloudFormation()
}

/** The constructs of the template's elements by logical id. */
function elements (stack: Stack): Map<string, IConstruct> {
  const own = stack.node.findAll().filter(node => CfnElement.isCfnElement(node) && Stack.of(node) === stack)
  return new Map(own.map(node => [stack.resolve((node as CfnElement).logicalId), node]))
}

/** A finding in two sentences: what is wrong, and when, and what to do. */
export const words = ({ rule, message, condition, fix }: TemplateFinding): string =>
  `${rule}: ${message.replace(/\.$/, '')}${condition === undefined ? '' : ` (when ${condition})`}. ${fix}`
