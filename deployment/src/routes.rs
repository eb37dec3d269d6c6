//! Routings of a deployment: sets of one or two routes, checked by the rules that requests are checked by.

use sfn_alias::Error;
use sfn_alias::wire::input::{RoutingConfigurationListItem, RoutingInput, UpdateStateMachineAliasInput};
use sfn_alias::wire::output::RoutingConfigurationOutput as Route;
use sfn_alias::{Validate, parse_routing};

/// All traffic to one version.
pub fn only(version: &str) -> Vec<Route> {
    vec![route(version, 100)]
}

/// Traffic split between the new version and the one before.
pub fn split(target: &str, weight: u8, origin: &str) -> Vec<Route> {
    vec![route(target, weight), route(origin, 100_u8.saturating_sub(weight))]
}

fn route(version: &str, weight: u8) -> Route {
    Route { state_machine_version_arn: version.to_owned(), weight }
}

/// Whether two routings are equal as sets: AWS keeps an order, and the provider does not look at it.
pub fn same(one: &[Route], other: &[Route]) -> bool {
    one.len() == other.len() && one.iter().all(|route| other.contains(route))
}

/// The percentage that a version gets.
pub fn weight_of(routes: &[Route], version: &str) -> u8 {
    routes.iter().find(|route| route.state_machine_version_arn == version).map_or(0, |route| route.weight)
}

/// What AWS would refuse of a routing by itself.
pub fn check(routes: &[Route]) -> Result<(), Error> {
    parse_routing(&RoutingInput { routing_configuration: Some(items(routes)) }).map(drop)
}

/// What AWS would refuse of an update of this alias, by itself.
pub fn check_update(alias: &str, description: Option<&str>, routes: &[Route]) -> Result<(), Error> {
    update(alias, description, routes).validate()
}

/// The request that sets a routing.
pub fn update<'a>(
    alias: &'a str,
    description: Option<&'a str>,
    routes: &'a [Route],
) -> UpdateStateMachineAliasInput<'a> {
    UpdateStateMachineAliasInput {
        state_machine_alias_arn: Some(alias.into()),
        description: description.map(Into::into),
        routing_configuration: Some(items(routes)),
    }
}

fn items(routes: &[Route]) -> Vec<RoutingConfigurationListItem<'_>> {
    let mut items = Vec::with_capacity(routes.len());
    for Route { state_machine_version_arn: arn, weight } in routes {
        let state_machine_version_arn = Some(arn.as_str().into());
        items.push(RoutingConfigurationListItem { state_machine_version_arn, weight: Some(i64::from(*weight)) });
    }
    items
}

/// A routing as the provider prints it. It prints a set, in an order of its own; here the order is the list's.
pub fn printed(routes: &[Route]) -> String {
    let print = |route: &Route| {
        let Route { state_machine_version_arn: arn, weight } = route;
        format!("RoutingConfigurationVersion(stateMachineVersionArn={arn}, weight={weight})")
    };
    format!("[{}]", routes.iter().map(print).collect::<Vec<_>>().join(", "))
}

/// The shortest name of a version that a person can tell from the other: `orders:2` of an ARN.
pub fn short_name(arn: &str) -> &str {
    let cut = arn.rmatch_indices(':').nth(1).map_or(0, |(colon, _)| colon.saturating_add(1));
    arn.get(cut..).unwrap_or(arn)
}
