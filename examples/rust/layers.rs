//! One request through the layers: deserialize, validate, call, and read the stored record. Prints `examples/layers.txt`.
#![expect(clippy::print_stdout, reason = "examples print")]

use sfn_alias::store::{SqliteStore, Store};
use sfn_alias::wire::{DeserializeRequest, input::CreateStateMachineAliasInput};
use sfn_alias::{Operation, Reply, StepFunctions, Validate};
use std::error::Error;

const MACHINE: &str = "arn:aws:states:us-east-1:000000000000:stateMachine:orders";
const ORDERS: &str = r#"{"name": "orders", "roleArn": "arn:aws:iam::000000000000:role/orders", "publish": true,
    "definition": "{\"StartAt\": \"Done\", \"States\": {\"Done\": {\"Type\": \"Succeed\"}}}"}"#;
const WEIGHT_90: &str = r#"{"name": "PROD", "routingConfiguration": [
    {"stateMachineVersionArn": "arn:aws:states:us-east-1:000000000000:stateMachine:orders:1", "weight": 90}]}"#;

fn main() -> Result<(), Box<dyn Error>> {
    let operation: Operation = "CreateStateMachineAlias".parse()?;
    println!("operation: {operation}, {} members, write: {}", operation.members().len(), operation.is_write());

    // wire: JSON becomes a struct. Nothing is validated.
    let input: CreateStateMachineAliasInput = WEIGHT_90.as_bytes().read()?;
    println!("wire: {:?}, {} route", input.name.as_deref(), input.routing_configuration.iter().flatten().count());

    // command: `validate` returns the error of AWS, `check` returns every problem.
    println!("validate: {}", input.validate().expect_err("the weights do not add up"));
    for problem in input.check() {
        println!("check: {} {}: {}", problem.path, problem.code, problem.fix);
    }

    // service, engine, store: the change is in the file before `call` returns.
    let file = std::env::temp_dir().join(format!("sfn-alias-layers-{}.db", std::process::id()));
    let sfn = StepFunctions::open(&file)?;
    assert_eq!(sfn.call("CreateStateMachine", ORDERS.as_bytes()).status, 200);
    let Reply { status, .. } = sfn.call(operation.as_str(), WEIGHT_90.replace("90", "100").as_bytes());
    println!("call: {status}");

    // store: another connection reads the same record from the file.
    let store = SqliteStore::open(&file)?;
    let transaction = store.begin_read(MACHINE)?;
    let view = transaction.view().ok_or("the state machine is stored")?;
    for (name, alias) in view.aliases(None, 10)? {
        let routes: Vec<_> = alias.routing.routes().map(|route| (route.version.get(), route.weight.get())).collect();
        println!("store: {name} has (version, weight) {routes:?}");
    }
    drop(transaction);
    drop(sfn);
    std::fs::remove_file(file)?;
    Ok(())
}
