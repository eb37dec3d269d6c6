//! Where vectors come from.

use super::Vector;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// No file of vectors is longer, in bytes.
const LONGEST: u64 = 64 << 20;

/// The vectors of one file.
#[derive(Debug, Clone)]
pub struct File {
    /// The file's name without `.json`.
    pub name: String,
    /// What it holds, in order.
    pub vectors: Vec<Vector>,
}

/// Why vectors cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The folder or a file.
    #[error("`{path}` cannot be read: {error}")]
    Unreadable {
        /// The path as given.
        path: String,
        /// What the system says.
        error: io::Error,
    },
    /// What stands in a file.
    #[error("`{path}` is no file of vectors: {error}")]
    Malformed {
        /// The path as given.
        path: String,
        /// The fault and its place.
        error: serde_json::Error,
    },
    /// A folder without vectors.
    #[error("`{0}` has no file of vectors; give a folder of *.json")]
    Empty(String),
}

/// The repository's files, by name.
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

/// The vectors that this crate was built with.
///
/// # Errors
/// [`ReadError::Malformed`], which no release has.
pub fn embedded() -> Result<Vec<File>, ReadError> {
    EMBEDDED.iter().map(|(name, text)| parsed((*name).to_owned(), format!("{name}.json"), text)).collect()
}

/// The vectors of a folder, file by file in order of name.
///
/// # Errors
/// [`ReadError`], which names the file.
pub fn read(folder: &Path) -> Result<Vec<File>, ReadError> {
    let unreadable = |path: &Path, error| ReadError::Unreadable { path: path.display().to_string(), error };
    let entries = fs::read_dir(folder).map_err(|error| unreadable(folder, error))?;
    let paths: Result<Vec<PathBuf>, _> = entries.map(|entry| Ok(entry?.path())).collect();
    let mut paths = paths.map_err(|error| unreadable(folder, error))?;
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    paths.sort();
    if paths.is_empty() {
        return Err(ReadError::Empty(folder.display().to_string()));
    }
    let file = |path: &PathBuf| {
        let text = read_text(path).map_err(|error| unreadable(path, error))?;
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        parsed(name, path.display().to_string(), &text)
    };
    paths.iter().map(file).collect()
}

/// The text of a file, which may be a link.
fn read_text(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    fs::File::open(path)?.take(LONGEST.saturating_add(1)).read_to_string(&mut text)?;
    match text.len() as u64 > LONGEST {
        true => Err(io::Error::other(format!("it is longer than {LONGEST} bytes"))),
        false => Ok(text),
    }
}

fn parsed(name: String, path: String, text: &str) -> Result<File, ReadError> {
    let vectors = serde_json::from_str(text).map_err(|error| ReadError::Malformed { path, error })?;
    Ok(File { name, vectors })
}
