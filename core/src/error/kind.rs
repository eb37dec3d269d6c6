//! Error kinds, with their numbers, HTTP statuses and namespaces.

use std::fmt;

/// Declares [`ErrorKind`] and its constants.
macro_rules! kinds {
    ($(#[doc = $doc:literal] $name:ident = $number:literal, $status:literal, $namespace:expr;)*) => {
        /// The kinds of errors, one per error code.
        ///
        /// Exhaustive, so that a binding without one of the kinds does not compile.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum ErrorKind { $(#[doc = $doc] $name,)* }

        impl ErrorKind {
            /// All kinds, in the order of their numbers.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// Returns the error code, for example `ConflictException`.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => stringify!($name),)* }
            }

            /// Returns the kind's number, stable across releases. 0 is reserved for "no error".
            pub const fn number(self) -> u32 {
                match self { $(Self::$name => $number,)* }
            }

            /// Returns the HTTP status.
            pub const fn status(self) -> u16 {
                match self { $(Self::$name => $status,)* }
            }

            /// Returns the meaning, as a sentence.
            pub const fn description(self) -> &'static str {
                match self { $(Self::$name => $doc.trim_ascii(),)* }
            }

            /// Returns the part before `#` in `__type`.
            pub const fn namespace(self) -> &'static str {
                match self { $(Self::$name => $namespace,)* }
            }
        }
    };
}

const SERVICE: &str = "com.amazonaws.swf.service.v2.model";
const FRAMEWORK: &str = "com.amazon.coral.service";
const AVAILABILITY: &str = "com.amazon.coral.availability";

kinds! {
    /// The alias exists with other members, an alias references the version, or the revision is not current.
    ConflictException = 10, 400, SERVICE;
    /// An execution with this name exists, with another input or already ended.
    ExecutionAlreadyExists = 20, 400, SERVICE;
    /// The execution does not exist.
    ExecutionDoesNotExist = 30, 400, SERVICE;
    /// The execution is RUNNING, succeeded, or ended more than 14 days ago.
    ExecutionNotRedrivable = 35, 400, SERVICE;
    /// The ARN is not valid, or has another resource type.
    InvalidArn = 40, 400, SERVICE;
    /// The definition is not JSON, or its structure is not valid, for example a state that does not exist.
    InvalidDefinition = 50, 400, SERVICE;
    /// The encryption configuration is not valid.
    InvalidEncryptionConfiguration = 55, 400, SERVICE;
    /// The execution input is not JSON.
    InvalidExecutionInput = 60, 400, SERVICE;
    /// The logging configuration is not valid.
    InvalidLoggingConfiguration = 65, 400, SERVICE;
    /// The name contains a forbidden character.
    InvalidName = 70, 400, SERVICE;
    /// The page token is malformed, altered, expired, or belongs to another list.
    InvalidToken = 80, 400, SERVICE;
    /// UpdateStateMachine has no member to update.
    MissingRequiredParameter = 90, 400, SERVICE;
    /// An alias, version or tagged resource does not exist.
    ResourceNotFound = 100, 400, SERVICE;
    /// The maximum number of aliases or versions is reached.
    ServiceQuotaExceededException = 110, 400, SERVICE;
    /// A state machine with this name and other properties exists.
    StateMachineAlreadyExists = 120, 400, SERVICE;
    /// The state machine is being deleted.
    StateMachineDeleting = 130, 400, SERVICE;
    /// The state machine, version or alias does not exist.
    StateMachineDoesNotExist = 140, 400, SERVICE;
    /// EXPRESS state machines do not support the operation.
    StateMachineTypeNotSupported = 150, 400, SERVICE;
    /// The resource would have too many tags.
    TooManyTags = 160, 400, SERVICE;
    /// The request violates a constraint of the model or a rule of the service.
    ValidationException = 170, 400, SERVICE;
    /// A fault of the rules: the caller may not perform the operation.
    AccessDeniedException = 172, 400, FRAMEWORK;
    /// A fault of the rules: the caller sends too many requests.
    ThrottlingException = 174, 400, AVAILABILITY;
    /// The operation is unknown.
    UnknownOperationException = 180, 400, FRAMEWORK;
    /// The request is not a JSON object, or a member has the wrong type.
    SerializationException = 190, 400, FRAMEWORK;
    /// The request is too large.
    RequestEntityTooLargeException = 200, 413, FRAMEWORK;
    /// A fault of the rules: AWS fails.
    InternalServerError = 202, 500, FRAMEWORK;
    /// A fault of the rules, or a shared store is temporarily not available; nothing was changed.
    ServiceUnavailable = 204, 503, AVAILABILITY;
    /// A bug in this library, or a shared store has not confirmed the request, which may have been applied.
    InternalFailure = 210, 500, FRAMEWORK;
    /// The store cannot be opened, read or written; nothing was changed.
    StorageFailure = 220, 500, FRAMEWORK;
    /// The service was closed before the call.
    ServiceClosed = 230, 500, FRAMEWORK;
    /// The operating system's random number generator failed.
    EntropyFailure = 240, 500, FRAMEWORK;
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}
