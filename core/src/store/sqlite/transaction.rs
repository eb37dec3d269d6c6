//! Transactions on one state machine in the file.

use super::batch::SqliteBatch;
use super::rows::StateMachineRow;
use super::view::{Snapshot, expired_state_machines, load_row, state_machines};
use crate::error::Result;
use crate::model::{StateMachine, Timestamp};
use crate::store::{Batch, Change, CommitOutcome, ReadTransaction, Session, View, WriteTransaction};
use rusqlite::Connection;

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

impl Session for SqliteBatch<'_> {
    fn begin_read<'t>(&'t mut self, arn: &'t str) -> Result<Box<dyn ReadTransaction + 't>> {
        Ok(Box::new(SqliteTransaction::begin(self, arn)?))
    }

    fn begin_write<'t>(&'t mut self, arn: &'t str) -> Result<Box<dyn WriteTransaction + 't>> {
        Ok(Box::new(SqliteTransaction::begin(self, arn)?))
    }

    fn state_machines(
        &mut self,
        prefix: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(String, StateMachine)>> {
        self.check_open()?;
        state_machines(self, prefix, after, limit)
    }

    fn expired_state_machines(&mut self, now: Timestamp, limit: usize) -> Result<Vec<String>> {
        self.check_open()?;
        expired_state_machines(self, now, limit)
    }
}

impl Batch for SqliteBatch<'_> {
    fn commit(self: Box<Self>) -> Result<()> {
        (*self).commit()
    }
}
