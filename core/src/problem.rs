//! All problems of a request at once, each with a code and a fix.

use crate::constraint::{Constraint, Pattern, Violation};
use crate::error::{Error, ErrorKind};
use serde::Serialize;
use std::fmt;

/// One problem of a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Problem {
    /// The member, as a JSON pointer into the input. Empty for the request as a whole.
    pub path: String,
    /// The code, stable across releases.
    pub code: ProblemCode,
    /// The code of the AWS error that the problem causes, for example `ValidationException`.
    pub error: &'static str,
    /// The message that AWS returns if this is the only problem.
    pub message: String,
    /// What to do.
    pub fix: String,
}

impl Problem {
    pub(crate) fn from_violation(violation: &Violation) -> Self {
        let (code, fix) = fix_constraint(&violation.constraint);
        let message = format!("1 validation error detected: {violation}");
        Self { path: violation.pointer.clone(), code, error: ErrorKind::ValidationException.code(), message, fix }
    }

    pub(crate) fn from_error(pointer: &str, error: &Error) -> Self {
        let (code, fix) = fix_error(pointer, error);
        Self { path: pointer.to_owned(), code, error: error.code(), message: error.to_string(), fix }
    }
}

impl Error {
    /// Returns what to do.
    ///
    /// ```
    /// assert_eq!(sfn_alias::Error::AliasConflict.fix(), "use another name, or update the existing alias");
    /// ```
    pub fn fix(&self) -> String {
        fix_error("", self).1
    }
}

