//! Asks the engine about executions that are RUNNING here, and ends those that have ended there.

use crate::describe::EngineExecution;
use crate::engine::{CallError, Deadline};
use crate::executions::Knowledge;
use crate::handler::{Response, Upstream};
use crate::machines::MachineSource;
use crate::permits::{Permit, Permits};
use crate::start::fail;
use serde::Deserialize;
use serde::de::IgnoredAny;
use sfn_alias::model::Outcome;
use sfn_alias::{Error, Json, Scope, StartedExecution, StepFunctions, Timestamp, catch_panic, parse_arn};
use std::panic::resume_unwind;
use std::sync::{Mutex, PoisonError};
use std::thread::ScopedJoinHandle;
use std::time::Instant;

/// The members of a request that name what it reads.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Target<'r> {
    #[serde(borrow)]
    execution_arn: Option<std::borrow::Cow<'r, str>>,
    #[serde(borrow)]
    state_machine_arn: Option<std::borrow::Cow<'r, str>>,
    next_token: Option<IgnoredAny>,
}

impl Target<'_> {
    /// Returns the state machine whose executions are listed, on the first page. Executions that end between two pages
    /// have another position, and could be on neither.
    fn first_page_of(&self) -> Option<&str> {
        self.state_machine_arn.as_deref().filter(|_| self.next_token.is_none())
    }
}

impl Upstream {
    /// Executes an operation if that does not need the engine. Never blocks.
    pub fn handle_at_once(&self, service: &StepFunctions, operation: &str, body: &[u8]) -> Option<Response> {
        if operation != "DescribeExecution" {
            return None;
        }
        // An execution that has ended.
        let target: Target<'_> = serde_json::from_slice(body).ok()?;
        let is_running = service.find_running(&target.execution_arn?).ok()?.is_some();
        (!is_running).then(|| Ok(service.call_from(operation, body, &Json)?))
    }

    pub(crate) fn describe_execution(&self, service: &StepFunctions, body: &[u8]) -> Response {
        ignore_store_error(self.refresh_target(service, body, self.engine.deadline()))?;
        Ok(service.call_from("DescribeExecution", body, &Json)?)
    }

    /// Asks about the execution that a request names, if it is RUNNING here.
    pub(crate) fn refresh_target(
        &self,
        service: &StepFunctions,
        body: &[u8],
        deadline: Deadline,
    ) -> sfn_alias::Result<()> {
        let target: Option<Target<'_>> = serde_json::from_slice(body).ok();
        // An error is the same in the call.
        let running = target.and_then(|target| service.find_running(&target.execution_arn?).ok()?);
        running.map_or(Ok(()), |execution| self.refresh(&execution, deadline))
    }

    pub(crate) fn list_executions(&self, service: &StepFunctions, body: &[u8]) -> Response {
        let target: Option<Target<'_>> = serde_json::from_slice(body).ok();
        if let Some(arn) = target.as_ref().and_then(Target::first_page_of)
            && let Ok(arn) = parse_arn(arn)
        {
            let running = service.running_executions(Some(arn.state_machine_arn()))?;
            ignore_store_error(self.refresh_all(&running, &self.list_permits, Some(self.engine.deadline())))?;
        }
        match service.call_from("ListExecutions", body, &Json) {
            // Map runs are the engine's.
            Err(error @ Error::ResourceNotFound(_)) => {
                self.pass_through(service, "ListExecutions", body).or(Err(error.into()))
            }
            result => Ok(result?),
        }
    }

