//! A plan as a table of text.

use super::{format_duration, noted};
use crate::plan::{AfterStep, Plan};
use crate::routes::{short_name, weight_of};

impl Plan {
    /// As a table, one line a step, with the notes below.
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
        text + &noted(&self.notes)
    }

    fn rows(&self) -> Vec<[String; COLUMNS]> {
        let (origin, target) = (short_name(&self.origin), short_name(&self.target));
        let other = if self.is_unchanged() { "" } else { origin };
        let head = ["step", "after", other, target, "then"].map(str::to_owned);
        let rows = self.steps.iter().zip(1_usize..).map(|(step, number)| {
            let left = weight_of(&step.routing, &self.origin);
            let left = if self.is_unchanged() { String::new() } else { format!("{left} %") };
            [
                number.to_string(),
                format_duration(step.offset_seconds),
                left,
                format!("{} %", step.target_weight),
                then(&step.then),
            ]
        });
        std::iter::once(head).chain(rows).collect()
    }
}

const COLUMNS: usize = 5;

fn then(then: &AfterStep) -> String {
    match then {
        AfterStep::Wait { seconds, alarms, .. } if alarms.is_empty() => format!("wait {}", format_duration(*seconds)),
        AfterStep::Wait { seconds, alarms, .. } => {
            format!("wait {}, watching {}", format_duration(*seconds), alarms.join(", "))
        }
        AfterStep::Done => "done".to_owned(),
    }
}
