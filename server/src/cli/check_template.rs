//! `sfn-alias check-template`

use super::args::{CheckTemplateArgs, FailOn, ReportFormat};
use super::exit::{Failure, OK, Outcome, REFUSED};
use super::{input, output};
use serde_json::{Value, json};
use sfn_alias_template::{Acknowledge, CheckOptions, Report, TemplateError, check_template, parameter_names, rules};
use std::collections::BTreeSet;
use std::io::Write;

pub(super) fn run(args: &CheckTemplateArgs) -> Outcome {
    if args.rules {
        return list();
    }
    let mut reports = Vec::new();
    let mut parameters = BTreeSet::new();
    for file in &args.files {
        let (name, argument) = match file.as_str() {
            "-" => ("<stdin>", "-".to_owned()),
            path => (path, format!("@{path}")),
        };
        let fault = |error: TemplateError| Failure::Usage(format!("{name}: {error}"));
        let template = input::read(&argument)?;
        let report = check_template(&template, &options(args, name)?).map_err(fault)?;
        if !args.parameter.is_empty() {
            parameters.extend(parameter_names(&template).map_err(fault)?);
        }
        reports.push((name, report));
    }
    has_all(&parameters, args)?;
    match args.format {
        ReportFormat::Text => reports.iter().try_for_each(|(name, report)| text(&report.to_text(name)))?,
        ReportFormat::Json => output::json(&together(&reports)?, false)?,
        ReportFormat::Sarif => output::json(&one_log(&reports)?, false)?,
    }
    let fails = reports.iter().any(|(_, report)| fails(report, args.fail_on));
    Ok(if fails { REFUSED } else { OK })
}

/// Refuses a value for a parameter that none of the files has.
fn has_all(parameters: &BTreeSet<String>, args: &CheckTemplateArgs) -> Result<(), Failure> {
    let unknown = |name: &&String| !name.starts_with("AWS::") && !parameters.contains(*name);
    let Some(name) = args.parameter.iter().map(|(name, _)| name).find(unknown) else { return Ok(()) };
    let names: Vec<String> = parameters.iter().map(|name| format!("`{name}`")).collect();
    let hint = match names.as_slice() {
        [] => "there are none: leave it away".to_owned(),
        names => format!("use {}", names.join(", ")),
    };
    Err(Failure::Usage(format!("--parameter: there is no parameter `{name}`: {hint}")))
}

fn options(args: &CheckTemplateArgs, file: &str) -> Result<CheckOptions, Failure> {
    let previous = match &args.previous {
        Some(path) => Some(text_of(input::read(&format!("@{path}"))?, path)?),
        None => None,
    };
    let acknowledge = args.acknowledge.iter().map(|(which, reason)| {
        let (rule, resource) = which.split_once(':').map_or((which.as_str(), None), |(rule, id)| (rule, Some(id)));
        Acknowledge { rule: rule.to_owned(), logical_id: resource.map(str::to_owned), reason: reason.clone() }
    });
    Ok(CheckOptions {
        parameters: args.parameter.iter().cloned().collect(),
        disable: args.disable.clone(),
        acknowledge: acknowledge.collect(),
        file: Some(file.to_owned()),
        previous,
    })
}

fn text_of(bytes: Vec<u8>, path: &str) -> Result<String, Failure> {
    String::from_utf8(bytes).map_err(|_| Failure::Usage(format!("`{path}` is not UTF-8")))
}

const fn fails(report: &Report, on: FailOn) -> bool {
    let Report { errors, warnings, infos, .. } = report;
    match on {
        FailOn::Error => *errors > 0,
        FailOn::Warning => *errors + *warnings > 0,
        FailOn::Info => *errors + *warnings + *infos > 0,
        FailOn::Never => false,
    }
}

fn text(text: &str) -> Result<(), Failure> {
    Ok(std::io::stdout().lock().write_all(text.as_bytes())?)
}

/// Each file with its report.
fn together(reports: &[(&str, Report)]) -> Result<Vec<u8>, Failure> {
    let files: Vec<_> = reports.iter().map(|(file, report)| json!({ "file": file, "report": report })).collect();
    bytes(&json!({ "files": files }))
}

/// One log with a run for each file.
fn one_log(reports: &[(&str, Report)]) -> Result<Vec<u8>, Failure> {
    let mut whole: Option<Value> = None;
    for (file, report) in reports {
        let mut log: Value = read(&report.to_sarif(file))?;
        match whole.as_mut().and_then(|whole| whole.get_mut("runs")?.as_array_mut()) {
            Some(runs) => runs.append(log.get_mut("runs").and_then(Value::as_array_mut).unwrap_or(&mut Vec::new())),
            None => whole = Some(log),
        }
    }
    bytes(&whole.unwrap_or_default())
}

fn list() -> Outcome {
    for rule in rules() {
        output::line(format_args!("{} {:<28} {:<8} {}", rule.id, rule.name, rule.severity.as_str(), rule.title))?;
    }
    Ok(OK)
}

fn read(json: &[u8]) -> Result<Value, Failure> {
    serde_json::from_slice(json).map_err(|error| Failure::Failed(error.to_string()))
}

fn bytes(value: &Value) -> Result<Vec<u8>, Failure> {
    serde_json::to_vec(value).map_err(|error| Failure::Failed(error.to_string()))
}