    /// Asks about several executions, with up to a permit for each at a time, until the deadline. Without one, each has its own.
    pub(crate) fn refresh_all(
        &self,
        arns: &[String],
        permits: &Permits,
        deadline: Option<Deadline>,
    ) -> sfn_alias::Result<()> {
        let arns = self.skip_listed(arns, permits, deadline)?;
        if arns.is_empty() {
            return Ok(());
        }
        let next = Mutex::new(arns.iter());
        let work = |_permit: Permit<'_>| {
            let mut result = Ok(());
            while !deadline.is_some_and(Deadline::is_over) {
                let Some(arn) = next.lock().unwrap_or_else(PoisonError::into_inner).next() else { break };
                let deadline = deadline.unwrap_or_else(|| self.engine.deadline());
                match catch_panic(Error::Internal, || self.refresh_if_running(arn, deadline)) {
                    Err(error) if error.is_store_error() => return Err(error),
                    // A panic does not affect the other executions.
                    refreshed => result = result.and(refreshed),
                }
            }
            result
        };
        let Some(own) = permits.acquire(deadline.unwrap_or_else(|| self.engine.deadline())) else { return Ok(()) };
        // More threads than permits would only wait.
        let others = (1..arns.len()).map_while(|_| permits.try_acquire());
        std::thread::scope(|scope| {
            let spawn = |permit| std::thread::Builder::new().spawn_scoped(scope, || work(permit));
            // Without another thread, the others do the work.
            let handles: Vec<_> = others.filter_map(|permit| spawn(permit).ok()).collect();
            let result = work(own);
            let join = |handle: ScopedJoinHandle<'_, _>| handle.join().unwrap_or_else(|panic| resume_unwind(panic));
            handles.into_iter().fold(result, |result, handle| result.and(join(handle)))
        })
    }

    fn refresh_if_running(&self, arn: &str, deadline: Deadline) -> sfn_alias::Result<()> {
        self.find_running(arn)?.map_or(Ok(()), |execution| self.refresh(&execution, deadline))
    }

    /// Finds an execution. Nothing more needs to be known about one that does not run.
    pub(crate) fn find_running(&self, arn: &str) -> sfn_alias::Result<Option<StartedExecution>> {
        let now = Instant::now();
        let running = match self.service_for(arn).find_running(arn) {
            Err(error) if error.is_store_error() || matches!(error, Error::Internal(_)) => return Err(error),
            // Its state machine was deleted.
            running => running.ok().flatten(),
        };
        if running.is_none() {
            self.executions.remove(arn, now);
        }
        Ok(running)
    }

    /// Asks about an execution that is RUNNING here. Ends it if it has ended in the engine, and sends it again if the engine
    /// does not have it and no start was sent by this process.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub(crate) fn refresh(&self, execution: &StartedExecution, deadline: Deadline) -> sfn_alias::Result<()> {
        let (arn, begin) = (&execution.execution_arn, Instant::now());
        let knowledge = self.executions.knowledge(arn);
        if knowledge == Knowledge::Sending || self.executions.is_fresh(arn) {
            return Ok(());
        }
        if let Some(error) = self.engine.lasting_failure() {
            return self.fail(execution, &error);
        }
        let found = self.ask(execution, deadline);
        if self.executions.knowledge(arn) == Knowledge::Sending {
            return Ok(());
        }
        match found {
            Ok(found) => self.apply(execution, &found),
            Err(error) if error.is("ExecutionDoesNotExist") && knowledge == Knowledge::Unknown => {
                self.send_again(execution, deadline)
            }
            Err(error) if self.engine.is_lasting(self.executions.record_failure(arn, begin)) => {
                self.fail(execution, &error)
            }
            // The engine may respond later, or find the execution later.
            Err(_) => Ok(()),
        }
    }

    fn apply(&self, execution: &StartedExecution, found: &EngineExecution) -> sfn_alias::Result<()> {
        match found.outcome() {
            Some(outcome) => self.end(execution, outcome, found.stop_date),
            None => {
                self.executions.record_answer(&execution.execution_arn);
                Ok(())
            }
        }
    }

    /// Asks the engine about an execution.
    fn ask(&self, execution: &StartedExecution, deadline: Deadline) -> Result<EngineExecution, CallError> {
        let machine = self.machines.find_or_create(&self.engine, &MachineSource::from(execution), deadline)?;
        self.describe_with_output(execution, &machine, deadline)
    }

    /// Sends the start of an execution that was recorded here, and did not arrive.
    fn send_again(&self, execution: &StartedExecution, deadline: Deadline) -> sfn_alias::Result<()> {
        let arn = &execution.execution_arn;
        if !self.executions.claim(arn) {
            return Ok(());
        }
        let sent = catch_panic(Error::Internal, || self.send_if_running(execution, deadline));
        // If the store fails, the next round tries again.
        self.executions.mark(arn, if sent.is_ok() { Knowledge::Forwarded } else { Knowledge::Unknown });
        sent
    }

    fn send_if_running(&self, execution: &StartedExecution, deadline: Deadline) -> sfn_alias::Result<()> {
        let arn = &execution.execution_arn;
        // It may have been stopped meanwhile.
        if self.service_for(arn).find_running(arn)?.is_none() {
            return Ok(());
        }
        match self.send_start(execution, deadline) {
            // It has arrived before.
            Err(error) if error.is("ExecutionAlreadyExists") => Ok(()),
            result => result.or_else(|error| self.fail(execution, &error)),
        }
    }

    /// Ends an execution as FAILED because of the engine.
    pub(crate) fn fail(&self, execution: &StartedExecution, error: &CallError) -> sfn_alias::Result<()> {
        self.end(execution, fail(error).outcome, None)
    }

    /// Ends an execution, unless it has ended or was started again meanwhile. `stopped` is a time of the engine.
    pub(crate) fn end(
        &self,
        execution: &StartedExecution,
        outcome: Outcome,
        stopped: Option<Timestamp>,
    ) -> sfn_alias::Result<()> {
        let service = self.service_for(&execution.execution_arn);
        let running = service.find_running(&execution.execution_arn)?;
        let is_same = |running: &StartedExecution| {
            (running.start_date, running.redrive_count) == (execution.start_date, execution.redrive_count)
        };
        match running.as_ref().is_some_and(is_same) {
            true => self.store_ending(&service, &execution.execution_arn, outcome, stopped),
            false => Ok(()),
        }
    }

    fn store_ending(
        &self,
        service: &StepFunctions,
        arn: &str,
        outcome: Outcome,
        stopped: Option<Timestamp>,
    ) -> sfn_alias::Result<()> {
        let now = Instant::now();
        let stopped = stopped.unwrap_or_else(|| service.options().clock.now());
        let ended = service.end_execution_at(arn, outcome, stopped).or_else(|error| match error {
            Error::InvalidEnding(_) => {
                let invalid = self.engine.error("DescribeExecution", &format_args!("the result is not valid: {error}"));
                service.end_execution_at(arn, fail(&invalid).outcome, stopped)
            }
            error => Err(error),
        });
        match ended {
            Err(error) if !matches!(error, Error::ExecutionDoesNotExist(_)) => Err(error),
            _ => {
                self.executions.remove(arn, now);
                Ok(())
            }
        }
    }

    /// Returns the service in the scope of one of our ARNs.
    pub(crate) fn service_for(&self, arn: &str) -> StepFunctions {
        let scope = parse_arn(arn).ok().and_then(|arn| Scope::new(arn.partition, arn.account, arn.region).ok());
        scope.map_or_else(|| self.service.clone(), |scope| self.service.in_scope(scope))
    }
}

/// Lets a read return what is stored if an end cannot be stored, for example on a full disk. The background logs the error.
pub(crate) fn ignore_store_error(refreshed: sfn_alias::Result<()>) -> sfn_alias::Result<()> {
    match refreshed {
        Err(error) if error.is_store_error() => Ok(()),
        refreshed => refreshed,
    }
}
