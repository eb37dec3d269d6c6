//! Scenarios with the store.

use crate::scenario::{Size, TestedStore, run};
use sfn_alias::model::Timestamp;
use sfn_alias::store::MemoryStore;
use std::sync::Arc;
use std::time::Instant;

impl TestedStore for MemoryStore {
    fn maintain(&self, _now: Timestamp) -> sfn_alias::Result<()> {
        Ok(())
    }
}

#[test]
fn scenarios_accept_a_store_in_memory() {
    let begin = Instant::now();
    for seed in 0..1000 {
        let size = Size { stores: 1, operations: 40 };
        run(seed, size, &|_, _| Arc::new(MemoryStore::new().unwrap()), &|engine| engine)
            .unwrap_or_else(|error| panic!("seed {seed}: {error}"));
    }
    eprintln!("{:?}", begin.elapsed());
}
