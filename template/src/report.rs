//! Findings, and reports in JSON, text and SARIF 2.1.0, which code hosts display as annotations.

use super::rule::{Rule, Severity, rules};
use serde::Serialize;
use serde_json::{Value, json};
use std::fmt::Write as _;

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

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
        let _ =
            write!(text, "{file}: {}, {}", format_count(self.errors, "error"), format_count(self.warnings, "warning"));
        if self.infos > 0 {
            let _ = write!(text, ", {}", format_count(self.infos, "info finding"));
        }
        if self.acknowledged > 0 {
            let _ = write!(text, ", {} acknowledged", self.acknowledged);
        }
        text.push('\n');
        text
    }

    /// Formats the report as SARIF 2.1.0. For several files use [`format_sarif()`].
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

/// Formats the reports of several files as one SARIF 2.1.0 log. It has one run, because code hosts reject several runs
/// of one tool. Standard input has no file name.
///
/// ```
/// use sfn_alias_template::{CheckOptions, check_template, format_sarif};
/// let report = check_template(b"Resources: {}", &CheckOptions::default())?;
/// let log = format_sarif(&[(Some("template.yaml"), &report), (None, &report)]);
/// assert!(log.starts_with(b"{"));
/// # Ok::<(), sfn_alias_template::TemplateError>(())
/// ```
pub fn format_sarif(reports: &[(Option<&str>, &Report)]) -> Vec<u8> {
    let results = |(file, report): &(Option<&str>, &Report)| {
        let artifact = artifact_location(*file);
        report.findings.iter().map(|finding| describe_finding(finding, &artifact)).collect::<Vec<_>>()
    };
    let driver = json!({
        "name": "sfn-alias",
        "version": env!("CARGO_PKG_VERSION"),
        "informationUri": env!("CARGO_PKG_REPOSITORY"),
        "rules": rules().iter().map(describe_rule).collect::<Vec<_>>(),
    });
    let mut run = json!({
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": reports.iter().flat_map(results).collect::<Vec<_>>(),
    });
    if let (true, Some(members)) = (reports.iter().any(|(file, _)| file.is_none()), run.as_object_mut()) {
        members.insert("artifacts".to_owned(), json!([{"description": {"text": "standard input"}}]));
    }
    json!({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}).to_string().into_bytes()
}

/// Returns the URI of a file. Standard input has none and refers to the first artifact of the run.
fn artifact_location(file: Option<&str>) -> Value {
    file.map_or_else(|| json!({"index": 0}), |file| json!({"uri": format_uri(file)}))
}

const fn sarif_level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

fn describe_rule(rule: &Rule) -> Value {
    json!({
        "id": rule.id,
        "name": rule.name,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.description},
        "help": {"text": rule.fix},
        "helpUri": rule.url,
        "defaultConfiguration": {"level": sarif_level(rule.severity)},
    })
}

fn describe_finding(finding: &Finding, artifact: &Value) -> Value {
    let physical_location = json!({
        "artifactLocation": artifact,
        "region": {"startLine": finding.line, "startColumn": finding.column},
    });
    let mut result = json!({
        "ruleId": finding.rule,
        "ruleIndex": rules().iter().position(|rule| rule.id == finding.rule),
        "level": sarif_level(finding.severity),
        "message": {"text": format_message(finding)},
        "locations": [{
            "physicalLocation": physical_location,
            "logicalLocations": [{"name": finding.logical_id, "fullyQualifiedName": finding.path, "kind": "resource"}],
        }],
    });
    if let (Some(reason), Some(members)) = (&finding.acknowledged, result.as_object_mut()) {
        members.insert("suppressions".to_owned(), json!([{"kind": "external", "justification": reason}]));
    }
    result
}

fn format_message(finding: &Finding) -> String {
    let Finding { message, fix, .. } = finding;
    let message = message.trim_end_matches('.');
    match &finding.condition {
        Some(condition) => format!("{message} (when {condition}). {fix}"),
        None => format!("{message}. {fix}"),
    }
}

/// Formats a file name as a relative URI reference, with percent encoding.
fn format_uri(file: &str) -> String {
    let mut uri = String::with_capacity(file.len());
    for byte in file.replace('\\', "/").bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => uri.push(char::from(byte)),
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}
