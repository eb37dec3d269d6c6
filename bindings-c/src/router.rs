//! Which route a start takes.

use crate::arguments::{Output, object};
use crate::error::Report;
use crate::fields::{RouteFields, routes};
use crate::guard::{free, guard};
use crate::result::SfnAlias;
use sfn_alias_core::wire::input::RoutingInput;
use sfn_alias_core::{Router, model};

/// One or two routes. Their weights must sum to 100. Never changes; many threads may share one.
pub struct Routing(model::Routing);

/// Draws that a seed makes repeatable. Many threads may share one.
pub struct Draws(Router);

/// Makes a routing. What AWS would not take is refused as AWS refuses it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sfn_alias_routing_new(
    routes: *const RouteFields,
    count: usize,
    routing: *mut *mut Routing,
    error: *mut *mut Report,
) -> SfnAlias {
    let work = || unsafe {
        let input = RoutingInput { routing_configuration: Some(self::routes(routes, count)?) };
        let output = Output::new(routing, "routing")?;
        output.give(Routing(sfn_alias_core::routing(&input)?));
        Ok(())
    };
    unsafe { guard(error, work) }
}

/// Frees a routing. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sfn_alias_routing_free(routing: *mut Routing) {
    unsafe { free(routing) }
}

/// Writes to `position` the place, 0 or 1, of the route that a draw of 0 to 99 falls on.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sfn_alias_pick(
    routing: *const Routing,
    draw: u8,
    position: *mut usize,
    error: *mut *mut Report,
) -> SfnAlias {
    let work = || unsafe {
        let routing = object(routing, "routing")?;
        Output::new(position, "position")?.set(routing.0.position(draw));
        Ok(())
    };
    unsafe { guard(error, work) }
}

/// Makes a router with a seed: the same seed gives the same draws on every platform and in every release.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sfn_alias_router_new(seed: u64, router: *mut *mut Draws, error: *mut *mut Report) -> SfnAlias {
    let work = || unsafe {
        Output::new(router, "router")?.give(Draws(Router::new(seed)));
        Ok(())
    };
    unsafe { guard(error, work) }
}

/// Makes a router with a seed from the operating system.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sfn_alias_router_from_entropy(router: *mut *mut Draws, error: *mut *mut Report) -> SfnAlias {
    let work = || unsafe {
        let output = Output::new(router, "router")?;
        output.give(Draws(Router::from_entropy()?));
        Ok(())
    };
    unsafe { guard(error, work) }
}

/// Frees a router. NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sfn_alias_router_free(router: *mut Draws) {
    unsafe { free(router) }
}

/// Writes the next draw, 0 to 99, to `draw`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sfn_alias_router_draw(
    router: *const Draws,
    draw: *mut u8,
    error: *mut *mut Report,
) -> SfnAlias {
    let work = || unsafe {
        let router = object(router, "router")?;
        Output::new(draw, "draw")?.set(router.0.draw());
        Ok(())
    };
    unsafe { guard(error, work) }
}

/// Draws, and writes to `position` the place, 0 or 1, of the route that the draw falls on.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sfn_alias_router_route(
    router: *const Draws,
    routing: *const Routing,
    position: *mut usize,
    error: *mut *mut Report,
) -> SfnAlias {
    let work = || unsafe {
        let (router, routing) = (object(router, "router")?, object(routing, "routing")?);
        Output::new(position, "position")?.set(routing.0.position(router.0.draw()));
        Ok(())
    };
    unsafe { guard(error, work) }
}
