//! What is asked for: CloudFormation's `DeploymentPreference`, our extension of it, its short form, and
//! everything that is wrong with one.

mod problem;
mod shorthand;
mod whole;
mod wire;

pub use problem::{PreferenceProblem, Provenance};
pub use wire::{CustomStep, DeploymentPreference, DeploymentType, MAX_MINUTES};
