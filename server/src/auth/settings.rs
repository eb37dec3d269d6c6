//! Reads files that users specify: credentials and certificates.

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
    read_up_to(File::open(path)?, MAX_BYTES)
}

fn read_up_to(source: impl Read, limit: u64) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    source.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    match bytes.len() as u64 > limit {
        true => Err(Error::other(format!("the file is larger than {limit} bytes"))),
        false => Ok(bytes),
    }
}

/// Reads a text file.
///
/// # Errors
/// Like [`read_settings`], and an error for invalid UTF-8.
pub fn read_settings_text(path: &Path) -> Result<String> {
    String::from_utf8(read_settings(path)?).map_err(|_| Error::other("the file is not UTF-8"))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::{MAX_BYTES, read_settings, read_up_to};
    use std::cell::Cell;
    use std::io::{Read, Result};
    use std::path::Path;

    /// An endless reader that counts the bytes read.
    struct Endless<'c>(&'c Cell<usize>);

    impl Read for Endless<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
            self.0.set(self.0.get().saturating_add(buffer.len()));
            Ok(buffer.len())
        }
    }

    #[test]
    fn read_stops_at_limit() {
        let read = Cell::new(0);
        let error = read_up_to(Endless(&read), 1000).unwrap_err();
        assert_eq!((error.to_string().as_str(), read.get()), ("the file is larger than 1000 bytes", 1001));
        assert_eq!(read_up_to(&[1; 1000][..], 1000).unwrap().len(), 1000);
    }

    #[test]
    fn endless_device_is_rejected() {
        let error = read_settings(Path::new("/dev/zero")).unwrap_err();
        assert_eq!(error.to_string(), format!("the file is larger than {MAX_BYTES} bytes"));
    }
}
