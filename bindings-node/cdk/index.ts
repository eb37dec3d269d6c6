/**
 * Constructs for state machine aliases in CDK apps, and checks before deployment.
 *
 * The rules are those of `checkTemplate`, applied to the synthesized templates.
 */
export { acknowledge } from './acknowledge'
export { SfnAliasChecks } from './aspect'
export { DeploymentPreference, type AllAtOnceOptions, type ShiftOptions } from './deployment'
export { SfnAliasPlugin, type PluginContext, type PluginReport, type PluginResource, type PluginViolation } from './plugin'
export { StateMachineAlias, type IStateMachineAlias, type StateMachineAliasProps, type WeightedVersion } from './alias'
export { StateMachineVersion, type IStateMachineVersion, type StateMachineVersionProps } from './version'
