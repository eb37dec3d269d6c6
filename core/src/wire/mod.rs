//! Exactly what arrives and leaves: AWS's member names, nothing checked.

mod decode;
pub mod input;
pub mod output;
mod structure;
mod text;

pub use decode::DeserializeRequest;
pub(crate) use decode::{parse, wrong_types};
pub use structure::Structure;
pub use text::{Secret, Text};
