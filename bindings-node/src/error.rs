//! Refusals as JavaScript's errors.

use crate::js::Js;
use crate::metadata;
use napi_derive::napi;
use sfn_alias::{Error, ErrorKind};
use sfn_alias_template::TemplateError;

/// Declares the codes in JavaScript and maps the core's onto them, so that a forgotten one does not build.
macro_rules! codes {
    ($($name:ident),* $(,)?) => {
        /// The AWS error codes that can be answered.
        #[napi(string_enum)]
        pub enum ErrorCode { $($name),* }

        impl From<ErrorKind> for ErrorCode {
            fn from(kind: ErrorKind) -> Self {
                match kind { $(ErrorKind::$name => Self::$name),* }
            }
        }

        impl ErrorCode {
            /// As AWS spells it.
            pub const fn as_str(&self) -> &'static str {
                match self { $(Self::$name => stringify!($name)),* }
            }
        }
    };
}

codes! {
    ConflictException,
    ExecutionAlreadyExists,
    ExecutionDoesNotExist,
    InvalidArn,
    InvalidDefinition,
    InvalidExecutionInput,
    InvalidName,
    InvalidToken,
    MissingRequiredParameter,
    ResourceNotFound,
    ServiceQuotaExceededException,
    StateMachineAlreadyExists,
    StateMachineDeleting,
    StateMachineDoesNotExist,
    StateMachineTypeNotSupported,
    TooManyTags,
    ValidationException,
    UnknownOperationException,
    SerializationException,
    RequestEntityTooLargeException,
    InternalFailure,
    StorageFailure,
    ServiceClosed,
    EntropyFailure,
}

/// Whose fault a status is, as the AWS SDK says it.
const fn fault(status: u16) -> &'static str {
    if status < 500 { "client" } else { "server" }
}

/// The error in JavaScript: shaped as those of the AWS SDK.
pub fn of<'e>(any: Js<'e>, error: &Error, cause: Option<Js<'e>>) -> Js<'e> {
    let (code, status) = (any.make_text(ErrorCode::from(error.kind()).as_str()), error.kind().status());
    let made = any
        .make_error(&error.to_string())
        .with("name", code)
        .with("code", code)
        .with("$fault", any.make_text(fault(status)))
        .with("$metadata", metadata::of(any, status));
    let made = error.reason().map_or(made, |reason| made.with("reason", any.make_text(reason)));
    cause.map_or(made, |cause| made.with("cause", cause))
}

/// That a panic was caught: an `InternalFailure`.
pub fn of_panic(any: Js<'_>) -> Js<'_> {
    of(any, &defect(), None)
}

/// What a panic is to the caller.
pub fn defect() -> Error {
    Error::Internal { detail: "the call panicked".to_owned() }
}

/// An argument that no request is concerned with: a `TypeError`.
pub fn argument<'e>(any: Js<'e>, words: &str, cause: Option<Js<'e>>) -> Js<'e> {
    let made = any.make_type_error(words).with("code", any.make_text("ERR_INVALID_ARG_VALUE"));
    cause.map_or(made, |cause| made.with("cause", cause))
}

/// A template that cannot be checked, or options for it that make no sense.
pub fn template<'e>(any: Js<'e>, fault: &TemplateError) -> Js<'e> {
    let name = any.make_text("TemplateError");
    any.make_error(&fault.to_string()).with("name", name).with("code", name)
}
