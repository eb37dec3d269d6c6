//! Commands on aliases.

use super::arn::{
    AliasRef, Qualifier, STATE_MACHINE_ARN_POINTER, StateMachineRef, parse_alias_arn, parse_state_machine_arn,
};
use super::request::{Request, RuleErrors, commands, parse};
use crate::error::{Error, Result};
use crate::limits::Limits;
use crate::model::{Resource, Route, Routing, VersionNumber, Weight, is_version_qualifier, parse_arn};
use crate::page::PageRequest;
use crate::wire::input::{
    CreateStateMachineAliasInput, DeleteStateMachineAliasInput, DescribeStateMachineAliasInput,
    ListStateMachineAliasesInput, RoutingConfigurationListItem, RoutingInput, UpdateStateMachineAliasInput,
};
use crate::wire::{DeserializeRequest, deserialize_request};

const ROUTING_POINTER: &str = "/routingConfiguration";

/// A create request with a valid routing.
pub(crate) struct CreateAlias<'a> {
    /// The state machine's ARN, taken from the version ARNs.
    pub state_machine_arn: &'a str,
    pub name: &'a str,
    pub description: Option<&'a str>,
    /// `None` if a number is out of the range of version numbers, so the version cannot exist.
    pub routing: Option<Routing>,
}

pub(crate) struct UpdateAlias<'a> {
    pub alias: AliasRef<'a>,
    pub description: Option<&'a str>,
    /// The new routing, if any, as in [`CreateAlias`].
    pub routing: Option<Option<Routing>>,
}

pub(crate) struct ListAliases<'a> {
    pub state_machine: StateMachineRef<'a>,
    /// Returns only aliases that route to this version. `Some(None)` if no version can have the requested number.
    pub version: Option<Option<VersionNumber>>,
    pub page: PageRequest<'a>,
}

commands! {
    CreateStateMachineAliasInput => CreateAlias<'c>, |input, errors| parse_create_alias(input, errors);
    RoutingInput => Option<Routing>, |input, errors| {
        parse_routing_entries(input.routing_configuration.as_deref()?, None, errors).map(|(_, routing)| routing)
    };
    DescribeStateMachineAliasInput => AliasRef<'c>, |input, errors| parse_alias_arn(input.state_machine_alias_arn.as_deref()?, errors);
    DeleteStateMachineAliasInput => AliasRef<'c>, |input, errors| parse_alias_arn(input.state_machine_alias_arn.as_deref()?, errors);
    UpdateStateMachineAliasInput => UpdateAlias<'c>, |input, errors| parse_update_alias(input, errors);
    ListStateMachineAliasesInput => ListAliases<'c>, |input, errors| parse_list_aliases(input, errors);
}

fn parse_create_alias<'c>(
    input: &'c CreateStateMachineAliasInput<'_>,
    rule_errors: &mut RuleErrors<'_>,
) -> Option<CreateAlias<'c>> {
    let (state_machine_arn, routing) =
        parse_routing_entries(input.routing_configuration.as_deref()?, None, rule_errors)?;
    Some(CreateAlias {
        state_machine_arn,
        name: input.name.as_deref()?,
        description: input.description.as_deref(),
        routing,
    })
}

fn parse_update_alias<'c>(
    input: &'c UpdateStateMachineAliasInput<'_>,
    rule_errors: &mut RuleErrors<'_>,
) -> Option<UpdateAlias<'c>> {
    let alias = input.state_machine_alias_arn.as_deref().and_then(|arn| parse_alias_arn(arn, rule_errors));
    let state_machine_arn = alias.map(|alias| alias.state_machine.unqualified_arn);
    let entries = input.routing_configuration.as_deref();
    let routing = entries.map(|entries| parse_routing_entries(entries, state_machine_arn, rule_errors));
    if routing.is_none() && input.description.is_none() {
        rule_errors.push("", Error::NothingToUpdateInAlias);
    }
    let alias = alias?;
    let routing = match routing {
        Some(parsed) => Some(parsed?.1),
        None => None,
    };
    Some(UpdateAlias { alias, description: input.description.as_deref(), routing })
}

