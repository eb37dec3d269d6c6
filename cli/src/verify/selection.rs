//! Selects vectors: `--only`, `--list`, and those that an endpoint cannot run.

use super::args::VerifyArgs;
use super::sender::remove_error_namespace;
use crate::exit::{CliError, CommandResult, OK};
use crate::output;
use serde_json::{Value, json};
use sfn_alias_vectors::{Step, Vector, VectorFile};
use std::collections::BTreeSet;

/// Loads the vectors that the options select.
///
/// # Errors
/// [`CliError::Usage`] if there are none, or if the directory is invalid.
pub(super) fn load_vectors(args: &VerifyArgs) -> Result<Vec<VectorFile>, CliError> {
    let files =
        args.vectors.as_deref().map_or_else(sfn_alias_vectors::embedded_files, sfn_alias_vectors::read_directory);
    let mut files = files.map_err(|error| CliError::Usage(error.to_string()))?;
    if let Some(pattern) = &args.only {
        for VectorFile { name, vectors } in &mut files {
            vectors.retain(|vector| matches_pattern(pattern, name) || matches_pattern(pattern, &vector.name));
        }
    }
    if args.ignore_error_namespace {
        files.iter_mut().flat_map(|file| &mut file.vectors).for_each(remove_namespaces);
    }
    match files.iter().all(|file| file.vectors.is_empty()) {
        true => Err(CliError::Usage("--only: no vector contains this pattern; --list prints the names".to_owned())),
        false => Ok(files),
    }
}

/// Removes the namespaces of the expected error codes.
fn remove_namespaces(vector: &mut Vector) {
    let given = vector.given.iter_mut().filter_map(|step| step.expect.as_mut());
    let bodies = given.chain([&mut vector.expect]).filter_map(|expect| expect.get_mut("body"));
    bodies.for_each(remove_error_namespace);
}

/// Returns whether a name contains the parts between `*` in their order.
fn matches_pattern(pattern: &str, name: &str) -> bool {
    let mut rest = Some(name);
    for part in pattern.split('*') {
        rest = rest.and_then(|rest| Some(rest.split_once(part)?.1));
    }
    rest.is_some()
}

/// Prints the vectors of each file, with the page of their sources and the skip reasons.
pub(super) fn print_list(files: &[VectorFile], rules: SkipRules, args: &VerifyArgs) -> CommandResult {
    // Vectors of another directory have no page.
    let page = |file: &str| args.vectors.is_none().then(|| format!("docs/fidelity/{file}.md"));
    if args.json {
        for (file, vector) in iter_vectors(files) {
            let Vector { name, source, .. } = vector;
            let reason = skip_reason(vector, rules);
            let row = json!({"file": file, "page": page(file), "name": name, "source": source, "skipped": reason});
            output::print_line(row)?;
        }
        return Ok(OK);
    }
    for file in files.iter().filter(|file| !file.vectors.is_empty()) {
        let page = page(&file.name).map_or_else(String::new, |page| format!(": {page}"));
        output::print_line(format_args!("{}{page}", file.name))?;
        file.vectors.iter().try_for_each(|vector| print_vector(vector, rules))?;
    }
    Ok(OK)
}

/// Returns each vector with the name of its file.
pub(super) fn iter_vectors(files: &[VectorFile]) -> impl Iterator<Item = (&str, &Vector)> {
    files.iter().flat_map(|file| file.vectors.iter().map(|vector| (file.name.as_str(), vector)))
}

fn print_vector(vector: &Vector, rules: SkipRules) -> Result<(), CliError> {
    let reason = skip_reason(vector, rules);
    let skipped = reason.map_or_else(String::new, |reason| format!("  (skipped: {reason})"));
    output::print_line(format_args!("  {:<10}{}{skipped}", vector.source.kind, vector.name))
}

/// Maximum number of resources that a vector creates on AWS without `--all`.
const FEW_RESOURCES: usize = 40;

/// Properties of the endpoint and the run.
#[derive(Debug, Clone, Copy)]
pub(super) struct SkipRules {
    /// The endpoint is AWS itself.
    pub aws: bool,
    /// On AWS, dozens of resources may be created.
    pub all: bool,
}

/// Returns why a vector is skipped, or `None` to run it.
pub(super) fn skip_reason(vector: &Vector, rules: SkipRules) -> Option<String> {
    general_reason(vector).or_else(|| aws_reason(vector, rules.all).filter(|_| rules.aws).map(str::to_owned))
}

fn general_reason(vector: &Vector) -> Option<String> {
    let functions: BTreeSet<&str> = vector.steps().filter_map(|step| step.function.as_deref()).collect();
    if functions.contains("end_execution") {
        return Some("ends executions, which AWS has no request for".to_owned());
    }
    if !functions.is_empty() {
        return Some("calls a function of the library".to_owned());
    }
    if let Some(options) = vector.options.as_object().filter(|options| !options.is_empty()) {
        let names: Vec<&str> = options.keys().map(String::as_str).collect();
        return Some(format!("needs the option {}", names.join(", ")));
    }
    if vector.steps().any(|step| step.after > 0) {
        return Some("needs a controllable clock".to_owned());
    }
    vector.steps().any(|step| step.scope.is_some()).then(|| "needs several accounts or regions".to_owned())
}

fn aws_reason(vector: &Vector, all: bool) -> Option<&'static str> {
    let (mut created, mut started) = (0_usize, BTreeSet::new());
    for step in vector.steps() {
        let text = format!("{:?}", step.input);
        if text.contains(":kms:") || text.contains(":logs:") {
            return Some("needs a KMS key or a log group on AWS");
        }
        if text.contains("role/sfn_role_2") {
            return Some("needs a second role on AWS");
        }
        // On AWS, the execution has ended before the step uses it.
        if needs_running_execution(step, &mut started) {
            return Some("needs an execution that stays RUNNING; on AWS it ends");
        }
        let creates = step.operation.as_deref().is_some_and(|operation| operation.starts_with("Create"));
        created = if creates { step.times.unwrap_or(1).saturating_add(created) } else { created };
    }
    if format!("{:?}", vector.expect).contains("\"RUNNING\"") {
        return Some("needs an execution that stays RUNNING; on AWS it ends");
    }
    (created > FEW_RESOURCES && !all).then_some("creates dozens of resources on AWS; use --all to run it")
}

fn needs_running_execution(step: &Step, started: &mut BTreeSet<String>) -> bool {
    match step.operation.as_deref() {
        Some("StopExecution") => true,
        Some("StartExecution") => {
            let name = step.input.as_ref().and_then(|input| input.get("name")).and_then(Value::as_str);
            name.is_some_and(|name| step.times.unwrap_or(1) > 1 || !started.insert(name.to_owned()))
        }
        _ => step.expect.as_ref().is_some_and(|expect| expect.to_string().contains("\"RUNNING\"")),
    }
}
