//! `sfn-alias check-template`

use super::args::{CheckTemplateArgs, FailOn, ReportFormat};
use super::exit::{Failure, OK, Outcome, REFUSED};
use super::{input, output};
use serde_json::{Value, json};
use sfn_alias_template::{Acknowledge, CheckOptions, Report, check_template, rules};
use std::io::Write;

pub(super) fn run(args: &CheckTemplateArgs) -> Outcome {
    if args.rules {
        return list();
    }
    let mut reports = Vec::new();
    for file in &args.files {
        let (name, argument) = match file.as_str() {
            "-" => ("<stdin>", "-".to_owned()),
            path => (path, format!("@{path}")),
        };
        let report = check_template(&input::read(&argument)?, &options(args, name)?)
            .map_err(|error| Failure::Usage(format!("{name}: {error}")))?;
        reports.push((name, report));
    }
    match args.format {
        ReportFormat::Text => reports.iter().try_for_each(|(name, report)| text(&report.to_text(name)))?,
        ReportFormat::Json => output::json(&together(&reports)?, false)?,
        ReportFormat::Sarif => output::json(&one_log(&reports)?, false)?,
    }
    let fails = reports.iter().any(|(_, report)| fails(report, args.fail_on));
    Ok(if fails { REFUSED } else { OK })
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
