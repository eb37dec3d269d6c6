//! Starts executions, and runs the callback of the service after the commit.

use super::call::{AfterStart, Call, ReportedStart};
use crate::command::{EndExecution, Qualifier, RedriveExecution, StartExecution, StartSyncExecution};
use crate::engine::ending;
use crate::engine::start::{self, StartValues, SyncStart};
use crate::error::{Error, Result};
use crate::start_callback::{DelayedOutcome, StartedExecution};
use crate::wire::output::{RedriveExecutionOutput, StartExecutionOutput, StartSyncExecutionOutput};

impl Call<'_> {
    pub fn start(&mut self, command: &StartExecution<'_>) -> Result<StartExecutionOutput> {
        let values = self.generate_start_values(command);
        let arn = command.state_machine.unqualified_arn;
        let (output, started) = self.write(arn, |context| start::start(command, &values, context))?;
        self.handle_started(started)?;
        Ok(output)
    }

    pub fn redrive(&mut self, command: &RedriveExecution<'_>) -> Result<RedriveExecutionOutput> {
        let (outcomes, reports) = (self.outcome_source(), self.reports_starts());
        let arn = &command.execution.state_machine_arn;
        let (output, started) = self.write(arn, |context| ending::redrive(command, &outcomes, reports, context))?;
        self.handle_started(started)?;
        Ok(output)
    }

    pub fn start_sync(&mut self, command: &StartSyncExecution<'_>) -> Result<StartSyncExecutionOutput> {
        let values = self.generate_start_values(&command.start);
        let arn = command.start.state_machine.unqualified_arn;
        let (start, mut result) = self.read(arn, |context| start::prepare_sync(command, &values, context))?;
        if let (None, AfterStart::Run(callback)) = (&result, self.after_start) {
            result = callback.run(&start.execution);
            self.update_time();
        }
        if result.is_none() && matches!(self.after_start, AfterStart::Report) {
            let missing = start.missing_outcome();
            self.reported = Some(ReportedStart::Sync(Box::new(start)));
            return Err(missing);
        }
        self.finish_sync(&start, result)
    }

    /// Ends a synchronous execution.
    pub fn finish_sync(
        &mut self,
        start: &SyncStart,
        result: Option<DelayedOutcome>,
    ) -> Result<StartSyncExecutionOutput> {
        let arn = &start.execution.state_machine_arn;
        let result = result.ok_or_else(|| start.missing_outcome())?.check(&self.context.options.limits);
        self.write(arn, |context| start::finish_sync(start, &result, context))
    }

    /// Ends an execution as its callback decided, unless it was stopped, ended or deleted meanwhile.
    pub fn end_started(&mut self, execution: &StartedExecution, result: DelayedOutcome) -> Result<()> {
        let limits = &self.context.options.limits;
        let DelayedOutcome { outcome, after } = result.check(limits);
        let ended = EndExecution::parse(&execution.execution_arn, outcome, after, limits).and_then(|command| {
            self.write(&command.execution.state_machine_arn, |context| ending::end(&command, context))
        });
        match ended {
            Ok(_) | Err(Error::InvalidEnding(_) | Error::ExecutionDoesNotExist(_)) => Ok(()),
            // Executions of EXPRESS state machines are not stored.
            Err(Error::ArnType(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }

    fn handle_started(&mut self, started: Option<Box<StartedExecution>>) -> Result<()> {
        let Some(started) = started else { return Ok(()) };
        match self.after_start {
            AfterStart::Run(callback) => {
                let result = callback.run(&started);
                self.update_time();
                result.map_or(Ok(()), |result| self.end_started(&started, result))
            }
            AfterStart::Report => {
                self.reported = Some(ReportedStart::Stored(started));
                Ok(())
            }
            AfterStart::Nothing => Ok(()),
        }
    }

    /// The callback may have taken long, and may have changed the execution meanwhile.
    fn update_time(&mut self) {
        self.context.now = self.context.options.clock.now();
    }

    const fn reports_starts(&self) -> bool {
        !matches!(self.after_start, AfterStart::Nothing)
    }
}

impl<'c> Call<'c> {
    /// Generates the random values of a start. Only a start with an alias uses a percent value. With a seed, the n-th such
    /// start therefore always gets the same value.
    fn generate_start_values(&self, command: &StartExecution<'_>) -> StartValues<'c> {
        let is_alias = matches!(command.state_machine.qualifier, Qualifier::Alias(_));
        StartValues {
            percent: if is_alias { self.picker.next_percent() } else { 0 },
            name: if command.name.is_none() { self.id_rng.uuid() } else { String::new() },
            express_id: self.id_rng.uuid(),
            outcomes: self.outcome_source(),
            reports: self.reports_starts(),
        }
    }
}
