/**
 * State machine aliases in CDK apps: checked before they are deployed, and constructs for them.
 *
 * Every rule is the core's: what is here shows it templates as CDK synthesizes them.
 */
export { acknowledge } from './acknowledge'
export { SfnAliasChecks } from './aspect'
export { DeploymentPreference, type AllAtOnceOptions, type ShiftOptions } from './deployment'
export { SfnAliasPlugin, type PluginContext, type PluginReport, type PluginResource, type PluginViolation } from './plugin'
export { StateMachineAlias, type IStateMachineAlias, type StateMachineAliasProps, type WeightedVersion } from './alias'
export { StateMachineVersion, type IStateMachineVersion, type StateMachineVersionProps } from './version'
