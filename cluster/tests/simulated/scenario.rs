//! Random operations of several stores on one engine, one inside the other: while a store waits for the engine, another one runs
//! an operation. A seed fixes everything.

use crate::generator::{Generator, JUMP};
use crate::linearizability::{Event, check};
use crate::operation::{Answer, MACHINES, Operation, Request, Settings};
use fastrand::Rng;
use sfn_alias::Timestamp;
use sfn_alias::store::Store;
use sfn_alias_cluster::engine::{
    Commit, Committed, Engine, EngineError, EngineLimits, Found, Generation, Read, Successor,
};
use sfn_alias_cluster::simulated::{FaultRates, SimulatedEngine, SimulatedTimer};
use sfn_alias_cluster::timer::Timer;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU8, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, Weak};
use std::time::{Duration, Instant};

const RARELY_MAINTAINED: u8 = 5;
const ONLY_MAINTAINED: u8 = 100;

/// Returns a time of the system's clock after [`JUMP`].
fn later() -> Timestamp {
    Timestamp::from_millis(Timestamp::now().as_millis() + i64::try_from(JUMP.as_millis()).unwrap())
}

/// What a scenario needs of a store.
pub trait TestedStore: Store {
    /// Does one round of background work.
    fn maintain(&self, now: Timestamp) -> sfn_alias::Result<()>;
}

/// Opens a store on an engine.
pub type Open = dyn Fn(Arc<dyn Engine>, Arc<SimulatedTimer>) -> Arc<dyn TestedStore>;
/// Changes what an engine does, to test that the checks find it.
pub type Mutate<'m> = dyn Fn(Arc<dyn Engine>) -> Arc<dyn Engine> + 'm;

/// How many operations run on how many stores.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    pub stores: usize,
    pub operations: usize,
}

/// Runs a scenario and checks it.
pub fn run(seed: u64, size: Size, open: &Open, mutate: &Mutate<'_>) -> Result<(), String> {
    let mut rng = Rng::with_seed(seed);
    // The store's own pauses and ids.
    fastrand::seed(seed);
    let engine = SimulatedEngine::new();
    let timer = Arc::new(SimulatedTimer::default());
    let scenario = Arc::new(Scenario::new(&mut rng, size.stores));
    let rates = choose_rates(&mut rng);
    let nodes: Vec<Arc<Node>> = (0..size.stores)
        .map(|_| {
            let faulty = Arc::new(engine.with_faults(rng.u64(..), rates, Arc::clone(&timer) as _));
            let (scenario, is_active) = (Arc::downgrade(&scenario), AtomicBool::new(false));
            Arc::new(Node { calm: engine.clone(), faulty, scenario, is_active })
        })
        .collect();
    let stores = nodes.iter().map(|node| open(mutate(Arc::clone(node) as _), Arc::clone(&timer)));
    let stores: Vec<_> = scenario.stores.get_or_init(|| stores.collect()).iter().collect();
    set_active(&nodes, true);
    scenario.run_all(&mut rng, &engine, &timer, size.operations);
    set_active(&nodes, false);
    engine.settle();
    scenario.read_all();
    scenario.check(&engine)?;
    scenario.check_maintenance(&engine, &timer, &stores)
}

fn set_active(nodes: &[Arc<Node>], is_active: bool) {
    nodes.iter().for_each(|node| node.is_active.store(is_active, Ordering::SeqCst));
}

/// Some scenarios have no faults, others all or one of them. While an engine rejects writes, a deletion leaves no mark, which a
/// creation with an unknown outcome needs.
fn choose_rates(rng: &mut Rng) -> FaultRates {
    let rejected = if rng.u8(..4) == 0 { rng.u16(..50) } else { 0 };
    let mut rate = |probability: u8, max: u16| if rng.u8(..4) < probability { rng.u16(..max) } else { 0 };
    let mut rates = FaultRates {
        unavailable: rate(1, 100),
        outage: rate(1, 10),
        lost: rate(2, 100),
        late: rate(2, 100),
        unanswered: rate(2, 100),
        slow: rate(1, 100),
        rejected,
    };
    if rejected > 0 {
        (rates.lost, rates.late, rates.unanswered) = (0, 0, 0);
    }
    rates
}

