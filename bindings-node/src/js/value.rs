//! JavaScript values by Node-API's own functions: reading them.
//!
//! Node-API is used directly because napi-rs asks for each value's type and copies each name and each
//! string once more than reading a request needs, and reading is what a call from Node costs.

use super::text::{self, LoneSurrogate};
use napi::bindgen_prelude::{Env, JsValue, Unknown};
use napi::{ValueType, sys};
use std::ffi::{CStr, c_char};
use std::marker::PhantomData;
use std::mem::MaybeUninit;
use std::ptr;

/// A JavaScript value, for as long as the call from JavaScript lasts.
#[derive(Clone, Copy)]
pub struct Js<'e> {
    pub(super) env: sys::napi_env,
    pub(super) raw: sys::napi_value,
    pub(super) scope: PhantomData<&'e Env>,
}

/// What a getter, a proxy or a function threw.
#[derive(Clone, Copy)]
pub struct Thrown<'e>(pub Js<'e>);

/// Names of up to this length are looked up without an allocation.
const SHORT_NAME: usize = 63;
/// Strings of up to this many UTF-16 units are read with one call.
const SHORT_TEXT: usize = 511;

// SAFETY of every block below: `env` and `raw` come from Node-API within a call that outlives `'e`, all of
// it runs on the thread of that environment, and every pointer given to Node-API is to a live local or to a
// buffer of the length that is given with it. A call that fails leaves its output as it was initialized.
#[expect(unsafe_code, reason = "Node-API is a C interface")]
impl<'e> Js<'e> {
    pub fn new(env: &'e Env, raw: sys::napi_value) -> Self {
        Self { env: env.raw(), raw, scope: PhantomData }
    }

    /// Some value, to make others of.
    pub fn any(env: &'e Env) -> Self {
        Self::new(env, ptr::null_mut()).undefined()
    }

    pub fn of(env: &'e Env, value: &Unknown<'_>) -> Self {
        Self::new(env, value.raw())
    }

