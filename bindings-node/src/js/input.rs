//! What a caller hands over as a request: an object, or JSON as text or bytes.

use super::fault::Fault;
use super::reader::{Exception, Reader, Shape};
use super::value::Js;
use napi::ValueType;
use serde::de::value::MapDeserializer;
use serde::de::{Deserialize, IntoDeserializer};
use sfn_alias::Operation;
use sfn_alias::wire::input::RoutingInput;
use sfn_alias::wire::{DeserializeRequest, Structure};

/// An object of JavaScript's, to be read on its thread.
pub struct Object<'e> {
    value: Js<'e>,
    shape: Shape,
    exception: Exception<'e>,
}

impl<'e> Object<'e> {
    /// An operation's input.
    pub fn of(operation: &str, value: Js<'e>) -> Self {
        let members = operation.parse::<Operation>().map_or(&[][..], Operation::members);
        let value = if value.kind() == ValueType::Undefined { value.make_object() } else { value };
        Self::shaped(value, Shape::Structure(members))
    }

    fn shaped(value: Js<'e>, shape: Shape) -> Self {
        Self { value, shape, exception: Exception::default() }
    }

    /// The first exception that reading met.
    pub fn exception(&self) -> Option<Js<'e>> {
        self.exception.get()
    }

    /// The request as JSON, which any thread can read; nothing where it cannot be read.
    pub fn detached(&self) -> Option<Vec<u8>> {
        self.read::<serde_json::Value>().ok().and_then(|value| serde_json::to_vec(&value).ok())
    }
}

impl DeserializeRequest for Object<'_> {
    type Error = Fault;

    fn read<'s, T: Deserialize<'s>>(&'s self) -> Result<T, Fault> {
        T::deserialize(Reader::new(self.value, self.shape, &self.exception))
    }
}

/// A request in either form.
pub enum Input<'e> {
    Json(Vec<u8>),
    Object(Object<'e>),
}

impl<'e> Input<'e> {
    /// An operation's input.
    pub fn of(operation: &str, value: Js<'e>) -> Self {
        json(value).map_or_else(|| Self::Object(Object::of(operation, value)), Self::Json)
    }

    /// An answer that is handed back, for example that of DescribeStateMachineAlias.
    pub fn answer(value: Js<'e>) -> Self {
        json(value).map_or_else(|| Self::Object(Object::shaped(value, Shape::Any)), Self::Json)
    }

    /// The first exception that reading met.
    pub fn exception(&self) -> Option<Js<'e>> {
        match self {
            Self::Json(_) => None,
            Self::Object(object) => object.exception(),
        }
    }
}

/// The JSON of a string or of bytes. A string that is no text stays a value, whose reading tells the fault.
fn json(value: Js<'_>) -> Option<Vec<u8>> {
    match value.kind() {
        ValueType::String => value.text().ok().map(String::into_bytes),
        ValueType::Object => value.bytes(),
        _ => None,
    }
}

impl DeserializeRequest for Input<'_> {
    type Error = Fault;

    fn read<'s, T: Deserialize<'s>>(&'s self) -> Result<T, Fault> {
        match self {
            Self::Json(json) => json.as_slice().read().map_err(|error| Fault::new(error.to_string())),
            Self::Object(object) => object.read(),
        }
    }
}

/// A routing configuration by itself: the only member of a structure.
pub struct Routing<'e>(pub Object<'e>);

impl<'e> Routing<'e> {
    pub fn of(value: Js<'e>) -> Self {
        let shape = RoutingInput::MEMBERS.first().map_or(Shape::Any, |member| Shape::of(&member.rule));
        Self(Object::shaped(value, shape))
    }
}

impl<'r, 'e> IntoDeserializer<'r, Fault> for Reader<'r, 'e> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl DeserializeRequest for Routing<'_> {
    type Error = Fault;

    fn read<'s, T: Deserialize<'s>>(&'s self) -> Result<T, Fault> {
        let name = RoutingInput::MEMBERS.first().map_or("", |member| member.name);
        let value = Reader::new(self.0.value, self.0.shape, &self.0.exception);
        let object = MapDeserializer::new(std::iter::once((name, value)));
        T::deserialize(object).map_err(|fault: Fault| fault.in_member(name))
    }
}
