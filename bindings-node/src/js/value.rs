//! Reads JavaScript values with Node-API.
//!
//! napi-rs checks the type of each value and copies each name and string once more than reading a request needs.
//! Reading dominates the time of a call from Node, so this module uses Node-API directly.

use super::utf16::{self, LoneSurrogate};
use napi::bindgen_prelude::{Env, JsValue, Unknown};
use napi::{ValueType, sys};
use std::ffi::{CStr, c_char};
use std::marker::PhantomData;
use std::mem::MaybeUninit;
use std::ptr;

/// A JavaScript value. It is valid during the current call from JavaScript.
#[derive(Clone, Copy)]
pub struct Js<'e> {
    pub(super) env: sys::napi_env,
    pub(super) raw: sys::napi_value,
    pub(super) scope: PhantomData<&'e Env>,
}

/// A value thrown by a getter, a proxy or a function.
#[derive(Clone, Copy)]
pub struct JsException<'e>(pub Js<'e>);

/// Names up to this length are passed to Node-API without an allocation.
const SHORT_NAME: usize = 63;
/// Strings up to this many UTF-16 units are read with one call.
const SHORT_STRING: usize = 511;

// SAFETY of every block below: `env` and `raw` come from Node-API within a call that outlives `'e`. All code runs
// on the thread of that environment. Every pointer passed to Node-API points to a live local variable or to a
// buffer of the length passed with it. A failed call leaves its output as it was initialized.
#[expect(unsafe_code, reason = "Node-API is a C interface")]
impl<'e> Js<'e> {
    /// Wraps a raw value of the current call.
    pub fn new(env: &'e Env, raw: sys::napi_value) -> Self {
        Self { env: env.raw(), raw, scope: PhantomData }
    }

    /// Returns `undefined`. Other values of the environment are created from it.
    pub fn undefined(env: &'e Env) -> Self {
        Self::new(env, ptr::null_mut()).create_undefined()
    }

    /// Wraps a value of napi-rs.
    pub fn from_unknown(env: &'e Env, value: &Unknown<'_>) -> Self {
        Self::new(env, value.raw())
    }

