//! Findings and their counts.

use super::sarif::format_sarif;
use crate::rule::Severity;
use serde::Serialize;
use std::fmt::Write as _;

/// Something that is wrong in a template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// The rule's id, for example `SFA001`.
    pub rule: &'static str,
    /// The rule's name, for example `weights-sum`.
    pub name: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// The resource; in a Terraform plan its address.
    pub logical_id: String,
    /// The resource's type.
    pub resource_type: String,
    /// A JSON pointer into the file.
    pub path: String,
    /// From 1.
    pub line: u32,
    /// From 1, in characters.
    pub column: u32,
    /// What is wrong.
    pub message: String,
    /// Why it matters.
    pub description: &'static str,
    /// What to do.
    pub fix: String,
    /// AWS's documentation.
    pub url: &'static str,
    /// The conditions and parameters' defaults that it holds under; absent: it always holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
    /// Why it is accepted, where it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acknowledged: Option<String>,
}

/// All findings of a check, in the order of the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// The findings, acknowledged ones included.
    pub findings: Vec<Finding>,
    /// Errors that are not acknowledged.
    pub errors: usize,
    /// Warnings that are not acknowledged.
    pub warnings: usize,
    /// Notes that are not acknowledged.
    pub infos: usize,
    /// Findings that are acknowledged.
    pub acknowledged: usize,
}

impl Report {
    pub(crate) fn new(findings: Vec<Finding>) -> Self {
        let count_open = |severity| {
            findings.iter().filter(|finding| finding.acknowledged.is_none() && finding.severity == severity).count()
        };
        Self {
            errors: count_open(Severity::Error),
            warnings: count_open(Severity::Warning),
            infos: count_open(Severity::Info),
            acknowledged: findings.iter().filter(|finding| finding.acknowledged.is_some()).count(),
            findings,
        }
    }

    /// The report in JSON.
    pub fn to_json(&self) -> Vec<u8> {
        // Texts and numbers always have a JSON form.
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// The report for people: three lines a finding, and the counts.
    pub fn to_text(&self, file: &str) -> String {
        let mut text = String::new();
        for finding in &self.findings {
            // Writing to a String cannot fail.
            let _ = finding.write(file, &mut text);
        }
        let _ =
            write!(text, "{file}: {}, {}", format_count(self.errors, "error"), format_count(self.warnings, "warning"));
        if self.infos > 0 {
            let _ = write!(text, ", {}", format_count(self.infos, "note"));
        }
        if self.acknowledged > 0 {
            let _ = write!(text, ", {} acknowledged", self.acknowledged);
        }
        text.push('\n');
        text
    }

    /// The report in SARIF 2.1.0; [`format_sarif()`] takes those of several files.
    pub fn to_sarif(&self, file: &str) -> Vec<u8> {
        format_sarif(&[(Some(file), self)])
    }
}

fn format_count(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
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
}
