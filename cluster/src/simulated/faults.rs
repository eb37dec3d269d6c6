//! Seeded faults of a node.

use crate::timer::Timer;
use fastrand::Rng;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The time that a call takes at least.
const LATENCY: Duration = Duration::from_micros(100);
/// Maximum duration of an outage, which is longer than the default timeout of a store.
const OUTAGE_MILLIS: u64 = 8000;
/// A late commit is applied before up to this number of further calls.
const LATE_CALLS: u64 = 20;

/// How often each fault occurs, per 1000 calls.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FaultRates {
    /// The call fails and nothing happens.
    pub unavailable: u16,
    /// The call is rejected and nothing happens.
    pub rejected: u16,
    /// All calls fail for some time, which is up to 8 seconds.
    pub outage: u16,
    /// A commit is not applied and its outcome is unknown. A read fails.
    pub lost: u16,
    /// A commit is applied before a later call, if its guards are met then, and its outcome is unknown. A read fails.
    pub late: u16,
    /// A commit is applied and its outcome is unknown. A read fails.
    pub unanswered: u16,
    /// The call takes up to the time until its deadline.
    pub slow: u16,
}

/// What happens to a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    Answered,
    Unavailable,
    Rejected,
    Lost,
    Late,
    Unanswered,
}

/// The faults of one node.
#[derive(Debug)]
pub(super) struct Faults {
    rates: FaultRates,
    rng: Rng,
    timer: Arc<dyn Timer>,
    outage_until: Option<Instant>,
}

impl Faults {
    pub fn new(seed: u64, rates: FaultRates, timer: Arc<dyn Timer>) -> Self {
        Self { rates, rng: Rng::with_seed(seed), timer, outage_until: None }
    }

    pub fn set_rates(&mut self, rates: FaultRates) {
        self.rates = rates;
        self.outage_until = None;
    }

    /// Decides what happens to a call, which takes its time.
    pub fn decide(&mut self, until: Instant) -> Fate {
        self.timer.sleep(LATENCY);
        let now = self.timer.now();
        if until <= now {
            return Fate::Unavailable;
        }
        if self.outage_until.is_some_and(|outage| now < outage) || self.begin_outage(now) {
            self.delay(until);
            return Fate::Unavailable;
        }
        if self.occurs(self.rates.slow) {
            self.timer.sleep(until.duration_since(now).mul_f64(self.rng.f64() * 0.99));
        }
        let fate = self.choose_fate();
        if matches!(fate, Fate::Lost | Fate::Late | Fate::Unanswered) {
            self.delay(until);
        }
        fate
    }

    fn choose_fate(&mut self) -> Fate {
        let FaultRates { unavailable, rejected, lost, late, unanswered, .. } = self.rates;
        let rates = [
            (unavailable, Fate::Unavailable),
            (rejected, Fate::Rejected),
            (lost, Fate::Lost),
            (late, Fate::Late),
            (unanswered, Fate::Unanswered),
        ];
        let mut drawn = self.rng.u16(..1000);
        for (rate, fate) in rates {
            match drawn.checked_sub(rate) {
                Some(rest) => drawn = rest,
                None => return fate,
            }
        }
        Fate::Answered
    }

    fn occurs(&mut self, rate: u16) -> bool {
        self.rng.u16(..1000) < rate
    }

    fn begin_outage(&mut self, now: Instant) -> bool {
        let begins = self.occurs(self.rates.outage);
        if begins {
            self.outage_until = now.checked_add(Duration::from_millis(self.rng.u64(..OUTAGE_MILLIS)));
        }
        begins
    }

    /// Half of the failed calls fail at once, as a broken connection does. The others time out.
    fn delay(&mut self, until: Instant) {
        if self.rng.bool() {
            self.timer.sleep(until.saturating_duration_since(self.timer.now()));
        }
    }

    /// Returns before how many further calls a late commit is applied.
    pub fn draw_late_calls(&mut self) -> u64 {
        self.rng.u64(1..=LATE_CALLS)
    }
}
