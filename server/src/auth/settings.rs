//! Files of settings that users name: credentials and certificates.

use std::fs::File;
use std::io::{Error, Read, Result};
use std::path::Path;

/// No file of settings is longer, in bytes.
const LONGEST: u64 = 16 << 20;

/// Returns the bytes of a file, which may be a link or a FIFO.
///
/// # Errors
/// The system's error, and an error for more than 16 MiB: `/dev/zero` has no end.
pub fn read_settings(path: &Path) -> Result<Vec<u8>> {
    read_up_to(File::open(path)?, LONGEST)
}

fn read_up_to(source: impl Read, most: u64) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    source.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
    match bytes.len() as u64 > most {
        true => Err(Error::other(format!("it is longer than {most} bytes"))),
        false => Ok(bytes),
    }
}

/// Returns the text of a file.
///
/// # Errors
/// As [`read_settings`], and an error for what is not UTF-8.
pub fn read_settings_text(path: &Path) -> Result<String> {
    String::from_utf8(read_settings(path)?).map_err(|_| Error::other("it is not UTF-8"))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::{LONGEST, read_settings, read_up_to};
    use std::cell::Cell;
    use std::io::{Read, Result};
    use std::path::Path;

    /// A source without an end, and how many bytes were taken of it.
    struct Endless<'c>(&'c Cell<usize>);

    impl Read for Endless<'_> {
        fn read(&mut self, room: &mut [u8]) -> Result<usize> {
            self.0.set(self.0.get().saturating_add(room.len()));
            Ok(room.len())
        }
    }

    #[test]
    fn no_more_is_read_than_allowed() {
        let taken = Cell::new(0);
        let error = read_up_to(Endless(&taken), 1000).unwrap_err();
        assert_eq!((error.to_string().as_str(), taken.get()), ("it is longer than 1000 bytes", 1001));
        assert_eq!(read_up_to(&[1; 1000][..], 1000).unwrap().len(), 1000);
    }

    #[test]
    fn a_device_without_an_end_is_refused() {
        let error = read_settings(Path::new("/dev/zero")).unwrap_err();
        assert_eq!(error.to_string(), format!("it is longer than {LONGEST} bytes"));
    }
}
