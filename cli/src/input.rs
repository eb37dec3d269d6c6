//! Reads arguments from the command line, a file or standard input.

use crate::exit::CliError;
use serde::de::IgnoredAny;
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// Maximum size of an argument, in bytes. Far above the limits of all operations.
const MAX_BYTES: u64 = 64 * 1024 * 1024;

/// Reads an argument of the form `JSON`, `@FILE`, or `-` for standard input.
///
/// # Errors
/// [`CliError::Usage`] for a file that cannot be read, and for more than 64 MiB.
pub(crate) fn read_argument(argument: &str) -> Result<Vec<u8>, CliError> {
    let (name, bytes) = match (argument, argument.strip_prefix('@')) {
        ("-", _) => ("standard input", read_prefix(None, MAX_BYTES.saturating_add(1))?),
        (_, Some(path)) => (path, read_prefix(Some(path), MAX_BYTES.saturating_add(1))?),
        _ => return check_no_file(argument),
    };
    if bytes.len() as u64 > MAX_BYTES {
        return Err(CliError::Usage(format!("`{name}` is larger than {MAX_BYTES} bytes")));
    }
    Ok(bytes)
}

/// Returns an argument that is neither `-` nor `@FILE`.
fn check_no_file(argument: &str) -> Result<Vec<u8>, CliError> {
    let is_json = serde_json::from_str::<IgnoredAny>(argument).is_ok();
    match !is_json && Path::new(argument).is_file() {
        true => Err(CliError::Usage(format!("`{argument}` is not JSON; did you mean `@{argument}`?"))),
        false => Ok(argument.as_bytes().to_vec()),
    }
}

/// Reads up to `limit` bytes from a file, or from standard input if `path` is `None`.
pub(crate) fn read_prefix(path: Option<&str>, limit: u64) -> Result<Vec<u8>, CliError> {
    let read = || {
        let source: Box<dyn Read> = match path {
            Some(path) => Box::new(File::open(path)?),
            None => Box::new(std::io::stdin().lock()),
        };
        let mut bytes = Vec::new();
        source.take(limit).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    let name = path.unwrap_or("standard input");
    read().map_err(|error: std::io::Error| CliError::Usage(format!("cannot read `{name}`: {error}")))
}
