//! Decisions on state machines.

use super::body::Body;
use super::version::{publish, publish_again};
use super::{Context, Decision, active, does_not_exist, existing, present, version_arn};
use crate::command::{
    Content, CreateStateMachine, DescribeStateMachine, Qualifier, StateMachineRef, UpdateStateMachine,
};
use crate::error::{Error, Result};
use crate::model::{Revision, StateMachine, Timestamp, Version, VersionNumber};
use crate::store::{Change, RevisionKey, View};
use crate::wire::output::{CreateStateMachineOutput, DescribeStateMachineOutput, Empty, UpdateStateMachineOutput};
use std::sync::Arc;

/// New, a replay, or `StateMachineAlreadyExists`. Role and tags are not compared, as documented.
pub(crate) fn create(
    view: &dyn View,
    arn: &str,
    command: &CreateStateMachine<'_>,
    context: &Context<'_>,
) -> Result<Decision<CreateStateMachineOutput>> {
    let reply = |created, published| CreateStateMachineOutput {
        creation_date: created,
        state_machine_arn: arn.to_owned(),
        state_machine_version_arn: if published { Some(version_arn(arn, VersionNumber::FIRST)) } else { None },
    };
    if let Some(stored) = present(view, context.now)? {
        super::not_deleting(&stored, arn)?;
        if !replays(view, &stored, command)? {
            return Err(Error::StateMachineAlreadyExists { arn: arn.to_owned() });
        }
        return Ok(Decision::keep(reply(stored.created, stored.created_published)));
    }
    let machine = new_machine(command, context.now);
    let revision = revised(None, &command.content, None, context.now);
    let version = command.publish.then(|| first_version(command, context.now));
    let change = Change::CreateStateMachine { state_machine: Box::new(machine), revision, version };
    Ok(Decision::change(change, reply(context.now, command.publish)))
}

fn new_machine(command: &CreateStateMachine<'_>, now: Timestamp) -> StateMachine {
    StateMachine {
        kind: command.kind,
        created: now,
        deleted: None,
        last_version: None,
        published: None,
        created_published: command.publish,
        created_description: command.version_description.map(Into::into),
        tags: command.tags.clone(),
    }
}

fn first_version(command: &CreateStateMachine<'_>, now: Timestamp) -> Version {
    Version { number: VersionNumber::FIRST, description: command.version_description.map(Into::into), created: now }
}

fn replays(view: &dyn View, stored: &StateMachine, command: &CreateStateMachine<'_>) -> Result<bool> {
    let Some(current) = view.revision(RevisionKey::Current)? else { return Ok(false) };
    let content = &command.content;
    Ok(stored.kind == command.kind
        && content.definition == Some(&*current.definition)
        && content.logging.as_deref() == Some(&*current.logging)
        && content.tracing.as_deref() == Some(&*current.tracing)
        && content.encryption.as_deref() == current.encryption.as_deref()
        && stored.created_published == command.publish
        && stored.created_description.as_deref() == command.version_description)
}

/// A revision with what `content` says, and the rest as `before`.
fn revised(before: Option<&Revision>, content: &Content<'_>, id: Option<Box<str>>, now: Timestamp) -> Revision {
    let kept = |given: Option<&str>, kept: fn(&Revision) -> &str| -> String {
        given.or_else(|| before.map(kept)).unwrap_or_default().to_owned()
    };
    Revision {
        id,
        definition: kept(content.definition, |r| &r.definition).into(),
        role: kept(content.role, |r| &r.role).into(),
        logging: kept(content.logging.as_deref(), |r| &r.logging).into(),
        tracing: kept(content.tracing.as_deref(), |r| &r.tracing).into(),
        encryption: content.encryption.as_deref().map(Into::into).or_else(|| before.and_then(|r| r.encryption.clone())),
        updated: now,
    }
}

/// Whether an update would change nothing.
fn unchanged(before: &Revision, content: &Content<'_>) -> bool {
    content.definition.is_none_or(|given| given == &*before.definition)
        && content.role.is_none_or(|given| given == &*before.role)
        && content.logging.as_deref().is_none_or(|given| given == &*before.logging)
        && content.tracing.as_deref().is_none_or(|given| given == &*before.tracing)
        && content.encryption.as_deref().is_none_or(|given| Some(given) == before.encryption.as_deref())
}

