//! Decides which vectors an endpoint cannot run.

use serde_json::Value;
use sfn_alias_vectors::{Step, Vector};
use std::collections::BTreeSet;

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
    if vector.steps().any(|step| step.function.is_some()) {
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
