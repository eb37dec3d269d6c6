//! JavaScript values by Node-API's own functions: making them.

use super::value::{Js, named};
use napi::bindgen_prelude::{Function, FunctionRef, ToNapiValue};
use napi::sys;
use std::ptr;

// SAFETY of every block below: as in `value.rs`.
#[expect(unsafe_code, reason = "Node-API is a C interface")]
impl<'e> Js<'e> {
    /// Keeps a function beyond this call.
    pub fn keep(self) -> napi::Result<FunctionRef<(), ()>> {
        unsafe { self.unknown().cast::<Function<'e, (), ()>>() }?.create_ref()
    }

    /// What napi-rs makes of a value: a class's instance, a task's promise.
    pub fn make<T: ToNapiValue>(self, value: T) -> napi::Result<Self> {
        let raw = unsafe { T::to_napi_value(self.env, value) }?;
        Ok(Self { raw, ..self })
    }

    fn made(self, make: impl FnOnce(sys::napi_env, *mut sys::napi_value)) -> Self {
        let mut raw = ptr::null_mut();
        make(self.env, &mut raw);
        Self { raw, ..self }
    }

    pub fn undefined(self) -> Self {
        self.made(|env, made| unsafe {
            sys::napi_get_undefined(env, made);
        })
    }

    pub fn null(self) -> Self {
        self.made(|env, made| unsafe {
            sys::napi_get_null(env, made);
        })
    }

    pub fn make_boolean(self, value: bool) -> Self {
        self.made(|env, made| unsafe {
            sys::napi_get_boolean(env, value, made);
        })
    }

    pub fn make_number(self, value: f64) -> Self {
        self.made(|env, made| unsafe {
            sys::napi_create_double(env, value, made);
        })
    }

    pub fn make_text(self, value: &str) -> Self {
        self.made(|env, made| unsafe {
            sys::napi_create_string_utf8(env, value.as_ptr().cast(), value.len().cast_signed(), made);
        })
    }

    pub fn make_date(self, millis: f64) -> Self {
        self.made(|env, made| unsafe {
            sys::napi_create_date(env, millis, made);
        })
    }

    pub fn make_object(self) -> Self {
        self.made(|env, made| unsafe {
            sys::napi_create_object(env, made);
        })
    }

    pub fn make_list(self, length: usize) -> Self {
        self.made(|env, made| unsafe {
            sys::napi_create_array_with_length(env, length, made);
        })
    }

    pub fn make_buffer(self, bytes: &[u8]) -> Self {
        self.made(|env, made| unsafe {
            sys::napi_create_buffer_copy(env, bytes.len(), bytes.as_ptr().cast(), ptr::null_mut(), made);
        })
    }

    pub fn make_error(self, message: &str) -> Self {
        let message = self.make_text(message);
        self.made(|env, made| unsafe {
            sys::napi_create_error(env, ptr::null_mut(), message.raw, made);
        })
    }

    pub fn make_type_error(self, message: &str) -> Self {
        let message = self.make_text(message);
        self.made(|env, made| unsafe {
            sys::napi_create_type_error(env, ptr::null_mut(), message.raw, made);
        })
    }

    /// Sets a member and gives the object back.
    pub fn with(self, name: &str, value: Self) -> Self {
        named(name, |name| unsafe { sys::napi_set_named_property(self.env, self.raw, name, value.raw) });
        self
    }

    pub fn set_item(self, index: usize, value: Self) {
        let index = u32::try_from(index).unwrap_or(u32::MAX);
        unsafe { sys::napi_set_element(self.env, self.raw, index, value.raw) };
    }

    /// A promise that is settled already.
    pub fn settled(self, outcome: Result<Self, Self>) -> Self {
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
