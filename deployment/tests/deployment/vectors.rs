//! The vectors of the repository's `vectors/deployment/`.

use serde::Deserialize;
use serde_json::{Value, json};
use sfn_alias_deployment::call;
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
    let files = std::fs::read_dir(folder).expect("vectors/deployment/ is there");
    let read = |path: PathBuf| -> Vec<Vector> {
        let text = std::fs::read_to_string(&path).expect("a readable file");
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    };
    files.flat_map(|file| read(file.expect("a file").path())).collect()
}

/// `2=10 1=90`: version numbers and weights.
pub fn routing(routes: &Value) -> String {
    let route = |route: &Value| {
        let arn = route["stateMachineVersionArn"].as_str().expect("an ARN");
        format!("{}={}", arn.rsplit(':').next().expect("a number"), route["weight"])
    };
    routes.as_array().expect("a routing").iter().map(route).collect::<Vec<_>>().join(" ")
}

fn in_short(method: &str, answer: &Value) -> Value {
    match method {
        _ if answer.get("error").is_some() => answer.clone(),
        "plan" => {
            let steps = answer["steps"].as_array().expect("steps").iter();
            let steps = steps.map(|step| format!("{} {}", step["offsetSeconds"], routing(&step["routing"])));
            json!({"steps": steps.collect::<Vec<_>>()})
        }
        "simulate" => course(answer),
        other => panic!("no method `{other}`"),
    }
}

/// The calls that the provider makes too, the outcome, and where the alias leads in the end.
fn course(answer: &Value) -> Value {
    let entries = answer["entries"].as_array().expect("entries").iter();
    let calls = entries.filter(|entry| entry["entry"] == "call" && entry["extraRead"] == false).map(call_in_short);
    let mut course = json!({"calls": calls.collect::<Vec<_>>(), "outcome": answer["outcome"], "routing": routing(&answer["routing"])});
    if let Some(rollback) = answer.get("stackRollback") {
        course["stackRollback"] = json!(routing(rollback));
    }
    course
}

/// `60 updateAlias 2=100`, and behind it `lost` or the code of a failure.
pub fn call_in_short(entry: &Value) -> String {
    let action = entry["action"]["action"].as_str().expect("a call");
    let mut text = format!("{} {action}", entry["atSeconds"]);
    if action == "updateAlias" {
        text += &format!(" {}", routing(&entry["action"]["input"]["routingConfiguration"]));
    }
    match entry.get("observation") {
        None => text += " lost",
        Some(observed) if observed["observed"] == "failed" => {
            text += &format!(" {}", observed["code"].as_str().unwrap())
        }
        Some(_) => {}
    }
    text
}

#[test]
fn vectors_hold() {
    let vectors = load();
    let failure = |vector: &Vector| {
        let answer = call(&vector.call.method, vector.call.request.to_string().as_bytes());
        let answer = serde_json::from_str(&answer).expect("an answer is JSON");
        let answered = in_short(&vector.call.method, &answer);
        (answered != vector.expect)
            .then(|| format!("{}\n  expected {}\n  answered {answered}", vector.name, vector.expect))
    };
    let failures: Vec<String> = vectors.iter().filter_map(failure).collect();
    assert!(vectors.len() >= 70, "only {} vectors were found", vectors.len());
    assert!(failures.is_empty(), "{} vectors differ:\n\n{}", failures.len(), failures.join("\n\n"));
}

#[test]
fn names_are_unique_and_sources_are_known() {
    let mut names = BTreeSet::new();
    for vector in load() {
        assert!(["provider code", "assumed"].contains(&vector.source.kind.as_str()), "{}", vector.name);
        assert!(!vector.source.basis.is_empty() && vector.behaviour.ends_with('.'), "{}", vector.name);
        assert!(names.insert(vector.name.clone()), "{} stands there twice", vector.name);
    }
}
