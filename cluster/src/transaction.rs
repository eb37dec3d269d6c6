//! Transactions on one state machine.
//!
//! Both decide on what is cached. A read is proven current by its own reads, which include the generation of the head, or by one
//! at its end. A write is proven by its commit: by guards if it changes something, and otherwise by a read.

use crate::commits::{CommitResult, Rejection};
use crate::engine::{Found, Generation, Read};
use crate::key::{self, Id};
use crate::plan::{After, Plan, plan_change, plan_create, plan_delete, plan_delete_at_once};
use crate::plan_execution::ExecutionPlanner;
use crate::read_execution::ReadExecution;
use crate::retention::delete_oldest;
use crate::shared::Shared;
use crate::state_machine::{Loaded, first_record, missing_result};
use crate::view::{Access, ClusterView};
use parking_lot::MutexGuard;
use sfn_alias::model::{Execution, UnstoredEnding};
use sfn_alias::store::{Change, CommitOutcome, ReadTransaction, View, WriteTransaction};
use sfn_alias::{Error, Result, Timestamp};
use std::cell::Cell;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The longest pause after a conflict with another process, in milliseconds.
const MAX_CONFLICT_PAUSE: u64 = 10;

thread_local! {
    /// Whether the last commit of this thread had a conflict. Then its next transaction waits for other changes of this
    /// process before it reads, so that it succeeds.
    static HAD_CONFLICT: Cell<bool> = const { Cell::new(false) };
}

/// A read transaction.
pub(crate) struct ClusterRead<'t>(Option<ClusterView<'t>>);

impl<'t> ClusterRead<'t> {
    pub fn begin(shared: &'t Shared, arn: &'t str) -> Result<Self> {
        let deadline = shared.attempts.deadline();
        let cached = shared.cache.state_machine(arn);
        let is_cached = cached.is_some();
        let loaded = cached.map_or_else(|| shared.load(arn, deadline), |cached| Ok(Some(cached)))?;
        let view = loaded.map(|loaded| ClusterView::new(shared, arn, loaded, Access::Read, deadline));
        view.iter().filter(|_| !is_cached).for_each(ClusterView::set_current);
        Ok(Self(view))
    }

    /// Begins to read a state machine completely.
    pub fn begin_export(shared: &'t Shared, arn: &'t str) -> Result<Self> {
        let loaded = shared.read_current(arn, shared.attempts.deadline())?;
        Ok(Self(loaded.map(|loaded| ClusterView::for_export(shared, arn, loaded))))
    }
}

impl ReadTransaction for ClusterRead<'_> {
    fn view(&self) -> Option<&dyn View> {
        self.0.as_ref().map(|view| view as &dyn View)
    }

    fn check_current(&self) -> Result<CommitOutcome> {
        // A state machine that is not stored is not cached: that was read in this transaction.
        let Some(view) = &self.0 else { return Ok(CommitOutcome::Committed) };
        if view.check_current()? {
            return Ok(CommitOutcome::Committed);
        }
        view.forget();
        Ok(CommitOutcome::Conflict)
    }
}

/// A write transaction.
pub(crate) struct ClusterWrite<'t> {
    shared: &'t Shared,
    arn: &'t str,
    view: Option<ClusterView<'t>>,
    /// Whether the state machine was read in this transaction.
    is_current: bool,
    deadline: Instant,
    lock: Option<MutexGuard<'t, ()>>,
}

impl<'t> ClusterWrite<'t> {
    pub fn begin(shared: &'t Shared, arn: &'t str) -> Result<Self> {
        let deadline = shared.attempts.deadline();
        let lock = if HAD_CONFLICT.take() { Some(lock(shared, arn, deadline)?) } else { None };
        let cached = shared.cache.state_machine(arn);
        let is_current = cached.is_none();
        let loaded = cached.map_or_else(|| shared.load(arn, deadline), |cached| Ok(Some(cached)))?;
        let view = loaded.map(|loaded| ClusterView::new(shared, arn, loaded, Access::Write, deadline));
        Ok(Self { shared, arn, view, is_current, deadline, lock })
    }

    fn loaded(&self) -> Option<&Arc<Loaded>> {
        self.view.as_ref().map(|view| &view.loaded)
    }

