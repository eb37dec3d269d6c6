//! Scenarios with the store.

use crate::mutations::{GuardKind, Mutated, Mutation, NoGuard, NoResolution, NoTags, UnprovenViews, guard_kind};
use crate::scenario::{Size, TestedStore, run};
use sfn_alias::Timestamp;
use sfn_alias::store::MemoryStore;
use sfn_alias_cluster::engine::{Commit, Engine};
use sfn_alias_cluster::simulated::SimulatedTimer;
use sfn_alias_cluster::{ClusterStore, StoreOptions};
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

impl TestedStore for MemoryStore {
    fn maintain(&self, _now: Timestamp) -> sfn_alias::Result<()> {
        Ok(())
    }
}

impl TestedStore for ClusterStore {
    fn maintain(&self, now: Timestamp) -> sfn_alias::Result<()> {
        Self::maintain(self, now)
    }
}

/// Opens a store with simulated time.
pub fn open_store(engine: Arc<dyn Engine>, timer: Arc<SimulatedTimer>) -> ClusterStore {
    ClusterStore::open(engine, StoreOptions { timer, ..StoreOptions::default() }).unwrap()
}

fn open(engine: Arc<dyn Engine>, timer: Arc<SimulatedTimer>) -> Arc<dyn TestedStore> {
    Arc::new(open_store(engine, timer))
}

/// Runs scenarios with the first seeds on two threads. `SFN_ALIAS_SEEDS` sets their number, `SFN_ALIAS_FIRST_SEED` the first one.
pub fn run_seeds(default: u64, check: impl Fn(u64) -> Result<(), String> + Sync) {
    let number = |name: &str| std::env::var(name).ok().map(|number| number.parse::<u64>().unwrap());
    let first = number("SFN_ALIAS_FIRST_SEED").unwrap_or(0);
    let (next, end) = (AtomicU64::new(first), first + number("SFN_ALIAS_SEEDS").unwrap_or(default));
    let work = || {
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= end {
                return;
            }
            check(seed).unwrap_or_else(|error| panic!("seed {seed}: {error}"));
        }
    };
    thread::scope(|scope| (0..2).for_each(|_| drop(scope.spawn(work))));
}

#[test]
fn scenarios_accept_a_store_in_memory() {
    let size = Size { stores: 1, operations: 40 };
    run_seeds(100, |seed| run(seed, size, &|_, _| Arc::new(MemoryStore::new().unwrap()), &|engine| engine));
}

#[test]
fn several_stores_on_one_engine_are_linearizable() {
    run_seeds(2000, |seed| run(seed, Size { stores: 3, operations: 40 }, &open, &|engine| engine));
}

const MUTATED: Size = Size { stores: 3, operations: 40 };
/// Maximum number of scenarios in which a mutation must be found.
const MAX_SEEDS: u64 = 3000;

/// Returns the first failure of scenarios on engines with a mutation.
fn find_failure<M: Mutation + 'static>(create: impl Fn() -> M + Sync) -> Option<(u64, String)> {
    let mutate = |engine| Arc::new(Mutated { engine, mutation: create() }) as Arc<dyn Engine>;
    (0..MAX_SEEDS).find_map(|seed| run(seed, MUTATED, &open, &mutate).err().map(|error| (seed, error)))
}

#[track_caller]
fn assert_found<M: Mutation + 'static>(create: impl Fn() -> M + Sync) {
    let name = format!("{:?}", create());
    let (seed, error) = find_failure(create).unwrap_or_else(|| panic!("{name} was not found"));
    eprintln!("{name}: seed {seed}: {}", error.lines().next().unwrap_or_default());
}

#[test]
fn views_that_are_not_proven_are_found() {
    assert_found(UnprovenViews::default);
}

#[test]
fn missing_tags_are_found() {
    assert_found(|| NoTags);
}

#[test]
fn repeating_without_resolution_is_found() {
    assert_found(|| NoResolution);
}

/// The kinds of guards whose absence scenarios find.
const GUARDS: [GuardKind; 8] = [
    ('e', "absent"),
    ('m', "absent"),
    ('m', "at"),
    ('x', "absent"),
    ('x', "at"),
    ('y', "absent"),
    ('y', "at"),
    ('z', "absent"),
];

/// The other kinds of guards, with the reason.
const UNNEEDED: [(GuardKind, &str); 6] = [
    (('f', "absent"), "all processes write the same value"),
    (('s', "absent"), "one of 1024 processes has the same sequence numbers, in the same millisecond"),
    (('t', "absent"), "only needed by processes that open an empty engine at the same time"),
    (('u', "absent"), "the endings that are added have guards too"),
    (('u', "at"), "the endings that are added have guards too"),
    (('z', "at"), "the record is written once"),
];

#[test]
fn missing_guards_are_found() {
    for kind in GUARDS {
        assert_found(|| NoGuard(kind));
    }
}

/// Collects the kinds of guards.
#[derive(Debug)]
struct GuardKinds(Arc<Mutex<BTreeSet<GuardKind>>>);

impl Mutation for GuardKinds {
    fn change_commit(&self, commit: &Commit) -> Commit {
        self.0.lock().unwrap().extend(commit.guards.iter().map(guard_kind));
        commit.clone()
    }
}

#[test]
fn all_kinds_of_guards_are_listed() {
    let kinds = Arc::new(Mutex::new(BTreeSet::new()));
    let mutate = |engine| {
        let mutation = GuardKinds(Arc::clone(&kinds));
        Arc::new(Mutated { engine, mutation }) as Arc<dyn Engine>
    };
    (0..100).for_each(|seed| run(seed, MUTATED, &open, &mutate).unwrap());
    let listed: BTreeSet<GuardKind> = GUARDS.into_iter().chain(UNNEEDED.map(|(kind, _)| kind)).collect();
    assert_eq!(*kinds.lock().unwrap(), listed);
}
