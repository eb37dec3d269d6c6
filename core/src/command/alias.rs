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

    fn command(&self, faults: &mut Faults) -> Option<CreateAlias<'_>> {
        let (machine, routing) = routing(self.routing_configuration.as_deref()?, None, faults)?;
        Some(CreateAlias { machine, name: self.name.as_deref()?, description: self.description.as_deref(), routing })
    }
}

impl Request for RoutingInput<'_> {
    type Command<'c>
        = Routing
    where
        Self: 'c;

    fn command(&self, faults: &mut Faults) -> Option<Routing> {
        routing(self.routing_configuration.as_deref()?, None, faults).map(|(_, routing)| routing)
    }
}

impl Request for DescribeStateMachineAliasInput<'_> {
    type Command<'c>
        = DescribeAlias<'c>
    where
        Self: 'c;

    fn command(&self, faults: &mut Faults) -> Option<DescribeAlias<'_>> {
        let (target, name) = alias_arn(self.state_machine_alias_arn.as_deref()?, faults)?;
        Some(DescribeAlias { target, name })
    }
}

impl Request for DeleteStateMachineAliasInput<'_> {
    type Command<'c>
        = DeleteAlias<'c>
    where
        Self: 'c;

    fn command(&self, faults: &mut Faults) -> Option<DeleteAlias<'_>> {
        let (target, name) = alias_arn(self.state_machine_alias_arn.as_deref()?, faults)?;
        Some(DeleteAlias { target, name })
    }
}

impl Request for UpdateStateMachineAliasInput<'_> {
    type Command<'c>
        = UpdateAlias<'c>
    where
        Self: 'c;

    fn command(&self, faults: &mut Faults) -> Option<UpdateAlias<'_>> {
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

    fn command(&self, faults: &mut Faults) -> Option<ListAliases<'_>> {
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
    faults: &mut Faults,
) -> Option<(&'a str, Routing)> {
    let arns = version_arns(entries, faults);
    distinct(entries, faults);
    sum(entries, faults);
    let arns = arns?;
    let machine = arns.first()?.machine_arn();
    if let Some(index) = arns.iter().position(|arn| arn.machine_arn() != owner.unwrap_or(machine)) {
        let pointer = format!("{ROUTING}/{index}/stateMachineVersionArn");
        faults.push(pointer, Error::OtherMachine { received: received(entries) });
    }
    let mut routes = arns.iter().zip(entries).map(|(arn, entry)| {
        Some(Route { version: arn.version(), weight: u8::try_from(entry.weight?).ok()? })
    });
    let first = routes.next()??;
    let second = match routes.next() {
        Some(route) => Some(route?),
        None => None,
    };
    Some((machine, Routing::new(first, second)?))
}

/// The ARNs of all entries, where every one is that of a version.
fn version_arns<'a>(entries: &'a [RoutingConfigurationListItem<'_>], faults: &mut Faults) -> Option<Arns<'a>> {
    let mut arns = Arns::default();
    let mut unversioned = None;
    for (index, entry) in entries.iter().enumerate() {
        let pointer = || format!("{ROUTING}/{index}/stateMachineVersionArn");
        let Some(text) = entry.state_machine_version_arn.as_deref() else { continue };
        match parse_arn(text) {
            Err(error) => faults.push(pointer(), error),
            Ok(arn) => match arn.resource {
                Resource::Version { .. } => arns.push(arn),
                Resource::StateMachine { .. } | Resource::Alias { .. } | Resource::Label { .. } => {
                    unversioned.get_or_insert_with(pointer);
                }
                _ => faults.push(pointer(), wrong_type(&arn)),
            },
        }
    }
    if let Some(pointer) = unversioned {
        faults.push(pointer, Error::NotVersionArns { received: received(entries) });
    }
    (arns.len() == entries.len()).then_some(arns)
}

/// The ARNs of a routing. More than two entries are refused before a command is made.
type Arns<'a> = Vec<Arn<'a>>;

fn distinct(entries: &[RoutingConfigurationListItem<'_>], faults: &mut Faults) {
    let arns = || entries.iter().filter_map(|entry| entry.state_machine_version_arn.as_deref());
    let repeated = arns().enumerate().find(|(index, arn)| arns().take(*index).any(|earlier| earlier == *arn));
    if let Some((index, _)) = repeated {
        let pointer = format!("{ROUTING}/{index}/stateMachineVersionArn");
        faults.push(pointer, Error::RepeatedVersions { received: received(entries) });
    }
}

fn sum(entries: &[RoutingConfigurationListItem<'_>], faults: &mut Faults) {
    let weights = || entries.iter().filter_map(|entry| entry.weight);
    let sum = weights().fold(0_i64, i64::saturating_add);
    if !entries.is_empty() && weights().count() == entries.len() && sum != 100 {
        faults.push(ROUTING, Error::WeightsSum { received: weights().collect() });
    }
}

fn received(entries: &[RoutingConfigurationListItem<'_>]) -> Vec<String> {
    entries.iter().filter_map(|entry| entry.state_machine_version_arn.as_deref().map(str::to_owned)).collect()
}
