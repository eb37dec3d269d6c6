//! Checks of templates before a deploy: what AWS would refuse, and what would not work.
//!
//! [`check_template`] reads CloudFormation (JSON, or YAML with short tags), SAM and Terraform plans,
//! resolves what can be known before a deploy and tells what is wrong with the aliases, versions,
//! policies and starts in it. What cannot be known is never guessed: it gives no finding. The
//! rules are listed by [`rules()`] and in RULES.md.
//!
//! A file walks one way: [`read`](self) -> tree with places -> resolver -> rules in every scenario of
//! its conditions -> report.

#![deny(clippy::arithmetic_side_effects)]

mod check;
mod embedded;
mod error;
mod findings;
mod options;
mod parameters;
mod read;
mod report;
mod resolve;
mod resources;
mod rule;
mod rules;
mod scenario_cache;
mod scenarios;
mod target;
mod terraform;
mod tree;

pub use check::{check_template, check_template_json};
pub use error::TemplateError;
pub use options::{Acknowledgement, CheckOptions};
pub use parameters::parameter_names;
pub use read::{MAX_BYTES, MAX_DEPTH, MAX_VALUES};
pub use report::{Finding, Report, format_sarif};
pub use rule::{Rule, Severity, rules};

/// Runs the code of README.md in the tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
