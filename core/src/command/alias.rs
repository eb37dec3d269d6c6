//! Commands on aliases.

use super::target::{alias_arn, machine_arn, wrong_type};
use super::{Faults, Qualifier, Request, Target};
use crate::error::Error;
use crate::model::{Arn, Resource, Route, Routing, parse_arn};
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
                faults.push(POINTER, Error::MachineOrVersionArnRequired { arn: given.into() });
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
    let first_arn = state_machine_arn(first, 0, faults);
    let second_arn = second.map(|second| state_machine_arn(second, 1, faults));
    unversioned(entries, [first_arn, second_arn.flatten()], faults);
    distinct(entries, faults);
    sum(entries, faults);
    let machine = owner.or(first_arn.map(|arn| arn.machine_arn()));
    same_machine(entries, [first_arn, second_arn.flatten()], machine, faults);
    let second = match (second, second_arn) {
        (Some(second), Some(arn)) => Some(route(arn?, second)?),
        _ => None,
    };
    Some((first_arn?.machine_arn(), Routing::new(route(first_arn?, first)?, second)?))
}

fn route(arn: Arn<'_>, entry: &RoutingConfigurationListItem<'_>) -> Option<Route> {
    Some(Route { version: arn.version(), weight: u8::try_from(entry.weight?).ok()? })
}

fn pointer(index: usize) -> String {
    format!("{ROUTING}/{index}/stateMachineVersionArn")
}

/// The ARN of an entry; one of another type of resource is a fault.
fn state_machine_arn<'a>(
    entry: &'a RoutingConfigurationListItem<'_>,
    index: usize,
    faults: &mut Faults<'_>,
) -> Option<Arn<'a>> {
    let arn = match parse_arn(entry.state_machine_version_arn.as_deref()?) {
        Ok(arn) => arn,
        Err(error) => {
            faults.push(pointer(index), error);
            return None;
        }
    };
    if arn.kind() != STATE_MACHINE {
        faults.push(pointer(index), wrong_type(&arn));
        return None;
    }
    Some(arn)
}

fn unversioned(entries: &[RoutingConfigurationListItem<'_>], arns: [Option<Arn<'_>>; 2], faults: &mut Faults<'_>) {
    for (index, arn) in arns.into_iter().enumerate() {
        if arn.is_some_and(|arn| !matches!(arn.resource, Resource::Version { .. })) {
            faults.push(pointer(index), Error::NotVersionArns { received: received(entries) });
        }
    }
}

fn same_machine(
    entries: &[RoutingConfigurationListItem<'_>],
    arns: [Option<Arn<'_>>; 2],
    machine: Option<&str>,
    faults: &mut Faults<'_>,
) {
    let other = |arn: &Option<Arn<'_>>| arn.is_some_and(|arn| Some(arn.machine_arn()) != machine);
    if let Some(index) = arns.iter().position(other) {
        faults.push(pointer(index), Error::OtherMachine { received: received(entries) });
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
