//! Vectors that call a function of the library instead of an operation.

use super::Step;
use serde_json::{Value, json};
use sfn_alias::model::{Arn, Resource, Route, Routing};
use sfn_alias::wire::input::CreateStateMachineAliasInput;
use sfn_alias::{Error, WeightedPicker, parse_arn};

pub fn run(function: &str, step: &Step) -> Value {
    match function {
        "validate" => json!({"error": sfn_alias::validate(operation(step), &input(step)).err().map(|e| error(&e))}),
        "check" => json!({"problems": sfn_alias::check(operation(step), &input(step)).expect("a known operation")}),
        "fingerprint" => fingerprint(step),
        "compare" => compare(step),
        "pick" => pick(step),
        "next_percent" => {
            let picker = WeightedPicker::new(step.seed.expect("a seed"));
            json!({"percents": (0..step.count.expect("a count")).map(|_| picker.next_percent()).collect::<Vec<_>>()})
        }
        "parse_arn" => match parse_arn(step.arn.as_deref().expect("an arn")) {
            Ok(arn) => arn_parts(&arn),
            Err(refused) => json!({"error": error(&refused)}),
        },
        other => panic!("no function `{other}`"),
    }
}

fn operation(step: &Step) -> &str {
    step.operation.as_deref().expect("an operation")
}

fn input(step: &Step) -> Vec<u8> {
    step.input.as_ref().expect("an input").to_string().into_bytes()
}

fn error(error: &Error) -> Value {
    let mut shown = json!({"code": error.code(), "message": error.to_string()});
    if let Some(reason) = error.reason() {
        shown["reason"] = json!(reason);
    }
    shown
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
        (Err(refused), _) | (_, Err(refused)) => json!({"error": error(&refused)}),
    }
}

fn compare(step: &Step) -> Value {
    let bytes = input(step);
    let input = serde_json::from_slice(&bytes).expect("an input");
    let existing = step.existing.clone().filter(|existing| !existing.is_null());
    let existing = existing.map(|existing| serde_json::from_value(existing).expect("an alias"));
    match sfn_alias::compare(existing.as_ref(), &input) {
        Ok(answer) => {
            let differs: Vec<&str> = answer.differs().iter().map(|member| member.as_str()).collect();
            json!({"answer": answer.as_str(), "differs": differs})
        }
        Err(refused) => json!({"error": error(&refused)}),
    }
}

fn pick(step: &Step) -> Value {
    let routes = step.routing.as_ref().and_then(Value::as_array).expect("a routing");
    let arn = |index: usize| routes[index]["stateMachineVersionArn"].as_str().expect("an ARN");
    let route = |index: usize| Route {
        version: parse_arn(arn(index)).expect("an ARN").version(),
        weight: routes[index]["weight"].as_u64().expect("a weight") as u8,
    };
    let routing = Routing::new(route(0), (routes.len() > 1).then(|| route(1))).expect("a routing");
    let version = sfn_alias::pick(&routing, step.percent.expect("a percent value"));
    let picked = (0..routes.len()).find(|index| route(*index).version == version).expect("one of the routes");
    json!({"stateMachineVersionArn": arn(picked)})
}

fn arn_parts(arn: &Arn<'_>) -> Value {
    let mut parts = json!({"partition": arn.partition, "region": arn.region, "account": arn.account});
    let mut put = |name: &str, value: &str| parts[name] = json!(value);
    match arn.resource {
        Resource::StateMachine { name } => {
            put("kind", "stateMachine");
            put("stateMachine", name);
        }
        Resource::Version { name, number: qualifier } | Resource::Alias { name, alias: qualifier } => {
            let version = matches!(arn.resource, Resource::Version { .. });
            put("kind", if version { "version" } else { "alias" });
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
        Resource::Other { kind } => put("kind", kind),
    }
    parts
}