    /// Converts to a value of napi-rs.
    pub fn into_unknown(self) -> Unknown<'e> {
        unsafe { Unknown::from_raw_unchecked(self.env, self.raw) }
    }

    /// Converts to the error that makes napi-rs throw this value.
    pub fn into_error(self) -> napi::Error {
        self.into_unknown().into()
    }

    /// Returns the type, as `typeof` does.
    pub fn value_type(self) -> ValueType {
        let mut kind = sys::ValueType::napi_undefined;
        unsafe { sys::napi_typeof(self.env, self.raw, &mut kind) };
        kind.into()
    }

    /// Returns the number; NaN for other types.
    pub fn as_f64(self) -> f64 {
        let mut number = f64::NAN;
        unsafe { sys::napi_get_value_double(self.env, self.raw, &mut number) };
        number
    }

    /// Returns the boolean; `false` for other types.
    pub fn as_bool(self) -> bool {
        let mut value = false;
        unsafe { sys::napi_get_value_bool(self.env, self.raw, &mut value) };
        value
    }

    /// Returns a BigInt that fits into 64 bits with a sign.
    pub fn as_i64(self) -> Option<i64> {
        let (mut value, mut lossless) = (0, false);
        unsafe { sys::napi_get_value_bigint_int64(self.env, self.raw, &mut value, &mut lossless) };
        lossless.then_some(value)
    }

    /// Returns a BigInt that fits into 64 bits without a sign.
    pub fn as_u64(self) -> Option<u64> {
        let (mut value, mut lossless) = (0, false);
        unsafe { sys::napi_get_value_bigint_uint64(self.env, self.raw, &mut value, &mut lossless) };
        lossless.then_some(value)
    }

    /// Reads the UTF-16 units of a string. Returns `None` for other types and for strings longer than the buffer.
    pub fn read_utf16(self, buffer: &mut [u16]) -> Option<&[u16]> {
        let mut length = 0;
        let status = unsafe {
            sys::napi_get_value_string_utf16(self.env, self.raw, buffer.as_mut_ptr(), buffer.len(), &mut length)
        };
        let whole = status == sys::Status::napi_ok && length.saturating_add(1) < buffer.len();
        whole.then(|| buffer.get(..length))?
    }

    /// Reads a string; empty for other types.
    pub fn read_string(self) -> Result<String, LoneSurrogate> {
        let mut units = [const { MaybeUninit::<u16>::uninit() }; SHORT_STRING + 1];
        let mut length = 0;
        unsafe {
            sys::napi_get_value_string_utf16(self.env, self.raw, units.as_mut_ptr().cast(), units.len(), &mut length);
        }
        if length >= SHORT_STRING {
            return self.read_long_string();
        }
        // SAFETY: Node-API has initialized `length` units, and `length` is less than the size of the buffer.
        utf16::decode(unsafe { std::slice::from_raw_parts(units.as_ptr().cast(), length) })
    }

    /// Reads a string. Returns `None` for other types and for a string with a lone surrogate.
    pub fn as_string(self) -> Option<String> {
        (self.value_type() == ValueType::String).then(|| self.read_string().ok())?
    }

    fn read_long_string(self) -> Result<String, LoneSurrogate> {
        let mut length = 0;
        unsafe { sys::napi_get_value_string_utf16(self.env, self.raw, ptr::null_mut(), 0, &mut length) };
        // Node-API appends a NUL.
        let mut units: Vec<u16> = vec![0; length.saturating_add(1)];
        unsafe {
            sys::napi_get_value_string_utf16(self.env, self.raw, units.as_mut_ptr(), units.len(), &mut length);
        }
        units.truncate(length);
        utf16::decode(&units)
    }

    /// Returns a member of an object, `undefined` if it does not exist. May run a getter.
    pub fn get_member(self, name: &str) -> Result<Self, JsException<'e>> {
        let mut found = ptr::null_mut();
        let status =
            with_c_string(name, |name| unsafe { sys::napi_get_named_property(self.env, self.raw, name, &mut found) });
        self.into_result(status, found)
    }

    /// Returns an item of an array. May run a getter.
    pub fn get_item(self, index: u32) -> Result<Self, JsException<'e>> {
        let mut found = ptr::null_mut();
        let status = unsafe { sys::napi_get_element(self.env, self.raw, index, &mut found) };
        self.into_result(status, found)
    }

    fn into_result(self, status: sys::napi_status, found: sys::napi_value) -> Result<Self, JsException<'e>> {
        if status == sys::Status::napi_ok { Ok(Self { raw: found, ..self }) } else { Err(self.take_exception()) }
    }

    /// Returns the pending exception and clears it.
    fn take_exception(self) -> JsException<'e> {
        let mut exception = ptr::null_mut();
        let status = unsafe { sys::napi_get_and_clear_last_exception(self.env, &mut exception) };
        let raw = if status == sys::Status::napi_ok { exception } else { self.create_undefined().raw };
        JsException(Self { raw, ..self })
    }

    /// Returns the names of an object's own properties. May run a proxy trap.
    pub fn own_property_names(self) -> Result<Vec<Self>, JsException<'e>> {
        let mut names = ptr::null_mut();
        let status = unsafe {
            sys::napi_get_all_property_names(
                self.env,
                self.raw,
                sys::KeyCollectionMode::own_only,
                sys::KeyFilter::enumerable | sys::KeyFilter::skip_symbols,
                sys::KeyConversion::numbers_to_strings,
                &mut names,
            )
        };
        let names = self.into_result(status, names)?;
        (0..names.array_length()).map(|index| names.get_item(index)).collect()
    }

    /// Returns the property with this key. May run a getter.
    pub fn get_property(self, name: Self) -> Result<Self, JsException<'e>> {
        let mut found = ptr::null_mut();
        let status = unsafe { sys::napi_get_property(self.env, self.raw, name.raw, &mut found) };
        self.into_result(status, found)
    }

    /// Returns whether the value is an array.
    pub fn is_array(self) -> bool {
        let mut is = false;
        unsafe { sys::napi_is_array(self.env, self.raw, &mut is) };
        is
    }

    /// Returns the length of an array; 0 for other types.
    pub fn array_length(self) -> u32 {
        let mut length = 0;
        unsafe { sys::napi_get_array_length(self.env, self.raw, &mut length) };
        length
    }

    /// Returns the milliseconds since 1970 of a `Date`.
    pub fn as_date_millis(self) -> Option<f64> {
        let (mut is, mut millis) = (false, f64::NAN);
        unsafe { sys::napi_is_date(self.env, self.raw, &mut is) };
        if is {
            unsafe { sys::napi_get_date_value(self.env, self.raw, &mut millis) };
        }
        is.then_some(millis)
    }

    /// Copies the bytes of a `Buffer` or another `Uint8Array`; JavaScript could change them during the call.
    pub fn copy_bytes(self) -> Option<Vec<u8>> {
        let mut is = false;
        unsafe { sys::napi_is_typedarray(self.env, self.raw, &mut is) };
        if !is {
            return None;
        }
        let (mut kind, mut length, mut data) = (-1, 0, ptr::null_mut());
        unsafe {
            sys::napi_get_typedarray_info(
                self.env,
                self.raw,
                &mut kind,
                &mut length,
                &mut data,
                ptr::null_mut(),
                ptr::null_mut(),
            );
        }
        if kind != sys::TypedarrayType::uint8_array {
            return None;
        }
        if length == 0 || data.is_null() {
            return Some(Vec::new());
        }
        // SAFETY: start and length come from Node-API, and no JavaScript runs until the bytes are copied.
        Some(unsafe { std::slice::from_raw_parts(data.cast::<u8>(), length) }.to_vec())
    }

    /// Calls the function without arguments.
    pub fn call(self) -> Result<Self, JsException<'e>> {
        let mut result = ptr::null_mut();
        let this = self.create_undefined().raw;
        let status = unsafe { sys::napi_call_function(self.env, this, self.raw, 0, ptr::null(), &mut result) };
        self.into_result(status, result)
    }

    /// Converts to a string as `String(value)` does. Returns an empty string if that throws.
    pub fn coerce_to_string(self) -> String {
        if let Some(text) = self.as_string() {
            return text;
        }
        let mut coerced = ptr::null_mut();
        let status = unsafe { sys::napi_coerce_to_string(self.env, self.raw, &mut coerced) };
        match self.into_result(status, coerced) {
            Ok(text) => text.read_string().unwrap_or_default(),
            Err(_) => String::new(),
        }
    }
}

/// Runs a Node-API call that takes a name as a C string.
pub(super) fn with_c_string(name: &str, run: impl FnOnce(*const c_char) -> sys::napi_status) -> sys::napi_status {
    let mut short = [0_u8; SHORT_NAME + 1];
    if let Some(copy) = short.get_mut(..name.len()).filter(|_| name.len() <= SHORT_NAME) {
        copy.copy_from_slice(name.as_bytes());
        return run(short.as_ptr().cast());
    }
    let mut long = name.as_bytes().to_vec();
    long.push(0);
    run(CStr::from_bytes_until_nul(&long).unwrap_or_default().as_ptr())
}
