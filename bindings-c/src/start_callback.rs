//! The callback of started executions.

use crate::arguments::{bytes, object_mut};
use crate::context::Context;
use crate::error::ErrorObject;
use crate::guard::guard;
use crate::result::ResultCode;
use crate::text::{OwnedText, TextView};
use sfn_alias_core::{DelayedOutcome, Limits, StartCallback, StartedExecution};
use std::ffi::{c_char, c_void};

/// Decides how an execution ends that was started or redriven and that no rule ends. `execution` is JSON with
/// `executionArn`, `stateMachineArn`, `stateMachineVersionArn` and `stateMachineAliasArn` (absent if the execution was
/// not started with them), `name`, `input` and `definition` (JSON texts), `roleArn`, `type`, `startDate`, `redriveCount`
/// and `traceHeader` (absent if not specified). The function passes the ending to `sfn_alias_callback_result_set`, or
/// returns without it to leave the execution RUNNING. `execution` and `result` are valid until it returns.
///
/// It is called after the commit, on the thread of the call that started the execution, by several threads at once. It may
/// call the service, and may be slow: only that call waits. It must return, and must not free the service of that call.
/// If it starts executions, it is called again on the same stack, so it must end its own recursion.
pub type StartFunction =
    Option<unsafe extern "C" fn(context: *mut c_void, execution: TextView, result: *mut CallbackResult)>;

/// Receives the ending of an execution from a callback. Only the thread of the callback may use it.
#[derive(Default)]
pub struct CallbackResult(Option<Vec<u8>>);

/// Sets how the execution ends. `ending` is copied. It is JSON as in `sfn_alias_end_execution`, without `executionArn`;
/// `null`, or NULL, leaves the execution RUNNING. The last call before the callback returns decides. Another JSON, or a
/// text that is not JSON, ends the execution as FAILED, with the error `SfnAlias.CallbackError` and a cause that describes
/// the problem.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sfn_alias_callback_result_set(
    result: *mut CallbackResult,
    ending: *const c_char,
    ending_length: usize,
    error: *mut *mut ErrorObject,
) -> ResultCode {
    let work = || unsafe {
        let result = object_mut(result, "result")?;
        result.0 = if ending.is_null() { None } else { Some(bytes(ending, ending_length, "ending")?.to_vec()) };
        Ok(())
    };
    unsafe { guard(error, work) }
}

/// A callback of the caller.
#[derive(Clone)]
pub(crate) struct ForeignCallback {
    function: unsafe extern "C" fn(*mut c_void, TextView, *mut CallbackResult),
    context: Context,
}

impl ForeignCallback {
    pub(crate) fn new(function: StartFunction, context: *mut c_void) -> Option<Self> {
        function.map(|function| Self { function, context: Context(context) })
    }

    /// Returns the callback of a service with these limits.
    pub(crate) fn to_core(&self, limits: Limits) -> StartCallback {
        let callback = self.clone();
        StartCallback::new(move |execution| callback.run(execution, &limits))
    }

    fn run(&self, execution: &StartedExecution, limits: &Limits) -> Option<DelayedOutcome> {
        let execution = OwnedText::from_json(execution);
        let mut result = CallbackResult::default();
        unsafe { (self.function)(self.context.pointer(), execution.view(), &raw mut result) };
        DelayedOutcome::from_result(result.0?.as_slice(), limits)
    }
}