    /// Checks that nothing has changed that the decision depends on.
    fn prove(&self) -> Result<CommitOutcome> {
        let executions = self.view.as_ref().map(ClusterView::assumed_executions).unwrap_or_default();
        let has_read_documents = self.view.as_ref().is_some_and(ClusterView::has_read_documents);
        if self.is_current && executions.is_empty() && !has_read_documents {
            return Ok(CommitOutcome::Committed);
        }
        let mut reads = vec![Read::Generation(key::head(self.arn))];
        reads.extend(executions.iter().map(|(key, _)| Read::Key(key.clone())));
        let found = self.shared.attempts.read(&reads, self.deadline)?;
        let [head, found_executions @ ..] = &*found else { return Err(missing_result()) };
        let mut outcome = CommitOutcome::Committed;
        if first_record(head)?.map(|record| record.generation) != self.loaded().map(|loaded| loaded.generation) {
            self.shared.cache.remove_state_machine(self.arn);
            outcome = CommitOutcome::Conflict;
        }
        for ((key, assumed), found) in executions.iter().zip(found_executions) {
            if first_record(found)?.map(|record| record.generation) != *assumed {
                self.shared.cache.put_execution(key, ReadExecution::parse(found)?);
                outcome = CommitOutcome::Conflict;
            }
        }
        Ok(outcome)
    }

    /// Commits a change of the state machine itself. Waits for other changes of this process.
    fn commit_state_machine(mut self, change: Change) -> Result<CommitOutcome> {
        if self.lock.is_none() {
            self.lock = Some(lock(self.shared, self.arn, self.deadline)?);
            let cached = self.shared.cache.state_machine(self.arn);
            if cached.is_some_and(|cached| self.loaded().is_none_or(|loaded| loaded.generation != cached.generation)) {
                HAD_CONFLICT.set(true);
                return Ok(CommitOutcome::Conflict);
            }
        }
        let tag = self.shared.numbers.next_tag();
        let is_deletion = matches!(change, Change::DeleteStateMachine);
        let plan = match (change, self.loaded()) {
            (Change::CreateStateMachine { state_machine, revision, version }, stored) => {
                let content = (*state_machine, &revision, version);
                plan_create(self.arn, stored.map(|stored| &**stored), content, (Id(fastrand::u64(..)), tag))?
            }
            (Change::DeleteStateMachine, Some(stored)) => plan_delete(self.arn, stored, tag)?,
            (Change::DeleteStateMachine, None) => return self.prove(),
            (change, Some(stored)) => plan_change(self.arn, stored, change, tag)?,
            (_, None) => return Err(not_stored(self.arn)),
        };
        let outcome = match (self.try_run(plan)?, self.loaded()) {
            (Ok(outcome), _) => outcome,
            // A full engine accepts nothing else.
            (Err(_), Some(stored)) if is_deletion => self.run(plan_delete_at_once(self.arn, stored, tag)?)?,
            (Err(Rejection(reason)), _) => return Err(Error::StoreUnavailable(reason)),
        };
        if outcome == CommitOutcome::Conflict {
            HAD_CONFLICT.set(true);
            drop(self.lock.take());
            self.shared.attempts.options.timer.sleep(Duration::from_millis(fastrand::u64(1..=MAX_CONFLICT_PAUSE)));
        }
        Ok(outcome)
    }

    /// Commits a change of an execution, which does not wait for other ones.
    fn commit_execution(self, change: Change) -> Result<CommitOutcome> {
        let view = self.view.as_ref().ok_or_else(|| not_stored(self.arn))?;
        let tag = self.shared.numbers.next_tag();
        let planner = ExecutionPlanner { arn: self.arn, loaded: &view.loaded, tag };
        let plan = match change {
            Change::PutExecution { execution, limit } => return self.start(&planner, *execution, limit),
            Change::CountStart { version, ending } => {
                let sequence = self.shared.numbers.next_sequence(Timestamp::now());
                planner.plan_count(version, ending.as_ref(), sequence)?
            }
            Change::EndExecution { name, ending } => match view.read_existing(&name)? {
                Some(read) => planner.plan_ending(&read, ending)?,
                None => return self.prove(),
            },
            Change::RedriveExecution { name, redrive, ending } => match view.read_existing(&name)? {
                Some(read) => planner.plan_redrive(&read, redrive, ending)?,
                None => return self.prove(),
            },
            _ => return Err(Error::Internal("the change is not a change of an execution".to_owned())),
        };
        self.run(plan)
    }

    fn start(&self, planner: &ExecutionPlanner<'_>, execution: Execution, limit: usize) -> Result<CommitOutcome> {
        let sequence = self.shared.numbers.next_sequence(execution.started);
        let plan = match limit {
            0 => planner.plan_count(execution.version, unstored_ending(&execution).as_ref(), sequence)?,
            _ => planner.plan_start(execution, sequence)?,
        };
        let outcome = self.run(plan)?;
        let id = planner.loaded.id;
        if outcome == CommitOutcome::Committed && self.shared.retention.count_start(id, limit) {
            // The execution has started. After an error, which the maintenance reports, later starts delete more.
            match delete_oldest(self.shared, id, limit, self.deadline) {
                Ok(mut released) => {
                    released.retain(|revision| !planner.loaded.has_revision(*revision));
                    self.release(id, released);
                }
                Err(error) => self.shared.retention.set_error(error),
            }
        }
        Ok(outcome)
    }

    fn run(&self, plan: Plan) -> Result<CommitOutcome> {
        self.try_run(plan)?.map_err(|Rejection(reason)| Error::StoreUnavailable(reason))
    }

