//! Several stores on one engine, each used by several threads.

use crate::cluster::{open_store, run_seeds};
use crate::generator::Generator;
use crate::linearizability::{Event, check};
use crate::mutations::{Mutated, Pauses, UnprovenViews};
use crate::operation::{Answer, MACHINES, Operation, PREFIX, Request, Settings};
use crate::scenario::Mutate;
use sfn_alias::store::{ExecutionFilter, Store, begin_current_read};
use sfn_alias_cluster::engine::Engine;
use sfn_alias_cluster::simulated::{FaultRates, SimulatedEngine, SimulatedTimer};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

const STORES: u64 = 2;
const THREADS_PER_STORE: usize = 2;
const OPERATIONS_PER_THREAD: usize = 15;
const RATES: FaultRates =
    FaultRates { unavailable: 10, rejected: 0, outage: 0, lost: 10, late: 10, unanswered: 20, slow: 0 };
const SETTINGS: Settings = Settings::SIMPLE;

/// Two stores on one engine.
struct Stores {
    engine: SimulatedEngine,
    nodes: Vec<SimulatedEngine>,
    stores: Vec<Arc<dyn Store>>,
}

impl Stores {
    /// The stores open without faults.
    fn open(seed: u64, rates: FaultRates, mutate: &Mutate<'_>) -> Self {
        let (engine, timer) = (SimulatedEngine::new(), Arc::new(SimulatedTimer::default()));
        let create = |index| engine.with_faults(seed + index, FaultRates::default(), Arc::clone(&timer) as _);
        let nodes: Vec<_> = (0..STORES).map(create).collect();
        let open = |node: &SimulatedEngine| {
            let pausing = Arc::new(Mutated { engine: Arc::new(node.clone()), mutation: Pauses });
            Arc::new(open_store(mutate(pausing), Arc::clone(&timer))) as Arc<dyn Store>
        };
        let stores = nodes.iter().map(open).collect();
        nodes.iter().for_each(|node| node.set_rates(rates));
        Self { engine, nodes, stores }
    }

    /// Calls `run` on several threads per store.
    fn run(&self, run: &(dyn Fn(usize, &Arc<dyn Store>) + Sync)) {
        thread::scope(|scope| {
            for (index, store) in self.stores.iter().enumerate() {
                (0..THREADS_PER_STORE).for_each(|_| drop(scope.spawn(move || run(index, store))));
            }
        });
        self.nodes.iter().for_each(|node| node.set_rates(FaultRates::default()));
        self.engine.settle();
    }
}

struct History {
    generator: Mutex<Generator>,
    count: AtomicUsize,
    events: Mutex<Vec<Event>>,
}

impl History {
    fn new(seed: u64) -> Self {
        let generator = Mutex::new(Generator::new(seed));
        Self { generator, count: AtomicUsize::new(0), events: Mutex::default() }
    }

    fn generate(&self) -> Operation {
        self.generator.lock().unwrap().generate()
    }

    fn run(&self, index: usize, store: &Arc<dyn Store>, operation: Operation) {
        let began = self.count.fetch_add(1, Ordering::SeqCst);
        let answer = operation.run(store, SETTINGS);
        let ended = self.count.fetch_add(1, Ordering::SeqCst);
        if let Answer::Answered(response) = &answer {
            self.generator.lock().unwrap().remember(&operation, response);
        }
        self.events.lock().unwrap().push(Event { operation, answer, store: index, began, ended });
    }
}

fn run_threads(seed: u64, rates: FaultRates, mutate: &Mutate<'_>) -> Result<(), String> {
    let (stores, history) = (Stores::open(seed, rates, mutate), History::new(seed));
    let create = history.generator.lock().unwrap().create(MACHINES[0]);
    history.run(0, &stores.stores[0], create);
    stores.run(&|index, store| (0..OPERATIONS_PER_THREAD).for_each(|_| history.run(index, store, history.generate())));
    for (index, store) in stores.stores.iter().enumerate() {
        let read = history.generator.lock().unwrap().with_time(Request::ReadAll);
        history.run(index, store, read);
    }
    check(&history.events.into_inner().unwrap(), stores.stores[0].token_key(), SETTINGS)
}

#[test]
fn threads_are_linearizable() {
    run_seeds(30, |seed| run_threads(seed, FaultRates::default(), &|engine| engine));
}

#[test]
fn threads_are_linearizable_with_faults() {
    run_seeds(30, |seed| run_threads(seed, RATES, &|engine| engine));
}

#[test]
fn stale_reads_of_threads_are_refused() {
    let mutate = |engine| Arc::new(Mutated { engine, mutation: UnprovenViews::default() }) as Arc<dyn Engine>;
    let error = (0..100).find_map(|seed| run_threads(seed, FaultRates::default(), &mutate).err());
    assert!(error.unwrap().starts_with("not linearizable"));
}

/// Starts executions that end at once, and counts what was answered.
fn start_limited(stores: &Stores, settings: Settings, generator: &Mutex<Generator>) -> (usize, usize) {
    let (known, unknown) = (AtomicUsize::new(0), AtomicUsize::new(0));
    stores.run(&|_, store| {
        for _ in 0..2 * OPERATIONS_PER_THREAD {
            let start = generator.lock().unwrap().start_ended();
            match start.run(store, settings) {
                Answer::Answered(response) => {
                    assert!(response.contains("startDate"), "{response}");
                    known.fetch_add(1, Ordering::SeqCst);
                }
                Answer::Unknown => drop(unknown.fetch_add(1, Ordering::SeqCst)),
                Answer::Unavailable => {}
            }
        }
    });
    (known.into_inner(), unknown.into_inner())
}

/// Counts lie between those of the acknowledged starts and those with the unknown ones. Every start is stored, or counted as an
/// execution that ended.
#[test]
fn starts_and_deleted_executions_are_counted_once() {
    run_seeds(30, |seed| {
        let stores = Stores::open(seed, RATES, &|engine| engine);
        // An execution is not deleted while its start may be repeated.
        let settings = Settings { executions: 40, ..SETTINGS };
        let generator = Mutex::new(Generator::new(seed));
        let create = generator.lock().unwrap().create(MACHINES[0]);
        while !matches!(create.run(&stores.stores[0], settings), Answer::Answered(_)) {}
        let (known, unknown) = start_limited(&stores, settings, &generator);
        // This start also deletes what remained after failures.
        let last = generator.lock().unwrap().start_ended();
        assert!(matches!(last.run(&stores.stores[0], settings), Answer::Answered(_)));
        let arn = format!("{PREFIX}{}", MACHINES[0]);
        let transaction = begin_current_read(&*stores.stores[1], &arn).unwrap();
        let view = transaction.view().unwrap();
        let started: u64 = view.start_counts().unwrap().iter().map(|(_, count)| count).sum();
        let stored = view.executions(last.time, None, ExecutionFilter::default(), usize::MAX).unwrap().len();
        let ended: u64 = view.unstored_endings().unwrap().iter().map(|(.., durations)| durations.count()).sum();
        let range = known + 1..=known + 1 + unknown;
        let is_right = range.contains(&usize::try_from(started).unwrap()) && stored == 40 && ended + 40 == started;
        is_right.then_some(()).ok_or_else(|| format!("{started} started, {stored} stored, {ended} ended, {range:?}"))
    });
}
