//! Functions for create requests that take fields instead of JSON.

use crate::arguments::{array, bytes, object, optional};
use crate::error::{ErrorObject, FfiError};
use crate::functions::create_alias_error;
use crate::guard::{guard, guard_object};
use crate::result::ResultCode;
use crate::text::OwnedText;
use sfn_alias_core::wire::input::{CreateStateMachineAliasInput, RoutingConfigurationListItem};
use sfn_alias_core::{Error, Fingerprint, Validate};
use std::ffi::c_char;

/// An entry of a routing configuration.
#[repr(C)]
pub struct RouteFields {
    /// The ARN of the version. NULL: absent.
    pub version_arn: *const c_char,
    /// Length in bytes.
    pub version_arn_length: usize,
    /// Percentage of executions, 0 to 100.
    pub weight: i64,
}

/// The input of CreateStateMachineAlias.
#[repr(C)]
pub struct AliasFields {
    /// The description of the alias. NULL: absent.
    pub description: *const c_char,
    /// Length in bytes.
    pub description_length: usize,
    /// The name of the alias. NULL: absent.
    pub name: *const c_char,
    /// Length in bytes.
    pub name_length: usize,
    /// The routing configuration. NULL: absent.
    pub routes: *const RouteFields,
    /// The number of routes.
    pub route_count: usize,
}

/// Like `sfn_alias_validate` for CreateStateMachineAlias.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sfn_alias_validate_fields(
    fields: *const AliasFields,
    error: *mut *mut ErrorObject,
) -> ResultCode {
    let work = || {
        let input = unsafe { object(fields, "fields")?.input() }?;
        input.validate().map_err(|error| to_error(error, &input))
    };
    unsafe { guard(error, work) }
}

/// Computes the idempotency fingerprint of a valid create request. Two requests have the same fingerprint exactly if
/// AWS treats them as the same request. Writes 32 bytes to `bytes`, and 64 hexadecimal digits and a NUL (65 bytes) to
/// `hex`. Either may be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sfn_alias_fingerprint(
    fields: *const AliasFields,
    bytes: *mut u8,
    hex: *mut c_char,
    error: *mut *mut ErrorObject,
) -> ResultCode {
    let work = || {
        let input = unsafe { object(fields, "fields")?.input() }?;
        let fingerprint = sfn_alias_core::fingerprint(&input).map_err(|error| to_error(error, &input))?;
        unsafe { write(&fingerprint, bytes, hex) };
        Ok(())
    };
    unsafe { guard(error, work) }
}

/// Like `sfn_alias_fingerprint`, for a request in JSON.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sfn_alias_fingerprint_json(
    input: *const c_char,
    input_length: usize,
    bytes: *mut u8,
    hex: *mut c_char,
    error: *mut *mut ErrorObject,
) -> ResultCode {
    let work = || {
        let input = unsafe { self::bytes(input, input_length, "input") }?;
        let fingerprint = sfn_alias_core::fingerprint_from(input).map_err(|error| create_alias_error(error, input))?;
        unsafe { write(&fingerprint, bytes, hex) };
        Ok(())
    };
    unsafe { guard(error, work) }
}

/// Returns the canonical encoding of a create request. The fingerprint is its SHA-256.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sfn_alias_fingerprint_encoding(
    fields: *const AliasFields,
    encoding: *mut *mut OwnedText,
    error: *mut *mut ErrorObject,
) -> ResultCode {
    let work = || {
        let input = unsafe { object(fields, "fields")?.input() }?;
        sfn_alias_core::fingerprint_encoding(&input).map_err(|error| to_error(error, &input))
    };
    unsafe { guard_object(error, encoding, "encoding", work) }
}

unsafe fn write(fingerprint: &Fingerprint, bytes: *mut u8, hex: *mut c_char) {
    if !bytes.is_null() {
        unsafe { bytes.copy_from_nonoverlapping(fingerprint.as_bytes().as_ptr(), 32) };
    }
    if !hex.is_null() {
        let text = OwnedText::new(fingerprint.to_hex());
        let view = text.view();
        unsafe { hex.copy_from_nonoverlapping(view.data, view.length.saturating_add(1)) };
    }
}

fn to_error(error: Error, input: &CreateStateMachineAliasInput<'_>) -> FfiError {
    FfiError::from_request_error(error, || Ok(input.check()))
}

impl AliasFields {
    unsafe fn input<'a>(&self) -> Result<CreateStateMachineAliasInput<'a>, FfiError> {
        let description = unsafe { optional(self.description, self.description_length, "description") }?;
        let name = unsafe { optional(self.name, self.name_length, "name") }?;
        let has_routes = !self.routes.is_null() || self.route_count > 0;
        let routes = has_routes.then(|| unsafe { routes(self.routes, self.route_count) }).transpose()?;
        Ok(CreateStateMachineAliasInput {
            description: description.map(Into::into),
            name: name.map(Into::into),
            routing_configuration: routes,
        })
    }
}

/// Returns the entries of a routing configuration.
pub(crate) unsafe fn routes<'a>(
    routes: *const RouteFields,
    count: usize,
) -> Result<Vec<RoutingConfigurationListItem<'a>>, FfiError> {
    let routes = unsafe { array(routes, count, "routes") }?;
    let mut items = Vec::with_capacity(routes.len());
    for route in routes {
        let arn = unsafe { optional(route.version_arn, route.version_arn_length, "version_arn") }?;
        let state_machine_version_arn = arn.map(Into::into);
        items.push(RoutingConfigurationListItem { state_machine_version_arn, weight: Some(route.weight) });
    }
    Ok(items)
}
