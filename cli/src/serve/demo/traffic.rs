//! Starts executions and ends them.

use super::content::Order;
use super::world::World;
use fastrand::Rng;
use serde_json::{Value, json};
use sfn_alias::parse_arn;
use std::collections::BTreeMap;

/// Starts orders through an alias.
#[derive(Debug)]
pub(super) struct Traffic {
    alias: &'static str,
    /// The shortest and longest time between two starts.
    interval_millis: (i64, i64),
    random: Rng,
    next_number: u64,
    /// When the next start is due.
    pub due: i64,
    /// The failures of each version that are due, in hundredths. They are spread evenly, so that a demo is the same each time.
    failures: BTreeMap<u32, u32>,
}

/// The percentage of executions of the first two versions that fail.
const DECLINED_PERCENT: u32 = 1;

impl Traffic {
    pub fn new(alias: &'static str, interval_millis: (i64, i64), first_number: u64, seed: u64) -> Self {
        let random = Rng::with_seed(seed ^ first_number);
        Self { alias, interval_millis, random, next_number: first_number, due: i64::MAX, failures: BTreeMap::new() }
    }

    /// Starts the next order, and decides how it ends. `percent` of those of version 3 fail. An alias that someone has deleted
    /// starts nothing.
    pub fn start_order(&mut self, world: &World, percent: u8) {
        let (shortest, longest) = self.interval_millis;
        self.due = self.due.saturating_add(self.random.i64(shortest..=longest));
        let order = Order::new(self.next_number, &mut self.random);
        self.next_number = self.next_number.saturating_add(1);
        let name = format!("order-{}", order.number);
        let input = json!({"stateMachineArn": world.arn(self.alias), "name": name, "input": order.input.to_string()});
        let Ok(started) = world.call("StartExecution", &input) else { return };
        let execution = started.get("executionArn").and_then(Value::as_str).unwrap_or_default();
        let Some(version) = read_version(world, execution) else { return };
        let fails = self.fails(version, percent);
        let (outcome, after) = order.outcome(version, fails, &mut self.random);
        if let Err(error) = world.service.end_execution(execution, outcome, after) {
            tracing::debug!(%error, "the execution was not ended");
        }
    }

    fn fails(&mut self, version: u32, percent: u8) -> bool {
        let percent = if version == 3 { u32::from(percent) } else { DECLINED_PERCENT };
        let due = self.failures.entry(version).or_insert(50);
        *due = due.saturating_add(percent);
        let fails = *due >= 100;
        if fails {
            *due = due.saturating_sub(100);
        }
        fails
    }
}

/// Returns the version that an execution runs.
fn read_version(world: &World, execution: &str) -> Option<u32> {
    let described = world.call("DescribeExecution", &json!({"executionArn": execution})).ok()?;
    let version = described.get("stateMachineVersionArn")?.as_str()?;
    Some(parse_arn(version).ok()?.version()?.get())
}
