//! The rules of a service, which can be replaced while it is used, and their random numbers.

use crate::error::Result;
use crate::model::Scope;
use crate::operation::Operation;
use crate::outcomes::{Fault, FaultShare, OutcomeSource, Outcomes, find_arns};
use crate::random::WeightedPicker;
use serde::Serialize;
use std::cell::OnceCell;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

/// Separates the seed of outcomes from the seed of routing.
pub(super) const OUTCOME_SEED_MASK: u64 = 0x0E5D;
/// Separates the seed of faults.
const FAULT_SEED_MASK: u64 = 0xFA17;

pub(super) struct SharedOutcomes {
    active: RwLock<ActiveOutcomes>,
    /// So that calls of a service without faults take no lock.
    has_faults: AtomicBool,
    outcome_picker: WeightedPicker,
    fault_picker: WeightedPicker,
}

/// Rules, and for each fault the number of the first calls that will still fail.
#[derive(Clone, Default)]
struct ActiveOutcomes {
    rules: Option<Arc<Outcomes>>,
    remaining: Arc<[AtomicU32]>,
}

impl ActiveOutcomes {
    fn new(rules: Option<Arc<Outcomes>>) -> Self {
        let remaining = |fault: &Fault| match fault.share {
            FaultShare::First(count) => AtomicU32::new(count),
            FaultShare::Percent(_) => AtomicU32::new(0),
        };
        let remaining = rules.iter().flat_map(|rules| rules.faults()).map(remaining).collect();
        Self { rules, remaining }
    }

    fn faults(&self) -> impl Iterator<Item = (&Fault, &AtomicU32)> {
        self.rules.iter().flat_map(|rules| rules.faults()).zip(&*self.remaining)
    }
}

impl SharedOutcomes {
    /// Creates the rules of a service. Without a seed, random numbers are seeded by the operating system.
    pub fn new(rules: Option<Outcomes>, seed: Option<u64>) -> Result<Self> {
        let picker = |mask| seed.map_or_else(WeightedPicker::from_entropy, |seed| Ok(WeightedPicker::new(seed ^ mask)));
        let shared = Self {
            active: RwLock::default(),
            has_faults: AtomicBool::new(false),
            outcome_picker: picker(OUTCOME_SEED_MASK)?,
            fault_picker: picker(FAULT_SEED_MASK)?,
        };
        shared.replace(rules.map(Arc::new));
        Ok(shared)
    }

    /// Replaces the rules and the faults.
    pub fn replace(&self, rules: Option<Arc<Outcomes>>) {
        let mut active = self.active.write().unwrap_or_else(PoisonError::into_inner);
        self.has_faults.store(rules.as_ref().is_some_and(|rules| !rules.faults().is_empty()), Ordering::Relaxed);
        *active = ActiveOutcomes::new(rules);
    }

    /// Starts again: the first calls fail again, and with a seed the random numbers repeat.
    pub fn reset(&self, seed: Option<u64>) {
        if let Some(seed) = seed {
            self.outcome_picker.reseed(seed ^ OUTCOME_SEED_MASK);
            self.fault_picker.reseed(seed ^ FAULT_SEED_MASK);
        }
        self.replace(self.active().rules);
    }

    fn active(&self) -> ActiveOutcomes {
        self.active.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Returns the rules that decide how an execution ends.
    pub fn outcome_source(&self) -> OutcomeSource<'_> {
        let rules = self.active.read().unwrap_or_else(PoisonError::into_inner).rules.clone();
        OutcomeSource::new(rules, &self.outcome_picker)
    }

    /// Returns the error of the first fault that applies to a request.
    ///
    /// Each fault that matches and has a percentage takes one random number.
    pub fn check_faults(&self, operation: Operation, request: &impl Serialize, scope: &Scope) -> Result<()> {
        if !self.has_faults.load(Ordering::Relaxed) {
            return Ok(());
        }
        let found = OnceCell::new();
        let arns = || {
            let request = || serde_json::to_value(request).unwrap_or_default();
            found.get_or_init(|| find_arns(operation, &request(), scope)).as_slice()
        };
        let applies = |(fault, remaining): &(&Fault, &AtomicU32)| {
            fault.matches(operation, arns) && self.is_next(fault.share, remaining)
        };
        match self.active().faults().find(applies) {
            Some((fault, _)) => Err(fault.error.create_error(operation, arns(), scope)),
            None => Ok(()),
        }
    }

    fn is_next(&self, share: FaultShare, remaining: &AtomicU32) -> bool {
        match share {
            FaultShare::Percent(percent) => self.fault_picker.next_percent() < percent,
            FaultShare::First(_) => {
                let decrement = |count: u32| count.checked_sub(1);
                remaining.fetch_update(Ordering::Relaxed, Ordering::Relaxed, decrement).is_ok()
            }
        }
    }
}
