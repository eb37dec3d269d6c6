//! Checks templates for Step Functions aliases before deployment.
//!
//! [`check_template`] reads CloudFormation templates (JSON, or YAML with short tags), SAM templates and Terraform
//! plans. It resolves the values that are known before deployment, and reports problems with aliases, versions,
//! policies and event sources. Values that are unknown before deployment cause no findings. [`rules()`] returns the
//! rules; RULES.md lists them.
//!
//! Steps of a check: read the file into a tree with positions, resolve values, run the rules in every scenario of the
//! conditions, create the report.

#![deny(clippy::arithmetic_side_effects)]

mod arns;
mod caches;
mod check;
mod describe;
mod embedded;
mod error;
mod findings;
mod foreach;
mod json_schemas;
mod operations;
mod options;
mod parameters;
mod previous;
mod read;
mod report;
mod resolve;
mod resources;
mod rule;
mod rules;
mod scenarios;
mod schema;
mod target;
mod terraform;
mod tree;
mod yaml;

pub use check::{check_template, check_template_json};
pub use error::TemplateError;
pub use json_schemas::JSON_SCHEMAS;
pub use options::{Acknowledgement, CheckOptions};
pub use parameters::parameter_names;
pub use read::{MAX_BYTES, MAX_DEPTH, MAX_VALUES};
pub use report::{CheckedCounts, Finding, Report, ReportCounts, format_github, format_junit, format_sarif};
pub use rule::{Rule, Severity, rules};
pub use yaml::YamlDocument;

/// Runs the code of the page as a test.
#[cfg(doctest)]
#[doc = include_str!("../../docs/check-before-a-deploy.md")]
struct Page;
