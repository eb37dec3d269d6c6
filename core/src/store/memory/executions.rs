//! The executions of one state machine in memory.

use crate::model::{Execution, Revision, StopDetails};
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

/// The latest executions, in the order of their starts.
#[derive(Default)]
pub(super) struct Executions {
    /// The sequence number of the first record, or of the next one if there is none.
    pub first_sequence: u64,
    pub records: VecDeque<(Execution, Arc<Revision>)>,
    by_name: HashMap<Box<str>, u64>,
}

impl Executions {
    /// Creates an empty list whose next execution gets this sequence number.
    #[cfg(feature = "sqlite")]
    pub fn starting_at(first_sequence: u64) -> Self {
        Self { first_sequence, ..Self::default() }
    }

    /// Adds an execution. Sequence numbers have no gaps.
    #[cfg(feature = "sqlite")]
    pub fn load(&mut self, sequence: u64, execution: Execution, revision: Arc<Revision>) {
        if self.records.is_empty() {
            self.first_sequence = sequence;
        }
        self.by_name.insert(execution.name.clone(), sequence);
        self.records.push_back((execution, revision));
    }

    /// Adds an execution and removes the oldest ones above the limit.
    pub fn put(&mut self, execution: Execution, revision: Arc<Revision>, limit: usize) {
        let sequence = self.first_sequence.saturating_add(self.records.len() as u64);
        self.by_name.insert(execution.name.clone(), sequence);
        self.records.push_back((execution, revision));
        while self.records.len() > limit {
            self.first_sequence = self.first_sequence.saturating_add(1);
            if let Some((removed, _)) = self.records.pop_front() {
                self.by_name.remove(&removed.name);
            }
        }
    }

    fn index(&self, name: &str) -> Option<usize> {
        self.by_name.get(name).and_then(|sequence| usize::try_from(sequence.checked_sub(self.first_sequence)?).ok())
    }

    pub fn get(&self, name: &str) -> Option<&(Execution, Arc<Revision>)> {
        self.records.get(self.index(name)?)
    }

    pub fn stop(&mut self, name: &str, details: StopDetails) {
        if let Some((execution, _)) = self.index(name).and_then(|index| self.records.get_mut(index)) {
            execution.stop_details = Some(Box::new(details));
        }
    }
}