/// New content gets the revision id `id`; unchanged content keeps its own.
pub(crate) fn update(
    view: &dyn View,
    command: &UpdateStateMachine<'_>,
    id: &str,
    context: &Context<'_>,
) -> Result<Decision<UpdateStateMachineOutput>> {
    let arn = command.state_machine.unqualified_arn;
    let machine = active_unqualified(view, command.state_machine, context.now)?;
    let current = view.revision(RevisionKey::Current)?.ok_or_else(|| does_not_exist(arn))?;
    let description = command.version_description;
    if unchanged(&current, &command.content) {
        let (version, change) = match command.publish {
            true => publish_again(view, &machine, description, context)?,
            false => (None, None),
        };
        return Ok(Decision { change, reply: updated(&current, arn, version) });
    }
    let revision = revised(Some(&current), &command.content, Some(id.into()), context.now);
    let version = match command.publish {
        true => Some(publish(view, &machine, description, context)?),
        false => None,
    };
    let reply = updated(&revision, arn, version.as_ref().map(|version| version.number));
    Ok(Decision::change(Change::PutRevision { revision, version }, reply))
}

fn updated(revision: &Revision, arn: &str, version: Option<VersionNumber>) -> UpdateStateMachineOutput {
    UpdateStateMachineOutput {
        revision_id: revision.id.as_deref().map(str::to_owned),
        state_machine_version_arn: version.map(|number| version_arn(arn, number)),
        update_date: revision.updated,
    }
}

/// The state machine of an operation that takes no qualifier: with one, nothing of that ARN exists.
pub(super) fn active_unqualified<'v>(
    view: &'v dyn View,
    state_machine: StateMachineRef<'_>,
    now: Timestamp,
) -> Result<std::borrow::Cow<'v, StateMachine>> {
    if state_machine.qualifier != Qualifier::None {
        return Err(does_not_exist(state_machine.arn));
    }
    active(view, now, state_machine.unqualified_arn, || does_not_exist(state_machine.arn))
}

pub(crate) fn describe(
    view: &dyn View,
    command: &DescribeStateMachine<'_>,
    context: &Context<'_>,
) -> Result<DescribeStateMachineOutput> {
    let missing = || does_not_exist(command.state_machine.arn);
    let machine = existing(view, context.now, missing)?;
    let version = match command.state_machine.qualifier {
        Qualifier::None => None,
        Qualifier::Version(number) => {
            let number = number.ok_or_else(missing)?;
            Some(view.version(number)?.ok_or_else(missing)?)
        }
        Qualifier::Alias(_) | Qualifier::Label => return Err(missing()),
    };
    let of = version.as_ref().map_or(RevisionKey::Current, |version| RevisionKey::Version(version.number));
    let revision: Arc<Revision> = view.revision(of)?.ok_or_else(missing)?;
    let body = Body::of(&revision, command.metadata_only);
    Ok(DescribeStateMachineOutput {
        creation_date: version.as_ref().map_or(machine.created, |version| version.created),
        definition: body.definition,
        description: version.and_then(|version| version.description.clone()),
        encryption_configuration: body.encryption,
        logging_configuration: body.logging,
        name: command.state_machine.name.to_owned(),
        revision_id: body.revision_id,
        role_arn: body.role,
        state_machine_arn: command.state_machine.arn.to_owned(),
        status: if machine.deleted.is_some() { "DELETING" } else { "ACTIVE" }.to_owned(),
        tracing_configuration: body.tracing,
        kind: machine.kind.as_str().to_owned(),
    })
}

/// Drops what is left of a state machine whose deletion is over.
pub(crate) fn purge_expired(view: &dyn View, context: &Context<'_>) -> Result<Option<Change>> {
    let over = view.state_machine()?.is_some() && present(view, context.now)?.is_none();
    Ok(over.then_some(Change::DeleteStateMachine))
}

/// A state machine that is not there is deleted as well; a version or alias ARN names none.
pub(crate) fn delete(
    view: &dyn View,
    state_machine: &StateMachineRef<'_>,
    context: &Context<'_>,
) -> Result<Decision<Empty>> {
    let stored = present(view, context.now)?.filter(|_| state_machine.qualifier == Qualifier::None);
    let change = match stored {
        Some(machine) if machine.deleted.is_none() => {
            let gone = context.now.plus(context.deletion_delay);
            Some(if gone > context.now { Change::MarkDeleted(gone) } else { Change::DeleteStateMachine })
        }
        _ => None,
    };
    Ok(Decision { change, reply: Empty {} })
}
