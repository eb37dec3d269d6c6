//! Generates FIDELITY.md and `docs/fidelity/`: every behaviour and its source.

use serde::Deserialize;
use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

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
const KINDS: [(&str, &str); 7] = [
    ("assumed", "not recorded; our best inference, with its rationale"),
    ("docs", "documented by AWS"),
    ("model", "declared in AWS's service model (botocore's service-2.json)"),
    ("observed", "seen in a public transcript of AWS, with its reference and date"),
    ("recorded", "recorded from AWS, with the name of the recording"),
    ("provider code", "implemented in the public code of CloudFormation's provider, with the location"),
    (OWN, "functions of this library that AWS does not have, such as `check` and `fingerprint`"),
];

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

/// A generated page: its path in the repository and its text.
type Page = (PathBuf, String);

/// Behaviours that have a page of their own.
struct Group {
    /// The name of the page.
    name: String,
    title: String,
    vectors: Vec<Vector>,
}

/// Generates FIDELITY.md, and a page per operation in `docs/fidelity/`.
///
/// # Errors
/// A vector file cannot be read.
pub(crate) fn pages(directory: &Path) -> Result<Vec<Page>, Box<dyn Error>> {
    let groups = read_groups(directory)?;
    let mut pages = vec![("FIDELITY.md".into(), overview(&groups)?)];
    for group in &groups {
        pages.push((format!("docs/fidelity/{}.md", group.name).into(), group_page(group)?));
    }
    Ok(pages)
}

fn read_groups(directory: &Path) -> Result<Vec<Group>, Box<dyn Error>> {
    let files = sfn_alias_vectors::read_directory(&directory.join("operations"))?;
    let mut groups: Vec<Group> = files.into_iter().map(Group::from).collect();
    let signatures: SignatureFile =
        serde_json::from_str(&std::fs::read_to_string(directory.join("auth/signatures.json"))?)?;
    let others = [
        ("http", "Requests and responses over HTTP", read_vectors(&directory.join("protocol"))?),
        ("signatures", "Signatures of requests", signatures.vectors),
        ("deployments", "Gradual deployments", read_vectors(&directory.join("deployment"))?),
    ];
    groups.extend(others.map(|(name, title, vectors)| Group { name: name.into(), title: title.into(), vectors }));
    Ok(groups)
}

fn overview(groups: &[Group]) -> Result<String, Box<dyn Error>> {
    let mut page = String::from(HEAD);
    page.push_str("| source | meaning |\n| --- | --- |\n");
    for (kind, meaning) in KINDS {
        writeln!(page, "| {kind} | {meaning} |")?;
    }
    let kinds = KINDS.map(|(kind, _)| kind);
    writeln!(
        page,
        "\n| behaviours of | {} | total |\n| --- |{}",
        kinds.join(" | "),
        " ---: |".repeat(KINDS.len() + 1)
    )?;
    for group in groups {
        let link = format!("[{}](docs/fidelity/{}.md)", group.title, group.name);
        writeln!(page, "| {link} | {} |", format_counts(std::slice::from_ref(group)))?;
    }
    writeln!(page, "| all | {} |", format_counts(groups))?;
    Ok(page)
}

fn format_counts(groups: &[Group]) -> String {
    let count =
        |kind: &str| groups.iter().flat_map(|group| &group.vectors).filter(|vector| vector.kind() == kind).count();
    let counts = KINDS.map(|(kind, _)| count(kind));
    let total = counts.iter().sum::<usize>();
    let cells = counts.map(|count| if count == 0 { String::new() } else { count.to_string() });
    format!("{} | {total}", cells.join(" | "))
}

/// Lists the behaviours by source, the least reliable source first.
fn group_page(group: &Group) -> Result<String, Box<dyn Error>> {
    let mut page = format!("# {}\n\nGenerated from the vectors. [All operations](../../FIDELITY.md).\n", group.title);
    for (kind, meaning) in KINDS {
        let mut vectors = group.vectors.iter().filter(|vector| vector.kind() == kind).peekable();
        if vectors.peek().is_some() {
            writeln!(page, "\n## {}\n\n{}.\n", capitalize(kind), capitalize(meaning))?;
        }
        for vector in vectors {
            let basis = escape_markdown(&vector.source.basis);
            writeln!(page, "- {} *{basis}* (`{}`)", vector.behaviour, vector.name)?;
        }
    }
    Ok(page)
}

/// Returns how many behaviours of Step Functions have each kind of source.
///
/// # Errors
/// A vector file cannot be read.
pub(crate) fn count_by_source(directory: &Path) -> Result<BTreeMap<String, usize>, Box<dyn Error>> {
    let mut counts = BTreeMap::new();
    for file in sfn_alias_vectors::read_directory(&directory.join("operations"))? {
        for vector in Group::from(file).vectors {
            *counts.entry(vector.kind().to_owned()).or_default() += 1;
        }
    }
    Ok(counts)
}

impl From<sfn_alias_vectors::VectorFile> for Group {
    fn from(file: sfn_alias_vectors::VectorFile) -> Self {
        let title = match file.name.as_str() {
            "functions" => "Functions of the library".to_owned(),
            "requests" => "Requests of any operation".to_owned(),
            operation => operation.to_owned(),
        };
        Self { name: file.name, title, vectors: file.vectors.into_iter().map(Vector::from).collect() }
    }
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

/// Joins lines and escapes asterisks.
fn escape_markdown(text: &str) -> String {
    text.replace('\n', " ").replace('*', "\\*")
}

fn capitalize(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map(|first| first.to_uppercase().chain(characters).collect()).unwrap_or_default()
}
