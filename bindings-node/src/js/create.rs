//! Creates JavaScript values with Node-API.

use super::value::{Js, with_c_string};
use napi::bindgen_prelude::{Function, FunctionRef, ToNapiValue};
use napi::sys;
use std::ptr;

// SAFETY of every block below: see `value.rs`.
#[expect(unsafe_code, reason = "Node-API is a C interface")]
impl<'e> Js<'e> {
    /// Creates a reference to a function that outlives this call.
    pub fn create_function_ref(self) -> napi::Result<FunctionRef<(), ()>> {
        unsafe { self.into_unknown().cast::<Function<'e, (), ()>>() }?.create_ref()
    }

    /// Converts a value as napi-rs does, for example a class instance or the promise of a task.
    pub fn convert<T: ToNapiValue>(self, value: T) -> napi::Result<Self> {
        let raw = unsafe { T::to_napi_value(self.env, value) }?;
        Ok(Self { raw, ..self })
    }

    fn create(self, write: impl FnOnce(sys::napi_env, *mut sys::napi_value)) -> Self {
        let mut raw = ptr::null_mut();
        write(self.env, &mut raw);
        Self { raw, ..self }
    }

    pub fn create_undefined(self) -> Self {
        self.create(|env, result| unsafe {
            sys::napi_get_undefined(env, result);
        })
    }

    pub fn create_null(self) -> Self {
        self.create(|env, result| unsafe {
            sys::napi_get_null(env, result);
        })
    }

    pub fn create_boolean(self, value: bool) -> Self {
        self.create(|env, result| unsafe {
            sys::napi_get_boolean(env, value, result);
        })
    }

    pub fn create_number(self, value: f64) -> Self {
        self.create(|env, result| unsafe {
            sys::napi_create_double(env, value, result);
        })
    }

    pub fn create_string(self, value: &str) -> Self {
        self.create(|env, result| unsafe {
            sys::napi_create_string_utf8(env, value.as_ptr().cast(), value.len().cast_signed(), result);
        })
    }

    pub fn create_date(self, millis: f64) -> Self {
        self.create(|env, result| unsafe {
            sys::napi_create_date(env, millis, result);
        })
    }

    pub fn create_object(self) -> Self {
        self.create(|env, result| unsafe {
            sys::napi_create_object(env, result);
        })
    }

    pub fn create_array(self, length: usize) -> Self {
        self.create(|env, result| unsafe {
            sys::napi_create_array_with_length(env, length, result);
        })
    }

    pub fn create_buffer(self, bytes: &[u8]) -> Self {
        self.create(|env, result| unsafe {
            sys::napi_create_buffer_copy(env, bytes.len(), bytes.as_ptr().cast(), ptr::null_mut(), result);
        })
    }

    pub fn create_error(self, message: &str) -> Self {
        let message = self.create_string(message);
        self.create(|env, result| unsafe {
            sys::napi_create_error(env, ptr::null_mut(), message.raw, result);
        })
    }

    pub fn create_type_error(self, message: &str) -> Self {
        let message = self.create_string(message);
        self.create(|env, result| unsafe {
            sys::napi_create_type_error(env, ptr::null_mut(), message.raw, result);
        })
    }

    /// Sets a member and returns the object.
    pub fn with_member(self, name: &str, value: Self) -> Self {
        with_c_string(name, |name| unsafe { sys::napi_set_named_property(self.env, self.raw, name, value.raw) });
        self
    }

    pub fn set_item(self, index: usize, value: Self) {
        let index = u32::try_from(index).unwrap_or(u32::MAX);
        unsafe { sys::napi_set_element(self.env, self.raw, index, value.raw) };
    }

    /// Creates a promise that is already settled.
    pub fn create_settled_promise(self, outcome: Result<Self, Self>) -> Self {
        let (mut deferred, mut promise) = (ptr::null_mut(), ptr::null_mut());
        unsafe {
            sys::napi_create_promise(self.env, &mut deferred, &mut promise);
            match outcome {
                Ok(value) => sys::napi_resolve_deferred(self.env, deferred, value.raw),
                Err(error) => sys::napi_reject_deferred(self.env, deferred, error.raw),
            };
        }
        Self { raw: promise, ..self }
    }
}
