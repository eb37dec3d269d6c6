//! The page that says of every behaviour where it is known from.

use serde::Deserialize;
use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;

#[derive(Deserialize)]
struct Vector {
    name: String,
    behaviour: String,
    source: Source,
    /// Requests as they are on the wire have none.
    #[serde(default)]
    call: Call,
}

#[derive(Default, Deserialize)]
struct Call {
    function: Option<String>,
}

#[derive(Deserialize)]
struct Source {
    kind: String,
    basis: String,
}

/// Vectors of this library's own functions, which AWS does not have.
const OWN: &str = "own";

/// The kinds of sources, least certain first, with what each means.
const KINDS: [(&str, &str); 6] = [
    ("assumed", "nobody has recorded it; the best supported choice, and what it rests on"),
    ("docs", "AWS's documentation says so"),
    ("model", "AWS's service model (botocore's service-2.json) declares it"),
    ("recorded", "AWS answered so; name of the recording"),
    ("provider code", "the public code of CloudFormation's provider does so; where in it"),
    (OWN, "functions of this library that AWS does not have, such as `check` and `fingerprint`"),
];

/// The vectors of `protocol/`.
const HTTP: &str = "over HTTP";
const HTTP_MEANING: &str = "requests and replies of the endpoint as they are on the wire, each with its source";

/// The vectors of `auth/`.
const SIGNATURES: &str = "signatures";
const SIGNATURES_MEANING: &str = "requests that are signed, well or badly, and what the endpoint says of them";

/// A file of `auth/`.
#[derive(Deserialize)]
struct Signed {
    vectors: Vec<Vector>,
}

impl Vector {
    fn kind(&self) -> &str {
        if self.call.function.is_some() { OWN } else { &self.source.kind }
    }
}

const HEAD: &str = "# Fidelity

Every behaviour of sfn-alias is a vector in `vectors/`, and every vector names its source. This page is
generated from them (`make generate`); `make test` verifies that it is current.

Recordings are those of LocalStack's public test suite (Apache-2.0), made against AWS; they keep codes
and texts, and in part statuses.

";

/// The page for the vectors of a folder.
pub(crate) fn page(folder: &Path) -> Result<String, Box<dyn Error>> {
    let mut vectors = read(folder)?;
    vectors.extend(read(&folder.join("deployment"))?);
    let protocol = read(&folder.join("protocol"))?;
    let signed: Signed = serde_json::from_str(&std::fs::read_to_string(folder.join("auth/signatures.json"))?)?;
    let mut page = String::from(HEAD);
    page.push_str("| source | behaviours | meaning |\n| --- | ---: | --- |\n");
    for (kind, meaning) in KINDS {
        let count = vectors.iter().filter(|vector| vector.kind() == kind).count();
        writeln!(page, "| {kind} | {count} | {meaning} |")?;
    }
    writeln!(page, "| {HTTP} | {} | {HTTP_MEANING} |", protocol.len())?;
    writeln!(page, "| {SIGNATURES} | {} | {SIGNATURES_MEANING} |", signed.vectors.len())?;
    for (kind, meaning) in KINDS {
        writeln!(page, "\n## {}\n\n{}.", title(kind), title(meaning))?;
        section(&mut page, vectors.iter().filter(|vector| vector.kind() == kind), |_| String::new())?;
    }
    writeln!(page, "\n## {}\n\n{}.", title(HTTP), title(HTTP_MEANING))?;
    section(&mut page, protocol.iter(), |vector| format!("{}: ", title(vector.kind())))?;
    writeln!(page, "\n## {}\n\n{}.", title(SIGNATURES), title(SIGNATURES_MEANING))?;
    section(&mut page, signed.vectors.iter(), |vector| format!("{}: ", title(vector.kind())))?;
    Ok(page)
}

/// Returns how many behaviours of Step Functions have each kind of source.
pub(crate) fn count_by_source(folder: &Path) -> Result<BTreeMap<String, usize>, Box<dyn Error>> {
    let mut counts = BTreeMap::new();
    for vector in read(folder)? {
        *counts.entry(vector.kind().to_owned()).or_default() += 1;
    }
    Ok(counts)
}

fn read(folder: &Path) -> Result<Vec<Vector>, Box<dyn Error>> {
    let mut files: Vec<_> =
        std::fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<std::io::Result<_>>()?;
    files.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    files.sort();
    let mut vectors = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(&file)?;
        let read: Vec<Vector> = serde_json::from_str(&text).map_err(|error| format!("{}: {error}", file.display()))?;
        vectors.extend(read);
    }
    Ok(vectors)
}

/// The behaviours by area, which is what stands before the slash of a vector's name. `before` stands before
/// a behaviour's basis.
fn section<'v>(
    page: &mut String,
    vectors: impl Iterator<Item = &'v Vector>,
    before: fn(&Vector) -> String,
) -> std::fmt::Result {
    let mut areas: BTreeMap<&str, Vec<&Vector>> = BTreeMap::new();
    for vector in vectors {
        let area = vector.name.split('/').next().unwrap_or_default();
        areas.entry(area).or_default().push(vector);
    }
    for (area, vectors) in areas {
        writeln!(page, "\n### {area}\n")?;
        for vector in vectors {
            let basis = one_line(&vector.source.basis);
            writeln!(page, "- {} *{}{basis}* (`{}`)", vector.behaviour, before(vector), vector.name)?;
        }
    }
    Ok(())
}

/// Markdown would read asterisks as emphasis.
fn one_line(text: &str) -> String {
    text.replace('\n', " ").replace('*', "\\*")
}

fn title(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map(|first| first.to_uppercase().chain(characters).collect()).unwrap_or_default()
}
