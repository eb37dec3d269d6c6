//! Replaces the identifier of a loop by an item of its collection.

use crate::tree::{Node, Value};
use std::borrow::Cow;

/// Copies a node and replaces `${Identifier}`, `&{Identifier}` and `Ref` of the identifier.
pub(super) fn substitute<'t>(node: &Node<'t>, binding: &(String, String)) -> Node<'t> {
    let (identifier, item) = binding;
    let replace = |text: &Cow<'t, str>| substitute_text(text, binding).unwrap_or_else(|| text.clone());
    let value = match &node.value {
        Value::Text(text) => Value::Text(replace(text)),
        Value::List(items) => Value::List(items.iter().map(|one| substitute(one, binding)).collect()),
        Value::Map(_) if node.call("Ref").and_then(Node::text) == Some(identifier) => Value::Text(item.clone().into()),
        Value::Map(members) => {
            Value::Map(members.iter().map(|(name, one)| (replace(name), substitute(one, binding))).collect())
        }
        other => other.clone(),
    };
    Node { position: node.position, value }
}

/// Replaces the identifier in a text. `&{Identifier}` inserts only the letters and digits of the item. Returns `None`
/// if the text does not contain the identifier.
pub(super) fn substitute_text<'t>(text: &str, (identifier, item): &(String, String)) -> Option<Cow<'t, str>> {
    if !text.contains('{') {
        return None;
    }
    let (plain, alphanumeric) = (format!("${{{identifier}}}"), format!("&{{{identifier}}}"));
    if !text.contains(&plain) && !text.contains(&alphanumeric) {
        return None;
    }
    let letters: String = item.chars().filter(char::is_ascii_alphanumeric).collect();
    Some(text.replace(&plain, item).replace(&alphanumeric, &letters).into())
}
