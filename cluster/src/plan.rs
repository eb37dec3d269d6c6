//! Turns a change into one commit.

use crate::engine::{Commit, Generation, Guard, Write};
use crate::key::{self, Id, Kind};
use crate::own::OwnWrite;
use crate::record::{
    AliasRecord, DeletedRecord, ExecutionTags, HeadRecord, RevisionRecord, StoredExecution, Tag, VersionRecord, write,
    write_tags,
};
use crate::state_machine::{self, Loaded};
use sfn_alias::model::{Alias, Revision, StateMachine, Timestamp, Version};
use sfn_alias::store::{Change, Document};
use sfn_alias::{Error, Result};
use std::sync::Arc;

/// A commit, and what is known after it.
#[derive(Debug)]
pub(crate) struct Plan {
    pub commit: Commit,
    pub own: OwnWrite,
    /// The state machine after the commit.
    pub after: After,
    /// The execution that the commit writes, with the key of its record.
    pub execution: Option<(Vec<u8>, StoredExecution, ExecutionTags)>,
    /// Revisions that may have no reference after the commit.
    pub released_revisions: Vec<u64>,
}

/// What a commit does to the state machine itself.
#[derive(Debug)]
pub(crate) enum After {
    Changed(Box<Loaded>),
    Deleted,
    /// It only changes executions.
    Unchanged,
}

/// Plans the creation of a state machine, which replaces what is stored under its ARN.
pub(crate) fn plan_create(
    arn: &str,
    stored: Option<&Loaded>,
    (state_machine, revision, version): (StateMachine, &Revision, Option<Version>),
    (id, tag): (Id, Tag),
) -> Result<Plan> {
    let mut writes = Vec::new();
    stored.map_or(Ok(()), |stored| replace(arn, stored, state_machine.deleting_until, tag, &mut writes))?;
    if let Some(until) = state_machine.deleting_until {
        writes.push(Write::Put(key::deletion(until, arn), Vec::new()));
    }
    if !state_machine.tags.is_empty() {
        writes.push(Write::Put(Kind::Tags.key(id, ""), write_tags(&state_machine.tags)?));
    }
    let (versions, aliases) = Default::default();
    // The generation is replaced after the commit.
    let mut loaded = Loaded { id, generation: Generation(0), revision: 0, state_machine, versions, aliases };
    put_revision(&mut loaded, revision, version, &mut writes)?;
    let guards = match stored {
        Some(stored) => vec![Guard::At(key::head(arn), stored.generation)],
        // If the same commit was applied before, another process may have deleted the state machine meanwhile.
        None => vec![Guard::Absent(key::head(arn)), Guard::Absent(key::deleted(id))],
    };
    let own = match stored {
        Some(stored) => OwnWrite::Head { arn: arn.to_owned(), previous: stored.generation, tag },
        None => OwnWrite::CreatedHead { arn: arn.to_owned(), id, tag },
    };
    let otherwise = state_machine::reads(arn, stored.map_or(id, |stored| stored.id)).into();
    finish_head(arn, loaded, tag, Commit { guards, writes, otherwise }, own)
}

/// Deletes the records of a state machine that refer to it by its ARN, except its head and the end of the next deletion.
fn replace(
    arn: &str,
    stored: &Loaded,
    next_deletion: Option<Timestamp>,
    tag: Tag,
    writes: &mut Vec<Write>,
) -> Result<()> {
    // A commit writes each key once.
    if let Some(until) = stored.state_machine.deleting_until.filter(|until| Some(*until) != next_deletion) {
        writes.push(Write::Delete(key::deletion(until, arn)));
    }
    writes.push(Write::Put(key::deleted(stored.id), write(&DeletedRecord { tag })?));
    Ok(())
}

/// Writes the head last.
fn finish_head(arn: &str, loaded: Loaded, tag: Tag, mut commit: Commit, own: OwnWrite) -> Result<Plan> {
    let head = HeadRecord::new(loaded.id, tag, loaded.revision, &loaded.state_machine);
    commit.writes.push(Write::Put(key::head(arn), write(&head)?));
    Ok(Plan { commit, own, after: After::Changed(Box::new(loaded)), execution: None, released_revisions: Vec::new() })
}

/// Plans the deletion of a state machine. Its other records are deleted later.
pub(crate) fn plan_delete(arn: &str, stored: &Loaded, tag: Tag) -> Result<Plan> {
    let mut writes = vec![Write::Delete(key::head(arn))];
    replace(arn, stored, None, tag, &mut writes)?;
    let guards = vec![Guard::At(key::head(arn), stored.generation)];
    let commit = Commit { guards, writes, otherwise: state_machine::reads(arn, stored.id).into() };
    let own = OwnWrite::DeletedHead { id: stored.id, tag };
    Ok(Plan { commit, own, after: After::Deleted, execution: None, released_revisions: Vec::new() })
}

/// Plans a deletion without writing any record, which a full engine accepts. All records are deleted at once.
pub(crate) fn plan_delete_at_once(arn: &str, stored: &Loaded, tag: Tag) -> Result<Plan> {
    let mut plan = plan_delete(arn, stored, tag)?;
    plan.commit.writes.retain(|write| matches!(write, Write::Delete(_)));
    plan.commit.writes.extend(Kind::ALL.iter().map(|kind| {
        let (start, end) = kind.range(stored.id);
        Write::DeleteRange(start, end)
    }));
    Ok(Plan { own: OwnWrite::Unmarked, ..plan })
}

