//! Reads files that users specify: credentials and certificates.

use ini::Ini;
use std::fs::File;
use std::io::{Error, Read, Result};
use std::path::Path;

/// Maximum size in bytes.
const MAX_BYTES: u64 = 16 << 20;

/// Reads a file, which may be a symbolic link or a FIFO.
///
/// # Errors
/// The system's error, or an error for more than 16 MiB. The limit stops endless files such as `/dev/zero`.
pub fn read_settings(path: &Path) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(MAX_BYTES.saturating_add(1)).read_to_end(&mut bytes)?;
    match bytes.len() as u64 > MAX_BYTES {
        true => Err(Error::other(format!("the file is larger than {MAX_BYTES} bytes"))),
        false => Ok(bytes),
    }
}

/// Reads a file in the format of AWS's shared credentials file.
///
/// # Errors
/// Like [`read_settings`], and an error for another format.
pub fn read_profiles(path: &Path) -> Result<Ini> {
    let text = String::from_utf8(read_settings(path)?).map_err(|_| Error::other("the file is not UTF-8"))?;
    Ini::load_from_str_noescape(&text)
        .map_err(|error| Error::other(format!("expected `[profile]` and lines `name = value`: {error}")))
}
