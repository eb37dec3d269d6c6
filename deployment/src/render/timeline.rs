//! Plans as bars for a terminal.

use super::{format_duration, format_notes};
use crate::plan::Plan;
use crate::routing::{short_name, weight_of};
use std::fmt::Write as _;

/// The characters of the bars.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BarStyle {
    /// Unicode block characters, accurate to an eighth of a column.
    Unicode,
    /// ASCII characters.
    Ascii,
}

const WIDTH: usize = 40;
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
            let full = usize::from(percentage.min(100)).saturating_mul(WIDTH) / 100;
            format!("[{}{}]", "#".repeat(full), ".".repeat(WIDTH.saturating_sub(full)))
        }
        BarStyle::Unicode => {
            let eighths = usize::from(percentage.min(100)).saturating_mul(WIDTH * 8) / 100;
            let part = (eighths % 8).checked_sub(1).and_then(|eighth| EIGHTHS.get(eighth)).copied().unwrap_or("");
            let empty = WIDTH.saturating_sub(eighths.div_ceil(8));
            format!("{}{part}{}", "█".repeat(eighths / 8), "░".repeat(empty))
        }
    }
}
