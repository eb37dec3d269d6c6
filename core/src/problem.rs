//! Everything that is wrong with a request at once, with what to do about it.

use crate::constraint::{Constraint, Violation};
use crate::error::Error;
use serde::Serialize;

/// One problem of a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Problem {
    /// Where, as a JSON pointer into the input; empty for the request as a whole.
    pub path: String,
    /// A code that stays the same in every later version, for example `weights-sum`.
    pub code: &'static str,
    /// The AWS error that the problem leads to, for example `ValidationException`.
    pub error: &'static str,
    /// The sentence that AWS answers to this problem alone.
    pub message: String,
    /// What to do about it.
    pub fix: String,
}

impl Problem {
    pub(crate) fn of_violation(violation: &Violation) -> Self {
        let (code, fix) = advice_on_constraint(&violation.constraint);
        let message = format!("1 validation error detected: {violation}");
        Self { path: violation.pointer.clone(), code, error: "ValidationException", message, fix }
    }

    pub(crate) fn of_error(path: &str, error: &Error) -> Self {
        let (code, fix) = match error {
            Error::ArnPrefix { .. } | Error::ArnType { .. } => ("invalid-arn", advice_on_arn(path, error)),
            _ => advice_on_error(error),
        };
        Self { path: path.to_owned(), code, error: error.code(), message: error.to_string(), fix: fix.to_owned() }
    }
}

fn advice_on_constraint(constraint: &Constraint) -> (&'static str, String) {
    match constraint {
        Constraint::NotNull => ("required", "give this member a value".to_owned()),
        Constraint::MinLength(n) => ("too-short", format!("use {n} or more characters")),
        Constraint::MaxLength(n) => ("too-long", format!("use {n} characters or fewer")),
        Constraint::MinItems(n) => ("too-few", format!("give {n} or more items")),
        Constraint::MaxItems(n) => ("too-many", format!("give {n} items or fewer")),
        Constraint::Min(n) => ("too-small", format!("use {n} or more")),
        Constraint::Max(n) => ("too-large", format!("use {n} or less")),
        Constraint::Pattern(p) => ("pattern", format!("use only what matches {}", p.text())),
        Constraint::Enum(values) => ("enum", format!("use one of {}", values.join(", "))),
        Constraint::Items { min, max } => ("item-length", format!("make every item {min} to {max} characters long")),
    }
}

/// ExecutionFilter ARN belongs at a path.
fn advice_on_arn(path: &str, error: &Error) -> &'static str {
    if matches!(error, Error::ArnType { found } if found == "stateMachineAlias") {
        return "write stateMachine instead of stateMachineAlias: alias ARNs end in stateMachine:NAME:ALIAS";
    }
    match path.rsplit('/').next().unwrap_or_default() {
        "roleArn" => "use an ARN of the form arn:aws:iam::ACCOUNT:role/NAME",
        "executionArn" => "use an ARN of the form arn:aws:states:REGION:ACCOUNT:execution:NAME:EXECUTION",
        "stateMachineAliasArn" => "use an ARN of the form arn:aws:states:REGION:ACCOUNT:stateMachine:NAME:ALIAS",
        "stateMachineVersionArn" => "use an ARN of the form arn:aws:states:REGION:ACCOUNT:stateMachine:NAME:NUMBER",
        _ => "use an ARN of the form arn:aws:states:REGION:ACCOUNT:stateMachine:NAME",
    }
}

fn advice_on_error(error: &Error) -> (&'static str, &'static str) {
    match error {
        Error::NotVersionArns { .. } => {
            ("not-a-version-arn", "use the ARN of a published version: the state machine's ARN, a colon and a number")
        }
        Error::RepeatedVersions { .. } => {
            ("version-repeated", "specify each version once; for a single version use one route with weight 100")
        }
        Error::WeightsSum { .. } => ("weights-sum", "change the weights so that they sum to 100"),
        Error::OtherStateMachine { .. } => {
            ("other-state-machine", "use versions of one state machine, the alias's own")
        }
        Error::NothingToUpdateInAlias | Error::NothingToUpdateInStateMachine => {
            ("nothing-to-update", "specify at least one member to update")
        }
        Error::LabeledArn { .. } => ("labeled-arn", "remove the label after the slash"),
        Error::DescriptionWithoutPublish => {
            ("description-without-publish", "set publish to true, or remove versionDescription")
        }
        Error::NoExecutionsOwner => ("no-executions-owner", "specify stateMachineArn"),
        Error::TwoExecutionsOwners => ("two-executions-owners", "remove one of stateMachineArn and mapRunArn"),
        Error::AliasArnRequired { .. } => {
            ("not-an-alias-arn", "use the alias's ARN: the state machine's ARN, a colon and the alias's name")
        }
        Error::VersionArnRequired { .. } => {
            ("not-a-version-arn", "use the version's ARN: the state machine's ARN, a colon and the number")
        }
        Error::ResourceNotFound { .. } => ("no-map-runs", "list by stateMachineArn; map runs are not modelled"),
        Error::TooManyTags { .. } => ("too-many-tags", "specify fewer tags"),
        Error::StateMachineOrVersionArnRequired { .. } => {
            ("not-a-state-machine-arn", "use the ARN of the state machine or of one of its versions")
        }
        Error::InvalidName { .. } => {
            ("name-characters", "remove whitespace, control characters and any of <>{}[]?*\"#%\\^|~`$&,;:/ away")
        }
        Error::InvalidDefinition { .. } => {
            ("definition", "specify Amazon States Language JSON with StartAt and States")
        }
        Error::InvalidExecutionInput { .. } => ("execution-input", "specify JSON text, for example {}"),
        Error::UnknownOperation { .. } => ("unknown-operation", "use the name of an AWS Step Functions operation"),
        Error::Malformed { .. } => ("not-json", "send a JSON object"),
        Error::WrongType { .. } => ("wrong-type", "use a value of the type in the message"),
        Error::TooLarge { .. } => ("too-large-request", "send less in one request"),
        _ => ("refused", "see the message"),
    }
}