fn parse_list_aliases<'c>(
    input: &'c ListStateMachineAliasesInput<'_>,
    rule_errors: &mut RuleErrors<'_>,
) -> Option<ListAliases<'c>> {
    let arn = input.state_machine_arn.as_deref()?;
    let state_machine = parse_state_machine_arn(arn, rule_errors)?;
    let version = match state_machine.qualifier {
        Qualifier::Version(number) => Some(number),
        Qualifier::Alias(_) => {
            let error = Error::StateMachineOrVersionArnRequired(arn.into());
            return rule_errors.record_error(STATE_MACHINE_ARN_POINTER, Err(error));
        }
        Qualifier::Unqualified | Qualifier::Label => None,
    };
    Some(ListAliases { state_machine, version, page: PageRequest::new(input.max_results, input.next_token.as_deref()) })
}

/// Converts the routing configuration of a request for [`Routing::pick`] and [`crate::WeightedPicker::pick`].
///
/// # Errors
/// The error that AWS would return for this routing configuration;
/// [`Error::ReferenceNotFound`] for a version number that cannot exist.
pub fn parse_routing(input: &RoutingInput<'_>) -> Result<Routing> {
    parse(input, &Limits::default())?.ok_or(Error::ReferenceNotFound)
}

/// Like [`parse_routing`], for JSON bytes or values of another programming language.
///
/// # Errors
/// Like [`parse_routing`]; [`Error::WrongType`] or [`Error::Malformed`] for input that cannot be deserialized.
pub fn parse_routing_from(source: &(impl DeserializeRequest + ?Sized)) -> Result<Routing> {
    parse_routing(&deserialize_request(source, &Limits::default())?)
}

/// Parses the entries of a routing into the state machine's ARN and the routing. Checks in AWS's order: ARNs,
/// version ARNs, distinct versions, sum of the weights, one state machine (`state_machine_arn`, for an
/// existing alias).
fn parse_routing_entries<'a>(
    entries: &'a [RoutingConfigurationListItem<'_>],
    state_machine_arn: Option<&str>,
    rule_errors: &mut RuleErrors<'_>,
) -> Option<(&'a str, Option<Routing>)> {
    // Any other number of entries violates a constraint of the model.
    let (first, second) = match entries {
        [first] => (first, None),
        [first, second] => (first, Some(second)),
        _ => return None,
    };
    let first_target = parse_route_target(first, 0, None, rule_errors);
    let second_target = second.and_then(|second| parse_route_target(second, 1, first_target, rule_errors));
    let targets = [first_target, second_target];
    check_version_arns(entries, targets, rule_errors);
    check_distinct_versions(entries, rule_errors);
    check_weights_sum(entries, rule_errors);
    let first_arn = first_target.map(|target| target.state_machine_arn);
    check_same_state_machine(entries, targets, state_machine_arn.or(first_arn), rule_errors);
    let first = (first_target?, parse_weight(first)?);
    let second = match second {
        Some(second) => Some((second_target?, parse_weight(second)?)),
        None => None,
    };
    Some((first_arn?, create_routing(first, second)?))
}

