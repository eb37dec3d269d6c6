//! A store on an engine of its own, or under a prefix of the etcd in the environment variable `STORE`.

use sfn_alias::store::Store;
use sfn_alias::{Options, Result, StepFunctions, Timestamp};
use sfn_alias_cluster::engine::Engine;
use sfn_alias_cluster::etcd::{EtcdEngine, EtcdOptions, EtcdUrl};
use sfn_alias_cluster::simulated::SimulatedEngine;
use sfn_alias_cluster::{ClusterStore, StoreOptions};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

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

    /// Every change is followed by hundreds of reads, which take longer across a network.
    pub fn random_changes() -> u32 {
        if std::env::var_os(STORE).is_some() { 330 } else { 3000 }
    }

    /// Returns whether the data can be opened again while it is open.
    pub fn is_shared(self) -> bool {
        true
    }

    pub fn is_durable(self) -> bool {
        true
    }
}

/// The place of a store's data.
pub enum Storage {
    Simulated(SimulatedEngine),
    /// A URL with a prefix that no other place has.
    Etcd(EtcdUrl),
}

impl Storage {
    pub fn new(_: StoreKind) -> Self {
        std::env::var(STORE).map_or_else(|_| Self::Simulated(SimulatedEngine::new()), |url| Self::on_etcd(&url))
    }

    /// Returns a new place in an etcd cluster.
    pub fn on_etcd(url: &str) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        Self::Etcd(EtcdUrl::parse(&format!("{url}test-{number}")).unwrap())
    }

    pub fn open_engine(&self) -> Arc<dyn Engine> {
        match self {
            Self::Simulated(engine) => Arc::new(engine.clone()),
            Self::Etcd(url) => Arc::new(EtcdEngine::connect(EtcdOptions::new(url.clone())).unwrap()),
        }
    }

    /// Opens a store with a cache and connections of its own.
    pub fn try_open_store(&self) -> Result<ClusterStore> {
        ClusterStore::open(self.open_engine(), StoreOptions::default())
    }

    /// Deletes the records that nothing refers to. No request may run that began before they were released.
    pub fn sweep(&self) {
        self.open_sweeper().maintain(Timestamp::now()).unwrap();
    }

    /// Opens a store whose maintenance does not wait for requests.
    pub fn open_sweeper(&self) -> ClusterStore {
        let options = StoreOptions { garbage_age: Duration::ZERO, ..StoreOptions::default() };
        ClusterStore::open(self.open_engine(), options).unwrap()
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
        if let Self::Simulated(engine) = self {
            assert_eq!(engine.violations(), [""; 0]);
        }
    }
}