/// Plans a change of a stored state machine that is not a change of an execution.
pub(crate) fn plan_change(arn: &str, stored: &Loaded, change: Change, tag: Tag) -> Result<Plan> {
    let (mut loaded, mut writes, mut released) = (stored.clone(), Vec::new(), Vec::new());
    match change {
        Change::PutRevision { revision, version } => {
            released.push(loaded.revision);
            put_revision(&mut loaded, &revision, version, &mut writes)?;
        }
        Change::PutVersion(version) => put_version(&mut loaded, version, &mut writes)?,
        Change::DeleteVersion { number, published_version } => {
            let removed = Arc::make_mut(&mut loaded.versions).remove(&number);
            released.extend(removed.map(|(_, revision)| revision));
            loaded.state_machine.published_version = published_version;
            writes.push(Write::Delete(Kind::Version.key(loaded.id, key::version_suffix(Some(number)))));
        }
        Change::PutAlias { name, alias } => put_alias(&mut loaded, name, alias, &mut writes)?,
        Change::DeleteAlias(name) => {
            writes.push(Write::Delete(Kind::Alias.key(loaded.id, &name)));
            let (start, end) = key::documents(loaded.id, &name, "");
            writes.push(Write::DeleteRange(start, end));
            Arc::make_mut(&mut loaded.aliases).remove(&name);
        }
        Change::PutTags(tags) => {
            let key = Kind::Tags.key(loaded.id, "");
            let is_empty = tags.is_empty();
            writes.push(if is_empty { Write::Delete(key) } else { Write::Put(key, write_tags(&tags)?) });
            loaded.state_machine.tags = tags;
        }
        Change::MarkDeleting(until) => mark_deleting(arn, &mut loaded, until, &mut writes),
        Change::PutDocuments { alias, put, delete } => change_documents(&loaded, &alias, put, delete, &mut writes),
        Change::CreateStateMachine { .. }
        | Change::DeleteStateMachine
        | Change::PutExecution { .. }
        | Change::CountStart { .. }
        | Change::EndExecution { .. }
        | Change::RedriveExecution { .. } => return Err(Error::Internal("the change is planned elsewhere".to_owned())),
    }
    let guards = vec![Guard::At(key::head(arn), stored.generation)];
    let commit = Commit { guards, writes, otherwise: state_machine::reads(arn, stored.id).into() };
    let own = OwnWrite::Head { arn: arn.to_owned(), previous: stored.generation, tag };
    let plan = finish_head(arn, loaded, tag, commit, own)?;
    Ok(Plan { released_revisions: released, ..plan })
}

fn put_revision(
    loaded: &mut Loaded,
    revision: &Revision,
    version: Option<Version>,
    writes: &mut Vec<Write>,
) -> Result<()> {
    // Only changes of the head create revisions, so the current one has the greatest number.
    loaded.revision = loaded.revision.saturating_add(1);
    loaded.state_machine.published_version = None;
    let key = Kind::Revision.key(loaded.id, key::number_suffix(loaded.revision));
    writes.push(Write::Put(key, RevisionRecord::write(revision)?));
    version.map_or(Ok(()), |version| put_version(loaded, version, writes))
}

/// Publishes the current revision as a version.
fn put_version(loaded: &mut Loaded, version: Version, writes: &mut Vec<Write>) -> Result<()> {
    let number = version.number;
    let key = Kind::Version.key(loaded.id, key::version_suffix(Some(number)));
    writes.push(Write::Put(key, write(&VersionRecord::new(&version, loaded.revision))?));
    loaded.state_machine.last_version = Some(number);
    loaded.state_machine.published_version = Some(number);
    Arc::make_mut(&mut loaded.versions).insert(number, (version, loaded.revision));
    Ok(())
}

fn put_alias(loaded: &mut Loaded, name: Box<str>, alias: Alias, writes: &mut Vec<Write>) -> Result<()> {
    writes.push(Write::Put(Kind::Alias.key(loaded.id, &name), write(&AliasRecord::new(&alias))?));
    Arc::make_mut(&mut loaded.aliases).insert(name, Arc::new(alias));
    Ok(())
}

/// Changes documents, which are not part of what is loaded. Only a commit that writes the head changes them, so that its
/// guard proves what a decision has read.
fn change_documents(loaded: &Loaded, alias: &str, put: Vec<Document>, delete: Vec<Box<str>>, writes: &mut Vec<Write>) {
    if loaded.aliases.contains_key(alias) {
        let key = |key: &str| key::document(loaded.id, alias, key);
        writes.extend(delete.iter().map(|deleted| Write::Delete(key(deleted))));
        writes.extend(
            put.into_iter().map(|document| Write::Put(key(&document.key), document.value.into_string().into_bytes())),
        );
    }
}

fn mark_deleting(arn: &str, loaded: &mut Loaded, until: Timestamp, writes: &mut Vec<Write>) {
    if let Some(previous) = loaded.state_machine.deleting_until.filter(|previous| *previous != until) {
        writes.push(Write::Delete(key::deletion(previous, arn)));
    }
    writes.push(Write::Put(key::deletion(until, arn), Vec::new()));
    loaded.state_machine.deleting_until = Some(until);
}
