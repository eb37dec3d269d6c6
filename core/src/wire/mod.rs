//! Requests and responses as they are on the wire, with AWS's member names. Nothing is validated here.

mod alias_page;
mod arn_parts;
mod deserialize;
pub mod input;
pub mod output;
mod structure;
mod text;

pub(crate) use alias_page::AliasPage;
pub use arn_parts::{ArnParts, format_arn};
pub use deserialize::{DeserializeRequest, deserialize_integer};
pub(crate) use deserialize::{deserialize_request, find_wrong_types, read_json};
pub use structure::Structure;
pub use text::{SensitiveText, Text};
