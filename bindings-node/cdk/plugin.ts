import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { NestedStack, Stack } from 'aws-cdk-lib'
import type { IConstruct } from 'constructs'
import { checkTemplate, templateRules, type TemplateFinding, type TemplateOptions } from '../index'
import { open } from './stack'

/** What CDK hands to a plugin; `stackTemplates` since 2.276. */
export interface PluginContext {
  readonly templatePaths: string[]
  readonly stackTemplates?: Array<{ readonly stackConstructPath: string, readonly templatePath: string }>
  readonly appConstruct?: IConstruct
}

/** Where a violation is. */
export interface PluginResource {
  readonly resourceLogicalId: string
  readonly templatePath: string
  readonly locations: string[]
}

/** A finding as CDK reports it. */
export interface PluginViolation {
  readonly ruleName: string
  readonly description: string
  readonly severity: string
  readonly fix: string
  readonly ruleMetadata: { readonly [key: string]: string }
  readonly violatingResources: PluginResource[]
}

/** What a plugin answers. */
export interface PluginReport {
  readonly success: boolean
  readonly violations: PluginViolation[]
}

/**
 * A policy validation plugin: CDK shows what is wrong with aliases, versions and what starts them when it
 * synthesizes, with the path of each construct. Errors fail the synthesis.
 *
 * Rules are acknowledged by `Validations.of(construct).acknowledge({ id: 'sfn-alias::SFA001', reason })`.
 *
 * @example
 * Validations.of(app).addPlugins(new SfnAliasPlugin())
 */
export class SfnAliasPlugin {
  readonly name = 'sfn-alias'
  readonly version: string = require('../package.json').version
  readonly ruleIds: string[] = templateRules().map(({ id }) => id)

  constructor (readonly options?: TemplateOptions) {}

  /** Called by CDK. */
  validate (context: PluginContext): PluginReport {
    const violations = templates(context).flatMap(path => this.violations(path))
    return { success: violations.every(({ severity }) => severity !== 'error'), violations }
  }

  private violations (templatePath: string): PluginViolation[] {
    const { findings } = checkTemplate(readFileSync(templatePath), this.options)
    return open(findings).map(finding => violation(finding, templatePath))
  }
}

/** The files of the stacks, each followed by those of the stacks nested in it, which CDK does not hand over. */
function templates ({ templatePaths, stackTemplates, appConstruct }: PluginContext): string[] {
  if (stackTemplates === undefined || appConstruct === undefined) return templatePaths
  const nested = appConstruct.node.findAll().filter(node => NestedStack.isNestedStack(node)) as NestedStack[]
  return stackTemplates.flatMap(({ stackConstructPath, templatePath }) => [
    templatePath,
    ...nested.filter(stack => top(stack).node.path === stackConstructPath)
      .map(stack => join(dirname(templatePath), stack.templateFile))
  ])
}

/** The stack that is deployed with a nested one. */
function top (stack: Stack): Stack {
  return stack.nestedStackParent === undefined ? stack : top(stack.nestedStackParent)
}

function violation (finding: TemplateFinding, templatePath: string): PluginViolation {
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

/** The place in the resource, as CDK writes it: `Properties.RoutingConfiguration`. */
function locations ({ path }: TemplateFinding): string[] {
  const [, , , ...members] = path.split('/').map(member => member.replace(/~1/g, '/').replace(/~0/g, '~'))
  return members.length === 0 ? [] : [members.join('.')]
}
