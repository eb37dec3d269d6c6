//! Functions that Node-API calls directly, without napi-rs.
//!
//! For each call, napi-rs opens a scope that tracks borrowed class instances. A function without classes does not
//! need it, and it takes 10 % of the time of a short call such as `validate`.

use super::value::Js;
use crate::error;
use napi::bindgen_prelude::{Env, Object};
use napi::{Error, Status, sys};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;

/// A function with two arguments that returns `undefined`. `Err` is the value to throw.
pub trait RawFunction {
    fn call<'e>(env: &'e Env, first: Js<'e>, second: Js<'e>) -> Result<(), Js<'e>>;
}

/// Adds a function to a module's exports. Replaces an export of the same name.
#[expect(unsafe_code, reason = "Node-API is a C interface")]
pub fn export_function<F: RawFunction>(env: &Env, exports: &mut Object<'_>, name: &str) -> napi::Result<()> {
    let (text, length) = (name.as_ptr().cast(), name.len().cast_signed());
    let mut function = ptr::null_mut();
    // SAFETY: the name outlives the call, and the callback is static.
    let status = unsafe {
        sys::napi_create_function(env.raw(), text, length, Some(call_raw::<F>), ptr::null_mut(), &mut function)
    };
    if status != sys::Status::napi_ok {
        return Err(Error::from_status(Status::from(status)));
    }
    exports.set(name, Js::new(env, function).into_unknown())
}

/// The entry point for Node-API. A null result is `undefined` in JavaScript.
#[expect(unsafe_code, reason = "Node-API is a C interface")]
unsafe extern "C" fn call_raw<F: RawFunction>(env: sys::napi_env, info: sys::napi_callback_info) -> sys::napi_value {
    let (mut arguments, mut count) = ([ptr::null_mut(); 2], 2);
    // SAFETY: `env` and `info` come from Node-API, which sets missing arguments to `undefined`.
    unsafe { sys::napi_get_cb_info(env, info, &mut count, arguments.as_mut_ptr(), ptr::null_mut(), ptr::null_mut()) };
    let [first, second] = arguments;
    let scope = Env::from_raw(env);
    let run = || F::call(&scope, Js::new(&scope, first), Js::new(&scope, second));
    let thrown = match catch_unwind(AssertUnwindSafe(run)) {
        Ok(Ok(())) => return ptr::null_mut(),
        Ok(Err(thrown)) => thrown,
        Err(_) => error::create_panic_error(Js::undefined(&scope)),
    };
    // SAFETY: `thrown` was created in this call.
    unsafe { sys::napi_throw(env, thrown.raw) };
    ptr::null_mut()
}
