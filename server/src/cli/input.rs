//! JSON from the command line, a file or standard input.

use super::exit::Failure;
use std::io::Read;

/// No request is longer; it is refused before it is read to its end.
const LIMIT: u64 = 64 * 1024 * 1024;

/// The bytes of `JSON`, `@FILE` or `-`.
///
/// # Errors
/// [`Failure::Usage`] for a file that cannot be read, and for more than 64 MiB.
pub(super) fn read(argument: &str) -> Result<Vec<u8>, Failure> {
    let (name, bytes) = match (argument, argument.strip_prefix('@')) {
        ("-", _) => ("standard input", beginning(None, LIMIT.saturating_add(1))?),
        (_, Some(path)) => (path, beginning(Some(path), LIMIT.saturating_add(1))?),
        _ => return Ok(argument.as_bytes().to_vec()),
    };
    if bytes.len() as u64 > LIMIT {
        return Err(Failure::Usage(format!("`{name}` is longer than {LIMIT} bytes")));
    }
    Ok(bytes)
}

/// At most so many bytes of a file, or of standard input.
///
/// # Errors
/// [`Failure::Usage`] for what cannot be read.
pub(super) fn beginning(path: Option<&str>, most: u64) -> Result<Vec<u8>, Failure> {
    let Some(path) = path else { return limited(std::io::stdin().lock(), "standard input", most) };
    let file = std::fs::File::open(path).map_err(|error| unreadable(path, &error))?;
    limited(file, path, most)
}

fn limited(source: impl Read, name: &str, most: u64) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    source.take(most).read_to_end(&mut bytes).map_err(|error| unreadable(name, &error))?;
    Ok(bytes)
}

fn unreadable(name: &str, error: &std::io::Error) -> Failure {
    Failure::Usage(format!("`{name}` cannot be read: {error}"))
}