struct Scenario {
    generator: Mutex<Generator>,
    rng: Mutex<Rng>,
    stores: OnceLock<Vec<Arc<dyn TestedStore>>>,
    /// The stores that do not wait for the engine.
    free: Mutex<Vec<usize>>,
    history: Mutex<Vec<Event>>,
    /// The number of beginnings and ends of operations.
    count: AtomicUsize,
    settings: Settings,
    /// How many of 100 calls of the engine are interrupted by another operation.
    interruptions: u8,
    /// How many of 100 operations are maintenance instead.
    maintenance: AtomicU8,
    /// The time of the system's clock during maintenance.
    maintenance_millis: AtomicI64,
}

impl Scenario {
    fn new(rng: &mut Rng, stores: usize) -> Self {
        let seconds = |seconds| Duration::from_secs(seconds);
        let settings = Settings {
            update_delay: if rng.bool() { seconds(3) } else { seconds(0) },
            deletion_delay: if rng.bool() { seconds(20) } else { seconds(0) },
            ..Settings::SIMPLE
        };
        Self {
            generator: Mutex::new(Generator::new(rng.u64(..))),
            rng: Mutex::new(rng.fork()),
            stores: OnceLock::new(),
            free: Mutex::new((0..stores).collect()),
            history: Mutex::default(),
            count: AtomicUsize::new(0),
            settings,
            interruptions: [0, 5, 15, 30][rng.usize(..4)],
            maintenance: AtomicU8::new(RARELY_MAINTAINED),
            maintenance_millis: AtomicI64::new(Timestamp::now().as_millis()),
        }
    }

    fn run_all(&self, rng: &mut Rng, engine: &SimulatedEngine, timer: &SimulatedTimer, operations: usize) {
        let create = MACHINES.map(|machine| self.generator.lock().unwrap().create(machine));
        create.into_iter().for_each(|operation| self.with_free_store(|store| self.run(store, operation)));
        while self.history.lock().unwrap().len() < operations {
            if rng.u8(..16) == 0 {
                self.jump(engine, timer);
            }
            self.generator.lock().unwrap().begin_concurrent();
            self.run_next();
        }
    }

    /// Advances the time by more than the age of records that a request or a late commit may need. Then maintenance deletes them,
    /// on all stores at the same time.
    fn jump(&self, engine: &SimulatedEngine, timer: &SimulatedTimer) {
        engine.settle();
        self.maintain_all(Timestamp::now());
        self.generator.lock().unwrap().jump();
        timer.sleep(JUMP);
        self.maintain_all(later());
    }

    /// Runs an operation or maintenance on a store that does not wait for the engine, if there is one.
    fn run_next(&self) {
        let maintains = self.rng.lock().unwrap().u8(..100) < self.maintenance.load(Ordering::SeqCst);
        if maintains {
            self.with_free_store(|store| self.maintain(store));
        } else {
            self.with_free_store(|store| {
                let operation = self.generator.lock().unwrap().generate();
                self.run(store, operation);
            });
        }
    }

    fn maintain_all(&self, now: Timestamp) {
        self.maintenance_millis.store(now.as_millis(), Ordering::SeqCst);
        self.maintenance.store(ONLY_MAINTAINED, Ordering::SeqCst);
        (0..self.stores.get().unwrap().len()).for_each(|_| self.with_free_store(|store| self.maintain(store)));
        self.maintenance.store(RARELY_MAINTAINED, Ordering::SeqCst);
        self.maintenance_millis.store(Timestamp::now().as_millis(), Ordering::SeqCst);
    }

    /// A round may fail. Later ones continue.
    fn maintain(&self, store: usize) {
        let now = Timestamp::from_millis(self.maintenance_millis.load(Ordering::SeqCst));
        let _ = self.stores.get().unwrap()[store].maintain(now);
    }

    fn with_free_store(&self, run: impl FnOnce(usize)) {
        let store = {
            let mut free = self.free.lock().unwrap();
            let index = self.rng.lock().unwrap().usize(..free.len().max(1));
            if free.is_empty() { return } else { free.swap_remove(index) }
        };
        run(store);
        self.free.lock().unwrap().push(store);
    }

    fn run(&self, index: usize, operation: Operation) {
        let store = Arc::clone(&self.stores.get().unwrap()[index]) as Arc<dyn Store>;
        let began = self.count.fetch_add(1, Ordering::SeqCst);
        let answer = operation.run(&store, self.settings);
        let ended = self.count.fetch_add(1, Ordering::SeqCst);
        if let Answer::Answered(response) = &answer {
            self.generator.lock().unwrap().remember(&operation, response);
        }
        self.history.lock().unwrap().push(Event { operation, answer, store: index, began, ended });
    }

