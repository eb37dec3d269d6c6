//! Commands on aliases.

use super::target::{alias_arn, machine_arn, wrong_type};
use super::{Faults, Qualifier, Request, Target};
use crate::error::{Error, Result};
use crate::model::{Resource, Route, Routing, VersionNumber, Weight, is_version_qualifier, parse_arn};
use crate::page::Page;
use crate::wire::input::{
    CreateStateMachineAliasInput, DeleteStateMachineAliasInput, DescribeStateMachineAliasInput,
    ListStateMachineAliasesInput, RoutingConfigurationListItem, RoutingInput, UpdateStateMachineAliasInput,
};

const ROUTING: &str = "/routingConfiguration";
const STATE_MACHINE: &str = "stateMachine";

/// A create request whose routing holds together.
pub(crate) struct CreateAlias<'a> {
    /// The state machine's ARN, taken from the versions.
    pub machine: &'a str,
    pub name: &'a str,
    pub description: Option<&'a str>,
    pub routing: RequestedRouting,
}

pub(crate) struct DescribeAlias<'a> {
    pub target: Target<'a>,
    pub name: &'a str,
}

pub(crate) type DeleteAlias<'a> = DescribeAlias<'a>;

pub(crate) struct UpdateAlias<'a> {
    pub target: Target<'a>,
    pub name: &'a str,
    pub description: Option<&'a str>,
    pub routing: Option<RequestedRouting>,
}

/// A valid routing of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RequestedRouting {
    Routing(Routing),
    /// A number is out of the range of version numbers, so that the version cannot exist.
    UnknownVersion,
}

impl RequestedRouting {
    pub fn get(self) -> Result<Routing> {
        match self {
            Self::Routing(routing) => Ok(routing),
            Self::UnknownVersion => Err(Error::ReferenceNotFound),
        }
    }
}

pub(crate) struct ListAliases<'a> {
    pub target: Target<'a>,
    /// Only aliases that route to this version. `Some(None)` if no version can have the number of the request.
    pub version: Option<Option<VersionNumber>>,
    pub page: Page<'a>,
}

impl Request for CreateStateMachineAliasInput<'_> {
    type Command<'c>
        = CreateAlias<'c>
    where
        Self: 'c;

    fn command(&self, faults: &mut Faults<'_>) -> Option<CreateAlias<'_>> {
        let (machine, routing) = routing(self.routing_configuration.as_deref()?, None, faults)?;
        Some(CreateAlias { machine, name: self.name.as_deref()?, description: self.description.as_deref(), routing })
    }
}

impl Request for RoutingInput<'_> {
    type Command<'c>
        = RequestedRouting
    where
        Self: 'c;

    fn command(&self, faults: &mut Faults<'_>) -> Option<RequestedRouting> {
        routing(self.routing_configuration.as_deref()?, None, faults).map(|(_, routing)| routing)
    }
}

impl Request for DescribeStateMachineAliasInput<'_> {
    type Command<'c>
        = DescribeAlias<'c>
    where
        Self: 'c;

    fn command(&self, faults: &mut Faults<'_>) -> Option<DescribeAlias<'_>> {
        let (target, name) = alias_arn(self.state_machine_alias_arn.as_deref()?, faults)?;
        Some(DescribeAlias { target, name })
    }
}

impl Request for DeleteStateMachineAliasInput<'_> {
    type Command<'c>
        = DeleteAlias<'c>
    where
        Self: 'c;

    fn command(&self, faults: &mut Faults<'_>) -> Option<DeleteAlias<'_>> {
        let (target, name) = alias_arn(self.state_machine_alias_arn.as_deref()?, faults)?;
        Some(DeleteAlias { target, name })
    }
}

impl Request for UpdateStateMachineAliasInput<'_> {
    type Command<'c>
        = UpdateAlias<'c>
    where
        Self: 'c;

    fn command(&self, faults: &mut Faults<'_>) -> Option<UpdateAlias<'_>> {
        let alias = self.state_machine_alias_arn.as_deref().and_then(|arn| alias_arn(arn, faults));
        let owner = alias.map(|(target, _)| target.machine);
        let entries = self.routing_configuration.as_deref();
        let routing = entries.map(|entries| routing(entries, owner, faults));
        if routing.is_none() && self.description.is_none() {
            faults.push("", Error::NothingToUpdateInAlias);
        }
        let (target, name) = alias?;
        let routing = match routing {
            Some(found) => Some(found?.1),
            None => None,
        };
        Some(UpdateAlias { target, name, description: self.description.as_deref(), routing })
    }
}

impl Request for ListStateMachineAliasesInput<'_> {
    type Command<'c>
        = ListAliases<'c>
    where
        Self: 'c;

    fn command(&self, faults: &mut Faults<'_>) -> Option<ListAliases<'_>> {
        const POINTER: &str = "/stateMachineArn";
        let given = self.state_machine_arn.as_deref()?;
        let target = machine_arn(given, POINTER, faults)?;
        let version = match target.qualifier {
            Qualifier::Version(number) => Some(number),
            Qualifier::Alias(_) => {
                faults.push(POINTER, Error::StateMachineOrVersionArnRequired { arn: given.into() });
                return None;
            }
            Qualifier::None | Qualifier::Label => None,
        };
        Some(ListAliases { target, version, page: Page::new(self.max_results, self.next_token.as_deref()) })
    }
}

