//! Starts of executions through an alias, without a service.

use super::outcomes::OUTCOME_SEED_MASK;
use crate::model::{Outcome, Routing, VersionNumber};
use crate::outcomes::{Outcomes, Start};
use crate::random::WeightedPicker;
use std::time::Duration;

/// Decides which versions an alias starts and how the executions end, without storing anything. The decisions are those of
/// a service with the same seed and rules.
///
/// ```
/// use sfn_alias::{Limits, Outcomes, StartSimulator, model::{Route, Routing}};
/// let rules = r#"{"outcomes": [{"status": "FAILED", "error": "Orders.Broken", "after": "2s"}]}"#;
/// let starts = StartSimulator::new(7, Outcomes::parse(rules, &Limits::default())?);
/// let routing = Routing::new(Route::new(1, 100).expect("a route"), None).expect("the weights add up to 100");
/// let (version, ending) = starts.start("orders", "PROD", &routing, "order-1", "{}");
/// assert_eq!((version.get(), ending.map(|(outcome, after)| (outcome.status().as_str(), after.as_secs()))), (1, Some(("FAILED", 2))));
/// # Ok::<(), sfn_alias::RulesError>(())
/// ```
#[derive(Debug)]
pub struct StartSimulator {
    outcomes: Outcomes,
    picker: WeightedPicker,
    outcome_picker: WeightedPicker,
}

impl StartSimulator {
    /// Creates a simulator.
    pub const fn new(seed: u64, outcomes: Outcomes) -> Self {
        let outcome_picker = WeightedPicker::new(seed ^ OUTCOME_SEED_MASK);
        Self { outcomes, picker: WeightedPicker::new(seed), outcome_picker }
    }

    /// Starts an execution. Returns its version, and how and after which time it ends; `None` if no rule matches.
    pub fn start(
        &self,
        state_machine: &str,
        alias: &str,
        routing: &Routing,
        name: &str,
        input: &str,
    ) -> (VersionNumber, Option<(Outcome, Duration)>) {
        let version = self.picker.pick(routing);
        let start = Start { state_machine, version: Some(version), alias: Some(alias), name, input };
        (version, self.outcomes.decide(&start, || self.outcome_picker.next_percent()))
    }
}
