//! Errors and the error object for the caller.

use crate::result::ResultCode;
use crate::text::{OwnedText, TextView};
use sfn_alias_core::{Error, ErrorKind, Problem, error_body};
use std::any::Any;

/// An error of a call.
pub(crate) enum FfiError {
    /// An error of the core. `path` is a JSON pointer to the member.
    Core { error: Error, path: String },
    /// An error of a deployment. `path` is a JSON pointer to the member, `body` contains all problems as JSON.
    Deployment { message: String, path: String, body: String },
    /// A pointer is NULL but must not be.
    NullArgument(&'static str),
    /// A text is not valid UTF-8. `offset` is the position of the first invalid byte.
    InvalidUtf8 { name: &'static str, offset: usize },
    /// A length exceeds the maximum size of an object.
    InvalidLength(&'static str),
    /// A value is not valid for the function.
    InvalidArgument(String),
    /// A panic, with its message.
    Panic(String),
}

/// An error. Free it with `sfn_alias_error_free`.
pub struct ErrorObject {
    result: ResultCode,
    status: u16,
    code: OwnedText,
    message: OwnedText,
    reason: Option<OwnedText>,
    path: OwnedText,
    body: Option<OwnedText>,
}

impl From<Error> for FfiError {
    fn from(error: Error) -> Self {
        Self::Core { error, path: String::new() }
    }
}

impl FfiError {
    /// Creates the error of an invalid request. `check` finds the path of the member.
    pub(crate) fn from_request_error(error: Error, check: impl FnOnce() -> Result<Vec<Problem>, Error>) -> Self {
        let problems = check().unwrap_or_default();
        let first = problems.into_iter().next().filter(|problem| problem.error == error.code());
        Self::Core { error, path: first.map(|problem| problem.path).unwrap_or_default() }
    }

    pub(crate) fn from_panic(panic: &(dyn Any + Send)) -> Self {
        let message = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
        Self::Panic(message.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default())
    }

    /// Returns the result code, and the error object if the caller wants it.
    pub(crate) fn into_result(self, with_object: bool) -> (ResultCode, Option<Box<ErrorObject>>) {
        let result = self.result();
        (result, with_object.then(|| Box::new(self.into_object(result))))
    }

    fn result(&self) -> ResultCode {
        match self {
            Self::Core { error, .. } => ResultCode::from_kind(error.kind()),
            Self::Deployment { .. } => ResultCode::ValidationException,
            Self::NullArgument(_) => ResultCode::NullArgument,
            Self::InvalidUtf8 { .. } => ResultCode::InvalidUtf8,
            Self::InvalidLength(_) => ResultCode::InvalidLength,
            Self::InvalidArgument(_) => ResultCode::InvalidArgument,
            Self::Panic(_) => ResultCode::Panic,
        }
    }

    fn into_object(self, result: ResultCode) -> ErrorObject {
        let new = |message| ErrorObject::new(result, message);
        match self {
            Self::Core { error, path } => ErrorObject {
                status: error.kind().status(),
                reason: error.reason().map(OwnedText::new),
                path: OwnedText::new(path),
                body: Some(OwnedText::new(error_body(&error))),
                ..new(error.to_string())
            },
            Self::Deployment { message, path, body } => ErrorObject {
                status: ErrorKind::ValidationException.status(),
                path: OwnedText::new(path),
                body: Some(OwnedText::new(body)),
                ..new(message)
            },
            Self::NullArgument(name) => new(format!("`{name}` must not be NULL")),
            Self::InvalidUtf8 { name, offset } => {
                new(format!("`{name}` is not valid UTF-8: the first invalid byte is at offset {offset}"))
            }
            Self::InvalidLength(name) => {
                new(format!("the length of `{name}` is too large; the maximum is {} bytes", isize::MAX))
            }
            Self::InvalidArgument(message) => new(message),
            Self::Panic(message) => new(format!("internal error in sfn-alias (please report): {message}")),
        }
    }
}

impl ErrorObject {
    /// Creates the object of an error of the call itself.
    fn new(result: ResultCode, message: String) -> Self {
        let (code, message) = (OwnedText::new(result.code()), OwnedText::new(message));
        Self { result, status: 0, code, message, reason: None, path: OwnedText::new(""), body: None }
    }
}

/// Returns the result code that the function returned.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sfn_alias_error_result(error: *const ErrorObject) -> ResultCode {
    unsafe { error.as_ref() }.map_or(ResultCode::Ok, |error| error.result)
}

/// Returns the code: an AWS code such as `ConflictException`, or one of the table in README.md.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sfn_alias_error_code(error: *const ErrorObject) -> TextView {
    TextView::from_text(unsafe { error.as_ref() }.map(|error| &error.code))
}

/// Returns the message: the text of AWS, or a description of the problem.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sfn_alias_error_message(error: *const ErrorObject) -> TextView {
    TextView::from_text(unsafe { error.as_ref() }.map(|error| &error.message))
}

/// Returns the reason, for example `INVALID_ROUTING_CONFIGURATION`. Absent if AWS returns none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sfn_alias_error_reason(error: *const ErrorObject) -> TextView {
    TextView::from_text(unsafe { error.as_ref() }.and_then(|error| error.reason.as_ref()))
}

/// Returns the HTTP status of the AWS response, or 0 for an error of the call itself.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sfn_alias_error_status(error: *const ErrorObject) -> u16 {
    unsafe { error.as_ref() }.map_or(0, |error| error.status)
}

/// Returns a JSON pointer to the member with the problem, for example `/routingConfiguration/0/weight`. Empty if the
/// problem concerns the whole request or the stored state.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sfn_alias_error_path(error: *const ErrorObject) -> TextView {
    TextView::from_text(unsafe { error.as_ref() }.map(|error| &error.path))
}

/// Returns the JSON body of the AWS response, with `__type`. For a rejected deployment: JSON with `code`, `message` and
/// `problems`. Absent for an error of the call itself.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sfn_alias_error_body(error: *const ErrorObject) -> TextView {
    TextView::from_text(unsafe { error.as_ref() }.and_then(|error| error.body.as_ref()))
}

/// Frees an error. NULL is allowed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sfn_alias_error_free(error: *mut ErrorObject) {
    unsafe { crate::free::free(error) }
}
