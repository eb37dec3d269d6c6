//! Reads the vectors of all directories, as far as the pages need them.

use super::links::Links;
use super::response::{Response, parse_response};
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
    pub response: Response,
    /// The message of an error.
    pub message: Option<String>,
    /// The path of the file in the repository, with the line.
    pub link: String,
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
    let directory = directory.join("operations");
    let files = sfn_alias_vectors::read_directory(&directory)?;
    files.into_iter().map(|file| convert_file(file, &directory)).collect()
}

/// Reads the vectors of HTTP, signatures and deployments.
///
/// # Errors
/// A file cannot be read.
pub(super) fn read_others(directory: &Path) -> Result<Vec<Group>, Box<dyn Error>> {
    let text = std::fs::read_to_string(directory.join("auth/signatures.json"))?;
    let links = Links::find("vectors/auth/signatures.json".to_owned(), &text);
    let SignatureFile { vectors } = serde_json::from_str(&text)?;
    let signatures = vectors.into_iter().map(|vector| vector.convert(&links)).collect::<Result<_, _>>()?;
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
        let file = path.file_name().unwrap_or_default().to_string_lossy();
        let links = Links::find(format!("vectors/{name}/{file}"), &text);
        vectors.extend(parsed.into_iter().map(|vector| vector.convert(&links)).collect::<Result<Vec<_>, _>>()?);
    }
    Ok(vectors)
}

impl OtherVector {
    fn convert(self, links: &Links) -> Result<Vector, String> {
        let Self { name, behaviour, source: Source { kind, basis }, expect } = self;
        let (response, message) = parse_response(&expect);
        Ok(Vector { link: links.link(&name)?, name, behaviour, kind, basis, response, message })
    }
}

fn convert_file(file: sfn_alias_vectors::VectorFile, directory: &Path) -> Result<Group, Box<dyn Error>> {
    let sfn_alias_vectors::VectorFile { name, vectors } = file;
    let title = match name.as_str() {
        "functions" => "Functions of the library",
        "requests" => "Requests of any operation",
        operation => operation,
    };
    let text = std::fs::read_to_string(directory.join(&name).with_extension("json"))?;
    let links = Links::find(format!("vectors/operations/{name}.json"), &text);
    let vectors = vectors.into_iter().map(|vector| convert_vector(vector, &links)).collect::<Result<_, _>>()?;
    Ok(Group { title: title.to_owned(), vectors, name })
}

fn convert_vector(vector: sfn_alias_vectors::Vector, links: &Links) -> Result<Vector, String> {
    let (response, message) = match &vector.call.function {
        Some(function) => (Response::Function(format!("Function {function}")), None),
        None => parse_response(&vector.expect),
    };
    let sfn_alias_vectors::Vector { name, behaviour, source, .. } = vector;
    let kind = source.kind.to_string();
    Ok(Vector { link: links.link(&name)?, name, behaviour, kind, basis: source.basis, response, message })
}
