//! What goes to standard output.

use super::exit::Failure;
use std::fmt::Display;
use std::io::Write;

/// Prints a line.
pub(super) fn line(text: impl Display) -> Result<(), Failure> {
    Ok(writeln!(std::io::stdout().lock(), "{text}")?)
}

/// Prints JSON: on one line as it is, or indented.
pub(super) fn json(bytes: &[u8], compact: bool) -> Result<(), Failure> {
    let indented = || {
        let value: serde_json::Value = serde_json::from_slice(bytes).ok()?;
        serde_json::to_string_pretty(&value).ok()
    };
    match if compact { None } else { indented() } {
        Some(text) => line(text),
        None => line(String::from_utf8_lossy(bytes)),
    }
}

/// Prints lines as they are.
pub(super) fn text(text: &str) -> Result<(), Failure> {
    Ok(std::io::stdout().lock().write_all(text.as_bytes())?)
}
