//! A plan as bars in a terminal.

use super::{format_duration, noted};
use crate::plan::Plan;
use crate::routes::{short_name, weight_of};
use std::fmt::Write as _;

/// What bars are made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BarStyle {
    /// Blocks, in eighths of a column.
    Unicode,
    /// Signs that every terminal has.
    Ascii,
}

const WIDTH: usize = 40;
/// Blocks of one to seven eighths of a column.
const EIGHTHS: [&str; 7] = ["▏", "▎", "▍", "▌", "▋", "▊", "▉"];

impl Plan {
    /// As bars, one line a step: how much the version that is deployed gets, and from when on; with the notes below.
    pub fn to_timeline(&self, bars: BarStyle) -> String {
        let before = weight_of(&self.before, &self.target);
        let shifts = self.steps.iter().map(|step| (format_duration(step.offset_seconds), step.target_weight));
        let lines: Vec<(String, u8)> = std::iter::once(("before".to_owned(), before)).chain(shifts).collect();
        let width = lines.iter().map(|(label, _)| label.len()).max().unwrap_or(0);
        let watching = match self.alarms() {
            [] => String::new(),
            alarms => format!(", watching {}", alarms.join(", ")),
        };
        let mut text = format!("{} to {}{watching}\n", self.deployment_type, short_name(&self.target));
        for (label, share) in lines {
            // Writing to a string does not fail.
            let _ = writeln!(text, "{label:>width$}  {}  {share:>3} %", bar(share, bars));
        }
        text + &noted(&self.notes)
    }
}

fn bar(share: u8, bars: BarStyle) -> String {
    match bars {
        BarStyle::Ascii => {
            let full = usize::from(share.min(100)).saturating_mul(WIDTH) / 100;
            format!("[{}{}]", "#".repeat(full), ".".repeat(WIDTH.saturating_sub(full)))
        }
        BarStyle::Unicode => {
            let eighths = usize::from(share.min(100)).saturating_mul(WIDTH * 8) / 100;
            let part = (eighths % 8).checked_sub(1).and_then(|eighth| EIGHTHS.get(eighth)).copied().unwrap_or("");
            let empty = WIDTH.saturating_sub(eighths.div_ceil(8));
            format!("{}{part}{}", "█".repeat(eighths / 8), "░".repeat(empty))
        }
    }
}
