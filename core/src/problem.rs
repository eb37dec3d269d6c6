//! All problems of a request at once, each with a fix.

mod code;
mod fix;

pub use code::ProblemCode;

use crate::constraint::Violation;
use crate::error::{Error, ErrorKind};
use serde::Serialize;

/// One problem of a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Problem {
    /// The member, as a JSON pointer into the input. Empty for the request as a whole.
    pub path: String,
    /// The code, stable across releases.
    pub code: ProblemCode,
    /// The code of the AWS error that the problem causes, for example `ValidationException`.
    pub error: &'static str,
    /// The message that AWS returns if this is the only problem.
    pub message: String,
    /// What to do.
    pub fix: String,
}

impl Problem {
    pub(crate) fn from_violation(violation: &Violation) -> Self {
        let (code, fix) = fix::fix_constraint(&violation.constraint);
        let message = format!("1 validation error detected: {violation}");
        Self { path: violation.pointer.clone(), code, error: ErrorKind::ValidationException.code(), message, fix }
    }

    pub(crate) fn from_error(pointer: &str, error: &Error) -> Self {
        let (code, fix) = fix::fix_error(pointer, error);
        Self { path: pointer.to_owned(), code, error: error.code(), message: error.to_string(), fix }
    }
}

impl Error {
    /// Returns what to do.
    ///
    /// ```
    /// assert_eq!(sfn_alias::Error::AliasConflict.fix(), "use another name, or update the existing alias");
    /// ```
    pub fn fix(&self) -> String {
        fix::fix_error("", self).1
    }
}
