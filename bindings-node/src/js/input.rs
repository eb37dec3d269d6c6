//! What a caller hands over as a request: an object, or JSON as text or bytes.

use super::fault::Fault;
use super::reader::{Exception, Reader, Shape};
use super::value::Js;
use napi::ValueType;
use serde::de::value::MapDeserializer;
use serde::de::{Deserialize, IntoDeserializer};
use sfn_alias::constraint::Member;
use sfn_alias::wire::input::RoutingInput;
use sfn_alias::wire::{Source, Structure};
use sfn_alias::Operation;

/// A request, to be read on JavaScript's thread.
pub struct Input<'e> {
    form: Form<'e>,
    exception: Exception<'e>,
}

enum Form<'e> {
    Json(Vec<u8>),
    Object(Js<'e>, Shape),
    /// The only member of a structure.
    Only(&'static Member, Js<'e>),
    Unreadable(Fault),
}

impl<'e> Input<'e> {
    /// An operation's input.
    pub fn of(operation: &str, value: Js<'e>) -> Self {
        let members = operation.parse::<Operation>().map_or(&[][..], Operation::members);
        Self::shaped(value, Shape::Structure(members))
    }

    /// An answer that is handed back, for example that of DescribeStateMachineAlias.
    pub fn answer(value: Js<'e>) -> Self {
        Self::shaped(value, Shape::Any)
    }

    /// A routing configuration by itself.
    pub fn routing(value: Js<'e>) -> Self {
        let form = match RoutingInput::MEMBERS.first() {
            Some(member) => Form::Only(member, value),
            None => Form::Object(value, Shape::Structure(RoutingInput::MEMBERS)),
        };
        Self { form, exception: Exception::default() }
    }

    fn shaped(value: Js<'e>, shape: Shape) -> Self {
        let form = match value.kind() {
            ValueType::String => match value.text() {
                Ok(text) => Form::Json(text.into_bytes()),
                Err(_) => Form::Unreadable(Fault::new("half of a surrogate pair by itself is no text")),
            },
            ValueType::Object => value.bytes().map_or(Form::Object(value, shape), Form::Json),
            ValueType::Undefined => Form::Json(b"{}".to_vec()),
            _ => Form::Object(value, shape),
        };
        Self { form, exception: Exception::default() }
    }

    /// The first exception that reading met.
    pub fn exception(&self) -> Option<Js<'e>> {
        self.exception.get()
    }

    /// The request as JSON, which any thread can read; nothing where it cannot be read.
    pub fn detach(&mut self) -> Option<Vec<u8>> {
        match &mut self.form {
            Form::Json(json) => Some(std::mem::take(json)),
            _ => self.read::<serde_json::Value>().ok().and_then(|value| serde_json::to_vec(&value).ok()),
        }
    }
}

impl<'r, 'e> IntoDeserializer<'r, Fault> for Reader<'r, 'e> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl Source for Input<'_> {
    type Error = Fault;

    fn read<'s, T: Deserialize<'s>>(&'s self) -> Result<T, Fault> {
        match &self.form {
            Form::Json(json) => serde_json::from_slice(json).map_err(|error| Fault::new(error.to_string())),
            Form::Object(value, shape) => T::deserialize(Reader::new(*value, *shape, &self.exception)),
            Form::Only(member, value) => {
                let value = Reader::new(*value, Shape::of(&member.rule), &self.exception);
                let object = MapDeserializer::new(std::iter::once((member.name, value)));
                T::deserialize(object).map_err(|fault: Fault| fault.in_member(member.name))
            }
            Form::Unreadable(fault) => Err(fault.clone()),
        }
    }
}
