//! Decides on state machine requests.

use super::version::{next_version, publish_unchanged};
use super::{Context, Decision, check_not_deleting, format_version_arn, require_version};
use crate::command::{
    CreateStateMachine, DescribeStateMachine, Qualifier, RevisionContent, StateMachineRef, UpdateStateMachine,
};
use crate::error::{Error, Result};
use crate::model::{Revision, Sensitive, StateMachine, Timestamp, Version, VersionNumber};
use crate::store::{Change, RevisionKey, View};
use crate::wire::output::{CreateStateMachineOutput, DescribeStateMachineOutput, Empty, UpdateStateMachineOutput};
use serde_json::Value;
use std::borrow::Cow;
use std::sync::Arc;

/// Creates a state machine. Idempotent; AWS documents that the role and the tags are not compared.
pub(crate) fn create(
    arn: &str,
    command: &CreateStateMachine<'_>,
    context: &Context<'_>,
) -> Result<Decision<CreateStateMachineOutput>> {
    let output = |created, published| CreateStateMachineOutput {
        creation_date: created,
        state_machine_arn: arn.to_owned(),
        state_machine_version_arn: if published { Some(format_version_arn(arn, VersionNumber::FIRST)) } else { None },
    };
    if let Some(view) = context.find_state_machine() {
        check_not_deleting(view, arn)?;
        let stored = view.state_machine();
        if !is_replay(view, command)? {
            return Err(Error::StateMachineAlreadyExists(arn.to_owned()));
        }
        return Ok(Decision { change: None, output: output(stored.created, stored.published_on_create) });
    }
    check_log_resource(arn, &command.content)?;
    let state_machine = new_state_machine(command, context.now);
    let revision = new_revision(None, &command.content, None, context.now);
    let version = command.publish.then(|| first_version(command, context.now));
    let change = Change::CreateStateMachine { state_machine: Box::new(state_machine), revision, version };
    Ok(Decision { change: Some(change), output: output(context.now, command.publish) })
}

/// Checks the ARN of a state machine with logging. CloudWatch Logs accepts fewer characters than a name may have.
fn check_log_resource(arn: &str, content: &RevisionContent<'_>) -> Result<()> {
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || "./-_:".contains(c);
    if !content.logging.as_ref().is_some_and(|logging| logging.is_on) || arn.chars().all(is_allowed) {
        return Ok(());
    }
    let constraint = r"Member must satisfy regular expression pattern: ^[0-9A-Za-z.\/\-_:]+$";
    let violation = format!("Value '{arn}' at 'resourceId' failed to satisfy constraint: {constraint}");
    Err(Error::InvalidLoggingConfiguration(format!("1 validation error detected: {violation}")))
}

fn new_state_machine(command: &CreateStateMachine<'_>, now: Timestamp) -> StateMachine {
    StateMachine {
        kind: command.kind,
        created: now,
        deleting_until: None,
        last_version: None,
        published_version: None,
        published_on_create: command.publish,
        version_description_on_create: command.version_description.map(Into::into),
        tags: command.tags.clone(),
    }
}

fn first_version(command: &CreateStateMachine<'_>, now: Timestamp) -> Version {
    Version { number: VersionNumber::FIRST, description: command.version_description.map(Into::into), created: now }
}

fn is_replay(view: &dyn View, command: &CreateStateMachine<'_>) -> Result<bool> {
    let Some(current) = view.revision(RevisionKey::Current)? else { return Ok(false) };
    let (stored, content) = (view.state_machine(), &command.content);
    Ok(stored.kind == command.kind
        && content.definition == Some(&*current.definition)
        && content.logging_json() == Some(&*current.logging)
        && content.tracing.as_deref() == Some(&*current.tracing)
        && content.encryption.as_deref() == Some(&*current.encryption)
        && stored.published_on_create == command.publish
        && stored.version_description_on_create.as_deref() == command.version_description)
}

/// Creates a revision with the members of `content`, and the missing ones from the previous revision.
fn new_revision(
    previous: Option<&Revision>,
    content: &RevisionContent<'_>,
    id: Option<Box<str>>,
    now: Timestamp,
) -> Revision {
    let member = |new: Option<&str>, previous_value: fn(&Revision) -> &str| -> String {
        new.or_else(|| previous.map(previous_value)).unwrap_or_default().to_owned()
    };
    Revision {
        id,
        definition: member(content.definition, |r| &r.definition).into(),
        role_arn: member(content.role, |r| &r.role_arn).into(),
        logging: member(content.logging_json(), |r| &r.logging).into(),
        tracing: member(content.tracing.as_deref(), |r| &r.tracing).into(),
        encryption: member(content.encryption.as_deref(), |r| &r.encryption).into(),
        updated: now,
    }
}

/// Returns whether an update would not change the revision.
fn is_unchanged(current: &Revision, content: &RevisionContent<'_>) -> bool {
    content.definition.is_none_or(|new| new == &*current.definition)
        && content.role.is_none_or(|new| new == &*current.role_arn)
        && content.logging_json().is_none_or(|new| new == &*current.logging)
        && content.tracing.as_deref().is_none_or(|new| new == &*current.tracing)
        && content.encryption.as_deref().is_none_or(|new| new == &*current.encryption)
}

