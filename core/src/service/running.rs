//! What a server needs that runs executions on another endpoint: the executions that are RUNNING, and their ends.

use super::StepFunctions;
use super::call::{AfterStart, NOTHING_CHANGED, catch_panic};
use super::operations::execute_request;
use crate::command::{CreateStateMachine, EndExecution, UpdateStateMachine, parse};
use crate::engine::{Context, ending, execution, running, state_machine};
use crate::error::{Error, Result};
use crate::hex;
use crate::json::SerializeResponse;
use crate::model::{Outcome, Revision, StateMachineType, Timestamp};
use crate::operation::Operation;
use crate::start_callback::StartedExecution;
use crate::store::{Change, View, begin_current_read};
use crate::wire::input::{CreateStateMachineInput, DescribeExecutionInput, UpdateStateMachineInput};
use crate::wire::output::DescribeExecutionOutput;
use crate::wire::{DeserializeRequest, deserialize_request};
use sha2::{Digest, Sha256};
use std::sync::Arc;
use std::time::Duration;

/// Number of bytes of [`StepFunctions::data_id`].
const DATA_ID_BYTES: usize = 8;

/// The current revision of a state machine after a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreviewedRevision {
    /// The unqualified ARN of the state machine.
    pub state_machine_arn: String,
    /// STANDARD or EXPRESS.
    pub kind: StateMachineType,
    /// The creation time of the state machine: now for a new one.
    pub created: Timestamp,
    revision: Arc<Revision>,
    now: Timestamp,
}

impl PreviewedRevision {
    /// Returns the definition, in Amazon States Language.
    pub fn definition(&self) -> &str {
        &self.revision.definition
    }

    /// Returns the ARN of the IAM role.
    pub fn role_arn(&self) -> &str {
        &self.revision.role_arn
    }
}

impl StepFunctions {
    /// Returns a random identifier of the stored data, 16 hexadecimal digits. It is the same each time that a file is opened.
    pub fn data_id(&self) -> String {
        let hash = Sha256::new().chain_update(b"data id").chain_update(self.inner.store.token_key()).finalize();
        hex::encode(hash.get(..DATA_ID_BYTES).unwrap_or_default())
    }

    /// Returns the ARNs of the executions of a state machine, or of all state machines of all accounts and regions, that are RUNNING and
    /// have no ending in the future.
    ///
    /// # Errors
    /// [`crate::Error::Store`].
    pub fn running_executions(&self, state_machine_arn: Option<&str>) -> Result<Vec<String>> {
        let now = self.options().clock.now();
        let mut found = Vec::new();
        match state_machine_arn {
            Some(arn) => {
                if let Some(view) = begin_current_read(&*self.inner.store, arn)?.view() {
                    running::collect_running(arn, view, now, &mut found)?;
                }
            }
            None => self.for_each_view(|arn, view| running::collect_running(arn, view, now, &mut found))?,
        }
        Ok(found)
    }

    /// Returns an execution if it is RUNNING and has no ending in the future.
    ///
    /// # Errors
    /// [`crate::Error::ArnPrefix`] and [`crate::Error::ArnType`] for other ARNs, and [`crate::Error::Store`].
    pub fn find_running(&self, execution_arn: &str) -> Result<Option<StartedExecution>> {
        let outcome = Outcome::Aborted(Default::default());
        let limits = &self.options().limits;
        let EndExecution { execution: target, .. } =
            EndExecution::parse(execution_arn, outcome, Duration::ZERO, limits)?;
        self.with_call(AfterStart::Nothing, |call| {
            call.read(&target.state_machine_arn, |context| running::find_running(&target, context))
        })
    }

    /// Returns how a stored execution was started, and its description.
    ///
    /// # Errors
    /// Those of DescribeExecution.
    pub fn find_execution(&self, execution_arn: &str) -> Result<(StartedExecution, DescribeExecutionOutput)> {
        let input = DescribeExecutionInput { execution_arn: Some(execution_arn.into()), included_data: None };
        catch_panic(NOTHING_CHANGED, || {
            let command = parse(&input, &self.options().limits)?;
            self.with_call(AfterStart::Nothing, |call| {
                call.read(&command.state_machine_arn, |context| {
                    Ok((running::find(&command, context)?, execution::describe(&command, context)?))
                })
            })
        })
    }

