//! Runs vectors that call a function of the library instead of an operation.

use serde_json::{Value, json};
use sfn_alias::model::{Arn, Resource, Route, Routing, Weight};
use sfn_alias::wire::input::CreateStateMachineAliasInput;
use sfn_alias::{Error, Json, Reply, StepFunctions, WeightedPicker, parse_arn};
use sfn_alias_vectors::Step;

pub fn run_function(function: &str, step: &Step) -> Value {
    match function {
        "validate" => {
            json!({"error": sfn_alias::validate(operation(step), &input(step)).err().map(|error| error_to_json(&error))})
        }
        "check" => json!({"problems": sfn_alias::check(operation(step), &input(step)).expect("a known operation")}),
        "fingerprint" => fingerprint(step),
        "compare" => compare(step),
        "pick" => pick(step),
        "next_percent" => {
            let picker = WeightedPicker::new(step.seed.expect("a seed"));
            json!({"percents": (0..step.count.expect("a count")).map(|_| picker.next_percent()).collect::<Vec<_>>()})
        }
        "parse_arn" => match parse_arn(step.arn.as_deref().expect("an arn")) {
            Ok(arn) => arn_to_json(&arn),
            Err(error) => json!({"error": error_to_json(&error)}),
        },
        other => panic!("unknown function `{other}`"),
    }
}

/// Ends an execution. The result is that of an operation.
pub fn end_execution(sfn: &StepFunctions, step: &Step) -> Reply {
    Reply::from_result(sfn.end_execution_from(&*input(step), &Json))
}

fn operation(step: &Step) -> &str {
    step.operation.as_deref().expect("an operation")
}

fn input(step: &Step) -> Vec<u8> {
    step.input.as_ref().expect("an input").to_string().into_bytes()
}

fn error_to_json(error: &Error) -> Value {
    let mut json = json!({"code": error.code(), "message": error.to_string()});
    if let Some(reason) = error.reason() {
        json["reason"] = json!(reason);
    }
    json
}

fn fingerprint(step: &Step) -> Value {
    let bytes = input(step);
    let input: CreateStateMachineAliasInput<'_> = serde_json::from_slice(&bytes).expect("an input");
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    match (sfn_alias::fingerprint_encoding(&input), sfn_alias::fingerprint(&input)) {
        (Ok(encoding), Ok(fingerprint)) => {
            assert_eq!(hex(fingerprint.as_bytes()), fingerprint.to_hex());
            json!({"encoding": hex(&encoding), "sha256": fingerprint.to_hex()})
        }
        (Err(error), _) | (_, Err(error)) => json!({"error": error_to_json(&error)}),
    }
}

fn compare(step: &Step) -> Value {
    let bytes = input(step);
    let input = serde_json::from_slice(&bytes).expect("an input");
    let existing = step.existing.clone().filter(|existing| !existing.is_null());
    let existing = existing.map(|existing| serde_json::from_value(existing).expect("an alias"));
    match sfn_alias::compare(existing.as_ref(), &input) {
        Ok(comparison) => {
            let differs: Vec<&str> = comparison.differs().iter().map(|member| member.as_str()).collect();
            json!({"answer": comparison.as_str(), "differs": differs})
        }
        Err(error) => json!({"error": error_to_json(&error)}),
    }
}

fn pick(step: &Step) -> Value {
    let routes = step.routing.as_ref().and_then(Value::as_array).expect("a routing");
    let arn = |index: usize| routes[index]["stateMachineVersionArn"].as_str().expect("an ARN");
    let route = |index: usize| Route {
        version: parse_arn(arn(index)).expect("an ARN").version().expect("a version"),
        weight: Weight::new(routes[index]["weight"].as_u64().expect("a weight") as u8).expect("at most 100"),
    };
    let routing = Routing::new(route(0), (routes.len() > 1).then(|| route(1))).expect("a routing");
    let version = routing.pick(step.percent.expect("a percent value"));
    let picked = (0..routes.len()).find(|index| route(*index).version == version).expect("one of the routes");
    json!({"stateMachineVersionArn": arn(picked)})
}

fn arn_to_json(arn: &Arn<'_>) -> Value {
    let mut parts = json!({"partition": arn.partition, "region": arn.region, "account": arn.account});
    let mut put = |name: &str, value: &str| parts[name] = json!(value);
    match arn.resource {
        Resource::StateMachine { name } => {
            put("kind", "stateMachine");
            put("stateMachine", name);
        }
        Resource::Version { name, number: qualifier } | Resource::Alias { name, alias: qualifier } => {
            let is_version = matches!(arn.resource, Resource::Version { .. });
            put("kind", if is_version { "version" } else { "alias" });
            put("stateMachine", name);
            put("qualifier", qualifier);
        }
        Resource::Label { name, label } => {
            put("kind", "label");
            put("stateMachine", name);
            put("qualifier", label);
        }
        Resource::Execution { name, execution } => {
            put("kind", "execution");
            put("stateMachine", name);
            put("execution", execution);
        }
        Resource::Express { name, execution, id } => {
            put("kind", "express");
            put("stateMachine", name);
            put("execution", execution);
            put("id", id);
        }
        Resource::Other { resource_type: kind } => put("kind", kind),
    }
    parts
}
