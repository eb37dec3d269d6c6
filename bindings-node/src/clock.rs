//! The caller's clock.
//!
//! A JavaScript function can only be called on the JavaScript thread, but the store may work on another one. So the
//! clock is read once, when a call starts, and its time is passed along with the work.

use crate::js::Js;
use napi::bindgen_prelude::{Env, FunctionRef, JsValue};
use sfn_alias::{Clock, Timestamp};
use std::cell::Cell;
use std::sync::Arc;

thread_local! {
    static NOW: Cell<Option<i64>> = const { Cell::new(None) };
}

/// Creates the clock for the core: the time set by [`with_time`], or the system's.
pub fn create_core_clock() -> Clock {
    Clock::new(|| NOW.get().map_or_else(Timestamp::now, Timestamp::from_millis))
}

/// Runs the work with this time as the core's current time.
pub fn with_time<R>(millis: Option<i64>, work: impl FnOnce() -> R) -> R {
    NOW.set(millis);
    let result = work();
    NOW.set(None);
    result
}

/// The clock function of the caller; `None` for the system's clock.
pub type ClockFunction = Option<Arc<FunctionRef<(), ()>>>;

/// Reads a clock, which returns a `Date` or milliseconds. `Err` is the value to throw.
pub fn read_clock<'e>(env: &'e Env, js: Js<'e>, clock: &ClockFunction) -> Result<Option<i64>, Js<'e>> {
    let Some(clock) = clock else { return Ok(None) };
    let function = clock.borrow_back(env).map_err(|error| js.create_error(&error.reason))?;
    let time = Js::new(env, function.raw()).call().map_err(|thrown| thrown.0)?;
    let millis = time.as_date_millis().unwrap_or_else(|| time.as_f64());
    if !millis.is_finite() {
        let message =
            "options.clock: expected the function to return a Date or milliseconds since 1970, as Date.now does";
        return Err(crate::error::create_argument_error(js, message, None));
    }
    #[expect(clippy::cast_possible_truncation, reason = "a float cast saturates")]
    Ok(Some(millis.round() as i64))
}