/// Updates a state machine. A changed revision gets the revision id `id`.
pub(crate) fn update(
    command: &UpdateStateMachine<'_>,
    id: &str,
    context: &Context<'_>,
) -> Result<Decision<UpdateStateMachineOutput>> {
    let arn = command.state_machine.unqualified_arn;
    let view = context.require_active_unqualified(command.state_machine)?;
    check_log_resource(arn, &command.content)?;
    let current = view.revision(RevisionKey::Current)?.ok_or_else(|| Error::StateMachineDoesNotExist(arn.into()))?;
    let description = command.version_description;
    if is_unchanged(&current, &command.content) {
        let (version, change) = match command.publish {
            true => publish_unchanged(view, description, context)?,
            false => (None, None),
        };
        return Ok(Decision { change, output: update_output(&current, arn, version) });
    }
    let revision = new_revision(Some(&current), &command.content, Some(id.into()), context.now);
    let version = match command.publish {
        true => Some(next_version(view, description, context)?),
        false => None,
    };
    let output = update_output(&revision, arn, version.as_ref().map(|version| version.number));
    Ok(Decision { change: Some(Change::PutRevision { revision, version }), output })
}

fn update_output(revision: &Revision, arn: &str, version: Option<VersionNumber>) -> UpdateStateMachineOutput {
    UpdateStateMachineOutput {
        revision_id: revision.id.as_deref().map(str::to_owned),
        state_machine_version_arn: version.map(|number| format_version_arn(arn, number)),
        update_date: revision.updated,
    }
}

pub(crate) fn describe(
    command: &DescribeStateMachine<'_>,
    context: &Context<'_>,
) -> Result<DescribeStateMachineOutput> {
    let missing = || Error::StateMachineDoesNotExist(command.state_machine.arn.into());
    let view = context.require_state_machine(missing)?;
    let state_machine = view.state_machine();
    let version = find_described_version(view, command.state_machine)?;
    let key = version.as_ref().map_or(RevisionKey::Current, |version| RevisionKey::Version(version.number));
    let revision = view.revision(key)?.ok_or_else(missing)?;
    Ok(DescribeStateMachineOutput {
        creation_date: version.as_ref().map_or(state_machine.created, |version| version.created),
        definition: describe_definition(&revision, command.metadata_only),
        description: version.and_then(|version| version.description.clone()),
        encryption_configuration: parse_configuration(&revision.encryption),
        logging_configuration: parse_configuration(&revision.logging),
        name: command.state_machine.name.to_owned(),
        revision_id: revision.id.as_deref().map(str::to_owned),
        role_arn: revision.role_arn.to_string(),
        state_machine_arn: command.state_machine.arn.to_owned(),
        status: if state_machine.deleting_until.is_some() { "DELETING" } else { "ACTIVE" }.to_owned(),
        tracing_configuration: parse_configuration(&revision.tracing),
        kind: state_machine.kind.as_str().to_owned(),
    })
}

/// Returns the version of a version ARN, and `None` for an unqualified ARN.
fn find_described_version<'v>(view: &'v dyn View, target: StateMachineRef<'_>) -> Result<Option<Cow<'v, Version>>> {
    let missing = || Error::StateMachineDoesNotExist(target.arn.into());
    match target.qualifier {
        Qualifier::Unqualified => Ok(None),
        Qualifier::Version(number) => require_version(view, number, missing).map(Some),
        Qualifier::Alias(_) | Qualifier::Label => Err(missing()),
    }
}

/// Returns the definition in an output, which METADATA_ONLY replaces by an empty object.
pub(super) fn describe_definition(revision: &Revision, metadata_only: bool) -> Sensitive {
    if metadata_only { "{}".into() } else { revision.definition.clone() }
}

/// Returns the current revision if the state machine exists.
pub(crate) fn find_current_revision(context: &Context<'_>) -> Result<Option<Arc<Revision>>> {
    context.find_state_machine().map_or(Ok(None), |view| view.revision(RevisionKey::Current))
}

/// Parses a configuration, which is stored as JSON that this crate wrote.
pub(super) fn parse_configuration(json: &str) -> Value {
    serde_json::from_str(json).unwrap_or_default()
}

/// Deletes the records of a state machine whose deletion has ended.
pub(crate) fn purge_expired(context: &Context<'_>) -> Decision<()> {
    let is_expired = context.view.is_some() && context.find_state_machine().is_none();
    Decision { change: is_expired.then_some(Change::DeleteStateMachine), output: () }
}

/// Deletes the records of a state machine in any status.
pub(crate) fn delete_records(context: &Context<'_>) -> Decision<()> {
    Decision { change: context.view.is_some().then_some(Change::DeleteStateMachine), output: () }
}

/// Deletes a state machine. Succeeds if it does not exist. Ignores the ARNs of versions and aliases.
pub(crate) fn delete(state_machine: &StateMachineRef<'_>, context: &Context<'_>) -> Result<Decision<Empty>> {
    let stored = context.find_state_machine().filter(|_| state_machine.qualifier == Qualifier::Unqualified);
    let change = match stored {
        Some(view) if view.state_machine().deleting_until.is_none() => {
            let until = context.now.saturating_add(context.options.deletion_delay);
            Some(if until > context.now { Change::MarkDeleting(until) } else { Change::DeleteStateMachine })
        }
        _ => None,
    };
    Ok(Decision { change, output: Empty {} })
}
