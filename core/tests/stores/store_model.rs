//! Applies the same random changes to all stores and compares their contents after each.

use crate::storage::{Storage, StoreKind};
use fastrand::Rng;
use sfn_alias::model::{
    Alias, Ending, Execution, ExecutionStatus, Failure, MAX_UNSTORED_PAIRS, OTHER_ALIASES, Outcome, PreviousRouting,
    Redrive, Revision, Route, Routing, StateMachine, StateMachineType, Tag, Timestamp, UnstoredEnding, Version,
    VersionNumber,
};
use sfn_alias::store::{
    Change, CommitOutcome, Document, ExecutionFilter, ExecutionPosition, MemoryStore, PositionedExecution, RevisionKey,
    Session, Store, View,
};
use std::cell::Cell;
use std::collections::BTreeSet;
use std::fmt::Debug;
use std::time::Duration;

pub const ARNS: [&str; 4] = ["arn:a", "arn:b", "arn:b:c", "brn:ä"];
pub const NAMES: [&str; 5] = ["A", "a", "b", "é", "zz"];
const KEYS: [&str; 5] = ["a", "a/b", "a/c", "a_", "b"];

thread_local! {
    /// When the store was opened, in milliseconds. After the real time, which some stores also use.
    static OPENED: Cell<i64> = const { Cell::new(2_000_000_000_000) };
}

/// Returns a time after the store was opened.
fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(OPENED.get() + millis)
}

fn time(random: &mut Rng) -> Timestamp {
    at(random.i64(0..4))
}

fn text<T: From<String>>(random: &mut Rng) -> Option<T> {
    random.bool().then(|| "x\0é".repeat(random.usize(0..3)).into())
}

fn revision(random: &mut Rng) -> Revision {
    Revision {
        id: text(random),
        definition: "d".repeat(random.usize(0..9000)).into(),
        role_arn: "role".into(),
        logging: "{}".into(),
        tracing: "[]".into(),
        encryption: text(random).unwrap_or_default(),
        updated: time(random),
    }
}

fn number(number: u32) -> VersionNumber {
    VersionNumber::new(number).unwrap()
}

fn version(random: &mut Rng, number: VersionNumber) -> Version {
    Version { number, description: text(random), created: time(random) }
}

fn routing(random: &mut Rng) -> Routing {
    let (version, weight) = (random.u32(1..4), random.u8(0..=100));
    let route = |version, weight| Route::new(version, weight).unwrap();
    let routing = match random.bool() {
        true => Routing::new(route(version, weight), Some(route(version + 1, 100 - weight))),
        false => Routing::new(route(version, 100), None),
    };
    routing.unwrap()
}

fn alias(random: &mut Rng) -> Alias {
    let previous = random.bool().then(|| Box::new(PreviousRouting { routing: routing(random), until: time(random) }));
    Alias {
        description: text(random),
        routing: routing(random),
        created: time(random),
        updated: time(random),
        previous,
    }
}

fn ending(random: &mut Rng) -> Ending {
    ending_with(random, &ExecutionStatus::ALL[1..5])
}

fn ending_with(random: &mut Rng, statuses: &[ExecutionStatus]) -> Ending {
    let status = *random.choice(statuses).unwrap();
    let failure = Failure { error: text(random), cause: text(random) };
    let output = text(random).unwrap_or_default();
    Ending { stopped: time(random), outcome: Outcome::new(status, || output, failure).unwrap() }
}

fn redrive(random: &mut Rng) -> Redrive {
    // Only executions that did not succeed are redriven.
    let unsuccessful = [ExecutionStatus::Failed, ExecutionStatus::TimedOut, ExecutionStatus::Aborted];
    let previous = ending_with(random, &unsuccessful);
    Redrive { redriven: time(random), client_token: text::<String>(random).map(Into::into), previous }
}

