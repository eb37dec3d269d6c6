//! The faults of the simulated engine.

use sfn_alias_cluster::engine::{Commit, Committed, Engine, EngineError, Found, Generation, Guard, Read, Write};
use sfn_alias_cluster::simulated::{FaultRates, SimulatedEngine, SimulatedTimer};
use sfn_alias_cluster::timer::Timer;
use std::sync::Arc;
use std::time::{Duration, Instant};

const ALWAYS: u16 = 1000;
const SECOND: Duration = Duration::from_secs(1);

struct Fixture {
    calm: SimulatedEngine,
    faulty: SimulatedEngine,
    timer: Arc<SimulatedTimer>,
}

impl Fixture {
    fn new(rates: FaultRates) -> Self {
        let (calm, timer) = (SimulatedEngine::new(), Arc::new(SimulatedTimer::default()));
        Self { faulty: calm.with_faults(1, rates, Arc::clone(&timer) as _), calm, timer }
    }

    fn until(&self) -> Instant {
        self.timer.now() + SECOND
    }

    /// Creates a record.
    fn create(&self, engine: &SimulatedEngine) -> Result<Committed, EngineError> {
        let writes = vec![Write::Put(b"a".into(), b"1".into()), Write::Increment(b"c".into())];
        engine.commit(&Commit { guards: vec![Guard::Absent(b"a".into())], writes, otherwise: Vec::new() }, self.until())
    }

    fn read(&self) -> Result<Vec<Found>, EngineError> {
        self.faulty.read(&[Read::Key(b"a".into())], self.until())
    }

    fn is_created(&self) -> bool {
        self.calm.keys() == [b"a", b"c"]
    }
}

fn unknown<T>() -> Result<T, EngineError> {
    Err(EngineError::Unknown("the simulated engine did not answer".to_owned()))
}

#[test]
fn calls_of_an_unavailable_engine_change_nothing() {
    let error = EngineError::Unavailable("the simulated engine is not reachable".to_owned());
    let rates = [
        FaultRates { unavailable: ALWAYS, ..FaultRates::default() },
        FaultRates { outage: ALWAYS, ..FaultRates::default() },
    ];
    for rates in rates {
        let fixture = Fixture::new(rates);
        assert_eq!(fixture.create(&fixture.faulty), Err(error.clone()));
        assert_eq!(fixture.read(), Err(error.clone()));
        assert_eq!(fixture.faulty.find_successor(b"a", Generation(1), fixture.until()), Err(error.clone()));
        fixture.calm.settle();
        assert!(!fixture.is_created());
    }
}

#[test]
fn rejected_calls_change_nothing() {
    let fixture = Fixture::new(FaultRates { rejected: ALWAYS, ..FaultRates::default() });
    let rejected = EngineError::Rejected("the simulated engine is full".to_owned());
    assert_eq!(fixture.create(&fixture.faulty), Err(rejected));
    assert!(!fixture.is_created());
    assert!(fixture.calm.violations().is_empty());
}

#[test]
fn a_lost_commit_is_never_applied() {
    let fixture = Fixture::new(FaultRates { lost: ALWAYS, ..FaultRates::default() });
    assert_eq!(fixture.create(&fixture.faulty), unknown());
    fixture.calm.settle();
    assert!(!fixture.is_created());
}

#[test]
fn an_unanswered_commit_is_applied() {
    let fixture = Fixture::new(FaultRates { unanswered: ALWAYS, ..FaultRates::default() });
    assert_eq!(fixture.create(&fixture.faulty), unknown());
    assert!(fixture.is_created());
    assert_eq!(fixture.read(), unknown());
}

#[test]
fn a_late_commit_is_applied_before_a_later_call() {
    let fixture = Fixture::new(FaultRates { late: ALWAYS, ..FaultRates::default() });
    assert_eq!(fixture.create(&fixture.faulty), unknown());
    assert!(!fixture.is_created());
    let mut calls = 0;
    while !fixture.is_created() && calls < 100 {
        assert_eq!(fixture.read(), unknown());
        calls += 1;
    }
    assert!((1..=20).contains(&calls), "{calls}");
}

#[test]
fn a_late_commit_that_was_repeated_is_applied_once() {
    let fixture = Fixture::new(FaultRates { late: ALWAYS, ..FaultRates::default() });
    assert_eq!(fixture.create(&fixture.faulty), unknown());
    assert!(matches!(fixture.create(&fixture.calm), Ok(Committed::Done(_))));
    fixture.calm.settle();
    let counters = fixture.calm.read(&[Read::Counters(b"c".into())], fixture.until());
    assert_eq!(counters, Ok(vec![Found::Counters(vec![(b"c".into(), 1)])]));
}

#[test]
fn an_outage_ends_and_calls_take_time_up_to_their_deadline() {
    let fixture = Fixture::new(FaultRates { outage: 10, slow: ALWAYS, ..FaultRates::default() });
    let (mut failed, mut longest) = (0, Duration::ZERO);
    for _ in 0..1000 {
        let begin = fixture.timer.now();
        failed += u32::from(fixture.read().is_err());
        longest = longest.max(fixture.timer.now() - begin);
    }
    assert!((5..500).contains(&failed), "{failed}");
    assert!((SECOND * 9 / 10..=SECOND).contains(&longest), "{longest:?}");
}

#[test]
fn a_call_after_its_deadline_changes_nothing() {
    let fixture = Fixture::new(FaultRates::default());
    let until = fixture.timer.now();
    let commit = Commit { writes: vec![Write::Put(b"a".into(), b"1".into())], ..Commit::default() };
    assert!(matches!(fixture.faulty.commit(&commit, until), Err(EngineError::Unavailable(_))));
    assert!(fixture.calm.keys().is_empty());
}
