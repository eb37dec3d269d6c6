//! The output: the report as a table or JSON, and the recorded responses.

use super::cleanup::NotDeleted;
use super::sender::Response;
use crate::exit::CliError;
use crate::output;
use serde::Serialize;
use serde_json::{Value, json};
use sfn_alias_vectors::{Difference, Provenance, ProvenanceKind};
use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{BufWriter, Write};
use std::path::Path;

/// Maximum length of a value in the table. JSON has the whole value.
const MAX_VALUE: usize = 400;

/// The result of a vector.
#[derive(Debug)]
pub(super) enum Verdict {
    Agrees,
    Differs(Difference),
    Skipped(String),
}

/// A vector and its result.
#[derive(Debug)]
pub(super) struct Row {
    pub file: String,
    pub name: String,
    pub source: Provenance,
    pub verdict: Verdict,
}

/// The results of all vectors.
#[derive(Debug)]
pub(super) struct Report {
    pub endpoint: String,
    /// The endpoint is AWS itself.
    pub aws: bool,
    pub rows: Vec<Row>,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize)]
struct Counts {
    agree: usize,
    differ: usize,
    skipped: usize,
}

impl Counts {
    const fn add(&mut self, verdict: &Verdict) {
        match verdict {
            Verdict::Agrees => self.agree = self.agree.saturating_add(1),
            Verdict::Differs(_) => self.differ = self.differ.saturating_add(1),
            Verdict::Skipped(_) => self.skipped = self.skipped.saturating_add(1),
        }
    }

    fn print(self, name: &str) -> Result<(), CliError> {
        output::print_line(format_args!("{name:<34}{:>8}{:>8}{:>8}", self.agree, self.differ, self.skipped))
    }
}

impl Report {
    /// Returns whether a vector differs.
    pub fn has_differences(&self) -> bool {
        self.rows.iter().any(|row| matches!(row.verdict, Verdict::Differs(_)))
    }

    /// Prints the counts by file and by source, the skip reasons and each difference.
    pub fn print(&self) -> Result<(), CliError> {
        self.print_counts()?;
        self.print_skipped()?;
        let mut differ = self.rows.iter().filter_map(|row| match &row.verdict {
            Verdict::Differs(difference) => Some((row, difference)),
            _ => None,
        });
        differ.try_for_each(|(row, difference)| self.print_difference(row, difference))
    }

    fn print_counts(&self) -> Result<(), CliError> {
        output::print_line(format_args!("{:<34}{:>8}{:>8}{:>8}", "vectors", "agree", "differ", "skipped"))?;
        self.count_by(|row| row.file.as_str()).into_iter().try_for_each(|(file, counts)| counts.print(file))?;
        output::print_line("by source")?;
        let mut sources = self.count_by(|row| row.source.kind).into_iter();
        sources.try_for_each(|(kind, counts)| counts.print(&format!("  {kind}")))?;
        self.count_all().print("all")
    }

    fn count_by<'r, K: Ord>(&'r self, key: fn(&'r Row) -> K) -> BTreeMap<K, Counts> {
        let mut counts: BTreeMap<K, Counts> = BTreeMap::new();
        for row in &self.rows {
            counts.entry(key(row)).or_default().add(&row.verdict);
        }
        counts
    }

    fn count_all(&self) -> Counts {
        self.count_by(|_| ()).remove(&()).unwrap_or_default()
    }

    fn print_skipped(&self) -> Result<(), CliError> {
        let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
        for row in &self.rows {
            if let Verdict::Skipped(reason) = &row.verdict {
                let count = reasons.entry(reason).or_default();
                *count = count.saturating_add(1);
            }
        }
        if !reasons.is_empty() {
            output::print_line("\nskipped (not counted as agreeing):")?;
        }
        reasons.into_iter().try_for_each(|(reason, count)| output::print_line(format_args!("{count:>6}  {reason}")))
    }

