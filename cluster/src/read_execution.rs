//! A record of an execution as it was read.

use crate::engine::{Found, Generation};
use crate::record::{ExecutionTags, StoredExecution};
use crate::state_machine::first_record;
use sfn_alias::Result;
use std::sync::Arc;

/// A record of an execution as it was read.
#[derive(Debug, Clone)]
pub(crate) struct ReadExecution {
    pub generation: Generation,
    pub stored: StoredExecution,
    pub tags: ExecutionTags,
}

impl ReadExecution {
    /// Parses what a read of a key found.
    pub fn parse(found: &Found) -> Result<Option<Arc<Self>>> {
        let Some(record) = first_record(found)? else { return Ok(None) };
        let (stored, tags) = StoredExecution::parse(&record.key, &record.value)?;
        Ok(Some(Arc::new(Self { generation: record.generation, stored, tags })))
    }
}
