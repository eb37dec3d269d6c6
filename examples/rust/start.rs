//! The life cycle of an alias in Rust, with the typed methods. Prints `examples/expected.txt`.
#![expect(clippy::print_stdout, reason = "examples print")]

use sfn_alias::wire::input::*;
use sfn_alias::{Options, Result, StepFunctions};

const MACHINE: &str = "arn:aws:states:us-east-1:000000000000:stateMachine:orders";
const ALIAS: &str = "arn:aws:states:us-east-1:000000000000:stateMachine:orders:PROD";

fn main() -> Result<()> {
    // A seed makes routing decisions repeatable. Without a seed, they are random.
    let sfn = StepFunctions::in_memory_with(Options { seed: Some(7), ..Options::default() })?;
    publish_versions(&sfn)?;
    create_alias(&sfn)?;
    start_executions(&sfn)?;
    shift_traffic(&sfn)?;
    delete_resources(&sfn)
}

fn publish_versions(sfn: &StepFunctions) -> Result<()> {
    sfn.create_state_machine(&CreateStateMachineInput {
        name: Some("orders".into()),
        definition: Some(r#"{"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}"#.into()),
        role_arn: Some("arn:aws:iam::000000000000:role/orders".into()),
        publish: Some(true),
        ..Default::default()
    })?;
    let second = sfn.update_state_machine(&UpdateStateMachineInput {
        state_machine_arn: Some(MACHINE.into()),
        definition: Some(r#"{"StartAt": "Done", "States": {"Done": {"Type": "Pass", "End": true}}}"#.into()),
        publish: Some(true),
        ..Default::default()
    })?;
    println!("published {}", second.state_machine_version_arn.unwrap_or_default());
    Ok(())
}

fn route(version: u32, weight: i64) -> RoutingConfigurationListItem<'static> {
    RoutingConfigurationListItem {
        state_machine_version_arn: Some(format!("{MACHINE}:{version}").into()),
        weight: Some(weight),
    }
}

fn create_alias(sfn: &StepFunctions) -> Result<()> {
    let request = CreateStateMachineAliasInput {
        name: Some("PROD".into()),
        routing_configuration: Some(vec![route(1, 90), route(2, 10)]),
        ..Default::default()
    };
    let created = sfn.create_state_machine_alias(&request)?;
    println!("created {}", created.state_machine_alias_arn);
    let repeated = sfn.create_state_machine_alias(&request)?;
    println!("repeated request: {}", if repeated == created { "same response" } else { "different response" });
    let other = CreateStateMachineAliasInput { description: Some("live".into()), ..request };
    if let Err(error) = sfn.create_state_machine_alias(&other) {
        println!("different description: {}: {error}", error.code());
    }
    Ok(())
}

fn start_executions(sfn: &StepFunctions) -> Result<()> {
    for _ in 0..1000 {
        sfn.start_execution(&StartExecutionInput { state_machine_arn: Some(ALIAS.into()), ..Default::default() })?;
    }
    for start_count in sfn.count_starts(MACHINE)? {
        if let Some(version) = start_count.version {
            println!("version {version}: {} of 1000 starts", start_count.count);
        }
    }
    Ok(())
}

fn shift_traffic(sfn: &StepFunctions) -> Result<()> {
    sfn.update_state_machine_alias(&UpdateStateMachineAliasInput {
        state_machine_alias_arn: Some(ALIAS.into()),
        routing_configuration: Some(vec![route(2, 100)]),
        ..Default::default()
    })?;
    let alias = sfn.describe_state_machine_alias(&DescribeStateMachineAliasInput {
        state_machine_alias_arn: Some(ALIAS.into()),
    })?;
    for route in alias.routing_configuration {
        println!("shifted {}% to {}", route.weight, route.state_machine_version_arn);
    }
    Ok(())
}

fn delete_resources(sfn: &StepFunctions) -> Result<()> {
    let version = DeleteStateMachineVersionInput { state_machine_version_arn: Some(format!("{MACHINE}:2").into()) };
    if let Err(error) = sfn.delete_state_machine_version(&version) {
        println!("delete version 2: {}: {error}", error.code());
    }
    sfn.delete_state_machine_alias(&DeleteStateMachineAliasInput { state_machine_alias_arn: Some(ALIAS.into()) })?;
    sfn.delete_state_machine_version(&version)?;
    println!("deleted the alias, then version 2");
    Ok(())
}
