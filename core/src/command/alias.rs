//! Commands on aliases.

use super::target::{alias_arn, machine_arn, wrong_type};
use super::{Faults, Qualifier, Request, Target};
use crate::error::Error;
use crate::model::{NO_VERSION, Resource, Route, Routing, parse_arn, version_number};
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
    pub routing: Routing,
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
    pub routing: Option<Routing>,
}

pub(crate) struct ListAliases<'a> {
    pub target: Target<'a>,
    /// Only aliases that lead to this version.
    pub version: Option<u32>,
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
        = Routing
    where
        Self: 'c;

    fn command(&self, faults: &mut Faults<'_>) -> Option<Routing> {
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
) -> Option<(&'a str, Routing)> {
    // More than two break a constraint of the model, and no further rule speaks of them.
    let (first, second) = match entries {
        [first] => (first, None),
        [first, second] => (first, Some(second)),
        _ => return None,
    };
    let first_place = place(first, 0, None, faults);
    let second_place = second.and_then(|second| place(second, 1, first_place, faults));
    let places = [first_place, second_place];
    unversioned(entries, places, faults);
    distinct(entries, faults);
    sum(entries, faults);
    let machine = first_place.map(|place| place.machine);
    same_machine(entries, places, owner.or(machine), faults);
    let second = match second {
        Some(second) => Some(route(second_place?, second)?),
        None => None,
    };
    Some((machine?, Routing::new(route(first_place?, first)?, second)?))
}

/// Where an entry leads: a state machine, and its version; `None` for an ARN without a version.
#[derive(Clone, Copy)]
struct Place<'a> {
    machine: &'a str,
    version: Option<u32>,
}

impl<'a> Place<'a> {
    /// A version of the state machine of `self`, as a second entry's mostly is: there is not all to
    /// be read again.
    fn sibling(self, text: &'a str) -> Option<Self> {
        let number = text.strip_prefix(self.machine)?.strip_prefix(':')?;
        Some(Self { machine: self.machine, version: Some(version_number(number)?) })
    }
}

/// The place that an entry's ARN names; one of another type of resource is a fault.
fn place<'a>(
    entry: &'a RoutingConfigurationListItem<'_>,
    index: usize,
    before: Option<Place<'a>>,
    faults: &mut Faults<'_>,
) -> Option<Place<'a>> {
    let text = entry.state_machine_version_arn.as_deref()?;
    if let Some(sibling) = before.and_then(|place| place.sibling(text)) {
        return Some(sibling);
    }
    let arn = match parse_arn(text) {
        Ok(arn) if arn.kind() == STATE_MACHINE => arn,
        Ok(other) => return faults.keep(&pointer(index), Err(wrong_type(&other))),
        Err(error) => return faults.keep(&pointer(index), Err(error)),
    };
    let versioned = matches!(arn.resource, Resource::Version { .. });
    Some(Place { machine: arn.machine_arn(), version: versioned.then(|| arn.version()) })
}

fn route(place: Place<'_>, entry: &RoutingConfigurationListItem<'_>) -> Option<Route> {
    Some(Route { version: place.version.unwrap_or(NO_VERSION), weight: u8::try_from(entry.weight?).ok()? })
}

fn pointer(index: usize) -> String {
    format!("{ROUTING}/{index}/stateMachineVersionArn")
}

fn unversioned(entries: &[RoutingConfigurationListItem<'_>], places: [Option<Place<'_>>; 2], faults: &mut Faults<'_>) {
    for (index, place) in places.into_iter().enumerate() {
        if place.is_some_and(|place| place.version.is_none()) {
            faults.push(pointer(index), Error::NotVersionArns { received: received(entries) });
        }
    }
}

fn same_machine(
    entries: &[RoutingConfigurationListItem<'_>],
    places: [Option<Place<'_>>; 2],
    machine: Option<&str>,
    faults: &mut Faults<'_>,
) {
    // Without a first ARN it is not known whose versions the others should be.
    let Some(machine) = machine else { return };
    let other = |place: &Option<Place<'_>>| place.is_some_and(|place| place.machine != machine);
    if let Some(index) = places.iter().position(other) {
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
