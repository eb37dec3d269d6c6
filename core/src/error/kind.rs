//! The AWS error names, with their numbers, statuses and namespaces.

use std::fmt;

/// Declares [`ErrorKind`] with its constant lists in one place.
macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $number:literal, $status:literal, $namespace:expr;)*) => {
        /// The AWS error names that can be answered, one for each `code`.
        ///
        /// Exhaustive on purpose: a binding that forgets one does not build.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum ErrorKind { $($(#[$doc])* $name,)* }

        impl ErrorKind {
            /// All kinds, in the order of their numbers.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The AWS error code, for example `ConflictException`.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => stringify!($name),)* }
            }

            /// A number that stays the same in every later version (0 is kept for "no error").
            pub const fn number(self) -> u32 {
                match self { $(Self::$name => $number,)* }
            }

            /// The HTTP status of the answer.
            pub const fn status(self) -> u16 {
                match self { $(Self::$name => $status,)* }
            }

            /// What stands before `#` in `__type`.
            pub const fn namespace(self) -> &'static str {
                match self { $(Self::$name => $namespace,)* }
            }
        }
    };
}

const SERVICE: &str = "com.amazonaws.swf.service.v2.model";
const FRAMEWORK: &str = "com.amazon.coral.service";

kinds! {
    /// The alias exists with other members, the version is referenced, or the revision moved on.
    ConflictException = 10, 400, SERVICE;
    /// The execution name is taken by another input or by a finished execution.
    ExecutionAlreadyExists = 20, 400, SERVICE;
    /// No such execution.
    ExecutionDoesNotExist = 30, 400, SERVICE;
    /// The ARN cannot be read, or names another type of resource.
    InvalidArn = 40, 400, SERVICE;
    /// The definition is not JSON, or lacks `StartAt` or `States`.
    InvalidDefinition = 50, 400, SERVICE;
    /// The execution input is not JSON.
    InvalidExecutionInput = 60, 400, SERVICE;
    /// The name has a character that AWS forbids.
    InvalidName = 70, 400, SERVICE;
    /// The page token is unreadable, altered, expired, or of another list.
    InvalidToken = 80, 400, SERVICE;
    /// UpdateStateMachine was given nothing to update.
    MissingRequiredParameter = 90, 400, SERVICE;
    /// The request references an alias, a version or a tagged resource that does not exist.
    ResourceNotFound = 100, 400, SERVICE;
    /// A quota of aliases or versions is used up.
    ServiceQuotaExceededException = 110, 400, SERVICE;
    /// The name is taken by a state machine with other properties.
    StateMachineAlreadyExists = 120, 400, SERVICE;
    /// The state machine is being deleted.
    StateMachineDeleting = 130, 400, SERVICE;
    /// No such state machine, version or alias.
    StateMachineDoesNotExist = 140, 400, SERVICE;
    /// The operation does not work on EXPRESS state machines.
    StateMachineTypeNotSupported = 150, 400, SERVICE;
    /// More tags than a resource may have.
    TooManyTags = 160, 400, SERVICE;
    /// The request breaks a constraint of the model or a rule of the service.
    ValidationException = 170, 400, SERVICE;
    /// No operation of that name.
    UnknownOperationException = 180, 400, FRAMEWORK;
    /// The body is not JSON, or a member has the wrong JSON type.
    SerializationException = 190, 400, FRAMEWORK;
    /// The body is longer than a request may be.
    RequestEntityTooLargeException = 200, 413, FRAMEWORK;
    /// A bug in this library; nothing was changed.
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
