//! A row of a table: our code and the floor that it is compared with.

use std::hint::black_box;
use std::time::{Duration, Instant};

/// Number of operations per time measurement, and of requests that are prepared before it.
pub const BATCH: usize = 64;

/// Executes a few operations. Returns their number and their duration.
pub type Step<'s> = Box<dyn FnMut() -> (u32, Duration) + 's>;

/// The length of a slice and the number of slices.
pub struct Plan {
    pub slice: Duration,
    pub rounds: usize,
}

pub struct Row<'s> {
    pub what: String,
    ours: Step<'s>,
    compared_with: String,
    floor: Step<'s>,
    aim: Option<f64>,
}

impl<'s> Row<'s> {
    pub fn new(what: impl Into<String>, ours: Step<'s>, compared_with: impl Into<String>, floor: Step<'s>) -> Self {
        Self { what: what.into(), ours, compared_with: compared_with.into(), floor, aim: None }
    }

    #[must_use]
    pub fn aim(self, aim: f64) -> Self {
        Self { aim: Some(aim), ..self }
    }

    /// Formats times in nanoseconds and the ratio to the floor. The aim is a maximum.
    pub fn times(&mut self, plan: &Plan) -> String {
        let rounds = self.measure(plan);
        let aim = |ratio, aim: f64| format!("at most {aim:?}: {}", if ratio <= aim { "met" } else { "missed" });
        self.format(&rounds, |time| format!("{time:.1} ns"), |(ours, floor)| ours / floor, aim)
    }

    /// Formats operations per second and the ratio to the floor. The aim is a minimum.
    pub fn rates(&mut self, plan: &Plan) -> String {
        let rounds = self.measure(plan);
        let aim = |ratio, aim: f64| format!("at least {aim:.2}: {}", if ratio >= aim { "met" } else { "missed" });
        self.format(&rounds, |time| format!("{:.0}", 1e9 / time), |(ours, floor)| floor / ours, aim)
    }

    fn measure(&mut self, plan: &Plan) -> Vec<(f64, f64)> {
        (0..plan.rounds)
            .map(|_| (run_slice(&mut self.ours, plan.slice), run_slice(&mut self.floor, plan.slice)))
            .collect()
    }

    fn format(
        &self,
        rounds: &[(f64, f64)],
        format_value: impl Fn(f64) -> String,
        ratio: impl Fn((f64, f64)) -> f64,
        aim: impl Fn(f64, f64) -> String,
    ) -> String {
        let sorted = |value: &dyn Fn((f64, f64)) -> f64| {
            let mut values: Vec<f64> = rounds.iter().map(|round| value(*round)).collect();
            values.sort_by(f64::total_cmp);
            values
        };
        let (ours, floor, ratios) = (sorted(&|round| round.0), sorted(&|round| round.1), sorted(&ratio));
        let at = |values: &[f64], percent: usize| values[values.len() * percent / 100];
        let (median, low, high) = (at(&ratios, 50), at(&ratios, 10), at(&ratios, 90));
        let aim = self.aim.map_or_else(String::new, |target| aim(median, target));
        let (ours, floor) = (format_value(at(&ours, 50)), format_value(at(&floor, 50)));
        format!(
            "| {} | {ours} | {} | {floor} | {median:.2} ({low:.2}-{high:.2}) | {aim} |",
            self.what, self.compared_with
        )
    }
}

/// Runs one slice. Returns the nanoseconds per operation.
fn run_slice(step: &mut Step<'_>, minimum: Duration) -> f64 {
    let (mut count, mut total) = (0, Duration::ZERO);
    while total < minimum {
        let (operations, time) = step();
        count += operations;
        total += time;
    }
    total.as_nanos() as f64 / f64::from(count)
}

/// Measures an operation that can be repeated unchanged.
pub fn repeat<'s, R>(mut work: impl FnMut() -> R + 's) -> Step<'s> {
    Box::new(move || {
        let start = Instant::now();
        for _ in 0..BATCH {
            black_box(work());
        }
        (BATCH as u32, start.elapsed())
    })
}

/// Measures different requests. The time does not include their preparation and their undoing.
pub fn batch<'s, T>(
    mut prepare: impl FnMut() -> T + 's,
    mut work: impl FnMut(&T) + 's,
    mut undo: impl FnMut(&T) + 's,
) -> Step<'s> {
    Box::new(move || {
        let requests: Vec<T> = (0..BATCH).map(|_| prepare()).collect();
        let start = Instant::now();
        requests.iter().for_each(|request| work(black_box(request)));
        let elapsed = start.elapsed();
        requests.iter().for_each(&mut undo);
        (BATCH as u32, elapsed)
    })
}
