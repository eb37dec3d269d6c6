//! Decides on tag requests. Only state machines have tags; versions and aliases do not.

use super::{Context, Decision};
use crate::command::{TagStateMachine, UntagStateMachine};
use crate::error::{Error, Result};
use crate::model::{Resource, StateMachine, Tag, parse_arn};
use crate::store::{Change, View};
use crate::wire::output::{Empty, ListTagsForResourceOutput};

pub(crate) fn tag(command: &TagStateMachine<'_>, context: &Context<'_>) -> Result<Decision<Empty>> {
    let state_machine = require_resource(command.arn, context)?;
    let mut tags = state_machine.tags.clone();
    merge_tags(&mut tags, &command.tags);
    let limit = context.options.limits.tags_per_resource;
    if tags.len() > limit {
        return Err(Error::TooManyTags(limit));
    }
    Ok(put_tags(state_machine, tags))
}

pub(crate) fn untag(command: &UntagStateMachine<'_>, context: &Context<'_>) -> Result<Decision<Empty>> {
    let state_machine = require_resource(command.arn, context)?;
    let mut tags = state_machine.tags.clone();
    tags.retain(|tag| !command.keys.iter().any(|key| **key == *tag.key));
    Ok(put_tags(state_machine, tags))
}

pub(crate) fn list(arn: &str, context: &Context<'_>) -> Result<ListTagsForResourceOutput> {
    Ok(ListTagsForResourceOutput { tags: require_resource(arn, context)?.tags.clone() })
}

/// Replaces the values of existing keys and appends new keys.
fn merge_tags(tags: &mut Vec<Tag>, new_tags: &[Tag]) {
    for tag in new_tags {
        match tags.iter_mut().find(|stored| stored.key == tag.key) {
            Some(stored) => stored.value.clone_from(&tag.value),
            None => tags.push(tag.clone()),
        }
    }
}

fn put_tags(state_machine: &StateMachine, tags: Vec<Tag>) -> Decision<Empty> {
    match tags == state_machine.tags {
        true => Decision { change: None, output: Empty {} },
        false => Decision { change: Some(Change::PutTags(tags)), output: Empty {} },
    }
}

/// Returns the state machine of an unqualified ARN. Other ARNs are not resources with tags.
fn require_resource<'c>(arn: &str, context: &Context<'c>) -> Result<&'c StateMachine> {
    let is_state_machine = parse_arn(arn).is_ok_and(|arn| matches!(arn.resource, Resource::StateMachine { .. }));
    let found = context.find_state_machine().filter(|_| is_state_machine);
    found.map(View::state_machine).ok_or_else(|| Error::ResourceNotFound(arn.to_owned()))
}
