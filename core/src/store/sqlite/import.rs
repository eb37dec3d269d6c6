//! Adds state machines of another store, each in one transaction.

use super::meta;
use super::query::query_first;
use super::records::{RecordWriter, insert_revision, next_id};
use super::store::SqliteStore;
use super::transaction::SqliteBatch;
use crate::error::{Error, Result};
use crate::model::{Alias, EndedCounts, Execution, Revision, StateMachine, Version, VersionNumber};
use crate::store::{CopyStore, Document, Import, RevisionNumber, StoreMeta};
use rusqlite::Connection;

impl CopyStore for SqliteStore {
    fn read_meta(&self) -> Result<StoreMeta> {
        self.read(meta::read_store_meta)
    }

    fn write_meta(&self, meta: &StoreMeta) -> Result<()> {
        self.transact(|writer| meta::write_store_meta(writer, meta))
    }

    fn begin_import<'t>(&'t self, arn: &'t str) -> Result<Box<dyn Import + 't>> {
        Ok(Box::new(SqliteImport::begin(self.begin_file_batch()?, arn)?))
    }
}

/// An import in a transaction of the file.
struct SqliteImport<'t> {
    batch: SqliteBatch<'t>,
    arn: &'t str,
    /// Id of the state machine.
    id: i64,
    /// The sequence number of the next execution; `None` before the first.
    next_sequence: Option<i64>,
}

impl<'t> SqliteImport<'t> {
    fn begin(batch: SqliteBatch<'t>, arn: &'t str) -> Result<Self> {
        let connection: &Connection = batch.as_ref();
        if query_first(connection, "SELECT 1 FROM machines WHERE arn = ?1", [arn], |_| Ok(()))?.is_some() {
            return Err(Error::Store(format!("`{arn}` is already stored")));
        }
        let id = next_id(connection, "SELECT coalesce(max(id), 0) + 1 FROM machines")?;
        Ok(Self { batch, arn, id, next_sequence: None })
    }

    fn records(&self) -> RecordWriter<'_> {
        RecordWriter { connection: self.batch.as_ref(), machine: self.id }
    }
}

/// Converts a number for a column of SQLite.
fn to_signed(number: u64) -> Result<i64> {
    i64::try_from(number).map_err(|_| Error::Store(format!("the number {number} is too large for SQLite")))
}

impl Import for SqliteImport<'_> {
    fn put_revision(&mut self, revision: &Revision) -> Result<RevisionNumber> {
        insert_revision(self.batch.as_ref(), revision).map(i64::unsigned_abs)
    }

    fn put_version(&mut self, version: &Version, revision: RevisionNumber) -> Result<()> {
        self.records().insert_version(version, to_signed(revision)?)
    }

    fn put_alias(&mut self, name: &str, alias: &Alias) -> Result<()> {
        self.records().put_alias(name, alias)
    }

    fn put_document(&mut self, alias: &str, document: &Document) -> Result<()> {
        self.records().put_document(alias, document)
    }

    fn put_execution(&mut self, sequence: u64, execution: &Execution, revision: RevisionNumber) -> Result<()> {
        let sequence = self.next_sequence.map_or_else(|| to_signed(sequence), Ok)?;
        self.next_sequence = Some(sequence.saturating_sub(1));
        let records = self.records();
        records.insert_execution(sequence, execution, to_signed(revision)?)?;
        (1..)
            .zip(&execution.redrives)
            .try_for_each(|(number, redrive)| records.insert_redrive(sequence, number, redrive))
    }

    fn put_start_count(&mut self, version: Option<VersionNumber>, count: u64) -> Result<()> {
        self.records().insert_start_count(version.map_or(0, VersionNumber::get), to_signed(count)?)
    }

    fn put_unstored_endings(&mut self, counts: &EndedCounts) -> Result<()> {
        let records = self.records();
        counts.iter().try_for_each(|(version, alias, status, durations)| {
            let version = version.map_or(0, VersionNumber::get);
            records.put_unstored_endings(version, alias.unwrap_or_default(), status, durations)
        })
    }

    fn finish(self: Box<Self>, state_machine: &StateMachine, current: RevisionNumber) -> Result<()> {
        self.records().insert_state_machine(self.arn, state_machine, to_signed(current)?)?;
        self.batch.commit()
    }
}
