//! Checks what the vectors of all directories state, and that none is lost or written twice.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "tests")]

use serde::Deserialize;
use serde_json::Value;
use sfn_alias_vectors::{Step, Vector, embedded_files};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Returns the vectors of operations and functions.
fn vectors() -> Vec<Vector> {
    embedded_files().expect("vectors").into_iter().flat_map(|file| file.vectors).collect()
}

/// What a vector of any directory states for a reader.
#[derive(Deserialize)]
struct Text {
    name: String,
    behaviour: String,
    source: Source,
}

#[derive(Deserialize)]
struct Source {
    kind: String,
    basis: String,
}

/// Returns the texts of the vectors of all directories.
fn texts() -> Vec<Text> {
    let text = |Vector { name, behaviour, source, .. }| Text {
        name,
        behaviour,
        source: Source { kind: source.kind.to_string(), basis: source.basis },
    };
    let mut texts: Vec<Text> = vectors().into_iter().map(text).collect();
    for directory in ["protocol", "auth", "deployment"] {
        for entry in std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(directory)).expect("the directory") {
            let text = std::fs::read_to_string(entry.expect("a file").path()).expect("a text");
            let value: Value = serde_json::from_str(&text).expect("JSON");
            let vectors = value.get("vectors").unwrap_or(&value).clone();
            texts.extend(serde_json::from_value::<Vec<Text>>(vectors).expect("vectors"));
        }
    }
    texts
}

/// `names.txt` lists the names of all vectors, so that none is lost when files are rewritten. The generator adds new names.
#[test]
fn no_vector_is_lost() {
    let names: BTreeSet<String> = vectors().into_iter().map(|vector| vector.name).collect();
    let lost: Vec<&str> = include_str!("names.txt").lines().filter(|name| !names.contains(*name)).collect();
    assert!(
        lost.is_empty(),
        "vectors/tests/names.txt lists vectors that do not exist: {lost:?}; restore them, or delete their lines if \
         other vectors have the same behaviour"
    );
}

#[test]
fn names_are_unique() {
    let mut names = BTreeSet::new();
    let repeated: Vec<String> =
        texts().into_iter().map(|text| text.name).filter(|name| !names.insert(name.clone())).collect();
    assert!(repeated.is_empty(), "{repeated:?}");
}

/// A behaviour is counted once.
#[test]
fn no_two_vectors_have_the_same_options_given_and_call() {
    let format_step = |step: &Step| format!("{step:?}");
    let mut names: BTreeMap<(String, Vec<String>), String> = BTreeMap::new();
    for vector in vectors() {
        let key = (vector.options.to_string(), vector.steps().map(format_step).collect());
        let previous = names.insert(key, vector.name.clone());
        assert_eq!(previous, None, "`{}` has the same options, given and call; delete one of the two", vector.name);
    }
}

/// Returns why a text is not one sentence, or None.
fn find_problem(behaviour: &str) -> Option<&'static str> {
    match behaviour.strip_suffix('.') {
        None => Some("no period at the end"),
        Some(sentence) if sentence.trim() != sentence || sentence.is_empty() => Some("a space at an end, or no text"),
        Some(sentence) if [". ", "! ", "? ", "\n"].iter().any(|end| sentence.contains(end)) => {
            Some("more than a sentence")
        }
        Some(_) => None,
    }
}

#[test]
fn behaviour_is_one_sentence_with_a_period() {
    let texts = texts();
    assert!(texts.len() > 1000, "found only {}", texts.len());
    let problems: Vec<_> =
        texts.iter().filter_map(|text| Some((find_problem(&text.behaviour)?, &text.name, &text.behaviour))).collect();
    assert!(problems.is_empty(), "{problems:#?}");
    let invalid = ["", ".", "No period", "Two. Sentences.", " A space.", "Two\nlines."];
    assert!(invalid.iter().all(|behaviour| find_problem(behaviour).is_some()));
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
    let observed: Vec<Text> = texts().into_iter().filter(|text| text.source.kind == "observed").collect();
    assert!(observed.len() > 10, "found only {}", observed.len());
    for Text { name, source: Source { basis, .. }, .. } in observed {
        assert!(basis.split(|c: char| !c.is_ascii_digit()).any(is_year), "{name}: no date in `{basis}`");
        assert!(basis.split_whitespace().any(is_reference), "{name}: no reference in `{basis}`");
    }
}
