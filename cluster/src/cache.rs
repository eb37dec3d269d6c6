//! The caches of a process: state machines and executions, which may be outdated, and revisions, which never change.

use crate::key::Id;
use crate::read_execution::ReadExecution;
use crate::state_machine::Loaded;
use quick_cache::Weighter;
use quick_cache::sync::Cache as QuickCache;
use sfn_alias::model::Revision;
use std::sync::Arc;

/// Approximate number of bytes of an entry besides its texts.
const OVERHEAD: u64 = 256;
/// Estimated number of entries for the structures of a cache.
const ESTIMATED_ITEMS: usize = 1024;

#[derive(Debug, Clone)]
struct BySize;

impl Weighter<Arc<str>, Arc<Loaded>> for BySize {
    fn weight(&self, arn: &Arc<str>, loaded: &Arc<Loaded>) -> u64 {
        loaded.size().saturating_add(length(arn))
    }
}

impl Weighter<(Id, u64), Arc<Revision>> for BySize {
    fn weight(&self, _: &(Id, u64), revision: &Arc<Revision>) -> u64 {
        let Revision { definition, role_arn, logging, tracing, encryption, .. } = &**revision;
        let texts = [&**definition, &**role_arn, &**logging, &**tracing, &**encryption];
        texts.into_iter().map(length).fold(OVERHEAD, u64::saturating_add)
    }
}

impl Weighter<Vec<u8>, Arc<ReadExecution>> for BySize {
    fn weight(&self, key: &Vec<u8>, read: &Arc<ReadExecution>) -> u64 {
        let execution = &read.stored.execution;
        let ending =
            execution.ending.as_deref().into_iter().chain(execution.redrives.iter().map(|redrive| &redrive.previous));
        let texts = ending.flat_map(|ending| {
            let failure = ending.outcome.failure();
            let failure = failure.into_iter().flat_map(|failure| [&failure.error, &failure.cause]);
            ending.outcome.output().into_iter().chain(failure.flatten()).map(|text| length(text))
        });
        let key = u64::try_from(key.len()).unwrap_or(u64::MAX);
        texts.chain([key, length(&execution.input)]).fold(OVERHEAD, u64::saturating_add)
    }
}

fn length(text: &str) -> u64 {
    u64::try_from(text.len()).unwrap_or(u64::MAX)
}

/// Caches that remove what was not used for long.
#[derive(Debug)]
pub(crate) struct Cache {
    state_machines: QuickCache<Arc<str>, Arc<Loaded>, BySize>,
    revisions: QuickCache<(Id, u64), Arc<Revision>, BySize>,
    executions: QuickCache<Vec<u8>, Arc<ReadExecution>, BySize>,
}

impl Cache {
    /// Creates caches of up to a number of bytes each.
    pub fn new(bytes: u64) -> Self {
        Self {
            state_machines: QuickCache::with_weighter(ESTIMATED_ITEMS, bytes, BySize),
            revisions: QuickCache::with_weighter(ESTIMATED_ITEMS, bytes, BySize),
            executions: QuickCache::with_weighter(ESTIMATED_ITEMS, bytes, BySize),
        }
    }

    /// Returns a state machine, which may have changed since.
    pub fn state_machine(&self, arn: &str) -> Option<Arc<Loaded>> {
        self.state_machines.get(arn)
    }

    pub fn put_state_machine(&self, arn: &str, loaded: Arc<Loaded>) {
        self.state_machines.insert(arn.into(), loaded);
    }

    pub fn remove_state_machine(&self, arn: &str) {
        self.state_machines.remove(arn);
    }

    pub fn revision(&self, id: Id, number: u64) -> Option<Arc<Revision>> {
        self.revisions.get(&(id, number))
    }

    pub fn put_revision(&self, id: Id, number: u64, revision: Arc<Revision>) {
        self.revisions.insert((id, number), revision);
    }

    /// Returns an execution by the key of its record. It may have changed since.
    pub fn execution(&self, key: &[u8]) -> Option<Arc<ReadExecution>> {
        self.executions.get(key)
    }

    /// Stores an execution, or removes it if it is not stored any more.
    pub fn put_execution(&self, key: &[u8], read: Option<Arc<ReadExecution>>) {
        match read {
            Some(read) => self.executions.insert(key.to_vec(), read),
            None => drop(self.executions.remove(key)),
        }
    }

    /// Returns the number of bytes in all caches.
    pub fn bytes(&self) -> u64 {
        let weights = [self.state_machines.weight(), self.revisions.weight(), self.executions.weight()];
        weights.into_iter().fold(0, u64::saturating_add)
    }
}
