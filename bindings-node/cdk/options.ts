import { Aspects, Stage, type Stack } from 'aws-cdk-lib'
import type { IConstruct } from 'constructs'
import type { TemplateOptions } from '../index'
import { SfnAliasChecks } from './aspect'
import { SfnAliasPlugin } from './plugin'

/** Merges the options of all plugins and Aspects that apply to a stack. */
export function mergeOptions (stack: Stack): TemplateOptions {
  const all = stack.node.scopes.flatMap(scope => [...plugins(scope), ...Aspects.of(scope).all])
    .flatMap(check => check instanceof SfnAliasPlugin || check instanceof SfnAliasChecks ? [check.options ?? {}] : [])
  return {
    ...Object.assign({}, ...all),
    parameters: Object.assign({}, ...all.map(({ parameters }) => parameters)),
    disable: all.flatMap(({ disable = [] }) => disable),
    acknowledge: all.flatMap(({ acknowledge = [] }) => acknowledge)
  }
}

/** Returns the plugins of an app or a stage. CDK has no public function for it since 2.276, and another one before. */
function plugins (scope: IConstruct): unknown[] {
  if (!Stage.isStage(scope)) return []
  return (scope as unknown as { _validationPlugins?: unknown[] })._validationPlugins ?? scope.policyValidationBeta1
}
