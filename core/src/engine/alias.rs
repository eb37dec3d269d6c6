//! Decides on alias requests.

use super::{Context, Decision, check_not_deleting, format_version_arn, qualify_arn, require_version};
use crate::command::{AliasRef, CreateAlias, ListAliases, Qualifier, UpdateAlias};
use crate::error::{Error, Result};
use crate::model::{Alias, PreviousRouting, Route, Routing, Timestamp, VersionNumber};
use crate::page::{Cursor, ListId};
use crate::store::{Change, NamedAlias, View};
use crate::wire::AliasPage;
use crate::wire::output::{
    CreateStateMachineAliasOutput, DescribeStateMachineAliasOutput, Empty, RoutingConfigurationOutput,
    UpdateStateMachineAliasOutput,
};
use std::borrow::Cow;

/// Creates an alias. Idempotent: an equal request returns the creation date of the existing alias. The quota is
/// checked last.
pub(crate) fn create(
    command: &CreateAlias<'_>,
    context: &Context<'_>,
) -> Result<Decision<CreateStateMachineAliasOutput>> {
    let view = context.require_state_machine(|| Error::ReferenceNotFound)?;
    let routing = require_versions(view, command.routing)?;
    check_not_deleting(view, command.state_machine_arn)?;
    let output = |created| CreateStateMachineAliasOutput {
        creation_date: created,
        state_machine_alias_arn: qualify_arn(command.state_machine_arn, command.name),
    };
    if let Some(stored) = view.alias(command.name)? {
        if stored.description.as_deref() != command.description || stored.routing != routing {
            return Err(Error::AliasConflict);
        }
        return Ok(Decision { change: None, output: output(stored.created) });
    }
    let limit = context.options.limits.aliases_per_state_machine;
    if view.alias_count()? >= limit {
        return Err(Error::AliasQuota(limit));
    }
    let alias = new_alias(command, routing, context.now);
    Ok(Decision { change: Some(Change::PutAlias { name: command.name.into(), alias }), output: output(context.now) })
}

fn new_alias(command: &CreateAlias<'_>, routing: Routing, now: Timestamp) -> Alias {
    Alias { description: command.description.map(Into::into), routing, created: now, updated: now, previous: None }
}

/// Returns an alias that exists, and the view of its state machine.
pub(super) fn require<'c>(command: &AliasRef<'_>, context: &Context<'c>) -> Result<(&'c dyn View, Cow<'c, Alias>)> {
    let view = context.require_state_machine(|| Error::ReferenceNotFound)?;
    let alias = view.alias(command.name)?.ok_or(Error::ReferenceNotFound)?;
    Ok((view, alias))
}

pub(crate) fn describe(command: &AliasRef<'_>, context: &Context<'_>) -> Result<DescribeStateMachineAliasOutput> {
    let (_, alias) = require(command, context)?;
    let route = |route: Route| RoutingConfigurationOutput {
        state_machine_version_arn: format_version_arn(command.state_machine.unqualified_arn, route.version),
        weight: route.weight.get(),
    };
    Ok(DescribeStateMachineAliasOutput {
        creation_date: alias.created,
        description: alias.description.clone(),
        name: command.name.to_owned(),
        routing_configuration: alias.routing_at(context.now).routes().map(route).collect(),
        state_machine_alias_arn: command.state_machine.arn.to_owned(),
        update_date: alias.updated,
    })
}

/// Updates the description and the routing atomically. Sets the update date even if neither changes.
pub(crate) fn update(
    command: &UpdateAlias<'_>,
    context: &Context<'_>,
) -> Result<Decision<UpdateStateMachineAliasOutput>> {
    let view = context.require_active(command.alias.state_machine.unqualified_arn, || Error::ReferenceNotFound)?;
    let stored = view.alias(command.alias.name)?.ok_or(Error::ReferenceNotFound)?;
    let routing = command.routing.map(|requested| require_versions(view, requested)).transpose()?;
    let alias = Alias {
        description: command.description.map(Into::into).or_else(|| stored.description.clone()),
        routing: routing.unwrap_or(stored.routing),
        created: stored.created,
        updated: context.now,
        previous: find_previous_routing(&stored, routing, context),
    };
    let output = UpdateStateMachineAliasOutput { update_date: context.now };
    Ok(Decision { change: Some(Change::PutAlias { name: command.alias.name.into(), alias }), output })
}

/// Returns the routing that StartExecution uses until the update delay ends: always the routing before this update, even
/// if StartExecution does not use it yet. Otherwise, frequent updates would keep the oldest routing in use.
fn find_previous_routing(
    stored: &Alias,
    new_routing: Option<Routing>,
    context: &Context<'_>,
) -> Option<Box<PreviousRouting>> {
    if new_routing.is_none() {
        return stored.previous.clone().filter(|previous| context.now < previous.until);
    }
    let until = context.now.saturating_add(context.options.update_delay);
    (until > context.now).then(|| Box::new(PreviousRouting { routing: stored.routing, until }))
}

/// Deletes an alias. Succeeds if the alias or the state machine does not exist.
pub(crate) fn delete(command: &AliasRef<'_>, context: &Context<'_>) -> Result<Decision<Empty>> {
    let stored = context.find_state_machine().map(|view| view.alias(command.name)).transpose()?.flatten();
    let change = stored.map(|_| Change::DeleteAlias(command.name.into()));
    Ok(Decision { change, output: Empty {} })
}

pub(crate) fn list(command: &ListAliases<'_>, context: &Context<'_>) -> Result<AliasPage> {
    let state_machine = command.state_machine;
    if state_machine.qualifier == Qualifier::Label {
        return Err(Error::StateMachineDoesNotExist(state_machine.arn.into()));
    }
    let view = context.require_active(state_machine.unqualified_arn, || {
        Error::StateMachineDoesNotExist(state_machine.unqualified_arn.into())
    })?;
    let version =
        command.version.map(|number| require_version(view, number, || Error::ReferenceNotFound)).transpose()?;
    let version = version.map(|version| version.number);
    let list = ListId { operation: "ListStateMachineAliases", arn: state_machine.arn, variant: "" };
    let (found, next_token) = context.read_page(
        list,
        command.page,
        |after, limit| find_aliases(view, version, after, limit, context.now),
        |(name, alias)| Cursor { number: alias.created.as_millis(), text: name.to_string() },
    )?;
    let aliases = found.iter().map(|(name, alias)| (&**name, alias.created));
    Ok(AliasPage::new(next_token, state_machine.unqualified_arn, aliases))
}

/// Returns up to `limit` aliases after a position, or only those that route to a version.
fn find_aliases(
    view: &dyn View,
    version: Option<VersionNumber>,
    after: Option<Cursor>,
    limit: usize,
    now: Timestamp,
) -> Result<Vec<NamedAlias<'_>>> {
    let after = after.as_ref().map(|cursor| (Timestamp::from_millis(cursor.number), cursor.text.as_str()));
    let Some(version) = version else { return view.aliases(after, limit) };
    let mut found = view.aliases(after, usize::MAX)?;
    found.retain(|(_, alias)| alias.routing_at(now).references(version));
    found.truncate(limit);
    Ok(found)
}

/// Returns the requested routing if all its versions exist.
fn require_versions(view: &dyn View, requested: Option<Routing>) -> Result<Routing> {
    let routing = requested.ok_or(Error::ReferenceNotFound)?;
    for route in routing.routes() {
        require_version(view, Some(route.version), || Error::ReferenceNotFound)?;
    }
    Ok(routing)
}
