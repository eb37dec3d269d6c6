//! Files of vectors.

use super::error::ReadError;
use super::references::References;
use super::vector::{ProvenanceKind, Vector};
use serde_json::Value;
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

/// The files of `operations/`, by name.
pub(crate) const EMBEDDED: [(&str, &str); 27] = [
    ("CreateStateMachine", include_str!("../operations/CreateStateMachine.json")),
    ("CreateStateMachineAlias", include_str!("../operations/CreateStateMachineAlias.json")),
    ("DeleteStateMachine", include_str!("../operations/DeleteStateMachine.json")),
    ("DeleteStateMachineAlias", include_str!("../operations/DeleteStateMachineAlias.json")),
    ("DeleteStateMachineVersion", include_str!("../operations/DeleteStateMachineVersion.json")),
    ("DescribeExecution", include_str!("../operations/DescribeExecution.json")),
    ("DescribeStateMachine", include_str!("../operations/DescribeStateMachine.json")),
    ("DescribeStateMachineAlias", include_str!("../operations/DescribeStateMachineAlias.json")),
    ("DescribeStateMachineForExecution", include_str!("../operations/DescribeStateMachineForExecution.json")),
    ("GetExecutionHistory", include_str!("../operations/GetExecutionHistory.json")),
    ("ListExecutions", include_str!("../operations/ListExecutions.json")),
    ("ListStateMachineAliases", include_str!("../operations/ListStateMachineAliases.json")),
    ("ListStateMachineVersions", include_str!("../operations/ListStateMachineVersions.json")),
    ("ListStateMachines", include_str!("../operations/ListStateMachines.json")),
    ("ListTagsForResource", include_str!("../operations/ListTagsForResource.json")),
    ("PublishStateMachineVersion", include_str!("../operations/PublishStateMachineVersion.json")),
    ("RedriveExecution", include_str!("../operations/RedriveExecution.json")),
    ("StartExecution", include_str!("../operations/StartExecution.json")),
    ("StartSyncExecution", include_str!("../operations/StartSyncExecution.json")),
    ("StopExecution", include_str!("../operations/StopExecution.json")),
    ("TagResource", include_str!("../operations/TagResource.json")),
    ("UntagResource", include_str!("../operations/UntagResource.json")),
    ("UpdateStateMachine", include_str!("../operations/UpdateStateMachine.json")),
    ("UpdateStateMachineAlias", include_str!("../operations/UpdateStateMachineAlias.json")),
    ("ValidateStateMachineDefinition", include_str!("../operations/ValidateStateMachineDefinition.json")),
    ("functions", include_str!("../operations/functions.json")),
    ("requests", include_str!("../operations/requests.json")),
];

const FIXTURES: &str = include_str!("../operations/fixtures.json");
const SOURCES: &str = include_str!("../operations/sources.json");

/// Returns the vectors that are compiled into this crate.
///
/// # Errors
/// [`ReadError::Malformed`], which the tests exclude.
pub fn embedded_files() -> Result<Vec<VectorFile>, ReadError> {
    let references = References::parse(FIXTURES, SOURCES)?;
    EMBEDDED
        .iter()
        .map(|(name, text)| parse_file((*name).to_owned(), format!("{name}.json"), text, &references))
        .collect()
}

/// Reads the vectors of a directory. Returns the files in the order of their names.
///
/// `fixtures.json` and `sources.json` contain what the vectors of the other files refer to by name. If one does not exist, the
/// embedded file is used.
///
/// # Errors
/// [`ReadError`], with the path.
pub fn read_directory(directory: &Path) -> Result<Vec<VectorFile>, ReadError> {
    let paths = list_json_files(directory).map_err(|error| io_error(directory, error))?;
    if paths.is_empty() {
        return Err(ReadError::Empty(directory.display().to_string()));
    }
    let references =
        References::parse(&read_or(directory, "fixtures", FIXTURES)?, &read_or(directory, "sources", SOURCES)?)?;
    paths.iter().map(|path| read_file(path, &references)).collect()
}

fn read_or(directory: &Path, name: &str, default: &str) -> Result<String, ReadError> {
    let path = directory.join(name).with_extension("json");
    match read_text(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(default.to_owned()),
        text => text.map_err(|error| io_error(&path, error)),
    }
}

/// Returns the paths of the JSON files, sorted.
fn list_json_files(directory: &Path) -> io::Result<Vec<PathBuf>> {
    let mut paths = fs::read_dir(directory)?.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()?;
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    paths.retain(|path| !path.file_stem().is_some_and(|name| name == "fixtures" || name == "sources"));
    paths.sort();
    Ok(paths)
}

fn read_file(path: &Path, references: &References) -> Result<VectorFile, ReadError> {
    let text = read_text(path).map_err(|error| io_error(path, error))?;
    let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    parse_file(name, path.display().to_string(), &text, references)
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

fn parse_file(name: String, path: String, text: &str, references: &References) -> Result<VectorFile, ReadError> {
    let vectors: Vec<Value> =
        serde_json::from_str(text).map_err(|source| ReadError::Malformed { path: path.clone(), source })?;
    let vectors = vectors.into_iter().enumerate().map(|(index, vector)| {
        let unknown = |name| ReadError::UnknownReference { path: path.clone(), name };
        let resolved = references.resolve(vector).map_err(unknown)?;
        let invalid = |source| ReadError::InvalidVector { path: path.clone(), index, source };
        serde_json::from_value(resolved).map(set_kind).map_err(invalid)
    });
    Ok(VectorFile { name, vectors: vectors.collect::<Result<_, _>>()? })
}

/// Sets the kind of a vector whose call is a function of this library.
fn set_kind(mut vector: Vector) -> Vector {
    if vector.call.function.is_some() {
        vector.source.kind = ProvenanceKind::Own;
    }
    vector
}
