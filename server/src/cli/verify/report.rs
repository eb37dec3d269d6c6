//! What comes out: a table, or JSON.

use super::ledger::Left;
use crate::cli::exit::CliError;
use crate::cli::output;
use serde_json::{Value, json};
use sfn_alias_vectors::{Difference, Kind, Source};
use std::collections::BTreeMap;

/// Longest value shown in the table; JSON has all of it.
const LONGEST: usize = 400;

/// What became of a vector.
#[derive(Debug)]
pub(super) enum Outcome {
    Agrees,
    Differs(Difference),
    Skipped(String),
}

/// A vector and what became of it.
#[derive(Debug)]
pub(super) struct Row {
    pub file: String,
    pub name: String,
    pub source: Source,
    pub outcome: Outcome,
}

/// All of it.
#[derive(Debug)]
pub(super) struct Report {
    pub endpoint: String,
    /// The endpoint is AWS itself.
    pub aws: bool,
    pub rows: Vec<Row>,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Count {
    agree: usize,
    differ: usize,
    skipped: usize,
}

impl Count {
    const fn add(&mut self, outcome: &Outcome) {
        match outcome {
            Outcome::Agrees => self.agree = self.agree.saturating_add(1),
            Outcome::Differs(_) => self.differ = self.differ.saturating_add(1),
            Outcome::Skipped(_) => self.skipped = self.skipped.saturating_add(1),
        }
    }

    fn line(self, name: &str) -> Result<(), CliError> {
        output::print_line(format_args!("{name:<20}{:>8}{:>8}{:>8}", self.agree, self.differ, self.skipped))
    }
}

impl Report {
    /// Whether something differs.
    pub fn differs(&self) -> bool {
        self.rows.iter().any(|row| matches!(row.outcome, Outcome::Differs(_)))
    }

    /// Prints the table: counts by file, what was skipped and why, each difference.
    ///
    /// # Errors
    /// [`CliError::Output`].
    pub fn print(&self) -> Result<(), CliError> {
        self.print_counts()?;
        self.print_skipped()?;
        let mut differ = self.rows.iter().filter_map(|row| match &row.outcome {
            Outcome::Differs(difference) => Some((row, difference)),
            _ => None,
        });
        differ.try_for_each(|(row, difference)| self.print_difference(row, difference))
    }

    fn print_counts(&self) -> Result<(), CliError> {
        let (mut files, mut all): (BTreeMap<&str, Count>, _) = (BTreeMap::new(), Count::default());
        for row in &self.rows {
            files.entry(&row.file).or_default().add(&row.outcome);
            all.add(&row.outcome);
        }
        output::print_line(format_args!("{:<20}{:>8}{:>8}{:>8}", "vectors", "agree", "differ", "skipped"))?;
        files.into_iter().try_for_each(|(file, count)| count.line(file))?;
        all.line("all")
    }

    fn print_skipped(&self) -> Result<(), CliError> {
        let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
        for row in &self.rows {
            if let Outcome::Skipped(reason) = &row.outcome {
                let count = reasons.entry(reason).or_default();
                *count = count.saturating_add(1);
            }
        }
        if !reasons.is_empty() {
            output::print_line("\nskipped, which is not agreeing:")?;
        }
        reasons.into_iter().try_for_each(|(reason, count)| output::print_line(format_args!("{count:>6}  {reason}")))
    }

    fn print_difference(&self, row: &Row, difference: &Difference) -> Result<(), CliError> {
        let Source { kind, basis } = &row.source;
        let (expected, found) = shown(difference);
        output::print_line(format_args!("\n{}: {}", row.name, self.verdict(*kind)))?;
        output::print_line(format_args!("  source    {kind}: {basis}"))?;
        output::print_line(format_args!("  at        {} of {}", pointer(difference), difference.place))?;
        output::print_line(format_args!("  expected  {expected}\n  found     {found}"))
    }

    fn verdict(&self, kind: Kind) -> &'static str {
        match (self.aws, kind) {
            (true, Kind::Assumed) => "AWS does otherwise; our assumption is wrong",
            _ => "differs",
        }
    }

    /// The same as JSON, with every vector.
    pub fn json(&self, left: &[Left]) -> Value {
        let mut all = Count::default();
        self.rows.iter().for_each(|row| all.add(&row.outcome));
        let rows: Vec<Value> = self.rows.iter().map(|row| self.json_row(row)).collect();
        json!({
            "endpoint": self.endpoint, "agree": all.agree, "differ": all.differ, "skipped": all.skipped,
            "vectors": rows, "leftBehind": left,
        })
    }

    fn json_row(&self, row: &Row) -> Value {
        let Row { file, name, source, outcome } = row;
        let mut shown = json!({"file": file, "name": name, "source": source});
        let more = match outcome {
            Outcome::Agrees => json!({"outcome": "agrees"}),
            Outcome::Skipped(reason) => json!({"outcome": "skipped", "reason": reason}),
            Outcome::Differs(difference) => json!({
                "outcome": "differs", "verdict": self.verdict(source.kind), "step": difference.place.to_string(),
                "at": pointer(difference), "expected": difference.expected, "found": difference.answered,
            }),
        };
        if let (Value::Object(shown), Value::Object(more)) = (&mut shown, more) {
            shown.extend(more);
        }
        shown
    }
}

fn pointer(difference: &Difference) -> &str {
    if difference.pointer.is_empty() { "/" } else { &difference.pointer }
}

/// The values that differ; the answers as a whole where one of them has none there.
fn shown(difference: &Difference) -> (String, String) {
    let Difference { pointer, expected, answered, .. } = difference;
    match (expected.pointer(pointer), answered.pointer(pointer)) {
        (Some(expected), Some(found)) if pointer != "/status" => (short(expected), short(found)),
        _ => (short(expected), short(answered)),
    }
}

fn short(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}...", text.get(..end).unwrap_or_default()),
        None => text,
    }
}
