//! The tree of a file, with the position of every value.

use std::borrow::Cow;
use std::fmt::Write as _;

/// A position in a file. Line and column start at 1; columns count characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Position {
    pub line: u32,
    pub column: u32,
}

impl Position {
    pub const START: Self = Self { line: 1, column: 1 };
}

/// A value and its start. The value of a member has the position of its key.
#[derive(Debug, Clone)]
pub(crate) struct Node<'t> {
    pub position: Position,
    pub value: Value<'t>,
}

#[derive(Debug, Clone)]
pub(crate) enum Value<'t> {
    Null,
    Bool(bool),
    Number(serde_json::Number),
    /// A number of JSON with its digits, in a file that is not a template.
    NumberText(Cow<'t, str>),
    Text(Cow<'t, str>),
    List(Vec<Node<'t>>),
    Map(Vec<(Cow<'t, str>, Node<'t>)>),
}

impl<'t> Node<'t> {
    /// Returns a member of a map.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.members().iter().find(|(name, _)| name == key).map(|(_, node)| node)
    }

    /// Returns the members of a map, or none for other values.
    pub fn members(&self) -> &[(Cow<'t, str>, Self)] {
        match &self.value {
            Value::Map(members) => members,
            _ => &[],
        }
    }

    /// Returns the members of a map, or none for other values.
    pub fn members_mut(&mut self) -> &mut [(Cow<'t, str>, Self)] {
        match &mut self.value {
            Value::Map(members) => members,
            _ => &mut [],
        }
    }

    /// Returns the items of a list, or none for other values.
    pub fn items(&self) -> &[Self] {
        match &self.value {
            Value::List(items) => items,
            _ => &[],
        }
    }

    /// Returns the text of a text value.
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Returns a scalar as text, converted as CloudFormation does.
    pub fn scalar(&self) -> Option<Cow<'_, str>> {
        match &self.value {
            Value::Text(text) | Value::NumberText(text) => Some(Cow::Borrowed(text)),
            Value::Number(number) => Some(Cow::Owned(number.to_string())),
            Value::Bool(value) => Some(Cow::Borrowed(if *value { "true" } else { "false" })),
            _ => None,
        }
    }

    /// Returns the name and argument of an intrinsic function, including `Ref` and `Condition`.
    pub fn intrinsic(&self) -> Option<(&str, &Self)> {
        match self.members() {
            [(name, argument)] if name == "Ref" || name == "Condition" || name.starts_with("Fn::") => {
                Some((name, argument))
            }
            _ => None,
        }
    }

    /// Returns the argument of the intrinsic function with this name.
    pub fn call(&self, function: &str) -> Option<&Self> {
        self.intrinsic().filter(|(name, _)| *name == function).map(|(_, argument)| argument)
    }

    /// Returns whether the map contains a macro, which may add any members.
    pub fn has_macro(&self) -> bool {
        self.members().iter().any(|(name, _)| name == "Fn::Transform" || name.starts_with("Fn::ForEach::"))
    }

    /// Formats the value without positions. Equal values have equal texts.
    pub fn to_key(&self) -> String {
        let mut text = String::new();
        self.write_key(&mut text);
        text
    }

    fn write_key(&self, out: &mut String) {
        // Writing to a String cannot fail.
        match &self.value {
            Value::List(items) => {
                out.push('[');
                items.iter().for_each(|item| item.write_key(out));
                out.push(']');
            }
            Value::Map(members) => {
                out.push('{');
                for (name, member) in members {
                    let _ = write!(out, "{name:?}:");
                    member.write_key(out);
                }
                out.push('}');
            }
            _ => {
                let _ = write!(out, "{:?},", self.scalar());
            }
        }
    }

    /// Visits this node and all nodes in it.
    pub fn walk<'n>(&'n self, visit: &mut impl FnMut(&'n Self)) {
        visit(self);
        self.items().iter().for_each(|item| item.walk(visit));
        self.members().iter().for_each(|(_, member)| member.walk(visit));
    }
}

/// Returns the member name of a step of a JSON pointer.
pub(crate) fn unescape_pointer(step: &str) -> String {
    step.replace("~1", "/").replace("~0", "~")
}

/// Escapes a member name for a JSON pointer.
pub(crate) fn escape_pointer(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}
