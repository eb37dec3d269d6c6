//! The stores that can be copied.

use sfn_alias::store::{CopyStore, MemoryStore, SqliteStore};
use sfn_alias_cluster::simulated::SimulatedEngine;
use sfn_alias_cluster::{ClusterStore, StoreOptions};
use std::any::Any;
use std::sync::Arc;

/// An empty store.
pub struct CopyTarget {
    pub name: &'static str,
    pub store: Box<dyn CopyStore>,
    /// Deletes the data when it is dropped.
    _data: Box<dyn Any>,
}

/// Creates a store of each kind.
pub fn create_stores() -> Vec<CopyTarget> {
    let memory = Box::new(MemoryStore::new().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let file = Box::new(SqliteStore::open_copy(&folder.path().join("aliases.db")).unwrap());
    let cluster = ClusterStore::open_copy(Arc::new(SimulatedEngine::new()), StoreOptions::default()).unwrap();
    vec![
        CopyTarget { name: "cluster", store: Box::new(cluster), _data: Box::new(()) },
        CopyTarget { name: "memory", store: memory, _data: Box::new(()) },
        CopyTarget { name: "file", store: file, _data: Box::new(folder) },
    ]
}
