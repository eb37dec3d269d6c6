//! The stores of this crate.
#![allow(dead_code, reason = "each test binary uses a part of this")]

use sfn_alias::store::{MemoryStore, Store};
use sfn_alias::{Options, StepFunctions};
use std::sync::OnceLock;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoreKind {
    Memory,
    #[cfg(feature = "sqlite")]
    File,
    /// A file that the process locks exclusively.
    #[cfg(feature = "sqlite")]
    ExclusiveFile,
}

impl StoreKind {
    /// Every kind. Tests of one store use the first one.
    pub const ALL: &[Self] = &[
        Self::Memory,
        #[cfg(feature = "sqlite")]
        Self::File,
        #[cfg(feature = "sqlite")]
        Self::ExclusiveFile,
    ];

    /// Whether page tokens are those of memory: a position in a list has the same number in all stores of this crate.
    pub const HAS_TOKENS_OF_MEMORY: bool = true;

    /// Whether all endings of executions that are not stored are counted in their order, which decides when there are too many
    /// series.
    pub const COUNTS_IN_ORDER: bool = true;

    /// Whether no transaction has an outdated view, so that commits have no conflicts with changes of the same thread.
    pub const HAS_CURRENT_VIEWS: bool = true;

    /// Returns whether the data can be opened again while it is open.
    pub fn is_shared(self) -> bool {
        match self {
            Self::Memory => true,
            #[cfg(feature = "sqlite")]
            Self::File => true,
            #[cfg(feature = "sqlite")]
            Self::ExclusiveFile => false,
        }
    }

    /// Returns the number of random changes that a test applies and compares.
    pub fn random_changes() -> u32 {
        3000
    }

    /// Returns whether the data remains when the store is closed.
    pub fn is_durable(self) -> bool {
        self != Self::Memory
    }
}

/// The place of a store's data. The data is deleted with it.
pub struct Storage {
    kind: StoreKind,
    /// The service in memory, which cannot be opened again.
    memory: OnceLock<StepFunctions>,
    #[cfg(feature = "sqlite")]
    folder: tempfile::TempDir,
}

impl Storage {
    pub fn new(kind: StoreKind) -> Self {
        Self {
            kind,
            memory: OnceLock::new(),
            #[cfg(feature = "sqlite")]
            folder: tempfile::tempdir().unwrap(),
        }
    }

    /// Opens a store. In memory, it is a new one.
    pub fn open_store(&self) -> Box<dyn Store> {
        #[cfg(feature = "sqlite")]
        let path = self.folder.path().join("aliases.db");
        match self.kind {
            StoreKind::Memory => Box::new(MemoryStore::new().unwrap()),
            #[cfg(feature = "sqlite")]
            StoreKind::File => Box::new(sfn_alias::store::SqliteStore::open(&path).unwrap()),
            #[cfg(feature = "sqlite")]
            StoreKind::ExclusiveFile => Box::new(sfn_alias::store::CachedStore::open(&path).unwrap()),
        }
    }

    /// Opens a service. The data is that of the last one. In memory, it is the same service.
    pub fn open(&self, options: Options) -> StepFunctions {
        let open = |options| StepFunctions::with_store(self.open_store(), options).unwrap();
        match self.kind {
            StoreKind::Memory => self.memory.get_or_init(|| open(options)).clone(),
            #[cfg(feature = "sqlite")]
            StoreKind::File | StoreKind::ExclusiveFile => open(options),
        }
    }
}
