//! Findings, and reports in JSON and text.

mod counts;
mod github;
mod junit;
mod sarif;

use super::rule::Severity;
pub use counts::{CheckedCounts, ReportCounts};
pub use github::format_github;
pub use junit::format_junit;
pub use sarif::format_sarif;
use serde::Serialize;
use std::fmt::Write as _;

/// A problem in a template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// The id of the rule, for example `SFA001`.
    pub rule: &'static str,
    /// The name of the rule, for example `weights-sum`.
    pub name: &'static str,
    /// The severity.
    pub severity: Severity,
    /// The logical id of the resource; in a Terraform plan its address.
    pub logical_id: String,
    /// The type of the resource.
    pub resource_type: String,
    /// A JSON pointer into the file.
    pub path: String,
    /// Line, from 1.
    pub line: u32,
    /// Column, from 1, in characters.
    pub column: u32,
    /// The problem.
    pub message: String,
    /// The consequences of the problem.
    pub description: &'static str,
    /// How to fix it.
    pub fix: String,
    /// The AWS documentation.
    pub url: &'static str,
    /// The conditions and parameter defaults under which the problem occurs. Absent if it always occurs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
    /// Why the finding is accepted, if it is acknowledged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acknowledged: Option<String>,
}

/// The findings of a check, sorted by position.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// All findings, including acknowledged ones.
    pub findings: Vec<Finding>,
    /// Number of errors that are not acknowledged.
    pub errors: usize,
    /// Number of warnings that are not acknowledged.
    pub warnings: usize,
    /// Number of notes that are not acknowledged.
    pub infos: usize,
    /// Number of acknowledged findings.
    pub acknowledged: usize,
    /// What the file contains that the rules check.
    pub checked: CheckedCounts,
}

impl Report {
    pub(crate) fn new(findings: Vec<Finding>, checked: CheckedCounts) -> Self {
        let count_open = |severity| {
            findings.iter().filter(|finding| finding.acknowledged.is_none() && finding.severity == severity).count()
        };
        Self {
            errors: count_open(Severity::Error),
            warnings: count_open(Severity::Warning),
            infos: count_open(Severity::Info),
            acknowledged: findings.iter().filter(|finding| finding.acknowledged.is_some()).count(),
            checked,
            findings,
        }
    }

    /// Returns the counts of the report.
    pub const fn counts(&self) -> ReportCounts {
        let Self { errors, warnings, infos, acknowledged, checked, .. } = self;
        ReportCounts {
            errors: *errors,
            warnings: *warnings,
            infos: *infos,
            acknowledged: *acknowledged,
            checked: *checked,
        }
    }

    /// Formats the report as JSON.
    pub fn to_json(&self) -> Vec<u8> {
        // Texts and numbers always have a JSON form.
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// Formats the report as text: several lines per finding, then the counts.
    pub fn to_text(&self, file: &str) -> String {
        let mut text = String::new();
        for finding in &self.findings {
            // Writing to a String cannot fail.
            let _ = finding.write(file, &mut text);
        }
        let _ = writeln!(text, "{file}: {}", self.counts());
        text
    }

    /// Formats the report as SARIF 2.1.0. For several files use [`format_sarif()`].
    pub fn to_sarif(&self, file: &str) -> Vec<u8> {
        format_sarif(&[(Some(file), self)])
    }
}

impl Finding {
    fn write(&self, file: &str, out: &mut String) -> std::fmt::Result {
        let Self { rule, name, logical_id, message, line, column, .. } = self;
        let severity = self.severity.as_str();
        writeln!(out, "{file}:{line}:{column}: {severity} {rule} {name}: {logical_id}: {message}")?;
        if let Some(condition) = &self.condition {
            writeln!(out, "    when: {condition}")?;
        }
        match &self.acknowledged {
            Some(reason) => writeln!(out, "    acknowledged: {reason}"),
            None => {
                writeln!(out, "    note: {}\n    help: {}\n    see: {}", self.description, self.fix, self.url)
            }
        }
    }

    /// Formats the message, its condition and the fix in one line.
    fn format_message(&self) -> String {
        let message = self.message.trim_end_matches('.');
        match &self.condition {
            Some(condition) => format!("{message} (when {condition}). {}", self.fix),
            None => format!("{message}. {}", self.fix),
        }
    }
}

/// The name of standard input in reports of several files.
const STDIN: &str = "<stdin>";
