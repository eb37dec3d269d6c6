//! What the fuzz target `template` does with its input, and the tests with inputs of their own.

use sfn_alias_template::{CheckOptions, Report, TemplateError, check_template};

/// Any bytes are a report whose findings have places in the file, or an error that says where or what.
pub fn template(data: &[u8]) -> Result<Report, TemplateError> {
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
            assert_eq!(again, Ok(report.to_json()), "a check of the same file is the same");
        }
        Err(error) => {
            assert!(!matches!(error, TemplateError::Internal { .. }), "{error}");
            assert!(is_placed(error), "{error}");
        }
    }
    checked
}

/// Whether an error names a line, a byte, or the part of the template that is at fault.
fn is_placed(error: &TemplateError) -> bool {
    let text = error.to_string();
    let beginnings = ["line ", "the file ", "neither a CloudFormation template ", "Conditions: ", "Resources/"];
    beginnings.iter().any(|beginning| text.starts_with(beginning))
}
