//! Reports in SARIF 2.1.0, which code hosts display as annotations.

use super::{Finding, Report, ReportCounts, STDIN};
use crate::rule::{Rule, Severity, rules};
use serde_json::{Value, json};

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

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
        "invocations": [{"executionSuccessful": true, "toolExecutionNotifications": list_notifications(reports)}],
        "properties": {"checked": ReportCounts::sum(reports.iter().map(|(_, report)| *report)).checked},
        "results": reports.iter().flat_map(results).collect::<Vec<_>>(),
    });
    if let (true, Some(members)) = (reports.iter().any(|(file, _)| file.is_none()), run.as_object_mut()) {
        members.insert("artifacts".to_owned(), json!([{"description": {"text": "standard input"}}]));
    }
    json!({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}).to_string().into_bytes()
}

/// Creates a note per file that states what was checked. A file without anything to check has no results either.
fn list_notifications(reports: &[(Option<&str>, &Report)]) -> Vec<Value> {
    let note = |(file, report): &(Option<&str>, &Report)| {
        json!({
            "level": "note",
            "message": {"text": format!("{}: {}", file.unwrap_or(STDIN), report.counts())},
            "locations": [{"physicalLocation": {"artifactLocation": artifact_location(*file)}}],
            "properties": {"checked": report.checked},
        })
    };
    reports.iter().map(note).collect()
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
        "message": {"text": finding.format_message()},
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
