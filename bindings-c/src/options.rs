//! How a service behaves where a user may choose.

use crate::arguments::{Output, object_mut};
use crate::error::{ErrorObject, FfiError};
use crate::guard::guard;
use crate::result::ResultCode;
use sfn_alias_core::{Clock, Limits, Options, Timestamp};
use std::ffi::c_void;
use std::time::Duration;

/// How a service behaves where you may choose. For one thread at a time; a service keeps a copy.
pub struct ServiceOptions(pub(crate) Options);

/// The time now, in milliseconds since 1970-01-01T00:00:00Z. Called by any thread that uses the
/// service, several at once; it must return.
pub type ClockFunction = Option<unsafe extern "C" fn(context: *mut c_void) -> i64>;

/// What `sfn_alias_options_set_limit` takes.
#[repr(u32)]
pub enum Limit {
    /// Aliases of one state machine (100).
    AliasesPerStateMachine = 1,
    /// Versions of one state machine (1000).
    VersionsPerStateMachine = 2,
    /// Characters of a definition (1,048,576).
    DefinitionCharacters = 3,
    /// Characters of an execution input (262,144).
    InputCharacters = 4,
    /// Bytes of a request body (1,048,576).
    RequestBytes = 5,
    /// Executions of one state machine that are kept, newest first (10,000).
    ExecutionsPerStateMachine = 6,
    /// Tags of one resource (50).
    TagsPerResource = 7,
}

impl Limit {
    fn find(limits: &mut Limits, number: u32) -> Option<&mut usize> {
        const fn is(limit: Limit, number: u32) -> bool {
            limit as u32 == number
        }
        Some(match number {
            n if is(Self::AliasesPerStateMachine, n) => &mut limits.aliases_per_state_machine,
            n if is(Self::VersionsPerStateMachine, n) => &mut limits.versions_per_state_machine,
            n if is(Self::DefinitionCharacters, n) => &mut limits.definition_characters,
            n if is(Self::InputCharacters, n) => &mut limits.input_characters,
            n if is(Self::RequestBytes, n) => &mut limits.request_bytes,
            n if is(Self::ExecutionsPerStateMachine, n) => &mut limits.executions_per_state_machine,
            n if is(Self::TagsPerResource, n) => &mut limits.tags_per_resource,
            _ => return None,
        })
    }
}

/// Makes options with AWS's documented values, the system's clock, and no seed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sfn_alias_options_new(
    options: *mut *mut ServiceOptions,
    error: *mut *mut ErrorObject,
) -> ResultCode {
    let work = || unsafe {
        Output::new(options, "options")?.write_boxed(ServiceOptions(Options::default()));
        Ok(())
    };
    unsafe { guard(error, work) }
}

/// Frees options. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sfn_alias_options_free(options: *mut ServiceOptions) {
    unsafe { crate::guard::free(options) }
}

/// Makes draws, revision ids and generated execution names repeatable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sfn_alias_options_set_seed(
    options: *mut ServiceOptions,
    seed: u64,
    error: *mut *mut ErrorObject,
) -> ResultCode {
    unsafe { change_options(options, error, |options| options.seed = Some(seed)) }
}

/// Sets a quota or a size. `limit` is one of `SFN_ALIAS_LIMIT_...`; any other is to_error with
/// `SFN_ALIAS_INVALID_ARGUMENT`.
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
        *Limit::find(&mut options.0.limits, limit).ok_or_else(unknown)? = value;
        Ok(())
    };
    unsafe { guard(error, work) }
}

/// For how many milliseconds after UpdateStateMachineAlias the previous routing still holds (0: not at all).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sfn_alias_options_set_update_delay(
    options: *mut ServiceOptions,
    milliseconds: u64,
    error: *mut *mut ErrorObject,
) -> ResultCode {
    unsafe { change_options(options, error, |options| options.update_delay = Duration::from_millis(milliseconds)) }
}

/// For how many milliseconds DeleteStateMachine leaves a state machine in status DELETING (0: not at all).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sfn_alias_options_set_deletion_delay(
    options: *mut ServiceOptions,
    milliseconds: u64,
    error: *mut *mut ErrorObject,
) -> ResultCode {
    unsafe { change_options(options, error, |options| options.deletion_delay = Duration::from_millis(milliseconds)) }
}

/// Sets where the time comes from. `context` is handed to `clock` as it is, may be NULL, and must live
/// until the last service with these options is freed.
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
        unsafe { object_mut(options, "options") }?.0.clock = clock;
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
        change(&mut unsafe { object_mut(options, "options") }?.0);
        Ok(())
    };
    unsafe { guard(error, work) }
}

/// What the caller's clock is called with.
struct Context(*mut c_void);

impl Context {
    /// A method, so that a closure takes the whole of it and not the bare pointer.
    fn pointer(&self) -> *mut c_void {
        self.0
    }
}

// The caller promises that its clock may be called by several threads at once; the pointer is only
// handed back to it.
unsafe impl Send for Context {}
unsafe impl Sync for Context {}
