//! Reads the vectors of all directories, as far as the pages need them.

use super::answer::{Answer, parse_answer};
use super::kinds::OWN;
use serde::Deserialize;
use serde_json::Value;
use std::error::Error;
use std::path::Path;

/// A vector of any directory.
pub(crate) struct Vector {
    pub name: String,
    pub behaviour: String,
    /// The kind of source.
    pub kind: String,
    pub basis: String,
    pub answer: Answer,
    /// The message of an error.
    pub message: Option<String>,
    /// The path of the file in the repository.
    pub file: String,
}

/// Behaviours that have a page of their own.
pub(crate) struct Group {
    /// The name of the page, for example `CreateStateMachineAlias`.
    pub name: String,
    pub title: String,
    pub vectors: Vec<Vector>,
}

impl Group {
    /// Returns the path of the page in the repository.
    pub fn page(&self) -> String {
        format!("docs/fidelity/{}.md", self.name)
    }
}

/// A vector of `protocol/`, `auth/` or `deployment/`.
#[derive(Deserialize)]
struct OtherVector {
    name: String,
    behaviour: String,
    source: Source,
    #[serde(alias = "response")]
    expect: Value,
}

#[derive(Deserialize)]
struct Source {
    kind: String,
    basis: String,
}

/// A file of `auth/`.
#[derive(Deserialize)]
struct SignatureFile {
    vectors: Vec<OtherVector>,
}

/// Reads the vectors of operations and functions.
///
/// # Errors
/// A file cannot be read.
pub(crate) fn read_operations(directory: &Path) -> Result<Vec<Group>, Box<dyn Error>> {
    let files = sfn_alias_vectors::read_directory(&directory.join("operations"))?;
    Ok(files.into_iter().map(Group::from).collect())
}

/// Reads the vectors of HTTP, signatures and deployments.
///
/// # Errors
/// A file cannot be read.
pub(super) fn read_others(directory: &Path) -> Result<Vec<Group>, Box<dyn Error>> {
    let signatures: SignatureFile =
        serde_json::from_str(&std::fs::read_to_string(directory.join("auth/signatures.json"))?)?;
    let signatures = signatures.vectors.into_iter().map(|vector| vector.convert("auth/signatures.json")).collect();
    let groups = [
        ("http", "Requests and responses over HTTP", read_vectors(directory, "protocol")?),
        ("signatures", "Signatures of requests", signatures),
        ("deployments", "Gradual deployments", read_vectors(directory, "deployment")?),
    ];
    Ok(groups.map(|(name, title, vectors)| Group { name: name.into(), title: title.into(), vectors }).into())
}

fn read_vectors(directory: &Path, name: &str) -> Result<Vec<Vector>, Box<dyn Error>> {
    let mut files: Vec<_> =
        std::fs::read_dir(directory.join(name))?.map(|entry| Ok(entry?.path())).collect::<std::io::Result<_>>()?;
    files.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    files.sort();
    let mut vectors = Vec::new();
    for path in files {
        let text = std::fs::read_to_string(&path)?;
        let parsed: Vec<OtherVector> =
            serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))?;
        let file = format!("{name}/{}", path.file_name().unwrap_or_default().to_string_lossy());
        vectors.extend(parsed.into_iter().map(|vector| vector.convert(&file)));
    }
    Ok(vectors)
}

impl OtherVector {
    fn convert(self, file: &str) -> Vector {
        let Self { name, behaviour, source: Source { kind, basis }, expect } = self;
        let (answer, message) = parse_answer(&expect);
        Vector { name, behaviour, kind, basis, answer, message, file: format!("vectors/{file}") }
    }
}

impl From<sfn_alias_vectors::VectorFile> for Group {
    fn from(file: sfn_alias_vectors::VectorFile) -> Self {
        let title = match file.name.as_str() {
            "functions" => "Functions of the library",
            "requests" => "Requests of any operation",
            operation => operation,
        };
        let path = format!("vectors/operations/{}.json", file.name);
        let convert = |vector| convert_vector(vector, &path);
        Self { title: title.to_owned(), vectors: file.vectors.into_iter().map(convert).collect(), name: file.name }
    }
}

fn convert_vector(vector: sfn_alias_vectors::Vector, file: &str) -> Vector {
    let (answer, message) = match &vector.call.function {
        Some(function) => (Answer::Function(format!("Function {function}")), None),
        None => parse_answer(&vector.expect),
    };
    let kind = match vector.call.function {
        Some(_) => OWN.to_owned(),
        None => vector.source.kind.to_string(),
    };
    let sfn_alias_vectors::Vector { name, behaviour, source, .. } = vector;
    Vector { name, behaviour, kind, basis: source.basis, answer, message, file: file.to_owned() }
}
