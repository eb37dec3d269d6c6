//! Errors.
//!
//! Texts that were recorded from AWS are reproduced exactly. FIDELITY.md lists which texts are recorded and which
//! are assumed; it is generated from the vectors. docs/errors.md lists all errors.

mod kind;

pub use kind::ErrorKind;

use crate::constraint::Violations;
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// A result of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Declares [`Error`] and the kind of each variant.
macro_rules! errors {
    ($(
        $(#[$attribute:meta])*
        $name:ident $(($value:ty))? $({ $($(#[$doc:meta])* $field:ident: $type:ty,)* })? => $kind:ident;
    )*) => {
        /// The error of a request. `Display` prints the message that AWS returns.
        ///
        #[doc = concat!("[All errors and what to do](", env!("CARGO_PKG_REPOSITORY"), "/blob/main/docs/errors.md).")]
        #[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
        #[non_exhaustive]
        pub enum Error {
            $($(#[$attribute])* $name $(($value))? $({ $($(#[$doc])* $field: $type,)* })?,)*
        }

        impl Error {
            /// Returns the error's kind.
            pub const fn kind(&self) -> ErrorKind {
                match self { $(Self::$name { .. } => ErrorKind::$kind,)* }
            }
        }
    };
}

errors! {
    /// Violated constraints of the service model, all in one message.
    #[error("{0}")]
    Constraints(Violations) => ValidationException;
    /// A routing entry is not a version ARN.
    #[error("Routing configuration must contain state machine version ARNs. Received: [{}]", .received.join(", "))]
    NotVersionArns {
        /// The ARNs in the request.
        received: Vec<String>,
    } => ValidationException;
    /// A routing contains the same version twice.
    #[error("Routing configuration must contain distinct state machine version ARNs. Received: [{}]", .received.join(", "))]
    RepeatedVersions {
        /// The ARNs in the request.
        received: Vec<String>,
    } => ValidationException;
    /// The weights of a routing do not sum to 100. Contains the weights in the request.
    #[error("Sum of routing configuration weights must equal 100. Received: {0:?}")]
    WeightsSum(Vec<i64>) => ValidationException;
    /// A routing contains versions of several state machines.
    #[error("Routing configuration must contain versions of the same state machine. Received: [{}]", .received.join(", "))]
    OtherStateMachine {
        /// The ARNs in the request.
        received: Vec<String>,
    } => ValidationException;
    /// UpdateStateMachineAlias without a description and without a routing.
    #[error("Either the description or the routing configuration must be specified")]
    NothingToUpdateInAlias => ValidationException;
    /// UpdateStateMachine without a member to update.
    #[error(
        "Either the definition, the role ARN, the LoggingConfiguration, or the TracingConfiguration must be specified"
    )]
    NothingToUpdateInStateMachine => MissingRequiredParameter;
    /// A state machine ARN with the label of a map state.
    #[error("This operation does not support labeled ARNs: '{0}'")]
    LabeledArn(String) => ValidationException;
    /// `versionDescription` without `publish`.
    #[error("Version description can only be set when publish is true")]
    DescriptionWithoutPublish => ValidationException;
    /// ListExecutions without an ARN.
    #[error("Either the stateMachineArn or the mapRunArn must be specified")]
    ListExecutionsWithoutArn => ValidationException;
    /// ListExecutions with two ARNs.
    #[error("Only one of stateMachineArn and mapRunArn can be specified")]
    ListExecutionsWithTwoArns => ValidationException;
    /// ListExecutions of a state machine with a filter for map runs.
    #[error("The {0} can only be specified with a mapRunArn")]
    FilterRequiresMapRun(&'static str) => ValidationException;
    /// An execution cannot be ended as requested. Contains what is wrong.
    #[error("cannot end the execution: {0}")]
    InvalidEnding(String) => ValidationException;
    /// Documents of an alias cannot be stored. Contains what is wrong.
    #[error("cannot store the documents: {0}")]
    InvalidDocuments(String) => ValidationException;
    /// Alarm rules are not valid. Contains where, what is wrong and what to do.
    #[error("invalid alarm rules: {0}")]
    InvalidAlarmRules(String) => ValidationException;
    /// An execution cannot be redriven, for this reason.
    #[error("{0}")]
    ExecutionNotRedrivable(&'static str) => ExecutionNotRedrivable;
    /// StartSyncExecution of this state machine, without a rule or callback that decides how it ends.
    #[error(
        "sfn-alias does not interpret definitions, and neither a rule in `outcomes` nor a callback decides how this execution of '{0}' ends; add a rule"
    )]
    OutcomeRequired(String) => UnknownOperationException;
    /// A value that is not a Step Functions ARN.
    #[error("Invalid Arn: 'Invalid ARN prefix: {0}'")]
    ArnPrefix(String) => InvalidArn;
    /// A value that is not the ARN of a role.
    #[error("Invalid Role Arn: '{0}'")]
    InvalidRoleArn(String) => InvalidArn;
    /// The type of an ARN, for example `execution`, that the operation does not accept.
    #[error("Invalid Arn: 'Resource type not valid in this context: {0}'")]
    ArnType(String) => InvalidArn;
    /// An ARN that must be an alias ARN is not one.
    #[error("Invalid Arn: 'State machine alias ARN required: {0}'")]
    AliasArnRequired(String) => InvalidArn;
    /// An ARN that must be a version ARN is not one.
    #[error("Invalid Arn: 'State machine version ARN required: {0}'")]
    VersionArnRequired(String) => InvalidArn;
    /// An ARN that must be a state machine or version ARN is an alias ARN.
    #[error("Invalid Arn: 'State machine or version ARN required: {0}'")]
    StateMachineOrVersionArnRequired(String) => InvalidArn;
    /// A name that contains a forbidden character.
    #[error("Invalid Name: '{0}'")]
    InvalidName(String) => InvalidName;
    /// A page token is malformed, altered, expired, or belongs to another list.
    #[error("Invalid Token: 'Invalid token'")]
    InvalidToken => InvalidToken;
    /// The errors of a definition, with their codes.
    #[error("Invalid State Machine Definition: '{0}'")]
    InvalidDefinition(String) => InvalidDefinition;
    /// A logging configuration is not valid. Contains what is not valid.
    #[error("Invalid Logging Configuration: {0}")]
    InvalidLoggingConfiguration(String) => InvalidLoggingConfiguration;
    /// An encryption configuration is not valid. Contains what is not valid.
    #[error("Invalid Encryption Configuration: {0}")]
    InvalidEncryptionConfiguration(String) => InvalidEncryptionConfiguration;
    /// An execution input is not JSON. Contains the JSON parser's text.
    #[error("Invalid State Machine Execution Input: '{0}'")]
    InvalidExecutionInput(String) => InvalidExecutionInput;
    /// CreateStateMachineAlias for an existing alias with other members.
    #[error(
        "Failed to create alias because an alias with the same name and a different routing configuration already exists."
    )]
    AliasConflict => ConflictException;
    /// DeleteStateMachineVersion for a version that aliases reference.
    #[error("Version to be deleted must not be referenced by an alias. Current list of aliases referencing this version: [{}]", .aliases.join(", "))]
    VersionReferenced {
        /// The names of the aliases, oldest first.
        aliases: Vec<String>,
    } => ConflictException;
    /// PublishStateMachineVersion for a revision that is not the current one.
    #[error(
        "Failed to publish the State Machine version for revision {requested}. The current State Machine revision is {current}."
    )]
    RevisionConflict {
        /// The requested revision.
        requested: String,
        /// The current revision; `INITIAL` before the first update.
        current: String,
    } => ConflictException;
    /// The state machine has this maximum number of aliases.
    #[error("The maximum number of aliases for this state machine has been reached: {0}")]
    AliasQuota(usize) => ServiceQuotaExceededException;
    /// The state machine has this maximum number of versions.
    #[error("The maximum number of versions for this state machine has been reached: {0}")]
    VersionQuota(usize) => ServiceQuotaExceededException;
    /// CreateStateMachine for the ARN of an existing state machine with other properties.
    #[error("State Machine Already Exists: '{0}'")]
    StateMachineAlreadyExists(String) => StateMachineAlreadyExists;
    /// The state machine with this ARN is in status DELETING.
    #[error("State Machine is being deleted: '{0}'")]
    StateMachineDeleting(String) => StateMachineDeleting;
    /// The state machine, version or alias with this ARN does not exist.
    #[error("State Machine Does Not Exist: '{0}'")]
    StateMachineDoesNotExist(String) => StateMachineDoesNotExist;
    /// EXPRESS state machines do not support the operation.
    #[error("This operation is not supported by this type of state machine")]
    StateMachineTypeNotSupported => StateMachineTypeNotSupported;
    /// An alias or version that the request references does not exist.
    #[error("Request references a resource that does not exist.")]
    ReferenceNotFound => ResourceNotFound;
    /// The resource with this ARN, to tag or to list, does not exist.
    #[error("Resource not found: '{0}'")]
    ResourceNotFound(String) => ResourceNotFound;
    /// StartExecution with the name of the existing execution with this ARN.
    #[error("Execution Already Exists: '{0}'")]
    ExecutionAlreadyExists(String) => ExecutionAlreadyExists;
    /// The execution with this ARN does not exist.
    #[error("Execution Does Not Exist: '{0}'")]
    ExecutionDoesNotExist(String) => ExecutionDoesNotExist;
    /// A resource has more than this maximum number of tags.
    #[error("The maximum number of tags for a resource is {0}")]
    TooManyTags(usize) => TooManyTags;
    /// A rule injects this fault: the caller may not perform the operation.
    #[error("User: {user} is not authorized to perform: states:{operation} on resource: {resource}")]
    AccessDenied {
        /// The ARN of the caller.
        user: String,
        /// The operation.
        operation: &'static str,
        /// The ARN in the request; `*` if it has none.
        resource: String,
    } => AccessDeniedException;
    /// A rule injects this fault: too many requests.
    #[error("Rate exceeded")]
    Throttled => ThrottlingException;
    /// A rule injects this fault: AWS fails.
    #[error("The request processing has failed because of an unknown error, exception or failure.")]
    InternalServerError => InternalServerError;
    /// A rule injects this fault: AWS is temporarily not available.
    #[error("The request has failed due to a temporary failure of the server.")]
    ServiceUnavailable => ServiceUnavailable;
    /// The operation is unknown. AWS returns this error without a message.
    #[error("unknown operation `{name}`; {}", suggest_operation(*.nearest))]
    UnknownOperation {
        /// The name in the request, shortened.
        name: String,
        /// The operation with the most similar name.
        nearest: Option<&'static str>,
    } => UnknownOperationException;
    /// AWS has this operation, and this crate does not implement it.
    #[error(
        "sfn-alias does not implement {0}; it implements the operations on state machines, versions, aliases, executions and tags"
    )]
    UnsupportedOperation(&'static str) => UnknownOperationException;
    /// The request is not a JSON object. Contains the JSON parser's text. AWS returns this error without a message.
    #[error("cannot parse the request: {0}")]
    Malformed(String) => SerializationException;
    /// A member has the wrong JSON type.
    #[error("`{pointer}`: expected {expected}, found {found}")]
    WrongType {
        /// The member as a JSON pointer, for example `/routingConfiguration/0/weight`.
        pointer: String,
        /// The expected type.
        expected: &'static str,
        /// The type found.
        found: &'static str,
    } => SerializationException;
    /// The request has more bytes than the limit.
    #[error("the request has {size} bytes; the limit is {limit} bytes")]
    TooLarge {
        /// The request's bytes.
        size: usize,
        /// The limit in bytes.
        limit: usize,
    } => RequestEntityTooLargeException;
    /// The store cannot be opened, read or written. The request changed nothing. Contains what failed and what to do.
    #[error("storage error: {0}")]
    Store(String) => StorageFailure;
    /// A store that other machines share cannot be reached. The request changed nothing. Contains the reason.
    #[error("the store is not available: {0}; the request changed nothing, send it again")]
    StoreUnavailable(String) => ServiceUnavailable;
    /// A store that other machines share has not confirmed the request, which may have been applied. Contains the reason.
    #[error("the store has not confirmed the request: {0}; it may have been applied")]
    UnknownOutcome(String) => InternalFailure;
    /// A bug in this library. Contains what failed, for example the text of a panic.
    #[error("internal error in sfn-alias (please report): {0}")]
    Internal(String) => InternalFailure;
    /// The service was closed before the call.
    #[error("the service is closed")]
    Closed => ServiceClosed;
    /// The operating system's random number generator failed, with this text.
    #[error("the operating system's random number generator failed: {0}")]
    Entropy(String) => EntropyFailure;
}

