//! What a file says, with the position of everything in it.

use std::borrow::Cow;

/// A position in a file, both counted from 1, columns in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Position {
    pub line: u32,
    pub column: u32,
}

impl Position {
    pub const START: Self = Self { line: 1, column: 1 };
}

/// A value and where it begins; a member's value where its key begins.
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
    Text(Cow<'t, str>),
    List(Vec<Node<'t>>),
    Map(Vec<(Cow<'t, str>, Node<'t>)>),
}

impl<'t> Node<'t> {
    /// A member of a map.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.members().iter().find(|(name, _)| name == key).map(|(_, node)| node)
    }

    /// The members of a map; none of anything else.
    pub fn members(&self) -> &[(Cow<'t, str>, Self)] {
        match &self.value {
            Value::Map(members) => members,
            _ => &[],
        }
    }

    /// The items of a list; none of anything else.
    pub fn items(&self) -> &[Self] {
        match &self.value {
            Value::List(items) => items,
            _ => &[],
        }
    }

    /// The text of a text.
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// A scalar as CloudFormation writes it where it wants a text.
    pub fn scalar(&self) -> Option<Cow<'_, str>> {
        match &self.value {
            Value::Text(text) => Some(Cow::Borrowed(text)),
            Value::Number(number) => Some(Cow::Owned(number.to_string())),
            Value::Bool(value) => Some(Cow::Borrowed(if *value { "true" } else { "false" })),
            _ => None,
        }
    }

    /// The name and argument of an intrinsic function, `Ref` and `Condition` among them.
    pub fn intrinsic(&self) -> Option<(&str, &Self)> {
        match self.members() {
            [(name, argument)] if name == "Ref" || name == "Condition" || name.starts_with("Fn::") => {
                Some((name, argument))
            }
            _ => None,
        }
    }

    /// The argument of the intrinsic function of this name.
    pub fn call(&self, function: &str) -> Option<&Self> {
        self.intrinsic().filter(|(name, _)| *name == function).map(|(_, argument)| argument)
    }

    /// Whether a macro stands beside other members of a map, which may add whatever is not there.
    pub fn has_macro(&self) -> bool {
        self.members().iter().any(|(name, _)| name == "Fn::Transform" || name.starts_with("Fn::ForEach::"))
    }

    /// Visits this and everything in it.
    pub fn walk<'n>(&'n self, visit: &mut impl FnMut(&'n Self)) {
        visit(self);
        self.items().iter().for_each(|item| item.walk(visit));
        self.members().iter().for_each(|(_, member)| member.walk(visit));
    }
}
