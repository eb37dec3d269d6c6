//! The executions of one state machine in memory.

use crate::model::{Execution, Revision, Stopped};
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

/// The latest executions, in the order of their starts.
#[derive(Default)]
pub(super) struct Executions {
    /// The sequence number of the first in `kept`.
    pub first: u64,
    pub kept: VecDeque<(Execution, Arc<Revision>)>,
    by_name: HashMap<Box<str>, u64>,
}

impl Executions {
    /// None kept, and the number that the next one will have.
    #[cfg(feature = "sqlite")]
    pub fn beginning_at(first: u64) -> Self {
        Self { first, ..Self::default() }
    }

    /// Numbers come without a gap.
    #[cfg(feature = "sqlite")]
    pub fn load(&mut self, sequence: u64, execution: Execution, revision: Arc<Revision>) {
        if self.kept.is_empty() {
            self.first = sequence;
        }
        self.by_name.insert(execution.name.clone(), sequence);
        self.kept.push_back((execution, revision));
    }

    pub fn put(&mut self, execution: Execution, revision: Arc<Revision>, keep: usize) {
        let number = self.first.saturating_add(self.kept.len() as u64);
        self.by_name.insert(execution.name.clone(), number);
        self.kept.push_back((execution, revision));
        while self.kept.len() > keep {
            self.first = self.first.saturating_add(1);
            if let Some((dropped, _)) = self.kept.pop_front() {
                self.by_name.remove(&dropped.name);
            }
        }
    }

    fn index(&self, name: &str) -> Option<usize> {
        self.by_name.get(name).and_then(|number| usize::try_from(number.checked_sub(self.first)?).ok())
    }

    pub fn get(&self, name: &str) -> Option<&(Execution, Arc<Revision>)> {
        self.kept.get(self.index(name)?)
    }

    pub fn stop(&mut self, name: &str, stopped: Stopped) {
        if let Some((execution, _)) = self.index(name).and_then(|index| self.kept.get_mut(index)) {
            execution.stopped = Some(Box::new(stopped));
        }
    }
}
