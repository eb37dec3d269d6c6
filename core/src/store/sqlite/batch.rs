//! A write transaction of the file, which the transactions of a batch share.

use super::apply::apply;
use super::error::store_error;
use super::generation::Generation;
use super::rows::StateMachineRow;
use super::store::{SqliteStore, Writer};
use super::transaction::{SqliteTransaction, expired_state_machines, state_machines};
use super::view::FileTransaction;
use crate::error::{Error, Result};
use crate::model::{StateMachine, Timestamp};
use crate::store::{Batch, Change, ReadTransaction, Session, WriteTransaction};
use rusqlite::Connection;
use std::path::Path;

pub(in crate::store) struct SqliteBatch<'s> {
    store: &'s SqliteStore,
    writer: Writer<'s>,
    checkpointed: Option<Generation>,
    changes_before: u64,
    /// The error after which the file may contain a partial change, until the transaction is rolled back.
    broken: Option<Error>,
}

impl<'s> SqliteBatch<'s> {
    pub fn begin(store: &'s SqliteStore) -> Result<Self> {
        let (writer, checkpointed) = store.report_write(store.begin_transaction())?;
        Ok(Self { store, checkpointed, changes_before: writer.total_changes(), writer, broken: None })
    }

    pub fn store(&self) -> &'s SqliteStore {
        self.store
    }

    /// Begins a transaction on one state machine.
    pub fn load<'t>(&'t mut self, arn: &'t str) -> Result<SqliteTransaction<'t, &'t mut Self>> {
        self.check_open()?;
        SqliteTransaction::load(self, arn)
    }

    /// Applies a change to a state machine, whose row is `None` if it is not stored.
    pub(super) fn apply(&mut self, arn: &str, row: Option<StateMachineRow>, change: &Change) -> Result<()> {
        if row.is_none() && !matches!(change, Change::CreateStateMachine { .. } | Change::DeleteStateMachine) {
            return Err(store_error(format!("cannot change `{arn}`: the state machine is not stored")));
        }
        // Remains set if `apply` panics.
        self.broken = Some(store_error("a change was applied partially".to_owned()));
        let applied = apply(&self.writer, arn, row, change);
        self.broken = applied.clone().err();
        applied
    }

    /// Commits the transaction if it changed anything.
    pub fn commit(self) -> Result<()> {
        self.check_open()?;
        if self.writer.total_changes() == self.changes_before {
            return Ok(());
        }
        self.store.commit_transaction(self.writer, self.checkpointed)
    }

    /// Returns an error if SQLite ended the transaction or a change was applied partially.
    fn check_open(&self) -> Result<()> {
        match &self.broken {
            Some(error) => Err(error.clone()),
            None if self.writer.is_autocommit() => Err(store_error("SQLite ended the transaction".to_owned())),
            None => Ok(()),
        }
    }
}

impl FileTransaction for SqliteBatch<'_> {
    fn connection(&self) -> &Connection {
        &self.writer
    }

    fn path(&self) -> &Path {
        self.store.path()
    }
}

impl Session for SqliteBatch<'_> {
    fn begin_read<'t>(&'t mut self, arn: &'t str) -> Result<Box<dyn ReadTransaction + 't>> {
        Ok(Box::new(self.load(arn)?))
    }

    fn begin_write<'t>(&'t mut self, arn: &'t str) -> Result<Box<dyn WriteTransaction + 't>> {
        Ok(Box::new(self.load(arn)?))
    }

    fn state_machines(
        &mut self,
        prefix: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(String, StateMachine)>> {
        self.check_open()?;
        state_machines(&self.writer, prefix, after, limit)
    }

    fn expired_state_machines(&mut self, now: Timestamp, limit: usize) -> Result<Vec<String>> {
        self.check_open()?;
        expired_state_machines(&self.writer, now, limit)
    }
}

impl Batch for SqliteBatch<'_> {
    fn commit(self: Box<Self>) -> Result<()> {
        let store = self.store;
        store.report_write((*self).commit())
    }
}
