//! Copies random contents from every store to every store that can be copied, also with interruptions.

use crate::copy_stores::create_stores;
use crate::store_model::{ARNS, NAMES, create_change, random_change};
use fastrand::Rng;
use sfn_alias::model::{
    Alias, EndedCounts, Execution, Revision, Route, Routing, StateMachine, Timestamp, Version, VersionNumber,
};
use sfn_alias::store::{
    Change, CommitOutcome, CopyDifference, CopyProgress, CopyReport, CopyStep, CopyStore, Document, Import,
    NamedStateMachine, ReadTransaction, RevisionKey, RevisionNumber, Session, Store, StoreMeta, View, WriteTransaction,
    copy,
};
use sfn_alias::{Error, Result};
use std::cell::Cell;
use std::fmt::Write;
use std::sync::atomic::{AtomicU32, Ordering};

pub fn copy_quietly(source: &dyn CopyStore, target: &dyn CopyStore) -> Result<CopyReport> {
    copy(source, target, &mut |_| ())
}

/// Applies random changes to a store.
pub fn fill(store: &dyn CopyStore, random: &mut Rng, steps: u32) {
    for step in 0..steps {
        let arn = ARNS[random.usize(0..ARNS.len())];
        change_randomly(store, arn, step, random.u64(..));
    }
    for _ in 0..random.u8(0..3) {
        store.next_session_number().unwrap();
    }
}

/// Decides again after a conflict, which a view of a cache may cause.
fn change_randomly(store: &dyn CopyStore, arn: &str, step: u32, seed: u64) {
    for _ in 0..3 {
        let transaction = Store::begin_write(store, arn).unwrap();
        let change = random_change(&mut Rng::with_seed(seed), step, transaction.view().map(View::state_machine));
        if transaction.commit(change).unwrap() == CommitOutcome::Committed {
            return;
        }
    }
    panic!("step {step}: three conflicts");
}

/// Returns everything that a store contains, with all texts.
fn dump(store: &dyn CopyStore) -> String {
    let meta = store.read_meta().unwrap();
    let mut output = format!("{:x?} {meta:?}\n", meta.token_key);
    for (arn, _) in store.state_machines("", None, usize::MAX).unwrap() {
        let transaction = Store::begin_read(store, &arn).unwrap();
        writeln!(output, "{arn}").unwrap();
        dump_view(transaction.view().unwrap(), &mut output).unwrap();
    }
    output
}

fn dump_view(view: &dyn View, output: &mut String) -> Result<()> {
    let mut line = |parts: &[&dyn std::fmt::Debug]| writeln!(output, "  {parts:?}").unwrap();
    let machine = view.state_machine();
    line(&[machine, &machine.version_description_on_create.as_deref()]);
    line(&[&describe_revision(view, RevisionKey::Current)]);
    for version in view.versions(None, usize::MAX)? {
        let revision = describe_revision(view, RevisionKey::Version(version.number));
        line(&[&version, &version.description.as_deref(), &revision]);
    }
    for (name, alias) in view.aliases(None, usize::MAX)? {
        line(&[&name, &alias, &alias.description.as_deref()]);
    }
    for alias in NAMES {
        line(&[&view.documents(alias, "", usize::MAX)?]);
    }
    let mut starts = view.start_counts()?;
    starts.sort_unstable();
    line(&[&starts, &view.unstored_endings()?]);
    for now in [0, 1, 2, 3, 4, i64::MAX].map(Timestamp::from_millis) {
        for (_, listed) in view.executions(now, None, Default::default(), usize::MAX)? {
            let execution = view.execution(&listed.name)?.unwrap();
            let revision = describe_revision(view, RevisionKey::Execution(&listed.name));
            line(&[&execution, &&*execution.input, &describe_endings(&execution), &revision]);
        }
    }
    Ok(())
}

fn describe_revision(view: &dyn View, key: RevisionKey<'_>) -> String {
    let revision = view.revision(key).unwrap().unwrap();
    format!("{revision:?} {}", &*revision.definition)
}

fn describe_endings(execution: &Execution) -> String {
    let previous = execution.redrives.iter().map(|redrive| &redrive.previous);
    let endings = previous.chain(execution.ending.as_deref());
    let texts = endings.map(|ending| {
        let failure = ending.outcome.failure();
        let error = failure.and_then(|failure| failure.error.as_deref());
        format!(
            "{:?} {error:?} {:?}",
            ending.outcome.output().map(|text| &**text),
            failure.and_then(|it| it.cause.as_deref())
        )
    });
    texts.collect()
}

