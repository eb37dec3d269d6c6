//! Weighted selection of a version.

use crate::arguments::object;
use crate::error::ErrorObject;
use crate::fields::{RouteFields, routes};
use crate::free::free;
use crate::guard::{guard_object, guard_output};
use crate::result::ResultCode;
use sfn_alias_core::wire::input::RoutingInput;
use sfn_alias_core::{WeightedPicker, model};

/// One or two routes, whose weights add up to 100. Immutable; threads can share one.
pub struct Routing(model::Routing);

/// Picks routes at random, by weight. A seed makes the picks the same on every platform and in every release.
/// Threads can share one.
pub struct Picker(WeightedPicker);

/// Creates a routing. Returns the error that AWS would return for an invalid routing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sfn_alias_routing_new(
    routes: *const RouteFields,
    count: usize,
    routing: *mut *mut Routing,
    error: *mut *mut ErrorObject,
) -> ResultCode {
    let work = || unsafe {
        let input = RoutingInput { routing_configuration: Some(self::routes(routes, count)?) };
        Ok(Routing(sfn_alias_core::parse_routing(&input)?))
    };
    unsafe { guard_object(error, routing, "routing", work) }
}

/// Frees a routing. NULL is allowed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sfn_alias_routing_free(routing: *mut Routing) {
    unsafe { free(routing) }
}

/// Writes to `position` the index, 0 or 1, of the route that a `percent` value of 0 to 99 selects.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sfn_alias_pick(
    routing: *const Routing,
    percent: u8,
    position: *mut usize,
    error: *mut *mut ErrorObject,
) -> ResultCode {
    let work = || unsafe {
        let routing = object(routing, "routing")?;
        Ok(routing.0.pick_index(percent))
    };
    unsafe { guard_output(error, position, "position", work) }
}

/// Creates a picker with a seed. The same seed gives the same picks on every platform and in every release.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sfn_alias_picker_new(
    seed: u64,
    picker: *mut *mut Picker,
    error: *mut *mut ErrorObject,
) -> ResultCode {
    unsafe { guard_object(error, picker, "picker", || Ok(Picker(WeightedPicker::new(seed)))) }
}

/// Creates a picker with a seed from the operating system.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sfn_alias_picker_from_entropy(
    picker: *mut *mut Picker,
    error: *mut *mut ErrorObject,
) -> ResultCode {
    unsafe { guard_object(error, picker, "picker", || Ok(Picker(WeightedPicker::from_entropy()?))) }
}

/// Frees a picker. NULL is allowed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sfn_alias_picker_free(picker: *mut Picker) {
    unsafe { free(picker) }
}

/// Writes the next random number from 0 to 99 to `percent`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sfn_alias_picker_next_percent(
    picker: *const Picker,
    percent: *mut u8,
    error: *mut *mut ErrorObject,
) -> ResultCode {
    let work = || unsafe {
        let picker = object(picker, "picker")?;
        Ok(picker.0.next_percent())
    };
    unsafe { guard_output(error, percent, "percent", work) }
}

/// Picks a route at random and writes its index, 0 or 1, to `position`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sfn_alias_picker_pick(
    picker: *const Picker,
    routing: *const Routing,
    position: *mut usize,
    error: *mut *mut ErrorObject,
) -> ResultCode {
    let work = || unsafe {
        let (picker, routing) = (object(picker, "picker")?, object(routing, "routing")?);
        Ok(routing.0.pick_index(picker.0.next_percent()))
    };
    unsafe { guard_output(error, position, "position", work) }
}