    fn print_difference(&self, row: &Row, difference: &Difference) -> Result<(), CliError> {
        let Provenance { kind, basis } = &row.source;
        let (expected, found) = format_values(difference);
        output::print_line(format_args!("\n{}: {}", row.name, self.summary(*kind, difference)))?;
        output::print_line(format_args!("  source    {kind}: {basis}"))?;
        output::print_line(format_args!("  at        {} of {}", pointer(difference), difference.step))?;
        output::print_line(format_args!("  expected  {expected}\n  found     {found}"))
    }

    fn summary(&self, kind: ProvenanceKind, difference: &Difference) -> &'static str {
        match kind {
            _ if difference.actual.get("status") == Some(&json!(0)) => "no response",
            ProvenanceKind::Assumed if self.aws => "AWS differs: our assumption is wrong",
            _ => "differs",
        }
    }

    /// Returns the report as JSON, with every vector.
    pub fn to_json(&self, not_deleted: &[NotDeleted]) -> Value {
        let all = self.count_all();
        let rows: Vec<Value> = self.rows.iter().map(|row| self.row_to_json(row)).collect();
        json!({
            "endpoint": self.endpoint, "agree": all.agree, "differ": all.differ, "skipped": all.skipped,
            "sources": self.count_by(|row| row.source.kind), "vectors": rows, "notDeleted": not_deleted,
        })
    }

    fn row_to_json(&self, row: &Row) -> Value {
        let Row { file, name, source, verdict } = row;
        let mut object = json!({"file": file, "name": name, "source": source});
        let more = match verdict {
            Verdict::Agrees => json!({"verdict": "agrees"}),
            Verdict::Skipped(reason) => json!({"verdict": "skipped", "reason": reason}),
            Verdict::Differs(difference) => json!({
                "verdict": "differs", "summary": self.summary(source.kind, difference), "step": difference.step.to_string(),
                "pointer": pointer(difference), "expected": difference.expected, "found": difference.actual,
            }),
        };
        if let (Value::Object(object), Value::Object(more)) = (&mut object, more) {
            object.extend(more);
        }
        object
    }
}

fn pointer(difference: &Difference) -> &str {
    if difference.pointer.is_empty() { "/" } else { &difference.pointer }
}

/// Formats the values that differ. If one of them does not exist, formats the whole responses.
fn format_values(difference: &Difference) -> (String, String) {
    let Difference { pointer, expected, actual, .. } = difference;
    match (expected.pointer(pointer), actual.pointer(pointer)) {
        (Some(expected), Some(found)) if pointer != "/status" => (truncate(expected), truncate(found)),
        _ => (truncate(expected), truncate(actual)),
    }
}

fn truncate(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(MAX_VALUE) {
        Some((end, _)) => format!("{}...", text.get(..end).unwrap_or_default()),
        None => text,
    }
}

/// The response to a step of a vector, with the vector's names.
#[derive(Serialize)]
pub(super) struct Entry {
    pub file: String,
    pub vector: String,
    pub step: String,
    pub operation: String,
    #[serde(flatten)]
    pub response: Response,
}

/// A file and its entries. Empty without `--record`.
pub(super) struct Transcript(Option<(File, Vec<Entry>)>);

impl Transcript {
    /// Opens the file before any request is sent, so that an error is reported early. Its content remains until
    /// [`Transcript::write`].
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
    pub fn write(self, endpoint: &str) -> Result<(), CliError> {
        let Self(Some((file, entries))) = self else { return Ok(()) };
        if entries.is_empty() {
            return Ok(());
        }
        // A pipe cannot be truncated.
        if file.metadata()?.is_file() {
            file.set_len(0)?;
        }
        let mut file = BufWriter::new(file);
        serde_json::to_writer_pretty(&mut file, &json!({"endpoint": endpoint, "responses": entries}))
            .map_err(std::io::Error::from)?;
        writeln!(file)?;
        Ok(file.flush()?)
    }
}
