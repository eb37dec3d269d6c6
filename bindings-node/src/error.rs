//! Converts errors to JavaScript errors.

use napi::bindgen_prelude::{Env, JsValue, Object};
use napi::{JsTypeError, Status};
use sfn_alias::{Error, generate_request_id};
use sfn_alias_template::TemplateError;

/// Returns the value of `$fault`, a member of the AWS SDK's errors.
const fn sdk_fault(status: u16) -> &'static str {
    if status < 500 { "client" } else { "server" }
}

/// Creates a JavaScript error with the members of an AWS SDK error.
pub fn create_error(env: &Env, error: &Error) -> napi::Error {
    let kind = error.kind();
    create_named_error(env, &error.to_string(), kind.code(), |created| {
        created.set("$fault", sdk_fault(kind.status()))?;
        created.set("$metadata", create_metadata(env, kind.status())?)?;
        error.reason().map_or(Ok(()), |reason| created.set("reason", reason))
    })
}

/// Creates the `$metadata` of an error, as of a call that succeeded at the first attempt.
fn create_metadata(env: &Env, status: u16) -> napi::Result<Object<'_>> {
    let mut metadata = Object::new(env)?;
    metadata.set("httpStatusCode", status)?;
    metadata.set("requestId", generate_request_id())?;
    metadata.set("attempts", 1)?;
    metadata.set("totalRetryDelay", 0)?;
    Ok(metadata)
}

/// Creates a `TemplateError`, for an unreadable template or invalid options.
pub fn create_template_error(env: &Env, error: &TemplateError) -> napi::Error {
    create_named_error(env, &error.to_string(), "TemplateError", |_| Ok(()))
}

/// Creates an error whose `name` and `code` are `name`.
fn create_named_error(
    env: &Env,
    message: &str,
    name: &str,
    add_members: impl FnOnce(&mut Object<'_>) -> napi::Result<()>,
) -> napi::Error {
    let create = || {
        let mut created = env.create_error(napi::Error::from_reason(message))?;
        created.set("name", name)?;
        created.set("code", name)?;
        add_members(&mut created)?;
        Ok(created.to_unknown().into())
    };
    create().unwrap_or_else(|failure| failure)
}

/// Creates a `TypeError` for an invalid argument that is not part of a request.
pub fn create_argument_error(env: &Env, message: String) -> napi::Error {
    JsTypeError::from(napi::Error::new(ArgumentStatus, message)).into_unknown(*env).into()
}

/// The `code` of an argument error.
struct ArgumentStatus;

impl AsRef<str> for ArgumentStatus {
    fn as_ref(&self) -> &'static str {
        "ERR_INVALID_ARG_VALUE"
    }
}

impl From<Status> for ArgumentStatus {
    fn from(_: Status) -> Self {
        Self
    }
}

/// Returns the error for a caught panic.
pub fn internal_error() -> Error {
    Error::Internal("the call panicked".to_owned())
}
