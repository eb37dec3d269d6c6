//! Durations and plans as text.

use super::plan::{AfterStep, Note, Plan};
use super::routing::{short_name, weight_of};
use std::fmt::Write as _;

/// Formats seconds as `0s`, `45s`, `5m`, `1h30m` or `1d6h2m`. Parts of 0 are omitted.
pub fn format_duration(seconds: u64) -> String {
    let parts = [(seconds / 86_400, "d"), (seconds / 3600 % 24, "h"), (seconds / 60 % 60, "m"), (seconds % 60, "s")];
    let text: String =
        parts.iter().filter(|(count, _)| *count > 0).map(|(count, unit)| format!("{count}{unit}")).collect();
    if text.is_empty() { "0s".to_owned() } else { text }
}

/// Formats notes, one per line.
fn format_notes(notes: &[Note]) -> String {
    notes.iter().map(|note| format!("note: {}\n", note.message)).collect()
}

impl Plan {
    /// Returns the plan as a text table: one line per step, followed by the notes.
    pub fn to_table(&self) -> String {
        let rows = self.rows();
        let widths: Vec<usize> = (0..COLUMNS)
            .map(|column| {
                rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0)
            })
            .collect();
        let mut text = String::new();
        for row in &rows {
            let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
            text.push_str(cells.collect::<Vec<_>>().join("  ").trim_end());
            text.push('\n');
        }
        text + &format_notes(&self.notes)
    }

    fn rows(&self) -> Vec<[String; COLUMNS]> {
        let (origin, target) = (short_name(&self.origin), short_name(&self.target));
        let origin_header = if self.is_unchanged() { "" } else { origin };
        let header = ["step", "after", origin_header, target, "then"].map(str::to_owned);
        let rows = self.steps.iter().zip(1_usize..).map(|(step, number)| {
            let origin_weight = weight_of(&step.routing, &self.origin);
            let origin_cell = if self.is_unchanged() { String::new() } else { format!("{origin_weight} %") };
            [
                number.to_string(),
                format_duration(step.offset_seconds),
                origin_cell,
                format!("{} %", step.target_weight),
                format_after_step(&step.then),
            ]
        });
        std::iter::once(header).chain(rows).collect()
    }
}

const COLUMNS: usize = 5;

fn format_after_step(then: &AfterStep) -> String {
    match then {
        AfterStep::Wait { seconds, alarms, .. } if alarms.is_empty() => format!("wait {}", format_duration(*seconds)),
        AfterStep::Wait { seconds, alarms, .. } => {
            format!("wait {}, check alarms: {}", format_duration(*seconds), alarms.join(", "))
        }
        AfterStep::Done => "done".to_owned(),
    }
}

/// The characters of the bars.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BarStyle {
    /// Unicode block characters, accurate to an eighth of a column.
    Unicode,
    /// ASCII characters.
    Ascii,
}

const BAR_WIDTH: usize = 40;
/// Blocks with a width of one to seven eighths of a column.
const EIGHTHS: [&str; 7] = ["▏", "▎", "▍", "▌", "▋", "▊", "▉"];

impl Plan {
    /// Returns the plan as bars: one line per step with its time and the percentage of the new version, followed by the
    /// notes.
    pub fn to_timeline(&self, style: BarStyle) -> String {
        let before = weight_of(&self.before, &self.target);
        let shifts = self.steps.iter().map(|step| (format_duration(step.offset_seconds), step.target_weight));
        let lines: Vec<(String, u8)> = std::iter::once(("before".to_owned(), before)).chain(shifts).collect();
        let width = lines.iter().map(|(label, _)| label.len()).max().unwrap_or(0);
        let alarms = match self.alarms() {
            [] => String::new(),
            alarms => format!(", alarms: {}", alarms.join(", ")),
        };
        let mut text = format!("{} to {}{alarms}\n", self.deployment_type, short_name(&self.target));
        for (label, percentage) in lines {
            // Writing to a string does not fail.
            let _ = writeln!(text, "{label:>width$}  {}  {percentage:>3} %", format_bar(percentage, style));
        }
        text + &format_notes(&self.notes)
    }
}

fn format_bar(percentage: u8, style: BarStyle) -> String {
    match style {
        BarStyle::Ascii => {
            let full = usize::from(percentage.min(100)).saturating_mul(BAR_WIDTH) / 100;
            format!("[{}{}]", "#".repeat(full), ".".repeat(BAR_WIDTH.saturating_sub(full)))
        }
        BarStyle::Unicode => {
            let eighths = usize::from(percentage.min(100)).saturating_mul(BAR_WIDTH * 8) / 100;
            let part = (eighths % 8).checked_sub(1).and_then(|eighth| EIGHTHS.get(eighth)).copied().unwrap_or("");
            let empty = BAR_WIDTH.saturating_sub(eighths.div_ceil(8));
            format!("{}{part}{}", "█".repeat(eighths / 8), "░".repeat(empty))
        }
    }
}
