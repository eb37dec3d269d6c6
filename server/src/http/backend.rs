//! Where calls are run.

use super::writer::Writer;
use crate::protocol::{Call, HttpError};
use sfn_alias::StepFunctions;
use std::sync::{PoisonError, RwLock, RwLockReadGuard};
use std::time::Duration;

/// A lock that is held for reading by whatever works on the store: who holds it for writing knows that
/// nobody does, for example while the process forks.
pub type ForkLock = &'static RwLock<()>;

/// How calls reach the core.
#[derive(Debug)]
pub(super) struct Backend {
    gate: Option<ForkLock>,
    /// Of a durable service, where writes wait for the disk in a thread of their own. All else takes
    /// microseconds, and is done where it arrives.
    writer: Option<Writer>,
}

impl Backend {
    /// Starts the writer of a durable service.
    pub fn new(aliases: &StepFunctions, durable: bool, gate: Option<ForkLock>) -> std::io::Result<Self> {
        let writer = durable.then(|| Writer::start(aliases.clone(), gate)).transpose()?;
        Ok(Self { gate, writer })
    }

    pub async fn run(&self, call: Call) -> Result<Vec<u8>, HttpError> {
        match &self.writer {
            Some(writer) if call.operation.is_write() => writer.run(call).await,
            _ => self.apart(|| call.run()),
        }
    }

    /// Whether writes can succeed. May wait for the disk.
    ///
    /// # Errors
    /// The reason why they fail.
    pub fn check_health(&self, aliases: &StepFunctions) -> Result<(), HttpError> {
        if self.writer.as_ref().is_some_and(Writer::has_ended) {
            return Err(HttpError::Busy("the thread that writes has ended; restart the endpoint"));
        }
        Ok(self.apart(|| aliases.check_health())?)
    }

    /// Does work on the store.
    pub fn apart<R>(&self, work: impl FnOnce() -> R) -> R {
        let _open = enter(self.gate);
        work()
    }

    /// Finishes what was accepted, within a time. Tells whether all of it is done.
    pub async fn stop(self, longest: Duration) -> bool {
        match self.writer {
            Some(writer) => writer.stop(longest).await,
            None => true,
        }
    }
}

/// Waits until the gate is open, and holds it open.
pub(super) fn enter(gate: Option<ForkLock>) -> Option<RwLockReadGuard<'static, ()>> {
    gate.map(|gate| gate.read().unwrap_or_else(PoisonError::into_inner))
}
