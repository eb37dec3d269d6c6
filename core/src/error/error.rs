//! One refusal: data first, the sentence only in `Display`.

use super::ErrorKind;
use crate::constraint::Violations;

/// One refusal, as data. `Display` is the sentence that AWS answers.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Constraints of the service model, all of them in one message.
    #[error("{0}")]
    Constraints(Violations),
    /// A routing entry that is no version ARN.
    #[error("Routing configuration must contain state machine version ARNs. Received: [{}]", .received.join(", "))]
    NotVersionArns {
        /// The ARNs as given.
        received: Vec<String>,
    },
    /// The same version twice in a routing.
    #[error("Routing configuration must contain distinct state machine version ARNs. Received: [{}]", .received.join(", "))]
    RepeatedVersions {
        /// The ARNs as given.
        received: Vec<String>,
    },
    /// Weights that do not add up to 100.
    #[error("Sum of routing configuration weights must equal 100. Received: {received:?}")]
    WeightsSum {
        /// The weights as given.
        received: Vec<i64>,
    },
    /// Versions of more than one state machine.
    #[error("Routing configuration must contain versions of the same state machine. Received: [{}]", .received.join(", "))]
    OtherStateMachine {
        /// The ARNs as given.
        received: Vec<String>,
    },
    /// UpdateStateMachineAlias with neither member.
    #[error("Either the description or the routing configuration must be specified")]
    NothingToUpdateInAlias,
    /// UpdateStateMachine with nothing to update.
    #[error(
        "Either the definition, the role ARN, the LoggingConfiguration, or the TracingConfiguration must be specified"
    )]
    NothingToUpdateInStateMachine,
    /// A map state's label behind the state machine ARN.
    #[error("This operation does not support labeled ARNs: '{arn}'")]
    LabeledArn {
        /// The ARN as given.
        arn: String,
    },
    /// `versionDescription` without `publish`.
    #[error("Version description can only be set when publish is true")]
    DescriptionWithoutPublish,
    /// ListExecutions with neither ARN.
    #[error("Either the stateMachineArn or the mapRunArn must be specified")]
    NoExecutionsOwner,
    /// ListExecutions with both ARNs.
    #[error("Only one of stateMachineArn and mapRunArn can be specified")]
    TwoExecutionsOwners,
    /// Text that is not an ARN of Step Functions.
    #[error("Invalid Arn: 'Invalid ARN prefix: {value}'")]
    ArnPrefix {
        /// The text as given.
        value: String,
    },
    /// An ARN of a type that the operation does not take.
    #[error("Invalid Arn: 'Resource type not valid in this context: {found}'")]
    ArnType {
        /// The type found, for example `execution`.
        found: String,
    },
    /// An ARN without an alias name where one is needed.
    #[error("Invalid Arn: 'State machine alias ARN required: {arn}'")]
    AliasArnRequired {
        /// The ARN as given.
        arn: String,
    },
    /// An ARN without a version number where one is needed.
    #[error("Invalid Arn: 'State machine version ARN required: {arn}'")]
    VersionArnRequired {
        /// The ARN as given.
        arn: String,
    },
    /// An alias ARN where a state machine or a version is listed.
    #[error("Invalid Arn: 'State machine or version ARN required: {arn}'")]
    StateMachineOrVersionArnRequired {
        /// The ARN as given.
        arn: String,
    },
    /// A name with a forbidden character.
    #[error("Invalid Name: '{name}'")]
    InvalidName {
        /// The name as given.
        name: String,
    },
    /// A page token that is not ours, was altered, is too old, or belongs to another list.
    #[error("Invalid Token: 'Invalid token'")]
    InvalidToken,
    /// A definition that is refused.
    #[error("Invalid State Machine Definition: '{detail}'")]
    InvalidDefinition {
        /// The first error of the definition, with its code.
        detail: String,
    },
    /// An execution input that is not JSON.
    #[error("Invalid State Machine Execution Input: '{detail}'")]
    InvalidExecutionInput {
        /// The JSON parser's text.
        detail: String,
    },
    /// CreateStateMachineAlias of a name that is taken.
    #[error(
        "Failed to create alias because an alias with the same name and a different routing configuration already exists."
    )]
    AliasConflict,
    /// DeleteStateMachineVersion of a version in use.
    #[error("Version to be deleted must not be referenced by an alias. Current list of aliases referencing this version: [{}]", .aliases.join(", "))]
    VersionReferenced {
        /// Names of the aliases, oldest first.
        aliases: Vec<String>,
    },
    /// PublishStateMachineVersion of a revision that is not the current one.
    #[error(
        "Failed to publish the State Machine version for revision {requested}. The current State Machine revision is {current}."
    )]
    RevisionConflict {
        /// The revision asked for.
        requested: String,
        /// The current revision, `INITIAL` before the first update.
        current: String,
    },
    /// One alias more than allowed.
    #[error("The maximum number of aliases for this state machine has been reached: {limit}")]
    AliasQuota {
        /// How many are allowed.
        limit: usize,
    },
    /// One version more than allowed.
    #[error("The maximum number of versions for this state machine has been reached: {limit}")]
    VersionQuota {
        /// How many are allowed.
        limit: usize,
    },
    /// CreateStateMachine of a name that is taken.
    #[error("State Machine Already Exists: '{arn}'")]
    StateMachineAlreadyExists {
        /// The state machine's ARN.
        arn: String,
    },
    /// The state machine is in status DELETING.
    #[error("State Machine is being deleted: '{arn}'")]
    StateMachineDeleting {
        /// The state machine's ARN.
        arn: String,
    },
    /// Nothing of that ARN.
    #[error("State Machine Does Not Exist: '{arn}'")]
    StateMachineDoesNotExist {
        /// The ARN as given.
        arn: String,
    },
    /// An operation that EXPRESS state machines do not have.
    #[error("This operation is not supported by this type of state machine")]
    StateMachineTypeNotSupported,
    /// An alias or version that the request references.
    #[error("Request references a resource that does not exist.")]
    ReferenceNotFound,
    /// A resource to tag or list.
    #[error("Resource not found: '{arn}'")]
    ResourceNotFound {
        /// The ARN as given.
        arn: String,
    },
    /// StartExecution with a name in use.
    #[error("Execution Already Exists: '{arn}'")]
    ExecutionAlreadyExists {
        /// The execution's ARN.
        arn: String,
    },
    /// No execution of that ARN is kept.
    #[error("Execution Does Not Exist: '{arn}'")]
    ExecutionDoesNotExist {
        /// The ARN as given.
        arn: String,
    },
    /// One tag more than allowed.
    #[error("The maximum number of tags for a resource is {limit}")]
    TooManyTags {
        /// How many are allowed.
        limit: usize,
    },
    /// An operation that this crate does not know. AWS answers it without a message.
    #[error(
        "unknown operation `{name}`: expected one of AWS Step Functions' operations on state machines, versions, aliases, executions and tags, for example `CreateStateMachineAlias`"
    )]
    UnknownOperation {
        /// The name as given, shortened.
        name: String,
    },
    /// A body that is no JSON object. AWS answers it without a message.
    #[error("cannot parse the request: {detail}")]
    Malformed {
        /// The JSON parser's text.
        detail: String,
    },
    /// A member of the wrong JSON type.
    #[error("`{pointer}`: expected {expected}, found {found}")]
    WrongType {
        /// The member as a JSON pointer, for example `/routingConfiguration/0/weight`.
        pointer: String,
        /// The expected type.
        expected: &'static str,
        /// The type found.
        found: &'static str,
    },
    /// A body over the limit.
    #[error("Request is {size} bytes long; at most {limit} are accepted")]
    TooLarge {
        /// Bytes given.
        size: usize,
        /// Bytes accepted.
        limit: usize,
    },
    /// The store cannot be opened, read or written. The request changed nothing.
    #[error("storage error: {detail}")]
    Store {
        /// What failed, and what to do.
        detail: String,
    },
    /// A bug in this library. The request changed nothing.
    #[error("internal error in sfn-alias (please report): {detail}")]
    Internal {
        /// What failed, for example the text of a panic.
        detail: String,
    },
    /// The service was closed before the call.
    #[error("the service is closed")]
    Closed,
    /// The operating system's random number generator failed.
    #[error("the operating system's random number generator failed: {detail}")]
    Entropy {
        /// The operating system's text.
        detail: String,
    },
}

