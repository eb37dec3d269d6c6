//! CloudFormation's `DeploymentPreference`, its `CUSTOM` extension, its shorthand form, and its validation.

mod parse;
mod preference_json;
mod problem;

pub use preference_json::{CustomStep, DeploymentPreference, DeploymentType, MAX_DURATION_MINUTES};
pub use problem::{PreferenceProblem, RuleSource};
