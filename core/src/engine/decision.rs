//! The input and the output of a decision.

use crate::model::Timestamp;
use crate::options::Limits;
use crate::page::PageTokenCodec;
use crate::store::Change;
use std::time::Duration;

/// The inputs of a decision besides the stored records and the command.
pub(crate) struct Context<'c> {
    pub now: Timestamp,
    pub limits: &'c Limits,
    pub update_delay: Duration,
    pub deletion_delay: Duration,
    pub tokens: &'c PageTokenCodec,
}

/// The change to apply, if any, and the output of the operation.
pub(crate) struct Decision<O> {
    pub change: Option<Change>,
    pub output: O,
}

impl<O> Decision<O> {
    pub const fn without_change(output: O) -> Self {
        Self { change: None, output }
    }

    pub const fn with_change(change: Change, output: O) -> Self {
        Self { change: Some(change), output }
    }
}
