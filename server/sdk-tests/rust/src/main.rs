//! An unmodified client of the AWS SDK for Rust against the endpoint: a whole alias life, then errors by
//! their types.

use aws_sdk_sfn::Client;
use aws_sdk_sfn::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use aws_sdk_sfn::operation::create_state_machine_alias::CreateStateMachineAliasError;
use aws_sdk_sfn::types::RoutingConfigurationListItem;
use std::error::Error;
use std::fmt::Debug;

const MACHINE: &str = "arn:aws:states:us-east-1:000000000000:stateMachine:orders";
const ALIAS: &str = "arn:aws:states:us-east-1:000000000000:stateMachine:orders:PROD";
const ROLE: &str = "arn:aws:iam::000000000000:role/orders";
const DEFINITION: &str = r#"{"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}"#;

type Outcome = Result<(), Box<dyn Error>>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Outcome {
    // The environment says where the endpoint is: AWS_ENDPOINT_URL_SFN.
    let client = Client::new(&aws_config::load_defaults(aws_config::BehaviorVersion::latest()).await);
    two_versions(&client).await?;
    create(&client).await?;
    start(&client).await?;
    shift(&client).await?;
    delete(&client).await?;
    refusals(&client).await
}

fn route(version: u32, weight: i32) -> Result<RoutingConfigurationListItem, Box<dyn Error>> {
    let arn = format!("{MACHINE}:{version}");
    Ok(RoutingConfigurationListItem::builder().state_machine_version_arn(arn).weight(weight).build()?)
}

/// The code and the message of an error, which must be one that `is` tells.
fn refused<T: Debug, E>(answer: Result<T, SdkError<E>>, is: fn(&E) -> bool) -> Result<String, Box<dyn Error>>
where
    E: Error + ProvideErrorMetadata + Send + Sync + 'static,
{
    let error = answer.expect_err("a refusal");
    let Some(known) = error.as_service_error().filter(|error| is(error)) else {
        return Err(format!("another error: {}", DisplayErrorContext(error)).into());
    };
    let said = known.meta();
    Ok(format!("{}: {}", said.code().unwrap_or_default(), said.message().unwrap_or_default()))
}

async fn two_versions(client: &Client) -> Outcome {
    client.create_state_machine().name("orders").definition(DEFINITION).role_arn(ROLE).publish(true).send().await?;
    let definition = r#"{"StartAt": "Done", "States": {"Done": {"Type": "Pass", "End": true}}}"#;
    let update = client.update_state_machine().state_machine_arn(MACHINE).definition(definition).publish(true);
    println!("published {}", update.send().await?.state_machine_version_arn().unwrap_or_default());
    Ok(())
}

async fn create(client: &Client) -> Outcome {
    let request = client.create_state_machine_alias().name("PROD");
    let request = request.routing_configuration(route(1, 90)?).routing_configuration(route(2, 10)?);
    let created = request.clone().send().await?;
    println!("created {}", created.state_machine_alias_arn());
    let again = request.clone().send().await?;
    let same = again.creation_date() == created.creation_date();
    println!("repeated request: {}", if same { "same response" } else { "different response" });
    let other = request.description("live").send().await;
    println!("different description: {}", refused(other, |error| error.is_conflict_exception())?);
    Ok(())
}

async fn start(client: &Client) -> Outcome {
    for _ in 0..1000 {
        client.start_execution().state_machine_arn(ALIAS).send().await?;
    }
    for version in [1, 2] {
        let list = client.list_executions().state_machine_arn(format!("{MACHINE}:{version}"));
        let mut executions = list.into_paginator().items().send();
        let mut count = 0;
        while executions.try_next().await?.is_some() {
            count += 1;
        }
        println!("version {version}: {count} of 1000 starts");
    }
    Ok(())
}

async fn shift(client: &Client) -> Outcome {
    let all = route(2, 100)?;
    client.update_state_machine_alias().state_machine_alias_arn(ALIAS).routing_configuration(all).send().await?;
    let alias = client.describe_state_machine_alias().state_machine_alias_arn(ALIAS).send().await?;
    for route in alias.routing_configuration() {
        println!("shifted {}% to {}", route.weight(), route.state_machine_version_arn());
    }
    Ok(())
}

async fn delete(client: &Client) -> Outcome {
    let version = client.delete_state_machine_version().state_machine_version_arn(format!("{MACHINE}:2"));
    let referenced = version.clone().send().await;
    println!("delete version 2: {}", refused(referenced, |error| error.is_conflict_exception())?);
    client.delete_state_machine_alias().state_machine_alias_arn(ALIAS).send().await?;
    version.send().await?;
    println!("deleted the alias, then version 2");
    Ok(())
}

async fn refusals(client: &Client) -> Outcome {
    let missing = client.describe_state_machine_alias().state_machine_alias_arn(ALIAS).send().await;
    println!("{}", refused(missing, |error| error.is_resource_not_found())?);
    invalid_aliases(client).await?;
    let gone = client.describe_state_machine().state_machine_arn(MACHINE.replace("orders", "gone")).send().await;
    println!("{}", refused(gone, |error| error.is_state_machine_does_not_exist())?);
    let other = client.create_state_machine().name("orders").role_arn(ROLE);
    let other = other.definition(DEFINITION.replace("Done", "End")).send().await;
    println!("{}", refused(other, |error| error.is_state_machine_already_exists())?);
    let list = client.list_state_machines().next_token("x").send().await;
    println!("{}", refused(list, |error| error.is_invalid_token())?);
    let start = client.start_execution().state_machine_arn("orders").send().await;
    println!("{}", refused(start, |error| error.is_invalid_arn())?);
    let history = format!("{}:one", MACHINE.replace("stateMachine", "execution"));
    let history = client.get_execution_history().execution_arn(history).send().await;
    println!("{}", refused(history, |error| !error.is_invalid_arn() && !error.is_execution_does_not_exist())?);
    Ok(())
}

async fn invalid_aliases(client: &Client) -> Outcome {
    for (name, weight) in [("PROD", 70), ("123", 100)] {
        let request = client.create_state_machine_alias().name(name).routing_configuration(route(1, weight)?);
        let error = request.send().await.expect_err("a refusal");
        match error.as_service_error() {
            Some(CreateStateMachineAliasError::ValidationException(invalid)) => {
                let reason = invalid.reason().map(|reason| format!(" ({})", reason.as_str())).unwrap_or_default();
                println!("ValidationException{reason}: {}", invalid.message().unwrap_or_default());
            }
            _ => return Err(DisplayErrorContext(error).to_string().into()),
        }
    }
    Ok(())
}