impl Error {
    /// The AWS error name of this refusal.
    pub const fn kind(&self) -> ErrorKind {
        match self {
            Self::Constraints(_)
            | Self::NotVersionArns { .. }
            | Self::RepeatedVersions { .. }
            | Self::WeightsSum { .. }
            | Self::OtherStateMachine { .. }
            | Self::NothingToUpdateInAlias
            | Self::LabeledArn { .. }
            | Self::DescriptionWithoutPublish
            | Self::NoExecutionsOwner
            | Self::TwoExecutionsOwners => ErrorKind::ValidationException,
            Self::NothingToUpdateInStateMachine => ErrorKind::MissingRequiredParameter,
            Self::ArnPrefix { .. }
            | Self::ArnType { .. }
            | Self::AliasArnRequired { .. }
            | Self::VersionArnRequired { .. }
            | Self::StateMachineOrVersionArnRequired { .. } => ErrorKind::InvalidArn,
            Self::InvalidName { .. } => ErrorKind::InvalidName,
            Self::InvalidToken => ErrorKind::InvalidToken,
            Self::InvalidDefinition { .. } => ErrorKind::InvalidDefinition,
            Self::InvalidExecutionInput { .. } => ErrorKind::InvalidExecutionInput,
            Self::AliasConflict | Self::VersionReferenced { .. } | Self::RevisionConflict { .. } => {
                ErrorKind::ConflictException
            }
            Self::AliasQuota { .. } | Self::VersionQuota { .. } => ErrorKind::ServiceQuotaExceededException,
            Self::StateMachineAlreadyExists { .. } => ErrorKind::StateMachineAlreadyExists,
            Self::StateMachineDeleting { .. } => ErrorKind::StateMachineDeleting,
            Self::StateMachineDoesNotExist { .. } => ErrorKind::StateMachineDoesNotExist,
            Self::StateMachineTypeNotSupported => ErrorKind::StateMachineTypeNotSupported,
            Self::ReferenceNotFound | Self::ResourceNotFound { .. } => ErrorKind::ResourceNotFound,
            Self::ExecutionAlreadyExists { .. } => ErrorKind::ExecutionAlreadyExists,
            Self::ExecutionDoesNotExist { .. } => ErrorKind::ExecutionDoesNotExist,
            Self::TooManyTags { .. } => ErrorKind::TooManyTags,
            Self::UnknownOperation { .. } => ErrorKind::UnknownOperationException,
            Self::Malformed { .. } | Self::WrongType { .. } => ErrorKind::SerializationException,
            Self::TooLarge { .. } => ErrorKind::RequestEntityTooLargeException,
            Self::Store { .. } => ErrorKind::StorageFailure,
            Self::Internal { .. } => ErrorKind::InternalFailure,
            Self::Closed => ErrorKind::ServiceClosed,
            Self::Entropy { .. } => ErrorKind::EntropyFailure,
        }
    }