impl Error {
    /// Returns the error code, for example `ConflictException`.
    pub const fn code(&self) -> &'static str {
        self.kind().code()
    }

    /// Returns the `reason` of a `ValidationException`, if AWS sets one.
    pub const fn reason(&self) -> Option<&'static str> {
        match self {
            Self::NotVersionArns { .. }
            | Self::RepeatedVersions { .. }
            | Self::WeightsSum(_)
            | Self::OtherStateMachine { .. } => Some("INVALID_ROUTING_CONFIGURATION"),
            Self::NothingToUpdateInAlias | Self::ListExecutionsWithoutArn => Some("MISSING_REQUIRED_PARAMETER"),
            Self::LabeledArn(_) => Some("API_DOES_NOT_SUPPORT_LABELED_ARNS"),
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

    /// Returns whether this is an error of the store, not of the request.
    pub const fn is_store_error(&self) -> bool {
        matches!(self, Self::Store(_) | Self::StoreUnavailable(_) | Self::UnknownOutcome(_))
    }

    /// Returns the JSON pointer of a member with a wrong type; empty for other errors.
    pub(crate) fn pointer(&self) -> &str {
        if let Self::WrongType { pointer, .. } = self { pointer } else { "" }
    }

    /// Returns the message in the response; `None` if AWS returns only `__type`.
    pub fn wire_message(&self) -> Option<String> {
        match self {
            Self::UnknownOperation { .. } | Self::Malformed(_) => None,
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

/// Runs `work`. If it panics, returns the error that `to_error` creates from the panic message.
///
/// Use it for work that only reads its input: changes that `work` made before the panic are not undone.
///
/// # Errors
/// Returns the error of `work`, or after a panic the result of `to_error`.
///
/// ```
/// use sfn_alias::catch_panic;
/// let result: Result<u8, String> = catch_panic(|message| message, || Err("invalid".to_owned()));
/// assert_eq!(result, Err("invalid".to_owned()));
/// ```
pub fn catch_panic<T, E>(to_error: impl FnOnce(String) -> E, work: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| Err(to_error(panic_message(&*panic))))
}

fn panic_message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "no message".to_owned())
}
