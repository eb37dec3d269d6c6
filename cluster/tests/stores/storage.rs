//! A store on an engine of its own, or in a part of the etcd in the environment variable `STORE`.

use sfn_alias::store::{MemoryStore, Store};
use sfn_alias::{Options, StepFunctions};
use std::sync::OnceLock;

/// The environment variable with the URL of an etcd cluster for tests.
pub const STORE: &str = "STORE";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoreKind {
    Cluster,
}

impl StoreKind {
    pub const ALL: &[Self] = &[Self::Cluster];

    pub fn is_durable(self) -> bool {
        false
    }
}

pub struct Storage {
    memory: OnceLock<StepFunctions>,
}

impl Storage {
    pub fn new(_: StoreKind) -> Self {
        Self { memory: OnceLock::new() }
    }

    pub fn open_store(&self) -> Box<dyn Store> {
        Box::new(MemoryStore::new().unwrap())
    }

    pub fn open(&self, options: Options) -> StepFunctions {
        self.memory.get_or_init(|| StepFunctions::with_store(self.open_store(), options).unwrap()).clone()
    }
}
