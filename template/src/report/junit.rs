//! Reports in the XML format of JUnit, which CI systems show as test results.

use super::{Finding, Report, ReportCounts, STDIN};
use crate::rule::Severity;
use std::fmt::Write as _;

/// Formats the reports of several files in the XML format of JUnit: one test suite per file, one test case per finding.
/// Findings with at least the severity `fail_on` are failures; `None` means that no finding is a failure. Acknowledged
/// findings are skipped test cases. Standard input has no file name.
///
/// ```
/// use sfn_alias_template::{CheckOptions, Severity, check_template, format_junit};
/// let report = check_template(b"Resources: {}", &CheckOptions::default())?;
/// let xml = format_junit(&[(Some("app.yaml"), &report)], Some(Severity::Error));
/// assert!(xml.contains(r#"<testsuite name="app.yaml" tests="1" failures="0" errors="0" skipped="1">"#));
/// # Ok::<(), sfn_alias_template::TemplateError>(())
/// ```
pub fn format_junit(reports: &[(Option<&str>, &Report)], fail_on: Option<Severity>) -> String {
    let mut xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"sfn-alias\">\n".to_owned();
    for (file, report) in reports {
        // Writing to a String cannot fail.
        let _ = write_suite(&mut xml, file.unwrap_or(STDIN), report, fail_on);
    }
    xml + "</testsuites>\n"
}

fn write_suite(xml: &mut String, file: &str, report: &Report, fail_on: Option<Severity>) -> std::fmt::Result {
    let is_failure = |finding: &&Finding| finding.acknowledged.is_none() && fails(finding.severity, fail_on);
    let counts = report.counts();
    let is_empty = counts == ReportCounts::default();
    let tests = report.findings.len().max(1);
    let failures = report.findings.iter().filter(is_failure).count();
    let skipped = counts.acknowledged.saturating_add(usize::from(is_empty));
    let name = escape(file);
    writeln!(
        xml,
        r#"  <testsuite name="{name}" tests="{tests}" failures="{failures}" errors="0" skipped="{skipped}">"#
    )?;
    let checked = [
        ("aliases", counts.checked.aliases),
        ("versions", counts.checked.versions),
        ("policies", counts.checked.policies),
    ];
    writeln!(xml, "    <properties>")?;
    for (what, count) in checked {
        writeln!(xml, r#"      <property name="{what}" value="{count}"/>"#)?;
    }
    writeln!(xml, "    </properties>")?;
    for finding in &report.findings {
        write_case(xml, file, finding, is_failure(&finding))?;
    }
    if report.findings.is_empty() {
        let (case, text) = (r#"<testcase name="aliases, versions and policies""#, escape(&counts.to_string()));
        let element = if is_empty { "skipped" } else { "system-out" };
        let content = if is_empty { format!(r#" message="{text}"/>"#) } else { format!(">{text}</system-out>") };
        writeln!(xml, r#"    {case} classname="{name}"><{element}{content}</testcase>"#)?;
    }
    writeln!(xml, "  </testsuite>")
}

fn write_case(xml: &mut String, file: &str, finding: &Finding, is_failure: bool) -> std::fmt::Result {
    let Finding { rule, name, logical_id, line, column, .. } = finding;
    let (file, case) = (escape(file), escape(&format!("{rule} {name}: {logical_id}")));
    write!(xml, r#"    <testcase name="{case}" classname="{file}" file="{file}" line="{line}">"#)?;
    let message = escape(&finding.format_message());
    let severity = finding.severity.as_str();
    match &finding.acknowledged {
        Some(reason) => write!(xml, r#"<skipped message="{}"/>"#, escape(&format!("acknowledged: {reason}")))?,
        None if is_failure => write!(
            xml,
            r#"<failure type="{severity}" message="{message}">{file}:{line}:{column}: {}
see: {}</failure>"#,
            escape(finding.description),
            escape(finding.url)
        )?,
        None => write!(xml, "<system-out>{severity}: {message}</system-out>")?,
    }
    writeln!(xml, "</testcase>")
}

/// Returns whether findings of this severity are failures. Severities are sorted, errors first.
fn fails(severity: Severity, fail_on: Option<Severity>) -> bool {
    fail_on.is_some_and(|fail_on| severity <= fail_on)
}

/// Escapes a text for XML 1.0, also in attributes. Characters that XML does not allow are replaced.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' => escaped.push_str("&#10;"),
            '\r' => escaped.push_str("&#13;"),
            '\t' => escaped.push_str("&#9;"),
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => escaped.push(char::REPLACEMENT_CHARACTER),
            _ => escaped.push(character),
        }
    }
    escaped
}
