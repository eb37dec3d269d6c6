//! Reads the vectors of this directory and invalid files.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "tests")]

use sfn_alias_vectors::{Provenance, ProvenanceKind, VectorFile, embedded_files, read_directory};
use std::path::Path;

#[track_caller]
fn read_error(files: &[(&str, &str)]) -> String {
    let directory = tempfile::tempdir().expect("a directory");
    files.iter().for_each(|(name, text)| std::fs::write(directory.path().join(name), text).expect("a file"));
    let error = read_directory(directory.path()).expect_err("no vectors").to_string();
    error.replace(&directory.path().display().to_string(), "DIRECTORY")
}

#[test]
fn all_files_of_the_directory_are_embedded() {
    let format_files = |files: Vec<VectorFile>| {
        files.into_iter().map(|file| (file.name, format!("{:?}", file.vectors))).collect::<Vec<_>>()
    };
    let files = read_directory(&Path::new(env!("CARGO_MANIFEST_DIR")).join("operations")).expect("the directory");
    assert!(format_files(embedded_files().expect("vectors")) == format_files(files));
}

/// `names.txt` lists the names of all vectors, so that none is lost when files are rewritten.
#[test]
fn no_vector_is_lost() {
    let files = embedded_files().expect("vectors");
    let mut names: Vec<String> = files.into_iter().flat_map(|file| file.vectors).map(|vector| vector.name).collect();
    names.sort();
    let listed: Vec<&str> = include_str!("names.txt").lines().collect();
    assert_eq!(names, listed, "add new names to vectors/tests/names.txt");
}

/// Returns the sources of the vectors of Step Functions, including those over HTTP.
fn sources() -> Vec<(String, Provenance)> {
    let vectors = embedded_files().expect("vectors").into_iter().flat_map(|file| file.vectors);
    let mut sources: Vec<_> = vectors.map(|vector| (vector.name, vector.source)).collect();
    for entry in std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("protocol")).expect("the directory") {
        let text = std::fs::read_to_string(entry.expect("a file").path()).expect("a text");
        let vectors: Vec<serde_json::Value> = serde_json::from_str(&text).expect("vectors");
        let source = |vector: &serde_json::Value| serde_json::from_value(vector["source"].clone()).expect("a source");
        sources.extend(vectors.iter().map(|vector| (vector["name"].to_string(), source(vector))));
    }
    sources
}

/// A reader finds what was observed: `owner/repository` or `owner/repository#issue`, and when.
#[test]
fn observed_sources_have_a_reference_and_a_date() {
    let is_year = |word: &str| word.starts_with("20") && word.len() == 4;
    let is_reference = |word: &str| {
        word.split_once('/').is_some_and(|(owner, name)| {
            owner.chars().any(char::is_alphabetic) && name.starts_with(char::is_alphanumeric)
        })
    };
    let is_observed = |(_, source): &(String, Provenance)| source.kind == ProvenanceKind::Observed;
    let observed: Vec<_> = sources().into_iter().filter(is_observed).collect();
    assert!(observed.len() > 10, "found only {}", observed.len());
    for (name, Provenance { basis, .. }) in observed {
        assert!(basis.split(|c: char| !c.is_ascii_digit()).any(is_year), "{name}: no date in `{basis}`");
        assert!(basis.split_whitespace().any(is_reference), "{name}: no reference in `{basis}`");
    }
}

#[test]
fn a_directory_without_vectors_is_an_error() {
    assert_eq!(read_error(&[("a.txt", "[]")]), "`DIRECTORY` has no vector files; use a directory with *.json files");
    assert_eq!(
        read_error(&[("a.json", "[{}]")]),
        "`DIRECTORY/a.json`: invalid vector at index 0: missing field `name`"
    );
    assert_eq!(
        read_error(&[("a.json", r#"[{"given": ["orders"]}]"#), ("fixtures.json", r#"{"steps": {}}"#)]),
        "`DIRECTORY/a.json`: unknown reference `orders`; add it to fixtures.json or sources.json"
    );
}

#[test]
fn a_file_without_an_end_is_an_error() {
    let directory = tempfile::tempdir().expect("a directory");
    std::os::unix::fs::symlink("/dev/zero", directory.path().join("a.json")).expect("a link");
    let error = read_directory(directory.path()).expect_err("no vectors").to_string();
    let path = directory.path().join("a.json");
    assert_eq!(error, format!("cannot read `{}`: the file is longer than 67108864 bytes", path.display()));
}