fn execution(random: &mut Rng, name: String) -> Execution {
    Execution {
        name: name.into(),
        version: random.bool().then(|| number(random.u32(1..5))),
        alias: random.bool().then(|| (*random.choice(NAMES).as_ref().unwrap()).into()),
        input: "i".repeat(random.usize(0..9000)).into(),
        trace_header: text(random),
        started: time(random),
        ending: random.u8(0..3).eq(&0).then(|| Box::new(ending(random))),
        redrives: Vec::new(),
    }
}

pub fn create_change(random: &mut Rng) -> Change {
    let machine = StateMachine {
        kind: if random.bool() { StateMachineType::Standard } else { StateMachineType::Express },
        created: time(random),
        deleting_until: random.bool().then(|| time(random)),
        last_version: None,
        published_version: None,
        published_on_create: random.bool(),
        version_description_on_create: text(random),
        tags: tags(random),
    };
    let version = random.bool().then(|| version(random, VersionNumber::FIRST));
    Change::CreateStateMachine { state_machine: Box::new(machine), revision: revision(random), version }
}

fn tags(random: &mut Rng) -> Vec<Tag> {
    (0..random.usize(0..3)).map(|key| Tag { key: key.to_string(), value: "\"é\0".to_owned() }).collect()
}

/// Returns a change that the engine could decide: versions have new numbers, and executions new names.
pub fn random_change(random: &mut Rng, step: u32, machine: Option<&StateMachine>) -> Option<Change> {
    let Some(machine) = machine else { return random.bool().then(|| create_change(random)) };
    let next = machine.last_version.map_or(VersionNumber::FIRST, |last| last.next().unwrap());
    let name = || -> Box<str> { NAMES[step as usize % NAMES.len()].into() };
    Some(match random.u8(0..29) {
        0 => create_change(random),
        1..=3 => {
            let version = random.bool().then(|| version(random, next));
            Change::PutRevision { revision: revision(random), version }
        }
        4..=5 => Change::PutVersion(version(random, next)),
        6..=8 => Change::DeleteVersion {
            number: number(random.u32(1..=next.get())),
            published_version: random.bool().then_some(number(1)),
        },
        9..=12 => Change::PutAlias { name: name(), alias: alias(random) },
        13 => Change::DeleteAlias(name()),
        14 => Change::PutTags(tags(random)),
        15 => Change::MarkDeleting(time(random)),
        16 => Change::DeleteStateMachine,
        17..=20 => {
            let execution = Box::new(execution(random, format!("e{step}")));
            Change::PutExecution { execution, limit: [0, 1, 3, 100][random.usize(0..4)] }
        }
        21 => Change::CountStart { version: random.bool().then_some(number(2)), ending: unstored_ending(random) },
        22 => Change::EndExecution { name: format!("e{}", step.saturating_sub(3)).into(), ending: ending(random) },
        23..=24 => Change::RedriveExecution {
            name: format!("e{}", step.saturating_sub(random.u32(1..6))).into(),
            redrive: redrive(random),
            ending: random.bool().then(|| ending(random)),
        },
        25..=27 => documents(random, name()),
        _ => return None,
    })
}

/// Changes documents of an alias that may not exist.
fn documents(random: &mut Rng, alias: Box<str>) -> Change {
    let (mut put, mut delete) = (Vec::new(), Vec::new());
    for key in KEYS {
        match random.u8(0..4) {
            0 => delete.push(key.into()),
            1 => put.push(Document { key: key.into(), value: "x\0é".repeat(random.usize(0..2000)).into() }),
            _ => {}
        }
    }
    Change::PutDocuments { alias, put, delete }
}

fn unstored_ending(random: &mut Rng) -> Option<UnstoredEnding> {
    let outcome = ending(random).outcome;
    let duration = Duration::from_secs(random.u64(..)).saturating_mul(random.u32(..9));
    random.bool().then(|| UnstoredEnding { alias: text(random), status: outcome.status(), duration })
}

fn push_debug(output: &mut Vec<String>, part: impl Debug) {
    output.push(format!("{part:?}"));
}

