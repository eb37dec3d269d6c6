//! Writes the responses of the endpoint to a file.

use super::sender::Response;
use crate::exit::CliError;
use serde_json::{Value, json};
use std::fs::{File, OpenOptions};
use std::io::{BufWriter, Write};
use std::path::Path;

/// The response to a step of a vector, with the vector's names.
pub(super) struct Entry {
    pub file: String,
    pub vector: String,
    pub step: String,
    pub operation: String,
    pub response: Response,
}

/// A file and its entries. Empty without `--record`.
pub(super) struct Transcript(Option<(File, Vec<Entry>)>);

impl Transcript {
    /// Opens the file before any request is sent, so that an error is reported early. Its content remains until
    /// [`Transcript::write`].
    ///
    /// # Errors
    /// [`CliError::Usage`] if the file cannot be written.
    pub fn open(path: Option<&Path>) -> Result<Self, CliError> {
        let Some(path) = path else { return Ok(Self(None)) };
        let file = OpenOptions::new().write(true).create(true).truncate(false).open(path);
        let file =
            file.map_err(|error| CliError::Usage(format!("--record: cannot write `{}`: {error}", path.display())))?;
        Ok(Self(Some((file, Vec::new()))))
    }

    pub fn add(&mut self, entry: impl FnOnce() -> Entry) {
        if let Self(Some((_, entries))) = self {
            entries.push(entry());
        }
    }

    /// Writes the file, unless there are no entries.
    ///
    /// # Errors
    /// [`CliError::Output`].
    pub fn write(self, endpoint: &str) -> Result<(), CliError> {
        let Self(Some((file, entries))) = self else { return Ok(()) };
        if entries.is_empty() {
            return Ok(());
        }
        // A pipe cannot be truncated.
        if file.metadata()?.is_file() {
            file.set_len(0)?;
        }
        let entries: Vec<Value> = entries.into_iter().map(entry_to_json).collect();
        let mut file = BufWriter::new(file);
        serde_json::to_writer_pretty(&mut file, &json!({"endpoint": endpoint, "responses": entries}))
            .map_err(std::io::Error::from)?;
        writeln!(file)?;
        Ok(file.flush()?)
    }
}

fn entry_to_json(entry: Entry) -> Value {
    let Entry { file, vector, step, operation, response } = entry;
    let Response { status, headers, body } = response;
    json!({
        "file": file, "vector": vector, "step": step, "operation": operation,
        "status": status, "headers": headers, "body": body,
    })
}
