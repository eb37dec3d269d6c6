//! The stores that can be copied.

use sfn_alias::store::{CopyStore, MemoryStore};
use std::any::Any;

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
    vec![
        CopyTarget { name: "memory", store: memory, _data: Box::new(()) },
        #[cfg(feature = "sqlite")]
        create_file(),
    ]
}

#[cfg(feature = "sqlite")]
fn create_file() -> CopyTarget {
    let folder = tempfile::tempdir().unwrap();
    let file = sfn_alias::store::SqliteStore::open_copy(&folder.path().join("aliases.db")).unwrap();
    CopyTarget { name: "file", store: Box::new(file), _data: Box::new(folder) }
}