/// Returns everything that a view can read.
fn read_all(view: &dyn View) -> sfn_alias::Result<Vec<String>> {
    let mut output = Vec::new();
    push_debug(&mut output, (view.state_machine(), view.version_count()?, view.alias_count()?, view.start_counts()?));
    push_debug(&mut output, view.unstored_endings()?);
    push_debug(&mut output, (view.revision(RevisionKey::Current)?, view.versions(None, 2)?));
    for number in (1..6).map(number) {
        push_debug(&mut output, (view.version(number)?, view.revision(RevisionKey::Version(number))?));
        push_debug(&mut output, view.versions(Some(number), usize::MAX)?);
    }
    for name in NAMES {
        let alias = view.alias(name)?;
        // `Debug` omits descriptions.
        push_debug(&mut output, alias.as_ref().map(|alias| alias.description.as_deref().map(str::to_owned)));
        push_debug(&mut output, (alias, view.aliases(Some((at(1), name)), 2)?));
    }
    push_debug(&mut output, view.aliases(None, usize::MAX)?);
    read_documents(view, &mut output)?;
    for since in [Timestamp::from_millis(i64::MIN), at(1), at(3)] {
        let mut executions = Vec::new();
        view.visit_executions(since, &mut |execution| executions.push(format!("{:?}", without_texts(execution))))?;
        executions.sort();
        push_debug(&mut output, executions);
    }
    for now in [1, 3].map(at) {
        read_executions(view, now, &mut output)?;
    }
    Ok(output)
}

fn read_documents(view: &dyn View, output: &mut Vec<String>) -> sfn_alias::Result<()> {
    for alias in NAMES {
        for prefix in ["", "a", "a/", "a/b", "c"] {
            push_debug(output, (view.document(alias, prefix)?, view.document_keys(alias, prefix)?));
            push_debug(output, (view.documents(alias, prefix, 2)?, view.documents(alias, prefix, usize::MAX)?.len()));
        }
    }
    let mut exported = Vec::new();
    view.export_documents(&mut |alias, document| {
        exported.push(format!("{alias} {document:?}"));
        Ok(())
    })?;
    exported.sort();
    push_debug(output, exported);
    Ok(())
}

/// Reads the list of executions at a time, and pages and filters of it.
fn read_executions(view: &dyn View, now: Timestamp, output: &mut Vec<String>) -> sfn_alias::Result<()> {
    let executions = view.executions(now, None, ExecutionFilter::default(), usize::MAX)?;
    let sequences: BTreeSet<u64> = executions.iter().map(|(position, _)| position.sequence).collect();
    assert_eq!(sequences.len(), executions.len());
    let list = |executions: Vec<PositionedExecution<'_>>| -> Vec<_> {
        executions.iter().map(|(position, execution)| (rank(*position, &sequences), without_texts(execution))).collect()
    };
    assert!(executions.is_sorted_by(|(earlier, _), (later, _)| earlier > later));
    for (position, execution) in &executions {
        let name = &*execution.name;
        push_debug(output, (view.execution(name)?, view.revision(RevisionKey::Execution(name))?));
        for status in ExecutionStatus::ALL {
            let filter = ExecutionFilter { status: Some(status), ..ExecutionFilter::default() };
            push_debug(output, (list(view.executions(now, Some(*position), filter, 2)?), view.execution("none")?));
        }
        let filter = ExecutionFilter {
            version: execution.version,
            alias: execution.alias.as_deref(),
            status: Some(execution.status_at(now)),
        };
        push_debug(output, list(view.executions(now, None, filter, 3)?));
    }
    push_debug(output, list(executions));
    Ok(())
}

/// Returns a position whose sequence is the number of the earlier ones: stores only agree on their order.
fn rank(position: ExecutionPosition, sequences: &BTreeSet<u64>) -> ExecutionPosition {
    ExecutionPosition { sequence: sequences.range(..position.sequence).count() as u64, ..position }
}

