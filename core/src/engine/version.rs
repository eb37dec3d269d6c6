//! Decides on version requests.

use super::{Context, Decision, format_version_arn};
use crate::command::{DeleteVersion, ListVersions, PublishVersion, Qualifier};
use crate::error::{Error, Result};
use crate::model::{Version, VersionNumber};
use crate::page::{Cursor, ListId};
use crate::store::{Change, RevisionKey, View};
use crate::wire::output::{
    Empty, ListStateMachineVersionsOutput, PublishStateMachineVersionOutput, StateMachineVersionListItem,
};

/// The revision id that AWS uses until the first update.
const INITIAL_REVISION_ID: &str = "INITIAL";

/// Returns the next version.
pub(super) fn next_version(view: &dyn View, description: Option<&str>, context: &Context<'_>) -> Result<Version> {
    let limit = context.options.limits.versions_per_state_machine;
    if view.version_count()? >= limit {
        return Err(Error::VersionQuota(limit));
    }
    // AWS does not reuse the number of a deleted version.
    let number = view
        .state_machine()
        .last_version
        .map_or(Some(VersionNumber::FIRST), VersionNumber::next)
        .ok_or(Error::VersionQuota(u32::MAX as usize))?;
    Ok(Version { number, description: description.map(Into::into), created: context.now })
}

/// Returns the version of an unchanged revision for UpdateStateMachine with `publish`. Another description
/// publishes a new version.
pub(super) fn publish_unchanged(
    view: &dyn View,
    description: Option<&str>,
    context: &Context<'_>,
) -> Result<(Option<VersionNumber>, Option<Change>)> {
    if let Some(number) = view.state_machine().published_version {
        let stored = view.version(number)?;
        let stored_description = stored.as_ref().and_then(|version| version.description.as_deref());
        if description.is_none() || description == stored_description {
            return Ok((Some(number), None));
        }
    }
    let version = next_version(view, description, context)?;
    Ok((Some(version.number), Some(Change::PutVersion(version))))
}

/// Publishes the current revision. Idempotent: a published revision returns its version, even if the description
/// differs.
pub(crate) fn publish(
    command: &PublishVersion<'_>,
    context: &Context<'_>,
) -> Result<Decision<PublishStateMachineVersionOutput>> {
    let view = context.require_active_unqualified(command.state_machine)?;
    if let Some(requested) = command.revision {
        check_revision(view, requested)?;
    }
    let output = |version: &Version| PublishStateMachineVersionOutput {
        creation_date: version.created,
        state_machine_version_arn: format_version_arn(command.state_machine.unqualified_arn, version.number),
    };
    if let Some(number) = view.state_machine().published_version
        && let Some(stored) = view.version(number)?
    {
        return Ok(Decision { change: None, output: output(&stored) });
    }
    let version = next_version(view, command.description, context)?;
    let output = output(&version);
    Ok(Decision { change: Some(Change::PutVersion(version)), output })
}

/// Returns the last version number of the previous page.
fn parse_cursor(cursor: &Cursor) -> VersionNumber {
    let number = u32::try_from(cursor.number).ok().and_then(VersionNumber::new);
    number.unwrap_or(VersionNumber::FIRST)
}

fn check_revision(view: &dyn View, requested: &str) -> Result<()> {
    let revision = view.revision(RevisionKey::Current)?;
    let current = revision.as_ref().and_then(|revision| revision.id.as_deref()).unwrap_or(INITIAL_REVISION_ID);
    if requested == current {
        return Ok(());
    }
    Err(Error::RevisionConflict { requested: requested.to_owned(), current: current.to_owned() })
}

pub(crate) fn list(command: &ListVersions<'_>, context: &Context<'_>) -> Result<ListStateMachineVersionsOutput> {
    let state_machine = command.state_machine;
    if state_machine.qualifier != Qualifier::Unqualified {
        return Err(Error::StateMachineDoesNotExist(state_machine.arn.into()));
    }
    let view = context.require_state_machine(|| Error::StateMachineDoesNotExist(state_machine.arn.into()))?;
    let list = ListId { operation: "ListStateMachineVersions", arn: state_machine.arn, variant: "" };
    let (found, next_token) = context.read_page(
        list,
        command.page,
        |after, limit| view.versions(after.map(|cursor| parse_cursor(&cursor)), limit),
        |version| Cursor { number: i64::from(version.number.get()), text: String::new() },
    )?;
    let item = |version: Version| StateMachineVersionListItem {
        creation_date: version.created,
        state_machine_version_arn: format_version_arn(state_machine.unqualified_arn, version.number),
    };
    Ok(ListStateMachineVersionsOutput { next_token, state_machine_versions: found.into_iter().map(item).collect() })
}

/// Deletes a version. Fails if an alias references it; succeeds if it does not exist.
pub(crate) fn delete(command: &DeleteVersion<'_>, context: &Context<'_>) -> Result<Decision<Empty>> {
    let Some(view) = context.find_state_machine() else {
        return Ok(Decision { change: None, output: Empty {} });
    };
    let Some(version) = command.number.map(|number| view.version(number)).transpose()?.flatten() else {
        return Ok(Decision { change: None, output: Empty {} });
    };
    let number = version.number;
    let mut aliases = view.aliases(None, usize::MAX)?;
    aliases.retain(|(_, alias)| alias.references(number, context.now));
    if !aliases.is_empty() {
        let aliases = aliases.into_iter().map(|(name, _)| name.into()).collect();
        return Err(Error::VersionReferenced { aliases });
    }
    let published_version = published_version_without(view, number)?;
    Ok(Decision { change: Some(Change::DeleteVersion { number, published_version }), output: Empty {} })
}

/// Returns the version of the current revision after the deletion of version `number`. Versions of one revision are
/// consecutive, so it is the previous version or none.
fn published_version_without(view: &dyn View, number: VersionNumber) -> Result<Option<VersionNumber>> {
    let published_version = view.state_machine().published_version;
    if published_version != Some(number) {
        return Ok(published_version);
    }
    let Some(previous) = view.versions(Some(number), 1)?.pop() else { return Ok(None) };
    let revision_id = |key| -> Result<_> { Ok(view.revision(key)?.map(|revision| revision.id.clone())) };
    let is_current = revision_id(RevisionKey::Version(previous.number))? == revision_id(RevisionKey::Current)?;
    Ok(is_current.then_some(previous.number))
}
