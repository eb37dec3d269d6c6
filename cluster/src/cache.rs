//! What a process remembers: state machines, which may be outdated, and revisions, which never change.

use crate::key::Id;
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

fn length(text: &str) -> u64 {
    u64::try_from(text.len()).unwrap_or(u64::MAX)
}

/// Caches that remove what was not used for long.
#[derive(Debug)]
pub(crate) struct Cache {
    state_machines: QuickCache<Arc<str>, Arc<Loaded>, BySize>,
    revisions: QuickCache<(Id, u64), Arc<Revision>, BySize>,
}

impl Cache {
    /// Creates caches of up to a number of bytes each.
    pub fn new(bytes: u64) -> Self {
        Self {
            state_machines: QuickCache::with_weighter(ESTIMATED_ITEMS, bytes, BySize),
            revisions: QuickCache::with_weighter(ESTIMATED_ITEMS, bytes, BySize),
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

    /// Returns the number of bytes in both caches.
    pub fn bytes(&self) -> u64 {
        self.state_machines.weight().saturating_add(self.revisions.weight())
    }
}