    pub fn unknown(self) -> Unknown<'e> {
        unsafe { Unknown::from_raw_unchecked(self.env, self.raw) }
    }

    /// The value as what an export throws.
    pub fn error(self) -> napi::Error {
        self.unknown().into()
    }

    pub fn kind(self) -> ValueType {
        let mut kind = sys::ValueType::napi_undefined;
        unsafe { sys::napi_typeof(self.env, self.raw, &mut kind) };
        kind.into()
    }

    /// The number; not a number for other values.
    pub fn number(self) -> f64 {
        let mut number = f64::NAN;
        unsafe { sys::napi_get_value_double(self.env, self.raw, &mut number) };
        number
    }

    pub fn boolean(self) -> bool {
        let mut value = false;
        unsafe { sys::napi_get_value_bool(self.env, self.raw, &mut value) };
        value
    }

    /// A BigInt of 64 bits with a sign.
    pub fn signed(self) -> Option<i64> {
        let (mut value, mut lossless) = (0, false);
        unsafe { sys::napi_get_value_bigint_int64(self.env, self.raw, &mut value, &mut lossless) };
        lossless.then_some(value)
    }

    /// A BigInt of 64 bits without a sign.
    pub fn unsigned(self) -> Option<u64> {
        let (mut value, mut lossless) = (0, false);
        unsafe { sys::napi_get_value_bigint_uint64(self.env, self.raw, &mut value, &mut lossless) };
        lossless.then_some(value)
    }

    /// The units of a string that has fewer than there is room for.
    pub fn units(self, room: &mut [u16]) -> Option<&[u16]> {
        let mut length = 0;
        let status =
            unsafe { sys::napi_get_value_string_utf16(self.env, self.raw, room.as_mut_ptr(), room.len(), &mut length) };
        let whole = status == sys::Status::napi_ok && length.saturating_add(1) < room.len();
        whole.then(|| room.get(..length))?
    }

    /// The characters of a string.
    pub fn text(self) -> Result<String, LoneSurrogate> {
        let mut units = [const { MaybeUninit::<u16>::uninit() }; SHORT_TEXT + 1];
        let mut length = 0;
        unsafe {
            sys::napi_get_value_string_utf16(self.env, self.raw, units.as_mut_ptr().cast(), units.len(), &mut length);
        }
        if length >= SHORT_TEXT {
            return self.long_text();
        }
        // SAFETY: Node-API has written `length` units, which is less than there are.
        text::of_units(unsafe { std::slice::from_raw_parts(units.as_ptr().cast(), length) })
    }

    /// The text of a string; nothing of other values and of what is no text.
    pub fn string(self) -> Option<String> {
        (self.kind() == ValueType::String).then(|| self.text().ok())?
    }

    fn long_text(self) -> Result<String, LoneSurrogate> {
        let mut length = 0;
        unsafe { sys::napi_get_value_string_utf16(self.env, self.raw, ptr::null_mut(), 0, &mut length) };
        // Node-API writes a final NUL.
        let mut units: Vec<u16> = vec![0; length.saturating_add(1)];
        unsafe {
            sys::napi_get_value_string_utf16(self.env, self.raw, units.as_mut_ptr(), units.len(), &mut length);
        }
        units.truncate(length);
        text::of_units(&units)
    }

    /// A member of an object, `undefined` where there is none. May run a getter.
    pub fn member(self, name: &str) -> Result<Self, Thrown<'e>> {
        let mut found = ptr::null_mut();
        let status = named(name, |name| unsafe { sys::napi_get_named_property(self.env, self.raw, name, &mut found) });
        self.got(status, found)
    }

    /// An item of an array. May run a getter.
    pub fn item(self, index: u32) -> Result<Self, Thrown<'e>> {
        let mut found = ptr::null_mut();
        let status = unsafe { sys::napi_get_element(self.env, self.raw, index, &mut found) };
        self.got(status, found)
    }

    fn got(self, status: sys::napi_status, found: sys::napi_value) -> Result<Self, Thrown<'e>> {
        if status == sys::Status::napi_ok { Ok(Self { raw: found, ..self }) } else { Err(self.thrown()) }
    }

    /// The pending exception, no longer pending.
    fn thrown(self) -> Thrown<'e> {
        let mut exception = ptr::null_mut();
        let status = unsafe { sys::napi_get_and_clear_last_exception(self.env, &mut exception) };
        let raw = if status == sys::Status::napi_ok { exception } else { self.undefined().raw };
        Thrown(Self { raw, ..self })
    }

    /// The names of an object's own members. May run a proxy's trap.
    pub fn names(self) -> Result<Vec<Self>, Thrown<'e>> {
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
        let names = self.got(status, names)?;
        (0..names.length()).map(|index| names.item(index)).collect()
    }

    /// The value of the member that another value names.
    pub fn at(self, name: Self) -> Result<Self, Thrown<'e>> {
        let mut found = ptr::null_mut();
        let status = unsafe { sys::napi_get_property(self.env, self.raw, name.raw, &mut found) };
        self.got(status, found)
    }

    pub fn is_array(self) -> bool {
        let mut is = false;
        unsafe { sys::napi_is_array(self.env, self.raw, &mut is) };
        is
    }

    /// The length of an array.
    pub fn length(self) -> u32 {
        let mut length = 0;
        unsafe { sys::napi_get_array_length(self.env, self.raw, &mut length) };
        length
    }

    /// The milliseconds of a Date.
    pub fn date(self) -> Option<f64> {
        let (mut is, mut millis) = (false, f64::NAN);
        unsafe { sys::napi_is_date(self.env, self.raw, &mut is) };
        if is {
            unsafe { sys::napi_get_date_value(self.env, self.raw, &mut millis) };
        }
        is.then_some(millis)
    }

    /// The bytes of a Buffer or another Uint8Array, copied: JavaScript could change them meanwhile.
    pub fn bytes(self) -> Option<Vec<u8>> {
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
        // SAFETY: Node-API gave start and length of the array's memory, and nothing runs meanwhile.
        Some(unsafe { std::slice::from_raw_parts(data.cast::<u8>(), length) }.to_vec())
    }

    /// Calls a function without arguments.
    pub fn call(self) -> Result<Self, Thrown<'e>> {
        let mut answer = ptr::null_mut();
        let this = self.undefined().raw;
        let status = unsafe { sys::napi_call_function(self.env, this, self.raw, 0, ptr::null(), &mut answer) };
        self.got(status, answer)
    }

    /// What `String(value)` gives; empty where even that throws.
    pub fn described(self) -> String {
        if let Some(text) = self.string() {
            return text;
        }
        let mut described = ptr::null_mut();
        let status = unsafe { sys::napi_coerce_to_string(self.env, self.raw, &mut described) };
        match self.got(status, described) {
            Ok(text) => text.text().unwrap_or_default(),
            Err(_) => String::new(),
        }
    }
}

/// Runs a call of Node-API that takes a name as a C string.
pub(super) fn named(name: &str, run: impl FnOnce(*const c_char) -> sys::napi_status) -> sys::napi_status {
    let mut short = [0_u8; SHORT_NAME + 1];
    if let Some(copy) = short.get_mut(..name.len()).filter(|_| name.len() <= SHORT_NAME) {
        copy.copy_from_slice(name.as_bytes());
        return run(short.as_ptr().cast());
    }
    let mut long = name.as_bytes().to_vec();
    long.push(0);
    run(CStr::from_bytes_until_nul(&long).unwrap_or_default().as_ptr())
}
