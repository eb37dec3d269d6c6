//! Reads executions for callbacks, and for servers that run them on another endpoint.

use super::{Context, format_execution_arn, require_execution};
use crate::command::ExecutionRef;
use crate::error::{Error, Result};
use crate::model::{Execution, ExecutionStatus, Timestamp};
use crate::start_callback::StartedExecution;
use crate::store::{ExecutionFilter, RevisionKey, View};

/// Number of executions that are in memory at a time, each with its input.
const PAGE: usize = 100;

/// Adds the ARNs of the executions of a state machine that are RUNNING and have no ending in the future.
pub(crate) fn collect_running(arn: &str, view: &dyn View, now: Timestamp, found: &mut Vec<String>) -> Result<()> {
    let filter = ExecutionFilter { status: Some(ExecutionStatus::Running), ..ExecutionFilter::default() };
    let mut before = None;
    loop {
        let page = view.executions(now, before, filter, PAGE)?;
        let running = page.iter().filter(|(_, execution)| execution.ending.is_none());
        found.extend(running.map(|(_, execution)| format_execution_arn(arn, &execution.name)));
        match page.last() {
            Some((position, _)) if page.len() == PAGE => before = Some(*position),
            _ => return Ok(()),
        }
    }
}

/// Returns an execution if it is RUNNING and has no ending in the future.
pub(crate) fn find_running(command: &ExecutionRef<'_>, context: &Context<'_>) -> Result<Option<StartedExecution>> {
    let (view, execution) = match require_execution(command, context) {
        Err(Error::ExecutionDoesNotExist(_)) => return Ok(None),
        found => found?,
    };
    let is_running = execution.ending.is_none();
    is_running.then(|| report_execution(&command.state_machine_arn, &execution, view)).transpose()
}

/// Returns a stored execution, running or not.
pub(crate) fn find(command: &ExecutionRef<'_>, context: &Context<'_>) -> Result<StartedExecution> {
    let (view, execution) = require_execution(command, context)?;
    report_execution(&command.state_machine_arn, &execution, view)
}

/// Returns what a callback receives of a stored execution.
pub(super) fn report_execution(arn: &str, execution: &Execution, view: &dyn View) -> Result<StartedExecution> {
    let execution_arn = format_execution_arn(arn, &execution.name);
    let revision = view.revision(RevisionKey::Execution(&execution.name))?;
    Ok(StartedExecution {
        state_machine_arn: arn.to_owned(),
        state_machine_created: view.state_machine().created,
        version: execution.version,
        alias: execution.alias.as_deref().map(Into::into),
        name: execution.name.to_string(),
        input: execution.input.clone(),
        kind: view.state_machine().kind,
        start_date: execution.last_started(),
        redrive_count: execution.redrive_count(),
        trace_header: execution.trace_header.as_deref().map(str::to_owned),
        revision: revision.ok_or_else(|| Error::ExecutionDoesNotExist(execution_arn.clone()))?,
        execution_arn,
    })
}
