//! Starts executions, and runs the callback of the service after the commit.

use super::call::{AfterStart, Call, RESPONSE_LOST, ReportedStart, catch_panic};
use crate::command::{Qualifier, RedriveExecution, StartExecution, StartSyncExecution};
use crate::engine::ending;
use crate::engine::start::{self, StartValues, SyncStart};
use crate::error::Result;
use crate::model::{Ending, StateMachineType};
use crate::start_callback::{DelayedOutcome, StartCallback, StartedExecution};
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

    /// Reads which version starts, decides the result without a transaction, and then counts the execution.
    pub fn start_sync(&mut self, command: &StartSyncExecution<'_>) -> Result<StartSyncExecutionOutput> {
        let values = self.generate_start_values(&command.start);
        let arn = command.start.state_machine.unqualified_arn;
        let (start, result) = self.read(arn, |context| start::prepare_sync(command, &values, context))?;
        match (result, self.after_start) {
            (Some(result), _) => self.finish_sync(start, Some(result)),
            (None, AfterStart::Run(callback)) => {
                let result = self.run_callback(callback, &start.execution);
                self.finish_sync(start, result)
            }
            (None, AfterStart::Report) => {
                let missing = start.missing_outcome();
                self.reported = Some(ReportedStart::Sync(Box::new(start)));
                Err(missing)
            }
            (None, AfterStart::Nothing) => Err(start.missing_outcome()),
        }
    }

    /// Ends a synchronous execution with a checked result. Without a result it is rejected.
    pub fn finish_sync(
        &mut self,
        start: SyncStart,
        result: Option<DelayedOutcome>,
    ) -> Result<StartSyncExecutionOutput> {
        let execution = &start.execution;
        let result = result.ok_or_else(|| start.missing_outcome())?;
        let stopped =
            self.write(&execution.state_machine_arn, |context| Ok(start::count_sync(execution, &result, context)))?;
        Ok(start.into_output(Ending { stopped, outcome: result.outcome }))
    }

    /// Ends an execution with the checked result of its callback, unless it was stopped, ended, redriven or deleted meanwhile.
    pub fn end_started(&mut self, execution: &StartedExecution, result: &DelayedOutcome) -> Result<()> {
        if execution.kind == StateMachineType::Express {
            return Ok(());
        }
        self.write(&execution.state_machine_arn, |context| ending::end_started(execution, result, context))
    }

    /// Handles an execution that was started and that no rule ends. The start is committed.
    fn handle_started(&mut self, started: Option<Box<StartedExecution>>) -> Result<()> {
        let Some(started) = started else { return Ok(()) };
        match self.after_start {
            AfterStart::Run(callback) => catch_panic(RESPONSE_LOST, || {
                let result = self.run_callback(callback, &started);
                result.map_or(Ok(()), |result| self.end_started(&started, &result))
            }),
            AfterStart::Report => {
                self.reported = Some(ReportedStart::Stored(started));
                Ok(())
            }
            AfterStart::Nothing => Ok(()),
        }
    }

    /// Calls the callback and checks its result. The time of the call is then the time of its return.
    fn run_callback(&mut self, callback: &StartCallback, execution: &StartedExecution) -> Option<DelayedOutcome> {
        let result = callback.run(execution);
        self.context.now = self.context.options.clock.now();
        result.map(|result| result.check(&self.context.options.limits))
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
