//! Runs the vectors in `vectors/deployment/`.

use serde::Deserialize;
use serde_json::{Value, json};
use sfn_alias_deployment::deployment_json_or_error;
use std::collections::BTreeSet;
use std::path::PathBuf;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Vector {
    name: String,
    behaviour: String,
    source: Source,
    call: Call,
    expect: Value,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Source {
    kind: String,
    basis: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Call {
    method: String,
    request: Value,
}

fn load() -> Vec<Vector> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../vectors/deployment");
    let files = std::fs::read_dir(folder).expect("vectors/deployment/ exists");
    let read = |path: PathBuf| -> Vec<Vector> {
        let text = std::fs::read_to_string(&path).expect("a readable file");
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    };
    files.flat_map(|file| read(file.expect("a file").path())).collect()
}

/// Returns version numbers and weights, for example `2=10 1=90`.
pub fn routing(routes: &Value) -> String {
    let route = |route: &Value| {
        let arn = route["stateMachineVersionArn"].as_str().expect("an ARN");
        format!("{}={}", arn.rsplit(':').next().expect("a number"), route["weight"])
    };
    routes.as_array().expect("a routing").iter().map(route).collect::<Vec<_>>().join(" ")
}

fn summarize(method: &str, response: &Value) -> Value {
    match method {
        _ if response.get("error").is_some() => response.clone(),
        "plan" => {
            let steps = response["steps"].as_array().expect("steps").iter();
            let steps = steps.map(|step| format!("{} {}", step["offsetSeconds"], routing(&step["routing"])));
            json!({"steps": steps.collect::<Vec<_>>()})
        }
        "simulate" => summarize_simulation(response),
        other => panic!("no summary for method `{other}`"),
    }
}

/// Returns the calls that the provider makes too, the outcome, and the final routing.
fn summarize_simulation(response: &Value) -> Value {
    let entries = response["entries"].as_array().expect("entries").iter();
    let calls = entries.filter(|entry| entry["entry"] == "call" && entry["extraRead"] == false).map(summarize_call);
    let mut summary = json!({"calls": calls.collect::<Vec<_>>(), "outcome": response["outcome"], "routing": routing(&response["routing"])});
    if let Some(rollback) = response.get("stackRollback") {
        summary["stackRollback"] = json!(routing(rollback));
    }
    summary
}

/// Returns time, action and routing of a call, for example `60 updateAlias 2=100`, and `lost` or an error code.
pub fn summarize_call(entry: &Value) -> String {
    let action = entry["action"]["action"].as_str().expect("a call");
    let mut text = format!("{} {action}", entry["atSeconds"]);
    if action == "updateAlias" {
        text += &format!(" {}", routing(&entry["action"]["input"]["routingConfiguration"]));
    }
    match entry.get("observation") {
        None => text += " lost",
        Some(observation) if observation["observed"] == "failed" => {
            text += &format!(" {}", observation["code"].as_str().unwrap())
        }
        Some(_) => {}
    }
    text
}

#[test]
fn vectors_pass() {
    let vectors = load();
    let difference = |vector: &Vector| {
        let response = deployment_json_or_error(&vector.call.method, vector.call.request.to_string().as_bytes());
        let response = serde_json::from_str(&response).expect("a response is JSON");
        let summary = summarize(&vector.call.method, &response);
        (summary != vector.expect).then(|| format!("{}\n  expected {}\n  found {summary}", vector.name, vector.expect))
    };
    let failures: Vec<String> = vectors.iter().filter_map(difference).collect();
    assert!(vectors.len() >= 70, "only {} vectors were found", vectors.len());
    assert!(failures.is_empty(), "{} vectors differ:\n\n{}", failures.len(), failures.join("\n\n"));
}

#[test]
fn names_are_unique_and_sources_are_known() {
    let mut names = BTreeSet::new();
    for vector in load() {
        assert!(["provider code", "assumed"].contains(&vector.source.kind.as_str()), "{}", vector.name);
        assert!(!vector.source.basis.is_empty() && vector.behaviour.ends_with('.'), "{}", vector.name);
        assert!(names.insert(vector.name.clone()), "duplicate name {}", vector.name);
    }
}
