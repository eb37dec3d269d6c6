//! Copies to and from an engine that loses answers and applies commits late.

use crate::copy::{assert_equal, copy_quietly, fill};
use fastrand::Rng;
use sfn_alias::store::MemoryStore;
use sfn_alias_cluster::simulated::{FaultRates, SimulatedEngine, SimulatedTimer};
use sfn_alias_cluster::{ClusterStore, StoreOptions};
use std::sync::Arc;

const RATES: FaultRates =
    FaultRates { unavailable: 20, rejected: 2, outage: 2, lost: 20, late: 20, unanswered: 20, slow: 20 };

/// An engine, and a store on it whose calls fail at random.
struct Faulty {
    calm: SimulatedEngine,
    node: SimulatedEngine,
    store: ClusterStore,
}

impl Faulty {
    fn new(seed: u64) -> Self {
        let (calm, timer) = (SimulatedEngine::new(), Arc::new(SimulatedTimer::default()));
        let node = calm.with_faults(seed, FaultRates::default(), Arc::clone(&timer) as _);
        let options = StoreOptions { timer, ..StoreOptions::default() };
        let store = ClusterStore::open_copy(Arc::new(node.clone()), options).unwrap();
        Self { calm, node, store }
    }

    /// Opens another store, without faults, after the last late commit.
    fn open_calm(&self) -> ClusterStore {
        self.calm.settle();
        ClusterStore::open(Arc::new(self.calm.clone()), StoreOptions::default()).unwrap()
    }
}

/// Repeats the copy until it succeeds.
fn copy_with_faults(faulty: &Faulty, copy: impl Fn() -> sfn_alias::Result<sfn_alias::store::CopyReport>) -> u32 {
    faulty.node.set_rates(RATES);
    let mut failures = 0;
    loop {
        match copy() {
            Ok(report) => {
                assert_eq!(report.difference_count, 0, "{report:?}");
                faulty.node.set_rates(FaultRates::default());
                return failures;
            }
            Err(_) => failures += 1,
        }
    }
}

#[test]
fn copies_with_faults_are_complete() {
    let first = fastrand::u64(..);
    let mut failures = 0;
    for seed in (0..200).map(|number| first.wrapping_add(number)) {
        let (source, faulty) = (MemoryStore::new().unwrap(), Faulty::new(seed));
        // An empty store is copied before a late commit is applied.
        fill(&source, &mut Rng::with_seed(seed), if seed % 2 == 0 { 0 } else { 30 });
        failures += copy_with_faults(&faulty, || copy_quietly(&source, &faulty.store));
        let context = format!("seed {seed}");
        assert_equal(&source, &faulty.open_calm(), &context);
        let keys = faulty.calm.keys();
        let incomplete = keys.iter().filter(|key| key.starts_with(b"i/") || *key == b"incomplete").count();
        assert_eq!(incomplete, 0, "{context}");
        let back = MemoryStore::new().unwrap();
        failures += copy_with_faults(&faulty, || copy_quietly(&faulty.store, &back));
        assert_equal(&source, &back, &context);
        assert_eq!(faulty.calm.violations(), [""; 0], "{context}");
    }
    assert!(failures > 0, "no copy was interrupted");
}
