//! Durations and plans as text.

use super::plan::{AfterStep, Note, Plan};
use super::routing::{short_name, weight_of};
use sfn_alias::wire::output::RoutingConfigurationOutput as Route;
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

/// Longer names are truncated in a table, and longer lists of alarms follow it.
const MAX_NAME_CHARS: usize = 24;
const MAX_ALARM_CHARS: usize = 40;

impl Plan {
    /// Returns the plan as a text table: one line per step, followed by the notes. If the alias splits its traffic
    /// before the deployment, the first line is this routing.
    pub fn to_table(&self) -> String {
        let rows = self.rows();
        let widths: Vec<usize> = (0..rows.iter().map(Vec::len).max().unwrap_or(0))
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
        let alarms = self.alarms().join(", ");
        if alarms.chars().count() > MAX_ALARM_CHARS {
            text += &format!("alarms: {alarms}\n");
        }
        text + &format_notes(&self.notes)
    }

    fn rows(&self) -> Vec<Vec<String>> {
        let before = self.before.iter().map(|route| route.state_machine_version_arn.as_str());
        let versions: Vec<&str> =
            before.filter(|version| *version != self.target).chain([self.target.as_str()]).collect();
        let names = versions.iter().map(|version| truncate_name(short_name(version))).collect();
        let weights =
            |routes: &[Route]| versions.iter().map(|version| format!("{} %", weight_of(routes, version))).collect();
        let row = |number: String, after: String, cells: Vec<String>, then: String| {
            [vec![number, after], cells, vec![then]].concat()
        };
        let header = row("step".to_owned(), "after".to_owned(), names, "then".to_owned());
        let split = (self.before.len() > 1)
            .then(|| row(String::new(), "before".to_owned(), weights(&self.before), String::new()));
        let steps = self.steps.iter().zip(1_usize..).map(|(step, number)| {
            let after = format_duration(step.offset_seconds);
            row(number.to_string(), after, weights(&step.routing), format_after_step(&step.then))
        });
        std::iter::once(header).chain(split).chain(steps).collect()
    }
}

/// Truncates a name at its start, so that the number of the version remains.
fn truncate_name(name: &str) -> String {
    let length = name.chars().count();
    match length.checked_sub(MAX_NAME_CHARS).filter(|excess| *excess > 0) {
        Some(excess) => format!("…{}", name.chars().skip(excess.saturating_add(1)).collect::<String>()),
        None => name.to_owned(),
    }
}

fn format_after_step(then: &AfterStep) -> String {
    let AfterStep::Wait { seconds, alarms, .. } = then else { return "done".to_owned() };
    let (wait, names) = (format!("wait {}", format_duration(*seconds)), alarms.join(", "));
    match names.chars().count() {
        0 => wait,
        1..=MAX_ALARM_CHARS => format!("{wait}, check alarms: {names}"),
        _ if alarms.len() == 1 => format!("{wait}, check 1 alarm"),
        _ => format!("{wait}, check {} alarms", alarms.len()),
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
