//! Template checks, with JSON output.

use crate::arguments::bytes;
use crate::error::{ErrorObject, FfiError};
use crate::guard::guard_object;
use crate::result::ResultCode;
use crate::text::OwnedText;
use sfn_alias_template::{TemplateError, check_template_json};
use std::ffi::c_char;

/// Checks a CloudFormation or SAM template (JSON or YAML), or a Terraform plan (JSON), for problems with aliases,
/// versions, policies and event sources.
///
/// The report is JSON with `findings`, an array of objects with `rule`, `name`, `severity` (`error`, `warning`,
/// `info`), `logicalId`, `resourceType`, `path`, `line`, `column`, `message`, `description`, `fix`, `url` and
/// optionally `condition` and `acknowledged`. `errors`, `warnings`, `infos` and `acknowledged` are counts.
/// `checked` has the numbers of `aliases`, `versions` and `policies` in the template.
///
/// `options` is a JSON object with the optional members `parameters`, `disable`, `acknowledge`, `file` and `previous`.
/// NULL means no options. If the file cannot be checked or the options are not valid, the result is
/// `SFN_ALIAS_INVALID_ARGUMENT`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sfn_alias_check_template(
    template: *const c_char,
    template_length: usize,
    options: *const c_char,
    options_length: usize,
    report: *mut *mut OwnedText,
    error: *mut *mut ErrorObject,
) -> ResultCode {
    let work = || unsafe {
        let template = bytes(template, template_length, "template")?;
        let options = if options.is_null() { b"" } else { bytes(options, options_length, "options")? };
        Ok(check_template_json(template, options)?)
    };
    unsafe { guard_object(error, report, "report", work) }
}

impl From<TemplateError> for FfiError {
    fn from(error: TemplateError) -> Self {
        match error {
            TemplateError::Internal { detail } => Self::Panic(detail),
            other => Self::InvalidArgument(other.to_string()),
        }
    }
}

/// Returns the rules as a JSON array of objects with `id`, `name`, `severity`, `title`, `description`, `fix` and `url`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sfn_alias_template_rules(
    rules: *mut *mut OwnedText,
    error: *mut *mut ErrorObject,
) -> ResultCode {
    unsafe { guard_object(error, rules, "rules", || Ok(OwnedText::from_json(&sfn_alias_template::rules()))) }
}
