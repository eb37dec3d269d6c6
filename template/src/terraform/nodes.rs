//! Creates the values of translated resources.

use crate::tree::{Node, Position, Value};
use std::borrow::Cow;

/// A function that the resolver does not know.
const UNKNOWN: &str = "Fn::Unknown";

/// Copies members of a plan under their names in templates.
pub(super) fn rename_members<'t>(values: &'t Node<'t>, names: &[(&'static str, &str)]) -> Node<'t> {
    let known = names.iter().filter_map(|(name, own)| Some((*name, values.get(own)?.clone())));
    map(values.position, known.collect())
}

/// Returns the value, or an unknown value.
pub(super) fn known_or_unknown<'t>(values: &'t Node<'t>, name: &str) -> Node<'t> {
    match values.get(name) {
        Some(node) if !matches!(node.value, Value::Null) => node.clone(),
        _ => unknown(values.position),
    }
}

/// Returns whether a value is unknown.
pub(super) fn is_unknown(node: &Node<'_>) -> bool {
    node.get(UNKNOWN).is_some()
}

/// Creates an unknown value.
pub(super) fn unknown<'t>(position: Position) -> Node<'t> {
    map(position, vec![(UNKNOWN, Node { position, value: Value::Null })])
}

/// Creates a text.
pub(super) fn text<'t>(position: Position, text: &'t str) -> Node<'t> {
    Node { position, value: Value::Text(Cow::Borrowed(text)) }
}

/// Creates a map.
pub(super) fn map<'t>(position: Position, members: Vec<(&'static str, Node<'t>)>) -> Node<'t> {
    let members = members.into_iter().map(|(name, node)| (Cow::Borrowed(name), node)).collect();
    Node { position, value: Value::Map(members) }
}