    fn try_run(&self, plan: Plan) -> Result<std::result::Result<CommitOutcome, Rejection>> {
        self.check_size(&plan)?;
        let result = self.shared.attempts.try_commit(&plan.commit, &plan.own, self.deadline);
        let result = match result.inspect_err(|_| self.forget(&plan))? {
            Ok(result) => result,
            Err(rejection) => return Ok(Err(rejection)),
        };
        match result {
            CommitResult::Applied(Some(generation)) => self.cache_written(plan, generation),
            CommitResult::Applied(None) => self.forget(&plan),
            CommitResult::Conflict(None) => {
                self.forget(&plan);
                return Ok(Ok(CommitOutcome::Conflict));
            }
            CommitResult::Conflict(Some(found)) => {
                self.cache_found(&plan, &found)?;
                return Ok(Ok(CommitOutcome::Conflict));
            }
        }
        Ok(Ok(CommitOutcome::Committed))
    }

    /// Checks that the engine accepts the size of a commit, which it would otherwise reject each time.
    fn check_size(&self, plan: &Plan) -> Result<()> {
        let (size, limit) = (plan.commit.size(), self.shared.attempts.engine.limits().commit_bytes);
        match size > limit {
            true => {
                Err(Error::Store(format!("a change of `{}` has {size} bytes; the store accepts {limit}", self.arn)))
            }
            false => Ok(()),
        }
    }

    /// Removes what a commit has changed from the cache.
    fn forget(&self, plan: &Plan) {
        self.shared.cache.remove_state_machine(self.arn);
        if let Some((key, ..)) = &plan.execution {
            self.shared.cache.put_execution(key, None);
        }
    }

    fn cache_written(&self, plan: Plan, generation: Generation) {
        let cache = &self.shared.cache;
        match plan.after {
            After::Unchanged => {}
            After::Changed(loaded) => {
                let id = loaded.id;
                self.shared.cache_changed(self.arn, *loaded, generation);
                self.release(id, plan.released_revisions);
            }
            After::Deleted => cache.remove_state_machine(self.arn),
        }
        if let Some((key, stored, tags)) = plan.execution {
            cache.put_execution(&key, Some(Arc::new(ReadExecution { generation, stored, tags })));
        }
    }

    /// Stores what was found instead of the guards of a commit.
    fn cache_found(&self, plan: &Plan, found: &[Found]) -> Result<()> {
        let Some(loaded) = self.loaded() else {
            self.forget(plan);
            return Ok(());
        };
        if !matches!(plan.after, After::Unchanged) {
            return self.shared.cache_found(self.arn, found, loaded.id).map(drop);
        }
        let [head, execution @ ..] = found else { return Err(missing_result()) };
        if first_record(head)?.map(|head| head.generation) != Some(loaded.generation) {
            self.shared.cache.remove_state_machine(self.arn);
        }
        if let (Some((key, ..)), Some(found)) = (&plan.execution, execution.first()) {
            self.shared.cache.put_execution(key, ReadExecution::parse(found)?);
        }
        Ok(())
    }

    /// Records revisions that may have no reference any more.
    fn release(&self, id: Id, revisions: impl IntoIterator<Item = u64>) {
        self.shared.garbage.add(&self.arn.into(), id, revisions, self.shared.attempts.now());
    }
}

fn lock<'t>(shared: &'t Shared, arn: &str, deadline: Instant) -> Result<MutexGuard<'t, ()>> {
    let busy = || Error::StoreUnavailable(format!("other changes of `{arn}` take too long"));
    shared.lock_of(arn)?.try_lock_until(deadline).ok_or_else(busy)
}

fn not_stored(arn: &str) -> Error {
    Error::Store(format!("cannot change `{arn}`: the state machine is not stored"))
}

/// Returns how an execution ends that is not stored.
fn unstored_ending(execution: &Execution) -> Option<UnstoredEnding> {
    let ending = execution.ending.as_deref()?;
    Some(UnstoredEnding {
        alias: execution.alias.clone(),
        status: ending.outcome.status(),
        duration: ending.stopped.duration_since(execution.started).unwrap_or_default(),
    })
}

impl ReadTransaction for ClusterWrite<'_> {
    fn view(&self) -> Option<&dyn View> {
        self.view.as_ref().map(|view| view as &dyn View)
    }
}

impl WriteTransaction for ClusterWrite<'_> {
    fn commit(self: Box<Self>, change: Option<Change>) -> Result<CommitOutcome> {
        match change {
            None => self.prove(),
            Some(
                change @ (Change::PutExecution { .. }
                | Change::CountStart { .. }
                | Change::EndExecution { .. }
                | Change::RedriveExecution { .. }),
            ) => self.commit_execution(change),
            Some(change) => self.commit_state_machine(change),
        }
    }
}
