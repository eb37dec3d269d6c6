import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { NestedStack, Stack } from 'aws-cdk-lib'
import type { IConstruct } from 'constructs'
import { checkTemplate, templateRules, type TemplateFinding, type TemplateOptions } from '../index'
import { withoutAcknowledged } from './stack'

/** The argument of `validate`; CDK sets `stackTemplates` since 2.276. */
export interface PluginContext {
  readonly templatePaths: string[]
  readonly stackTemplates?: Array<{ readonly stackConstructPath: string, readonly templatePath: string }>
  readonly appConstruct?: IConstruct
}

/** The location of a violation. */
export interface PluginResource {
  readonly resourceLogicalId: string
  readonly templatePath: string
  readonly locations: string[]
}

/** A finding in the format of CDK. */
export interface PluginViolation {
  readonly ruleName: string
  readonly description: string
  readonly severity: string
  readonly fix: string
  readonly ruleMetadata: { readonly [key: string]: string }
  readonly violatingResources: PluginResource[]
}

/** The result of a plugin. */
export interface PluginReport {
  readonly success: boolean
  readonly violations: PluginViolation[]
}

/**
 * A policy validation plugin. During synthesis CDK reports problems with aliases, versions and resources that start
 * executions, with the path of each construct. Errors make the synthesis fail.
 *
 * Acknowledge a rule with `Validations.of(construct).acknowledge({ id: 'sfn-alias::SFA001', reason })`.
 *
 * @example
 * Validations.of(app).addPlugins(new SfnAliasPlugin())
 */
export class SfnAliasPlugin {
  readonly name = 'sfn-alias'
  readonly version: string = require('../package.json').version
  readonly ruleIds: string[] = templateRules().map(({ id }) => id)

  constructor (readonly options?: TemplateOptions) {}

  /** CDK calls this method. */
  validate (context: PluginContext): PluginReport {
    const violations = templatePathsOf(context).flatMap(path => this.check(path))
    return { success: violations.every(({ severity }) => severity !== 'error'), violations }
  }

  private check (templatePath: string): PluginViolation[] {
    const { findings } = checkTemplate(readFileSync(templatePath), this.options)
    return withoutAcknowledged(findings).map(finding => toViolation(finding, templatePath))
  }
}

/** Returns the template files of all stacks, including nested stacks, which CDK does not pass to plugins. */
function templatePathsOf ({ templatePaths, stackTemplates, appConstruct }: PluginContext): string[] {
  if (stackTemplates === undefined || appConstruct === undefined) return templatePaths
  const nested = appConstruct.node.findAll().filter(node => NestedStack.isNestedStack(node)) as NestedStack[]
  return stackTemplates.flatMap(({ stackConstructPath, templatePath }) => [
    templatePath,
    ...nested.filter(stack => topLevelStack(stack).node.path === stackConstructPath)
      .map(stack => join(dirname(templatePath), stack.templateFile))
  ])
}

/** Returns the top-level stack of a nested stack. */
function topLevelStack (stack: Stack): Stack {
  return stack.nestedStackParent === undefined ? stack : topLevelStack(stack.nestedStackParent)
}

function toViolation (finding: TemplateFinding, templatePath: string): PluginViolation {
  const { rule, name, message, severity, fix, description, url, condition } = finding
  return {
    ruleName: rule,
    description: message,
    severity,
    fix,
    ruleMetadata: { name, description, url, ...condition === undefined ? {} : { condition } },
    violatingResources: [{ resourceLogicalId: finding.logicalId, templatePath, locations: locations(finding) }]
  }
}

/** Returns the location in the resource in the format of CDK: `Properties.RoutingConfiguration`. */
function locations ({ path }: TemplateFinding): string[] {
  const [, , , ...members] = path.split('/').map(member => member.replace(/~1/g, '/').replace(/~0/g, '~'))
  return members.length === 0 ? [] : [members.join('.')]
}
