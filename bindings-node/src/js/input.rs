//! A request passed by a caller: an object, or JSON as a string or bytes.

use super::deserialize_error::DeserializeError;
use super::deserializer::{FirstException, JsDeserializer, Shape};
use super::value::Js;
use napi::ValueType;
use serde::de::value::MapDeserializer;
use serde::de::{Deserialize, IntoDeserializer};
use sfn_alias::Operation;
use sfn_alias::wire::input::RoutingInput;
use sfn_alias::wire::{DeserializeRequest, Structure};

/// A JavaScript object. It can only be read on the JavaScript thread.
pub struct ObjectInput<'e> {
    value: Js<'e>,
    shape: Shape,
    exception: FirstException<'e>,
}

impl<'e> ObjectInput<'e> {
    /// Wraps an operation's input; `undefined` is an empty object.
    pub fn for_operation(operation: &str, value: Js<'e>) -> Self {
        let members = operation.parse::<Operation>().map_or(&[][..], Operation::members);
        let value = if value.value_type() == ValueType::Undefined { value.create_object() } else { value };
        Self::with_shape(value, Shape::Structure(members))
    }

    fn with_shape(value: Js<'e>, shape: Shape) -> Self {
        Self { value, shape, exception: FirstException::default() }
    }

    /// Returns the first exception thrown while the object was read.
    pub fn exception(&self) -> Option<Js<'e>> {
        self.exception.get()
    }

    /// Converts the request to JSON, which any thread can read. Returns `None` if it cannot be read.
    pub fn to_json(&self) -> Option<Vec<u8>> {
        self.read::<serde_json::Value>().ok().and_then(|value| serde_json::to_vec(&value).ok())
    }
}

impl DeserializeRequest for ObjectInput<'_> {
    type Error = DeserializeError;

    fn read<'s, T: Deserialize<'s>>(&'s self) -> Result<T, DeserializeError> {
        T::deserialize(JsDeserializer::new(self.value, self.shape, &self.exception))
    }
}

/// A request as JSON or as an object.
pub enum Input<'e> {
    Json(Vec<u8>),
    Object(ObjectInput<'e>),
}

impl<'e> Input<'e> {
    /// Wraps an operation's input.
    pub fn for_operation(operation: &str, value: Js<'e>) -> Self {
        read_json(value).map_or_else(|| Self::Object(ObjectInput::for_operation(operation, value)), Self::Json)
    }

    /// Wraps a value whose members are not declared, for example an output of DescribeStateMachineAlias.
    pub fn with_any_shape(value: Js<'e>) -> Self {
        read_json(value).map_or_else(|| Self::Object(ObjectInput::with_shape(value, Shape::Any)), Self::Json)
    }

    /// Returns the first exception thrown while the object was read.
    pub fn exception(&self) -> Option<Js<'e>> {
        match self {
            Self::Json(_) => None,
            Self::Object(object) => object.exception(),
        }
    }
}

/// Returns the JSON in a string or in bytes. A string with a lone surrogate stays a value: reading it returns
/// the error.
fn read_json(value: Js<'_>) -> Option<Vec<u8>> {
    match value.value_type() {
        ValueType::String => value.read_string().ok().map(String::into_bytes),
        ValueType::Object => value.copy_bytes(),
        _ => None,
    }
}

impl DeserializeRequest for Input<'_> {
    type Error = DeserializeError;

    fn read<'s, T: Deserialize<'s>>(&'s self) -> Result<T, DeserializeError> {
        match self {
            Self::Json(json) => json.as_slice().read().map_err(|error| DeserializeError::new(error.to_string())),
            Self::Object(object) => object.read(),
        }
    }
}

/// A routing configuration passed as an array. It is read as the only member of a structure.
pub struct RoutingListInput<'e>(pub ObjectInput<'e>);

impl<'e> RoutingListInput<'e> {
    /// Wraps the array.
    pub fn new(value: Js<'e>) -> Self {
        let shape = RoutingInput::MEMBERS.first().map_or(Shape::Any, |member| Shape::from_rule(&member.rule));
        Self(ObjectInput::with_shape(value, shape))
    }
}

impl<'r, 'e> IntoDeserializer<'r, DeserializeError> for JsDeserializer<'r, 'e> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl DeserializeRequest for RoutingListInput<'_> {
    type Error = DeserializeError;

    fn read<'s, T: Deserialize<'s>>(&'s self) -> Result<T, DeserializeError> {
        let name = RoutingInput::MEMBERS.first().map_or("", |member| member.name);
        let value = JsDeserializer::new(self.0.value, self.0.shape, &self.0.exception);
        let object = MapDeserializer::new(std::iter::once((name, value)));
        T::deserialize(object).map_err(|error: DeserializeError| error.prepend_member(name))
    }
}
