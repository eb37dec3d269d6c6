//! Templates, checked before they are deployed: a file in, JSON out.

use crate::arguments::{Output, bytes};
use crate::error::{Failure, Report};
use crate::guard::guard;
use crate::result::SfnAlias;
use crate::text::OwnedText;
use sfn_alias_template::{TemplateError, check_template_json, rules};
use std::ffi::c_char;

/// What is wrong with the aliases, the versions and what starts them in a CloudFormation or SAM template, in
/// JSON or YAML, or in a Terraform plan, in JSON. The report is JSON with `findings`, an array of objects with
/// `rule`, `name`, `severity` (`error`, `warning`, `info`), `logicalId`, `resourceType`, `path`, `line`,
/// `column`, `message`, `description`, `fix`, `url` and, where there are, `condition` and `acknowledged`, and with the
/// counts `errors`, `warnings`, `infos` and `acknowledged`.
///
/// `options` is a JSON object that may have `parameters`, `disable`, `acknowledge`, `file` and `previous`, and
/// may be NULL: none. A file that cannot be checked, and options that make no sense, are
/// `SFN_ALIAS_INVALID_ARGUMENT`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sfn_alias_check_template(
    template: *const c_char,
    template_length: usize,
    options: *const c_char,
    options_length: usize,
    report: *mut *mut OwnedText,
    error: *mut *mut Report,
) -> SfnAlias {
    let work = || unsafe {
        let template = bytes(template, template_length, "template")?;
        let options = if options.is_null() { b"" } else { bytes(options, options_length, "options")? };
        let output = Output::new(report, "report")?;
        let found = check_template_json(template, options)?;
        output.give(OwnedText::new(found));
        Ok(())
    };
    unsafe { guard(error, work) }
}

impl From<TemplateError> for Failure {
    fn from(fault: TemplateError) -> Self {
        match fault {
            TemplateError::Internal { detail: fault } => Self::Panic(fault),
            other => Self::Argument(other.to_string()),
        }
    }
}

/// The rules that templates are checked by: a JSON array of objects with `id`, `name`, `severity`, `title`,
/// `description`, `fix` and `url`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sfn_alias_template_rules(list: *mut *mut OwnedText, error: *mut *mut Report) -> SfnAlias {
    let work = || unsafe {
        let output = Output::new(list, "list")?;
        output.give(OwnedText::json(&rules()));
        Ok(())
    };
    unsafe { guard(error, work) }
}