/// The routing of a request and the state machine that it is of. Checks in AWS's order: ARNs,
/// version ARNs, distinct, sum, same state machine (`owner`'s, where the alias exists already).
fn routing<'a>(
    entries: &'a [RoutingConfigurationListItem<'_>],
    owner: Option<&str>,
    faults: &mut Faults<'_>,
) -> Option<(&'a str, RequestedRouting)> {
    // More than two break a constraint of the model, and no further rule speaks of them.
    let (first, second) = match entries {
        [first] => (first, None),
        [first, second] => (first, Some(second)),
        _ => return None,
    };
    let first_target = route_target(first, 0, None, faults);
    let second_target = second.and_then(|second| route_target(second, 1, first_target, faults));
    let targets = [first_target, second_target];
    unversioned(entries, targets, faults);
    distinct(entries, faults);
    sum(entries, faults);
    let machine = first_target.map(|target| target.machine);
    same_machine(entries, targets, owner.or(machine), faults);
    let first = (first_target?, weight(first)?);
    let second = match second {
        Some(second) => Some((second_target?, weight(second)?)),
        None => None,
    };
    Some((machine?, requested_routing(first, second)?))
}

/// Returns `None` if the weights do not add up to 100 or a version is repeated.
fn requested_routing(
    (first, first_weight): (RouteTarget<'_>, Weight),
    second: Option<(RouteTarget<'_>, Weight)>,
) -> Option<RequestedRouting> {
    let route = |target: RouteTarget<'_>, weight| Some(Route { version: target.version?, weight });
    let Some(first) = route(first, first_weight) else { return Some(RequestedRouting::UnknownVersion) };
    let second = match second {
        Some((target, weight)) => match route(target, weight) {
            Some(second) => Some(second),
            None => return Some(RequestedRouting::UnknownVersion),
        },
        None => None,
    };
    Routing::new(first, second).map(RequestedRouting::Routing)
}

/// What the ARN of an entry names.
#[derive(Clone, Copy)]
struct RouteTarget<'a> {
    machine: &'a str,
    /// Whether the ARN is that of a version.
    is_version: bool,
    /// `None` if no version can have this number.
    version: Option<VersionNumber>,
}

impl<'a> RouteTarget<'a> {
    /// Parses the ARN of a version of the same state machine. The second entry mostly has one, and the rest of
    /// its ARN needs no second parse.
    fn sibling(self, arn: &'a str) -> Option<Self> {
        let number = arn.strip_prefix(self.machine)?.strip_prefix(':')?;
        let target = |version| Self { machine: self.machine, is_version: true, version };
        is_version_qualifier(number).then(|| target(VersionNumber::parse(number)))
    }
}

/// Parses the ARN of an entry, which must be one of a state machine.
fn route_target<'a>(
    entry: &'a RoutingConfigurationListItem<'_>,
    index: usize,
    before: Option<RouteTarget<'a>>,
    faults: &mut Faults<'_>,
) -> Option<RouteTarget<'a>> {
    let text = entry.state_machine_version_arn.as_deref()?;
    if let Some(sibling) = before.and_then(|target| target.sibling(text)) {
        return Some(sibling);
    }
    let arn = match parse_arn(text) {
        Ok(arn) if arn.kind() == STATE_MACHINE => arn,
        Ok(other) => return faults.keep(&pointer(index), Err(wrong_type(&other))),
        Err(error) => return faults.keep(&pointer(index), Err(error)),
    };
    let is_version = matches!(arn.resource, Resource::Version { .. });
    Some(RouteTarget { machine: arn.machine_arn(), is_version, version: arn.version() })
}

fn weight(entry: &RoutingConfigurationListItem<'_>) -> Option<Weight> {
    Weight::new(u8::try_from(entry.weight?).ok()?)
}

fn pointer(index: usize) -> String {
    format!("{ROUTING}/{index}/stateMachineVersionArn")
}

fn unversioned(
    entries: &[RoutingConfigurationListItem<'_>],
    targets: [Option<RouteTarget<'_>>; 2],
    faults: &mut Faults<'_>,
) {
    for (index, target) in targets.into_iter().enumerate() {
        if target.is_some_and(|target| !target.is_version) {
            faults.push(pointer(index), Error::NotVersionArns { received: received(entries) });
        }
    }
}

fn same_machine(
    entries: &[RoutingConfigurationListItem<'_>],
    targets: [Option<RouteTarget<'_>>; 2],
    machine: Option<&str>,
    faults: &mut Faults<'_>,
) {
    // Without a first ARN it is not known whose versions the others should be.
    let Some(machine) = machine else { return };
    let other = |target: &Option<RouteTarget<'_>>| target.is_some_and(|target| target.machine != machine);
    if let Some(index) = targets.iter().position(other) {
        faults.push(pointer(index), Error::OtherStateMachine { received: received(entries) });
    }
}

fn distinct(entries: &[RoutingConfigurationListItem<'_>], faults: &mut Faults<'_>) {
    let mut arns = entries.iter().map(|entry| entry.state_machine_version_arn.as_deref());
    if let (Some(Some(first)), Some(second)) = (arns.next(), arns.next())
        && second == Some(first)
    {
        faults.push(pointer(1), Error::RepeatedVersions { received: received(entries) });
    }
}

fn sum(entries: &[RoutingConfigurationListItem<'_>], faults: &mut Faults<'_>) {
    let weights = || entries.iter().filter_map(|entry| entry.weight);
    let sum = weights().fold(0_i64, i64::saturating_add);
    if weights().count() == entries.len() && sum != 100 {
        faults.push(ROUTING, Error::WeightsSum { received: weights().collect() });
    }
}

fn received(entries: &[RoutingConfigurationListItem<'_>]) -> Vec<String> {
    entries.iter().filter_map(|entry| entry.state_machine_version_arn.as_deref().map(str::to_owned)).collect()
}
