//! One sample of each error, for its message and its fix.

use sfn_alias::{Error, validate};

const ORDERS: &str = "arn:aws:states:us-east-1:123456789012:stateMachine:orders";
const RUN: &str = "arn:aws:states:us-east-1:123456789012:execution:orders:run";

/// Returns one sample of each error.
pub(super) fn samples() -> Vec<Error> {
    [
        constraints(),
        routing_rules(),
        other_rules(),
        arns_and_texts(),
        conflicts_and_quotas(),
        missing_resources(),
        endings(),
        faults(),
        own(),
    ]
    .concat()
}

/// Violates one constraint per request.
fn constraints() -> Vec<Error> {
    let requests = [
        ("DescribeStateMachineAlias", "{}".to_owned()),
        ("CreateStateMachine", r#"{"name": "orders", "definition": "{}", "roleArn": ""}"#.to_owned()),
        ("ListStateMachineAliases", format!(r#"{{"stateMachineArn": "{ORDERS}", "maxResults": 1001}}"#)),
    ];
    requests.iter().filter_map(|(operation, input)| validate(operation, input.as_bytes()).err()).collect()
}

fn routing_rules() -> Vec<Error> {
    let repeated = vec![format!("{ORDERS}:1"), format!("{ORDERS}:1")];
    let other = vec![format!("{ORDERS}:1"), ORDERS.replace("orders", "payments") + ":1"];
    vec![
        Error::NotVersionArns { received: vec![ORDERS.to_owned()] },
        Error::RepeatedVersions { received: repeated },
        Error::WeightsSum(vec![90, 5]),
        Error::OtherStateMachine { received: other },
    ]
}

fn other_rules() -> Vec<Error> {
    vec![
        Error::NothingToUpdateInAlias,
        Error::NothingToUpdateInStateMachine,
        Error::LabeledArn(format!("{ORDERS}/label")),
        Error::DescriptionWithoutPublish,
        Error::ListExecutionsWithoutArn,
        Error::ListExecutionsWithTwoArns,
        Error::FilterRequiresMapRun("redriveFilter"),
    ]
}

fn arns_and_texts() -> Vec<Error> {
    vec![
        Error::ArnPrefix("orders:1".to_owned()),
        Error::InvalidRoleArn("role".to_owned()),
        Error::ArnType("execution".to_owned()),
        Error::AliasArnRequired(format!("{ORDERS}:1")),
        Error::VersionArnRequired(ORDERS.to_owned()),
        Error::StateMachineOrVersionArnRequired(format!("{ORDERS}:PROD")),
        Error::InvalidName("my orders".to_owned()),
        Error::InvalidToken,
        Error::InvalidDefinition("SCHEMA_VALIDATION_FAILED: ...".to_owned()),
        Error::InvalidLoggingConfiguration("Must specify exactly one Log Destination.".to_owned()),
        Error::InvalidEncryptionConfiguration("Must set a valid kmsKeyId.".to_owned()),
        Error::InvalidExecutionInput("...".to_owned()),
        Error::UnknownOperation { name: "CreateAlias".to_owned(), nearest: Some("CreateStateMachineAlias") },
        Error::UnsupportedOperation("CreateActivity"),
        Error::Malformed("...".to_owned()),
        Error::WrongType { pointer: "/name".to_owned(), expected: "a string", found: "an integer" },
        Error::TooLarge { size: 1_048_577, limit: 1_048_576 },
    ]
}

fn conflicts_and_quotas() -> Vec<Error> {
    vec![
        Error::AliasConflict,
        Error::VersionReferenced { aliases: vec!["PROD".to_owned()] },
        Error::RevisionConflict { requested: "REVISION".to_owned(), current: "INITIAL".to_owned() },
        Error::AliasQuota(100),
        Error::VersionQuota(1000),
        Error::TooManyTags(50),
        Error::StateMachineAlreadyExists(ORDERS.to_owned()),
        Error::ExecutionAlreadyExists(RUN.to_owned()),
    ]
}

fn missing_resources() -> Vec<Error> {
    vec![
        Error::StateMachineDeleting(ORDERS.to_owned()),
        Error::StateMachineDoesNotExist(ORDERS.to_owned()),
        Error::StateMachineTypeNotSupported,
        Error::ReferenceNotFound,
        Error::ResourceNotFound(ORDERS.to_owned()),
        Error::ExecutionDoesNotExist(RUN.to_owned()),
    ]
}

fn endings() -> Vec<Error> {
    vec![
        Error::InvalidEnding(format!("'{RUN}' has already ended with status SUCCEEDED; start another execution")),
        Error::InvalidDocuments("the alias would have 1001 documents; the maximum is 1000; delete some".to_owned()),
        Error::ExecutionNotRedrivable("Execution is SUCCEEDED and cannot be redriven"),
        Error::OutcomeRequired(ORDERS.to_owned()),
    ]
}

fn faults() -> Vec<Error> {
    let user = "arn:aws:sts::123456789012:assumed-role/sfn-alias/fault".to_owned();
    vec![
        Error::AccessDenied { user, operation: "StartExecution", resource: ORDERS.to_owned() },
        Error::Throttled,
        Error::InternalServerError,
        Error::ServiceUnavailable,
    ]
}

fn own() -> Vec<Error> {
    let detail = || "...".to_owned();
    vec![
        Error::Store(detail()),
        Error::StoreUnavailable(detail()),
        Error::UnknownOutcome(detail()),
        Error::Internal(detail()),
        Error::Closed,
        Error::Entropy(detail()),
    ]
}