pub fn assert_equal(source: &dyn CopyStore, target: &dyn CopyStore, context: &str) {
    let (expected, found) = (dump(source), dump(target));
    for (expected, found) in expected.lines().zip(found.lines()) {
        assert_eq!(expected, found, "{context}");
    }
    assert_eq!(expected.len(), found.len(), "{context}");
}

/// From each store to each store, and back to the first one.
#[test]
fn copies_have_the_same_contents() {
    for _ in 0..5 {
        let seed = fastrand::u64(..);
        for source in create_stores() {
            let (kind, source) = (source.name, &*source.store);
            fill(source, &mut Rng::with_seed(seed), 60);
            for target in create_stores() {
                let (target_kind, target) = (target.name, &*target.store);
                let context = format!("seed {seed}, {kind} to {target_kind}");
                let report = copy_quietly(source, target).unwrap();
                assert_eq!(report.difference_count, 0, "{context}: {report:?}");
                assert_eq!(report.copied, report.compared, "{context}");
                assert_equal(source, target, &context);
                let back = create_stores().into_iter().find(|back| back.name == kind).unwrap();
                assert_eq!(copy_quietly(target, &*back.store).unwrap(), report, "{context}");
                assert_equal(source, &*back.store, &context);
            }
        }
    }
}

/// A copy can be used as its source: the same changes have the same results. Not on a cluster, whose sequence numbers are times
/// after 2020, because the times here are earlier.
#[test]
fn copies_continue_like_their_source() {
    let seed = fastrand::u64(..);
    let create_stores = || create_stores().into_iter().filter(|store| store.name != "cluster");
    for source in create_stores() {
        let (kind, source) = (source.name, &*source.store);
        fill(source, &mut Rng::with_seed(seed), 60);
        for (index, target) in (1..).zip(create_stores()) {
            let (target_kind, target) = (target.name, &*target.store);
            copy_quietly(source, target).unwrap();
            let mut random = Rng::with_seed(seed.wrapping_add(1));
            // Names of executions contain the step.
            for step in (0..60).map(|step| 100 * index + step) {
                let (arn, seed) = (ARNS[random.usize(0..ARNS.len())], random.u64(..));
                [source, target].into_iter().for_each(|store| change_randomly(store, arn, step, seed));
            }
            assert_equal(source, target, &format!("seed {seed}, {kind} to {target_kind}"));
        }
    }
}

/// Fails at one of the calls that write, before or after it has an effect.
struct Failing<'s> {
    store: &'s dyn CopyStore,
    /// The number of calls until the failure.
    remaining: AtomicU32,
    after_effect: bool,
}

impl Failing<'_> {
    fn attempt<T>(&self, call: impl FnOnce() -> Result<T>) -> Result<T> {
        let failure = Error::StoreUnavailable("injected".to_owned());
        match self.remaining.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |it| it.checked_sub(1)) {
            Ok(1) if self.after_effect => call().and(Err(failure)),
            Ok(1) => Err(failure),
            Ok(_) => call(),
            Err(_) => Err(failure),
        }
    }
}

impl Store for Failing<'_> {
    fn begin_read<'t>(&'t self, arn: &'t str) -> Result<Box<dyn ReadTransaction + 't>> {
        Store::begin_read(self.store, arn)
    }

    fn begin_write<'t>(&'t self, arn: &'t str) -> Result<Box<dyn WriteTransaction + 't>> {
        Store::begin_write(self.store, arn)
    }

    fn state_machines(&self, prefix: &str, after: Option<&str>, limit: usize) -> Result<Vec<NamedStateMachine>> {
        Store::state_machines(self.store, prefix, after, limit)
    }

    fn expired_state_machines(&self, now: Timestamp, limit: usize) -> Result<Vec<String>> {
        Store::expired_state_machines(self.store, now, limit)
    }

    fn begin_batch(&self) -> Result<Box<dyn Session + '_>> {
        self.store.begin_batch()
    }

    fn next_session_number(&self) -> Result<u64> {
        self.store.next_session_number()
    }

    fn token_key(&self) -> [u8; 32] {
        self.store.token_key()
    }
}

impl CopyStore for Failing<'_> {
    fn read_meta(&self) -> Result<StoreMeta> {
        self.store.read_meta()
    }

    fn write_meta(&self, meta: &StoreMeta) -> Result<()> {
        self.attempt(|| self.store.write_meta(meta))
    }

    fn begin_import<'t>(&'t self, arn: &'t str) -> Result<Box<dyn Import + 't>> {
        let import = self.attempt(|| self.store.begin_import(arn))?;
        Ok(Box::new(FailingImport { store: self, import }))
    }
}

