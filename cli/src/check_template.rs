//! `sfn-alias check-template`

use crate::args::{CheckTemplateArgs, FailOn, ReportFormat};
use crate::exit::{CliError, CommandResult, OK, REJECTED, USAGE_ERROR};
use crate::{input, output};
use serde_json::json;
use sfn_alias_template::{
    Acknowledgement, CheckOptions, MAX_BYTES, Report, ReportCounts, Severity, TemplateError, check_template,
    format_github, format_junit, format_sarif, parameter_names, rules,
};
use std::collections::BTreeSet;
use std::io::Write;

/// A file and its report. Standard input has no file name.
struct CheckedFile<'a> {
    file: Option<&'a str>,
    report: Report,
    /// The parameters of the file. Empty if the options specify no parameter values.
    parameters: Vec<String>,
}

impl CheckedFile<'_> {
    fn name(&self) -> &str {
        self.file.unwrap_or(STDIN)
    }
}

const STDIN: &str = "<stdin>";

pub(crate) fn run(args: &CheckTemplateArgs) -> CommandResult {
    if args.rules {
        return print_rules(args.format);
    }
    let options = read_options(args)?;
    options.check().map_err(option_error)?;
    let (checked, failures) = check_files(args, &options);
    if failures.is_empty() {
        check_parameter_names(&checked, args)?;
    }
    if !checked.is_empty() {
        print_reports(&checked, args)?;
    }
    // The reports of the other files are printed nevertheless.
    for failure in &failures {
        writeln!(std::io::stderr(), "sfn-alias: {failure}").ok();
    }
    Ok(match checked.iter().any(|file| has_failed(&file.report, args.fail_on)) {
        _ if !failures.is_empty() => USAGE_ERROR,
        true => REJECTED,
        false => OK,
    })
}

/// Names the option `--disable` or `--acknowledge` instead of the path in [`CheckOptions`].
fn option_error(error: TemplateError) -> CliError {
    let option = |member: &str| format!("--{}", member.split('/').next().unwrap_or_default());
    CliError::Usage(match error {
        TemplateError::UnknownRule { member, rule } => {
            format!("{}: unknown rule `{rule}`; --rules lists the rules", option(&member))
        }
        TemplateError::MissingReason { member, rule } => {
            format!("{}: no reason; use {rule}=REASON or {rule}:RESOURCE=REASON", option(&member))
        }
        other => other.to_string(),
    })
}

/// Checks the files. Returns those that can be checked, and the errors of the others, except for skipped ones.
fn check_files<'a>(args: &'a CheckTemplateArgs, options: &CheckOptions) -> (Vec<CheckedFile<'a>>, Vec<CliError>) {
    let (mut checked, mut failures) = (Vec::new(), Vec::new());
    for file in &args.files {
        let name = Some(file.as_str()).filter(|file| *file != "-");
        match check_file(name, options) {
            Ok(file) => checked.push(file),
            Err(FileError::Template(TemplateError::NotATemplate { .. })) if args.skip_other_files => {
                let text = "skipped, because it is neither a template nor a plan";
                writeln!(std::io::stderr(), "sfn-alias: {}: {text}", name.unwrap_or(STDIN)).ok();
            }
            Err(failure) => failures.push(failure.into_cli_error(name)),
        }
    }
    (checked, failures)
}

/// A file that cannot be read, or cannot be checked.
enum FileError {
    Read(CliError),
    Template(TemplateError),
}

impl FileError {
    fn into_cli_error(self, file: Option<&str>) -> CliError {
        match self {
            Self::Read(error) => error,
            Self::Template(error) => CliError::Usage(format!("{}: {error}", file.unwrap_or(STDIN))),
        }
    }
}

fn check_file<'a>(file: Option<&'a str>, options: &CheckOptions) -> Result<CheckedFile<'a>, FileError> {
    let template = read_template(file).map_err(FileError::Read)?;
    let report = check_template(&template, options).map_err(FileError::Template)?;
    let has_values = !options.parameters.is_empty();
    let names = if has_values { parameter_names(&template).map_err(FileError::Template)? } else { Vec::new() };
    Ok(CheckedFile { file, report, parameters: names })
}

