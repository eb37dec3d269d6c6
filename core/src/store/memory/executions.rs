//! The executions of one state machine in memory, and the order of their lists.

use crate::model::{Execution, ExecutionStatus, Revision, Timestamp};
use crate::store::{ExecutionFilter, ExecutionPosition};
use hashbrown::HashMap;
use std::collections::{BTreeSet, BinaryHeap, VecDeque};
use std::ops::Bound;
use std::sync::Arc;

/// Up to this number of executions are sorted for each list. For more, the sorted set is searched.
const FEW: usize = 256;

/// The latest executions, in the order of their starts.
#[derive(Default)]
pub(in crate::store) struct Executions {
    /// The sequence number of the first record, or of the next one if there is none.
    first_sequence: u64,
    records: VecDeque<(Execution, Arc<Revision>)>,
    by_name: HashMap<Box<str>, u64>,
    order: Order,
}

/// The order of lists.
#[derive(Default)]
struct Order {
    /// The executions without an ending, by their last start or redrive.
    open: BTreeSet<ExecutionPosition>,
    /// The executions with an ending, by their stop time, which may lie in the future.
    ending: BTreeSet<ExecutionPosition>,
    /// Those of them that end later than they start, by their last start or redrive.
    delayed: BTreeSet<ExecutionPosition>,
    /// The latest start or redrive.
    latest: Timestamp,
}

impl Order {
    fn insert(&mut self, sequence: u64, execution: &Execution) {
        let started = ExecutionPosition { time: execution.last_started(), sequence };
        self.latest = self.latest.max(started.time);
        let Some(ending) = &execution.ending else {
            self.open.insert(started);
            return;
        };
        self.ending.insert(ExecutionPosition { time: ending.stopped, sequence });
        if ending.stopped > started.time {
            self.delayed.insert(started);
        }
    }

    fn remove(&mut self, sequence: u64, execution: &Execution) {
        let started = ExecutionPosition { time: execution.last_started(), sequence };
        let Some(ending) = &execution.ending else {
            self.open.remove(&started);
            return;
        };
        self.ending.remove(&ExecutionPosition { time: ending.stopped, sequence });
        self.delayed.remove(&started);
    }
}

impl Executions {
    /// Creates an empty list. The next execution gets this sequence number.
    pub fn new(next_sequence: u64) -> Self {
        Self { first_sequence: next_sequence, ..Self::default() }
    }

    /// Adds an execution of a file, in the order of the sequence numbers, which have no gaps.
    #[cfg(feature = "sqlite")]
    pub fn load(&mut self, sequence: u64, execution: Execution, revision: Arc<Revision>) {
        if self.records.is_empty() {
            self.first_sequence = sequence;
        }
        self.put(execution, revision, usize::MAX, |_| ());
    }

    /// Adds an execution and removes the oldest ones above the limit, which `on_remove` receives.
    pub fn put(
        &mut self,
        execution: Execution,
        revision: Arc<Revision>,
        limit: usize,
        mut on_remove: impl FnMut(&Execution),
    ) {
        let sequence = self.first_sequence.saturating_add(self.records.len() as u64);
        self.by_name.insert(execution.name.clone(), sequence);
        self.order.insert(sequence, &execution);
        self.records.push_back((execution, revision));
        while self.records.len() > limit {
            self.remove_first(&mut on_remove);
        }
    }

    fn remove_first(&mut self, on_remove: &mut impl FnMut(&Execution)) {
        if let Some((removed, _)) = self.records.pop_front() {
            on_remove(&removed);
            self.by_name.remove(&removed.name);
            self.order.remove(self.first_sequence, &removed);
        }
        self.first_sequence = self.first_sequence.saturating_add(1);
    }

    /// Changes an execution, if it is stored.
    pub fn update(&mut self, name: &str, change: impl FnOnce(&mut Execution)) {
        let Some(sequence) = self.by_name.get(name).copied() else { return };
        let Some((execution, _)) = self.index(sequence).and_then(|index| self.records.get_mut(index)) else { return };
        self.order.remove(sequence, execution);
        change(execution);
        self.order.insert(sequence, execution);
    }

