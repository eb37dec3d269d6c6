//! A store on an engine of its own, or under a prefix of the etcd in the environment variable `STORE`.

use sfn_alias::store::Store;
use sfn_alias::{Options, Result, StepFunctions};
use sfn_alias_cluster::engine::Engine;
use sfn_alias_cluster::simulated::SimulatedEngine;
use sfn_alias_cluster::{ClusterStore, StoreOptions};
use std::sync::Arc;

/// The environment variable with the URL of an etcd cluster for tests.
pub const STORE: &str = "STORE";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoreKind {
    Cluster,
}

impl StoreKind {
    pub const ALL: &[Self] = &[Self::Cluster];

    /// Numbers of executions come from a clock, so that several stores need no counter.
    pub const HAS_TOKENS_OF_MEMORY: bool = false;

    /// Endings of synchronous executions are counted after those of deleted executions.
    pub const COUNTS_IN_ORDER: bool = false;

    /// Views come from a cache; a commit has a conflict if they are outdated.
    pub const HAS_CURRENT_VIEWS: bool = false;

    pub fn is_durable(self) -> bool {
        true
    }
}

/// The place of a store's data.
pub enum Storage {
    Simulated(SimulatedEngine),
}

impl Storage {
    pub fn new(_: StoreKind) -> Self {
        Self::Simulated(SimulatedEngine::new())
    }

    pub fn open_engine(&self) -> Arc<dyn Engine> {
        match self {
            Self::Simulated(engine) => Arc::new(engine.clone()),
        }
    }

    /// Opens a store with a cache of its own.
    pub fn try_open_store(&self) -> Result<ClusterStore> {
        ClusterStore::open(self.open_engine(), StoreOptions::default())
    }

    pub fn open_store(&self) -> Box<dyn Store> {
        Box::new(self.try_open_store().unwrap())
    }

    /// Opens a service with a cache of its own. The data is that of the last one.
    pub fn open(&self, options: Options) -> StepFunctions {
        StepFunctions::with_store(self.open_store(), options).unwrap()
    }
}

/// The store makes no call that an engine would refuse.
impl Drop for Storage {
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        match self {
            Self::Simulated(engine) => assert_eq!(engine.violations(), [""; 0]),
        }
    }
}