/// Returns an execution without the texts that stores may omit in lists.
fn without_texts(execution: &Execution) -> Execution {
    let without = |ending: &Ending| {
        let outcome = Outcome::new(ending.outcome.status(), || "".into(), Failure::default()).unwrap();
        Ending { stopped: ending.stopped, outcome }
    };
    let redrive =
        |redrive: &Redrive| Redrive { client_token: None, previous: without(&redrive.previous), ..redrive.clone() };
    Execution {
        input: "".into(),
        trace_header: None,
        ending: execution.ending.as_deref().map(|ending| Box::new(without(ending))),
        redrives: execution.redrives.iter().map(redrive).collect(),
        ..execution.clone()
    }
}

fn dump(store: &dyn Store, arn: &str) -> Vec<String> {
    let mut output = Vec::new();
    let all = &mut output;
    if let Some(view) = store.begin_read(arn).unwrap().view() {
        all.extend(read_all(view).unwrap());
    }
    push_debug(all, without_tags(store.state_machines("arn:b", None, 9).unwrap()));
    push_debug(all, without_tags(store.state_machines("", Some("arn:a"), 2).unwrap()));
    push_debug(all, without_tags(store.state_machines("arn:b", Some("brn"), 2).unwrap()));
    let mut expired = store.expired_state_machines(at(2), 9).unwrap();
    expired.sort_unstable();
    push_debug(all, expired);
    output
}

/// Returns state machines without the tags, which stores may omit in lists.
fn without_tags(listed: Vec<(String, StateMachine)>) -> Vec<(String, StateMachine)> {
    listed.into_iter().map(|(arn, state_machine)| (arn, StateMachine { tags: Vec::new(), ..state_machine })).collect()
}

/// Also compares the view of the write transaction with the one of a read transaction, if the store never has an outdated one.
fn update(session: &mut dyn Session, arn: &str, step: u32, seed: u64) {
    let read = session.begin_read(arn).unwrap().view().map(|view| read_all(view).unwrap());
    for _ in 0..3 {
        let transaction = session.begin_write(arn).unwrap();
        let is_current = transaction.view().map(|view| read_all(view).unwrap()) == read;
        assert!(is_current || !StoreKind::HAS_CURRENT_VIEWS, "step {step}");
        let change = random_change(&mut Rng::with_seed(seed), step, transaction.view().map(View::state_machine));
        match transaction.commit(change).unwrap() {
            CommitOutcome::Committed => return,
            CommitOutcome::Conflict if StoreKind::HAS_CURRENT_VIEWS => panic!("step {step}: a conflict"),
            CommitOutcome::Conflict => {}
        }
    }
    panic!("step {step}: too many conflicts");
}

/// Commits one or more changes together.
fn update_in_batch(store: &dyn Store, arn: &str, step: u32, seeds: &[u64]) {
    let mut batch = store.begin_batch().unwrap();
    for (step, seed) in (step..).zip(seeds) {
        update(&mut *batch, arn, step, *seed);
    }
    batch.commit().unwrap();
}

#[test]
fn all_stores_have_the_same_contents() {
    let seed = fastrand::u64(..);
    StoreKind::ALL.iter().for_each(|store| compare_with_memory(*store, seed));
}

fn compare_with_memory(store: StoreKind, seed: u64) {
    let (memory, storage) = (MemoryStore::new().unwrap(), Storage::new(store));
    let mut opened = storage.open_store();
    let mut random = Rng::with_seed(seed);
    for step in (0..StoreKind::random_changes()).step_by(3) {
        let arn = *random.choice(ARNS).as_ref().unwrap();
        let changes: Vec<u64> = (0..random.u8(1..=3)).map(|_| random.u64(..)).collect();
        for store in [&memory, &*opened] {
            match &changes[..] {
                [change] => update(&mut { store }, arn, step, *change),
                changes => update_in_batch(store, arn, step, changes),
            }
        }
        assert_eq!(dump(&memory, arn), dump(&*opened, arn), "{store:?}, seed {seed}, step {step}");
        if step % 100 == 0 && store.is_durable() {
            drop(opened);
            OPENED.set(OPENED.get() + 10);
            opened = storage.open_store();
            assert_eq!(dump(&memory, arn), dump(&*opened, arn), "{store:?}, seed {seed}, step {step}, after reopening");
        }
    }
}

