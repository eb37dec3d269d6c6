//! Errors.
//!
//! Texts that were recorded from AWS are reproduced exactly. FIDELITY.md lists which texts are recorded and which
//! are assumed; it is generated from the vectors. docs/errors.md lists all errors.

mod kind;

pub use kind::ErrorKind;

use crate::constraint::Violations;

/// A result of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The error of a request. `Display` prints the message that AWS returns.
///
#[doc = concat!("[All errors and what to do](", env!("CARGO_PKG_REPOSITORY"), "/blob/main/docs/errors.md).")]
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Violated constraints of the service model, all in one message.
    #[error("{0}")]
    Constraints(Violations),
    /// A routing entry is not a version ARN.
    #[error("Routing configuration must contain state machine version ARNs. Received: [{}]", .received.join(", "))]
    NotVersionArns {
        /// The ARNs in the request.
        received: Vec<String>,
    },
    /// A routing contains the same version twice.
    #[error("Routing configuration must contain distinct state machine version ARNs. Received: [{}]", .received.join(", "))]
    RepeatedVersions {
        /// The ARNs in the request.
        received: Vec<String>,
    },
    /// The weights of a routing do not sum to 100.
    #[error("Sum of routing configuration weights must equal 100. Received: {received:?}")]
    WeightsSum {
        /// The weights in the request.
        received: Vec<i64>,
    },
    /// A routing contains versions of several state machines.
    #[error("Routing configuration must contain versions of the same state machine. Received: [{}]", .received.join(", "))]
    OtherStateMachine {
        /// The ARNs in the request.
        received: Vec<String>,
    },
    /// UpdateStateMachineAlias without a description and without a routing.
    #[error("Either the description or the routing configuration must be specified")]
    NothingToUpdateInAlias,
    /// UpdateStateMachine without a member to update.
    #[error(
        "Either the definition, the role ARN, the LoggingConfiguration, or the TracingConfiguration must be specified"
    )]
    NothingToUpdateInStateMachine,
    /// A state machine ARN with the label of a map state.
    #[error("This operation does not support labeled ARNs: '{arn}'")]
    LabeledArn {
        /// The ARN in the request.
        arn: String,
    },
    /// `versionDescription` without `publish`.
    #[error("Version description can only be set when publish is true")]
    DescriptionWithoutPublish,
    /// ListExecutions without an ARN.
    #[error("Either the stateMachineArn or the mapRunArn must be specified")]
    ListExecutionsWithoutArn,
    /// ListExecutions with two ARNs.
    #[error("Only one of stateMachineArn and mapRunArn can be specified")]
    ListExecutionsWithTwoArns,
    /// A value is not a Step Functions ARN.
    #[error("Invalid Arn: 'Invalid ARN prefix: {value}'")]
    ArnPrefix {
        /// The value in the request.
        value: String,
    },
    /// A value is not the ARN of a role.
    #[error("Invalid Role Arn: '{value}'")]
    InvalidRoleArn {
        /// The value in the request.
        value: String,
    },
    /// An ARN has a type that the operation does not accept.
    #[error("Invalid Arn: 'Resource type not valid in this context: {found}'")]
    ArnType {
        /// The type of the ARN, for example `execution`.
        found: String,
    },
    /// An ARN that must be an alias ARN is not one.
    #[error("Invalid Arn: 'State machine alias ARN required: {arn}'")]
    AliasArnRequired {
        /// The ARN in the request.
        arn: String,
    },
    /// An ARN that must be a version ARN is not one.
    #[error("Invalid Arn: 'State machine version ARN required: {arn}'")]
    VersionArnRequired {
        /// The ARN in the request.
        arn: String,
    },
    /// An ARN that must be a state machine or version ARN is an alias ARN.
    #[error("Invalid Arn: 'State machine or version ARN required: {arn}'")]
    StateMachineOrVersionArnRequired {
        /// The ARN in the request.
        arn: String,
    },
    /// A name contains a forbidden character.
    #[error("Invalid Name: '{name}'")]
    InvalidName {
        /// The name in the request.
        name: String,
    },
    /// A page token is malformed, altered, expired, or belongs to another list.
    #[error("Invalid Token: 'Invalid token'")]
    InvalidToken,
    /// A definition is not valid.
    #[error("Invalid State Machine Definition: '{detail}'")]
    InvalidDefinition {
        /// The errors of the definition, with their codes.
        detail: String,
    },
    /// A logging configuration is not valid.
    #[error("Invalid Logging Configuration: {detail}")]
    InvalidLoggingConfiguration {
        /// What is not valid.
        detail: String,
    },
    /// An encryption configuration is not valid.
    #[error("Invalid Encryption Configuration: {detail}")]
    InvalidEncryptionConfiguration {
        /// What is not valid.
        detail: String,
    },
    /// An execution input is not JSON.
    #[error("Invalid State Machine Execution Input: '{detail}'")]
    InvalidExecutionInput {
        /// The JSON parser's text.
        detail: String,
    },
    /// CreateStateMachineAlias for an existing alias with other members.
    #[error(
        "Failed to create alias because an alias with the same name and a different routing configuration already exists."
    )]
    AliasConflict,
    /// DeleteStateMachineVersion for a version that aliases reference.
    #[error("Version to be deleted must not be referenced by an alias. Current list of aliases referencing this version: [{}]", .aliases.join(", "))]
    VersionReferenced {
        /// The names of the aliases, oldest first.
        aliases: Vec<String>,
    },
    /// PublishStateMachineVersion for a revision that is not the current one.
    #[error(
        "Failed to publish the State Machine version for revision {requested}. The current State Machine revision is {current}."
    )]
    RevisionConflict {
        /// The requested revision.
        requested: String,
        /// The current revision; `INITIAL` before the first update.
        current: String,
    },
    /// The state machine has the maximum number of aliases.
    #[error("The maximum number of aliases for this state machine has been reached: {limit}")]
    AliasQuota {
        /// The maximum.
        limit: usize,
    },
    /// The state machine has the maximum number of versions.
    #[error("The maximum number of versions for this state machine has been reached: {limit}")]
    VersionQuota {
        /// The maximum.
        limit: usize,
    },
    /// CreateStateMachine for an existing state machine with other properties.
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
    /// The state machine, version or alias does not exist.
    #[error("State Machine Does Not Exist: '{arn}'")]
    StateMachineDoesNotExist {
        /// The ARN in the request.
        arn: String,
    },
    /// EXPRESS state machines do not support the operation.
    #[error("This operation is not supported by this type of state machine")]
    StateMachineTypeNotSupported,
    /// An alias or version that the request references does not exist.
    #[error("Request references a resource that does not exist.")]
    ReferenceNotFound,
    /// A resource to tag, or to list, does not exist.
    #[error("Resource not found: '{arn}'")]
    ResourceNotFound {
        /// The ARN in the request.
        arn: String,
    },
    /// StartExecution with the name of an existing execution.
    #[error("Execution Already Exists: '{arn}'")]
    ExecutionAlreadyExists {
        /// The execution's ARN.
        arn: String,
    },
    /// The execution does not exist.
    #[error("Execution Does Not Exist: '{arn}'")]
    ExecutionDoesNotExist {
        /// The ARN in the request.
        arn: String,
    },
    /// A resource has more than the maximum number of tags.
    #[error("The maximum number of tags for a resource is {limit}")]
    TooManyTags {
        /// The maximum.
        limit: usize,
    },
    /// The operation is unknown. AWS returns this error without a message.
    #[error("unknown operation `{name}`; {}", suggest_operation(*.nearest))]
    UnknownOperation {
        /// The name in the request, shortened.
        name: String,
        /// The operation with the most similar name.
        nearest: Option<&'static str>,
    },
    /// AWS has this operation, and this crate does not implement it.
    #[error(
        "sfn-alias does not implement {name}; it implements the operations on state machines, versions, aliases, executions and tags"
    )]
    UnsupportedOperation {
        /// The operation.
        name: &'static str,
    },
    /// The request is not a JSON object. AWS returns this error without a message.
    #[error("cannot parse the request: {detail}")]
    Malformed {
        /// The JSON parser's text.
        detail: String,
    },
    /// A member has the wrong JSON type.
    #[error("`{pointer}`: expected {expected}, found {found}")]
    WrongType {
        /// The member as a JSON pointer, for example `/routingConfiguration/0/weight`.
        pointer: String,
        /// The expected type.
        expected: &'static str,
        /// The type found.
        found: &'static str,
    },
    /// The request has more bytes than the limit.
    #[error("the request has {size} bytes; the limit is {limit} bytes")]
    TooLarge {
        /// The request's bytes.
        size: usize,
        /// The limit in bytes.
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
    /// Returns the error's kind.
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
            | Self::ListExecutionsWithoutArn
            | Self::ListExecutionsWithTwoArns => ErrorKind::ValidationException,
            Self::NothingToUpdateInStateMachine => ErrorKind::MissingRequiredParameter,
            Self::ArnPrefix { .. }
            | Self::InvalidRoleArn { .. }
            | Self::ArnType { .. }
            | Self::AliasArnRequired { .. }
            | Self::VersionArnRequired { .. }
            | Self::StateMachineOrVersionArnRequired { .. } => ErrorKind::InvalidArn,
            Self::InvalidName { .. } => ErrorKind::InvalidName,
            Self::InvalidToken => ErrorKind::InvalidToken,
            Self::InvalidDefinition { .. } => ErrorKind::InvalidDefinition,
            Self::InvalidLoggingConfiguration { .. } => ErrorKind::InvalidLoggingConfiguration,
            Self::InvalidEncryptionConfiguration { .. } => ErrorKind::InvalidEncryptionConfiguration,
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
            Self::UnknownOperation { .. } | Self::UnsupportedOperation { .. } => ErrorKind::UnknownOperationException,
            Self::Malformed { .. } | Self::WrongType { .. } => ErrorKind::SerializationException,
            Self::TooLarge { .. } => ErrorKind::RequestEntityTooLargeException,
            Self::Store { .. } => ErrorKind::StorageFailure,
            Self::Internal { .. } => ErrorKind::InternalFailure,
            Self::Closed => ErrorKind::ServiceClosed,
            Self::Entropy { .. } => ErrorKind::EntropyFailure,
        }
    }

    /// Returns the error code, for example `ConflictException`.
    pub const fn code(&self) -> &'static str {
        self.kind().code()
    }

    /// Returns the `reason` of a `ValidationException`, if AWS sets one.
    pub const fn reason(&self) -> Option<&'static str> {
        match self {
            Self::NotVersionArns { .. }
            | Self::RepeatedVersions { .. }
            | Self::WeightsSum { .. }
            | Self::OtherStateMachine { .. } => Some("INVALID_ROUTING_CONFIGURATION"),
            Self::NothingToUpdateInAlias | Self::ListExecutionsWithoutArn => Some("MISSING_REQUIRED_PARAMETER"),
            Self::LabeledArn { .. } => Some("API_DOES_NOT_SUPPORT_LABELED_ARNS"),
            _ => None,
        }
    }

    /// Returns the value of `__type` in the response.
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

    /// Returns the message in the response; `None` if AWS returns only `__type`.
    pub fn wire_message(&self) -> Option<String> {
        match self {
            Self::UnknownOperation { .. } | Self::Malformed { .. } => None,
            _ => Some(self.to_string()),
        }
    }
}

fn suggest_operation(nearest: Option<&str>) -> String {
    nearest.map_or_else(
        || "use an operation on state machines, versions, aliases, executions or tags, for example `CreateStateMachineAlias`".to_owned(),
        |nearest| format!("did you mean `{nearest}`?"),
    )
}
