//! Where calls are run.

use super::writer::Writer;
use crate::protocol::{Call, Refusal};

/// How calls reach the core.
#[derive(Debug)]
pub(super) enum Backend {
    /// In memory everything takes microseconds, and is done where it arrives.
    Memory,
    /// Reads as above; writes wait for the disk in a thread of their own.
    Durable(Writer),
}

impl Backend {
    pub async fn run(&self, call: Call) -> Result<Vec<u8>, Refusal> {
        match self {
            Self::Durable(writer) if call.operation.writes() => writer.run(call).await,
            _ => call.run(),
        }
    }

    /// Finishes what was accepted.
    pub fn stop(self) {
        if let Self::Durable(writer) = self {
            writer.stop();
        }
    }
}
