//! Reports as workflow commands of GitHub Actions, which become annotations of a pull request.

use super::{Finding, Report, STDIN};
use crate::rule::Severity;
use std::fmt::Write as _;

/// Formats the reports of several files as workflow commands of GitHub Actions: one line per finding that is not
/// acknowledged, then the counts of each file. Standard input has no file name.
///
/// ```
/// use sfn_alias_template::{CheckOptions, check_template, format_github};
/// let report = check_template(b"Resources: {}", &CheckOptions::default())?;
/// let text = format_github(&[(Some("app.yaml"), &report)]);
/// assert_eq!(text, "app.yaml: nothing to check: 0 aliases, 0 versions, 0 policies\n");
/// # Ok::<(), sfn_alias_template::TemplateError>(())
/// ```
pub fn format_github(reports: &[(Option<&str>, &Report)]) -> String {
    let mut text = String::new();
    for (file, report) in reports {
        let open = report.findings.iter().filter(|finding| finding.acknowledged.is_none());
        // Writing to a String cannot fail.
        open.for_each(|finding| {
            let _ = writeln!(text, "{}", format_command(*file, finding));
        });
        // A line that starts with `::` would be a command.
        let _ = writeln!(text, "{}: {}", file.unwrap_or(STDIN).trim_start_matches(':'), report.counts());
    }
    text
}

fn format_command(file: Option<&str>, finding: &Finding) -> String {
    let Finding { rule, name, logical_id, line, column, .. } = finding;
    let command = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "notice",
    };
    let file = file.map(|file| format!("file={},", escape_property(file))).unwrap_or_default();
    let title = escape_property(&format!("{rule} {name}"));
    let message = escape_data(&format!("{logical_id}: {}", finding.format_message()));
    format!("::{command} {file}line={line},col={column},title={title}::{message}")
}

fn escape_data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn escape_property(text: &str) -> String {
    escape_data(text).replace(':', "%3A").replace(',', "%2C")
}