struct FailingImport<'t> {
    store: &'t Failing<'t>,
    import: Box<dyn Import + 't>,
}

impl Import for FailingImport<'_> {
    fn put_revision(&mut self, revision: &Revision) -> Result<RevisionNumber> {
        self.store.attempt(|| self.import.put_revision(revision))
    }

    fn put_version(&mut self, version: &Version, revision: RevisionNumber) -> Result<()> {
        self.store.attempt(|| self.import.put_version(version, revision))
    }

    fn put_alias(&mut self, name: &str, alias: &Alias) -> Result<()> {
        self.store.attempt(|| self.import.put_alias(name, alias))
    }

    fn put_document(&mut self, alias: &str, document: &Document) -> Result<()> {
        self.store.attempt(|| self.import.put_document(alias, document))
    }

    fn put_execution(&mut self, sequence: u64, execution: &Execution, revision: RevisionNumber) -> Result<()> {
        self.store.attempt(|| self.import.put_execution(sequence, execution, revision))
    }

    fn put_start_count(&mut self, version: Option<VersionNumber>, count: u64) -> Result<()> {
        self.store.attempt(|| self.import.put_start_count(version, count))
    }

    fn put_unstored_endings(&mut self, counts: &EndedCounts) -> Result<()> {
        self.store.attempt(|| self.import.put_unstored_endings(counts))
    }

    fn finish(self: Box<Self>, state_machine: &StateMachine, current: RevisionNumber) -> Result<()> {
        let Self { store, import } = *self;
        store.attempt(|| import.finish(state_machine, current))
    }
}

/// Interrupts a copy at every call that writes, and continues it.
#[test]
fn an_interrupted_copy_continues() {
    let seed = fastrand::u64(..);
    for source in create_stores() {
        let (kind, source) = (source.name, &*source.store);
        fill(source, &mut Rng::with_seed(seed), 60);
        create(source, "arn:other");
        let targets =
            [false, true].into_iter().flat_map(|after| create_stores().into_iter().map(move |it| (it, after)));
        for (target, after_effect) in targets {
            let (target_kind, target) = (target.name, &*target.store);
            let context = format!("seed {seed}, {kind} to {target_kind}, after effect: {after_effect}");
            let mut interruptions = 0;
            loop {
                // Each attempt gets further than the last one.
                interruptions += 1;
                let failing = Failing { store: target, remaining: interruptions.into(), after_effect };
                match copy_quietly(source, &failing) {
                    Ok(_) => break,
                    Err(error) => assert_eq!(error, Error::StoreUnavailable("injected".to_owned()), "{context}"),
                }
                assert_complete(source, target, &context);
            }
            assert!(interruptions > 5, "{context}");
            assert_equal(source, target, &context);
        }
    }
}

/// Every state machine of the target is complete.
fn assert_complete(source: &dyn CopyStore, target: &dyn CopyStore, context: &str) {
    for (arn, _) in target.state_machines("", None, usize::MAX).unwrap() {
        let [expected, found] = [source, target].map(|store| {
            let mut output = String::new();
            let transaction = Store::begin_read(store, &arn).unwrap();
            dump_view(transaction.view().unwrap(), &mut output).unwrap();
            output
        });
        assert_eq!(expected, found, "{context}");
    }
}

fn commit(store: &dyn CopyStore, arn: &str, change: Change) {
    assert!(Store::begin_write(store, arn).unwrap().commit(Some(change)).is_ok());
}

/// Creates a state machine.
fn create(store: &dyn CopyStore, arn: &str) {
    let mut random = Rng::with_seed(0);
    commit(store, arn, create_change(&mut random));
}

#[test]
fn differences_are_reported() {
    for source in create_stores() {
        let (kind, source) = (source.name, &*source.store);
        ["arn:a", "arn:b", "arn:c"].iter().for_each(|arn| create(source, arn));
        for target in create_stores() {
            let (target_kind, target) = (target.name, &*target.store);
            let context = format!("{kind} to {target_kind}");
            let copied = copy_quietly(source, target).unwrap();
            assert_eq!((copied.copied, copied.compared, copied.difference_count), (3, 3, 0), "{context}");
            commit(target, "arn:a", Change::DeleteStateMachine);
            create(target, "arn:b2");
            commit(target, "arn:c", Change::DeleteAlias("none".into()));
            commit(target, "arn:c", Change::PutTags(Vec::new()));
            commit(target, "arn:c", Change::CountStart { version: None, ending: None });
            let report = copy_quietly(source, target).unwrap();
            let expected = [
                CopyDifference::OnlyInSource("arn:a".to_owned()),
                CopyDifference::OnlyInTarget("arn:b2".to_owned()),
                CopyDifference::Parts("arn:c".to_owned(), vec!["state machine", "counts of executions"]),
            ];
            assert_eq!(report.differences, expected, "{context}");
            assert_eq!((report.copied, report.compared, report.difference_count), (0, 2, 3), "{context}");
        }
    }
}

