//! The code and the fix of every error.

use super::ProblemCode as Code;
use crate::constraint::{Constraint, Pattern};
use crate::error::Error;

pub(super) fn fix_constraint(constraint: &Constraint) -> (Code, String) {
    match constraint {
        Constraint::NotNull => (Code::Required, "specify a value for this member".to_owned()),
        Constraint::MinLength(n) => (Code::TooShort, format!("use {n} or more characters")),
        Constraint::MaxLength(n) => (Code::TooLong, format!("use {n} characters or fewer")),
        Constraint::MinItems(n) => (Code::TooFew, format!("specify {n} or more items")),
        Constraint::MaxItems(n) => (Code::TooMany, format!("specify {n} items or fewer")),
        Constraint::Min(n) => (Code::TooSmall, format!("use a value of {n} or more")),
        Constraint::Max(n) => (Code::TooLarge, format!("use a value of {n} or less")),
        Constraint::Pattern(Pattern::CharacterRestrictedName) => {
            let fix = "use only letters, digits, `_`, `-` and `.`, and at least one character that is not a digit";
            (Code::Pattern, fix.to_owned())
        }
        Constraint::Pattern(Pattern::Ascii) => (Code::Pattern, "use only ASCII characters".to_owned()),
        Constraint::Enum(values) => (Code::Enum, format!("use one of {}", values.join(", "))),
        Constraint::Items { min, max } => (Code::ItemLength, format!("use {min} to {max} characters in every item")),
    }
}

