//! Result codes.

use sfn_alias_core::ErrorKind;
use std::ffi::c_char;
use std::ptr;

/// The result of a function. A number never changes its meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum ResultCode {
    /// Success.
    Ok = 0,
    /// The alias exists with other members, an alias references the version, or the revision is not current.
    ConflictException = 10,
    /// An execution with this name exists, with another input or already ended.
    ExecutionAlreadyExists = 20,
    /// The execution does not exist.
    ExecutionDoesNotExist = 30,
    /// The execution is RUNNING, succeeded, or ended more than 14 days ago.
    ExecutionNotRedrivable = 35,
    /// The ARN is not valid, or has another resource type.
    InvalidArn = 40,
    /// The definition is not JSON, or its structure is not valid, for example a state that does not exist.
    InvalidDefinition = 50,
    /// The encryption configuration is not valid.
    InvalidEncryptionConfiguration = 55,
    /// The execution input is not valid JSON.
    InvalidExecutionInput = 60,
    /// The logging configuration is not valid.
    InvalidLoggingConfiguration = 65,
    /// The name contains a forbidden character.
    InvalidName = 70,
    /// The page token is malformed, altered, expired, or belongs to another list.
    InvalidToken = 80,
    /// UpdateStateMachine has no member to update.
    MissingRequiredParameter = 90,
    /// An alias, version or tagged resource does not exist.
    ResourceNotFound = 100,
    /// The maximum number of aliases or versions is reached.
    ServiceQuotaExceededException = 110,
    /// A state machine with this name and other properties exists.
    StateMachineAlreadyExists = 120,
    /// The state machine is being deleted.
    StateMachineDeleting = 130,
    /// The state machine, version or alias does not exist.
    StateMachineDoesNotExist = 140,
    /// EXPRESS state machines do not support the operation.
    StateMachineTypeNotSupported = 150,
    /// The resource would have too many tags.
    TooManyTags = 160,
    /// The request violates a constraint of the model or a rule of the service.
    ValidationException = 170,
    /// A fault of the rules: the caller may not perform the operation.
    AccessDeniedException = 172,
    /// A fault of the rules: the caller sends too many requests.
    ThrottlingException = 174,
    /// The operation is unknown.
    UnknownOperationException = 180,
    /// The request is not a JSON object, or a member has the wrong type.
    SerializationException = 190,
    /// The request is too large.
    RequestEntityTooLargeException = 200,
    /// A fault of the rules: AWS fails. Nothing was changed.
    InternalServerError = 202,
    /// A fault of the rules: AWS is temporarily not available. Nothing was changed.
    ServiceUnavailable = 204,
    /// A bug in this library. Nothing was changed.
    InternalFailure = 210,
    /// The storage cannot be opened, read or written. Nothing was changed.
    StorageFailure = 220,
    /// The service was closed before the call.
    ServiceClosed = 230,
    /// The operating system's random number generator failed.
    EntropyFailure = 240,
    /// A pointer is NULL but must not be.
    NullArgument = 1000,
    /// A text is not valid UTF-8.
    InvalidUtf8 = 1010,
    /// A length exceeds the maximum size of an object.
    InvalidLength = 1020,
    /// A value is not valid for the function.
    InvalidArgument = 1030,
    /// A panic in this library was caught (a bug). It is unknown whether the call took effect.
    Panic = 1040,
}

/// Implements the conversions: `kinds` are the error kinds of the core, `own` are the errors of this interface.
macro_rules! implement_conversions {
    (kinds: $($kind:ident)*; own: $($own:ident)*) => {
        impl ResultCode {
            const ALL: &[Self] = &[Self::Ok, $(Self::$kind,)* $(Self::$own,)*];

            /// Returns the result code of an error kind. There is no `_` arm, so that a missing kind is a compile error.
            pub(crate) const fn from_kind(kind: ErrorKind) -> Self {
                match kind { $(ErrorKind::$kind => Self::$kind,)* }
            }

            /// Returns the code as text, with a NUL at its end.
            const fn code_with_nul(self) -> &'static str {
                match self {
                    Self::Ok => "OK\0",
                    $(Self::$kind => concat!(stringify!($kind), "\0"),)*
                    $(Self::$own => concat!(stringify!($own), "\0"),)*
                }
            }
        }
    };
}

implement_conversions! {
    kinds:
        ConflictException ExecutionAlreadyExists ExecutionDoesNotExist ExecutionNotRedrivable InvalidArn InvalidDefinition
        InvalidEncryptionConfiguration InvalidExecutionInput InvalidLoggingConfiguration InvalidName InvalidToken
        MissingRequiredParameter ResourceNotFound ServiceQuotaExceededException StateMachineAlreadyExists StateMachineDeleting StateMachineDoesNotExist
        StateMachineTypeNotSupported TooManyTags ValidationException AccessDeniedException ThrottlingException UnknownOperationException
        SerializationException RequestEntityTooLargeException InternalServerError ServiceUnavailable InternalFailure StorageFailure ServiceClosed
        EntropyFailure;
    own: NullArgument InvalidUtf8 InvalidLength InvalidArgument Panic
}

impl ResultCode {
    /// Returns the code as text.
    pub(crate) fn code(self) -> &'static str {
        self.code_with_nul().trim_end_matches('\0')
    }
}

/// Checks at compile time that numbers are equal to those of the core.
const _: () = {
    let mut kinds = ErrorKind::ALL;
    while let [kind, rest @ ..] = kinds {
        assert!(ResultCode::from_kind(*kind) as u32 == kind.number(), "a number differs from the core's");
        kinds = rest;
    }
};

/// Returns the code of a result, for example `ConflictException` for 10, or NULL for an unknown number. Static.
#[unsafe(no_mangle)]
pub extern "C" fn sfn_alias_result_code(number: u32) -> *const c_char {
    let found = ResultCode::ALL.iter().find(|result| **result as u32 == number);
    found.map_or(ptr::null(), |result| result.code_with_nul().as_ptr().cast())
}

/// Returns the release of this library, for example `0.1.0`. Static. `SFN_ALIAS_VERSION` is the release of the header.
#[unsafe(no_mangle)]
pub extern "C" fn sfn_alias_version() -> *const c_char {
    VERSION.as_ptr().cast()
}

const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), "\0");
