//! What the endpoint answered, kept.

use super::sender::Answer;
use crate::cli::exit::CliError;
use serde_json::{Value, json};
use std::fs::{File, OpenOptions};
use std::io::{BufWriter, Write};
use std::path::Path;

/// One step of a vector and its answer, in the vector's names.
pub(super) struct Entry {
    pub file: String,
    pub vector: String,
    pub step: String,
    pub operation: String,
    pub answer: Answer,
}

/// Entries for a file, where one is asked for.
pub(super) struct Record(Option<(File, Vec<Entry>)>);

impl Record {
    /// Opens the file, so that one that cannot be written is told before anything is asked. What is in it
    /// stays until there is something to write instead. A link is followed, as the user has named it, and a pipe is
    /// written to.
    ///
    /// # Errors
    /// [`CliError::Usage`] where it cannot be written.
    pub fn to(path: Option<&Path>) -> Result<Self, CliError> {
        let open = |path: &Path| {
            let unwritable =
                |error| CliError::Usage(format!("--record: `{}` cannot be written: {error}", path.display()));
            OpenOptions::new()
                .write(true)
                .create(true)
                .truncate(false)
                .open(path)
                .map(|file| (file, Vec::new()))
                .map_err(unwritable)
        };
        Ok(Self(path.map(open).transpose()?))
    }

    pub fn add(&mut self, entry: impl FnOnce() -> Entry) {
        if let Self(Some((_, entries))) = self {
            entries.push(entry());
        }
    }

    /// Writes the file.
    ///
    /// # Errors
    /// [`CliError::Output`].
    pub fn write(self, endpoint: &str) -> Result<(), CliError> {
        let Self(Some((file, entries))) = self else { return Ok(()) };
        if entries.is_empty() {
            return Ok(());
        }
        if file.metadata()?.is_file() {
            file.set_len(0)?;
        }
        let entries: Vec<Value> = entries.into_iter().map(shown).collect();
        let mut file = BufWriter::new(file);
        serde_json::to_writer_pretty(&mut file, &json!({"endpoint": endpoint, "answers": entries}))
            .map_err(std::io::Error::from)?;
        writeln!(file)?;
        Ok(file.flush()?)
    }
}

fn shown(entry: Entry) -> Value {
    let Entry { file, vector, step, operation, answer } = entry;
    let Answer { status, headers, body } = answer;
    json!({
        "file": file, "vector": vector, "step": step, "operation": operation,
        "status": status, "headers": headers, "body": body,
    })
}
