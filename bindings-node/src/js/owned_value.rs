//! Values that are created on any thread and converted to JavaScript values on the JavaScript thread.

use super::value::Js;
use std::borrow::Cow;

/// A value that is not bound to the JavaScript thread.
#[derive(Debug, Clone, PartialEq)]
pub enum OwnedValue {
    Null,
    Bool(bool),
    Number(f64),
    String(Cow<'static, str>),
    /// Milliseconds since 1970.
    Date(f64),
    List(Vec<OwnedValue>),
    Object(Vec<(Cow<'static, str>, OwnedValue)>),
}

impl OwnedValue {
    /// Converts to a JavaScript value. `js` is any value of the environment.
    pub fn into_js<'e>(self, js: Js<'e>) -> Js<'e> {
        match self {
            Self::Null => js.create_null(),
            Self::Bool(value) => js.create_boolean(value),
            Self::Number(value) => js.create_number(value),
            Self::String(text) => js.create_string(&text),
            Self::Date(millis) => js.create_date(millis),
            Self::List(items) => {
                let list = js.create_array(items.len());
                items.into_iter().enumerate().for_each(|(index, item)| list.set_item(index, item.into_js(js)));
                list
            }
            Self::Object(_) => self.into_object(js, js.create_object()),
        }
    }

    /// Adds the members to a JavaScript object.
    pub fn into_object<'e>(self, js: Js<'e>, object: Js<'e>) -> Js<'e> {
        let Self::Object(members) = self else { return object };
        members.into_iter().fold(object, |object, (name, value)| object.with_member(&name, value.into_js(js)))
    }
}
