//! Result codes.

use sfn_alias_core::ErrorKind;
use std::ffi::{CStr, c_char};
use std::ptr;

/// The result of a function. A number never changes its meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum ResultCode {
    /// Success.
    Ok = 0,
    /// The alias exists with other members, an alias references the version, or the revision is not current.
    ConflictException = 10,
    /// An execution with this name exists, with another input or already stopped.
    ExecutionAlreadyExists = 20,
    /// The execution does not exist.
    ExecutionDoesNotExist = 30,
    /// The ARN is not valid, or has another resource type.
    InvalidArn = 40,
    /// The definition is not JSON, or `StartAt` or `States` is missing.
    InvalidDefinition = 50,
    /// The execution input is not valid JSON.
    InvalidExecutionInput = 60,
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
    /// The operation is unknown.
    UnknownOperationException = 180,
    /// The request is not a JSON object, or a member has the wrong type.
    SerializationException = 190,
    /// The request is too large.
    RequestEntityTooLargeException = 200,
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

impl ResultCode {
    /// Returns the result code of an error kind. There is no `_` arm, so that a missing kind is a compile error.
    pub(crate) const fn from_kind(kind: ErrorKind) -> Self {
        match kind {
            ErrorKind::ConflictException => Self::ConflictException,
            ErrorKind::ExecutionAlreadyExists => Self::ExecutionAlreadyExists,
            ErrorKind::ExecutionDoesNotExist => Self::ExecutionDoesNotExist,
            ErrorKind::InvalidArn => Self::InvalidArn,
            ErrorKind::InvalidDefinition => Self::InvalidDefinition,
            ErrorKind::InvalidExecutionInput => Self::InvalidExecutionInput,
            ErrorKind::InvalidName => Self::InvalidName,
            ErrorKind::InvalidToken => Self::InvalidToken,
            ErrorKind::MissingRequiredParameter => Self::MissingRequiredParameter,
            ErrorKind::ResourceNotFound => Self::ResourceNotFound,
            ErrorKind::ServiceQuotaExceededException => Self::ServiceQuotaExceededException,
            ErrorKind::StateMachineAlreadyExists => Self::StateMachineAlreadyExists,
            ErrorKind::StateMachineDeleting => Self::StateMachineDeleting,
            ErrorKind::StateMachineDoesNotExist => Self::StateMachineDoesNotExist,
            ErrorKind::StateMachineTypeNotSupported => Self::StateMachineTypeNotSupported,
            ErrorKind::TooManyTags => Self::TooManyTags,
            ErrorKind::ValidationException => Self::ValidationException,
            ErrorKind::UnknownOperationException => Self::UnknownOperationException,
            ErrorKind::SerializationException => Self::SerializationException,
            ErrorKind::RequestEntityTooLargeException => Self::RequestEntityTooLargeException,
            ErrorKind::InternalFailure => Self::InternalFailure,
            ErrorKind::StorageFailure => Self::StorageFailure,
            ErrorKind::ServiceClosed => Self::ServiceClosed,
            ErrorKind::EntropyFailure => Self::EntropyFailure,
        }
    }

