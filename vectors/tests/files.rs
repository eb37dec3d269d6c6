//! Reads the vectors of this directory and invalid files.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "tests")]

use sfn_alias_vectors::{VectorFile, embedded_files, read_directory};
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

/// So a file of one's own needs no copy of the steps.
#[test]
fn a_directory_without_steps_uses_the_embedded_ones() {
    let vector = r#"[{
        "name": "orders", "behaviour": "A test.", "source": {"kind": "assumed", "basis": "a test"},
        "given": ["orders"], "call": {"operation": "ListStateMachines", "input": {}}, "expect": {"status": 200, "body": {}}
    }]"#;
    let directory = tempfile::tempdir().expect("a directory");
    std::fs::write(directory.path().join("own.json"), vector).expect("a file");
    let given = |files: Vec<VectorFile>, name: &str| {
        let vectors = files.into_iter().flat_map(|file| file.vectors);
        vectors.filter(|vector| vector.name == name).map(|vector| format!("{:?}", vector.given)).collect::<Vec<_>>()
    };
    let own = given(read_directory(directory.path()).expect("vectors"), "orders");
    assert_eq!(own, given(embedded_files().expect("vectors"), "create-alias/name-missing"));
}

#[test]
fn a_file_without_an_end_is_an_error() {
    let directory = tempfile::tempdir().expect("a directory");
    std::os::unix::fs::symlink("/dev/zero", directory.path().join("a.json")).expect("a link");
    let error = read_directory(directory.path()).expect_err("no vectors").to_string();
    let path = directory.path().join("a.json");
    assert_eq!(error, format!("cannot read `{}`: the file is longer than 67108864 bytes", path.display()));
}
