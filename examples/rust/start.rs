//! The start for Rust: a whole alias life through the typed methods. Prints `examples/expected.txt`.
#![expect(clippy::print_stdout, reason = "an example prints")]

use sfn_alias::wire::input::*;
use sfn_alias::{Options, Result, StepFunctions};

const MACHINE: &str = "arn:aws:states:us-east-1:000000000000:stateMachine:orders";
const ALIAS: &str = "arn:aws:states:us-east-1:000000000000:stateMachine:orders:PROD";

fn main() -> Result<()> {
    // A seed makes the draws repeatable; leave it away for real chance.
    let aliases = StepFunctions::in_memory_with(Options { seed: Some(7), ..Options::default() })?;
    two_versions(&aliases)?;
    create(&aliases)?;
    start(&aliases)?;
    shift(&aliases)?;
    delete(&aliases)
}

fn two_versions(aliases: &StepFunctions) -> Result<()> {
    aliases.create_state_machine(&CreateStateMachineInput {
        name: Some("orders".into()),
        definition: Some(r#"{"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}"#.into()),
        role_arn: Some("arn:aws:iam::000000000000:role/orders".into()),
        publish: Some(true),
        ..Default::default()
    })?;
    let second = aliases.update_state_machine(&UpdateStateMachineInput {
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

fn create(aliases: &StepFunctions) -> Result<()> {
    let request = CreateStateMachineAliasInput {
        name: Some("PROD".into()),
        routing_configuration: Some(vec![route(1, 90), route(2, 10)]),
        ..Default::default()
    };
    let created = aliases.create_state_machine_alias(&request)?;
    println!("created {}", created.state_machine_alias_arn);
    let again = aliases.create_state_machine_alias(&request)?;
    println!("the same request again: {}", if again == created { "the same answer" } else { "another answer" });
    let other = CreateStateMachineAliasInput { description: Some("live".into()), ..request };
    if let Err(error) = aliases.create_state_machine_alias(&other) {
        println!("another description: {}: {error}", error.code());
    }
    Ok(())
}

fn start(aliases: &StepFunctions) -> Result<()> {
    for _ in 0..1000 {
        aliases
            .start_execution(&StartExecutionInput { state_machine_arn: Some(ALIAS.into()), ..Default::default() })?;
    }
    for started in aliases.start_counts(MACHINE)? {
        if let Some(version) = started.version {
            println!("version {version}: {} of 1000 starts", started.count);
        }
    }
    Ok(())
}

fn shift(aliases: &StepFunctions) -> Result<()> {
    aliases.update_state_machine_alias(&UpdateStateMachineAliasInput {
        state_machine_alias_arn: Some(ALIAS.into()),
        routing_configuration: Some(vec![route(2, 100)]),
        ..Default::default()
    })?;
    let alias = aliases.describe_state_machine_alias(&DescribeStateMachineAliasInput {
        state_machine_alias_arn: Some(ALIAS.into()),
    })?;
    for route in alias.routing_configuration {
        println!("shifted {}% to {}", route.weight, route.state_machine_version_arn);
    }
    Ok(())
}

fn delete(aliases: &StepFunctions) -> Result<()> {
    let version = DeleteStateMachineVersionInput { state_machine_version_arn: Some(format!("{MACHINE}:2").into()) };
    if let Err(error) = aliases.delete_state_machine_version(&version) {
        println!("delete version 2: {}: {error}", error.code());
    }
    aliases
        .delete_state_machine_alias(&DeleteStateMachineAliasInput { state_machine_alias_arn: Some(ALIAS.into()) })?;
    aliases.delete_state_machine_version(&version)?;
    println!("deleted the alias, then version 2");
    Ok(())
}
