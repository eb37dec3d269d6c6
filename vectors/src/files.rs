//! Files of vectors.

use super::Vector;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// Maximum length of a file, in bytes.
const MAX_BYTES: u64 = 64 << 20;

/// The vectors of one file.
#[derive(Debug, Clone)]
pub struct VectorFile {
    /// The file's name without `.json`.
    pub name: String,
    /// The vectors, in the order of the file.
    pub vectors: Vec<Vector>,
}

/// The error of [`embedded_files`] and [`read_directory`].
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The directory or a file cannot be read.
    #[error("cannot read `{path}`: {source}")]
    Io {
        /// The path.
        path: String,
        /// The error of the operating system.
        source: io::Error,
    },
    /// A file does not contain vectors.
    #[error("`{path}` is not a valid vector file: {source}")]
    Malformed {
        /// The path.
        path: String,
        /// The error and its position.
        source: serde_json::Error,
    },
    /// The directory has no files of vectors.
    #[error("`{0}` has no vector files; use a directory with *.json files")]
    Empty(String),
}

/// The files of this directory, by name.
pub(crate) const EMBEDDED: [(&str, &str); 8] = [
    ("aliases", include_str!("../aliases.json")),
    ("executions", include_str!("../executions.json")),
    ("functions", include_str!("../functions.json")),
    ("machines", include_str!("../machines.json")),
    ("recorded-aliases", include_str!("../recorded-aliases.json")),
    ("requests", include_str!("../requests.json")),
    ("tags", include_str!("../tags.json")),
    ("versions", include_str!("../versions.json")),
];

/// Returns the vectors that are compiled into this crate.
///
/// # Errors
/// [`ReadError::Malformed`], which the tests exclude.
pub fn embedded_files() -> Result<Vec<VectorFile>, ReadError> {
    EMBEDDED.iter().map(|(name, text)| parse_file((*name).to_owned(), format!("{name}.json"), text)).collect()
}

/// Reads the vectors of a directory. Returns the files in the order of their names.
///
/// # Errors
/// [`ReadError`], with the path.
pub fn read_directory(directory: &Path) -> Result<Vec<VectorFile>, ReadError> {
    let paths = list_json_files(directory).map_err(|error| io_error(directory, error))?;
    if paths.is_empty() {
        return Err(ReadError::Empty(directory.display().to_string()));
    }
    paths.iter().map(|path| read_file(path)).collect()
}

/// Returns the paths of the JSON files, sorted.
fn list_json_files(directory: &Path) -> io::Result<Vec<PathBuf>> {
    let mut paths = fs::read_dir(directory)?.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()?;
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    paths.sort();
    Ok(paths)
}

fn read_file(path: &Path) -> Result<VectorFile, ReadError> {
    let text = read_text(path).map_err(|error| io_error(path, error))?;
    let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    parse_file(name, path.display().to_string(), &text)
}

fn io_error(path: &Path, source: io::Error) -> ReadError {
    ReadError::Io { path: path.display().to_string(), source }
}

/// Reads a file of limited length. The path may be a link, for example to a device without an end.
fn read_text(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    fs::File::open(path)?.take(MAX_BYTES.saturating_add(1)).read_to_string(&mut text)?;
    match text.len() as u64 > MAX_BYTES {
        true => Err(io::Error::other(format!("the file is longer than {MAX_BYTES} bytes"))),
        false => Ok(text),
    }
}

fn parse_file(name: String, path: String, text: &str) -> Result<VectorFile, ReadError> {
    let vectors = serde_json::from_str(text).map_err(|source| ReadError::Malformed { path, source })?;
    Ok(VectorFile { name, vectors })
}
