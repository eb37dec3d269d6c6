//! Files with rules in JSON or YAML: outcomes, and alarms.

use crate::exit::CliError;
use rustix::fs::OFlags;
use sfn_alias::{Limits, Outcomes, RulesError};
use sfn_alias_template::YamlDocument;
use std::fmt::Display;
use std::fs::{Metadata, OpenOptions};
use std::io::{Error, Read};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// Maximum size of rules in bytes, in the file and in JSON.
pub(crate) const MAX_BYTES: usize = Outcomes::MAX_BYTES;

/// A file with rules.
#[derive(Debug, Clone)]
pub(crate) struct OutcomesFile {
    path: PathBuf,
}

/// What identifies the content of a file: a file with another content has another value. `None` if it does not exist.
pub(crate) type FileState = Option<(u64, u64, i64, i64)>;

impl OutcomesFile {
    pub const fn new(path: PathBuf) -> Self {
        Self { path }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Reads and parses the rules.
    ///
    /// # Errors
    /// [`CliError::Usage`] with the file, the position in it, and what to do.
    pub fn read(&self) -> Result<Outcomes, CliError> {
        let path = self.path.display();
        let bytes = read_regular(&self.path)
            .map_err(|error| CliError::Usage(format!("--outcomes: cannot read `{path}`: {error}")))?;
        let invalid = |detail: &dyn Display| CliError::Usage(format!("--outcomes: `{path}`: {detail}"));
        let parse = |json: &str| Outcomes::parse(json, &Limits::default());
        parse_rules(Some(&self.path), &bytes, parse).map(|(outcomes, _)| outcomes).map_err(|error| invalid(&error))
    }

    /// Returns the state of the file.
    pub fn state(&self) -> FileState {
        let found = std::fs::metadata(&self.path).ok()?;
        // The change time: as the modification time, and also when the permissions change.
        Some((found.len(), found.ino(), found.ctime(), found.ctime_nsec()))
    }
}

/// Parses rules in JSON or YAML. Returns the result of `parse` and the rules in JSON.
///
/// # Errors
/// The error with its position in the file, and what to do.
pub(crate) fn parse_rules<T>(
    path: Option<&Path>,
    bytes: &[u8],
    parse: impl Fn(&str) -> Result<T, RulesError>,
) -> Result<(T, String), String> {
    check_size(bytes)?;
    // Editors on Windows write a byte order mark.
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    let is_json = path.is_some_and(|path| path.extension().is_some_and(|extension| extension == "json"));
    if !is_json && !matches!(bytes.trim_ascii_start().first(), Some(b'{' | b'[')) {
        return parse_yaml(bytes, parse);
    }
    let text = std::str::from_utf8(bytes).map_err(|_| "the file is not valid UTF-8; save it as UTF-8".to_owned())?;
    let rules = parse(text).map_err(|error| error.to_string())?;
    Ok((rules, text.to_owned()))
}

/// Parses YAML. The positions of errors are those in the YAML file.
fn parse_yaml<T>(bytes: &[u8], parse: impl Fn(&str) -> Result<T, RulesError>) -> Result<(T, String), String> {
    let document = YamlDocument::parse(bytes, MAX_BYTES).map_err(|error| error.to_string())?;
    let json = document.to_json().map_err(|error| error.to_string())?;
    match parse(&json) {
        Ok(rules) => Ok((rules, json)),
        Err(mut error) => {
            if let Some((line, column)) = find_nearest_position(&document, &error.pointer) {
                (error.line, error.column) = (line as usize, column as usize);
            }
            Err(error.to_string())
        }
    }
}

/// Returns the position of a value, or of the innermost value around it that exists.
fn find_nearest_position(document: &YamlDocument<'_>, pointer: &str) -> Option<(u32, u32)> {
    let parents = std::iter::successors(Some(pointer), |pointer| Some(pointer.rsplit_once('/')?.0));
    parents.into_iter().find_map(|pointer| document.find_position(pointer))
}

/// Reads a regular file or a link to one. Others are not opened: a FIFO would block, and a device has no end.
fn read_regular(path: &Path) -> Result<Vec<u8>, Error> {
    check_regular(&std::fs::metadata(path)?)?;
    let flags = OFlags::NONBLOCK | OFlags::NOCTTY;
    let file = OpenOptions::new().read(true).custom_flags(flags.bits().cast_signed()).open(path)?;
    // The file may have been replaced since.
    check_regular(&file.metadata()?)?;
    let mut bytes = Vec::new();
    file.take((MAX_BYTES as u64).saturating_add(1)).read_to_end(&mut bytes)?;
    check_size(&bytes).map_err(Error::other)?;
    Ok(bytes)
}

fn check_regular(found: &Metadata) -> Result<(), Error> {
    match found.is_file() {
        true => Ok(()),
        false => Err(Error::other("expected a regular file; use the path of a file in JSON or YAML")),
    }
}

fn check_size(bytes: &[u8]) -> Result<(), String> {
    match bytes.len() > MAX_BYTES {
        true => Err(format!("the file is larger than {MAX_BYTES} bytes; use a smaller file")),
        false => Ok(()),
    }
}
