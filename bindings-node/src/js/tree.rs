//! An answer between the core and JavaScript: made on any thread, and made into values on JavaScript's own.

use super::answer::Writer;
use super::value::Js;
use serde::Serialize;
use sfn_alias::{Error, Result, SerializeResponse};
use std::borrow::Cow;

/// An answer of the core.
#[derive(Debug, Clone, PartialEq)]
pub enum Tree {
    Null,
    Boolean(bool),
    Number(f64),
    Text(Cow<'static, str>),
    /// Milliseconds.
    Date(f64),
    List(Vec<Tree>),
    Object(Vec<(Cow<'static, str>, Tree)>),
}

impl Tree {
    /// Whatever serde can write.
    pub fn of<T: Serialize + ?Sized>(value: &T) -> Result<Self> {
        value
            .serialize(Writer)
            .map_err(|error| Error::Internal { detail: format!("the response cannot be serialized: {error}") })
    }

    /// The value in JavaScript. `any` is any value of its environment.
    pub fn into_js<'e>(self, any: Js<'e>) -> Js<'e> {
        match self {
            Self::Null => any.null(),
            Self::Boolean(value) => any.make_boolean(value),
            Self::Number(value) => any.make_number(value),
            Self::Text(text) => any.make_text(&text),
            Self::Date(millis) => any.make_date(millis),
            Self::List(items) => {
                let list = any.make_list(items.len());
                items.into_iter().enumerate().for_each(|(index, item)| list.set_item(index, item.into_js(any)));
                list
            }
            Self::Object(_) => self.into_object(any, any.make_object()),
        }
    }

    /// Adds the members to an object of JavaScript's.
    pub fn into_object<'e>(self, any: Js<'e>, object: Js<'e>) -> Js<'e> {
        let Self::Object(members) = self else { return object };
        members.into_iter().fold(object, |object, (name, value)| object.with(&name, value.into_js(any)))
    }
}

/// Answers as trees.
pub struct TreeSink;

impl SerializeResponse for TreeSink {
    type Answer = Tree;

    fn write<T: Serialize>(&self, answer: &T) -> Result<Tree> {
        Tree::of(answer)
    }
}
