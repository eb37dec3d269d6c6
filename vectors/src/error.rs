//! The error of reading vectors.

use std::io;

/// The error of [`embedded_files`](crate::embedded_files) and [`read_directory`](crate::read_directory).
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The directory or a file cannot be read.
    #[error("cannot read `{path}`: {source}")]
    Io {
        /// The path.
        path: String,
        /// The error of the operating system.
        source: io::Error,
    },
    /// A file does not contain vectors.
    #[error("`{path}` is not a valid vector file: {source}")]
    Malformed {
        /// The path.
        path: String,
        /// The error and its position.
        source: serde_json::Error,
    },
    /// A vector has a missing or wrong member.
    #[error("`{path}`: invalid vector at index {index}: {source}")]
    InvalidVector {
        /// The path.
        path: String,
        /// The index of the vector, from 0.
        index: usize,
        /// The error.
        source: serde_json::Error,
    },
    /// A vector refers to a step or source that does not exist.
    #[error("`{path}`: unknown reference `{name}`; add it to fixtures.json or sources.json")]
    UnknownReference {
        /// The path.
        path: String,
        /// The name of the step or source.
        name: String,
    },
    /// The directory has no files of vectors.
    #[error("`{0}` has no vector files; use a directory with *.json files")]
    Empty(String),
}
