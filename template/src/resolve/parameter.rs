//! The parameters of a template.

use super::{Part, SymbolicText};
use crate::tree::{Node, Value};
use std::borrow::Cow;
use std::collections::BTreeMap;

pub(super) struct Parameter<'t> {
    pub value: Option<&'t str>,
    pub default: Option<&'t Node<'t>>,
    allowed: Option<&'t Node<'t>>,
    /// The value must not be displayed (`NoEcho`).
    no_echo: bool,
}

impl<'t> Parameter<'t> {
    pub fn new(node: &'t Node<'t>, name: &str, overrides: &'t BTreeMap<String, String>) -> Self {
        let kind = node.get("Type").and_then(Node::text).unwrap_or("String");
        // The option is not the value itself for lists and for names of SSM parameters.
        let is_value = !kind.starts_with("AWS::SSM::") && !kind.starts_with("List<") && kind != "CommaDelimitedList";
        Self {
            value: overrides.get(name).map(String::as_str).filter(|_| is_value),
            default: node.get("Default").filter(|_| matches!(kind, "String" | "Number")),
            allowed: node.get("AllowedValues").filter(|_| is_value),
            no_echo: node.get("NoEcho").and_then(Node::scalar).as_deref() == Some("true"),
        }
    }

    /// Returns the `AllowedValues`.
    pub fn allowed_values(&self) -> Option<Vec<String>> {
        Some(scalar_items(self.allowed?)?.iter().filter_map(|item| item.scalar().map(Cow::into_owned)).collect())
    }

    /// Returns the values to try: all `AllowedValues`, unless the options specify a value or it must not be displayed.
    pub fn choices(&self) -> Option<&'t [Node<'t>]> {
        scalar_items(self.allowed.filter(|_| self.value.is_none() && !self.no_echo)?)
    }

    /// Returns the value, or a reference if the value is unknown or must not be displayed.
    pub fn symbol(&self, name: &'t str) -> SymbolicText<'t> {
        match (self.value, self.default.and_then(Node::scalar)) {
            _ if self.no_echo => SymbolicText::from_part(Part::Ref(name.into())),
            (Some(value), _) => SymbolicText::from_text(value),
            (None, Some(default)) => SymbolicText::from_text(default).with_defaults(vec![name]),
            (None, None) => SymbolicText::from_part(Part::Ref(name.into())),
        }
    }
}

/// Returns the values of a parameter, if all of them are texts or numbers.
fn scalar_items<'t>(node: &'t Node<'t>) -> Option<&'t [Node<'t>]> {
    let is_scalar = |item: &Node<'_>| !matches!(item.value, Value::Null | Value::List(_) | Value::Map(_));
    Some(node.items()).filter(|items| !items.is_empty() && items.iter().all(is_scalar))
}
