//! An unmodified client of the AWS SDK for Rust against the endpoint: the life cycle of an alias, then errors.

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

type TestResult = Result<(), Box<dyn Error>>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> TestResult {
    // The SDK reads the endpoint from AWS_ENDPOINT_URL_SFN.
    let client = Client::new(&aws_config::load_defaults(aws_config::BehaviorVersion::latest()).await);
    publish_two_versions(&client).await?;
    create(&client).await?;
    start(&client).await?;
    shift(&client).await?;
    delete(&client).await?;
    test_errors(&client).await
}

fn route(version: u32, weight: i32) -> Result<RoutingConfigurationListItem, Box<dyn Error>> {
    let arn = format!("{MACHINE}:{version}");
    Ok(RoutingConfigurationListItem::builder().state_machine_version_arn(arn).weight(weight).build()?)
}

/// Returns the code and the message of an error, which must satisfy `is`.
fn expect_service_error<T: Debug, E>(result: Result<T, SdkError<E>>, is: fn(&E) -> bool) -> Result<String, Box<dyn Error>>
where
    E: Error + ProvideErrorMetadata + Send + Sync + 'static,
{
    let error = result.expect_err("an error");
    let Some(known) = error.as_service_error().filter(|error| is(error)) else {
        return Err(format!("unexpected error: {}", DisplayErrorContext(error)).into());
    };
    let meta = known.meta();
    Ok(format!("{}: {}", meta.code().unwrap_or_default(), meta.message().unwrap_or_default()))
}

async fn publish_two_versions(client: &Client) -> TestResult {
    client.create_state_machine().name("orders").definition(DEFINITION).role_arn(ROLE).publish(true).send().await?;
    let definition = r#"{"StartAt": "Done", "States": {"Done": {"Type": "Pass", "End": true}}}"#;
    let update = client.update_state_machine().state_machine_arn(MACHINE).definition(definition).publish(true);
    println!("published {}", update.send().await?.state_machine_version_arn().unwrap_or_default());
    Ok(())
}

async fn create(client: &Client) -> TestResult {
    let request = client.create_state_machine_alias().name("PROD");
    let request = request.routing_configuration(route(1, 90)?).routing_configuration(route(2, 10)?);
    let created = request.clone().send().await?;
    println!("created {}", created.state_machine_alias_arn());
    let again = request.clone().send().await?;
    let same = again.creation_date() == created.creation_date();
    println!("repeated request: {}", if same { "same response" } else { "different response" });
    let other = request.description("live").send().await;
    println!("different description: {}", expect_service_error(other, |error| error.is_conflict_exception())?);
    Ok(())
}

async fn start(client: &Client) -> TestResult {
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

async fn shift(client: &Client) -> TestResult {
    let all = route(2, 100)?;
    client.update_state_machine_alias().state_machine_alias_arn(ALIAS).routing_configuration(all).send().await?;
    let alias = client.describe_state_machine_alias().state_machine_alias_arn(ALIAS).send().await?;
    for route in alias.routing_configuration() {
        println!("shifted {}% to {}", route.weight(), route.state_machine_version_arn());
    }
    Ok(())
}

async fn delete(client: &Client) -> TestResult {
    let version = client.delete_state_machine_version().state_machine_version_arn(format!("{MACHINE}:2"));
    let referenced = version.clone().send().await;
    println!("delete version 2: {}", expect_service_error(referenced, |error| error.is_conflict_exception())?);
    client.delete_state_machine_alias().state_machine_alias_arn(ALIAS).send().await?;
    version.send().await?;
    println!("deleted the alias, then version 2");
    Ok(())
}

async fn test_errors(client: &Client) -> TestResult {
    let missing = client.describe_state_machine_alias().state_machine_alias_arn(ALIAS).send().await;
    println!("{}", expect_service_error(missing, |error| error.is_resource_not_found())?);
    test_invalid_aliases(client).await?;
    let gone = client.describe_state_machine().state_machine_arn(MACHINE.replace("orders", "gone")).send().await;
    println!("{}", expect_service_error(gone, |error| error.is_state_machine_does_not_exist())?);
    let other = client.create_state_machine().name("orders").role_arn(ROLE);
    let other = other.definition(DEFINITION.replace("Done", "End")).send().await;
    println!("{}", expect_service_error(other, |error| error.is_state_machine_already_exists())?);
    let list = client.list_state_machines().next_token("x").send().await;
    println!("{}", expect_service_error(list, |error| error.is_invalid_token())?);
    let start = client.start_execution().state_machine_arn("orders").send().await;
    println!("{}", expect_service_error(start, |error| error.is_invalid_arn())?);
    // The SDK sends this operation to `sync-` and the host, which does not exist for a local endpoint.
    let sync = client.start_sync_execution().state_machine_arn(MACHINE).customize().mutate_request(|request| {
        let uri = request.uri().replacen("://sync-", "://", 1);
        request.set_uri(uri).expect("a URL");
    });
    println!("{}", expect_service_error(sync.send().await, |error| error.is_state_machine_type_not_supported())?);
    let activities = client.list_activities().send().await;
    println!("{}", expect_service_error(activities, |error| !error.is_invalid_token())?);
    Ok(())
}

async fn test_invalid_aliases(client: &Client) -> TestResult {
    for (name, weight) in [("PROD", 70), ("123", 100)] {
        let request = client.create_state_machine_alias().name(name).routing_configuration(route(1, weight)?);
        let error = request.send().await.expect_err("an error");
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