    /// The AWS error code, for example `ConflictException`.
    pub const fn code(&self) -> &'static str {
        self.kind().code()
    }

    /// The member `reason` of a `ValidationException`, where AWS sets one.
    pub const fn reason(&self) -> Option<&'static str> {
        match self {
            Self::NotVersionArns { .. }
            | Self::RepeatedVersions { .. }
            | Self::WeightsSum { .. }
            | Self::OtherStateMachine { .. } => Some("INVALID_ROUTING_CONFIGURATION"),
            Self::NothingToUpdateInAlias | Self::NoExecutionsOwner => Some("MISSING_REQUIRED_PARAMETER"),
            Self::LabeledArn { .. } => Some("API_DOES_NOT_SUPPORT_LABELED_ARNS"),
            _ => None,
        }
    }

    /// The value of `__type` in the answer.
    pub fn wire_type(&self) -> String {
        let namespace = match self {
            Self::Constraints(_) => "com.amazon.coral.validate",
            _ => self.kind().namespace(),
        };
        format!("{namespace}#{}", self.code())
    }

    /// Returns the JSON pointer of a member with a wrong type; empty for other errors.
    pub(crate) fn pointer(&self) -> &str {
        if let Self::WrongType { pointer, .. } = self { pointer } else { "" }
    }

    /// The text that goes over the wire: `None` where AWS answers a type alone.
    pub fn wire_message(&self) -> Option<String> {
        match self {
            Self::UnknownOperation { .. } | Self::Malformed { .. } => None,
            _ => Some(self.to_string()),
        }
    }
}
