//! The time of a call, by the clock of the caller.
//!
//! A function of JavaScript's can only be called on JavaScript's thread, the store's work may be done on
//! another: so the time is asked for once, when a call begins, and goes with the work.

use crate::js::Js;
use napi::bindgen_prelude::{Env, FunctionRef, JsValue};
use sfn_alias::{Clock, Timestamp};
use std::cell::Cell;
use std::sync::Arc;

thread_local! {
    static NOW: Cell<Option<i64>> = const { Cell::new(None) };
}

/// The clock that the core is given.
pub fn for_core() -> Clock {
    Clock::new(|| NOW.get().map_or_else(Timestamp::from_system, Timestamp::from_millis))
}

/// Does work at a time.
pub fn at<R>(millis: Option<i64>, work: impl FnOnce() -> R) -> R {
    NOW.set(millis);
    let done = work();
    NOW.set(None);
    done
}

/// The caller's function, or the system's clock.
pub type Watch = Option<Arc<FunctionRef<(), ()>>>;

/// Asks a clock: a Date, or milliseconds as `Date.now()` gives them. `Err` holds what to throw.
pub fn ask<'e>(env: &'e Env, any: Js<'e>, watch: &Watch) -> Result<Option<i64>, Js<'e>> {
    let Some(watch) = watch else { return Ok(None) };
    let function = watch.borrow_back(env).map_err(|error| any.make_error(&error.reason))?;
    let answer = Js::new(env, function.raw()).call().map_err(|thrown| thrown.0)?;
    let millis = answer.date().unwrap_or_else(|| answer.number());
    if !millis.is_finite() {
        let words = "options.clock must answer a Date or milliseconds since 1970, as Date.now does";
        return Err(crate::error::argument(any, words, None));
    }
    #[expect(clippy::cast_possible_truncation, reason = "a float cast saturates")]
    Ok(Some(millis.round() as i64))
}