/// Pairs of version and alias whose deleted executions are counted separately are limited.
#[test]
fn all_stores_limit_counts_of_deleted_executions() {
    let seed = fastrand::u64(..);
    StoreKind::ALL.iter().for_each(|store| compare_counts_with_memory(*store, seed));
}

fn compare_counts_with_memory(store: StoreKind, seed: u64) {
    let (memory, storage) = (MemoryStore::new().unwrap(), Storage::new(store));
    let opened = storage.open_store();
    let stores: [&dyn Store; 2] = [&memory, &*opened];
    stores.iter().for_each(|store| create_with_ended_counts(*store, MAX_UNSTORED_PAIRS - 5));
    let mut random = Rng::with_seed(seed);
    for step in 0..(StoreKind::random_changes() / 10).max(100) {
        let change = std::iter::repeat_with(|| random.u64(..)).find(|seed| changes_executions(*seed)).unwrap();
        stores.iter().for_each(|store| update(&mut { *store }, ARNS[0], step, change));
        assert_eq!(dump(&memory, ARNS[0]), dump(&*opened, ARNS[0]), "{store:?}, seed {seed}, step {step}");
    }
    drop(opened);
    let expected = dump(&memory, ARNS[0]);
    assert!(expected.iter().any(|line| line.contains(OTHER_ALIASES)), "seed {seed}");
    if store.is_durable() {
        assert_eq!(expected, dump(&*storage.open_store(), ARNS[0]), "{store:?}, seed {seed}");
    }
}

fn changes_executions(seed: u64) -> bool {
    let Change::CreateStateMachine { state_machine, .. } = create_change(&mut Rng::with_seed(1)) else { panic!() };
    match random_change(&mut Rng::with_seed(seed), 0, Some(&state_machine)) {
        Some(Change::PutExecution { limit: 0, .. } | Change::CountStart { .. }) => StoreKind::COUNTS_IN_ORDER,
        Some(Change::PutExecution { .. } | Change::EndExecution { .. } | Change::RedriveExecution { .. }) => true,
        _ => false,
    }
}

/// Creates a state machine with a deleted execution per alias.
fn create_with_ended_counts(store: &dyn Store, aliases: usize) {
    let mut batch = store.begin_batch().unwrap();
    let mut commit = |change| assert!(batch.begin_write(ARNS[0]).unwrap().commit(Some(change)).is_ok());
    commit(create_change(&mut Rng::with_seed(1)));
    let failed = Ending { stopped: at(1000), outcome: Outcome::Failed(Failure::default()) };
    for alias in 0..=aliases {
        let execution = Execution {
            name: format!("alias-{alias}").into(),
            version: None,
            alias: Some(format!("a{alias}").into()),
            input: "{}".into(),
            trace_header: None,
            started: at(0),
            ending: Some(Box::new(failed.clone())),
            redrives: Vec::new(),
        };
        commit(Change::PutExecution { execution: Box::new(execution), limit: 1 });
    }
    batch.commit().unwrap();
}

/// Errors within a batch do not affect its other changes.
#[test]
fn a_batch_continues_after_a_rejected_change() {
    for kind in StoreKind::ALL {
        let storage = Storage::new(*kind);
        let store = storage.open_store();
        let mut batch = store.begin_batch().unwrap();
        let mut commit = |arn, change| batch.begin_write(arn).unwrap().commit(Some(change));
        let create = || create_change(&mut Rng::with_seed(1));
        assert_eq!(commit("arn:a", create()), Ok(CommitOutcome::Committed));
        let invalid = commit("arn:none", Change::PutTags(Vec::new()));
        let text = "storage error: cannot change `arn:none`: the state machine is not stored";
        assert_eq!(invalid.unwrap_err().to_string(), text);
        drop(batch.begin_write("arn:none"));
        assert_eq!(batch.begin_write("arn:b").unwrap().commit(Some(create())), Ok(CommitOutcome::Committed));
        batch.commit().unwrap();
        assert_eq!(store.state_machines("", None, 9).unwrap().len(), 2);
    }
}
