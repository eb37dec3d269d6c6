//! A line of a table: something of ours, and what it is measured beside.

use std::hint::black_box;
use std::time::{Duration, Instant};

/// So many operations are timed at once, and so many requests are made ready before.
pub const BATCH: usize = 64;

/// Something to measure: does a few operations, and answers how many, and how long they took.
pub type Step<'s> = Box<dyn FnMut() -> (u32, Duration) + 's>;

/// How long a slice takes, and how many there are of each.
pub struct Plan {
    pub slice: Duration,
    pub rounds: usize,
}

pub struct Row<'s> {
    pub what: String,
    ours: Step<'s>,
    beside: String,
    floor: Step<'s>,
    aim: Option<f64>,
}

impl<'s> Row<'s> {
    pub fn new(what: impl Into<String>, ours: Step<'s>, beside: impl Into<String>, floor: Step<'s>) -> Self {
        Self { what: what.into(), ours, beside: beside.into(), floor, aim: None }
    }

    #[must_use]
    pub fn aim(self, aim: f64) -> Self {
        Self { aim: Some(aim), ..self }
    }

    /// Nanoseconds, and how many times the floor's; the aim is a most.
    pub fn times(&mut self, plan: &Plan) -> String {
        let rounds = self.measure(plan);
        let aim = |ratio, aim: f64| format!("at most {aim:.1}: {}", if ratio <= aim { "met" } else { "missed" });
        self.line(&rounds, |time| format!("{time:.1} ns"), |(ours, floor)| ours / floor, aim)
    }

    /// Operations a second, and which part of the floor's; the aim is a least.
    pub fn rates(&mut self, plan: &Plan) -> String {
        let rounds = self.measure(plan);
        let aim = |ratio, aim: f64| format!("at least {aim:.2}: {}", if ratio >= aim { "met" } else { "missed" });
        self.line(&rounds, |time| format!("{:.0}", 1e9 / time), |(ours, floor)| floor / ours, aim)
    }

    fn measure(&mut self, plan: &Plan) -> Vec<(f64, f64)> {
        (0..plan.rounds).map(|_| (slice(&mut self.ours, plan.slice), slice(&mut self.floor, plan.slice))).collect()
    }

    fn line(
        &self,
        rounds: &[(f64, f64)],
        shown: impl Fn(f64) -> String,
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
        let aim = self.aim.map_or_else(String::new, |wanted| aim(median, wanted));
        let (ours, floor) = (shown(at(&ours, 50)), shown(at(&floor, 50)));
        format!("| {} | {ours} | {} | {floor} | {median:.2} ({low:.2}-{high:.2}) | {aim} |", self.what, self.beside)
    }
}

/// Nanoseconds per operation over one slice.
fn slice(step: &mut Step<'_>, least: Duration) -> f64 {
    let (mut count, mut took) = (0, Duration::ZERO);
    while took < least {
        let (more, time) = step();
        count += more;
        took += time;
    }
    took.as_nanos() as f64 / f64::from(count)
}

/// An operation that can be repeated as it is.
pub fn repeat<'s, R>(mut work: impl FnMut() -> R + 's) -> Step<'s> {
    Box::new(move || {
        let start = Instant::now();
        for _ in 0..BATCH {
            black_box(work());
        }
        (BATCH as u32, start.elapsed())
    })
}

/// Requests that differ. They are made ready before the time runs, and undone after.
pub fn batch<'s, T>(
    mut ready: impl FnMut() -> T + 's,
    mut work: impl FnMut(&T) + 's,
    mut undo: impl FnMut(&T) + 's,
) -> Step<'s> {
    Box::new(move || {
        let requests: Vec<T> = (0..BATCH).map(|_| ready()).collect();
        let start = Instant::now();
        requests.iter().for_each(|request| work(black_box(request)));
        let took = start.elapsed();
        requests.iter().for_each(&mut undo);
        (BATCH as u32, took)
    })
}
