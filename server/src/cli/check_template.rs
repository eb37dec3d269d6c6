//! `sfn-alias check-template`

use super::args::{CheckTemplateArgs, FailOn, ReportFormat};
use super::exit::{CliError, CommandResult, OK, REJECTED, USAGE_ERROR};
use super::{input, output};
use serde_json::json;
use sfn_alias_template::{
    Acknowledgement, CheckOptions, MAX_BYTES, Report, TemplateError, check_template, format_sarif, parameter_names,
    rules,
};
use std::collections::BTreeSet;
use std::io::Write;

/// A file that was checked; standard input has no name.
struct Checked<'a> {
    file: Option<&'a str>,
    report: Report,
    /// The parameters that it has, where values are given for some.
    parameters: Vec<String>,
}

impl Checked<'_> {
    fn name(&self) -> &str {
        shown(self.file)
    }
}

pub(super) fn run(args: &CheckTemplateArgs) -> CommandResult {
    if args.rules {
        return list();
    }
    let options = options(args)?;
    options.check().map_err(|error| CliError::Usage(error.to_string()))?;
    let (mut checked, mut failures) = (Vec::new(), Vec::new());
    for file in &args.files {
        match one(Some(file.as_str()).filter(|file| *file != "-"), &options) {
            Ok(one) => checked.push(one),
            Err(failure) => failures.push(failure),
        }
    }
    if failures.is_empty() {
        has_all(&checked, args)?;
    }
    if !checked.is_empty() {
        print(&checked, args.format)?;
    }
    // What could be checked is told all the same.
    for failure in &failures {
        writeln!(std::io::stderr(), "sfn-alias: {failure}").ok();
    }
    let fails = checked.iter().any(|one| fails(&one.report, args.fail_on));
    Ok(if !failures.is_empty() {
        USAGE_ERROR
    } else if fails {
        REJECTED
    } else {
        OK
    })
}

const fn shown(file: Option<&str>) -> &str {
    match file {
        Some(file) => file,
        None => "<stdin>",
    }
}

fn one<'a>(file: Option<&'a str>, options: &CheckOptions) -> Result<Checked<'a>, CliError> {
    let fault = |error: TemplateError| CliError::Usage(format!("{}: {error}", shown(file)));
    let template = template(file)?;
    let report = check_template(&template, options).map_err(fault)?;
    let parameters =
        if options.parameters.is_empty() { Vec::new() } else { parameter_names(&template).map_err(fault)? };
    Ok(Checked { file, report, parameters })
}

/// Refuses a value for a parameter that none of the files has.
fn has_all(checked: &[Checked<'_>], args: &CheckTemplateArgs) -> Result<(), CliError> {
    let parameters: BTreeSet<&String> = checked.iter().flat_map(|one| &one.parameters).collect();
    let unknown = |name: &&String| !name.starts_with("AWS::") && !parameters.contains(name);
    let Some(name) = args.parameter.iter().map(|(name, _)| name).find(unknown) else { return Ok(()) };
    let names: Vec<String> = parameters.iter().map(|name| format!("`{name}`")).collect();
    let hint = match names.as_slice() {
        [] => "there are none: leave it away".to_owned(),
        names => format!("use {}", names.join(", ")),
    };
    Err(CliError::Usage(format!("--parameter: there is no parameter `{name}`: {hint}")))
}

/// A template, and of one that is too long no more than shows it.
fn template(file: Option<&str>) -> Result<Vec<u8>, CliError> {
    input::read_prefix(file, (MAX_BYTES as u64).saturating_add(1))
}

fn print(checked: &[Checked<'_>], format: ReportFormat) -> Result<(), CliError> {
    match format {
        ReportFormat::Text => checked.iter().try_for_each(|one| output::print_text(&one.report.to_text(one.name()))),
        ReportFormat::Json => output::print_json(&together(checked)?, false),
        ReportFormat::Sarif => {
            let reports: Vec<_> = checked.iter().map(|one| (one.file, &one.report)).collect();
            output::print_json(&format_sarif(&reports), false)
        }
    }
}

fn options(args: &CheckTemplateArgs) -> Result<CheckOptions, CliError> {
    let previous = args.previous.as_deref().map(previous).transpose()?;
    let acknowledge = args.acknowledge.iter().map(|(which, reason)| {
        let (rule, resource) = which.split_once(':').map_or((which.as_str(), None), |(rule, id)| (rule, Some(id)));
        Acknowledgement { rule: rule.to_owned(), logical_id: resource.map(str::to_owned), reason: reason.clone() }
    });
    Ok(CheckOptions {
        parameters: args.parameter.iter().cloned().collect(),
        disable: args.disable.clone(),
        acknowledge: acknowledge.collect(),
        file: None,
        previous,
    })
}

fn previous(path: &str) -> Result<String, CliError> {
    let bytes = template(Some(path))?;
    // Cut within a character it would be no UTF-8 either.
    if bytes.len() > MAX_BYTES {
        let error = TemplateError::TooLong { max: MAX_BYTES };
        return Err(CliError::Usage(format!("{path}: {error}")));
    }
    String::from_utf8(bytes).map_err(|_| CliError::Usage(format!("`{path}` is not UTF-8")))
}

const fn fails(report: &Report, on: FailOn) -> bool {
    let Report { errors, warnings, infos, .. } = report;
    match on {
        FailOn::Error => *errors > 0,
        FailOn::Warning => *errors > 0 || *warnings > 0,
        FailOn::Info => *errors > 0 || *warnings > 0 || *infos > 0,
        FailOn::Never => false,
    }
}

/// Each file with its report.
fn together(checked: &[Checked<'_>]) -> Result<Vec<u8>, CliError> {
    let files: Vec<_> = checked.iter().map(|one| json!({ "file": one.name(), "report": one.report })).collect();
    serde_json::to_vec(&json!({ "files": files })).map_err(|error| CliError::System(error.to_string()))
}

fn list() -> CommandResult {
    for rule in rules() {
        output::print_line(format_args!("{} {:<28} {:<8} {}", rule.id, rule.name, rule.severity.as_str(), rule.title))?;
    }
    Ok(OK)
}
