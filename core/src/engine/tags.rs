//! Decisions on tags, which belong to the state machine alone.

use super::{Context, Decision, present};
use crate::command::{ListTags, TagStateMachine, UntagStateMachine};
use crate::error::{Error, Result};
use crate::model::{Resource, StateMachine, Tag, parse_arn};
use crate::store::{Change, View};
use crate::wire::output::{Empty, ListTagsForResourceOutput};
use std::borrow::Cow;

/// Sets the values of known keys, and appends new ones.
fn merge(tags: &mut Vec<Tag>, given: &[Tag]) {
    for tag in given {
        match tags.iter_mut().find(|stored| stored.key == tag.key) {
            Some(stored) => stored.value.clone_from(&tag.value),
            None => tags.push(tag.clone()),
        }
    }
}

pub(crate) fn tag(view: &dyn View, command: &TagStateMachine<'_>, context: &Context<'_>) -> Result<Decision<Empty>> {
    let machine = tagged(view, command.arn, context)?;
    let mut tags = machine.tags.clone();
    merge(&mut tags, &command.tags);
    let limit = context.limits.tags_per_resource;
    if tags.len() > limit {
        return Err(Error::TooManyTags { limit });
    }
    Ok(put(&machine, tags))
}

pub(crate) fn untag(
    view: &dyn View,
    command: &UntagStateMachine<'_>,
    context: &Context<'_>,
) -> Result<Decision<Empty>> {
    let machine = tagged(view, command.arn, context)?;
    let mut tags = machine.tags.clone();
    tags.retain(|tag| !command.keys.iter().any(|key| **key == *tag.key));
    Ok(put(&machine, tags))
}

pub(crate) fn list(
    view: &dyn View,
    command: &ListTags<'_>,
    context: &Context<'_>,
) -> Result<ListTagsForResourceOutput> {
    Ok(ListTagsForResourceOutput { tags: tagged(view, command.arn, context)?.tags.clone() })
}

fn put(machine: &StateMachine, tags: Vec<Tag>) -> Decision<Empty> {
    if tags == machine.tags { Decision::keep(Empty {}) } else { Decision::change(Change::PutTags(tags), Empty {}) }
}

fn tagged<'v>(view: &'v dyn View, arn: &str, context: &Context<'_>) -> Result<Cow<'v, StateMachine>> {
    let unqualified = parse_arn(arn).is_ok_and(|arn| matches!(arn.resource, Resource::StateMachine { .. }));
    let machine = if unqualified { present(view, context.now)? } else { None };
    machine.ok_or_else(|| Error::ResourceNotFound { arn: arn.to_owned() })
}
