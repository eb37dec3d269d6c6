//! The vectors that the crate carries are those of the folder.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use sfn_alias_vectors::{File, embedded, read};
use std::path::Path;

#[track_caller]
fn refused(files: &[(&str, &str)]) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    files.iter().for_each(|(name, text)| std::fs::write(folder.path().join(name), text).expect("a file"));
    let error = read(folder.path()).expect_err("no vectors").to_string();
    error.replace(&folder.path().display().to_string(), "FOLDER")
}

#[test]
fn every_file_of_the_folder_is_embedded() {
    let shown =
        |files: Vec<File>| files.into_iter().map(|file| (file.name, format!("{:?}", file.vectors))).collect::<Vec<_>>();
    let folder = read(Path::new(env!("CARGO_MANIFEST_DIR"))).expect("the folder");
    assert!(shown(embedded().expect("vectors")) == shown(folder));
}

#[test]
fn a_folder_that_has_no_vectors_is_refused() {
    assert_eq!(refused(&[("a.txt", "[]")]), "`FOLDER` has no file of vectors; give a folder of *.json");
    assert_eq!(
        refused(&[("a.json", "[{}]")]),
        "`FOLDER/a.json` is no file of vectors: missing field `name` at line 1 column 3"
    );
}

#[test]
fn a_file_without_an_end_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    std::os::unix::fs::symlink("/dev/zero", folder.path().join("a.json")).expect("a link");
    let error = read(folder.path()).expect_err("no vectors").to_string();
    let path = folder.path().join("a.json");
    assert_eq!(error, format!("`{}` cannot be read: it is longer than 67108864 bytes", path.display()));
}
