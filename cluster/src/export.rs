//! Reads all executions of a state machine, for a copy.

use crate::engine::{Found, Read, Record};
use crate::key::{self, Id, Kind};
use crate::record::{StoredExecution, invalid_key};
use crate::shared::Shared;
use crate::state_machine::{first_record, missing_result, records};
use sfn_alias::Result;
use sfn_alias::store::ExportedExecution;
use std::borrow::Cow;

/// Names that are read at once.
const NAMES: usize = 10_000;
/// Executions that are read at once. Each may have an input and an output of 256 KiB.
const EXECUTIONS: usize = 16;

/// Reads executions. Each read has a deadline of its own, because all of them may take longer than a request.
pub(crate) struct Exporter<'t> {
    pub shared: &'t Shared,
    pub id: Id,
}

impl Exporter<'_> {
    /// Calls `visit` with each execution, the last start first.
    pub fn export(&self, visit: &mut dyn FnMut(ExportedExecution<'_>) -> Result<()>) -> Result<()> {
        let mut names = self.read_names()?;
        names.reverse();
        for chunk in names.chunks(EXECUTIONS) {
            let reads: Vec<_> = chunk.iter().map(|name| Read::Key(Kind::Execution.key(self.id, name))).collect();
            for found in &self.read(&reads)? {
                // Deleted after its name was read.
                let Some(record) = first_record(found)? else { continue };
                let (stored, _) = StoredExecution::parse(&record.key, &record.value)?;
                let number = stored.revision;
                let deadline = self.shared.attempts.deadline();
                visit(ExportedExecution {
                    sequence: stored.sequence,
                    execution: Cow::Owned(stored.execution),
                    revision: Some(number),
                    read_revision: &|| self.shared.revision(self.id, number, deadline),
                })?;
            }
        }
        Ok(())
    }

    fn read(&self, reads: &[Read]) -> Result<Vec<Found>> {
        self.shared.attempts.read(reads, self.shared.attempts.deadline())
    }

    /// Returns the names of the executions in the order of their starts.
    fn read_names(&self) -> Result<Vec<String>> {
        let (mut start, end) = Kind::Sequence.range(self.id);
        let mut names = Vec::new();
        loop {
            let found = self.read(&[Read::Range { start, end: end.clone(), limit: NAMES, values: true }])?;
            let found = records(found.first().ok_or_else(missing_result)?)?;
            names.extend(found.iter().map(parse_name).collect::<Result<Vec<_>>>()?);
            match found.last() {
                Some(last) if found.len() >= NAMES => start = key::after(&last.key),
                _ => return Ok(names),
            }
        }
    }
}

fn parse_name(record: &Record) -> Result<String> {
    String::from_utf8(record.value.clone()).map_err(|_| invalid_key(&record.key))
}
