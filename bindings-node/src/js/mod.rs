//! Conversions between JavaScript values and the core's types.

mod callback;
mod create;
mod deserialize_error;
mod deserializer;
mod input;
mod operation_name;
mod owned_value;
mod serializer;
mod utf16;
mod value;

pub use callback::{RawFunction, export_function};
pub use deserialize_error::DeserializeError;
pub use deserializer::deserialize_value;
pub use input::{Input, ObjectInput, RoutingListInput};
pub use operation_name::OperationName;
pub use owned_value::OwnedValue;
pub use serializer::ToOwnedValue;
pub use value::{Js, JsException};
