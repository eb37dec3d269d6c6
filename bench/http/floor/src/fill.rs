//! Creates a large file with the library: state machines `bench-0000` and up, each with aliases `a00` and up.

use serde_json::json;
use sfn_alias::{Options, StepFunctions};
use std::error::Error;
use std::path::Path;

const ARN: &str = "arn:aws:states:us-east-1:000000000000:stateMachine:bench";

/// Creates 64 state machines and their aliases per commit.
pub fn fill(path: &Path, machines: usize, aliases: usize) -> Result<(), Box<dyn Error>> {
    let sfn = StepFunctions::open_exclusive(path, Options::default())?;
    let numbers: Vec<_> = (0..machines).collect();
    for chunk in numbers.chunks(64) {
        let requests: Vec<_> = chunk.iter().flat_map(|number| create_requests(*number, aliases)).collect();
        let requests: Vec<_> =
            requests.iter().map(|(operation, body)| (sfn.scope(), *operation, body.as_bytes())).collect();
        sfn.call_batch(&requests).into_iter().collect::<Result<Vec<_>, _>>()?;
    }
    Ok(())
}

fn create_requests(number: usize, aliases: usize) -> Vec<(&'static str, String)> {
    let machine = json!({
        "name": format!("bench-{number:04}"),
        "definition": r#"{"StartAt":"Done","States":{"Done":{"Type":"Succeed"}}}"#,
        "roleArn": "arn:aws:iam::000000000000:role/bench",
        "publish": true,
    });
    let alias = |alias| {
        let version = format!("{ARN}-{number:04}:1");
        let body = json!({
            "name": format!("a{alias:02}"),
            "description": "which customers use which version",
            "routingConfiguration": [{"stateMachineVersionArn": version, "weight": 100}],
        });
        ("CreateStateMachineAlias", body.to_string())
    };
    std::iter::once(("CreateStateMachine", machine.to_string())).chain((0..aliases).map(alias)).collect()
}