/// Declares [`ProblemCode`] with its texts, the errors with this code, and what to do about them.
macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal $(from $($error:ident)+: $fix:literal)?;)*) => {
        /// The code of a [`Problem`]: `weights-sum` in JSON. A code keeps its meaning in every later release.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
        #[non_exhaustive]
        pub enum ProblemCode { $($(#[$doc])* #[serde(rename = $text)] $name,)* }

        impl ProblemCode {
            /// All codes.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// Returns the code as it appears in JSON, for example `weights-sum`.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }
        }

        /// Returns the code of an error, and the fix if it does not depend on the error's fields.
        const fn fix_any(error: &Error) -> (ProblemCode, &'static str) {
            match error { $($($(Error::$error { .. })|+ => (ProblemCode::$name, $fix),)?)* }
        }
    };
}

codes! {
    /// A required member is missing.
    Required = "required";
    /// A string is too short.
    TooShort = "too-short";
    /// A string is too long.
    TooLong = "too-long";
    /// A list has too few items.
    TooFew = "too-few";
    /// A list has too many items.
    TooMany = "too-many";
    /// A number is too small.
    TooSmall = "too-small";
    /// A number is too large.
    TooLarge = "too-large";
    /// A string does not match the pattern.
    Pattern = "pattern";
    /// A string is not one of the allowed values.
    Enum = "enum";
    /// An item of a list is too short or too long.
    ItemLength = "item-length";
    /// An ARN is not valid, or names another type of resource.
    InvalidArn = "invalid-arn" from ArnPrefix ArnType InvalidRoleArn:
        "use an ARN of the form arn:aws:states:REGION:ACCOUNT:stateMachine:NAME";
    /// An ARN does not name a version.
    NotAVersionArn = "not-a-version-arn" from NotVersionArns VersionArnRequired:
        "use the version's ARN: the state machine's ARN, a colon and the number";
    /// An ARN does not name an alias.
    NotAnAliasArn = "not-an-alias-arn" from AliasArnRequired:
        "use the alias's ARN: the state machine's ARN, a colon and the alias's name";
    /// An ARN names neither a state machine nor a version.
    NotAStateMachineArn = "not-a-state-machine-arn" from StateMachineOrVersionArnRequired:
        "use the ARN of the state machine or of one of its versions";
    /// An ARN ends in a map state's label.
    LabeledArn = "labeled-arn" from LabeledArn: "remove the label after the slash";
    /// A routing contains the same version twice.
    VersionRepeated = "version-repeated" from RepeatedVersions:
        "specify each version once; for a single version use one route with weight 100";
    /// The weights of a routing do not sum to 100.
    WeightsSum = "weights-sum" from WeightsSum: "change the weights so that they sum to 100";
    /// A routing contains versions of several state machines.
    OtherStateMachine = "other-state-machine" from OtherStateMachine:
        "use only versions of the state machine that the alias belongs to";
    /// An update changes nothing.
    NothingToUpdate = "nothing-to-update" from NothingToUpdateInAlias NothingToUpdateInStateMachine:
        "specify at least one member to update";
    /// `versionDescription` is set, and `publish` is not.
    DescriptionWithoutPublish = "description-without-publish" from DescriptionWithoutPublish:
        "set publish to true, or remove versionDescription";
    /// ListExecutions without an ARN.
    ListExecutionsWithoutArn = "list-executions-without-arn" from ListExecutionsWithoutArn: "specify stateMachineArn";
    /// ListExecutions with two ARNs.
    ListExecutionsWithTwoArns = "list-executions-with-two-arns" from ListExecutionsWithTwoArns:
        "specify only stateMachineArn; sfn-alias does not emulate map runs";
    /// Map runs are not supported.
    MapRunsNotSupported = "map-runs-not-supported" from FilterRequiresMapRun:
        "remove the filter; sfn-alias does not emulate map runs";
    /// More tags than a resource can have.
    TooManyTags = "too-many-tags" from TooManyTags: "specify fewer tags, or remove existing tags first";
    /// A name contains a forbidden character.
    InvalidName = "invalid-name" from InvalidName:
        "remove whitespace, control characters and any of <>{}[]?*\"#%\\^|~`$&,;:/";
    /// A definition is not valid.
    InvalidDefinition = "invalid-definition" from InvalidDefinition:
        "correct the fields of the definition that the message names";
    /// A logging configuration is not valid.
    InvalidLoggingConfiguration = "invalid-logging-configuration" from InvalidLoggingConfiguration:
        "specify one log group, as its ARN with :* at the end, or set the level to OFF";
    /// An encryption configuration is not valid.
    InvalidEncryptionConfiguration = "invalid-encryption-configuration" from InvalidEncryptionConfiguration:
        "specify kmsKeyId with the type CUSTOMER_MANAGED_KMS_KEY, and only type with AWS_OWNED_KEY";
    /// An execution input is not JSON.
    InvalidExecutionInput = "invalid-execution-input" from InvalidExecutionInput: "specify JSON text, for example {}";
    /// A page token is not valid.
    InvalidToken = "invalid-token" from InvalidToken:
        "use the nextToken of the previous page, or omit nextToken to get the first page";
    /// The operation is unknown.
    UnknownOperation = "unknown-operation" from UnknownOperation UnsupportedOperation:
        "use an operation on state machines, versions, aliases, executions or tags; sfn-alias supports no others";
    /// The operation does not have this member.
    UnknownMember = "unknown-member";
    /// The request is not a JSON object.
    NotJson = "not-json" from Malformed: "send a JSON object";
    /// A member has the wrong JSON type.
    WrongType = "wrong-type" from WrongType: "use a value of the expected type";
    /// The request has too many bytes.
    TooLargeRequest = "too-large-request" from TooLarge: "send a smaller request; the message states the limit";
    /// The alias exists with another description or routing.
    AliasConflict = "alias-conflict" from AliasConflict: "use another name, or update the existing alias";
    /// An alias references the version.
    VersionReferenced = "version-referenced" from VersionReferenced:
        "first update or delete the aliases that the message lists";
    /// The revision is not the current one.
    RevisionConflict = "revision-conflict" from RevisionConflict:
        "use the current revisionId, or omit revisionId to publish the current revision";
    /// The state machine has the maximum number of aliases.
    AliasQuota = "alias-quota" from AliasQuota: "delete an alias of this state machine first";
    /// The state machine has the maximum number of versions.
    VersionQuota = "version-quota" from VersionQuota: "delete a version of this state machine first";
    /// A state machine with this name exists.
    StateMachineAlreadyExists = "state-machine-already-exists" from StateMachineAlreadyExists:
        "use another name, or update the existing state machine";
    /// The state machine is being deleted.
    StateMachineDeleting = "state-machine-deleting" from StateMachineDeleting:
        "wait until the state machine is deleted, or use another one";
    /// The state machine does not exist.
    StateMachineDoesNotExist = "state-machine-does-not-exist" from StateMachineDoesNotExist:
        "create the state machine, or use the ARN of an existing one";
    /// EXPRESS state machines do not support the operation.
    StateMachineTypeNotSupported = "state-machine-type-not-supported" from StateMachineTypeNotSupported:
        "use a state machine of the other type: STANDARD, or EXPRESS for StartSyncExecution";
    /// An alias, version or tagged resource does not exist.
    ResourceNotFound = "resource-not-found" from ReferenceNotFound ResourceNotFound:
        "create the resource, or use the ARN of an existing one";
    /// An execution with this name exists.
    ExecutionAlreadyExists = "execution-already-exists" from ExecutionAlreadyExists: "use another execution name";
    /// The execution does not exist.
    ExecutionDoesNotExist = "execution-does-not-exist" from ExecutionDoesNotExist:
        "use the ARN of an existing execution";
    /// The execution cannot be redriven.
    ExecutionNotRedrivable = "execution-not-redrivable" from ExecutionNotRedrivable:
        "redrive an execution that failed, timed out or was stopped in the last 14 days";
    /// The execution cannot be ended as requested.
    InvalidEnding = "invalid-ending" from InvalidEnding: "correct what the message names";
    /// Documents of an alias cannot be stored.
    InvalidDocuments = "invalid-documents" from InvalidDocuments: "correct what the message names";
    /// The alarm rules are not valid.
    InvalidAlarmRules = "invalid-alarm-rules" from InvalidAlarmRules: "correct what the message names";
    /// No rule decides how the execution ends.
    OutcomeRequired = "outcome-required" from OutcomeRequired:
        "add a rule to `outcomes` that matches the state machine";
    /// A fault of the rules.
    Fault = "fault" from AccessDenied Throttled InternalServerError ServiceUnavailable:
        "a rule in `faults` causes this error; try again, or remove the rule";
    /// The store failed.
    StorageFailure = "storage-failure" from Store StoreUnavailable UnknownOutcome:
        "fix the cause that the message describes, and try again";
    /// A bug in this library.
    InternalFailure = "internal-failure" from Internal Constraints:
        "report this bug in sfn-alias, and include the request";
    /// The service is closed.
    ServiceClosed = "service-closed" from Closed: "create or open the service again";
    /// The operating system's random number generator failed.
    EntropyFailure = "entropy-failure" from Entropy:
        "check the random number generator of the operating system, and try again";
}

impl fmt::Display for ProblemCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

fn fix_constraint(constraint: &Constraint) -> (ProblemCode, String) {
    match constraint {
        Constraint::NotNull => (ProblemCode::Required, "specify a value for this member".to_owned()),
        Constraint::MinLength(n) => (ProblemCode::TooShort, format!("use {n} or more characters")),
        Constraint::MaxLength(n) => (ProblemCode::TooLong, format!("use {n} characters or fewer")),
        Constraint::MaxBytes(n) => (ProblemCode::TooLong, format!("use {n} bytes of UTF-8 or fewer")),
        Constraint::MinItems(n) => (ProblemCode::TooFew, format!("specify {n} or more items")),
        Constraint::MaxItems(n) => (ProblemCode::TooMany, format!("specify {n} items or fewer")),
        Constraint::Min(n) => (ProblemCode::TooSmall, format!("use a value of {n} or more")),
        Constraint::Max(n) => (ProblemCode::TooLarge, format!("use a value of {n} or less")),
        Constraint::Pattern(Pattern::CharacterRestrictedName) => {
            let fix = "use only letters, digits, `_`, `-` and `.`, and at least one character that is not a digit";
            (ProblemCode::Pattern, fix.to_owned())
        }
        Constraint::Pattern(Pattern::Ascii) => (ProblemCode::Pattern, "use only ASCII characters".to_owned()),
        Constraint::Pattern(Pattern::VisibleAscii) => {
            (ProblemCode::Pattern, "use only ASCII characters without spaces and control characters".to_owned())
        }
        Constraint::Enum(values) => (ProblemCode::Enum, format!("use one of {}", values.join(", "))),
        Constraint::Items { min, max } => {
            (ProblemCode::ItemLength, format!("use {min} to {max} characters in every item"))
        }
    }
}

/// Returns the code and the fix of an error of the member at a JSON pointer.
fn fix_error(pointer: &str, error: &Error) -> (ProblemCode, String) {
    let (code, fix) = fix_any(error);
    let fix = match error {
        Error::Constraints(violations) => {
            let first = violations.iter().next().map(|violation| fix_constraint(&violation.constraint));
            return first.unwrap_or_else(|| (code, fix.to_owned()));
        }
        Error::WrongType { expected, .. } => return (code, format!("use {expected}")),
        Error::ArnType(found) if found == "stateMachineAlias" => {
            "replace stateMachineAlias with stateMachine: alias ARNs end in stateMachine:NAME:ALIAS"
        }
        Error::ArnPrefix(_) | Error::ArnType(_) | Error::InvalidRoleArn(_) => describe_arn_form(pointer).unwrap_or(fix),
        Error::NotVersionArns { .. } => {
            "use the ARN of a published version: the state machine's ARN, a colon and a number"
        }
        Error::ResourceNotFound(_) if pointer == "/mapRunArn" => {
            let fix = "use stateMachineArn instead; sfn-alias does not emulate map runs";
            return (ProblemCode::MapRunsNotSupported, fix.to_owned());
        }
        _ => fix,
    };
    (code, fix.to_owned())
}

/// Returns the form of ARN that the member at a JSON pointer takes, unless it is the ARN of a state machine.
fn describe_arn_form(pointer: &str) -> Option<&'static str> {
    match pointer.rsplit('/').next().unwrap_or_default() {
        "roleArn" => Some("use an ARN of the form arn:aws:iam::ACCOUNT:role/NAME"),
        "executionArn" => Some("use an ARN of the form arn:aws:states:REGION:ACCOUNT:execution:NAME:EXECUTION"),
        "stateMachineAliasArn" => Some("use an ARN of the form arn:aws:states:REGION:ACCOUNT:stateMachine:NAME:ALIAS"),
        "stateMachineVersionArn" => {
            Some("use an ARN of the form arn:aws:states:REGION:ACCOUNT:stateMachine:NAME:NUMBER")
        }
        _ => None,
    }
}
