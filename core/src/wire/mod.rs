//! Exactly what arrives and leaves: AWS's member names, nothing checked.

pub mod input;
mod decode;
pub mod output;
mod structure;
mod text;

pub use decode::DeserializeRequest;
pub(crate) use decode::{parse, wrong_types};
pub use structure::Structure;
pub use text::{Secret, Text};
