//! Calls whose callback is called later: batches, and those whose callback is called by the caller.

use super::call::{AfterStart, NOTHING_CHANGED, RESPONSE_LOST, ReportedStart, catch_panic};
use super::operations::execute_request;
use super::step_functions::StepFunctions;
use crate::engine::start::SyncStart;
use crate::error::Result;
use crate::json::{Json, SerializeResponse};
use crate::model::Scope;
use crate::start_callback::{DelayedOutcome, StartedExecution};
use crate::wire::DeserializeRequest;
use std::fmt;

/// A call that is committed. If it started an execution that no rule ends, its callback was not called yet.
pub struct CallProgress<T>(State<T>);

enum State<T> {
    Finished(T),
    Started(T, Box<StartedExecution>),
    /// Without a response.
    StartedSync(Box<SyncStart>),
}

impl<T> CallProgress<T> {
    pub(super) fn new(result: Result<T>, reported: Option<ReportedStart>) -> Result<Self> {
        Ok(Self(match reported {
            None => State::Finished(result?),
            Some(ReportedStart::Stored(execution)) => State::Started(result?, execution),
            Some(ReportedStart::Sync(start)) => State::StartedSync(start),
        }))
    }

    /// Returns the execution for the callback.
    pub fn execution(&self) -> Option<&StartedExecution> {
        match &self.0 {
            State::Finished(_) => None,
            State::Started(_, execution) => Some(execution),
            State::StartedSync(start) => Some(&start.execution),
        }
    }
}

/// Omits the response, which may contain sensitive texts.
impl<T> fmt::Debug for CallProgress<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallProgress").field("execution", &self.execution()).finish_non_exhaustive()
    }
}

impl StepFunctions {
    /// Executes several requests in order, each with its scope, operation and body, with one commit. The results are
    /// the same as those of single calls. If the commit fails, every result is the error of the commit.
    pub fn call_batch(&self, requests: &[(&Scope, &str, &[u8])]) -> Vec<Result<Vec<u8>>> {
        catch_panic(NOTHING_CHANGED, || self.execute_batch(requests))
            .unwrap_or_else(|error| requests.iter().map(|_| Err(error.clone())).collect())
    }

    fn execute_batch(&self, requests: &[(&Scope, &str, &[u8])]) -> Result<Vec<Result<Vec<u8>>>> {
        let callback = self.inner.options.on_start.as_ref();
        let after_start = callback.map_or(AfterStart::Nothing, |_| AfterStart::Report);
        let mut batch = self.inner.store.begin_batch()?;
        let mut execute = |(scope, operation, body): &(&Scope, &str, &[u8])| {
            let call = &mut self.new_call(&mut *batch, scope, after_start);
            let result = execute_request(operation.parse()?, *body, &Json, call);
            CallProgress::new(result, call.reported.take())
        };
        let results: Vec<_> =
            requests.iter().map(|request| catch_panic(NOTHING_CHANGED, || execute(request))).collect();
        batch.commit()?;
        let finish = |(progress, (scope, ..)): (Result<CallProgress<_>>, &(&Scope, &str, &[u8]))| {
            let progress = progress?;
            let result = progress.execution().zip(callback).and_then(|(execution, callback)| callback.run(execution));
            self.in_scope((*scope).clone()).finish_call(progress, result, &Json)
        };
        Ok(results.into_iter().zip(requests).map(finish).collect())
    }

    /// Like [`StepFunctions::call_from`], but does not call [`crate::Options::on_start`]: the caller does that, for example on
    /// another thread, and then calls [`StepFunctions::finish_call`].
    ///
    /// # Errors
    /// Like [`StepFunctions::call_from`].
    ///
    /// ```
    /// use sfn_alias::{Json, StepFunctions};
    /// let sfn = StepFunctions::in_memory()?;
    /// let progress = sfn.begin_call_from("ListStateMachines", &b"{}"[..], &Json)?;
    /// assert!(progress.execution().is_none(), "it starts nothing");
    /// assert_eq!(sfn.finish_call(progress, None, &Json)?, br#"{"stateMachines":[]}"#);
    /// # Ok::<(), sfn_alias::Error>(())
    /// ```
    pub fn begin_call_from<K: SerializeResponse>(
        &self,
        operation: &str,
        source: &(impl DeserializeRequest + ?Sized),
        serializer: &K,
    ) -> Result<CallProgress<K::Output>> {
        catch_panic(NOTHING_CHANGED, || {
            self.with_call(AfterStart::Report, |call| {
                let result = execute_request(operation.parse()?, source, serializer, call);
                CallProgress::new(result, call.reported.take())
            })
        })
    }

    /// Ends the execution that a call started, and returns the response of the call. `result` is the result of the callback:
    /// `None` leaves the execution RUNNING. An execution that was stopped, ended, redriven or deleted meanwhile stays as it is.
    ///
    /// # Errors
    /// [`crate::Error::OutcomeRequired`] for StartSyncExecution without a result, and [`crate::Error::Store`].
    pub fn finish_call<K: SerializeResponse>(
        &self,
        progress: CallProgress<K::Output>,
        result: Option<DelayedOutcome>,
        serializer: &K,
    ) -> Result<K::Output> {
        self.finish_call_from(progress, result, &b""[..], serializer)
    }

    /// Like [`StepFunctions::finish_call`]. `source` is the request, which may release the global lock of its language.
    ///
    /// # Errors
    /// Like [`StepFunctions::finish_call`].
    pub fn finish_call_from<K: SerializeResponse>(
        &self,
        progress: CallProgress<K::Output>,
        result: Option<DelayedOutcome>,
        source: &(impl DeserializeRequest + ?Sized),
        serializer: &K,
    ) -> Result<K::Output> {
        catch_panic(RESPONSE_LOST, || {
            let result = result.map(|result| result.check(&self.inner.options.limits));
            self.with_call(AfterStart::Nothing, |call| match progress.0 {
                State::Finished(response) => Ok(response),
                State::Started(response, execution) => {
                    let end = |result| source.run_without_global_lock(|| call.end_started(&execution, &result));
                    result.map_or(Ok(()), end)?;
                    Ok(response)
                }
                State::StartedSync(start) => {
                    let output = source.run_without_global_lock(|| call.finish_sync(*start, result))?;
                    serializer.write(&output)
                }
            })
        })
    }

    /// Ends an execution with the result of its callback, for example when a promise has completed after the response of the
    /// call. Changes nothing if the execution was stopped, ended, redriven or deleted meanwhile, has an ending in the future, or
    /// is of an EXPRESS state machine.
    ///
    /// # Errors
    /// [`crate::Error::Store`].
    pub fn end_started_execution(&self, execution: &StartedExecution, result: DelayedOutcome) -> Result<()> {
        catch_panic(NOTHING_CHANGED, || {
            let result = result.check(&self.inner.options.limits);
            self.with_call(AfterStart::Nothing, |call| call.end_started(execution, &result))
        })
    }
}
