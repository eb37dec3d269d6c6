//! The numbers that functions return.

use sfn_alias_core::ErrorKind;
use std::ffi::{CStr, c_char};
use std::ptr;

/// What a function returns. A number keeps its meaning for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum SfnAlias {
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
    /// The execution input is not JSON.
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
    /// A bug in this library; nothing was changed.
    InternalFailure = 210,
    /// The store cannot be opened, read or written; nothing was changed.
    StorageFailure = 220,
    /// The service was closed before the call.
    ServiceClosed = 230,
    /// The operating system's random number generator failed.
    EntropyFailure = 240,
    /// A pointer is NULL that must not be.
    NullArgument = 1000,
    /// A text is not UTF-8.
    InvalidUtf8 = 1010,
    /// A length is greater than any object can be.
    InvalidLength = 1020,
    /// A value that the function does not take.
    InvalidArgument = 1030,
    /// A bug of this library, caught; what was called may have happened or not.
    Panic = 1040,
}

impl SfnAlias {
    /// The result of an AWS error. Without a `_` arm: a kind that is forgotten here does not build.
    pub(crate) const fn of(kind: ErrorKind) -> Self {
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

    /// The code, for people and for programs that prefer texts to numbers.
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

/// Numbers and codes are the core's; checked while compiling.
const _: () = {
    let mut index = 0;
    while let Some((kind, _)) = kinds_from(index) {
        let result = SfnAlias::of(kind);
        assert!(result as u32 == kind.number(), "a number differs from the core's");
        assert!(same(result.code(), kind.code()), "a code differs from the core's");
        index += 1;
    }
};

const fn kinds_from(index: usize) -> Option<(ErrorKind, &'static [ErrorKind])> {
    match ErrorKind::ALL.split_at_checked(index) {
        Some((_, [first, rest @ ..])) => Some((*first, rest)),
        _ => None,
    }
}

const fn same(left: &str, right: &str) -> bool {
    let (mut left, mut right) = (left.as_bytes(), right.as_bytes());
    while let ([a, left_rest @ ..], [b, right_rest @ ..]) = (left, right) {
        if *a != *b {
            return false;
        }
        (left, right) = (left_rest, right_rest);
    }
    left.is_empty() && right.is_empty()
}

/// The code of a number, for example `ConflictException` of 10; NULL for a number that has none. Static.
#[unsafe(no_mangle)]
pub extern "C" fn sfn_alias_result_code(number: u32) -> *const c_char {
    let found = SfnAlias::ALL.iter().find(|result| **result as u32 == number);
    found.map_or(ptr::null(), |result| result.c_code().as_ptr())
}

/// The release of this library, for example `0.1.0`. Static. `SFN_ALIAS_VERSION` is that of the header.
#[unsafe(no_mangle)]
pub extern "C" fn sfn_alias_version() -> *const c_char {
    VERSION.as_ptr().cast()
}

const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), "\0");