/// Returns an error for a parameter value if no file has this parameter.
fn check_parameter_names(checked: &[CheckedFile<'_>], args: &CheckTemplateArgs) -> Result<(), CliError> {
    let parameters: BTreeSet<&String> = checked.iter().flat_map(|file| &file.parameters).collect();
    let unknown = |name: &&String| !name.starts_with("AWS::") && !parameters.contains(name);
    let Some(name) = args.parameter.iter().map(|(name, _)| name).find(unknown) else { return Ok(()) };
    let names: Vec<String> = parameters.iter().map(|name| format!("`{name}`")).collect();
    let hint = match names.as_slice() {
        [] => "the files have no parameters".to_owned(),
        names => format!("the parameters of the files are {}", names.join(", ")),
    };
    Err(CliError::Usage(format!("--parameter: unknown parameter `{name}`; {hint}")))
}

/// Reads a template. Of a file that is too long, reads one byte more than the limit.
fn read_template(file: Option<&str>) -> Result<Vec<u8>, CliError> {
    input::read_prefix(file, (MAX_BYTES as u64).saturating_add(1))
}

fn print_reports(checked: &[CheckedFile<'_>], args: &CheckTemplateArgs) -> Result<(), CliError> {
    let reports: Vec<_> = checked.iter().map(|checked| (checked.file, &checked.report)).collect();
    let total = ReportCounts::sum(checked.iter().map(|checked| &checked.report));
    match args.format {
        ReportFormat::Text => {
            checked.iter().try_for_each(|file| output::print_text(&file.report.to_text(file.name())))?;
            print_total(checked.len(), &total)
        }
        ReportFormat::Json => {
            let file = |checked: &CheckedFile<'_>| json!({ "file": checked.name(), "report": checked.report });
            let files: Vec<_> = checked.iter().map(file).collect();
            output::print_value(&json!({ "files": files, "total": total }))
        }
        ReportFormat::Sarif => output::print_json(&format_sarif(&reports), false),
        ReportFormat::Github => {
            output::print_text(&format_github(&reports))?;
            print_total(checked.len(), &total)
        }
        ReportFormat::Junit => output::print_text(&format_junit(&reports, minimum_severity(args.fail_on))),
    }
}

/// Prints the sums of several reports.
fn print_total(files: usize, total: &ReportCounts) -> Result<(), CliError> {
    if files > 1 { output::print_text(&format!("{files} files: {total}\n")) } else { Ok(()) }
}

fn read_options(args: &CheckTemplateArgs) -> Result<CheckOptions, CliError> {
    let previous = args.previous.as_deref().map(read_previous).transpose()?;
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

fn read_previous(path: &str) -> Result<String, CliError> {
    let bytes = read_template(Some(path))?;
    // Check the length first: a truncated file may end inside a character.
    if bytes.len() > MAX_BYTES {
        let error = TemplateError::TooLong { max: MAX_BYTES };
        return Err(CliError::Usage(format!("{path}: {error}")));
    }
    String::from_utf8(bytes).map_err(|_| CliError::Usage(format!("`{path}` is not valid UTF-8")))
}

/// Returns the lowest severity that is a failure.
const fn minimum_severity(on: FailOn) -> Option<Severity> {
    match on {
        FailOn::Error => Some(Severity::Error),
        FailOn::Warning => Some(Severity::Warning),
        FailOn::Info => Some(Severity::Info),
        FailOn::Never => None,
    }
}

const fn has_failed(report: &Report, on: FailOn) -> bool {
    let Report { errors, warnings, infos, .. } = report;
    match on {
        FailOn::Error => *errors > 0,
        FailOn::Warning => *errors > 0 || *warnings > 0,
        FailOn::Info => *errors > 0 || *warnings > 0 || *infos > 0,
        FailOn::Never => false,
    }
}

fn print_rules(format: ReportFormat) -> CommandResult {
    match format {
        ReportFormat::Text => print_rules_as_text(),
        ReportFormat::Json => output::print_value(&rules()).map(|()| OK),
        ReportFormat::Sarif | ReportFormat::Github | ReportFormat::Junit => {
            Err(CliError::Usage("--rules has the formats text and json; use one of them".to_owned()))
        }
    }
}

fn print_rules_as_text() -> CommandResult {
    for rule in rules() {
        output::print_line(format_args!("{} {:<28} {:<8} {}", rule.id, rule.name, rule.severity.as_str(), rule.title))?;
    }
    Ok(OK)
}