/// Returns `None` if the weights do not add up to 100 or a version is repeated, and `Some(None)` if a version cannot exist.
fn create_routing(
    first: (RouteTarget<'_>, Weight),
    second: Option<(RouteTarget<'_>, Weight)>,
) -> Option<Option<Routing>> {
    let route = |(target, weight): (RouteTarget<'_>, Weight)| Some(Route { version: target.version?, weight });
    let second = second.map_or(Some(None), |second| route(second).map(Some));
    let (Some(first), Some(second)) = (route(first), second) else { return Some(None) };
    Routing::new(first, second).map(Some)
}

/// The state machine and the version of a routing entry.
#[derive(Clone, Copy)]
struct RouteTarget<'a> {
    state_machine_arn: &'a str,
    /// Whether the ARN is that of a version.
    is_version: bool,
    /// `None` if no version can have this number.
    version: Option<VersionNumber>,
}

impl<'a> RouteTarget<'a> {
    /// Parses the ARN of another version of the same state machine, which is faster than parsing a complete
    /// ARN.
    fn parse_other_version(self, text: &'a str) -> Option<Self> {
        let number = text.strip_prefix(self.state_machine_arn)?.strip_prefix(':')?;
        let target = |version| Self { state_machine_arn: self.state_machine_arn, is_version: true, version };
        is_version_qualifier(number).then(|| target(VersionNumber::parse(number)))
    }
}

/// Parses the ARN of a routing entry. Records an error for an ARN of another type.
fn parse_route_target<'a>(
    entry: &'a RoutingConfigurationListItem<'_>,
    index: usize,
    previous: Option<RouteTarget<'a>>,
    rule_errors: &mut RuleErrors<'_>,
) -> Option<RouteTarget<'a>> {
    let text = entry.state_machine_version_arn.as_deref()?;
    if let Some(target) = previous.and_then(|previous| previous.parse_other_version(text)) {
        return Some(target);
    }
    let arn = match parse_arn(text) {
        Ok(arn) if arn.resource_type() == "stateMachine" => arn,
        Ok(other) => {
            return rule_errors
                .record_error(&version_arn_pointer(index), Err(Error::ArnType(other.resource_type().into())));
        }
        Err(error) => return rule_errors.record_error(&version_arn_pointer(index), Err(error)),
    };
    let is_version = matches!(arn.resource, Resource::Version { .. });
    Some(RouteTarget { state_machine_arn: arn.state_machine_arn(), is_version, version: arn.version() })
}

fn parse_weight(entry: &RoutingConfigurationListItem<'_>) -> Option<Weight> {
    Weight::new(u8::try_from(entry.weight?).ok()?)
}

fn version_arn_pointer(index: usize) -> String {
    format!("{ROUTING_POINTER}/{index}/stateMachineVersionArn")
}

fn check_version_arns(
    entries: &[RoutingConfigurationListItem<'_>],
    targets: [Option<RouteTarget<'_>>; 2],
    rule_errors: &mut RuleErrors<'_>,
) {
    for (index, target) in targets.into_iter().enumerate() {
        if target.is_some_and(|target| !target.is_version) {
            rule_errors.push(version_arn_pointer(index), Error::NotVersionArns { received: collect_arns(entries) });
        }
    }
}

fn check_same_state_machine(
    entries: &[RoutingConfigurationListItem<'_>],
    targets: [Option<RouteTarget<'_>>; 2],
    state_machine_arn: Option<&str>,
    rule_errors: &mut RuleErrors<'_>,
) {
    // Unknown if the first ARN is not valid.
    let Some(expected) = state_machine_arn else { return };
    let is_other = |target: &Option<RouteTarget<'_>>| target.is_some_and(|target| target.state_machine_arn != expected);
    if let Some(index) = targets.iter().position(is_other) {
        rule_errors.push(version_arn_pointer(index), Error::OtherStateMachine { received: collect_arns(entries) });
    }
}

fn check_distinct_versions(entries: &[RoutingConfigurationListItem<'_>], rule_errors: &mut RuleErrors<'_>) {
    if let [first, second] = entries
        && first.state_machine_version_arn.is_some()
        && first.state_machine_version_arn == second.state_machine_version_arn
    {
        rule_errors.push(version_arn_pointer(1), Error::RepeatedVersions { received: collect_arns(entries) });
    }
}

fn check_weights_sum(entries: &[RoutingConfigurationListItem<'_>], rule_errors: &mut RuleErrors<'_>) {
    let weights = || entries.iter().filter_map(|entry| entry.weight);
    let sum = weights().fold(0_i64, i64::saturating_add);
    if weights().count() == entries.len() && sum != 100 {
        rule_errors.push(ROUTING_POINTER, Error::WeightsSum(weights().collect()));
    }
}

fn collect_arns(entries: &[RoutingConfigurationListItem<'_>]) -> Vec<String> {
    entries.iter().filter_map(|entry| entry.state_machine_version_arn.as_deref().map(str::to_owned)).collect()
}
