//! Conversion between records and bytes.

use serde::Serialize;
use serde::de::DeserializeOwned;
use sfn_alias::{Error, Result};

/// Parses the value of a record.
pub fn parse<T: DeserializeOwned>(key: &[u8], value: &[u8]) -> Result<T> {
    serde_json::from_slice(value).map_err(|error| unreadable(key, error))
}

/// Returns the error for a record that cannot be read.
pub fn unreadable(key: &[u8], error: impl std::fmt::Display) -> Error {
    let key = key.escape_ascii();
    Error::Store(format!(
        "the record `{key}` cannot be read: {error}; it is damaged, or a later release of sfn-alias wrote it"
    ))
}

/// Returns the value of a record.
pub fn write<T: Serialize>(record: &T) -> Result<Vec<u8>> {
    serde_json::to_vec(record).map_err(|error| Error::Internal(error.to_string()))
}

/// Appends a text to a record, so that it is stored without escapes.
pub fn write_with_text<T: Serialize>(record: &T, text: &str) -> Result<Vec<u8>> {
    let mut value = write(record)?;
    value.push(b'\n');
    value.extend_from_slice(text.as_bytes());
    Ok(value)
}

/// Parses a record with a text.
pub fn parse_with_text<'v, T: DeserializeOwned>(key: &[u8], value: &'v [u8]) -> Result<(T, &'v str)> {
    // JSON in one line has no line feed.
    let end = value.iter().position(|byte| *byte == b'\n');
    let split = end.and_then(|end| value.split_at_checked(end));
    let (record, text) = split.ok_or_else(|| unreadable(key, "it has one line"))?;
    let text = std::str::from_utf8(text.get(1..).unwrap_or_default()).map_err(|error| unreadable(key, error))?;
    Ok((parse(key, record)?, text))
}