    /// Checks whether a fault ([`crate::Outcomes`]) applies to a request. Counts the request.
    ///
    /// # Errors
    /// The error of the fault.
    pub fn check_faults(&self, operation: &str, body: &[u8]) -> Result<()> {
        match (operation.parse(), serde_json::from_slice::<serde_json::Value>(body)) {
            (Ok(operation), Ok(request)) => self.inner.outcomes.check_faults(operation, &request, self.scope()),
            // The call returns the error.
            _ => Ok(()),
        }
    }

    /// Returns a service with the same data whose requests have no faults, for servers that call
    /// [`StepFunctions::check_faults`] once for several calls.
    pub fn without_faults(&self) -> Self {
        Self { skips_faults: true, ..self.clone() }
    }

    /// Ends an execution at a time, which is limited to the time between its last start and now. Does nothing if it has ended.
    ///
    /// # Errors
    /// Like [`StepFunctions::end_execution`].
    pub fn end_execution_at(&self, execution_arn: &str, outcome: Outcome, stopped: Timestamp) -> Result<()> {
        catch_panic(NOTHING_CHANGED, || {
            let limits = &self.options().limits;
            let command = EndExecution::parse(execution_arn, outcome, Duration::ZERO, limits)?;
            self.with_call(AfterStart::Nothing, |call| {
                call.write(&command.execution.state_machine_arn, |context| ending::end_at(&command, stopped, context))
            })
        })
    }

    /// Returns the revision that CreateStateMachine or UpdateStateMachine would create, or the current one if the request
    /// would not change it. Changes nothing.
    ///
    /// # Errors
    /// The error of the operation.
    pub fn preview_revision(
        &self,
        operation: Operation,
        source: &(impl DeserializeRequest + ?Sized),
    ) -> Result<PreviewedRevision> {
        let limits = &self.options().limits;
        catch_panic(NOTHING_CHANGED, || match operation {
            Operation::CreateStateMachine => {
                let input: CreateStateMachineInput<'_> = deserialize_request(source, limits)?;
                self.preview_create(&parse(&input, limits)?)
            }
            Operation::UpdateStateMachine => {
                let input: UpdateStateMachineInput<'_> = deserialize_request(source, limits)?;
                self.preview_update(&parse(&input, limits)?)
            }
            other => Err(Error::Internal(format!("{other} creates no revision"))),
        })
    }

    /// Runs the previewed request at the time of the preview, so that a new state machine has the previewed creation time.
    ///
    /// # Errors
    /// Like [`StepFunctions::call_from`].
    pub fn call_previewed<K: SerializeResponse>(
        &self,
        preview: &PreviewedRevision,
        operation: Operation,
        source: &(impl DeserializeRequest + ?Sized),
        serializer: &K,
    ) -> Result<K::Output> {
        catch_panic(NOTHING_CHANGED, || {
            self.with_call(AfterStart::Nothing, |call| {
                call.context.now = preview.now;
                execute_request(operation, source, serializer, call)
            })
        })
    }

    fn preview_create(&self, command: &CreateStateMachine<'_>) -> Result<PreviewedRevision> {
        let arn = self.scope().state_machine_arn(command.name);
        self.preview(&arn, Some(command.kind), |context| Ok(state_machine::create(&arn, command, context)?.change))
    }

    fn preview_update(&self, command: &UpdateStateMachine<'_>) -> Result<PreviewedRevision> {
        self.preview(command.state_machine.unqualified_arn, None, |context| {
            Ok(state_machine::update(command, "", context)?.change)
        })
    }

    /// Returns the revision in the change that `decide` returns, or else the current one.
    fn preview(
        &self,
        arn: &str,
        kind: Option<StateMachineType>,
        decide: impl Fn(&Context<'_>) -> Result<Option<Change>>,
    ) -> Result<PreviewedRevision> {
        self.with_call(AfterStart::Nothing, |call| {
            call.read(arn, |context| {
                let (now, stored) = (context.now, context.view.map(View::state_machine));
                let (created, revision) = match decide(context)? {
                    Some(Change::CreateStateMachine { state_machine, revision, .. }) => {
                        (Some(state_machine.created), Some(Arc::new(revision)))
                    }
                    Some(Change::PutRevision { revision, .. }) => (None, Some(Arc::new(revision))),
                    _ => (None, state_machine::find_current_revision(context)?),
                };
                let missing = || Error::StateMachineDoesNotExist(arn.to_owned());
                Ok(PreviewedRevision {
                    state_machine_arn: arn.to_owned(),
                    kind: kind.or(stored.map(|stored| stored.kind)).ok_or_else(missing)?,
                    created: created.or(stored.map(|stored| stored.created)).ok_or_else(missing)?,
                    revision: revision.ok_or_else(missing)?,
                    now,
                })
            })
        })
    }
}