    /// Returns the code as text.
    pub(crate) const fn code(self) -> &'static str {
        match self.c_code().to_str() {
            Ok(code) => code,
            Err(_) => "",
        }
    }

    const fn c_code(self) -> &'static CStr {
        match self {
            Self::Ok => c"OK",
            Self::ConflictException => c"ConflictException",
            Self::ExecutionAlreadyExists => c"ExecutionAlreadyExists",
            Self::ExecutionDoesNotExist => c"ExecutionDoesNotExist",
            Self::InvalidArn => c"InvalidArn",
            Self::InvalidDefinition => c"InvalidDefinition",
            Self::InvalidExecutionInput => c"InvalidExecutionInput",
            Self::InvalidName => c"InvalidName",
            Self::InvalidToken => c"InvalidToken",
            Self::MissingRequiredParameter => c"MissingRequiredParameter",
            Self::ResourceNotFound => c"ResourceNotFound",
            Self::ServiceQuotaExceededException => c"ServiceQuotaExceededException",
            Self::StateMachineAlreadyExists => c"StateMachineAlreadyExists",
            Self::StateMachineDeleting => c"StateMachineDeleting",
            Self::StateMachineDoesNotExist => c"StateMachineDoesNotExist",
            Self::StateMachineTypeNotSupported => c"StateMachineTypeNotSupported",
            Self::TooManyTags => c"TooManyTags",
            Self::ValidationException => c"ValidationException",
            Self::UnknownOperationException => c"UnknownOperationException",
            Self::SerializationException => c"SerializationException",
            Self::RequestEntityTooLargeException => c"RequestEntityTooLargeException",
            Self::InternalFailure => c"InternalFailure",
            Self::StorageFailure => c"StorageFailure",
            Self::ServiceClosed => c"ServiceClosed",
            Self::EntropyFailure => c"EntropyFailure",
            Self::NullArgument => c"NullArgument",
            Self::InvalidUtf8 => c"InvalidUtf8",
            Self::InvalidLength => c"InvalidLength",
            Self::InvalidArgument => c"InvalidArgument",
            Self::Panic => c"Panic",
        }
    }

    const ALL: &[Self] = &[
        Self::Ok,
        Self::ConflictException,
        Self::ExecutionAlreadyExists,
        Self::ExecutionDoesNotExist,
        Self::InvalidArn,
        Self::InvalidDefinition,
        Self::InvalidExecutionInput,
        Self::InvalidName,
        Self::InvalidToken,
        Self::MissingRequiredParameter,
        Self::ResourceNotFound,
        Self::ServiceQuotaExceededException,
        Self::StateMachineAlreadyExists,
        Self::StateMachineDeleting,
        Self::StateMachineDoesNotExist,
        Self::StateMachineTypeNotSupported,
        Self::TooManyTags,
        Self::ValidationException,
        Self::UnknownOperationException,
        Self::SerializationException,
        Self::RequestEntityTooLargeException,
        Self::InternalFailure,
        Self::StorageFailure,
        Self::ServiceClosed,
        Self::EntropyFailure,
        Self::NullArgument,
        Self::InvalidUtf8,
        Self::InvalidLength,
        Self::InvalidArgument,
        Self::Panic,
    ];
}

/// Checks at compile time that numbers and codes are equal to those of the core.
const _: () = {
    let mut index = 0;
    while let Some((kind, _)) = kinds_after(index) {
        let result = ResultCode::from_kind(kind);
        assert!(result as u32 == kind.number(), "a number differs from the core's");
        assert!(is_equal(result.code(), kind.code()), "a code differs from the core's");
        index += 1;
    }
};

const fn kinds_after(index: usize) -> Option<(ErrorKind, &'static [ErrorKind])> {
    match ErrorKind::ALL.split_at_checked(index) {
        Some((_, [first, rest @ ..])) => Some((*first, rest)),
        _ => None,
    }
}

const fn is_equal(left: &str, right: &str) -> bool {
    let (mut left, mut right) = (left.as_bytes(), right.as_bytes());
    while let ([a, left_rest @ ..], [b, right_rest @ ..]) = (left, right) {
        if *a != *b {
            return false;
        }
        (left, right) = (left_rest, right_rest);
    }
    left.is_empty() && right.is_empty()
}

/// Returns the code of a result, for example `ConflictException` for 10, or NULL for an unknown number. Static.
#[unsafe(no_mangle)]
pub extern "C" fn sfn_alias_result_code(number: u32) -> *const c_char {
    let found = ResultCode::ALL.iter().find(|result| **result as u32 == number);
    found.map_or(ptr::null(), |result| result.c_code().as_ptr())
}

/// Returns the release of this library, for example `0.1.0`. Static. `SFN_ALIAS_VERSION` is the release of the header.
#[unsafe(no_mangle)]
pub extern "C" fn sfn_alias_version() -> *const c_char {
    VERSION.as_ptr().cast()
}

const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), "\0");
