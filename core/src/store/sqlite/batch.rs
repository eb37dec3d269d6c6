//! A write transaction of the file, which the transactions of a batch share.

use super::apply::apply;
use super::error::store_error;
use super::file::{SqliteFile, Writer};
use super::generation::Generation;
use super::rows::StateMachineRow;
use crate::error::{Error, Result};
use crate::store::Change;
use rusqlite::Connection;

pub(in crate::store) struct SqliteBatch<'s> {
    file: &'s SqliteFile,
    writer: Writer<'s>,
    checkpointed: Option<Generation>,
    changes_before: u64,
    /// The error after which the file may contain a partial change, until the transaction is rolled back.
    broken: Option<Error>,
}

impl<'s> SqliteBatch<'s> {
    pub(super) fn begin(file: &'s SqliteFile) -> Result<Self> {
        let (writer, checkpointed) = file.report_write(file.begin_transaction())?;
        Ok(Self { file, checkpointed, changes_before: writer.total_changes(), writer, broken: None })
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
        let file = self.file;
        file.report_write(self.check_open().and_then(|()| {
            if self.writer.total_changes() == self.changes_before {
                return Ok(());
            }
            file.commit_transaction(self.writer, self.checkpointed)
        }))
    }

    /// Returns an error if SQLite ended the transaction or a change was applied partially.
    pub fn check_open(&self) -> Result<()> {
        match &self.broken {
            Some(error) => Err(error.clone()),
            None if self.writer.is_autocommit() => Err(store_error("SQLite ended the transaction".to_owned())),
            None => Ok(()),
        }
    }
}

impl AsRef<Connection> for SqliteBatch<'_> {
    fn as_ref(&self) -> &Connection {
        &self.writer
    }
}
