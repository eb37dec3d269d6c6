//! Service options.

use crate::arguments::object_mut;
use crate::context::Context;
use crate::error::{ErrorObject, FfiError};
use crate::guard::{guard, guard_object};
use crate::result::ResultCode;
use crate::start_callback::{ForeignCallback, StartFunction};
use sfn_alias_core::{Clock, Limits, Options, Timestamp};
use std::ffi::c_void;
use std::time::Duration;

/// Service options. One thread at a time may use them. A service keeps a copy.
#[derive(Default)]
pub struct ServiceOptions {
    /// Without the callback.
    pub(crate) core: Options,
    pub(crate) on_start: Option<ForeignCallback>,
}

impl ServiceOptions {
    /// Returns the options of a new service. Its limits apply to the results of its callback.
    pub(crate) fn to_core(&self) -> Options {
        let on_start = self.on_start.as_ref().map(|callback| callback.to_core(self.core.limits.clone()));
        Options { on_start, ..self.core.clone() }
    }
}

/// Returns the current time in milliseconds since 1970-01-01T00:00:00Z. Every thread that uses the service may call it,
/// several at once. It must return.
pub type ClockFunction = Option<unsafe extern "C" fn(context: *mut c_void) -> i64>;

/// The limits of `sfn_alias_options_set_limit`.
#[repr(u32)]
pub enum Limit {
    /// Aliases per state machine (100).
    AliasesPerStateMachine = 1,
    /// Versions per state machine (1000).
    VersionsPerStateMachine = 2,
    /// Characters of a definition (1,048,576).
    DefinitionCharacters = 3,
    /// Bytes of an execution input in UTF-8 (262,144).
    InputBytes = 4,
    /// Bytes of a request body (1,048,576).
    RequestBytes = 5,
    /// Stored executions per state machine; the newest are kept (10,000).
    ExecutionsPerStateMachine = 6,
    /// Tags per resource (50).
    TagsPerResource = 7,
}

impl Limit {
    fn find(limits: &mut Limits, number: u32) -> Option<&mut usize> {
        let members = [
            (Self::AliasesPerStateMachine, &mut limits.aliases_per_state_machine),
            (Self::VersionsPerStateMachine, &mut limits.versions_per_state_machine),
            (Self::DefinitionCharacters, &mut limits.definition_characters),
            (Self::InputBytes, &mut limits.input_bytes),
            (Self::RequestBytes, &mut limits.request_bytes),
            (Self::ExecutionsPerStateMachine, &mut limits.executions_per_state_machine),
            (Self::TagsPerResource, &mut limits.tags_per_resource),
        ];
        members.into_iter().find_map(|(limit, member)| (limit as u32 == number).then_some(member))
    }
}

/// Creates options with the documented values of AWS, the system clock, and no seed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sfn_alias_options_new(
    options: *mut *mut ServiceOptions,
    error: *mut *mut ErrorObject,
) -> ResultCode {
    unsafe { guard_object(error, options, "options", || Ok(ServiceOptions::default())) }
}

/// Frees options. NULL is allowed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sfn_alias_options_free(options: *mut ServiceOptions) {
    unsafe { crate::free::free(options) }
}

/// Sets the seed. It makes routing decisions, revision ids and generated execution names reproducible.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sfn_alias_options_set_seed(
    options: *mut ServiceOptions,
    seed: u64,
    error: *mut *mut ErrorObject,
) -> ResultCode {
    unsafe { change_options(options, error, |options| options.seed = Some(seed)) }
}

/// Sets a limit. `limit` is one of `SFN_ALIAS_LIMIT_...`; other numbers give `SFN_ALIAS_INVALID_ARGUMENT`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sfn_alias_options_set_limit(
    options: *mut ServiceOptions,
    limit: u32,
    value: usize,
    error: *mut *mut ErrorObject,
) -> ResultCode {
    let unknown = || FfiError::InvalidArgument(format!("unknown limit {limit}; use one of `SFN_ALIAS_LIMIT_...`"));
    let work = || {
        let options = unsafe { object_mut(options, "options") }?;
        *Limit::find(&mut options.core.limits, limit).ok_or_else(unknown)? = value;
        Ok(())
    };
    unsafe { guard(error, work) }
}

/// Sets for how many milliseconds after UpdateStateMachineAlias the previous routing stays in effect (0: not at all).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sfn_alias_options_set_update_delay(
    options: *mut ServiceOptions,
    milliseconds: u64,
    error: *mut *mut ErrorObject,
) -> ResultCode {
    unsafe { change_options(options, error, |options| options.update_delay = Duration::from_millis(milliseconds)) }
}

/// Sets for how many milliseconds a deleted state machine stays in status DELETING (0: not at all).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sfn_alias_options_set_deletion_delay(
    options: *mut ServiceOptions,
    milliseconds: u64,
    error: *mut *mut ErrorObject,
) -> ResultCode {
    unsafe { change_options(options, error, |options| options.deletion_delay = Duration::from_millis(milliseconds)) }
}

/// Sets the clock. `context` is passed to `clock`, may be NULL, and must live until the last service with these options
/// is freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sfn_alias_options_set_clock(
    options: *mut ServiceOptions,
    clock: ClockFunction,
    context: *mut c_void,
    error: *mut *mut ErrorObject,
) -> ResultCode {
    let work = || {
        let now = clock.ok_or(FfiError::NullArgument("clock"))?;
        let context = Context(context);
        let clock = Clock::new(move || Timestamp::from_millis(unsafe { now(context.pointer()) }));
        unsafe { object_mut(options, "options") }?.core.clock = clock;
        Ok(())
    };
    unsafe { guard(error, work) }
}

/// Sets the function that decides how executions end that no rule ends; NULL removes it. `context` is passed to `on_start`,
/// may be NULL, and must live until the last service with these options is freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sfn_alias_options_set_on_start(
    options: *mut ServiceOptions,
    on_start: StartFunction,
    context: *mut c_void,
    error: *mut *mut ErrorObject,
) -> ResultCode {
    let work = || {
        unsafe { object_mut(options, "options") }?.on_start = ForeignCallback::new(on_start, context);
        Ok(())
    };
    unsafe { guard(error, work) }
}

unsafe fn change_options(
    options: *mut ServiceOptions,
    error: *mut *mut ErrorObject,
    change: impl FnOnce(&mut Options),
) -> ResultCode {
    let work = || {
        change(&mut unsafe { object_mut(options, "options") }?.core);
        Ok(())
    };
    unsafe { guard(error, work) }
}
