//! The body of the fuzz target `template`, which the tests also use.

use sfn_alias_template::{CheckOptions, Report, TemplateError, check_template};

/// Checks any bytes. The result is a report with valid positions, or an error with a position.
pub fn check_bytes(data: &[u8]) -> Result<Report, TemplateError> {
    let checked = check_template(data, &CheckOptions::default());
    match &checked {
        Ok(report) => {
            let lines = data.iter().filter(|byte| **byte == b'\n').count() + 1;
            for finding in &report.findings {
                assert!((1..=lines).contains(&(finding.line as usize)), "line {} of {lines}", finding.line);
                assert!(finding.column >= 1 && finding.path.starts_with('/'), "{finding:?}");
                assert!(!finding.message.is_empty() && !finding.fix.is_empty(), "{finding:?}");
            }
            let again = check_template(data, &CheckOptions::default()).map(|again| again.to_json());
            assert_eq!(again, Ok(report.to_json()), "two checks of the same file differ");
        }
        Err(error) => {
            assert!(!matches!(error, TemplateError::Internal { .. }), "{error}");
            assert!(has_position(error), "{error}");
        }
    }
    checked
}

/// Returns whether an error contains a line, a byte offset or a part of the template.
fn has_position(error: &TemplateError) -> bool {
    let text = error.to_string();
    let prefixes = ["line ", "the file ", "expected a CloudFormation template ", "Conditions: ", "Resources/"];
    prefixes.iter().any(|prefix| text.starts_with(prefix))
}
