//! Routings of one or two routes, validated like those of a request.

use sfn_alias::Error;
use sfn_alias::model::Routing;
use sfn_alias::wire::input::{RoutingConfigurationListItem, RoutingInput, UpdateStateMachineAliasInput};
use sfn_alias::wire::output::RoutingConfigurationOutput as Route;
use sfn_alias::{Validate, parse_routing};

/// Returns a routing that sends all traffic to one version.
pub fn single_route(version: &str) -> Vec<Route> {
    vec![route(version, 100)]
}

/// Returns a routing that sends `weight` percent to the new version and the rest to the previous one.
pub fn split_routes(target: &str, weight: u8, origin: &str) -> Vec<Route> {
    vec![route(target, weight), route(origin, 100_u8.saturating_sub(weight))]
}

fn route(version: &str, weight: u8) -> Route {
    Route { state_machine_version_arn: version.to_owned(), weight }
}

/// Whether two routings are equal as sets. AWS preserves the order of routes, and the provider ignores it.
pub fn is_same_routing(one: &[Route], other: &[Route]) -> bool {
    one.len() == other.len() && one.iter().all(|route| other.contains(route))
}

/// Returns the weight of a version, 0 if it has no route.
pub fn weight_of(routes: &[Route], version: &str) -> u8 {
    routes.iter().find(|route| route.state_machine_version_arn == version).map_or(0, |route| route.weight)
}

/// Formats a routing, for example `10 % orders:2, 90 % orders:1`.
pub fn format_routes(routes: &[Route]) -> String {
    let format_route = |route: &Route| format!("{} % {}", route.weight, short_name(&route.state_machine_version_arn));
    routes.iter().map(format_route).collect::<Vec<_>>().join(", ")
}

/// Parses a routing by the rules that need no stored data.
pub fn parse_routes(routes: &[Route]) -> Result<Routing, Error> {
    parse_routing(&RoutingInput { routing_configuration: Some(list_items(routes)) })
}

/// Validates an update of this alias by the rules that need no stored data.
pub fn validate_update(alias: &str, description: Option<&str>, routes: &[Route]) -> Result<(), Error> {
    let state_machine_alias_arn = Some(alias.into());
    let (description, routing_configuration) = (description.map(Into::into), Some(list_items(routes)));
    UpdateStateMachineAliasInput { state_machine_alias_arn, description, routing_configuration }.validate()
}

fn list_items(routes: &[Route]) -> Vec<RoutingConfigurationListItem<'_>> {
    let mut items = Vec::with_capacity(routes.len());
    for Route { state_machine_version_arn: arn, weight } in routes {
        let state_machine_version_arn = Some(arn.as_str().into());
        items.push(RoutingConfigurationListItem { state_machine_version_arn, weight: Some(i64::from(*weight)) });
    }
    items
}

/// Formats a routing like the provider, whose set of routes has the order of Java.
pub fn format_routing(routes: &[Route]) -> String {
    let mut routes: Vec<&Route> = routes.iter().collect();
    // The hash that the provider's version of Lombok generates for a route: first the weight, then the ARN.
    sort_as_hash_set(&mut routes, |route| {
        let weight = u32::from(route.weight).wrapping_add(59);
        weight.wrapping_mul(59).wrapping_add(hash_string(&route.state_machine_version_arn))
    });
    let format_route = |route: &Route| {
        let Route { state_machine_version_arn: arn, weight } = route;
        format!("RoutingConfigurationVersion(stateMachineVersionArn={arn}, weight={weight})")
    };
    format!("[{}]", routes.into_iter().map(format_route).collect::<Vec<_>>().join(", "))
}

/// Sorts items in the order in which Java iterates over a `HashSet` of them. Items in the same bucket keep their order.
pub fn sort_as_hash_set<T>(items: &mut [T], hash: impl Fn(&T) -> u32) {
    // Java doubles the number of buckets if there are more than three items per four buckets.
    let buckets = items.len().saturating_mul(4).div_ceil(3).next_power_of_two().max(16);
    items.sort_by_cached_key(|item| {
        let hash = hash(item);
        (hash ^ (hash >> 16)) as usize & buckets.wrapping_sub(1)
    });
}

/// Returns the hash of a Java string.
pub fn hash_string(text: &str) -> u32 {
    text.encode_utf16().fold(0, |hash: u32, unit| hash.wrapping_mul(31).wrapping_add(u32::from(unit)))
}

/// Returns the state machine's name and the version number of a version ARN, for example `orders:2`.
pub fn short_name(arn: &str) -> &str {
    let start = arn.rmatch_indices(':').nth(1).map_or(0, |(colon, _)| colon.saturating_add(1));
    arn.get(start..).unwrap_or(arn)
}
