//! A function with nothing between Node-API and it.
//!
//! For each call napi-rs keeps a scope of borrows of its classes. A function without classes does not need
//! it, and where a call is as short as validating a request it costs a tenth.

use super::value::Js;
use crate::error;
use napi::bindgen_prelude::{Env, Object};
use napi::{Error, Status, sys};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;

/// A function of two arguments that answers nothing; `Err` holds what to throw.
pub trait Check {
    fn run<'e>(env: &'e Env, first: Js<'e>, second: Js<'e>) -> Result<(), Js<'e>>;
}

/// Puts a function into a module's exports, in the place of one of that name.
#[expect(unsafe_code, reason = "Node-API is a C interface")]
pub fn export<C: Check>(env: &Env, exports: &mut Object<'_>, name: &str) -> napi::Result<()> {
    let (text, length) = (name.as_ptr().cast(), name.len().cast_signed());
    let mut function = ptr::null_mut();
    // SAFETY: the name lives as long as the call, and the callback as long as the program.
    let status = unsafe {
        sys::napi_create_function(env.raw(), text, length, Some(called::<C>), ptr::null_mut(), &mut function)
    };
    if status != sys::Status::napi_ok {
        return Err(Error::from_status(Status::from(status)));
    }
    exports.set(name, Js::new(env, function).unknown())
}

/// What Node-API calls. Without an answer, it is `undefined` in JavaScript.
#[expect(unsafe_code, reason = "Node-API is a C interface")]
unsafe extern "C" fn called<C: Check>(env: sys::napi_env, info: sys::napi_callback_info) -> sys::napi_value {
    let (mut arguments, mut count) = ([ptr::null_mut(); 2], 2);
    // SAFETY: both come from Node-API; arguments that were not given are `undefined`.
    unsafe { sys::napi_get_cb_info(env, info, &mut count, arguments.as_mut_ptr(), ptr::null_mut(), ptr::null_mut()) };
    let [first, second] = arguments;
    let scope = Env::from_raw(env);
    let run = || C::run(&scope, Js::new(&scope, first), Js::new(&scope, second));
    let thrown = match catch_unwind(AssertUnwindSafe(run)) {
        Ok(Ok(())) => return ptr::null_mut(),
        Ok(Err(thrown)) => thrown,
        Err(_) => error::of_panic(Js::any(&scope)),
    };
    // SAFETY: an error of this call.
    unsafe { sys::napi_throw(env, thrown.raw) };
    ptr::null_mut()
}
