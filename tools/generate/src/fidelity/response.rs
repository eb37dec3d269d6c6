//! The response that a vector expects: a success, or an error with its message.

use serde_json::Value;

/// The response of a vector. The order is the one of the sections of a page.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Response {
    Success,
    /// An error code.
    Error(String),
    /// The result of a function of the library.
    Function(String),
}

impl Response {
    /// Returns the title of the response's section.
    pub(super) fn title(&self) -> &str {
        match self {
            Self::Success => "Success",
            Self::Error(code) => code,
            Self::Function(name) => name,
        }
    }
}

/// Returns the response of an expectation, and the message of an error.
///
/// An expectation has a `body`, as JSON or as text with JSON. A plan of a deployment has an `error`.
pub(super) fn parse_response(expectation: &Value) -> (Response, Option<String>) {
    let expectation = sfn_alias_vectors::expand(expectation);
    if let Some(error) = expectation.get("error") {
        return (Response::Error(string_member(error, "code").unwrap_or_default()), string_member(error, "message"));
    }
    let body = match expectation.get("body") {
        Some(Value::String(text)) => serde_json::from_str(text).unwrap_or_default(),
        body => body.cloned().unwrap_or_default(),
    };
    match string_member(&body, "__type") {
        Some(wire_type) => {
            let code = wire_type.rsplit('#').next().unwrap_or_default().to_owned();
            (Response::Error(code), string_member(&body, "message"))
        }
        None => (Response::Success, None),
    }
}

fn string_member(value: &Value, name: &str) -> Option<String> {
    Some(value.get(name)?.as_str()?.to_owned())
}