    fn interrupt(&self) {
        let interrupts = self.rng.lock().unwrap().u8(..100) < self.interruptions;
        if interrupts {
            self.run_next();
        }
    }

    /// Reads everything through every store.
    fn read_all(&self) {
        for index in 0..self.stores.get().unwrap().len() {
            let operation = self.generator.lock().unwrap().with_time(Request::ReadAll);
            self.run(index, operation);
        }
    }

    fn check(&self, engine: &SimulatedEngine) -> Result<(), String> {
        let violations = engine.violations();
        if !violations.is_empty() {
            return Err(format!("rejected calls: {violations:?}"));
        }
        let token_key = self.stores.get().unwrap()[0].token_key();
        check(&self.history.lock().unwrap(), token_key, self.settings)
    }

    /// Maintenance changes nothing that is visible, and leaves no records of deleted state machines.
    fn check_maintenance(
        &self,
        engine: &SimulatedEngine,
        timer: &SimulatedTimer,
        stores: &[&Arc<dyn TestedStore>],
    ) -> Result<(), String> {
        self.generator.lock().unwrap().jump();
        let operation = self.generator.lock().unwrap().with_time(Request::ReadAll);
        let read_all = |store: &Arc<dyn TestedStore>| operation.run(&(Arc::clone(store) as _), self.settings);
        let expected = read_all(stores[0]);
        for store in stores.iter().chain(stores) {
            timer.sleep(JUMP);
            store.maintain(later()).map_err(|error| format!("maintenance: {error}"))?;
            let found = read_all(store);
            if found != expected {
                return Err(format!("maintenance changed\n{expected:?}\nto\n{found:?}"));
            }
        }
        check_keys(engine)
    }
}

/// Checks that each record belongs to a state machine that is stored.
fn check_keys(engine: &SimulatedEngine) -> Result<(), String> {
    let found = engine.read(
        &[Read::Range { start: b"m/".into(), end: b"m0".into(), limit: usize::MAX, values: true }],
        Instant::now(),
    );
    let Ok([Found::Records(heads)]) = found.as_deref() else { panic!("{found:?}") };
    let ids: Vec<String> = heads.iter().map(|head| read_id(&head.value)).collect();
    let is_left = |key: &&Vec<u8>| {
        let mut parts = std::str::from_utf8(key).unwrap().split('/');
        let (kind, id) = (parts.next().unwrap(), parts.next().unwrap_or_default());
        kind.len() == 1 && !["m", "g"].contains(&kind) && !ids.iter().any(|stored| stored == id)
    };
    let keys = engine.keys();
    let left: Vec<String> = keys.iter().filter(is_left).map(|key| key.escape_ascii().to_string()).collect();
    if left.is_empty() { Ok(()) } else { Err(format!("records of deleted state machines are left: {left:?}")) }
}

fn read_id(head: &[u8]) -> String {
    let head: serde_json::Value = serde_json::from_slice(head).unwrap();
    format!("{:016x}", head["id"].as_u64().unwrap())
}

/// An engine that runs other operations before and after its calls while it is active, and has faults.
#[derive(Debug)]
struct Node {
    calm: SimulatedEngine,
    faulty: Arc<SimulatedEngine>,
    scenario: Weak<Scenario>,
    is_active: AtomicBool,
}

impl Node {
    fn call<R>(&self, call: impl FnOnce(&SimulatedEngine) -> R) -> R {
        if !self.is_active.load(Ordering::SeqCst) {
            return call(&self.calm);
        }
        let scenario = self.scenario.upgrade().unwrap();
        scenario.interrupt();
        let result = call(&self.faulty);
        scenario.interrupt();
        result
    }
}

impl Engine for Node {
    fn read(&self, reads: &[Read], until: Instant) -> Result<Vec<Found>, EngineError> {
        self.call(|engine| engine.read(reads, until))
    }

    fn commit(&self, commit: &Commit, until: Instant) -> Result<Committed, EngineError> {
        self.call(|engine| engine.commit(commit, until))
    }

    fn find_successor(&self, key: &[u8], generation: Generation, until: Instant) -> Result<Successor, EngineError> {
        self.call(|engine| engine.find_successor(key, generation, until))
    }

    fn limits(&self) -> EngineLimits {
        self.calm.limits()
    }
}

impl std::fmt::Debug for Scenario {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Scenario").finish_non_exhaustive()
    }
}