    fn index(&self, sequence: u64) -> Option<usize> {
        usize::try_from(sequence.checked_sub(self.first_sequence)?).ok()
    }

    pub fn get(&self, name: &str) -> Option<&(Execution, Arc<Revision>)> {
        self.records.get(self.index(*self.by_name.get(name)?)?)
    }

    /// Returns the matching executions before a position in the order of lists, latest first.
    pub fn list(
        &self,
        now: Timestamp,
        before: Option<ExecutionPosition>,
        filter: ExecutionFilter<'_>,
    ) -> impl Iterator<Item = (ExecutionPosition, &Execution)> {
        let end = before.unwrap_or(ExecutionPosition { time: Timestamp::from_millis(i64::MAX), sequence: u64::MAX });
        let last_ended = ExecutionPosition { time: now, sequence: u64::MAX };
        let running = filter.status.is_none_or(|status| status == ExecutionStatus::Running);
        let ended = filter.status != Some(ExecutionStatus::Running);
        let open = self.order.open.range(..end).rev().copied().take_while(move |_| running);
        let pending = self.list_pending(last_ended, end).take_while(move |_| running);
        let ended = self.order.ending.range(..end.min(last_ended)).rev().copied().take_while(move |_| ended);
        let positions = merge_latest_first(merge_latest_first(open, pending), ended);
        let found = positions.filter_map(|position| {
            let (execution, _) = self.records.get(self.index(position.sequence)?)?;
            Some((position, execution))
        });
        found.filter(move |(_, execution)| filter.matches(execution, now))
    }

    /// Returns the executions that were started, redriven or ended at a time or later, or that have an ending in the future.
    pub fn since(&self, time: Timestamp) -> impl Iterator<Item = &Execution> {
        let first = ExecutionPosition { time, sequence: 0 };
        let positions = self.order.open.range(first..).chain(self.order.ending.range(first..));
        positions.filter_map(|position| Some(&self.records.get(self.index(position.sequence)?)?.0))
    }

    /// Returns the executions that end after a time, and that come before a position in the order of running executions.
    fn list_pending(
        &self,
        after: ExecutionPosition,
        end: ExecutionPosition,
    ) -> impl Iterator<Item = ExecutionPosition> {
        let pending = self.order.ending.range((Bound::Excluded(after), Bound::Unbounded));
        // If the clock was set back, executions that ended at once are pending too.
        let are_few = after.time < self.order.latest || pending.clone().nth(FEW).is_none();
        let started = |position: &ExecutionPosition| {
            let (execution, _) = self.records.get(self.index(position.sequence)?)?;
            Some(ExecutionPosition { time: execution.last_started(), ..*position })
        };
        let few = pending.take_while(move |_| are_few).filter_map(started).filter(|position| *position < end);
        let mut few: BinaryHeap<ExecutionPosition> = few.collect();
        let many = self.order.delayed.range(..end).rev().copied().take_while(move |_| !are_few);
        let many = many.filter(move |position| {
            let found = self.index(position.sequence).and_then(|index| self.records.get(index));
            found.is_some_and(|(execution, _)| execution.ending_at(after.time).is_none())
        });
        std::iter::from_fn(move || few.pop()).chain(many)
    }
}

/// Merges two lists that are ordered latest first.
fn merge_latest_first(
    first: impl Iterator<Item = ExecutionPosition>,
    second: impl Iterator<Item = ExecutionPosition>,
) -> impl Iterator<Item = ExecutionPosition> {
    let (mut first, mut second) = (first.peekable(), second.peekable());
    std::iter::from_fn(move || match (first.peek(), second.peek()) {
        (Some(a), Some(b)) if a < b => second.next(),
        (Some(_), _) => first.next(),
        (None, _) => second.next(),
    })
}
