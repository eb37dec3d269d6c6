//! Decisions on versions.

use super::machine::active_unqualified;
use super::{Context, Decision, does_not_exist, existing, present, version_arn};
use crate::command::{DeleteVersion, ListVersions, PublishVersion, Qualifier};
use crate::error::{Error, Result};
use crate::model::{StateMachine, Version, VersionNumber};
use crate::page::{Cursor, ListId, truncate_page};
use crate::store::{Change, RevisionKey, View};
use crate::wire::output::{
    Empty, ListStateMachineVersionsOutput, PublishStateMachineVersionOutput, StateMachineVersionListItem,
};

/// What AWS calls the revision of a state machine that was never updated.
const INITIAL: &str = "INITIAL";

/// The next version, unless the quota is used up.
pub(super) fn publish(
    view: &dyn View,
    machine: &StateMachine,
    description: Option<&str>,
    context: &Context<'_>,
) -> Result<Version> {
    let limit = context.limits.versions_per_state_machine;
    if view.version_count()? >= limit {
        return Err(Error::VersionQuota { limit });
    }
    // Numbers are not given twice: with the highest one, they are used up.
    let number = machine
        .last_version
        .map_or(Some(VersionNumber::FIRST), VersionNumber::next)
        .ok_or(Error::VersionQuota { limit: u32::MAX as usize })?;
    Ok(Version { number, description: description.map(Into::into), created: context.now })
}

/// UpdateStateMachine with `publish` and without a change: the version that there is, unless
/// another description is wanted.
pub(super) fn publish_again(
    view: &dyn View,
    machine: &StateMachine,
    description: Option<&str>,
    context: &Context<'_>,
) -> Result<(Option<VersionNumber>, Option<Change>)> {
    if let Some(number) = machine.published {
        let stored = view.version(number)?;
        let described = stored.as_ref().and_then(|version| version.description.as_deref());
        if description.is_none() || description == described {
            return Ok((Some(number), None));
        }
    }
    let version = publish(view, machine, description, context)?;
    Ok((Some(version.number), Some(Change::PutVersion(version))))
}

/// Idempotent by revision: a published revision answers its version, whatever the description.
pub(crate) fn publish_version(
    view: &dyn View,
    command: &PublishVersion<'_>,
    context: &Context<'_>,
) -> Result<Decision<PublishStateMachineVersionOutput>> {
    let machine = active_unqualified(view, command.state_machine, context.now)?;
    if let Some(requested) = command.revision {
        check_revision(view, requested)?;
    }
    let reply = |version: &Version| PublishStateMachineVersionOutput {
        creation_date: version.created,
        state_machine_version_arn: version_arn(command.state_machine.unqualified_arn, version.number),
    };
    if let Some(number) = machine.published
        && let Some(stored) = view.version(number)?
    {
        return Ok(Decision::keep(reply(&stored)));
    }
    let version = publish(view, &machine, command.description, context)?;
    let reply = reply(&version);
    Ok(Decision::change(Change::PutVersion(version), reply))
}

/// How often each version was started.
pub(crate) fn starts(view: &dyn View, arn: &str, context: &Context<'_>) -> Result<Vec<(Option<VersionNumber>, u64)>> {
    existing(view, context.now, || does_not_exist(arn))?;
    view.start_counts()
}

/// Returns the version number where the previous page ended.
fn version_number(cursor: &Cursor) -> VersionNumber {
    let number = u32::try_from(cursor.number).ok().and_then(VersionNumber::new);
    number.unwrap_or(VersionNumber::FIRST)
}

fn check_revision(view: &dyn View, requested: &str) -> Result<()> {
    let revision = view.revision(RevisionKey::Current)?;
    let current = revision.as_ref().and_then(|revision| revision.id.as_deref()).unwrap_or(INITIAL);
    if requested == current {
        return Ok(());
    }
    Err(Error::RevisionConflict { requested: requested.to_owned(), current: current.to_owned() })
}

pub(crate) fn list(
    view: &dyn View,
    command: &ListVersions<'_>,
    context: &Context<'_>,
) -> Result<ListStateMachineVersionsOutput> {
    let state_machine = command.state_machine;
    if state_machine.qualifier != Qualifier::None {
        return Err(does_not_exist(state_machine.arn));
    }
    existing(view, context.now, || does_not_exist(state_machine.arn))?;
    let list = ListId { operation: "ListStateMachineVersions", arn: state_machine.arn };
    let after = command.page.token.map(|token| context.tokens.verify(list, token, context.now)).transpose()?;
    let before = after.map(|cursor| version_number(&cursor));
    let mut found = view.versions(before, command.page.limit.saturating_add(1))?;
    let next_token = truncate_page(&mut found, command.page.limit, |version| {
        let cursor = Cursor { number: i64::from(version.number.get()), text: String::new() };
        context.tokens.create(list, &cursor, context.now)
    });
    let item = |version: Version| StateMachineVersionListItem {
        creation_date: version.created,
        state_machine_version_arn: version_arn(state_machine.unqualified_arn, version.number),
    };
    Ok(ListStateMachineVersionsOutput { next_token, state_machine_versions: found.into_iter().map(item).collect() })
}

/// Refused while an alias leads to the version; one that is not there is deleted as well.
pub(crate) fn delete(view: &dyn View, command: &DeleteVersion<'_>, context: &Context<'_>) -> Result<Decision<Empty>> {
    let Some(machine) = present(view, context.now)? else { return Ok(Decision::keep(Empty {})) };
    let Some(version) = command.number.map(|number| view.version(number)).transpose()?.flatten() else {
        return Ok(Decision::keep(Empty {}));
    };
    let number = version.number;
    let mut aliases = view.aliases(None, usize::MAX)?;
    aliases.retain(|(_, alias)| alias.references(number, context.now));
    if !aliases.is_empty() {
        let aliases = aliases.into_iter().map(|(name, _)| name.into()).collect();
        return Err(Error::VersionReferenced { aliases });
    }
    let published = still_published(view, &machine, number)?;
    Ok(Decision::change(Change::DeleteVersion { number, published }, Empty {}))
}

/// The version of the current content that remains without `number`. Versions of one content follow
/// each other, so it is the one before, or none.
fn still_published(view: &dyn View, machine: &StateMachine, number: VersionNumber) -> Result<Option<VersionNumber>> {
    if machine.published != Some(number) {
        return Ok(machine.published);
    }
    let Some(before) = view.versions(Some(number), 1)?.pop() else { return Ok(None) };
    let current = view.revision(RevisionKey::Current)?;
    let same =
        view.revision(RevisionKey::Version(before.number))?.map(|r| r.id.clone()) == current.map(|r| r.id.clone());
    Ok(same.then_some(before.number))
}