/// Returns the code and the fix of an error of the member at a JSON pointer.
pub(super) fn fix_error(pointer: &str, error: &Error) -> (Code, String) {
    let (code, fix) = match error {
        Error::Constraints(violations) => {
            let first = violations.iter().next().map(|violation| fix_constraint(&violation.constraint));
            return first.unwrap_or_else(|| (Code::InternalFailure, REPORT.to_owned()));
        }
        Error::WrongType { expected, .. } => return (Code::WrongType, format!("use {expected}")),
        Error::ArnPrefix { .. } => (Code::InvalidArn, describe_arn_form(pointer)),
        Error::ArnType { found } if found == "stateMachineAlias" => {
            (Code::InvalidArn, "replace stateMachineAlias with stateMachine: alias ARNs end in stateMachine:NAME:ALIAS")
        }
        Error::ArnType { .. } => (Code::InvalidArn, describe_arn_form(pointer)),
        Error::NotVersionArns { .. } => {
            (Code::NotAVersionArn, "use the ARN of a published version: the state machine's ARN, a colon and a number")
        }
        Error::VersionArnRequired { .. } => {
            (Code::NotAVersionArn, "use the version's ARN: the state machine's ARN, a colon and the number")
        }
        Error::AliasArnRequired { .. } => {
            (Code::NotAnAliasArn, "use the alias's ARN: the state machine's ARN, a colon and the alias's name")
        }
        Error::StateMachineOrVersionArnRequired { .. } => {
            (Code::NotAStateMachineArn, "use the ARN of the state machine or of one of its versions")
        }
        Error::LabeledArn { .. } => (Code::LabeledArn, "remove the label after the slash"),
        Error::RepeatedVersions { .. } => {
            (Code::VersionRepeated, "specify each version once; for a single version use one route with weight 100")
        }
        Error::WeightsSum { .. } => (Code::WeightsSum, "change the weights so that they sum to 100"),
        Error::OtherStateMachine { .. } => {
            (Code::OtherStateMachine, "use only versions of the state machine that the alias belongs to")
        }
        Error::NothingToUpdateInAlias | Error::NothingToUpdateInStateMachine => {
            (Code::NothingToUpdate, "specify at least one member to update")
        }
        Error::DescriptionWithoutPublish => {
            (Code::DescriptionWithoutPublish, "set publish to true, or remove versionDescription")
        }
        Error::ListExecutionsWithoutArn => (Code::ListExecutionsWithoutArn, "specify stateMachineArn"),
        Error::ListExecutionsWithTwoArns => {
            (Code::ListExecutionsWithTwoArns, "specify only stateMachineArn; sfn-alias does not emulate map runs")
        }
        Error::ResourceNotFound { .. } if pointer == "/mapRunArn" => {
            (Code::MapRunsNotSupported, "use stateMachineArn instead; sfn-alias does not emulate map runs")
        }
        Error::ReferenceNotFound | Error::ResourceNotFound { .. } => {
            (Code::ResourceNotFound, "create the resource, or use the ARN of an existing one")
        }
        Error::TooManyTags { .. } => (Code::TooManyTags, "specify fewer tags, or remove existing tags first"),
        Error::InvalidName { .. } => {
            (Code::InvalidName, "remove whitespace, control characters and any of <>{}[]?*\"#%\\^|~`$&,;:/")
        }
        Error::InvalidDefinition { .. } => {
            (Code::InvalidDefinition, "specify Amazon States Language JSON with StartAt and States")
        }
        Error::InvalidExecutionInput { .. } => (Code::InvalidExecutionInput, "specify JSON text, for example {}"),
        Error::InvalidToken => {
            (Code::InvalidToken, "use the nextToken of the previous page, or omit nextToken to get the first page")
        }
        Error::UnknownOperation { .. } => (
            Code::UnknownOperation,
            "use an operation on state machines, versions, aliases, executions or tags; sfn-alias supports no others",
        ),
        Error::Malformed { .. } => (Code::NotJson, "send a JSON object"),
        Error::TooLarge { .. } => (Code::TooLargeRequest, "send a smaller request; the message states the limit"),
        Error::AliasConflict => (Code::AliasConflict, "use another name, or update the existing alias"),
        Error::VersionReferenced { .. } => {
            (Code::VersionReferenced, "first update or delete the aliases that the message lists")
        }
        Error::RevisionConflict { .. } => {
            (Code::RevisionConflict, "use the current revisionId, or omit revisionId to publish the current revision")
        }
        Error::AliasQuota { .. } => (Code::AliasQuota, "delete an alias of this state machine first"),
        Error::VersionQuota { .. } => (Code::VersionQuota, "delete a version of this state machine first"),
        Error::StateMachineAlreadyExists { .. } => {
            (Code::StateMachineAlreadyExists, "use another name, or update the existing state machine")
        }
        Error::StateMachineDeleting { .. } => {
            (Code::StateMachineDeleting, "wait until the state machine is deleted, or use another one")
        }
        Error::StateMachineDoesNotExist { .. } => {
            (Code::StateMachineDoesNotExist, "create the state machine, or use the ARN of an existing one")
        }
        Error::StateMachineTypeNotSupported => {
            (Code::StateMachineTypeNotSupported, "use a state machine of the type STANDARD")
        }
        Error::ExecutionAlreadyExists { .. } => (Code::ExecutionAlreadyExists, "use another execution name"),
        Error::ExecutionDoesNotExist { .. } => (Code::ExecutionDoesNotExist, "use the ARN of an existing execution"),
        Error::Store { .. } => (Code::StorageFailure, "fix the cause that the message describes, and try again"),
        Error::Internal { .. } => (Code::InternalFailure, REPORT),
        Error::Closed => (Code::ServiceClosed, "create or open the service again"),
        Error::Entropy { .. } => {
            (Code::EntropyFailure, "check the random number generator of the operating system, and try again")
        }
    };
    (code, fix.to_owned())
}

const REPORT: &str = "report this bug in sfn-alias, and include the request";

/// Returns the form of ARN that the member at a JSON pointer takes.
fn describe_arn_form(pointer: &str) -> &'static str {
    match pointer.rsplit('/').next().unwrap_or_default() {
        "roleArn" => "use an ARN of the form arn:aws:iam::ACCOUNT:role/NAME",
        "executionArn" => "use an ARN of the form arn:aws:states:REGION:ACCOUNT:execution:NAME:EXECUTION",
        "stateMachineAliasArn" => "use an ARN of the form arn:aws:states:REGION:ACCOUNT:stateMachine:NAME:ALIAS",
        "stateMachineVersionArn" => "use an ARN of the form arn:aws:states:REGION:ACCOUNT:stateMachine:NAME:NUMBER",
        _ => "use an ARN of the form arn:aws:states:REGION:ACCOUNT:stateMachine:NAME",
    }
}
