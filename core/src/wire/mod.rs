//! Requests and responses as they are on the wire, with AWS's member names. Nothing is validated here.

mod arn_parts;
mod decode;
pub mod input;
pub mod output;
mod structure;
mod text;

pub use arn_parts::{ArnParts, format_arn};
pub use decode::DeserializeRequest;
pub(crate) use decode::{find_wrong_types, parse_request};
pub use structure::Structure;
pub use text::{SensitiveText, Text};
