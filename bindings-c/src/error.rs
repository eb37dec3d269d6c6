//! What went wrong, for the caller to look at.

use crate::result::SfnAlias;
use crate::text::{OwnedText, TextView};
use sfn_alias_core::{Error, ErrorKind, Problem, error_body};
use std::any::Any;

/// A failure on its way out.
pub(crate) enum Failure {
    /// The core's refusal, and the member at fault as a JSON pointer.
    Refused { error: Error, path: String },
    /// What CloudFormation's provider refuses of a deployment, with the member at fault and all problems as JSON.
    Provider { message: String, path: String, body: String },
    /// A pointer that must not be NULL.
    Null(&'static str),
    /// A text that is UTF-8 only so far.
    Utf8 { name: &'static str, valid: usize },
    /// A length that no object has.
    Length(&'static str),
    /// A value that the function does not take.
    Argument(String),
    /// A panic, with what it said.
    Panic(String),
}

/// What went wrong. Free it with `sfn_alias_error_free`.
pub struct Report {
    result: SfnAlias,
    status: u16,
    code: OwnedText,
    message: OwnedText,
    reason: Option<OwnedText>,
    path: OwnedText,
    body: Option<OwnedText>,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Refused { error, path: String::new() }
    }
}

impl Failure {
    /// A refusal of a request; the core's `check` of that request tells where it is wrong.
    pub(crate) fn of_request(error: Error, check: impl FnOnce() -> Result<Vec<Problem>, Error>) -> Self {
        let problems = check().unwrap_or_default();
        let first = problems.into_iter().next().filter(|problem| problem.error == error.code());
        Self::Refused { error, path: first.map(|problem| problem.path).unwrap_or_default() }
    }

    pub(crate) fn of_panic(panic: &(dyn Any + Send)) -> Self {
        let said = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
        Self::Panic(said.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default())
    }

    /// The number, and the object where it is wanted.
    pub(crate) fn report(self, wanted: bool) -> (SfnAlias, Option<Box<Report>>) {
        let result = self.result();
        (result, wanted.then(|| Box::new(self.into_report(result))))
    }

    fn result(&self) -> SfnAlias {
        match self {
            Self::Refused { error, .. } => SfnAlias::of(error.kind()),
            Self::Provider { .. } => SfnAlias::ValidationException,
            Self::Null(_) => SfnAlias::NullArgument,
            Self::Utf8 { .. } => SfnAlias::InvalidUtf8,
            Self::Length(_) => SfnAlias::InvalidLength,
            Self::Argument(_) => SfnAlias::InvalidArgument,
            Self::Panic(_) => SfnAlias::Panic,
        }
    }

    fn into_report(self, result: SfnAlias) -> Report {
        let message = match self {
            Self::Refused { error, path } => return Report::of_refusal(result, &error, path),
            Self::Provider { message, path, body } => return Report::of_provider(result, message, path, body),
            Self::Null(name) => format!("`{name}` is NULL"),
            Self::Utf8 { name, valid } => format!("`{name}` is not UTF-8 from byte {valid} on"),
            Self::Length(name) => format!("the length of `{name}` is greater than any object can be"),
            Self::Argument(message) => message,
            Self::Panic(said) => format!("internal error in sfn-alias (please report): {said}"),
        };
        let (code, path) = (OwnedText::new(result.code()), OwnedText::new(""));
        Report { result, status: 0, code, message: OwnedText::new(message), reason: None, path, body: None }
    }
}

impl Report {
    fn of_refusal(result: SfnAlias, error: &Error, path: String) -> Self {
        Self {
            result,
            status: error.kind().status(),
            code: OwnedText::new(error.code()),
            message: OwnedText::new(error.to_string()),
            reason: error.reason().map(OwnedText::new),
            path: OwnedText::new(path),
            body: Some(OwnedText::new(error_body(error))),
        }
    }

    fn of_provider(result: SfnAlias, message: String, path: String, body: String) -> Self {
        Self {
            result,
            status: ErrorKind::ValidationException.status(),
            code: OwnedText::new(result.code()),
            message: OwnedText::new(message),
            reason: None,
            path: OwnedText::new(path),
            body: Some(OwnedText::new(body)),
        }
    }
}

/// The number that the function returned.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sfn_alias_error_result(error: *const Report) -> SfnAlias {
    unsafe { error.as_ref() }.map_or(SfnAlias::Ok, |error| error.result)
}

/// The code: AWS's, for example `ConflictException`, or one of README.md's table.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sfn_alias_error_code(error: *const Report) -> TextView {
    TextView::of(unsafe { error.as_ref() }.map(|error| &error.code))
}

/// The message: AWS's sentence, or what is wrong with the call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sfn_alias_error_message(error: *const Report) -> TextView {
    TextView::of(unsafe { error.as_ref() }.map(|error| &error.message))
}

/// The reason, for example `INVALID_ROUTING_CONFIGURATION`; absent where AWS gives none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sfn_alias_error_reason(error: *const Report) -> TextView {
    TextView::of(unsafe { error.as_ref() }.and_then(|error| error.reason.as_ref()))
}

/// The HTTP status of AWS's answer; 0 for a fault of the call itself.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sfn_alias_error_status(error: *const Report) -> u16 {
    unsafe { error.as_ref() }.map_or(0, |error| error.status)
}

/// The member at fault as a JSON pointer, for example `/routingConfiguration/0/weight`; empty for the
/// request as a whole, and for what only the stored state forbids.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sfn_alias_error_path(error: *const Report) -> TextView {
    TextView::of(unsafe { error.as_ref() }.map(|error| &error.path))
}

/// The JSON that AWS answers, with `__type`; of a deployment that CloudFormation's provider refuses, JSON with
/// `code`, `message` and `problems`; absent for a fault of the call itself.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sfn_alias_error_body(error: *const Report) -> TextView {
    TextView::of(unsafe { error.as_ref() }.and_then(|error| error.body.as_ref()))
}

/// Frees an error. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sfn_alias_error_free(error: *mut Report) {
    unsafe { crate::guard::free(error) }
}
