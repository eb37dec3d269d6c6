//! Generates FIDELITY.md: every behaviour and its source.

use serde::Deserialize;
use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;

#[derive(Deserialize)]
struct Vector {
    name: String,
    behaviour: String,
    source: Provenance,
    /// HTTP vectors have none.
    #[serde(default)]
    call: Call,
}

#[derive(Default, Deserialize)]
struct Call {
    function: Option<String>,
}

#[derive(Deserialize)]
struct Provenance {
    kind: String,
    basis: String,
}

/// The kind of vectors for functions of this library, which AWS does not have.
const OWN: &str = "own";

/// The kinds of sources and their meaning, the least reliable first.
const KINDS: [(&str, &str); 6] = [
    ("assumed", "not recorded; our best inference, with its rationale"),
    ("docs", "documented by AWS"),
    ("model", "declared in AWS's service model (botocore's service-2.json)"),
    ("recorded", "recorded from AWS, with the name of the recording"),
    ("provider code", "implemented in the public code of CloudFormation's provider, with the location"),
    (OWN, "functions of this library that AWS does not have, such as `check` and `fingerprint`"),
];

/// The vectors of `protocol/`.
const HTTP: &str = "over HTTP";
const HTTP_MEANING: &str = "HTTP requests and responses of the server, each with its source";

/// The vectors of `auth/`.
const SIGNATURES: &str = "signatures";
const SIGNATURES_MEANING: &str = "requests with valid and invalid signatures and the responses of the server";

/// A file of `auth/`.
#[derive(Deserialize)]
struct SignatureFile {
    vectors: Vec<Vector>,
}

impl From<sfn_alias_vectors::Vector> for Vector {
    fn from(vector: sfn_alias_vectors::Vector) -> Self {
        Self {
            name: vector.name,
            behaviour: vector.behaviour,
            source: Provenance { kind: vector.source.kind.to_string(), basis: vector.source.basis },
            call: Call { function: vector.call.function },
        }
    }
}

impl Vector {
    fn kind(&self) -> &str {
        if self.call.function.is_some() { OWN } else { &self.source.kind }
    }
}

const HEAD: &str = "# Fidelity

Every behaviour of sfn-alias is a vector in `vectors/`, and every vector states its source. This page is
generated from the vectors (`make generate`); `make test` checks that it is up to date.

The recordings come from LocalStack's public test suite (Apache-2.0), which was run against AWS. They contain
error codes and messages, and some contain status codes.

";

/// Generates the page from the vectors of a directory.
pub(crate) fn page(directory: &Path) -> Result<String, Box<dyn Error>> {
    let mut vectors = read_operations(directory)?;
    vectors.extend(read_vectors(&directory.join("deployment"))?);
    let protocol = read_vectors(&directory.join("protocol"))?;
    let signatures: SignatureFile =
        serde_json::from_str(&std::fs::read_to_string(directory.join("auth/signatures.json"))?)?;
    let mut page = String::from(HEAD);
    page.push_str("| source | behaviours | meaning |\n| --- | ---: | --- |\n");
    for (kind, meaning) in KINDS {
        let count = vectors.iter().filter(|vector| vector.kind() == kind).count();
        writeln!(page, "| {kind} | {count} | {meaning} |")?;
    }
    writeln!(page, "| {HTTP} | {} | {HTTP_MEANING} |", protocol.len())?;
    writeln!(page, "| {SIGNATURES} | {} | {SIGNATURES_MEANING} |", signatures.vectors.len())?;
    for (kind, meaning) in KINDS {
        writeln!(page, "\n## {}\n\n{}.", capitalize(kind), capitalize(meaning))?;
        write_section(&mut page, vectors.iter().filter(|vector| vector.kind() == kind), |_| String::new())?;
    }
    writeln!(page, "\n## {}\n\n{}.", capitalize(HTTP), capitalize(HTTP_MEANING))?;
    write_section(&mut page, protocol.iter(), |vector| format!("{}: ", capitalize(vector.kind())))?;
    writeln!(page, "\n## {}\n\n{}.", capitalize(SIGNATURES), capitalize(SIGNATURES_MEANING))?;
    write_section(&mut page, signatures.vectors.iter(), |vector| format!("{}: ", capitalize(vector.kind())))?;
    Ok(page)
}

/// Returns how many behaviours of Step Functions have each kind of source.
pub(crate) fn count_by_source(directory: &Path) -> Result<BTreeMap<String, usize>, Box<dyn Error>> {
    let mut counts = BTreeMap::new();
    for vector in read_operations(directory)? {
        *counts.entry(vector.kind().to_owned()).or_default() += 1;
    }
    Ok(counts)
}

fn read_operations(directory: &Path) -> Result<Vec<Vector>, Box<dyn Error>> {
    let files = sfn_alias_vectors::read_directory(&directory.join("operations"))?;
    Ok(files.into_iter().flat_map(|file| file.vectors).map(Vector::from).collect())
}

fn read_vectors(directory: &Path) -> Result<Vec<Vector>, Box<dyn Error>> {
    let mut files: Vec<_> =
        std::fs::read_dir(directory)?.map(|entry| Ok(entry?.path())).collect::<std::io::Result<_>>()?;
    files.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    files.sort();
    let mut vectors = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(&file)?;
        let parsed: Vec<Vector> =
            serde_json::from_str(&text).map_err(|error| format!("{}: {error}", file.display()))?;
        vectors.extend(parsed);
    }
    Ok(vectors)
}

/// Writes the behaviours by area, the part of a vector's name before the slash. `prefix` returns the text before a
/// behaviour's basis.
fn write_section<'v>(
    page: &mut String,
    vectors: impl Iterator<Item = &'v Vector>,
    prefix: fn(&Vector) -> String,
) -> std::fmt::Result {
    let mut areas: BTreeMap<&str, Vec<&Vector>> = BTreeMap::new();
    for vector in vectors {
        let area = vector.name.split('/').next().unwrap_or_default();
        areas.entry(area).or_default().push(vector);
    }
    for (area, vectors) in areas {
        writeln!(page, "\n### {area}\n")?;
        for vector in vectors {
            let basis = escape_markdown(&vector.source.basis);
            writeln!(page, "- {} *{}{basis}* (`{}`)", vector.behaviour, prefix(vector), vector.name)?;
        }
    }
    Ok(())
}

/// Joins lines and escapes asterisks.
fn escape_markdown(text: &str) -> String {
    text.replace('\n', " ").replace('*', "\\*")
}

fn capitalize(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map(|first| first.to_uppercase().chain(characters).collect()).unwrap_or_default()
}
