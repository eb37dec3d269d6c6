//! The file of rules that decide how executions end: it is read again when it changes.

use crate::exit::CliError;
use crate::outcomes_file::{FileState, OutcomesFile};
use sfn_alias::{Outcomes, StepFunctions};
use std::time::Duration;
use tokio::signal::unix::Signal;
use tokio::task::spawn_blocking;
use tokio::time::{MissedTickBehavior, interval};

/// Time between two checks of the file.
const POLL_INTERVAL: Duration = Duration::from_secs(1);

/// The file, and its state when it was last read.
#[derive(Debug, Clone)]
pub(super) struct WatchedOutcomes {
    file: OutcomesFile,
    state: FileState,
}

impl WatchedOutcomes {
    /// Reads the file.
    ///
    /// # Errors
    /// Those of [`OutcomesFile::read`].
    pub fn open(file: OutcomesFile) -> Result<(Self, Outcomes), CliError> {
        // Before the file is read, so that a change meanwhile is found.
        let state = file.state();
        let outcomes = file.read()?;
        Ok((Self { file, state }, outcomes))
    }

    /// Reads the file again if its state has changed, or if `force`. Returns `None` if it was not read.
    fn read_again(&mut self, force: bool) -> Option<Result<Outcomes, CliError>> {
        let state = self.file.state();
        if state == self.state && !force {
            return None;
        }
        self.state = state;
        Some(self.file.read())
    }
}

/// Logs how many rules are used.
pub(super) fn log_outcomes(outcomes: &Outcomes, watched: &WatchedOutcomes) {
    let (rules, faults) = (outcomes.rule_count(), outcomes.fault_count());
    tracing::info!(rules, faults, file = %watched.file.path().display(), "outcomes are in use");
}

/// Reads the file again when it changes, and at each SIGHUP. If it is not valid or does not exist, the previous rules stay
/// in use.
pub(super) async fn reload_outcomes(mut watched: WatchedOutcomes, service: StepFunctions, mut hangup: Signal) {
    let mut ticks = interval(POLL_INTERVAL);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let force = tokio::select! {
            _ = ticks.tick() => false,
            _ = hangup.recv() => true,
        };
        let mut reading = watched.clone();
        let read = spawn_blocking(move || {
            let result = reading.read_again(force);
            (reading, result)
        });
        let result = match read.await {
            Ok((again, result)) => {
                watched = again;
                result
            }
            Err(error) => Some(Err(CliError::system(error))),
        };
        match result {
            None => {}
            Some(Ok(outcomes)) => {
                log_outcomes(&outcomes, &watched);
                service.set_outcomes(Some(outcomes));
            }
            Some(Err(error)) => tracing::error!(%error, "not reloaded; the previous outcomes stay in use"),
        }
    }
}
