//! Plans as text tables.

use super::{format_duration, format_notes};
use crate::plan::{AfterStep, Plan};
use crate::routing::{short_name, weight_of};

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
