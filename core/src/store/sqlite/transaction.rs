//! Write transactions of the file, and the transactions on one state machine in them.

use super::apply::apply;
use super::file::{SqliteFile, Writer};
use super::generation::Generation;
use super::rows::StateMachineRow;
use super::view::{Snapshot, expired_state_machines, load_row, state_machines};
use crate::error::{Error, Result};
use crate::model::Timestamp;
use crate::store::{Change, CommitOutcome, NamedStateMachine, ReadTransaction, Session, View, WriteTransaction};
use rusqlite::Connection;

/// A write transaction of the file, which the transactions of a batch share.
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
            return Err(Error::Store(format!("cannot change `{arn}`: the state machine is not stored")));
        }
        // Remains set if `apply` panics.
        self.broken = Some(Error::Store("a change was applied partially".to_owned()));
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
            None if self.writer.is_autocommit() => Err(Error::Store("SQLite ended the transaction".to_owned())),
            None => Ok(()),
        }
    }
}

impl AsRef<Connection> for SqliteBatch<'_> {
    fn as_ref(&self) -> &Connection {
        &self.writer
    }
}

impl Session for SqliteBatch<'_> {
    fn begin_read<'t>(&'t mut self, arn: &'t str) -> Result<Box<dyn ReadTransaction + 't>> {
        Ok(Box::new(SqliteTransaction::begin(self, arn)?))
    }

    fn begin_write<'t>(&'t mut self, arn: &'t str) -> Result<Box<dyn WriteTransaction + 't>> {
        Ok(Box::new(SqliteTransaction::begin(self, arn)?))
    }

    fn state_machines(&mut self, prefix: &str, after: Option<&str>, limit: usize) -> Result<Vec<NamedStateMachine>> {
        self.check_open()?;
        state_machines(self, prefix, after, limit)
    }

    fn expired_state_machines(&mut self, now: Timestamp, limit: usize) -> Result<Vec<String>> {
        self.check_open()?;
        expired_state_machines(self, now, limit)
    }

    fn commit(self: Box<Self>) -> Result<()> {
        (*self).commit()
    }
}

/// A transaction on one state machine, in a transaction of the file.
pub(in crate::store) struct SqliteTransaction<'t, T> {
    arn: &'t str,
    state: State<T>,
}

enum State<T> {
    Stored(Snapshot<T>),
    Missing(T),
}

impl<'t, T: AsRef<Connection>> SqliteTransaction<'t, T> {
    pub fn load(transaction: T, arn: &'t str) -> Result<Self> {
        let state = match load_row(&transaction, arn)? {
            Some(row) => State::Stored(Snapshot { transaction, row }),
            None => State::Missing(transaction),
        };
        Ok(Self { arn, state })
    }

    fn into_parts(self) -> (T, Option<StateMachineRow>) {
        match self.state {
            State::Stored(Snapshot { transaction, row }) => (transaction, Some(row)),
            State::Missing(transaction) => (transaction, None),
        }
    }
}

impl<T: AsRef<Connection>> ReadTransaction for SqliteTransaction<'_, T> {
    fn view(&self) -> Option<&dyn View> {
        match &self.state {
            State::Stored(snapshot) => Some(snapshot),
            State::Missing(_) => None,
        }
    }
}

impl<'t, 's> SqliteTransaction<'t, &'t mut SqliteBatch<'s>> {
    /// Begins a transaction in a batch.
    pub fn begin(batch: &'t mut SqliteBatch<'s>, arn: &'t str) -> Result<Self> {
        batch.check_open()?;
        Self::load(batch, arn)
    }

    /// Applies the change in the batch.
    pub fn apply(self, change: &Change) -> Result<()> {
        let arn = self.arn;
        let (batch, row) = self.into_parts();
        batch.apply(arn, row, change)
    }
}

impl SqliteTransaction<'_, SqliteBatch<'_>> {
    /// Applies the change and commits it.
    pub fn apply_and_commit(self, change: &Change) -> Result<()> {
        let arn = self.arn;
        let (mut batch, row) = self.into_parts();
        let applied = batch.apply(arn, row, change);
        // Returns the error if the change was applied partially.
        batch.commit()?;
        applied
    }
}

impl WriteTransaction for SqliteTransaction<'_, &mut SqliteBatch<'_>> {
    fn commit(self: Box<Self>, change: Option<Change>) -> Result<CommitOutcome> {
        change.map_or(Ok(()), |change| self.apply(&change))?;
        Ok(CommitOutcome::Committed)
    }
}

impl WriteTransaction for SqliteTransaction<'_, SqliteBatch<'_>> {
    fn commit(self: Box<Self>, change: Option<Change>) -> Result<CommitOutcome> {
        change.map_or(Ok(()), |change| self.apply_and_commit(&change))?;
        Ok(CommitOutcome::Committed)
    }
}
