//! Which vectors an endpoint cannot be asked, and why.

use serde_json::Value;
use sfn_alias_vectors::{Step, Vector};
use std::collections::BTreeSet;

/// As many resources are made on AWS without being asked to.
const FEW: usize = 40;

/// What has to be known of the endpoint.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rules {
    /// It is AWS itself.
    pub aws: bool,
    /// On AWS, dozens of resources may be made.
    pub all: bool,
}

/// Why a vector is skipped; `None` for one that is run.
pub(super) fn reason(vector: &Vector, rules: Rules) -> Option<String> {
    anywhere(vector).or_else(|| on_aws(vector, rules.all).filter(|_| rules.aws).map(str::to_owned))
}

fn anywhere(vector: &Vector) -> Option<String> {
    if vector.steps().any(|step| step.function.is_some()) {
        return Some("calls a function of the library, which no endpoint has".to_owned());
    }
    if let Some(options) = vector.options.as_object().filter(|options| !options.is_empty()) {
        let names: Vec<&str> = options.keys().map(String::as_str).collect();
        return Some(format!("needs {} set, which no endpoint can be told", names.join(", ")));
    }
    if vector.steps().any(|step| step.after > 0) {
        return Some("needs a clock that is moved by hand".to_owned());
    }
    vector.steps().any(|step| step.scope.is_some()).then(|| "needs several accounts or regions".to_owned())
}

fn on_aws(vector: &Vector, all: bool) -> Option<&'static str> {
    let (mut made, mut started) = (0_usize, BTreeSet::new());
    for step in vector.steps() {
        let text = format!("{:?}", step.input);
        if text.contains(":kms:") || text.contains(":logs:") {
            return Some("needs a key or a log group on AWS");
        }
        if text.contains("role/sfn_role_2") {
            return Some("needs a second role on AWS");
        }
        // Started once more under its name, or stopped: on AWS it has ended meanwhile.
        if runs(step, &mut started) {
            return Some("needs an execution that stays RUNNING; on AWS it ends");
        }
        let makes = step.operation.as_deref().is_some_and(|operation| operation.starts_with("Create"));
        made = made.saturating_add(if makes { step.times.unwrap_or(1) } else { 0 });
    }
    if format!("{:?}", vector.expect).contains("\"RUNNING\"") {
        return Some("needs an execution that stays RUNNING; on AWS it ends");
    }
    (made > FEW && !all).then_some("makes dozens of resources on AWS; --all runs it")
}

fn runs(step: &Step, started: &mut BTreeSet<String>) -> bool {
    match step.operation.as_deref() {
        Some("StopExecution") => true,
        Some("StartExecution") => {
            let name = step.input.as_ref().and_then(|input| input.get("name")).and_then(Value::as_str);
            name.is_some_and(|name| step.times.unwrap_or(1) > 1 || !started.insert(name.to_owned()))
        }
        _ => step.expect.as_ref().is_some_and(|expect| expect.to_string().contains("\"RUNNING\"")),
    }
}
