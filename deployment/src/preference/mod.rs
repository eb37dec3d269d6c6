//! What is asked for: CloudFormation's `DeploymentPreference`, our extension of it, its short form, and
//! everything that is wrong with one.

mod refusal;
mod short;
mod whole;
mod wire;

pub use refusal::{Basis, Refusal, refusals};
pub use wire::{CustomStep, DeploymentPreference, Kind, LONGEST_MINUTES};
