//! A request from JavaScript.

use napi::bindgen_prelude::{Either, Uint8ArraySlice};
use serde::Deserialize;
use sfn_alias::wire::DeserializeRequest;
use std::fmt;

/// A body as `input.js` passes it: a string, or the caller's bytes.
pub type Body<'e> = Either<String, Uint8ArraySlice<'e>>;

/// Copies a body: JavaScript could change its bytes during the call.
pub fn copy_body(body: Body<'_>) -> Vec<u8> {
    match body {
        Either::A(text) => text.into_bytes(),
        Either::B(bytes) => bytes.to_vec(),
    }
}

/// The caller's JSON as source of a body. `input.js` has the same constants.
pub const JSON: u32 = 0;
/// Why an object has no JSON form, as source of a body.
pub const UNREADABLE: u32 = 2;

/// A request from JavaScript.
pub enum Input {
    /// The caller's JSON, whose size is limited.
    Json(Vec<u8>),
    /// The JSON that `input.js` wrote for an object. An object has no size in bytes.
    Object(Vec<u8>),
    /// Why the object has no JSON form.
    Unreadable(String),
}

impl Input {
    /// Wraps a body.
    pub fn new(body: Body<'_>, source: u32) -> Self {
        match (source, body) {
            (JSON, body) => Self::Json(copy_body(body)),
            (UNREADABLE, Either::A(message)) => Self::Unreadable(message),
            (_, body) => Self::Object(copy_body(body)),
        }
    }
}

/// Why a request cannot be deserialized.
pub struct InputError(String);

impl fmt::Display for InputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl DeserializeRequest for Input {
    type Error = InputError;

    fn size(&self) -> Option<usize> {
        if let Self::Json(json) = self { Some(json.len()) } else { None }
    }

    fn read<'s, T: Deserialize<'s>>(&'s self) -> Result<T, InputError> {
        match self {
            Self::Json(json) | Self::Object(json) => {
                json.as_slice().read().map_err(|error| InputError(error.to_string()))
            }
            Self::Unreadable(message) => Err(InputError(message.clone())),
        }
    }
}