#[test]
fn a_different_document_is_reported() {
    let route = Route::new(1, 100).unwrap();
    let routing = Routing::new(route, None).unwrap();
    let time = Timestamp::from_millis(0);
    let alias = Alias { description: None, routing, created: time, updated: time, previous: None };
    let put = |key: &str, value: &str| Change::PutDocuments {
        alias: "PROD".into(),
        put: vec![Document { key: key.into(), value: value.into() }],
        delete: Vec::new(),
    };
    for source in create_stores() {
        let (kind, source) = (source.name, &*source.store);
        create(source, "arn:a");
        commit(source, "arn:a", Change::PutAlias { name: "PROD".into(), alias: alias.clone() });
        (0..40).for_each(|number| commit(source, "arn:a", put(&number.to_string(), "1")));
        for target in create_stores() {
            let (target_kind, target) = (target.name, &*target.store);
            let context = format!("{kind} to {target_kind}");
            assert_eq!(copy_quietly(source, target).unwrap().differences, [], "{context}");
            assert_equal(source, target, &context);
            commit(target, "arn:a", put("39", "2"));
            let expected = CopyDifference::Parts("arn:a".to_owned(), vec!["documents of aliases"]);
            let differences = copy_quietly(source, target).unwrap().differences;
            assert_eq!(differences, [expected], "{context}");
        }
    }
}

#[test]
fn a_target_with_other_data_is_refused() {
    for source in create_stores() {
        let (kind, source) = (source.name, &*source.store);
        create(source, "arn:a");
        for target in create_stores() {
            let (target_kind, target) = (target.name, &*target.store);
            create(target, "arn:b");
            let before = dump(target);
            let text = "storage error: the target contains state machines and is not a copy of the source; copy to an empty target";
            let error = copy_quietly(source, target).unwrap_err();
            assert_eq!(error.to_string(), text, "{kind} to {target_kind}");
            assert_eq!(dump(target), before);
        }
        for target in create_stores() {
            let target = &*target.store;
            let meta = StoreMeta { is_incomplete: true, ..target.read_meta().unwrap() };
            target.write_meta(&meta).unwrap();
            let text = "storage error: the target is an incomplete copy of another source; copy to an empty target";
            assert_eq!(copy_quietly(source, target).unwrap_err().to_string(), text);
            let text = "storage error: the source is an incomplete copy; complete it first";
            assert_eq!(copy_quietly(target, source).unwrap_err().to_string(), text);
        }
    }
}

/// Changes of the source during a copy are differences. The copy then remains incomplete.
#[test]
fn changes_of_the_source_are_reported() {
    for source in create_stores() {
        let (kind, source) = (source.name, &*source.store);
        ["arn:a", "arn:b"].iter().for_each(|arn| create(source, arn));
        for target in create_stores() {
            let (target_kind, target) = (target.name, &*target.store);
            let context = format!("{kind} to {target_kind}");
            let has_changed = Cell::new(false);
            let mut change = |progress: CopyProgress| {
                if progress.step == CopyStep::Copying && progress.state_machines == 1 && !has_changed.replace(true) {
                    commit(source, "arn:a", Change::CountStart { version: None, ending: None });
                }
            };
            let report = copy(source, target, &mut change).unwrap();
            let expected = CopyDifference::Parts("arn:a".to_owned(), vec!["counts of executions"]);
            assert_eq!(report.differences, std::slice::from_ref(&expected), "{context}");
            assert!(target.read_meta().unwrap().is_incomplete, "{context}");
            assert_eq!(copy_quietly(source, target).unwrap().differences, [expected], "{context}");
        }
    }
}

#[test]
fn progress_counts_state_machines_and_executions() {
    for source in create_stores() {
        let source = &*source.store;
        ["arn:a", "arn:b"].iter().for_each(|arn| create(source, arn));
        for target in create_stores() {
            let target = &*target.store;
            let mut calls = Vec::new();
            copy(source, target, &mut |progress| calls.push(progress)).unwrap();
            let progress = |step, state_machines| CopyProgress { step, state_machines, total: 2, executions: 0 };
            let steps = [CopyStep::Copying, CopyStep::Comparing];
            let expected: Vec<_> = steps.into_iter().flat_map(|step| [progress(step, 1), progress(step, 2)]).collect();
            assert_eq!(calls, expected);
        }
    }
}
