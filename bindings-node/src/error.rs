//! Converts errors to JavaScript errors.

use crate::js::Js;
use crate::metadata;
use napi_derive::napi;
use sfn_alias::{Error, ErrorKind};
use sfn_alias_template::TemplateError;

/// Declares the JavaScript enum and its conversion from the core's. The `match` has no wildcard, so a missing code
/// does not compile.
macro_rules! codes {
    ($($name:ident),* $(,)?) => {
        /// The error codes that calls can return.
        #[napi(string_enum)]
        pub enum ErrorCode { $($name),* }

        impl From<ErrorKind> for ErrorCode {
            fn from(kind: ErrorKind) -> Self {
                match kind { $(ErrorKind::$name => Self::$name),* }
            }
        }

        impl ErrorCode {
            /// Returns the code as AWS spells it.
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

/// Returns the value of `$fault`, a member of the AWS SDK's errors.
const fn sdk_fault(status: u16) -> &'static str {
    if status < 500 { "client" } else { "server" }
}

/// Creates a JavaScript error with the members of an AWS SDK error.
pub fn create_error<'e>(js: Js<'e>, error: &Error, cause: Option<Js<'e>>) -> Js<'e> {
    let (code, status) = (js.create_string(ErrorCode::from(error.kind()).as_str()), error.kind().status());
    let created = js
        .create_error(&error.to_string())
        .with_member("name", code)
        .with_member("code", code)
        .with_member("$fault", js.create_string(sdk_fault(status)))
        .with_member("$metadata", metadata::create_metadata(js, status));
    let created = error.reason().map_or(created, |reason| created.with_member("reason", js.create_string(reason)));
    cause.map_or(created, |cause| created.with_member("cause", cause))
}

/// Creates the JavaScript error for a caught panic.
pub fn create_panic_error(js: Js<'_>) -> Js<'_> {
    create_error(js, &internal_error(), None)
}

/// Returns the error for a caught panic.
pub fn internal_error() -> Error {
    Error::Internal { detail: "the call panicked".to_owned() }
}

/// Creates a `TypeError` for an invalid argument that is not part of a request.
pub fn create_argument_error<'e>(js: Js<'e>, message: &str, cause: Option<Js<'e>>) -> Js<'e> {
    let created = js.create_type_error(message).with_member("code", js.create_string("ERR_INVALID_ARG_VALUE"));
    cause.map_or(created, |cause| created.with_member("cause", cause))
}

/// Creates a `TemplateError`, for an unreadable template or invalid options.
pub fn create_template_error<'e>(js: Js<'e>, error: &TemplateError) -> Js<'e> {
    let name = js.create_string("TemplateError");
    js.create_error(&error.to_string()).with_member("name", name).with_member("code", name)
}
